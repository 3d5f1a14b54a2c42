"""Density: how able models are for their size, how fast that grows, and the workspace's own models.

What is found, and what is said of it, is decided in `mingan.density`; this page draws it beside the
densing law's figure. The registry does not change while the server lives, so it is looked at once.
"""

from __future__ import annotations

from functools import cache
from typing import Any

from starlette.responses import Response

from mingan import density, registry
from mingan.density.own import look_own
from mingan.errors import MinganError, UsageError
from mingan.language import Lang, Text
from mingan.reports.charts.chart import Chart
from mingan.reports.charts.dense import density_chart, size_chart
from mingan.reports.dense import COMBINED, DensityReport, OwnReport, Trend
from mingan.reports.dense_own_words import own_headline, own_notes, own_sentence
from mingan.reports.dense_words import (
    WALLS,
    child_sentence,
    corrected_sentence,
    density_headline,
    line_sentence,
    months,
    records_words,
    test_sentence,
    times,
    without_sentence,
)
from mingan.reports.page_charts import shown
from mingan.reports.page_scores import underlined
from mingan.reports.safe import one_line, short_name
from mingan.reports.sentences import points
from mingan.reports.units import size
from mingan.reports.words import words
from mingan.web.exports import download
from mingan.web.routing import get
from mingan.web.snapshots import Snapshot
from mingan.web.visit import Visit

_TITLE = Text("能力密度", "Density")
_ROWS = 60


def show(visit: Visit) -> Response:
    """Density of the registry's models and of the workspace's; or the numbers of a chart."""
    report = _report()
    charts = [density_chart(report), size_chart(report, density.BENCHMARKS[0])]
    if visit.query.get("format"):
        return _file(visit, charts)
    own, why = _own(visit)
    finding = density_headline(report).say(visit.lang)
    corrected = corrected_sentence(report)
    tests = [
        say(trend) for trend in report.trends for say in (test_sentence, line_sentence)
    ]  # fmt: skip
    left_out = (without_sentence(trend) for trend in report.trends)
    return visit.page(
        "density.html.j2",
        title=_TITLE,
        w=words(visit.lang),
        finding=underlined(finding, visit.lang),
        figures=[figure(visit, chart, "/density") for chart in charts],
        trends=[_trend(trend, visit.lang) for trend in report.trends],
        corrected=corrected,
        left_out=[said for said in left_out if said is not None],
        tests=[said for said in tests if said is not None],
        children=[child_sentence(child) for child in report.children],
        own=_own_rows(own, visit.lang) if own else None,
        why=why,
        banks=[name for name, _, _ in visit.bench.snapshots.reader.banks()],
        models=len(report.rows),
    )


@cache
def _report() -> DensityReport:
    return density.look(registry.load())


def figure(visit: Visit, chart: Chart, path: str) -> dict[str, Any]:
    """A chart for the templates, with the addresses of its numbers."""
    found = shown(chart, visit.lang, most_rows=_ROWS)
    found["href"] = f"{visit.url(path)}#chart-{chart.key}"
    found["files"] = {
        label: visit.url(path, chart=chart.key, format=form)
        for form, label in (("csv", "CSV"), ("json", "JSON"), ("parquet", "Parquet"))
    }
    return found


def file_of(visit: Visit, charts: list[Chart]) -> Response:
    """The numbers of the chart that the address names, as a file.

    Raises:
        UsageError: there is no such chart.
    """
    key = visit.query.get("chart") or charts[0].key
    chart = next((each for each in charts if each.key == key), None)
    if chart is None:
        known = ", ".join(each.key for each in charts)
        raise UsageError(
            f"没有 {one_line(key, 40)} 这张图；有的是：{known}。",
            f"There is no chart {one_line(key, 40)}; there are {known}.",
        )
    columns: dict[str, Any] = {column.key: column.plain for column in chart.columns}
    return download(visit, [dict(row.values) for row in chart.rows], columns, chart.key)


_file = file_of


def _trend(trend: Trend, lang: Lang) -> dict[str, str]:
    growth, records = trend.quantile, trend.frontier
    together = Text("合起来", "together").say(lang)
    drawn, fair = records_words(records)
    return {
        "name": together if trend.benchmark == COMBINED else one_line(trend.benchmark, 30),
        "models": str(trend.models),
        "doubling": months(growth.doubling) if growth else "–",
        "interval": f"{months(growth.low)}–{months(growth.high)}" if growth else "–",
        "records": drawn,
        "fair": fair,
    }


# --- the workspace's own models -----------------------------------------------------------------


def _own(visit: Visit) -> tuple[OwnReport | None, Text | None]:
    """Density of the models measured here on a bank, or why there is none."""
    try:
        snapshot = visit.bench.snapshot(visit.query.get("bank"))
    except MinganError as fault:
        return None, fault.public
    return snapshot.keep(("density",), _look)


def _look(snapshot: Snapshot) -> tuple[OwnReport | None, Text | None]:
    if snapshot.why_not is not None:
        return None, snapshot.why_not
    try:
        found = look_own(
            snapshot.scores, snapshot.gathered.cards, bank=snapshot.bank, twins=snapshot.twins
        )
    except UsageError as fault:
        return None, fault.public
    return found, None


def _own_rows(report: OwnReport, lang: Lang) -> dict[str, Any]:
    rows = []
    for row in report.rows:
        whole = row.whole
        wall = WALLS[whole.out].say(lang) if whole.out else ""
        rows.append(
            {
                "model": short_name(row.card.name),
                "released": str(row.card.released or "–"),
                "size": size(row.card.params_total, lang),
                "score": points(row.score.score),
                "scores": f"{points(row.score.low)}–{points(row.score.high)}",
                "density": times(whole.density),
                "interval": wall or f"{times(whole.low)}–{times(whole.high)}",
                "active": times(row.active.density),
                "cost": times(row.cost.density),
                "sentence": own_sentence(row, report.bank),
            }
        )
    return {
        "bank": report.bank, "rows": rows, "finding": own_headline(report),
        "notes": own_notes(report),
    }  # fmt: skip


routes = [get("/density", show)]
