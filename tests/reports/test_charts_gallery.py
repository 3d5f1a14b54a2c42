from __future__ import annotations

from dataclasses import replace

from charts_help import drawn, link
from reports_fake import report

from mingan.reports.charts.gallery import GALLERY, Material, chart, charts
from mingan.reports.days import Days
from mingan.reports.sentences import FEW


def material(**changes: object) -> Material:
    made = Material(data=report(120, 6), link=link, items=lambda: None, twins=lambda: (), days=Days)
    return replace(made, **changes)  # type: ignore[arg-type]


def test_every_chart_has_a_key_of_its_own_and_says_something_in_both_languages() -> None:
    found = list(charts(material()))
    assert [each.key for each in found] == [entry.key for entry in GALLERY]
    assert len({each.key for each in found}) == len(found)
    for each in found:
        assert each.finding.zh.endswith("。")
        assert each.finding.en.endswith(".")
        assert each.title.zh
        for lang in ("zh", "en"):
            if each.drawing(lang):  # type: ignore[arg-type]
                drawn(each, lang)


def test_every_chart_with_a_drawing_has_its_numbers() -> None:
    for each in charts(material()):
        if each.drawing("zh"):
            assert each.rows
            keys = {column.key for column in each.columns}
            assert all(set(row.values) == keys for row in each.rows)
            assert all(row.link for row in each.rows)


def test_a_chart_is_found_by_its_key_also_one_inside_another() -> None:
    for key in ("abilities", "speed", "radar"):
        found = chart(key, material())
        assert found is not None
        assert found.key == key
    assert chart("nonsense", material()) is None


def test_a_quick_chart_does_not_wait_for_a_slow_one() -> None:
    def never() -> None:
        raise AssertionError("a slow chart was made")

    for entry in GALLERY:
        if not entry.slow:
            entry.make(material(items=never, twins=never, days=never))


def test_nothing_scored_draws_nothing() -> None:
    data = replace(report(FEW - 1, 3), scores=(), comparisons={}, abilities=(), models=())
    assert not any(each.drawing("zh") for each in charts(material(data=data)))
