"""The drawings that models made, as small pictures beside their answers.

What goes into a report is always the picture and never the SVG, which could do things when
opened. A report must stay light, so pictures are small and there are only so many of them. The
module knows answers and pictures; how a page shows them is not its business.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from mingan.grading.drawing import SvgGrader, picture
from mingan.records import Question
from mingan.reports.data import AnswerView, QuestionView

SIDE = 160
"""Pixels of a picture's longer side."""

MOST = 600
"""Pictures in one report."""

LARGEST = 24_000
"""Bytes of one picture; a bigger one is left out."""

ALL_TOGETHER = 3_000_000
"""Bytes of all pictures of one report together."""


def with_pictures(
    views: Iterable[QuestionView], questions: Iterable[Question]
) -> tuple[QuestionView, ...]:
    """The views, with a picture in every answer that has a drawing, as long as there is room.

    Nothing is drawn for questions that ask for no drawing, or whose words are withheld.
    """
    by_id = {question.id: question for question in questions}
    room = _Room()
    return tuple(
        replace(view, answers=tuple(room.hang(answer, by_id[view.id]) for answer in view.answers))
        if view.grader == SvgGrader.name
        else view
        for view in views
    )


class _Room:
    """The room for pictures that is left."""

    def __init__(self) -> None:
        self._left, self._bytes = MOST, ALL_TOGETHER
        self._known: dict[str, bytes] = {}

    def hang(self, answer: AnswerView, question: Question) -> AnswerView:
        if self._left <= 0 or self._bytes <= 0 or not answer.text:
            return answer
        if answer.text not in self._known:
            self._known[answer.text] = picture(question, answer.text, side=SIDE) or b""
        made = self._known[answer.text]
        if not made or len(made) > min(LARGEST, self._bytes):
            return answer
        self._left -= 1
        self._bytes -= len(made)
        return replace(answer, picture=made)
