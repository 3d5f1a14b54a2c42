"""Charts: every drawing with its finding, the numbers behind it, and the way down to the answers.

The overview has them all; each has an address of its own, where its finding is the headline. What
is drawn, and what is said of it, is decided in `reports.charts`; this page chooses bank and models
and says where points lead. A slow chart is fetched after the page is there, or by a plain link.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from typing import Any

from starlette.responses import Response

from mingan.errors import UsageError
from mingan.language import Text
from mingan.reports.charts import gallery
from mingan.reports.charts.chart import Chart, Link, Spot
from mingan.reports.charts.gallery import GALLERY, Material
from mingan.reports.data import ReportData
from mingan.reports.days import Days
from mingan.reports.items import ItemReport
from mingan.reports.page_charts import shown
from mingan.reports.page_scores import eyebrow, underlined
from mingan.reports.safe import one_line, short_name
from mingan.reports.sentences import headline
from mingan.reports.words import words
from mingan.web.exports import download
from mingan.web.judged import judges_note
from mingan.web.one_answer import question_address
from mingan.web.routing import get
from mingan.web.snapshots import Snapshot
from mingan.web.visit import Visit

_TITLE = Text("图表", "Charts")
_QUICK = 20_000
"""With more answers than this, slow charts come after the page."""

_ROWS_IN_OVERVIEW = 60
_ROWS_ALONE = 2_000
_SHOW = {"": "", "all_right": "all-right", "all_wrong": "all-wrong"}


def overview(visit: Visit) -> Response:
    """All charts of a bank: those with something to draw, then why the others have not."""
    snapshot = visit.bench.snapshot(visit.query.get("bank"))
    chosen = _chosen(visit, snapshot)
    material = _material(visit, snapshot, chosen)
    waiting = [entry for entry in GALLERY if entry.slow and not _quick(snapshot, entry.key)]
    made = [entry.make(material) for entry in GALLERY if entry not in waiting]
    figures = [_figure(visit, snapshot, chosen, chart, _ROWS_IN_OVERVIEW) for chart in made]
    finding = (
        visit.say(snapshot.why_not)
        if snapshot.why_not is not None
        else headline(material.data.scores, material.data.comparisons).say(visit.lang)
    )
    return visit.page(
        "charts.html.j2",
        title=_TITLE,
        **_around(visit, snapshot, chosen),
        finding=underlined(finding, visit.lang),
        figures=[figure for figure in figures if figure["drawing"]],
        missing=[figure for figure in figures if not figure["drawing"]],
        waiting=[
            {"title": visit.say(e.title), "href": _url(visit, snapshot, chosen, e.key)}
            for e in waiting
        ],
    )


def one(visit: Visit) -> Response:
    """One chart, or with `?format=` the numbers behind it as a file."""
    snapshot = visit.bench.snapshot(visit.query.get("bank"))
    chosen = _chosen(visit, snapshot)
    key = str(visit.path_params["key"])
    chart = gallery.chart(key, _material(visit, snapshot, chosen))
    if chart is None:
        known = ", ".join(entry.key for entry in GALLERY)
        raise UsageError(
            f"没有 {one_line(key, 40)} 这张图；有的是：{known}。",
            f"There is no chart {one_line(key, 40)}; there are {known}.",
        )
    if visit.query.get("format"):
        return _file(visit, snapshot, chart)
    if visit.is_fragment:
        figure = _figure(visit, snapshot, chosen, chart, _ROWS_IN_OVERVIEW)
        return visit.fragment("figure.html.j2", figure=figure, w=words(visit.lang))
    figure = _figure(visit, snapshot, chosen, chart, _ROWS_ALONE)
    return visit.page(
        "chart.html.j2",
        title=chart.title,
        **_around(visit, snapshot, chosen),
        figure=figure,
        finding=underlined(figure["finding"], visit.lang),
        back=_url(visit, snapshot, chosen),
    )


def _file(visit: Visit, snapshot: Snapshot, chart: Chart) -> Response:
    columns: dict[str, Any] = {column.key: column.plain for column in chart.columns}
    rows = [dict(row.values) for row in chart.rows]
    return download(visit, rows, columns, f"{snapshot.bank}-{chart.key}")


# --- what charts are made of --------------------------------------------------------------------


def _material(visit: Visit, snapshot: Snapshot, chosen: Collection[str]) -> Material:
    """Charts on some models: those in `chosen`, or all where it is empty.

    How questions do is told by all models, whoever is looked at.
    """
    data = snapshot.data
    return Material(
        data=_narrowed(data, chosen) if chosen else data,
        link=_link(visit, snapshot.bank),
        items=lambda: _items(snapshot),
        twins=lambda: tuple(
            result for result in snapshot.twins if not chosen or result.model in chosen
        ),
        days=lambda: _days(snapshot, chosen),
        votes=lambda: snapshot.votes,
    )


def _items(snapshot: Snapshot) -> ItemReport | None:
    return None if snapshot.why_not is not None else snapshot.items


def _days(snapshot: Snapshot, chosen: Collection[str]) -> Days:
    found = snapshot.days
    if not chosen:
        return found
    return replace(
        found,
        scores=tuple(each for each in found.scores if each.model in chosen),
        changes={m: pair for m, pair in (found.changes or {}).items() if m in chosen},
    )


def _narrowed(data: ReportData, chosen: Collection[str]) -> ReportData:
    """The same numbers for fewer models; corrections for comparing many stay as they were."""
    return replace(
        data,
        scores=tuple(score for score in data.scores if score.model in chosen),
        comparisons={
            pair: found for pair, found in data.comparisons.items() if set(pair) <= set(chosen)
        },
        abilities=tuple(
            replace(part, scores=tuple(s for s in part.scores if s.model in chosen))
            for part in data.abilities
        ),
        models=tuple(fact for fact in data.models if fact.name in chosen),
    )


def _link(visit: Visit, bank: str) -> Link:
    def link(spot: Spot) -> str:
        if spot.question:
            return question_address(visit, spot.question, bank)
        return visit.url(
            "/compare", bank=bank, m=spot.model, tag=spot.ability, show=_SHOW[spot.outcome]
        )

    return link


# --- what pages are made of ---------------------------------------------------------------------


def _chosen(visit: Visit, snapshot: Snapshot) -> tuple[str, ...]:
    """The models that the address names, best first; none for all."""
    wanted = set(visit.query.getlist("m"))
    known = tuple(name for name in snapshot.names if name in wanted)
    return () if len(known) == len(snapshot.names) else known


def _quick(snapshot: Snapshot, key: str) -> bool:
    """Whether a slow chart is quickly there all the same."""
    small = len(snapshot.gathered.answers) < _QUICK
    if key == "votes" and next(snapshot.reader.votes(), None) is None:
        return True
    return small or (snapshot.items_ready if key == "items" else key in snapshot.kept)


def _around(visit: Visit, snapshot: Snapshot, chosen: Collection[str]) -> dict[str, Any]:
    """What stands around charts: bank, models, and how to choose others."""
    word = words(visit.lang)
    return {
        "w": word,
        "eyebrow": eyebrow(snapshot.data, word),
        "bank": snapshot.bank,
        "banks": [name for name, _, _ in snapshot.reader.banks()],
        "models": [(name, short_name(name), name in chosen) for name in snapshot.names],
        "chosen": len(chosen),
        "judges_note": judges_note(visit, snapshot),
        "stamp": one_line(str(snapshot.data.stamp)),
    }


def _figure(
    visit: Visit, snapshot: Snapshot, chosen: Collection[str], chart: Chart, most_rows: int
) -> dict[str, Any]:
    """One chart for the templates, with its addresses."""
    found = shown(chart, visit.lang, most_rows=most_rows)
    for each, key in ((found, chart.key), *zip(found["inside"], _keys(chart), strict=True)):
        each["href"] = _url(visit, snapshot, chosen, key)
        each["files"] = (
            {
                label: _url(visit, snapshot, chosen, key, format=form)
                for form, label in (("csv", "CSV"), ("json", "JSON"), ("parquet", "Parquet"))
            }
            if chart.rows
            else {}
        )
    return found


def _keys(chart: Chart) -> list[str]:
    return [each.key for each in chart.inside]


def _url(
    visit: Visit, snapshot: Snapshot, chosen: Collection[str], key: str = "", *, format: str = ""
) -> str:
    path = f"/charts/{key}" if key else "/charts"
    return visit.url(path, bank=snapshot.bank, m=list(chosen), format=format)


routes = [get("/charts", overview), get("/charts/{key}", one, section="/charts")]
