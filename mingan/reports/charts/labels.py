"""Putting names beside points so that they cover neither each other nor a point.

Greedy: the most important point comes first and takes the first free place around it; a name
without a free place is not written (hovering and the table still have it). Knows rectangles only.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

_HEIGHT, _GAP = 14.0, 8.0


class Box(NamedTuple):
    """A rectangle: left, top, right, bottom."""

    left: float
    top: float
    right: float
    bottom: float

    def meets(self, other: Box) -> bool:
        """Whether the two overlap."""
        return (
            self.left < other.right
            and other.left < self.right
            and self.top < other.bottom
            and other.top < self.bottom
        )

    def within(self, frame: Box) -> bool:
        """Whether it lies inside `frame`."""
        return (
            frame.left <= self.left
            and self.right <= frame.right
            and frame.top <= self.top
            and self.bottom <= frame.bottom
        )


def around(x1: float, y1: float, x2: float, y2: float, room: float = 2.0) -> Box:
    """The rectangle that a straight line takes."""
    return Box(min(x1, x2) - room, min(y1, y2) - room, max(x1, x2) + room, max(y1, y2) + room)


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed:
    """Where a name is written: the place of its baseline, and which end of it that is."""

    x: float
    y: float
    anchor: str
    box: Box


def place(
    spots: Sequence[tuple[float, float, float]],
    *,
    frame: Box,
    taken: Sequence[Box] = (),
    lines: Sequence[Box] = (),
) -> list[Placed | None]:
    """A place for the name of each spot (x, y, width of its name), or None.

    Nothing is written over what is `taken`; over `lines` only where there is no other place.
    """
    dots = [Box(x - 5, y - 5, x + 5, y + 5) for x, y, _ in spots]
    used: list[Box] = list(taken)
    found: list[Placed | None] = []
    for i, (x, y, wide) in enumerate(spots):
        others = [*used, *(dot for j, dot in enumerate(dots) if j != i)]
        free = [
            option
            for option in _options(x, y, wide)
            if option.box.within(frame) and not any(option.box.meets(box) for box in others)
        ]
        clear = (o for o in free if not any(o.box.meets(box) for box in lines))
        chosen = next(clear, free[0] if free else None)
        if chosen is not None:
            used.append(chosen.box)
        found.append(chosen)
    return found


def _options(x: float, y: float, wide: float) -> list[Placed]:
    """Right, left, above right, below right, above left, below left, above, below."""
    half, up = _HEIGHT / 2, _HEIGHT + 3
    right, left = x + _GAP, x - _GAP
    found = []
    for start, middle in (
        (right, y), (left - wide, y), (right - 2, y - up + 3), (right - 2, y + up - 3),
        (left + 2 - wide, y - up + 3), (left + 2 - wide, y + up - 3),
        (x - wide / 2, y - up), (x - wide / 2, y + up),
    ):  # fmt: skip
        box = Box(start, middle - half, start + wide, middle + half)
        found.append(Placed(x=start, y=middle + 4.5, anchor="start", box=box))
    return found
