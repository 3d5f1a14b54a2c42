"""Forecasts: what was said of the future with its verdict, prices, sizes, devices, back-tests.

What is found, and what is said of it, is decided in `mingan.forecast`; this page draws it. The
registry does not change while the server lives, so it is looked at once.
"""

from __future__ import annotations

from functools import cache
from typing import Any

from starlette.responses import Response

from mingan import forecast, registry
from mingan.language import Lang, Text
from mingan.reports.charts.foretold import device_chart, price_chart
from mingan.reports.forecast_words import (
    VERDICTS,
    forecast_headline,
    parts_sentence,
    size_sentence,
    tried_sentence,
)
from mingan.reports.foretold import Claim, ForecastReport, Verdict
from mingan.reports.page_scores import underlined
from mingan.reports.words import words
from mingan.web.density import figure, file_of
from mingan.web.routing import get
from mingan.web.visit import Visit

_TITLE = Text("预测", "Forecast")
_PILLS: dict[Verdict, tuple[str, str]] = {
    "holds": ("right", "✓"), "depends": ("unsure", "?"), "does not hold": ("wrong", "✗"),
    "cannot tell": ("", "–"),
}  # fmt: skip


def show(visit: Visit) -> Response:
    """Everything foretold; or the numbers of a chart as a file."""
    report = _report()
    charts = [price_chart(report), device_chart(report)]
    if visit.query.get("format"):
        return file_of(visit, charts)
    finding = forecast_headline(report).say(visit.lang)
    what = Text("大小", "sizes")
    tried = (tried_sentence(each, what) for each in report.tried_sizes)
    return visit.page(
        "forecast.html.j2",
        title=_TITLE,
        w=words(visit.lang),
        finding=underlined(finding, visit.lang),
        claims=[_claim(claim, visit.lang) for claim in report.claims],
        figures=[figure(visit, chart, "/forecast") for chart in charts],
        sizes=[size_sentence(step) for step in report.sizes],
        tried=[said for said in tried if said is not None],
    )


@cache
def _report() -> ForecastReport:
    return forecast.look(registry.load())


def _claim(claim: Claim, lang: Lang) -> dict[str, Any]:
    pill, sign = _PILLS[claim.verdict]
    return {
        "said": claim.said.say(lang), "pill": pill, "sign": sign,
        "verdict": VERDICTS[claim.verdict].say(lang), "sentence": parts_sentence(claim),
        "assumptions": claim.assumptions,
    }  # fmt: skip


routes = [get("/forecast", show)]
