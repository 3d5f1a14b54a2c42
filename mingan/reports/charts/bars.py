"""Intervals drawn as SVG: pure functions from scores to a string.

The interval is the bar and the point sits on it. Colours come from CSS classes only, so that the
same drawing works in light, dark and print; there is no script. Names are cleaned and escaped
here. The module knows no page and no template.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from html import escape
from typing import Protocol

from mingan.reports.safe import fit, short_name
from mingan.reports.sentences import points, rank_range
from mingan.statistics.results import Score

_LEFT, _RIGHT, _PLOT, _ROW, _HEAD = 200, 44, 456, 26, 26
_NAME_COLUMNS = 19


class Ends(Protocol):
    """A score with its interval."""

    @property
    def score(self) -> float:
        """The score, 0 to 1; NaN for none."""

    @property
    def low(self) -> float:
        """The lower end."""

    @property
    def high(self) -> float:
        """The upper end."""


def interval_bar(score: Ends) -> str:
    """One row's interval on a scale of 0 to 100, stretching to the width of its box."""
    if math.isnan(score.score):
        return ""
    label = f"{points(score.score)} ({points(score.low)}–{points(score.high)})"
    return (
        f'<svg class="bar" width="100%" height="18" role="img" aria-label="{label}">'
        '<line class="rail" x1="0%" x2="100%" y1="9" y2="9"/>'
        f'<line class="range" x1="{_pc(score.low)}" x2="{_pc(score.high)}" y1="9" y2="9"/>'
        f'<circle class="dot" cx="{_pc(score.score)}" cy="9" r="3"/></svg>'
    )


def verdict_bar(score: Score) -> str:
    """Right, wrong and undecided answers as parts of one bar; the counts stand beside it."""
    undecided = score.unsure + score.ungraded
    lost = score.refused + score.truncated + score.empty + score.failed + score.absent
    parts = [
        (score.right, "right"),
        (score.wrong, "wrong"),
        (undecided, "unsure"),
        (lost, "lost"),
    ]
    total = sum(count for count, _ in parts)
    if not total:
        return ""
    drawn, start = [], 0
    for count, kind in parts:
        if count:
            drawn.append(
                f'<rect class="{kind}" x="{_pc(start / total)}" width="{_pc(count / total)}" '
                'y="5" height="8"/>'
            )
        start += count
    return f'<svg class="counts" width="100%" height="18" aria-hidden="true">{"".join(drawn)}</svg>'


def interval_chart(scores: Sequence[Score], *, ident: str, title: str, description: str) -> str:
    """All models with rank, interval and the range from worst to best case.

    `ident` makes the ids of title and description unique on the page.
    """
    rows = [score for score in scores if not math.isnan(score.score)]
    height = _HEAD + _ROW * len(rows) + 8
    width = _LEFT + _PLOT + _RIGHT
    parts = [
        f'<svg class="chart" viewBox="0 0 {width} {height}" role="img" '
        f'aria-labelledby="{ident}-t {ident}-d">',
        f'<title id="{ident}-t">{escape(title)}</title>',
        f'<desc id="{ident}-d">{escape(description)}</desc>',
        *(_grid(mark, height) for mark in (0, 25, 50, 75, 100)),
        *(_row(score, _HEAD + _ROW * i + _ROW // 2) for i, score in enumerate(rows)),
        "</svg>",
    ]
    return "".join(parts)


def _grid(mark: int, height: int) -> str:
    x = _x(mark / 100)
    return (
        f'<line class="grid" x1="{x}" x2="{x}" y1="{_HEAD - 6}" y2="{height - 6}"/>'
        f'<text class="tick" x="{x}" y="{_HEAD - 12}" text-anchor="middle">{mark}</text>'
    )


def _row(score: Score, y: int) -> str:
    name = escape(fit(short_name(score.model), _NAME_COLUMNS))
    return (
        f'<text class="rank" x="0" y="{y + 4}">{rank_range(score)}</text>'
        f'<text class="name" x="52" y="{y + 4}">{name}</text>'
        f"{_line('cases', score.worst_case, score.best_case, y)}"
        f"{_line('range', score.low, score.high, y)}"
        f'<circle class="dot" cx="{_x(score.score)}" cy="{y}" r="3.5"/>'
        f'<text class="value" x="{_LEFT + _PLOT + _RIGHT}" y="{y + 4}" '
        f'text-anchor="end">{points(score.score)}</text>'
    )


def _line(kind: str, start: float, end: float, y: int) -> str:
    return f'<line class="{kind}" x1="{_x(start)}" x2="{_x(end)}" y1="{y}" y2="{y}"/>'


def _x(value: float) -> str:
    return f"{_LEFT + _PLOT * _inside(value):.1f}"


def _pc(value: float) -> str:
    return f"{100 * _inside(value):.2f}%"


def _inside(value: float) -> float:
    return 0.0 if math.isnan(value) else min(1.0, max(0.0, value))
