"""The drawings that models made, as small pictures beside their answers.

What goes into a report is always the picture and never the SVG, which could do things when
opened. A report must stay light and be quickly made, whatever models drew, so pictures are small,
and neither their number nor the time for them is without end. The module knows answers and
pictures; how a page shows them is not its business.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from time import monotonic

from mingan.grading.drawing import SvgGrader, picture, written_svg
from mingan.language import Text
from mingan.records import Question
from mingan.reports.data import AnswerView, QuestionView

SIDE = 160
"""Pixels of a picture's longer side."""

MOST = 600
"""Drawings that are tried for one report, whether or not a picture comes of them."""

SECONDS_EACH, SECONDS = 2, 60.0
"""Seconds of the processor that one drawing may take, and seconds on the clock for all of them."""

LARGEST = 24_000
"""Bytes of one picture; a bigger one is left out."""

ALL_TOGETHER = 3_000_000
"""Bytes of all pictures of one report together."""


def with_pictures(
    views: Iterable[QuestionView], questions: Iterable[Question]
) -> tuple[tuple[QuestionView, ...], tuple[Text, ...]]:
    """The views, with a picture in every answer that has a drawing, as long as there is room.

    Nothing is drawn for questions that ask for no drawing, or whose words are withheld. Where the
    room was too small, the second part says so in a sentence.
    """
    by_id = {question.id: question for question in questions}
    room = _Room()
    hung = tuple(
        replace(view, answers=tuple(room.hang(answer, by_id[view.id]) for answer in view.answers))
        if view.grader == SvgGrader.name
        else view
        for view in views
    )
    return hung, (_too_many(room.left_out),) if room.left_out else ()


class _Room:
    """The room for pictures that is left; `left_out` counts the answers for which it was none."""

    def __init__(self) -> None:
        self.left_out = 0
        self._tries, self._seconds, self._bytes = MOST, SECONDS, ALL_TOGETHER
        self._known: dict[str, bytes] = {}

    def hang(self, answer: AnswerView, question: Question) -> AnswerView:
        svg = written_svg(answer.text)
        if svg is None:
            return answer
        if svg not in self._known:
            if self._tries <= 0 or self._seconds <= 0:
                self.left_out += 1
                return answer
            self._known[svg] = self._made(answer.text, question)
        made = self._known[svg]
        if not made or len(made) > LARGEST:
            return answer
        if len(made) > self._bytes:
            self.left_out += 1
            return answer
        self._bytes -= len(made)
        return replace(answer, picture=made)

    def _made(self, text: str, question: Question) -> bytes:
        """The picture, or nothing; what cannot be drawn takes room as well, or it would be free."""
        began = monotonic()
        made = picture(question, text, side=SIDE, seconds=SECONDS_EACH) or b""
        self._tries -= 1
        self._seconds -= monotonic() - began
        return made


def _too_many(answers: int) -> Text:
    size = f"{ALL_TOGETHER / 1e6:g} MB"
    return Text(
        f"有 {answers} 个回答的画没有附上图：一份报告最多画 {MOST} 幅，"
        f"总共不超过 {SECONDS:.0f} 秒、{size}。判分不受影响。",
        f"{answers} {'answer has its' if answers == 1 else 'answers have their'} drawing shown "
        f"without a picture: a report tries at most {MOST} drawings, within {SECONDS:.0f} s and "
        f"{size} in all. Verdicts are not affected.",
    )
