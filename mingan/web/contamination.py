"""Contamination: did models earn their scores, or had they seen the questions?

What is found, and what is said of it, is decided in `mingan.contamination`; this page chooses the
bank, lets a reader name references and a hidden bank, and draws. No word of a hidden question is
on it.
"""

from __future__ import annotations

from typing import Any

from starlette.responses import Response

from mingan import contamination
from mingan.bank.twins import JOINT, public_name
from mingan.errors import UsageError
from mingan.language import Text
from mingan.reports.charts.chart import Spot
from mingan.reports.charts.gaps import gaps_chart
from mingan.reports.contaminated import Contamination, ContaminationReport
from mingan.reports.contaminated_sentences import (
    contamination_headline,
    contamination_notes,
    contamination_sentence,
    method_words,
    origin_words,
    verdict_words,
)
from mingan.reports.page_charts import shown
from mingan.reports.page_scores import underlined
from mingan.reports.safe import one_line, short_name
from mingan.reports.words import words
from mingan.web.exports import download
from mingan.web.routing import get
from mingan.web.snapshots import Snapshot
from mingan.web.visit import Visit

_TITLE = Text("见没见过题", "Seen before?")
_PILLS = {
    "contaminated": ("wrong", "!"), "suspicious": ("unsure", "?"), "no sign of it": ("right", "✓"),
    "cannot tell": ("", "–"),
}  # fmt: skip


def show(visit: Visit) -> Response:
    """Every model of a bank, with the verdict on it; or its numbers as a file."""
    bank = visit.query.get("bank")
    snapshot = visit.bench.snapshot(public_name(bank) if bank else None)
    references = tuple(visit.query.getlist("ref"))
    hidden = visit.query.get("hidden") or None
    report, problem = _look(snapshot, references, hidden)
    chart = gaps_chart(report, lambda spot: _link(visit, snapshot.bank, spot))
    if visit.query.get("format"):
        columns = {column.key: column.plain for column in chart.columns}
        rows = [dict(row.values) for row in chart.rows]
        return download(visit, rows, columns, f"{snapshot.bank}-contamination")
    figure = shown(chart, visit.lang, most_rows=500)
    asked = {"bank": snapshot.bank, "ref": list(references), "hidden": hidden}
    figure["href"] = visit.url("/contamination", **asked)
    figure["files"] = {
        label: visit.url("/contamination", **asked, format=form)
        for form, label in (("csv", "CSV"), ("json", "JSON"), ("parquet", "Parquet"))
    }
    finding = contamination_headline(report).say(visit.lang)
    return visit.page(
        "contamination.html.j2",
        title=_TITLE,
        w=words(visit.lang),
        bank=snapshot.bank,
        banks=_banks(visit),
        finding=underlined(finding, visit.lang),
        problem=problem,
        figure=figure,
        rows=[_row(visit, snapshot.bank, row) for row in report.rows],
        models=[(name, short_name(name), name in references) for name in snapshot.names],
        hidden_banks=[name for name in _banks(visit) if name != snapshot.bank],
        hidden=hidden,
        chosen=len(references),
        untested=any(row.refusal == "no-hidden" for row in report.rows),
    )


def report_of(snapshot: Snapshot) -> ContaminationReport:
    """What is known of a bank without anybody naming anything."""
    return _look(snapshot, (), None)[0]


def _look(
    snapshot: Snapshot, references: tuple[str, ...], hidden: str | None
) -> tuple[ContaminationReport, Text | None]:
    """The report, and why it is not what was asked for."""

    def make(it: Snapshot) -> tuple[ContaminationReport, Text | None]:
        try:
            found = contamination.look(
                it.reader, bank=it.bank, references=references, hidden=hidden
            )
        except UsageError as fault:
            if not references and hidden is None:
                return ContaminationReport(), fault.public
            return _look(snapshot, (), None)[0], fault.public
        return found, None

    return snapshot.keep(("contamination", references, hidden), make)


def _banks(visit: Visit) -> list[str]:
    return [name for name, _, _ in visit.bench.snapshots.reader.banks() if JOINT not in name]


def _link(visit: Visit, bank: str, spot: Spot) -> str:
    return visit.url("/compare", bank=bank, m=spot.model) if spot.model else ""


def _row(visit: Visit, bank: str, row: Contamination) -> dict[str, Any]:
    pill, sign = _PILLS[row.verdict]
    return {
        "model": short_name(row.model),
        "href": visit.url("/compare", bank=bank, m=row.model),
        "pill": pill,
        "sign": sign,
        "verdict": visit.say(verdict_words(row.verdict)),
        "sentence": contamination_sentence(row),
        "notes": contamination_notes(row),
        "against": one_line(visit.say(origin_words(row)), 60),
        "method": visit.say(method_words(row.method)),
        "references": [short_name(name) for name in row.references],
    }


routes = [get("/contamination", show)]
