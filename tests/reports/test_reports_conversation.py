"""A conversation in the report: every turn with who spoke, and as harmless as everything there."""

from __future__ import annotations

from typing import Any

from reports_fake import report

from mingan.records import Answer, Question
from mingan.reports import html
from mingan.reports.assemble import _turns
from mingan.reports.data import AnswerView, QuestionView, Turn
from mingan.reports.payload import LONGEST, payload

NASTY = "</script><script>alert(1)</script>\u202e\x00"


def answered(**meta: Any) -> Answer:
    return Answer(question="q", asked="a", model="m", model_hash="h", text="末句", meta=meta)


def sent(*turns: Turn) -> list[list[Any]]:
    view = AnswerView(model="m", state="ok", verdict="right", text="末句", turns=turns)
    (question,) = payload([QuestionView(id="q", prompt="p", answers=(view,))], ["m"], "zh")[
        "questions"
    ]
    return list(question["a"][0][9])


def test_turns_are_in_order_with_who_spoke() -> None:
    answer = answered(turns=["一", "三"], said=["二", "四"], fresh=[1])
    turns = _turns(Question(id="q", prompt="p", kind="k"), answer)
    assert [(turn.who, turn.text, turn.fresh) for turn in turns] == [
        ("model", "一", False), ("user", "二", False), ("model", "三", False), ("user", "四", True),
    ]  # fmt: skip
    assert sent(*turns) == [[0, "一"], [1, "二"], [0, "三"], [2, "四"]]


def test_an_answer_without_what_was_said_to_it_has_the_written_turns() -> None:
    turns = _turns(Question(id="q", prompt="p", turns=("二",)), answered(turns=["一"]))
    assert [turn.text for turn in turns] == ["一", "二"]


def test_one_turn_is_no_conversation_and_odd_meta_does_no_harm() -> None:
    question = Question(id="q", prompt="p")
    assert _turns(question, answered()) == ()
    assert _turns(question, answered(turns=["一"], said=3, fresh="x")) == ()


def test_hostile_turns_cannot_leave_the_page() -> None:
    view = AnswerView(
        model="gpt4", state="ok", verdict="right", text="x",
        turns=(Turn(who="model", text=NASTY), Turn(who="user", text=NASTY, fresh=True)),
    )  # fmt: skip
    data = report()
    page = html.render(
        type(data)(
            **{f: getattr(data, f) for f in data.__dataclass_fields__ if f != "questions"},
            questions=(QuestionView(id="q", prompt="p", answers=(view,)),),
        ),
        "zh",
    )
    assert "<script>alert" not in page
    assert "\u202e" not in page
    assert "\\u003c/script" in page


def test_a_long_conversation_is_about_as_long_as_one_answer() -> None:
    long = [Turn(who="model", text="字" * 50_000)] * 40
    assert sum(len(text) for _, text in sent(*long)) < 5 * LONGEST
