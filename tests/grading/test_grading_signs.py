"""Signs within numbers: a fraction is read whole, and a minus is no punctuation."""

from __future__ import annotations

import pytest

from mingan.grading import grade
from mingan.records import Answer, Question

WORDINGS = ("19/63", "答案：19/63", "答案是 19/63。", "结果是 19/63", "所以概率为 19/63。",
            "**答案：19/63**", r"\frac{19}{63}", "38/126，约分得 19/63。\n答案：19/63")  # fmt: skip


def verdict(reference: str, text: str) -> str:
    question = Question(id="q", prompt="概率是多少？", answer=reference, grader="number")
    answer = Answer(question="q", asked="", model="m", model_hash="h", text=text)
    return grade(question, answer).verdict


@pytest.mark.parametrize("text", WORDINGS)
def test_a_fraction_is_read_whole(text: str) -> None:
    assert verdict("19/63", text) == "right"


@pytest.mark.parametrize("text", WORDINGS)
@pytest.mark.parametrize("reference", ["63", "19", "20/63"])
def test_its_parts_are_never_right(reference: str, text: str) -> None:
    assert verdict(reference, text) != "right"


@pytest.mark.parametrize(
    ("text", "wanted"),
    [("(-12, 41)", "right"), ("-12、41", "right"), ("(12, 41)", "wrong"), ("12、41", "wrong"),
     ("答案：(12, 41)", "wrong"), ("负12、41", "right")],
)  # fmt: skip
def test_a_list_keeps_the_signs_of_its_numbers(text: str, wanted: str) -> None:
    question = Question(id="q", prompt="交点坐标是？", answer="(-12, 41)", grader="list")
    answer = Answer(question="q", asked="", model="m", model_hash="h", text=text)
    assert grade(question, answer).verdict in (wanted, "unsure" if wanted == "wrong" else wanted)
