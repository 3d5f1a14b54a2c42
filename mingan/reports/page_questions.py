"""The list of questions: one line each, with a sign for what every model made of it.

The answers themselves are not here but in the payload; the list must stay light, because it is
all that a browser builds before somebody clicks.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from itertools import groupby
from typing import Any, Protocol

from mingan.records import State, Verdict
from mingan.reports.data import AnswerView, QuestionView, ReportData
from mingan.reports.safe import one_line

SIGNS = {"r": "●", "w": "○", "u": "◐", "g": "·", "m": "◒", "x": "×", "-": "–"}
NAMES = {
    "r": "right",
    "w": "wrong",
    "u": "unsure",
    "g": "ungraded",
    "m": "mixed",
    "x": "missing",
    "-": "absent",
}
"""What became of a question with a model: a letter for the script, a sign and a word for people.

The signs differ in shape, so that they can be told apart without colour."""

_OF_VERDICT = {"right": "r", "wrong": "w", "unsure": "u", "ungraded": "g"}
_EXCERPT = 110


class Judged(Protocol):
    """Anything that ended somehow and was judged: an `AnswerView`, or less."""

    @property
    def state(self) -> State:
        """How the answer ended."""

    @property
    def verdict(self) -> Verdict:
        """What was found."""


def code(answers: Sequence[Judged]) -> str:
    """One letter for all repeats of one model on one question."""
    if not answers:
        return "-"
    letters = {_letter(answer) for answer in answers}
    if len(letters) == 1:
        return letters.pop()
    if {"r", "w"} <= letters:
        return "m"
    return next(letter for letter in "ugxrw" if letter in letters)


def _letter(answer: Judged) -> str:
    """A verdict wins over a state: a refusal that a grader judged is judged."""
    if answer.state != "ok" and answer.verdict == "ungraded":
        return "x"
    return _OF_VERDICT[answer.verdict]


def question_rows(
    data: ReportData, names: Sequence[str], word: dict[str, str]
) -> list[dict[str, Any]]:
    """One row per question, in the order given; models in the order of the score table."""
    return [_row(question, names, word) for question in data.questions]


def _row(question: QuestionView, names: Sequence[str], word: dict[str, str]) -> dict[str, Any]:
    by_model: dict[str, list[AnswerView]] = {}
    for answer in question.answers:
        by_model.setdefault(answer.model, []).append(answer)
    codes = "".join(code(by_model.get(name, ())) for name in names)
    tally = Counter(codes)
    return {
        "id": one_line(question.id, 80),
        "prompt": one_line(question.prompt, _EXCERPT),
        "tier": one_line(question.tier, 40),
        "tags": [one_line(tag, 40) for tag in question.tags],
        "codes": codes,
        "runs": [
            {"kind": NAMES[letter], "signs": SIGNS[letter] * len(list(group))}
            for letter, group in groupby(codes)
        ],
        "said": " ".join(f"{word[NAMES[c]]} {tally[c]}" for c in NAMES if tally[c]),
    }
