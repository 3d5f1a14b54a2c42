"""Lists of figures, however they are spoken: with units, numbered, one a line."""

from __future__ import annotations

import pytest

from mingan import grading
from mingan.records import Answer, Question

QUESTION = Question(
    id="q", prompt="第 1 到 6 代各有多少？", answer="27、29、26、32、17、20", grader="list"
)


def _verdict(text: str) -> str:
    answer = Answer(question="q", asked=QUESTION.asked, model="m", model_hash="h", text=text)
    return grading.grade(QUESTION, answer).verdict


SPOKEN = [
    "27、29、26、32、17、20",
    "第1代27个，第2代29个，第3代26个，第4代32个，第5代17个，第6代20个",
    "27 个、29 个、26 个、32 个、17 个和 20 个。",
    "1: 27\n2: 29\n3: 26\n4: 32\n5: 17\n6: 20",
    "1. 27\n2. 29\n3. 26\n4. 32\n5. 17\n6. 20",
    "- 第 1 代：27\n- 第 2 代：29\n- 第 3 代：26\n- 第 4 代：32\n- 第 5 代：17\n- 第 6 代：20",
    "先算 27+29=56。\n最后是 27、29、26、32、17、20。",
    "Day 1: 27, day 2: 29, day 3: 26, day 4: 32, day 5: 17, day 6: 20",
]


@pytest.mark.parametrize("text", SPOKEN)
def test_figures_with_words_between_are_read(text: str) -> None:
    assert _verdict(text) == "right"


@pytest.mark.parametrize("text", SPOKEN)
def test_another_last_figure_is_wrong_however_it_is_spoken(text: str) -> None:
    head, _, tail = text.rpartition("20")
    assert _verdict(f"{head}21{tail}") == "wrong"


def test_figures_that_are_all_there_but_not_as_a_list_are_not_called_wrong() -> None:
    text = "从 27 变到 29，过了 3 天又是 26 和 32；再后来 17，最后 20，共 8 次。"
    assert _verdict(text) == "unsure"
    assert _verdict("大约 12 个。") == "wrong"
