"""Pieces of drawings: escaped text, marks of different shape, links, scales, the sheet itself.

Everything is presentation attributes and classes; colours come from the style sheet, so that the
same drawing works in light, dark and print. Whatever is written is cleaned and escaped here. The
module knows no chart and no language.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import Literal

from mingan.reports.safe import fit, visible, width

Shape = Literal["circle", "square", "diamond", "triangle", "cross"]
SHAPES: tuple[Shape, ...] = ("circle", "square", "diamond", "triangle", "cross")
"""Different enough to be told apart without colour."""

COLUMN = 6.6
"""About how wide a column of text (see `safe.width`) is in a drawing."""

_MOST_TICKS = 8
_HIT = 12  # radius of what can be pointed at: 24 across


@dataclass(frozen=True, slots=True, kw_only=True)
class Scale:
    """From values to places along an axis, evenly or by powers of ten."""

    low: float
    high: float
    start: float
    end: float
    log: bool = False

    def __call__(self, value: float) -> float:
        """The place of a value; one beyond the ends is put at the end."""
        low, high, at = self.low, self.high, value
        if self.log:
            low, high, at = math.log10(low), math.log10(high), math.log10(max(value, 1e-300))
        share = 0.5 if high == low else min(1.0, max(0.0, (at - low) / (high - low)))
        return self.start + (self.end - self.start) * share


def sheet(
    parts: Sequence[str],
    *,
    ident: str,
    size: tuple[float, float],
    title: str,
    description: str,
    linked: bool = False,
    kind: Literal["plot", "wide", "small"] = "plot",
) -> str:
    """A whole drawing with its name and description; one with links is a group, not a picture.

    `kind` says how large it is shown, so that its letters have the size of those around it.
    """
    role = "group" if linked else "img"
    return (
        f'<svg class="chart {kind}" viewBox="0 0 {size[0]:g} {size[1]:g}" '
        f'role="{role}" aria-labelledby="{ident}-t {ident}-d">'
        f'<title id="{ident}-t">{clean(title)}</title>'
        f'<desc id="{ident}-d">{clean(description)}</desc>{"".join(parts)}</svg>'
    )


def clean(text: str) -> str:
    """`text` without control characters, escaped for an attribute or an element."""
    return escape(" ".join(visible(text).split()))


def label(
    text: str, x: float, y: float, *, kind: str = "", anchor: str = "", columns: int = 0
) -> str:
    """A line of text; cut to `columns` where given."""
    shown = clean(fit(" ".join(visible(text).split()), columns) if columns else text)
    named = f' class="{kind}"' if kind else ""
    at = f' text-anchor="{anchor}"' if anchor else ""
    return f'<text{named} x="{x:.1f}" y="{y:.1f}"{at}>{shown}</text>'


def line(kind: str, x1: float, y1: float, x2: float, y2: float) -> str:
    """A straight line."""
    return f'<line class="{kind}" x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}"/>'


def path(kind: str, at: Sequence[tuple[float, float]], *, closed: bool = False) -> str:
    """A line through places."""
    if not at:
        return ""
    steps = "L".join(f"{x:.1f} {y:.1f}" for x, y in at)
    return f'<path class="{kind}" d="M{steps}{"Z" if closed else ""}"/>'


def dust(kind: str, at: Sequence[tuple[float, float]]) -> str:
    """Many dots as one path: light, but none of them can be pointed at."""
    return f'<path class="{kind}" d="{"".join(f"M{x:.1f} {y:.1f}h0" for x, y in at)}"/>'


def mark(shape: Shape, x: float, y: float, *, kind: str, size: float = 4.5) -> str:
    """A point of a certain shape."""
    if shape == "circle":
        return f'<circle class="{kind}" cx="{x:.1f}" cy="{y:.1f}" r="{size:g}"/>'
    r = size * 0.92
    if shape == "square":
        return (
            f'<rect class="{kind}" x="{x - r:.1f}" y="{y - r:.1f}" width="{2 * r:g}" '
            f'height="{2 * r:g}"/>'
        )
    r = size * 1.25
    if shape == "diamond":
        corners = [(x, y - r), (x + r, y), (x, y + r), (x - r, y)]
        return path(kind, corners, closed=True)
    if shape == "triangle":
        corners = [(x, y - r), (x + r, y + r * 0.8), (x - r, y + r * 0.8)]
        return path(kind, corners, closed=True)
    a, b = size, size * 0.38
    corners = [
        (x - b, y - a), (x + b, y - a), (x + b, y - b), (x + a, y - b), (x + a, y + b),
        (x + b, y + b), (x + b, y + a), (x - b, y + a), (x - b, y + b), (x - a, y + b),
        (x - a, y - b), (x - b, y - b),
    ]  # fmt: skip
    return path(kind, corners, closed=True)


def anchor(href: str, name: str, inner: str, *, skipped: bool = False) -> str:
    """`inner` as a link that says where it leads, by voice and on hovering.

    `skipped`: not a stop of the tab key, where there are too many and a table has them all.
    """
    said = clean(name)
    if not href:
        return f"<g><title>{said}</title>{inner}</g>"
    stop = ' tabindex="-1"' if skipped else ""
    where = escape(visible(href))
    return f'<a href="{where}" aria-label="{said}"{stop}><title>{said}</title>{inner}</a>'


def hit(x: float, y: float) -> str:
    """An unseen disc that makes a small point easy to point at."""
    return f'<circle class="hit" cx="{x:.1f}" cy="{y:.1f}" r="{_HIT}"/>'


def unread(parts: Sequence[str]) -> str:
    """Lines and figures of axes, which nobody wants read out."""
    return f'<g aria-hidden="true">{"".join(parts)}</g>'


def text_width(text: str) -> float:
    """About how wide a line of text is."""
    return COLUMN * width(text)


def powers(low: float, high: float) -> list[float]:
    """Round values for a logarithmic axis that fall within [low, high]: 1, 2, 5, 10 … or fewer."""
    first, last = math.floor(math.log10(low)), math.ceil(math.log10(high))
    found: list[float] = []
    for steps in ((1, 2, 5), (1, 3), (1,)):
        every = [step * 10.0**power for power in range(first, last + 1) for step in steps]
        found = [value for value in every if low * (1 - 1e-9) <= value <= high * (1 + 1e-9)]
        if len(found) <= _MOST_TICKS:
            return found
    return found[:: math.ceil(len(found) / _MOST_TICKS)]
