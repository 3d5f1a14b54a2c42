from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from mingan.reports.charts.frontier import frontier, steps

Point = tuple[float, float]
POINTS = st.lists(
    st.tuples(st.integers(0, 12).map(float), st.integers(0, 12).map(float)), max_size=25
)


def dominated(point: Point, by: Point) -> bool:
    return by != point and by[0] <= point[0] and by[1] >= point[1]


@given(POINTS)
def test_exactly_those_that_nobody_dominates_are_on_the_line(points: list[Point]) -> None:
    kept = set(frontier(points))
    for i, point in enumerate(points):
        assert (i in kept) == (not any(dominated(point, other) for other in points))


@given(POINTS)
def test_the_line_rises_in_both_and_steps_are_straight(points: list[Point]) -> None:
    line = [points[i] for i in frontier(points)]
    for a, b in pairwise(line):
        assert a == b or (a[0] < b[0] and a[1] < b[1])
    corners = steps(line)
    assert set(line) <= set(corners) or not line
    for a, b in pairwise(corners):
        assert (a[0] == b[0]) != (a[1] == b[1])
    assert not any(dominated(corner, other) and corner in line
                   for corner in corners for other in line)  # fmt: skip


def test_of_nothing_there_is_no_line() -> None:
    assert frontier([]) == []
    assert steps([]) == []
