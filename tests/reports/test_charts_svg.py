from __future__ import annotations

import math
from xml.etree import ElementTree

import pytest
from charts_help import HOSTILE, path
from hypothesis import given
from hypothesis import strategies as st

from mingan.reports.charts import svg


@given(st.floats(0, 1), st.booleans())
def test_a_scale_keeps_order_and_stays_between_its_ends(value: float, log: bool) -> None:
    scale = svg.Scale(low=0.01, high=1, start=300, end=20, log=log)
    assert 20 <= scale(value) <= 300
    assert scale(1) == 20
    assert scale(0.01) == 300
    if value > 0.01:
        assert scale(value) < scale(0.01)


def test_a_logarithmic_scale_gives_the_same_room_to_the_same_factor() -> None:
    scale = svg.Scale(low=1, high=100, start=0, end=200, log=True)
    assert math.isclose(scale(10), 100)
    assert math.isclose(scale(20) - scale(10), scale(2) - scale(1))


def test_a_scale_without_extent_puts_everything_in_the_middle() -> None:
    assert svg.Scale(low=5, high=5, start=0, end=10)(5) == 5


@pytest.mark.parametrize(
    ("low", "high", "expected"),
    [
        (0.9, 110, [1, 2, 5, 10, 20, 50, 100]),
        (0.6, 12, [1, 2, 5, 10]),
        (1e-6, 10, [1e-6, 1e-5, 1e-4, 1e-3, 1e-2, 1e-1, 1, 10]),
    ],
)
def test_ticks_of_a_logarithmic_axis_are_round(
    low: float, high: float, expected: list[float]
) -> None:
    assert svg.powers(low, high) == pytest.approx(expected)


@given(st.floats(1e-9, 1e6), st.floats(1.5, 1e6))
def test_ticks_are_never_many_and_stay_inside(low: float, factor: float) -> None:
    found = svg.powers(low, low * factor)
    assert len(found) <= 8
    assert all(low * 0.999 <= value <= low * factor * 1.001 for value in found)


@pytest.mark.parametrize("shape", svg.SHAPES)
def test_marks_differ_in_shape_and_are_where_they_should_be(shape: svg.Shape) -> None:
    element = ElementTree.fromstring(svg.mark(shape, 50, 40, kind="dot"))
    if element.tag == "circle":
        assert (element.get("cx"), element.get("cy")) == ("50.0", "40.0")
    elif element.tag == "path":
        corners = path(element)
        assert min(x for x, _ in corners) < 50 < max(x for x, _ in corners)
        assert min(y for _, y in corners) < 40 < max(y for _, y in corners)
    assert len({svg.mark(each, 50, 40, kind="dot") for each in svg.SHAPES}) == len(svg.SHAPES)


@given(st.text(max_size=60))
def test_any_text_becomes_text(text: str) -> None:
    for drawn in (
        svg.label(text, 1, 2),
        svg.label(text, 1, 2, columns=5),
        svg.anchor("#x", text, "<g/>"),
        svg.sheet([], ident="a", size=(1, 2), title=text, description=text),
    ):
        tags = {element.tag.rpartition("}")[2] for element in ElementTree.fromstring(drawn).iter()}
        assert tags <= {"text", "a", "g", "title", "desc", "svg"}


def test_hostile_addresses_and_names_stay_in_their_attributes() -> None:
    element = ElementTree.fromstring(svg.anchor(f'#{HOSTILE[:20]}"><script>', HOSTILE, "<g/>"))
    assert [child.tag for child in element] == ["title", "g"]
    assert set(element.keys()) == {"href", "aria-label"}


def test_without_an_address_there_is_a_name_and_no_link() -> None:
    element = ElementTree.fromstring(svg.anchor("", "n", "<g/>"))
    assert element.tag == "g"
    assert element[0].text == "n"
