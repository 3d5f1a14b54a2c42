from __future__ import annotations

import pytest

from mingan.records import State, Verdict
from mingan.reports.data import AnswerView
from mingan.reports.page_questions import NAMES, SIGNS, code
from mingan.reports.words import WORDS


def view(verdict: Verdict, state: State = "ok") -> AnswerView:
    return AnswerView(model="m", state=state, verdict=verdict, text="")


@pytest.mark.parametrize(
    ("answers", "letter"),
    [
        ([], "-"),
        ([view("right")], "r"),
        ([view("right"), view("right")], "r"),
        ([view("right"), view("wrong")], "m"),
        ([view("right"), view("wrong"), view("unsure")], "m"),
        ([view("right"), view("unsure")], "u"),
        ([view("wrong"), view("ungraded", "failed")], "x"),
        ([view("ungraded", "refused")], "x"),
        ([view("wrong", "refused")], "w"),
        ([view("ungraded")], "g"),
    ],
)
def test_one_letter_for_all_repeats(answers: list[AnswerView], letter: str) -> None:
    assert code(answers) == letter


def test_signs_differ_without_colour_and_have_words() -> None:
    assert len(set(SIGNS.values())) == len(SIGNS)
    assert set(SIGNS) == set(NAMES)
    assert all(name in WORDS for name in NAMES.values())
