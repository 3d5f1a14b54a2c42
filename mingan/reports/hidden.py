"""What a report or an export says of hidden questions: ids, verdicts and states, but no words.

A report is made to be passed on, and a hidden question that was passed on is hidden no more. So
prompts, references and answers of hidden questions are left out unless somebody asks for them.
"""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from mingan.language import Text
from mingan.records import NO_TEXT, Answer, Grade, Question
from mingan.reports.gather import Gathered

WITHHELD = Text(
    "（暗题，内容不显示；要看请加 --show-hidden）",
    "(hidden; not shown without --show-hidden)",
)


def question(shown: Question) -> Question:
    """The question without its words."""
    return msgspec.structs.replace(
        shown, prompt=WITHHELD.say(), answer=None, aliases=(), choices=(), system=None,
        turns=(), params={}, why="", note="",
    )  # fmt: skip


def answer(given: Answer) -> Answer:
    """The answer without its words."""
    text = WITHHELD.say() if given.text else ""
    return msgspec.structs.replace(given, text=text, reasoning="", error=NO_TEXT, meta={})


def grade(given: Grade) -> Grade:
    """The grade without what it quotes."""
    return msgspec.structs.replace(given, reason=WITHHELD, extracted="")


def graded(gathered: Gathered, *, reveal: bool) -> Iterator[tuple[Answer, Grade | None]]:
    """Every answer with the grade that counts, without the words of hidden ones unless wanted."""
    secret = set() if reveal else {q.id for q in gathered.questions if q.hidden}
    for place, given in gathered.answers.items():
        found = gathered.grades.get(place)
        if place[1] in secret:
            yield answer(given), grade(found) if found else None
        else:
            yield given, found
