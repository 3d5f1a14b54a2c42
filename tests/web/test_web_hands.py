"""Slow work: in threads of its own, once for all who want the same, and not without limit."""

from __future__ import annotations

import threading
import time
from collections import Counter

import pytest
from web_help import Served, Visitor

from mingan.grading.drawing import picture
from mingan.records import Answer, ModelCard, Question
from mingan.web import drawings
from mingan.web.cards import question_key
from mingan.web.hands import Crowded, Hands
from mingan.workspace import Workspace

_DRAWN = '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><circle r="{}"/></svg>'


def test_the_same_work_is_done_once_and_a_full_line_takes_no_more() -> None:
    go, did = threading.Event(), Counter[str]()
    hands = Hands[str](1, line=2)

    def work(name: str) -> str:
        go.wait(10)
        did[name] += 1
        return name

    first = [hands.do(name, lambda name=name: work(name)) for name in ("a", "b", "c")]
    assert hands.do("a", lambda: "another") is first[0]
    with pytest.raises(Crowded):
        hands.do("d", lambda: "d")
    go.set()
    assert [one.result(10) for one in first] == ["a", "b", "c"]
    assert did == {"a": 1, "b": 1, "c": 1}
    assert hands.do("d", lambda: "d").result(10) == "d"
    hands.close()


def test_work_that_fails_is_not_under_way_for_ever() -> None:
    hands = Hands[str](1, line=1)
    with pytest.raises(ZeroDivisionError):
        hands.do("a", lambda: str(1 // 0)).result(10)
    assert hands.do("a", lambda: "well").result(10) == "well"
    hands.close()


def test_pictures_by_the_dozen_leave_the_other_pages_alone(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    go, made = threading.Event(), Counter[str]()

    def slowly(question: Question, text: str, **how: int) -> bytes | None:
        made[text] += 1
        go.wait(60)
        return picture(question, text, side=how["side"], seconds=how["seconds"])

    monkeypatch.setattr(drawings, "picture", slowly)
    asked = [Question(id=f"d{i}", prompt=f"画 {i}", grader="svg") for i in range(48)]
    card = ModelCard(name="甲", kind="recorded")
    workspace.store.add_bank("画", asked)
    answers = [
        Answer(question=q.id, asked=q.asked, model="甲", model_hash=card.hash, bank="画",
               text=_DRAWN.format(i))
        for i, q in enumerate(asked)
    ]  # fmt: skip
    workspace.store.record("", answers).result()
    paths = [f"/zh/picture/{question_key(a.question)}/{a.content}.png?bank=画" for a in answers]
    seen = Counter[int]()

    def fetch(path: str) -> None:
        with Visitor(served) as visitor:
            seen[visitor.client.get(path).status_code] += 1

    with Served(workspace) as served, Visitor(served) as reader:
        reader.get("/zh/enter")
        threads = [threading.Thread(target=fetch, args=(path,)) for path in paths * 2]
        for thread in threads:
            thread.start()
        deadline = time.monotonic() + 30
        while not seen[503] and time.monotonic() < deadline:
            time.sleep(0.02)
        reader.get("/zh/enter")  # while pictures are waited for, and none is made
        go.set()
        for thread in threads:
            thread.join(60)
    assert set(seen) == {200, 503}
    assert seen[200] >= drawings.LINE
    assert max(made.values()) == 1
