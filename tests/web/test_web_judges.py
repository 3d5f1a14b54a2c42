"""Judges on the bench: asked by the owner, watched, halted, never shown without their record."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from judges_help import GOOD, JUDGE, MODELS, ask_until_done, fair, fill_talk, people_grade
from starlette.testclient import TestClient
from web_help import Served, Watched, bench_of, browser_of, client_of, send

from mingan import judges
from mingan.models.scripted import ScriptedModel
from mingan.records import ModelCard
from mingan.store.queues import QueueStatus
from mingan.web.judge_results import spent_on
from mingan.web.judges import sittings_of
from mingan.web.sittings import SittingWish
from mingan.workspace import Workspace

AWAY = ModelCard(name="云裁判", kind="openai", base_url="https://judge.example/v1", model="m")


@pytest.fixture
def talk(tmp_path: Path) -> Iterator[Workspace]:
    """Two models' answers that no rule can grade, and a judge on offer."""
    with Workspace.open(tmp_path / "t.db") as opened:
        fill_talk(opened)
        yield opened


@pytest.fixture
def owner(talk: Workspace) -> Iterator[TestClient]:
    with client_of(talk) as opened:
        yield opened


def form(**more: Any) -> dict[str, Any]:
    return {"bank": "谈", "judge": JUDGE.hash, "which": "open", "limit": "100"} | more


def judged(talk: Workspace, say: Callable[..., Any] = fair) -> None:
    judges.judge(talk, judges=[JUDGE], made={"裁判": ScriptedModel(JUDGE, say)})


def test_without_a_judge_it_says_what_waits_and_offers_one(owner: TestClient) -> None:
    page = owner.get("/zh/judges").text
    assert "16 个回答还没有定论" in page
    assert f'value="{JUDGE.hash}"' in page
    assert "勾选一个裁判" in page
    assert "are undecided" in owner.get("/en/judges").text
    assert "/zh/judges" in owner.get("/zh/grade").text


def test_the_estimate_says_how_much_it_takes(owner: TestClient) -> None:
    page = send(owner, "/zh/judges/estimate", form(limit="6")).text
    assert "看 6 个回答。" in page
    assert "要问 6 次。" in page
    part = send(owner, "/zh/judges/estimate", form(kind="pair"), headers={"hx-request": "true"})
    assert "比较 8 对回答" in part.text
    assert "<html" not in part.text
    assert owner.get("/zh/judges/estimate", follow_redirects=False).status_code == 303


def test_a_sitting_is_asked_to_its_end_and_shown_with_what_is_known(
    owner: TestClient, talk: Workspace
) -> None:
    page = ask_until_done(owner, form())
    assert "看了 16 个回答：对 16" in page
    assert "不知道它有多准" in page
    assert "unsure" in owner.get("/zh/judges").text
    again = send(owner, "/zh/judges/estimate", form()).text
    assert "全都判过了" in again
    assert talk.store.verify() == []


def test_a_judge_is_never_shown_without_its_track_record(talk: Workspace) -> None:
    judged(talk)
    with client_of(talk) as owner:
        before = owner.get("/zh/judges").text
        assert "没有人核对过" in before
        assert "人判得太少" in before
        people_grade(talk, count=12)
        after = owner.get("/zh/judges").text
    assert "12 个判得一样" in after
    assert "有人核对过" in after
    assert "校正以后的得分" in after
    assert "judge-rubric" in after  # by which judging and version


def test_what_people_would_buy_leads_to_a_queue_with_the_most_useful_first(
    talk: Workspace,
) -> None:
    judged(talk)
    with client_of(talk) as owner:
        assert "缩到" in owner.get("/zh/judges").text
        made = send(owner, "/zh/judges/queue", {"bank": "谈", "judge": "裁判", "limit": "9"})
    assert made.status_code == 200
    assert "最有用的在前" in made.text
    queues: list[QueueStatus] = talk.store.queues()
    assert len(queues[0].queue.items) == 9
    assert queues[0].queue.draw is not None  # the chances are kept
    with client_of(talk) as owner:
        wrong = send(owner, "/zh/judges/queue", {"bank": "谈", "judge": "没有的"})
        assert wrong.status_code == 400
        zero = send(owner, "/zh/judges/queue", {"bank": "谈", "judge": "裁判", "limit": "0"})
        assert zero.status_code == 400


def test_what_judges_cost_is_what_was_paid_and_nothing_twice(talk: Workspace) -> None:
    dear = [
        ModelCard(name=name, kind="scripted", price_in=9_000.0, price_out=9_000.0)
        for name in ("贵", "更贵")
    ]
    good = {card.name: ScriptedModel(card, fair) for card in dear}
    mute = {"更贵": ScriptedModel(dear[1], lambda request: "[[95]]")}
    spent: dict[str, float] = {}

    def ask(cards: list[ModelCard], made: dict[str, ScriptedModel], **more: Any) -> None:
        found = judges.judge(talk, judges=cards, made=made, bank="谈", **more)
        for name in {card.name for card in cards}:
            spent[name] = spent.get(name, 0.0) + found.outcome.spent["CNY"]

    ask(dear[:1], good, limit=4)
    ask(dear[1:], {**good, **mute}, limit=4)  # came to nothing
    ask(dear[1:], {**good, **mute}, kind="pair", limit=2)  # nor did this
    ask(dear[1:], good, kind="pair", limit=3)
    ask(dear[1:], good, limit=4)
    panel = judges.judge(talk, judges=dear, made=good, bank="谈", limit=4)
    assert panel.outcome.asked == 0  # both had been heard on these
    shown = spent_on(bench_of(talk).snapshot("谈"))
    with client_of(talk) as client:
        page = client.get("/zh/judges?bank=谈").text
    assert {name: found["CNY"] for name, found in shown.items()} == pytest.approx(spent)
    assert "请裁判花了：" in page
    assert page.count("花了") == 1


def test_readers_see_and_do_not_start(talk: Workspace) -> None:
    judged(talk)
    with client_of(talk, role="reader") as reader:
        page = reader.get("/zh/judges").text
        assert "没有人核对过" in page
        assert "judge-form" not in page
        assert "/judges/queue" not in page
        assert send(reader, "/zh/judges", form()).status_code == 403
        assert send(reader, "/zh/judges/queue", {"bank": "谈"}).status_code == 403
    with client_of(talk, role="grader") as grader:
        assert grader.get("/zh/judges").status_code == 403  # it would sway them
        assert send(grader, "/zh/judges", form()).status_code == 403


def test_a_form_without_its_token_does_nothing(owner: TestClient) -> None:
    assert owner.post("/zh/judges", data=form()).status_code == 403
    assert sittings_of(owner.app.state.bench).all() == []  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"judge": ""}, "至少勾选一个裁判"),
        ({"judge": "0" * 32}, "至少勾选一个裁判"),
        ({"limit": "0"}, "1 到 20000"),
        ({"limit": "1e9"}, "1 到 20000"),
        ({"repeats": "99"}, "1 到 9"),
        ({"money": "很多"}, "预算要写成数字"),
        ({"kind": "reference"}, "没有要判的回答"),
    ],
)
def test_a_wrong_form_comes_back_with_a_sentence(
    owner: TestClient, change: dict[str, Any], said: str
) -> None:
    answer = send(owner, "/zh/judges", form(**change))
    assert answer.status_code == 400
    assert said in answer.text
    assert "Traceback" not in answer.text


def test_hidden_questions_go_to_judges_on_this_machine_only_unless_the_owner_consents(
    talk: Workspace,
) -> None:
    from mingan.bank import Bank
    from mingan.records import Question

    secret = Question(id="h1", prompt="暗题", grader="judge", bank="暗", hidden="sealed")
    talk.run(bank=Bank(name="暗", questions=(secret,)), models=MODELS)
    talk.store.add_cards([AWAY])
    with client_of(talk) as owner:
        assert "1 道暗题" in owner.get("/zh/judges?bank=暗").text
        refused = send(owner, "/zh/judges", form(bank="暗", judge=AWAY.hash))
        assert refused.status_code == 400
        assert "暗题就不再是暗题" in refused.text
        assert sittings_of(owner.app.state.bench).all() == []  # type: ignore[attr-defined]
        here = ask_until_done(owner, form(bank="暗"))
        assert "看了 2 个回答" in here
        led = send(
            owner, "/zh/judges", form(bank="暗", judge=AWAY.hash, hidden="1"),
            follow_redirects=False,
        )  # fmt: skip
        assert led.status_code == 303
        send(owner, led.headers["location"] + "/stop")


def test_pause_resume_and_stop(talk: Workspace) -> None:
    slow = ModelCard(
        name="慢裁判", kind="scripted", options={"default": GOOD, "delay": 0.1, "concurrency": 1}
    )
    talk.store.add_cards([slow])
    with client_of(talk) as owner:
        led = send(owner, "/zh/judges", form(judge=slow.hash), follow_redirects=False)
        at = led.headers["location"]
        until(lambda: any(grade.opinion for grade in talk.store.all_grades()))
        assert "正在看" in owner.get(at).text
        send(owner, at + "/pause")
        until(lambda: "接着看" in owner.get(at).text)
        assert "随时可以接着看" in owner.get(at).text or "看了" in owner.get(at).text
        heard = sum(g.opinion for g in talk.store.all_grades())
        assert 0 < heard < 16
        send(owner, at + "/resume")
        until(lambda: "看了 16 个回答" in owner.get(at).text)
        assert sum(g.opinion for g in talk.store.all_grades()) == 16


def test_an_unknown_sitting_is_a_sentence(owner: TestClient) -> None:
    assert owner.get("/zh/judges/none").status_code == 400
    assert owner.get("/zh/judges/none/live").status_code == 404
    assert "只问缺的" in owner.get("/zh/judges/none").text


def test_a_sitting_waits_while_somebody_else_asks(talk: Workspace) -> None:
    bench = bench_of(talk)
    with browser_of(bench) as owner:
        with talk.store.run_lock():
            led = send(owner, "/zh/judges", form(), follow_redirects=False)
            until(lambda: "另一个窗口" in owner.get(led.headers["location"]).text)
        until(lambda: "看了 16 个回答" in owner.get(led.headers["location"]).text)


def test_judges_take_turns_with_runs(talk: Workspace) -> None:
    slow = ModelCard(name="慢", kind="scripted", options={"default": "好。", "delay": 30})
    talk.store.add_cards([slow])
    with client_of(talk) as owner:
        asked = {"bank": "谈", "count": "all", "model": slow.hash}
        run = send(owner, "/zh/run", asked, follow_redirects=False).headers["location"]
        until(lambda: "立即停下" in owner.get(run).text)
        at = send(owner, "/zh/judges", form(), follow_redirects=False).headers["location"]
        assert "等着开始" in owner.get(at).text
        assert "sse-connect" in owner.get(at).text
        send(owner, run + "/stop")
        until(lambda: "看了 16 个回答" in owner.get(at).text)


def test_only_so_many_sittings_are_remembered(
    owner: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mingan.web.sittings.KEPT", 2)
    sittings = sittings_of(owner.app.state.bench)  # type: ignore[attr-defined]
    from mingan.web.runs import conductor_of

    conductor = conductor_of(owner.app.state.bench)  # type: ignore[attr-defined]
    for _ in range(4):
        one = sittings.start(SittingWish(bank="谈", judges=(JUDGE,), limit=2))
        until(lambda one=one: not conductor.look(one.id).busy)  # type: ignore[misc]
    assert len(sittings.all()) == 2


def until(true: Callable[[], object], seconds: float = 20.0) -> None:
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "it never came"
        time.sleep(0.03)


def test_the_peoples_queue_offers_the_most_useful_first(talk: Workspace) -> None:
    asked = {
        "bank": "谈", "kind": "verdict", "which": "useful", "judge": "裁判", "limit": "7",
        "model": ["甲", "乙"], "title": "核对",
    }  # fmt: skip
    with client_of(talk) as owner:
        assert "最有用的在前" not in owner.get("/zh/grade/new").text  # no judge has looked
        assert send(owner, "/zh/grade/new", asked).status_code == 400
        judged(talk)
        assert "最有用的在前" in owner.get("/zh/grade/new").text
        assert "a judge has looked" in owner.get("/en/grade/new").text
        made = send(owner, "/zh/grade/new", asked)
        assert "7 条" in made.text
        wrong = send(owner, "/zh/grade/new", asked | {"kind": "pair"})
        assert wrong.status_code == 400
        assert "只能判对错" in wrong.text
        assert send(owner, "/zh/grade/new", asked | {"limit": "0"}).status_code == 400
    queues = talk.store.queues()
    assert [(status.queue.title, len(status.queue.items)) for status in queues] == [("核对", 7)]
    assert queues[0].queue.draw is not None
    assert queues[0].queue.draw.judge == "裁判"


def test_in_a_browser_a_judge_is_chosen_watched_and_checked(
    talk: Workspace, watch: Callable[..., Watched]
) -> None:
    with Served(talk) as served:
        page = watch(served).page
        page.goto("/zh/judges")
        page.locator(f'input[value="{JUDGE.hash}"]').check()
        page.get_by_text("看 16 个回答。").wait_for()
        page.get_by_role("button", name="开始评审").click()
        page.get_by_text(re.compile("看了 16 个回答")).first.wait_for()
        page.get_by_role("link", name="看它有多准").click()
        page.get_by_text("没有人核对过").first.wait_for()
        page.get_by_role("button", name=re.compile("最有用的在前")).click()
        page.get_by_text("建好了").wait_for()
        page.goto("about:blank")  # a page that follows a queue would hold the server up
