from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mingan.grading import faults, grade
from mingan.grading.protocol import Finding
from mingan.grading.rules.each import EachGrader, parts_of
from mingan.language import Text
from mingan.plugins import Registry
from mingan.records import VERDICTS, Answer, Question

TURNS = Question(
    id="t", prompt="3 加 4 等于几？", turns=("再乘 2 呢？", "谢谢。"), grader="each",
    params={"parts": [{"answer": "7", "grader": "number"}, {"answer": "14"}, None]},
)  # fmt: skip
PAIR = Question(
    id="p", prompt="甲比乙高。谁更高？只写一个字。", kind="variants", grader="each", answer="甲",
    params={
        "variants": [{"prompt": "甲没有乙高。谁更高？只写一个字。", "answer": "乙"}],
        "part": {"answer": "甲", "grader": "text"},
    },
)  # fmt: skip


def judged(question: Question, *said: str) -> Finding:
    return EachGrader().grade_turns(question, said)


@pytest.mark.parametrize(
    ("said", "verdict", "score"),
    [
        (("7", "14", "不客气"), "right", 1.0), (("答案是 7", "答案是 15", ""), "wrong", 0.5),
        (("8", "15", "x"), "wrong", 0.0), (("7", "", "x"), "unsure", 0.5), (("7",), "unsure", 0.5),
        (("8",), "wrong", 0.0),
    ],
)  # fmt: skip
def test_right_if_all_are_right_and_wrong_if_any_is(
    said: tuple[str, ...], verdict: str, score: float
) -> None:
    finding = judged(TURNS, *said)
    assert (finding.verdict, finding.score) == (verdict, score), finding.reason


def test_the_reason_counts_and_names_the_first_that_fails() -> None:
    reason = judged(TURNS, "7", "15", "").reason
    assert reason.zh.startswith("2 轮对了 1 轮；第 2 轮：")
    assert reason.en.startswith("Turns right: 1 of 2; turn 2: ")


def test_a_minimal_pair_is_right_only_with_both_wordings() -> None:
    assert judged(PAIR, "甲", "乙").verdict == "right"
    assert judged(PAIR, "甲", "甲").verdict == "wrong"
    assert judged(PAIR, "甲", "甲").score == 0.5


def test_what_a_variant_leaves_out_is_as_in_the_part() -> None:
    first, second = parts_of(PAIR)
    assert first is not None
    assert second is not None
    assert (first.grader, second.grader) == ("text", "text")
    assert (first.answer, second.answer) == ("甲", "乙")
    assert second.prompt.startswith("甲没有乙高")
    assert (second.kind, second.turns) == ("", ())


def test_a_variant_may_be_judged_by_another_grader_and_its_options() -> None:
    variants = [{"prompt": "选一个：A. 红 B. 蓝", "answer": "B", "grader": "choice",
                 "choices": ["红", "蓝"]}]  # fmt: skip
    question = Question(
        id="p", prompt="甲", kind="variants", params={**PAIR.params, "variants": variants}
    )
    assert judged(question, "甲", "B").verdict == "right"
    assert judged(question, "甲", "A").verdict == "wrong"


def test_grade_reads_the_earlier_turns_of_an_answer() -> None:
    answer = Answer(
        question="t", asked=TURNS.asked, model="m", model_hash="h", text="不客气",
        meta={"turns": ["7", "14"]},
    )  # fmt: skip
    found = grade(TURNS, answer)
    assert (found.verdict, found.score, found.grader) == ("right", 1.0, "each")
    assert found.version.startswith("1+number")


def test_a_new_version_of_a_parts_grader_is_a_new_version_of_the_grade() -> None:
    class Newer:
        name, version = "number", "99"

        def grade(self, question: Question, text: str) -> Finding:
            return Finding(verdict="right", reason=Text("", ""))

        def faults(self, question: Question) -> list[Text]:
            return []

    registry = Registry()
    registry.register("graders", "number", Newer)
    assert "number99" in EachGrader(registry).grade_turns(TURNS, ("7", "14", "")).version


def test_a_grader_that_raises_leaves_its_part_ungraded() -> None:
    class Broken:
        name, version = "number", "1"

        def grade(self, question: Question, text: str) -> Finding:
            raise RuntimeError("坏了")

    registry = Registry()
    registry.register("graders", "number", Broken)
    finding = EachGrader(registry).grade_turns(TURNS, ("7", "14", ""))
    assert finding.verdict == "ungraded"
    assert "坏了" in finding.reason.zh


def test_a_single_turn_is_judged_alone() -> None:
    question = Question(id="q", prompt="p", params={"parts": [{"answer": "7"}]})
    assert EachGrader().grade(question, "7").verdict == "right"


@pytest.mark.parametrize(
    "params",
    [
        {}, {"parts": []}, {"parts": [None, None, None]}, {"parts": [{"answer": "7"}]},
        {"parts": [{"answer": "7"}, {"answer": "x", "grader": "没有"}, None]},
        {"parts": [{"answer": "7"}, {"grader": "number"}, None]},
        {"parts": [{"answer": "7"}, {"answer": "7", "grader": "each"}, None]},
        {"parts": ["7", {"answer": "7"}, None]}, {"parts": "7"},
    ],
)  # fmt: skip
def test_what_keeps_parts_from_being_judged(params: dict[str, Any]) -> None:
    question = Question(id="t", prompt="p", turns=("a", "b"), grader="each", params=params)
    assert faults(question)


def test_sound_questions_have_no_faults() -> None:
    assert faults(TURNS) == []
    assert faults(PAIR) == []


def test_the_faults_of_a_pair_include_those_of_its_game() -> None:
    question = Question(
        id="p", prompt="甲", kind="variants", grader="each",
        params={"variants": [{"answer": "乙"}], "part": {"answer": "甲", "grader": "text"}},
    )  # fmt: skip
    assert any("variants[1]" in fault.zh for fault in faults(question))


@given(st.lists(st.text(max_size=30), max_size=5))
def test_no_text_whatever_breaks_it(said: list[str]) -> None:
    for question in (TURNS, PAIR):
        finding = EachGrader().grade_turns(question, tuple(said))
        assert finding.verdict in VERDICTS
        assert finding.score is None or 0 <= finding.score <= 1
        assert finding.reason.zh


def test_a_kind_that_nobody_knows_is_a_fault_beside_those_of_the_parts() -> None:
    question = Question(
        id="p", prompt="甲", kind="没有这个游戏", grader="each",
        params={"parts": [{"answer": "7", "grader": "没有这个判法"}]},
    )  # fmt: skip
    found = [fault.zh for fault in faults(question)]
    assert any("没有这个游戏" in zh for zh in found)
    assert any(zh.startswith("第 1 轮：") and "没有这个判法" in zh for zh in found)
