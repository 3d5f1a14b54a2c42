"""What the tests of charts share: reading a drawing, and what must hold for each of them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

from hypothesis import strategies as st
from reports_fake import score

from mingan.reports.charts.chart import Chart, Spot
from mingan.reports.data import Breakdown
from mingan.statistics.results import Score

TAGS = {"svg", "title", "desc", "g", "a", "line", "path", "circle", "rect", "text"}
HOSTILE = '<script>alert(1)</script> & "x"\x00\u202e]]>'


def link(spot: Spot) -> str:
    """An address that tells what it was made of."""
    return f"#{spot.model}|{spot.ability}|{spot.question}|{spot.outcome}"


def drawn(chart: Chart, lang: str = "zh") -> Element:
    """The drawing of a chart, after a look at what must hold for all of them."""
    text = chart.drawing(lang)  # type: ignore[arg-type]
    assert "style=" not in text
    assert "nan" not in re.sub(r">[^<]*<|=\"[^\"]*\"", "", text)
    root = ElementTree.fromstring(text)
    assert {element.tag for element in root.iter()} <= TAGS
    assert not any(name.startswith("on") for e in root.iter() for name in e.attrib)
    ident = chart.key
    assert root.get("aria-labelledby") == f"{ident}-t {ident}-d"
    assert [e.get("id") for e in root[:2]] == [f"{ident}-t", f"{ident}-d"]
    links = list(root.iter("a"))
    assert root.get("role") == ("group" if links else "img") or not links
    assert all(e.get("aria-label") and e.get("href") for e in links)
    within(root)
    return root


def within(root: Element) -> None:
    """Everything is inside of the drawing; intervals may stick out by half their stroke."""
    _, _, wide, tall = (float(part) for part in str(root.get("viewBox")).split())
    for x, y in spots(root):
        assert -3 <= x <= wide + 3, (x, wide)
        assert -3 <= y <= tall + 3, (y, tall)


def spots(root: Element) -> Iterator[tuple[float, float]]:
    """Every place that a drawing names."""
    for e in root.iter():
        if e.tag == "circle" and e.get("class") != "hit":
            yield float(str(e.get("cx"))), float(str(e.get("cy")))
        if e.tag == "line":
            yield float(str(e.get("x1"))), float(str(e.get("y1")))
            yield float(str(e.get("x2"))), float(str(e.get("y2")))
        if e.tag in ("text", "rect"):
            yield float(str(e.get("x"))), float(str(e.get("y")))
        if e.tag == "path":
            yield from path(e)


def path(element: Element) -> list[tuple[float, float]]:
    """The corners of a path."""
    pairs = re.findall(r"[ML](-?[\d.]+) (-?[\d.]+)", str(element.get("d")))
    return [(float(x), float(y)) for x, y in pairs]


def of_class(root: Element, name: str) -> list[Element]:
    """The elements of a class."""
    return [e for e in root.iter() if name in str(e.get("class")).split()]


def texts(root: Element) -> list[str]:
    """What is written in a drawing."""
    return [str(e.text) for e in root.iter("text")]


def part(label: str, *counts: tuple[str, int, int]) -> Breakdown:
    """An ability with (model, right, wrong) each."""
    scores = tuple(score(model, right, wrong) for model, right, wrong in counts)
    return Breakdown(
        label=label, questions=max(r + w for _, r, w in counts), scores=scores
    )  # fmt: skip


names = st.text(min_size=1, max_size=40)


@st.composite
def some_scores(draw: st.DrawFn, most: int = 12) -> list[Score]:
    """Scores of models with any names."""
    called = draw(st.lists(names, min_size=1, max_size=most, unique=True))
    counts = st.integers(0, 80)
    return [score(name, draw(counts) + 5, draw(counts) + 5) for name in called]
