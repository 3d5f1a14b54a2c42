"""What Compare draws: the interval of a difference, and the pictures that models drew.

A model's drawing is only ever served as pixels that we made in a process with a limit on its
time, never as what the model wrote. Making them is slow, so it has threads of its own. The module
knows answers; it must not know the page that they stand on.
"""

from __future__ import annotations

from collections import OrderedDict
from concurrent.futures import Future
from functools import partial
from threading import Lock

from markupsafe import Markup

from mingan.grading.drawing import picture
from mingan.records import Answer, Question
from mingan.reports.charts.svg import Scale
from mingan.reports.sentences import points
from mingan.statistics import Comparison
from mingan.web.hands import Hands

SIDE = 320
SECONDS = 2
"""Pixels of a picture's longer side, and seconds of the processor that it may take."""

REMEMBERED = 400
"""Pictures that are kept."""

AT_ONCE = 2
"""Pictures that are made at the same time."""

LINE = 40
"""Pictures that may wait to be made: a class with its browsers, not whoever asks for hundreds."""

_WIDTH, _HEIGHT, _MARGIN = 480, 26, 8


class Pictures:
    """The pictures made lately, by answer."""

    def __init__(self, _: object = None) -> None:
        self._made: OrderedDict[str, bytes | None] = OrderedDict()
        self._lock = Lock()
        self._hands = Hands[bytes | None](AT_ONCE, line=LINE)

    def of(self, question: Question, answer: Answer) -> Future[bytes | None]:
        """The drawing in an answer as a PNG, once it is made; None where it cannot be drawn.

        Raises:
            Crowded: too many are waiting to be made.
        """
        name = answer.content
        with self._lock:
            if name in self._made:
                self._made.move_to_end(name)
                known: Future[bytes | None] = Future()
                known.set_result(self._made[name])
                return known
        return self._hands.do(name, partial(self._draw, question, answer))

    def _draw(self, question: Question, answer: Answer) -> bytes | None:
        made = picture(question, answer.text, side=SIDE, seconds=SECONDS)
        with self._lock:
            self._made[answer.content] = made
            while len(self._made) > REMEMBERED:
                self._made.popitem(last=False)
        return made

    def close(self) -> None:
        """Finish those under way, and forget all."""
        self._hands.close()
        self._made.clear()


def difference_bar(pair: Comparison) -> Markup:
    """The difference of two models with its interval, on a line with zero in the middle."""
    reach = max(abs(pair.low), abs(pair.high), abs(pair.difference), 0.05) * 1.1
    scale = Scale(low=-reach, high=reach, start=_MARGIN, end=_WIDTH - _MARGIN)
    at, middle = _HEIGHT / 2, f"{scale(0):.1f}"
    said = f"{points(pair.difference)} ({points(pair.low)} – {points(pair.high)})"
    return Markup(
        '<svg class="difference" viewBox="0 0 {} {}" role="img" aria-label="{}">'
        '<line class="rail" x1="{}" x2="{}" y1="{}" y2="{}"/>'
        '<line class="zero" x1="{}" x2="{}" y1="2" y2="{}"/>'
        '<line class="range" x1="{:.1f}" x2="{:.1f}" y1="{}" y2="{}"/>'
        '<circle class="dot" cx="{:.1f}" cy="{}" r="6"/></svg>'
    ).format(
        _WIDTH, _HEIGHT, said, _MARGIN, _WIDTH - _MARGIN, at, at, middle, middle, _HEIGHT - 2,
        scale(pair.low), scale(pair.high), at, at, scale(pair.difference), at,
    )  # fmt: skip
