"""Density over time, score against size, falling prices and dates of devices, drawn."""

from __future__ import annotations

import re

import pytest
from charts_help import drawn

from mingan import density, forecast, registry
from mingan.reports.charts.chart import Chart
from mingan.reports.charts.dense import density_chart, size_chart
from mingan.reports.charts.foretold import device_chart, price_chart
from mingan.reports.dense import DensityReport
from mingan.reports.foretold import ForecastReport


@pytest.fixture(scope="module")
def dense() -> DensityReport:
    return density.look(registry.load(), repeats=60)


@pytest.fixture(scope="module")
def foretold() -> ForecastReport:
    return forecast.look(registry.load())


@pytest.fixture(scope="module")
def charts(dense: DensityReport, foretold: ForecastReport) -> list[Chart]:
    return [
        density_chart(dense), size_chart(dense, "MMLU"), price_chart(foretold),
        device_chart(foretold),
    ]  # fmt: skip


def test_every_one_is_drawn_in_both_languages_with_its_numbers(charts: list[Chart]) -> None:
    for chart in charts:
        for lang in ("zh", "en"):
            drawn(chart, lang)
        keys = {column.key for column in chart.columns}
        assert chart.rows
        assert all(set(row.values) == keys for row in chart.rows)
        assert chart.finding.zh.endswith("。")
        assert chart.finding.en.endswith(".")
        assert chart.notes


def test_density_has_a_point_for_every_model_a_band_and_the_paper_s_pace(
    dense: DensityReport,
) -> None:
    chart = density_chart(dense)
    root = drawn(chart)
    classes = [e.get("class") or "" for e in root.iter()]
    enough = len(dense.families) / 2
    joined = [r for r in dense.rows if not r.whole.out and len(r.single) > enough]
    assert sum(name in ("dot", "hollow") for name in classes) == len(joined)
    assert classes.count("band s0") == 2
    assert classes.count("stroke s1") == 2  # the line and its key
    assert classes.count("frontier") == 1
    assert "3.3–3.5" in chart.finding.zh
    notes = " ".join(note.zh for note in chart.notes)
    assert "和论文不同的地方" in notes


def test_records_only_rise(dense: DensityReport) -> None:
    root = drawn(density_chart(dense))
    (path,) = [e for e in root.iter("path") if e.get("class") == "frontier"]
    heights = [float(y) for y in re.findall(r"[ML][\d.]+ ([\d.]+)", path.get("d") or "")]
    assert heights == sorted(heights, reverse=True)


def test_the_size_sentence_compares_two_models_of_the_table(dense: DensityReport) -> None:
    chart = size_chart(dense, "MMLU")
    found = re.search(r"小了 ([\d.]+) 倍", chart.finding.zh)
    assert found
    assert float(found[1]) > 5


def test_what_fits_already_is_in_the_table_and_not_drawn(foretold: ForecastReport) -> None:
    chart = device_chart(foretold)
    dots = [e for e in drawn(chart).iter("circle") if e.get("class") == "dot"]
    assert 0 < len(dots) < len(chart.rows)
    assert any(row.values["middle"] == "已经能" for row in chart.rows)
    assert len(chart.rows) == len(foretold.dates)


def test_prices_show_what_is_foretold_with_its_interval(foretold: ForecastReport) -> None:
    chart = price_chart(foretold)
    ahead = [row for row in chart.rows if row.values["low"] is not None]
    assert ahead
    assert all(
        float(str(r.values["low"])) <= float(str(r.values["price"])) <= float(str(r.values["high"]))
        for r in ahead
    )
    assert any("回测" in note.zh for note in chart.notes)
