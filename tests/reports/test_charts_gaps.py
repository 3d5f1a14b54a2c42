"""The drawing of who had seen the questions, and that of a watch."""

from __future__ import annotations

import math
import re
from dataclasses import replace

import pytest

from mingan.reports.charts.chart import nowhere
from mingan.reports.charts.gaps import MOST_ROWS, gaps_chart
from mingan.reports.charts.watching import watch_chart
from mingan.reports.contaminated import Contamination, ContaminationReport
from mingan.reports.drifted import Drift, DriftDay
from mingan.reports.trusted import Share

ROW = Contamination(
    model="<b>背过</b>", bank="b", origin="coin", method="mcnemar", verdict="contaminated",
    questions=200, public=0.85, hidden=0.55, gap=0.3, low=0.23, high=0.36, p=1e-9, p_adjusted=2e-9,
)  # fmt: skip
REFUSED = Contamination(
    model="说不准的", bank="b", origin="made", refusal="no-coin", questions=40, public=0.9,
    hidden=0.5, gap=0.4,
)  # fmt: skip
ABSENT = Contamination(model="没问过", bank="b", origin="hidden", refusal="no-hidden")
DAY = DriftDay(day="2026-03-01", role="baseline", asked=40, decided=40, right=36, score=0.9,
               low=0.8, high=0.97)  # fmt: skip


def drift(*days: DriftDay, **more: object) -> Drift:
    return Drift(
        model="m", bank="b", watch="20260301-000000-aaaa", every=1, questions=40, repeats=2,
        noise=Share(count=1, of=40), days=days, **more,  # type: ignore[arg-type]
    )  # fmt: skip


def check(number: int, **how: object) -> DriftDay:
    return replace(DAY, day=f"2026-03-{number:02}", role="check", **how)  # type: ignore[arg-type]


def xs(drawn: str, kind: str) -> list[float]:
    return [float(x) for x in re.findall(rf'class="{kind}" cx="([\d.]+)"', drawn)]


def test_a_gap_stands_right_of_nothing_with_its_interval() -> None:
    chart = gaps_chart(ContaminationReport(rows=(ROW, REFUSED, ABSENT)), nowhere)
    drawn = chart.drawing("zh")
    zero = float(re.findall(r'class="zeroline" x1="([\d.]+)"', drawn)[0])
    (accused,) = xs(drawn, "suspect")
    assert accused > zero
    assert drawn.count('class="whisker"') == 1  # no interval where no p-value is given
    assert 'class="hollow"' in drawn
    assert "<b>" not in drawn
    assert "没问过" not in drawn
    assert [row.values["model"] for row in chart.rows] == ["<b>背过</b>", "说不准的", "没问过"]
    assert [row.values["p"] for row in chart.rows] == [2e-9, None, None]
    assert chart.rows[1].values["low"] is None


def test_only_so_many_are_drawn_and_that_is_said() -> None:
    rows = tuple(replace(ROW, model=f"m{i}") for i in range(MOST_ROWS + 5))
    chart = gaps_chart(ContaminationReport(rows=rows), nowhere)
    assert len(xs(chart.drawing("en"), "suspect")) == MOST_ROWS
    assert len(chart.rows) == MOST_ROWS + 5
    assert "in the table" in chart.notes[-1].en


def test_without_models_there_is_nothing() -> None:
    chart = gaps_chart(ContaminationReport(), nowhere)
    assert (chart.drawing("zh"), chart.rows, chart.columns) == ("", (), ())


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_watch_shows_the_day_of_the_change(lang: str) -> None:
    days = (DAY, check(2), check(3, score=0.5, low=0.35, high=0.65, evidence=4e7, alarm=True))
    row = drift(*days, verdict="changed", since="2026-03-03", alarm_day="2026-03-03")
    drawn = watch_chart(row).drawing(lang)  # type: ignore[arg-type]
    assert "2026-03-03" in drawn
    assert len(xs(drawn, "suspect")) == 1
    assert "NaN" not in drawn
    assert "inf" not in drawn
    states = [each.values["state"] for each in watch_chart(row).rows]
    assert states == ["baseline", None, "alarm"]


def test_a_day_without_any_verdict_is_not_drawn_as_nought() -> None:
    days = (DAY, check(2, score=math.nan, low=math.nan, high=math.nan, evidence=math.inf))
    chart = watch_chart(drift(*days))
    assert "nan" not in chart.drawing("zh").lower()
    assert chart.rows[1].values["score"] is None


def test_a_baseline_alone_is_not_drawn() -> None:
    assert watch_chart(drift(DAY)).drawing("zh") == ""
