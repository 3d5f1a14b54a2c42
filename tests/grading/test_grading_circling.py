"""Answers that go round in circles until they are cut off, and signs that are no characters."""

from __future__ import annotations

import time

import pytest

from mingan.grading import grade
from mingan.grading.circling import circles
from mingan.records import Answer, Grade, Question, State


def graded(prompt: str, answer: str, text: str, state: State, grader: str = "") -> Grade:
    question = Question(id="q", prompt=prompt, answer=answer, grader=grader)
    given = Answer(question="q", asked="", model="m", model_hash="h", text=text, state=state)
    return grade(question, given)


LOOPS = [
    "我们来看一看。" + "药物！" * 80,
    "首先，" + "我们向右翻过一格，" * 30 + "我们向右",
    "".join(f"{i}. 12 = 12 × 7\n" for i in range(1, 40)),
    "好的。\n\n" + "A. 变热\nB. 变凉\nC. 不变\n\n" * 15 + "A. 变",
    "1. " * 100,
]


@pytest.mark.parametrize("text", LOOPS)
def test_a_tail_that_only_repeats_itself_is_seen(text: str) -> None:
    assert circles(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "药物！" * 20,
        "设 x 是苹果的个数，y 是梨的个数，" * 3 + "于是 x + y = 12，" + "2x + 3y = 31，" * 3,
        "药物！" * 100
        + "不过，我还是觉得应该从头想一想这道题到底问的是什么。" * 1
        + "先看第一个条件：",
    ],
)
def test_a_text_that_goes_on_is_not_taken_for_a_circle(text: str) -> None:
    assert not circles(text)


def test_circling_until_cut_off_is_wrong_and_says_why() -> None:
    grade_ = graded("一加一等于几？", "2", LOOPS[2], "truncated", "number")
    assert grade_.verdict == "wrong"
    assert "复读" in grade_.reason.zh
    assert "repeating" in grade_.reason.en


def test_an_answer_declared_before_the_circle_counts() -> None:
    text = "答案是 2。" + "因为一加一就是二。" * 60
    assert graded("一加一等于几？", "2", text, "truncated", "number").verdict == "right"
    assert graded("一加一等于几？", "3", text, "truncated", "number").verdict == "wrong"


def test_a_cut_off_answer_that_was_still_going_on_stays_unsure() -> None:
    text = "我们先看第一个条件，再看第二个条件，"
    assert graded("一加一等于几？", "2", text, "truncated", "number").verdict == "unsure"


def test_a_long_circle_is_found_quickly() -> None:
    start = time.perf_counter()
    assert not circles("的" * 3_000 + "".join(chr(0x4E00 + i) for i in range(3_000)))
    assert circles("我们向右翻过一格，" * 1_000_000)
    assert time.perf_counter() - start < 0.5


@pytest.mark.parametrize(
    "grader",
    ["choice", "number", "text", "yesno", "list", "set", "date", "sequence", "contains", "json"],
)
@pytest.mark.parametrize(
    "text", ["\ud800", "答案是\udfff B", '{"a": "\ud800"}', "是\ud83d", "28\udc00"]
)
def test_a_lone_surrogate_never_raises_and_never_gets_into_a_grade(grader: str, text: str) -> None:
    prompt = "问 (A) 一 (B) 二"
    states: list[State] = ["ok", "truncated"]
    for state in states:
        one = graded(prompt, '{"a": 1}' if grader == "json" else "B 1", text, state, grader)
        written = one.to_json().encode()
        assert Grade.from_json(written) == one
