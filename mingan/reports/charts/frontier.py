"""Which points are beaten by no other: nothing is at once cheaper (or faster) and better.

Plain numbers in, indices out. The module knows no models and no uncertainty; what the line is
worth is said by who draws it.
"""

from __future__ import annotations

from collections.abc import Sequence


def frontier(points: Sequence[tuple[float, float]]) -> list[int]:
    """Indices of the points (cost, score) that no other point dominates, cheapest first.

    One dominates another if it costs no more and scores no less, and differs in one of the two.
    Points that are the same in both are all kept.
    """
    order = sorted(range(len(points)), key=lambda i: (points[i][0], -points[i][1]))
    kept: list[int] = []
    best: tuple[float, float] | None = None
    for i in order:
        if best is None or points[i][1] > best[1] or points[i] == best:
            kept.append(i)
            best = points[i]
    return kept


def steps(points: Sequence[tuple[float, float]]) -> list[tuple[float, float]]:
    """Corners of the line through frontier points (rising in both): across first, then up.

    It is drawn as stairs because between two models there is none that one could buy.
    """
    found: list[tuple[float, float]] = []
    for x, y in points:
        if found and found[-1] != (x, y):
            found.append((x, found[-1][1]))
        if not found or found[-1] != (x, y):
            found.append((x, y))
    return found
