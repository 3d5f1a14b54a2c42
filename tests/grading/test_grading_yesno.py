"""Yes or no, however a model dresses the one word."""

from __future__ import annotations

import time

import pytest

from mingan.grading.polarity import polarity
from mingan.grading.rules.yesno import YesNoGrader
from mingan.records import Question

PROMPT = "按下面的规定，小李可以请假吗？只回答“是”或“否”。"

DRESSED = [
    "{}",
    "{} ✅",
    "✅ {}",
    "{}：规定里写着",
    "{}（见第二条）",
    "{}——见第二条",
    "{}，见第二条",
    "{}\n\n理由：规定里有写，但不是第一条。",
    "答：{}",
    "我的回答：{}",
    "我的判断：{}。",
    "**回答：{}**",
    "结论：{}",
    "我认为：{}",
    "我认为{}。",
    "好的，{}。",
    "- {}",
    "1. {}",
    "__{}__",
    "> {}",
    "```\n{}\n```",
    "答案如下：\n{}",
    "先看第一条，再看第二条。\n\n### 最终答案\n{}\n\n理由：第二条。",
    "先看第一条，再看第二条。\n所以，{}。",
    "<answer>{}</answer>",
    "\\boxed{{{}}}",
    "$\\boxed{{\\text{{{}}}}}$",
    "The answer is: {}",
]


def verdict(text: str, reference: str) -> str:
    question = Question(id="q", prompt=PROMPT, answer=reference, grader="yesno")
    return YesNoGrader().grade(question, text).verdict


@pytest.mark.parametrize("dress", DRESSED)
@pytest.mark.parametrize(("said", "other"), [("是", "否"), ("否", "是")])
def test_the_dress_of_a_yes_changes_nothing(said: str, other: str, dress: str) -> None:
    text = dress.format(said)
    assert (verdict(text, said), verdict(text, other)) == ("right", "wrong")


@pytest.mark.parametrize("text", ["是不是？", "他是老师", "我的回答是另外一回事", "答案：见下文"])
def test_what_says_neither_stays_open(text: str) -> None:
    assert verdict(text, "是") == verdict(text, "否") == "unsure"


def test_an_opening_and_an_ending_that_differ_are_a_contradiction() -> None:
    assert verdict("是。\n再看第二条。\n否", "是") == "unsure"
    assert verdict("是。\n等等，不对，第二条不许。\n所以：否", "否") == "right"


@pytest.mark.parametrize("piece", ["所以", "是", "答案：", "\n是", "_"])
def test_repetition_does_not_make_it_slow(piece: str) -> None:
    began = time.perf_counter()
    polarity(piece * (6_000 // len(piece)), PROMPT, "是")
    assert time.perf_counter() - began < 1
