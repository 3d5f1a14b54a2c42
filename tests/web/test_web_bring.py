from __future__ import annotations

import io
import json
import re
import threading
import time
import zipfile
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient
from web_help import Served, Watched, bench_of, client_of, send, token_of

from mingan import incoming
from mingan.errors import DiskFullError
from mingan.records import Answer
from mingan.web import bring, uploads
from mingan.workspace import Workspace

BANK = "id,prompt,answer\na,一加一？,2\nb,二加二？,4\n"
WIDE = "id,prompt,answer,模型一,模型二\na,一加一？,2,2,3\nb,二加二？,4,4,4\n"


def drop(client: TestClient, *files: tuple[str, str | bytes], **form: str) -> Any:
    """Send files as the page's form does."""
    given = [("files", (name, io.BytesIO(_bytes(data)))) for name, data in files]
    return client.post("/zh/bring", data={"csrf": token_of(client)} | form, files=given)


def _bytes(data: str | bytes) -> bytes:
    return data if isinstance(data, bytes) else data.encode()


def keep(client: TestClient, page: Any) -> Any:
    token = re.search(r'name="token" value="([^"]+)"', page.text)
    assert token, page.text
    return send(client, "/zh/bring/keep", {"token": token[1]})


def settled(client: TestClient, page: Any) -> str:
    """The page once grading is over."""
    for _ in range(400):
        if "正在按规则判分" not in page.text:
            return str(page.text)
        time.sleep(0.05)
        page = client.get(page.url)
    raise AssertionError("grading did not end")


def everything(workspace: Workspace) -> tuple[list[str], list[Answer]]:
    return [name for name, _, _ in workspace.store.banks()], list(workspace.store.answers())


def test_a_bank_is_looked_at_first_and_stored_when_wanted(
    client: TestClient, workspace: Workspace
) -> None:
    before = everything(workspace)
    page = drop(client, ("我的题.csv", BANK))
    assert "读懂了：2 道题" in page.text
    assert "一加一？" in page.text
    assert everything(workspace) == before
    page = keep(client, page)
    assert "存好了：2 道题" in page.text
    assert "用它开测" in page.text
    assert [q.prompt for q in workspace.store.bank("我的题") or []] == ["一加一？", "二加二？"]
    assert workspace.store.verify() == []


def test_answers_are_graded_at_once(client: TestClient, workspace: Workspace) -> None:
    page = settled(client, keep(client, drop(client, ("对比.csv", WIDE))))
    assert "存好了：2 道题，2 个模型，4 个回答" in page
    assert "按规则判完了" in page
    table = workspace.scores(bank="对比")
    assert {score.model: score.right for score in table.scores} == {"模型一": 2, "模型二": 1}
    assert workspace.store.verify() == []


def test_the_same_again_and_a_correction(client: TestClient, workspace: Workspace) -> None:
    settled(client, keep(client, drop(client, ("对比.csv", WIDE))))
    page = drop(client, ("对比.csv", WIDE.replace(",3\n", ",2\n")))
    assert "新的 0，更正 1，本来就有 3" in page.text
    settled(client, keep(client, page))
    assert {s.model: s.right for s in workspace.scores(bank="对比").scores} == {
        "模型一": 2,
        "模型二": 2,
    }
    assert workspace.store.verify() == []


def test_several_files_come_in_together_or_not_at_all(
    client: TestClient, workspace: Workspace
) -> None:
    before = everything(workspace)
    page = drop(client, ("好.csv", BANK), ("坏.csv", "id,prompt,answer\na,,2\nb,,3\n"))
    assert page.status_code == 400
    assert "坏.csv 第 2 行" in page.text
    assert "坏.csv 第 3 行" in page.text  # all faults at once
    assert "/tmp" not in page.text
    assert everything(workspace) == before
    page = keep(client, drop(client, ("好.csv", BANK), ("另.jsonl", '{"id":"x","prompt":"问"}')))
    assert "存好了：3 道题" in page.text


def test_what_cannot_be_used_is_a_sentence(client: TestClient, workspace: Workspace) -> None:
    before = everything(workspace)
    for files, said in (
        ([], "没有收到文件"),
        ([("x.exe", "MZ")], "x.exe 不是认识的种类"),
        ([("../../x.py", "")], "x.py 不是认识的种类"),
        ([(f"{i}.csv", BANK) for i in range(21)], "最多带来 20 个文件"),
        ([("x.xlsx", b"PK\x03\x04 broken")], "打不开"),
        ([("x.csv", "")], "x.csv"),
        ([("x.jsonl", "{")], "x.jsonl 第 1 行"),
        ([("x.eval", b"nothing")], "x.eval"),
    ):
        page = drop(client, *files)
        assert page.status_code == 400, said
        assert said in page.text
        assert "/tmp" not in page.text
        assert "Traceback" not in page.text
    assert everything(workspace) == before


def test_a_name_with_a_path_is_only_a_name(client: TestClient, workspace: Workspace) -> None:
    page = keep(client, drop(client, ("../../../tmp/逃.csv", BANK)))
    assert page.status_code == 200
    assert workspace.store.bank("逃") is not None


def test_hostile_words_do_no_harm(client: TestClient) -> None:
    evil = 'id,prompt,answer\na,"<script>alert(1)</script>\u202e",2\n'
    page = drop(client, ("<img src=x>.csv", evil))
    assert "<script>alert" not in page.text
    assert "<img src=x" not in page.text
    assert "\u202e" not in page.text


def test_too_large_is_refused_while_it_comes(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = drop(client, ("x.csv", b"x" * (uploads.MOST_BYTES + 200_000)))
    assert page.status_code == 413
    assert "太大了" in page.text
    monkeypatch.setattr(uploads, "MOST_BYTES", 1000)
    assert "太大了" in drop(client, ("x.csv", b"x" * 2000)).text


def test_a_bomb_is_refused(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(uploads, "UNPACKED", 1_000_000)
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as made:
        made.writestr("xl/worksheets/sheet1.xml", bytes(3_000_000))
    page = drop(client, ("x.xlsx", file.getvalue()))
    assert page.status_code == 400
    assert "解压后有 3 MB" in page.text


def test_nothing_is_left_in_the_temporary_folder(
    client: TestClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "t"))
    (tmp_path / "t").mkdir()
    drop(client, ("好.csv", BANK))
    drop(client, ("坏.csv", "id,prompt\na,\n"))
    drop(client, ("x.exe", ""))
    assert list((tmp_path / "t").iterdir()) == []


def test_ids_and_answers_need_their_bank(client: TestClient, workspace: Workspace) -> None:
    only = "question,model,answer\nq-001,丁,2\n"
    page = drop(client, ("新.csv", only), bank="小题库")
    assert "1 个模型的 1 个回答" in page.text
    assert "请在单子里选" in drop(client, ("新.csv", only), bank="/etc/passwd").text
    settled(client, keep(client, page))
    assert "丁" in [s.model for s in workspace.scores(bank="小题库").scores]


def test_lm_eval_with_its_results(client: TestClient, workspace: Workspace) -> None:
    sample = {"doc_id": 0, "doc": {}, "arguments": [["2+2="]], "resps": [["4"]], "target": "4",
              "exact_match": 1.0, "metrics": ["exact_match"], "filter": "none"}  # fmt: skip
    at = "2024-05-01T00-00-00.0"
    page = drop(
        client,
        (f"samples_sums_{at}.jsonl", json.dumps(sample)),
        (f"results_{at}.json", json.dumps({"model_name": "小模型"})),
    )
    assert "小模型" in page.text
    said = settled(client, keep(client, page))
    assert "判定是文件里带来的" in said
    assert workspace.store.verify() == []


def test_logs_of_inspect(client: TestClient, workspace: Workspace) -> None:
    def log(model: str) -> bytes:
        head = {"eval": {"task": "sums", "model": model, "dataset": {}}, "plan": {}}
        said = {"choices": [{"message": {"content": "4"}, "stop_reason": "stop"}]}
        each = {"id": "a", "epoch": 1, "input": "2+2?", "target": "4", "messages": [],
                "output": said, "scores": {"match": {"value": "C"}}}  # fmt: skip
        file = io.BytesIO()
        with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as made:
            made.writestr("header.json", json.dumps(head))
            made.writestr("samples/a_epoch_1.json", json.dumps(each))
        return file.getvalue()

    page = drop(client, ("一.eval", log("lab/one")), ("二.eval", log("lab/two")))
    assert "1 道题，2 个模型的 2 个回答" in page.text
    settled(client, keep(client, page))
    assert len(workspace.scores(bank="sums").scores) == 2
    assert workspace.store.verify() == []


def test_left_alone_or_forgotten(client: TestClient, workspace: Workspace) -> None:
    before = everything(workspace)
    page = drop(client, ("好.csv", BANK))
    token = re.search(r'name="token" value="([^"]+)"', page.text)
    assert token
    assert "没有存" in send(client, "/zh/bring/leave", {"token": token[1]}).text
    gone = send(client, "/zh/bring/keep", {"token": token[1]})
    assert gone.status_code == 400
    assert "不在内存里" in gone.text
    first = drop(client, ("一.csv", BANK))
    for name in "二三四五":
        drop(client, (f"{name}.csv", BANK))
    assert client.get(first.url).status_code == 400
    assert everything(workspace) == before


def test_kept_twice_is_stored_once(client: TestClient, workspace: Workspace) -> None:
    page = drop(client, ("对比.csv", WIDE))
    keep(client, page)
    settled(client, keep(client, page))
    assert len([a for a in workspace.store.answers() if a.bank == "对比"]) == 4
    assert "存好了" in client.get(page.url).text


def test_storing_that_is_cut_short_says_so_and_goes_on(
    client: TestClient, workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    store_it, full = incoming.keep, [False, True]

    def keep_until_full(found: Any, store: Any) -> Any:
        if full and full.pop(0):
            raise DiskFullError("磁盘写不下了。", "The disk is full.")
        return store_it(found, store)

    monkeypatch.setattr(incoming, "keep", keep_until_full)
    page = drop(client, ("对比.csv", WIDE), ("另.jsonl", '{"id":"x","prompt":"问"}'))
    failed = keep(client, page)
    assert failed.status_code >= 400
    assert "磁盘写不下了" in failed.text
    page = client.get(page.url)
    assert "前 1 份已经在工作区里，下面是还没存的 1 份" in page.text
    assert "读懂了：1 道题" in page.text
    said = settled(client, keep(client, page))
    assert "存好了：3 道题" in said
    assert len(workspace.store.bank("另") or ()) == 1
    assert workspace.scores(bank="对比").scores
    assert workspace.store.verify() == []


def test_what_was_stored_before_the_rest_is_left_is_told_and_graded(
    client: TestClient, workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    store_it, full = incoming.keep, [False, True]

    def keep_until_full(found: Any, store: Any) -> Any:
        if full.pop(0):
            raise DiskFullError("磁盘写不下了。", "The disk is full.")
        return store_it(found, store)

    monkeypatch.setattr(incoming, "keep", keep_until_full)
    page = drop(client, ("对比.csv", WIDE), ("另.csv", BANK))
    keep(client, page)
    token = re.search(r'name="token" value="([^"]+)"', page.text)
    assert token
    said = settled(client, send(client, "/zh/bring/leave", {"token": token[1]}))
    assert "存好了：2 道题，2 个模型，4 个回答" in said
    assert "按规则判完了" in said
    assert workspace.store.bank("另") is None


def lot_of(workspace: Workspace, tmp_path: Path, name: str) -> bring.Lot:
    (tmp_path / name).write_text(WIDE, encoding="utf-8")
    return bring.Lot([incoming.read(tmp_path / name, workspace.store)], [])


def test_one_long_import_does_not_hold_up_others(
    workspace: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lots, go_on, begun = bring.Lots(bench_of(workspace)), threading.Event(), threading.Event()
    first, second = (lots.hold(lot_of(workspace, tmp_path, name)) for name in ("一.csv", "二.csv"))

    def slow(found: Any, store: Any) -> Any:
        begun.set()
        assert go_on.wait(10)
        return store_it(found, store)

    store_it = incoming.keep
    monkeypatch.setattr(incoming, "keep", slow)
    with ThreadPoolExecutor(2) as people:
        keeping = people.submit(lots.keep, first)
        begun.wait(10)
        try:
            assert not people.submit(lots.find, second).result(timeout=5).stored
        finally:
            go_on.set()
        assert keeping.result(timeout=10).stored
    lots.close()


def test_closing_waits_for_grading_but_not_for_ever(
    workspace: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lots, go_on, begun = bring.Lots(bench_of(workspace)), threading.Event(), threading.Event()

    def endless(**_: Any) -> None:
        begun.set()
        go_on.wait(20)

    monkeypatch.setattr(workspace, "grade", endless)
    monkeypatch.setattr(bring, "GRACE_S", 0.1, raising=False)
    lot = lots.keep(lots.hold(lot_of(workspace, tmp_path, "一.csv")))
    assert begun.wait(10)
    closing = threading.Thread(target=lots.close)
    closing.start()
    closing.join(5)
    in_time = not closing.is_alive()
    go_on.set()
    closing.join(10)
    assert in_time
    assert lot.grading is not None
    lot.grading.result(timeout=10)


def test_only_owners_bring_and_no_form_without_its_sign(workspace: Workspace) -> None:
    for role, status in (("reader", 403), ("grader", 403), ("owner", 200)):
        with client_of(workspace, role=role) as client:  # type: ignore[arg-type]
            assert client.get("/zh/bring").status_code == status
    with client_of(workspace) as client:
        found = client.post("/zh/bring", files=[("files", ("a.csv", BANK))])
        assert found.status_code == 403


def test_english(workspace: Workspace) -> None:
    with client_of(workspace, lang="en") as client:
        csrf = token_of(client, "/en/enter")
        given = [("files", ("mine.csv", BANK.encode()))]
        page = client.post("/en/bring", data={"csrf": csrf}, files=given)
        assert "It holds 2 questions." in page.text
        assert "Store it in the workspace" in page.text


def test_zbench_by_dropping_its_three_files(
    empty: Workspace, test_data: Path, watch: Callable[..., Watched]
) -> None:
    files = sorted((test_data / "zbench").glob("*.samples.csv"))
    with Served(empty) as served:
        page = watch(served).page
        page.goto("/zh/")
        page.get_by_role("link", name="把表格拖进来").click()
        page.locator("form[data-drop]").wait_for()
        _drop_on(page, "h1", files)
        page.get_by_role("heading", name="311 道题，14 个模型").wait_for()
        page.get_by_role("button", name="存进工作区").click()
        page.get_by_role("heading", name="存好了：311 道题，14 个模型").wait_for()
        page.get_by_role("link", name="看结论").click(timeout=60_000)
        page.get_by_role("link", name="gpt4", exact=True).wait_for()
        assert page.locator("table.scores tbody tr").count() == 14
    assert len(list(empty.store.answers())) == 4336
    assert empty.store.verify() == []


def _drop_on(page: Any, selector: str, files: list[Path]) -> None:
    """Drag files from outside over the page and let go."""
    given = [[file.name, file.read_bytes().decode("latin-1")] for file in files]
    data = page.evaluate_handle(
        """(given) => {
            const data = new DataTransfer();
            for (const [name, text] of given)
                data.items.add(new File([Uint8Array.from(text, (c) => c.charCodeAt(0))], name));
            return data;
        }""",
        given,
    )
    for kind in ("dragenter", "dragover", "drop"):
        page.dispatch_event(selector, kind, {"dataTransfer": data})
