"""The charts as a page shows them: words and drawings in one language, ready for a template.

The bench and the one-file report use the same; in the report a point leads to the list of
questions at its end, by the part of an address that its script reads. Strings are cleaned but not
escaped. The module draws nothing itself.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from markupsafe import Markup

from mingan.language import Lang
from mingan.reports.charts.chart import Chart, Row, Spot, nowhere
from mingan.reports.charts.gallery import Material, charts
from mingan.reports.data import ReportData
from mingan.reports.safe import one_line, short_name, visible

_MOST_ROWS = 300
"""More rows than this are in the exported numbers only: a report is opened on telephones too."""


def shown(chart: Chart, lang: Lang, *, most_rows: int = _MOST_ROWS) -> dict[str, Any]:
    """One chart for a template; `more` is how many rows of its numbers are left out."""
    return {
        "key": chart.key,
        "title": chart.title.say(lang),
        "finding": visible(chart.finding.say(lang)),
        "drawing": Markup(chart.drawing(lang)),
        "notes": [visible(note.say(lang)) for note in chart.notes],
        "heads": [{"text": c.heading.say(lang), "numeric": c.numeric} for c in chart.columns],
        "rows": [_row(chart, row, lang) for row in chart.rows[:most_rows]],
        "more": max(0, len(chart.rows) - most_rows),
        "inside": [shown(each, lang, most_rows=most_rows) for each in chart.inside],
    }


def _row(chart: Chart, row: Row, lang: Lang) -> dict[str, Any]:
    return {
        "href": row.link,
        "cells": [
            {"text": column.shown(row.values.get(column.key), lang), "numeric": column.numeric}
            for column in chart.columns
        ],
    }


def report_charts(data: ReportData, lang: Lang) -> list[dict[str, Any]]:
    """The charts of a report that have something to draw."""
    material = Material(
        data=data,
        link=report_link if data.questions else nowhere,
        items=lambda: data.items,
        twins=lambda: data.twins,
        days=lambda: data.days,
        votes=lambda: data.votes,
    )
    drawn = (shown(chart, lang) for chart in charts(material))
    return [chart for chart in drawn if chart["drawing"]]


def report_link(spot: Spot) -> str:
    """The address within a report that shows the questions of a spot, or opens the one."""
    wanted = {
        "q": one_line(spot.question, 80),
        "a": short_name(spot.model) if spot.model else "",
        "tag": one_line(spot.ability, 40),
        "p": spot.outcome,
    }
    return "#" + urlencode({key: value for key, value in wanted.items() if value})
