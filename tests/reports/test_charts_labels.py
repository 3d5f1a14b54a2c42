from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from mingan.reports.charts.labels import Box, around, place

FRAME = Box(0, 0, 600, 400)
SPOTS = st.lists(
    st.tuples(st.floats(0, 600), st.floats(0, 400), st.floats(10, 150)), max_size=14
)  # fmt: skip


@given(SPOTS)
def test_names_cover_neither_each_other_nor_a_point_and_stay_inside(
    spots: list[tuple[float, float, float]],
) -> None:
    found = place(spots, frame=FRAME)
    assert len(found) == len(spots)
    boxes = [(i, put.box) for i, put in enumerate(found) if put is not None]
    for i, box in boxes:
        assert box.within(FRAME)
        assert not any(box.meets(other) for j, other in boxes if j != i)
        for j, (x, y, _) in enumerate(spots):
            assert j == i or not box.meets(Box(x - 5, y - 5, x + 5, y + 5))


def test_the_first_point_gets_the_best_place() -> None:
    first, second = place([(100, 100, 40), (100, 100.0, 40)], frame=FRAME)
    assert first is None or first.x > 100
    alone = place([(100, 100, 40)], frame=FRAME)[0]
    assert alone is not None
    assert alone.x > 100
    assert second is None or first is None or not second.box.meets(first.box)


def test_lines_are_avoided_where_there_is_room_and_crossed_where_there_is_none() -> None:
    bar = around(60, 100, 140, 100)
    put = place([(100, 100, 40)], frame=FRAME, lines=[bar])[0]
    assert put is not None
    assert not put.box.meets(bar)
    crossed = place([(100, 100, 40)], frame=FRAME, lines=[FRAME])[0]
    assert crossed is not None
    assert place([(100, 100, 40)], frame=FRAME, taken=[FRAME]) == [None]
