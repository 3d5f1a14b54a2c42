"""Pieces of drawings with time across: years along the bottom, powers of ten up the side.

The module knows no chart in particular.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from mingan.reports.charts import svg

MOST_YEARS = 8


def time_scale(days: Sequence[date], start: float, end: float) -> svg.Scale:
    """From days to places across; a day alone stands in the middle."""
    ordinals = [day.toordinal() for day in days]
    return svg.Scale(low=min(ordinals), high=max(ordinals), start=start, end=end)


def year_axis(x: svg.Scale, top: float, bottom: float) -> list[str]:
    """A line and a figure for every year, or for every few."""
    first, last = date.fromordinal(int(x.low)), date.fromordinal(int(x.high))
    years = [y for y in range(first.year, last.year + 2) if x.low <= _january(y) <= x.high]
    every = -(-len(years) // MOST_YEARS) or 1
    found = []
    for year in years[::every]:
        at = x(_january(year))
        found.append(svg.line("grid", at, top, at, bottom))
        found.append(svg.label(str(year), at, bottom + 18, kind="tick", anchor="middle"))
    return found


def _january(year: int) -> int:
    return date(year, 1, 1).toordinal()


def power_axis(
    y: svg.Scale, left: float, right: float, *, prefix: str = "", unit: float = 1.0
) -> list[str]:
    """A line and a figure for round values of a logarithmic axis.

    Args:
        unit: of which a figure says how many.
    """
    found = []
    for value in svg.powers(y.low, y.high):
        at = y(value)
        found.append(svg.line("grid", left, at, right, at))
        text = f"{prefix}{value / unit:,.6g}"
        found.append(svg.label(text, left - 8, at + 4, kind="tick", anchor="end"))
    return found
