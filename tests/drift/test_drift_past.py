"""The history of one question: every answer by date, whoever asked, hidden words kept back."""

from __future__ import annotations

import asyncio

import msgspec
import pytest
from drift_help import CARD, QUESTIONS, day, model, right, wrong

from mingan import drift
from mingan.bank import Bank
from mingan.errors import UsageError
from mingan.models.protocol import Request
from mingan.records import Answer, ModelCard
from mingan.workspace import Workspace

STIR_FRY = msgspec.structs.replace(QUESTIONS[0], id="爆炒篮球", prompt="篮球怎么爆炒好吃？")


def asked(workspace: Workspace, hidden: str = "") -> None:
    question = msgspec.structs.replace(STIR_FRY, hidden=hidden)
    bank = Bank(name="b", questions=(question,))
    by_day = {day(1): "否", day(2): "否", day(3): "是的，好吃"}
    for number in (1, 2, 3):
        made = model(lambda request: by_day[request.day])
        wish = drift.Wanted(model=CARD, bank=bank)
        asyncio.run(drift.ask(workspace, wish, day=day(number), made=made))


def test_every_answer_stands_under_its_day(workspace: Workspace) -> None:
    asked(workspace)
    old = Answer(
        question=STIR_FRY.id, asked=STIR_FRY.asked, model="gpt4", model_hash=ModelCard(
            name="gpt4", kind="recorded").hash, bank="b", text="先切丝", at="2023-06-01T00:00:00",
        source="recorded",
    )  # fmt: skip
    workspace.store.add_cards([ModelCard(name="gpt4", kind="recorded")])
    workspace.store.record("", [old]).result()
    found = drift.history(workspace.store, "爆炒篮球")
    assert [(s.day, s.model, s.repeat, s.role) for s in found.said] == [
        ("2023-06-01", "gpt4", 0, ""), (day(1), "m", 0, "baseline"), (day(1), "m", 1, "baseline"),
        (day(2), "m", 0, "check"), (day(3), "m", 0, "check"),
    ]  # fmt: skip
    assert [(s.text, s.verdict, s.changed) for s in found.said[1:]] == [
        ("否", "right", False), ("否", "right", False), ("否", "right", False),
        ("是的，好吃", "wrong", True),
    ]  # fmt: skip
    assert found.days == ("2023-06-01", day(1), day(2), day(3))
    assert [s.model for s in drift.history(workspace.store, "爆炒篮球", models=["gpt4"]).said] == [
        "gpt4"
    ]


def test_hidden_words_are_kept_back_unless_asked_for(workspace: Workspace) -> None:
    asked(workspace, hidden="private")
    found = drift.history(workspace.store, "爆炒篮球")
    assert found.hidden
    assert (found.question.prompt, found.question.answer) == ("", None)
    assert {(s.text, s.extracted) for s in found.said} == {("", "")}
    assert [s.verdict for s in found.said][-1] == "wrong"
    shown = drift.history(workspace.store, "爆炒篮球", reveal=True)
    assert shown.question.prompt == "篮球怎么爆炒好吃？"
    assert shown.said[0].text == "否"


def test_what_is_not_there_is_said(workspace: Workspace) -> None:
    asked(workspace)
    with pytest.raises(UsageError, match="没有编号为 nix 的题"):
        drift.history(workspace.store, "nix")
    with pytest.raises(UsageError, match="没有题库 c"):
        drift.history(workspace.store, "爆炒篮球", bank="c")
    with pytest.raises(UsageError, match="还没有人答过"):
        drift.history(workspace.store, "爆炒篮球", models=["nobody"])


def test_helpers_agree() -> None:
    request = Request(messages=(), question="q001")
    assert (right(request), wrong(request)) == ("是", "否")
