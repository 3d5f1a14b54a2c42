"""Strings that have to be right to the letter: what is another string, and what is not."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mingan.grading.rules.text import TextGrader
from mingan.grading.spelling import another_string, rearranged
from mingan.normal import key
from mingan.records import Question

BACKWARDS = "把“周五老地方见面”倒过来写，只回答七个字。"
PLAIN = "用这七个字回答。"

CASES = [
    (BACKWARDS, "面见方地老五周", "面见方地老五周", "right"),
    (BACKWARDS, "面见方地老五周", "面见方老地五周", "wrong"),
    (BACKWARDS, "面见方地老五周", "我倒着数了一遍。答案是：面见方老地五周。", "wrong"),
    (BACKWARDS, "面见方地老五周", "答案是：面见方地老五周。", "right"),
    (PLAIN, "面见方地老五周", "面见方老地五周", "unsure"),
    (PLAIN, "小猫在树上睡着了", "小猫正在树上睡着了", "right"),  # nothing is exchanged
    ("给出代号。", "DXOT", "DXOR", "wrong"),
    ("给出代号。", "DXOT", "最后的代号是 DXTO。", "wrong"),
    ("给出代号。", "DXOT", "dxot", "right"),
    ("给出代号。", "DXOT", "第一步是 DXAA。第二步是 DXOR。", "unsure"),
    ("给出代号。", "DXOT", "它不是 DXOR。", "unsure"),
    ("给出代号。", "DXOT", "不是 DXOR，而是那一个。", "unsure"),
    ("给出代号。", "DXOT", "第一步是 DXAA。最后得到 D-X-O-T。", "unsure"),
    ("给出代号。", "K7QX", "K7XQ", "wrong"),
    ("给出代号。", "K7QX", "K7QX", "right"),
]


@pytest.mark.parametrize(("prompt", "reference", "text", "verdict"), CASES)
def test_verdicts(prompt: str, reference: str, text: str, verdict: str) -> None:
    question = Question(id="q", prompt=prompt, answer=reference, grader="text")
    assert TextGrader().grade(question, text).verdict == verdict


@given(st.text("甲乙丙丁戊地的", min_size=2, max_size=12))
def test_a_text_is_rearranged_only_if_it_is_another_one(text: str) -> None:
    other = "".join(sorted(text))
    assert not rearranged(text, text)
    assert rearranged(text, f"是{other}！") == (other != text)


@given(st.text(max_size=40), st.text(max_size=60), st.text(max_size=40))
def test_whatever_is_said_the_reference_is_no_other_string(
    reference: str, text: str, prompt: str
) -> None:
    assert another_string([reference], reference, f"字符串{prompt}") == ""
    other = another_string([reference], text, f"字符串{prompt}")
    assert not other or len(key(other)) == len(key(reference))
