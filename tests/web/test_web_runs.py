"""The page of one run: live, paused, resumed, and honest about what could not be had."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient
from web_help import Served, client_of, questions, send

from mingan import runs
from mingan.bank import Bank
from mingan.models import keys
from mingan.models.weights import cached
from mingan.records import ModelCard
from mingan.store import Store
from mingan.workspace import Workspace

BANK = "小题库"


@pytest.fixture(autouse=True)
def _desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("MINGAN_MODELS", raising=False)


def scripted(
    workspace: Workspace, name: str = "剧本", delay: float = 0.0, **more: Any
) -> ModelCard:
    said: dict[str, Any] = {q.id: "0" if i < 3 else q.answer for i, q in enumerate(questions())}
    options = {"answers": said | more.pop("answers", {}), "delay": delay, "concurrency": 1}
    card = ModelCard(name=name, kind="scripted", options=options, **more)
    workspace.store.add_cards([card])
    return card


def begin(client: TestClient, card: ModelCard, **more: str) -> str:
    data = {"bank": BANK, "count": "all", "model": card.hash} | more
    found = send(client, "/zh/run", data, follow_redirects=False)
    assert found.status_code == 303, re.findall(r'role="alert"[^>]*>([^<]*)', found.text)
    return str(found.headers["location"])


def until(true: Callable[[], Any], seconds: float = 15.0) -> Any:
    end = time.monotonic() + seconds
    while not (found := true()):
        assert time.monotonic() < end, "it never came"
        time.sleep(0.02)
    return found


def headline(page: str) -> str:
    return re.findall(r"<h1>([^<]*)</h1>", page)[0]


def at_rest(client: TestClient, url: str) -> str:
    """The page once nothing moves on it any more."""

    def page() -> str:
        text = client.get(url).text
        return "" if "sse-connect" in text else text

    return str(until(page))


def answers(workspace: Workspace, card: ModelCard) -> int:
    found = workspace.store.answers(models=[card.hash])
    return sum(answer.state != "failed" for answer in found)


def test_a_run_is_started_followed_and_ends_with_its_finding(
    client: TestClient, workspace: Workspace
) -> None:
    card = scripted(workspace, delay=0.05)
    url = begin(client, card)
    with client.stream("GET", f"{url}/live") as stream:
        lines = list(stream.iter_lines())
    events = [line.removeprefix("event: ") for line in lines if line.startswith("event: ")]
    assert events[-1] == "done"
    assert {"head", "bars", "controls", "result", "status"} <= set(events)
    assert len(events) < 60  # only what changed is sent
    assert any(line.startswith("id: ") for line in lines)
    page = client.get(url).text
    assert headline(page) == "问完了：12 个回答。"
    assert "sse-connect" not in page
    assert 'href="/zh/compare?bank=' in page
    tally = re.sub(r"<[^>]*>", "", re.findall(r'class="tally">(.*?)</span>', page)[0])
    assert "对 10 错 2 存疑 0" in tally
    assert answers(workspace, card) == 12
    assert workspace.store.verify() == []


def test_pause_and_resume_from_the_page(client: TestClient, workspace: Workspace) -> None:
    card = scripted(workspace, delay=0.1)
    url = begin(client, card)
    until(lambda: answers(workspace, card) >= 2)
    send(client, f"{url}/pause")
    page = at_rest(client, url)
    there = answers(workspace, card)
    assert headline(page) == f"停在 {there} / 12 个回答，随时可以接着问。"
    assert "接着问" in client.get("/zh/run").text  # in the list of earlier runs as well
    send(client, f"{url}/resume")
    assert headline(at_rest(client, url)) == "问完了：12 个回答。"
    assert answers(workspace, card) == 12


def test_stop_does_not_wait(client: TestClient, workspace: Workspace) -> None:
    url = begin(client, scripted(workspace, delay=60))
    until(lambda: "立即停下" in client.get(url).text)
    send(client, f"{url}/stop")
    assert headline(at_rest(client, url)) == "停在 0 / 12 个回答，随时可以接着问。"


def test_a_run_outlives_the_page_and_the_server(workspace: Workspace) -> None:
    card = scripted(workspace, delay=0.1)
    with client_of(workspace) as first:
        url = begin(first, card)
        until(lambda: answers(workspace, card) >= 2)
    there = answers(workspace, card)
    assert there < 12
    with client_of(workspace) as second:
        until(lambda: answers(workspace, card) == 12)
        assert headline(at_rest(second, url)) == "问完了：12 个回答。"
    assert workspace.store.verify() == []


def test_what_could_not_be_had_is_counted_apart(client: TestClient, workspace: Workspace) -> None:
    flaw = {"q-007": {"fault": "400"}}
    url = begin(client, scripted(workspace, answers=flaw))
    page = at_rest(client, url)
    assert headline(page) == "问完了：要到 11 / 12 个回答，1 个没有要到。"
    assert "不算它错" in page
    assert "1 个没有要到：剧本" in page
    assert "没要到的再问一次" in page


def test_an_answer_cut_off_counts_here_as_it_does_on_home(empty: Workspace) -> None:
    empty.store.add_bank(BANK, questions())
    flaw = {f"q-{i:03d}": {"text": "让我想想", "fault": "truncated"} for i in (5, 6, 7)}
    with client_of(empty) as client:
        assert "未答成</i> 3" in at_rest(client, begin(client, scripted(empty, answers=flaw)))
        assert "3 <i>未答成</i>" in client.get("/zh/").text


def test_while_the_first_run_goes_home_leads_to_it(empty: Workspace) -> None:
    empty.store.add_bank(BANK, questions())
    with client_of(empty) as client:
        url = begin(client, scripted(empty, delay=3.0))
        assert f'href="{url}"' in client.get("/zh/").text
        send(client, f"{url}/stop")
        at_rest(client, url)


class _Refusing(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["content-length"]))
        body = b'{"error": {"message": "Incorrect API key provided"}}'
        self.send_response(401)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Quiet."""


@pytest.fixture
def refusing() -> Iterator[str]:
    with HTTPServer(("127.0.0.1", 0), _Refusing) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/v1"
        server.shutdown()


def test_a_wrong_key_is_told_and_counts_as_nobodys_mistake(
    client: TestClient, workspace: Workspace, refusing: str
) -> None:
    card = ModelCard(
        name="云", kind="openai", base_url=refusing, model="m", api_key_env="WRONG_KEY"
    )
    workspace.store.add_cards([card])
    keys.hold("WRONG_KEY", "sk-a-wrong-key-0123456789")
    page = at_rest(client, begin(client, card))
    keys.forget("WRONG_KEY")
    assert "不接受这个密钥" in page
    tally = re.sub(r"<[^>]*>", "", re.findall(r'class="tally">(.*?)</span>', page)[0])
    assert "对 0 错 0" in tally
    assert "sk-a-wrong-key" not in page
    assert "云" not in [row.model for row in workspace.scores(bank=BANK).scores if row.wrong]


def test_after_a_restart_without_the_key_the_page_asks_for_it(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("LOST_KEY", raising=False)
    card = scripted(workspace, delay=0.1, api_key_env="LOST_KEY")
    keys.hold("LOST_KEY", "a-key-in-memory")
    with client_of(workspace) as first:
        url = begin(first, card)
        until(lambda: answers(workspace, card) >= 1)
    keys.forget("LOST_KEY")
    with client_of(workspace) as second:
        page = at_rest(second, url)
        assert "缺少模型 剧本 的密钥" in page
        field = f"key-{card.hash[:12]}"
        assert f'name="{field}" type="password"' in page
        send(second, f"{url}/key", {field: "a-key-in-memory"})
        assert headline(at_rest(second, url)) == "问完了：12 个回答。"
    keys.forget("LOST_KEY")


def test_a_run_of_another_process_is_watched_and_cannot_be_stopped_here(
    client: TestClient, workspace: Workspace
) -> None:
    card = scripted(workspace)
    bank = Bank(name=BANK, questions=tuple(questions()))
    plan = runs.Wish(bank=bank, cards=[card]).plan()
    with Store.open(str(workspace.store.place.path)) as other, other.run_lock():
        run = runs.put_on_record(workspace.store, bank, plan)
        page = client.get(f"/zh/run/{run.id}").text
        assert "另一个窗口" in page
        assert "sse-connect" in page
        refused = send(client, f"/zh/run/{run.id}/pause")
        assert refused.status_code == 400
        assert "另一个窗口" in refused.text
    page = client.get(f"/zh/run/{run.id}").text  # it died without a word
    assert headline(page) == "停在 0 / 12 个回答，随时可以接着问。"
    send(client, f"/zh/run/{run.id}/resume")
    assert headline(at_rest(client, f"/zh/run/{run.id}")) == "问完了：12 个回答。"


def test_while_the_lock_is_held_a_new_run_says_what_it_waits_for(
    client: TestClient, workspace: Workspace
) -> None:
    card = scripted(workspace)
    with workspace.store.run_lock():
        url = begin(client, card)
        until(lambda: "等它结束就开始" in client.get(url).text)
    assert headline(at_rest(client, url)) == "问完了：12 个回答。"


def test_a_budget_stops_the_run_and_more_can_be_granted(
    client: TestClient, workspace: Workspace
) -> None:
    said = {q.id: {"text": q.answer, "tokens_in": 50, "tokens_out": 50} for q in questions()}
    from mingan.records import Generation

    card = scripted(
        workspace, answers=said, price_in=10_000.0, price_out=10_000.0,
        generation=Generation(max_tokens=50),
    )  # fmt: skip
    url = begin(client, card, money="3")
    page = at_rest(client, url)
    assert "预算" in page
    assert 'name="money"' in page
    assert answers(workspace, card) <= 3
    send(client, f"{url}/resume", {"money": "100", "currency": "CNY"})
    assert headline(at_rest(client, url)) == "问完了：12 个回答。"


@pytest.mark.parametrize("run", ["nothing", "..%2f..", "%3Cscript%3E"])
def test_a_run_that_is_not_there(client: TestClient, run: str) -> None:
    for found in (client.get(f"/zh/run/{run}"), send(client, f"/zh/run/{run}/resume")):
        assert found.status_code in (400, 404)
        assert "Traceback" not in found.text
        assert "<script>" not in found.text.split("<main")[1]


def test_only_the_owner_sees_and_halts_runs(workspace: Workspace) -> None:
    with client_of(workspace) as owner:
        url = begin(owner, scripted(workspace))
        at_rest(owner, url)
        assert owner.post(f"{url}/resume", data={"csrf": "0"}).status_code == 403
    for role in ("reader", "grader"):
        with client_of(workspace, role=role) as other:  # type: ignore[arg-type]
            assert other.get(url).status_code == 403
            assert other.get(f"{url}/live").status_code == 403
            assert send(other, f"{url}/resume").status_code == 403


def test_hidden_twins_are_asked_without_a_word_of_them_on_the_page(
    client: TestClient, workspace: Workspace
) -> None:
    card = ModelCard(name="随口", kind="scripted", options={"default": "答案是 3。"})
    workspace.store.add_cards([card])
    estimated = send(
        client, "/zh/run/estimate",
        {"bank": "builtin", "twins": "1", "count": "10", "short": "1", "model": card.hash},
        headers={"hx-request": "true"},
    )  # fmt: skip
    assert "10 道题" in estimated.text
    url = begin(client, card, bank="builtin", twins="1", count="10", short="1")
    page = at_rest(client, url)
    assert headline(page) == "问完了：10 个回答。"
    found = list(workspace.store.answers(models=[card.hash]))
    assert len(found) == 10
    assert all(answer.hidden for answer in found)
    asked = workspace.store.bank(found[0].bank)
    assert asked is not None
    assert not any(question.prompt[:20] in page for question in asked)
    assert re.search(r'name="twins" value="1" checked', client.get("/zh/run").text)
    assert workspace.store.verify() == []


def test_a_name_that_is_markup_stays_a_name(client: TestClient, workspace: Workspace) -> None:
    card = scripted(workspace, name="<img src=x onerror=alert(1)>")
    page = at_rest(client, begin(client, card))
    assert "<img src=x" not in page
    assert "<img src=x" not in client.get("/zh/run").text


def test_ten_questions_of_a_real_model_watched_live_to_the_end(
    workspace: Workspace, watch: Any, tmp_path: Path
) -> None:
    if cached("smollm2-135m") is None:
        pytest.skip("needs the model file: mingan models fetch smollm2-135m")
    pytest.importorskip("xllamacpp", reason="needs the extra local")
    models = tmp_path / "models.toml"
    models.write_text(
        '[[model]]\nname = "smollm2-135m"\nkind = "local"\nmodel = "smollm2-135m"\n'
        "price_in = 0.0\nprice_out = 0.0\n"
        "generation = {temperature = 0.0, max_tokens = 16, seed = 0}\n",
        encoding="utf-8",
    )
    with Served(workspace) as served:
        served.bench.models_file = models
        page = watch(served).page
        page.goto("/zh/run")
        page.select_option("#bank", BANK)
        page.locator("input[name=count][value='10']").check()
        for box in page.locator("input[name=model]").all():
            box.set_checked(False)
        page.locator("li:has-text('smollm2-135m') input[name=model]").check()
        page.get_by_text("10 道题，能看出的最小差距").wait_for()
        page.get_by_role("button", name="开始提问").click()
        page.get_by_role("heading", level=1).get_by_text("正在").wait_for()
        page.get_by_text("到目前的结论").wait_for(timeout=180_000)
        assert page.inner_text("h1") == "问完了：10 个回答。"
        run = page.url.rpartition("/")[2]
    found = list(workspace.store.answers(run=run))
    assert len(found) == 10
    assert {answer.source for answer in found} == {"local"}
    assert workspace.store.verify() == []
