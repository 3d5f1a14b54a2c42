from __future__ import annotations

import random
from dataclasses import replace

import pytest
from charts_help import HOSTILE, drawn, link, of_class, texts
from hypothesis import given, settings
from hypothesis import strategies as st

from mingan.records import Question, Stamp
from mingan.reports.charts.item_map import MOST_LINKED, item_map, stacked
from mingan.reports.items import ItemReport, ItemRow
from mingan.statistics.items import Item

NAN = float("nan")


def row(name: str, difficulty: float, rest: float, *, suspect: bool = False) -> ItemRow:
    item = Item(
        question=name, models=14, answers=14, difficulty=difficulty, discrimination=rest,
        item_rest=rest, p=1.0, ceiling=difficulty == 1, floor=difficulty == 0,
        suspicions=("negative",) if suspect else (), strong=(),
    )  # fmt: skip
    return ItemRow(item=item, question=Question(id=name, prompt="?"), strong=())


def report(*rows: ItemRow) -> ItemReport:
    return ItemReport(
        bank="b", stamp=Stamp(questions="q", graders="g", parameters="p"), models=14, rows=rows,
        kr20=0.9, left_out=0,
    )  # fmt: skip


FEW = report(
    row("a", 0.5, 0.6), row("b", 0.2, -0.4, suspect=True), row("c", 0, NAN), row("d", 1, NAN),
    row("e", 1, NAN), row("f", 0, NAN, suspect=True),
)  # fmt: skip


def test_every_question_is_there_once_and_leads_to_itself() -> None:
    root = drawn(item_map(FEW, link))
    found = [str(e.get("href")) for e in root.iter("a")]
    assert sorted(h for h in found if h.startswith("#||") and h[3] != "|") == [
        f"#||{name}|" for name in "abcdef"
    ]
    assert {"#|||all_wrong", "#|||all_right"} <= set(found)


def test_suspect_keys_differ_in_shape_and_are_named_with_their_interval() -> None:
    root = drawn(item_map(FEW, link))
    marks = of_class(root, "suspect")
    assert len(marks) == 2
    assert {mark.tag for mark in marks} == {"path"}
    assert {mark.tag for mark in of_class(root, "item")} == {"circle"}
    assert "b" in texts(root)
    said = [str(e.get("aria-label")) for e in root.iter("a")]
    assert any(each.startswith("b:") and "区分度为负" in each for each in said)
    bar = of_class(root, "whisker")[0]
    assert float(bar.get("x1", "")) < float(bar.get("x2", ""))


def test_only_suspects_are_stops_of_the_tab_key() -> None:
    root = drawn(item_map(FEW, link))
    for e in root.iter("a"):
        one = "all" not in str(e.get("href"))
        skipped = one and not str(e.get("aria-label")).startswith(("b:", "f:"))
        assert (e.get("tabindex") == "-1") == skipped


def test_a_large_map_stays_light() -> None:
    rng = random.Random(1)
    many = [row(f"question-{i}", rng.random(), rng.uniform(-1, 1)) for i in range(2_000)]
    many[7] = row("odd", 0.3, -0.5, suspect=True)
    many[:0] = [row(f"no-{i}", 0, NAN) for i in range(300)]
    chart = item_map(report(*many), link)
    root = drawn(chart)
    assert len(many) > MOST_LINKED
    assert len(chart.drawing("zh")) < 80_000
    assert sum(str(e.get("href")).startswith("#||") and "odd" in str(e.get("href"))
               for e in root.iter("a")) == 1  # fmt: skip
    dots = "".join(str(e.get("d")) for e in of_class(root, "dust")).count("M")
    assert dots == len(many) - 1
    assert len(chart.rows) == len(many)
    assert all(r.link for r in chart.rows)


def test_the_finding_is_that_of_the_items_and_doubt_is_told() -> None:
    chart = item_map(FEW, link)
    assert "有 2 道的参考答案可疑" in chart.finding.zh
    assert any("95% 区间" in note.zh for note in chart.notes)
    column = next(c for c in chart.columns if c.key == "flags")
    assert column.shown("negative floor", "zh") == "区分度为负、无人答对"


@pytest.mark.parametrize("empty", [None, report()])
def test_nothing_to_map(empty: ItemReport | None) -> None:
    chart = item_map(empty, link)
    assert "没有一道题有定论" in chart.finding.zh
    assert chart.drawing("en") == ""


@given(st.integers(0, 1500), st.booleans())
def test_a_strip_stays_in_its_half(count: int, left: bool) -> None:
    places = stacked(count, 60 if left else 734, 8.0 if left else -8.0)
    assert len(set(places)) == count
    assert all((50 < x < 410) if left else (384 < x < 744) for x, _ in places)


@settings(max_examples=30)
@given(st.lists(st.tuples(st.floats(0, 1), st.floats(-1, 1), st.booleans()), max_size=40))
def test_any_questions_make_a_sound_drawing(found: list[tuple[float, float, bool]]) -> None:
    rows = [row(f"{HOSTILE}{i}", d, r, suspect=s) for i, (d, r, s) in enumerate(found)]
    if rows:
        drawn(item_map(report(*rows), link), "en")


def test_a_question_without_any_verdict_has_no_place() -> None:
    lost = row("x", NAN, NAN)
    lost = replace(lost, item=replace(lost.item, models=0, answers=0, floor=False))
    root = drawn(item_map(report(lost, row("a", 0.5, 0.5)), link))
    assert [e.get("href") for e in root.iter("a")] == ["#||a|"]
