"""Drift: did the model behind a name change? Every watch, its verdict, its days, its evidence.

What is found, and what is said of it, is decided in `mingan.drift`. The page asks nobody: a watch
is begun and kept by `mingan drift`, whose commands it shows.
"""

from __future__ import annotations

from typing import Any

from starlette.responses import Response

from mingan.language import Text
from mingan.reports.charts.watching import watch_chart
from mingan.reports.drift_sentences import class_words, drift_notes, drift_sentence, drift_words
from mingan.reports.drifted import ClassChange, Drift
from mingan.reports.page_charts import shown
from mingan.reports.page_scores import underlined
from mingan.reports.safe import one_line, short_name
from mingan.reports.sentences import points
from mingan.reports.words import words
from mingan.web.exports import download
from mingan.web.routing import get, problem
from mingan.web.visit import Visit
from mingan.web.watched import watched_of

_TITLE = Text("模型变没变", "Did the model change?")
_PILLS = {
    "changed": ("wrong", "!"),
    "no change": ("right", "✓"),
    "cannot tell yet": ("unsure", "?"),
}
_NO_WATCH = Text("没有盯着这一个；它可能在另一个工作区里。", "There is no such watch here.")
_IN_FULL = 4
"""Watches of which the overview shows the drawing; the others are a line each."""


def show(visit: Visit) -> Response:
    """All watches, the one that matters most first."""
    watched = watched_of(visit.bench)
    rows = watched.report().rows
    return visit.page(
        "drift.html.j2",
        title=_TITLE,
        w=words(visit.lang),
        finding=underlined(_finding(rows).say(visit.lang), visit.lang),
        problem=watched.why_not,
        watches=[_watch(visit, row) for row in rows[:_IN_FULL]],
        begin=_command(visit),
        keep=(_command(visit, "--every 1d"), _command(visit, "--every 1d --print-schedule cron")),
        others=[_line(visit, row) for row in rows[_IN_FULL:]],
    )


def one(visit: Visit) -> Response:
    """One watch, with all its days; or its days as a file."""
    row = watched_of(visit.bench).of(str(visit.path_params["watch"]))
    if row is None:
        return problem(visit, _NO_WATCH, status=404)
    if visit.query.get("format"):
        chart = watch_chart(row)
        columns = {column.key: column.plain for column in chart.columns}
        days = [dict(each.values) for each in chart.rows]
        return download(visit, days, columns, f"{row.model}-drift")
    return visit.page(
        "drift_one.html.j2",
        title=Text(
            f"{_TITLE.zh} · {short_name(row.model)}", f"{_TITLE.en} · {short_name(row.model)}"
        ),
        w=words(visit.lang),
        finding=underlined(drift_sentence(row).say(visit.lang), visit.lang),
        watch=_watch(visit, row),
    )


def _finding(rows: tuple[Drift, ...]) -> Text:
    """All watches in one sentence."""
    running = [row for row in rows if not row.ended]
    changed = [short_name(row.model) for row in running if row.verdict == "changed"]
    if not rows:
        return Text(
            "还没有盯着哪个模型，看不出谁变了。",
            "No model is watched yet, so no change can be seen.",
        )
    if changed:
        names = dict.fromkeys(changed)
        return Text(f"变了的：{'、'.join(names)}。", f"Changed: {', '.join(names)}.")
    steady = sum(row.verdict == "no change" for row in running)
    if steady == len(running) and running:
        return Text(
            f"盯着的 {steady} 个，没有看到谁变。", f"Watched: {steady}; no change seen in any."
        )
    return Text(
        f"盯着的 {len(running)} 个里，{steady} 个没有看到变化，其余还说不准。",
        f"Watched: {len(running)}; no change seen in {steady}, the rest cannot be told yet.",
    )


def _command(visit: Visit, more: str = "") -> str:
    name = visit.say(Text("模型名", "NAME"))
    return f"mingan drift {name} {more}".rstrip()


def _line(visit: Visit, row: Drift) -> dict[str, Any]:
    pill, sign = _PILLS[row.verdict]
    return {
        "id": row.watch,
        "model": short_name(row.model),
        "bank": one_line(row.bank, 60),
        "href": visit.url(f"/drift/{row.watch}"),
        "pill": pill,
        "sign": sign,
        "verdict": visit.say(drift_words(row.verdict, row.since)),
        "first": row.baseline.day,
        "last": row.days[-1].day,
        "checks": len(row.checks),
        "due": row.due,
        "ended": row.ended,
    }


def _watch(visit: Visit, row: Drift) -> dict[str, Any]:
    chart = watch_chart(row)
    figure = shown(chart, visit.lang, most_rows=400)
    figure["href"] = visit.url(f"/drift/{row.watch}")
    figure["files"] = {
        label: visit.url(f"/drift/{row.watch}", format=form)
        for form, label in (("csv", "CSV"), ("json", "JSON"), ("parquet", "Parquet"))
    }
    return _line(visit, row) | {
        "figure": figure,
        "sentence": drift_sentence(row),
        "notes": drift_notes(row),
        "classes": [_class(visit, each) for each in row.classes],
        "history": visit.url("/history", bank=row.bank, m=row.model),
    }


def _class(visit: Visit, found: ClassChange) -> dict[str, str]:
    change = found.difference
    return {
        "name": visit.say(class_words(found.name)),
        "questions": str(found.questions),
        "before": f"{found.before.count}/{found.before.of} ({points(found.before.value)})",
        "now": f"{found.now.count}/{found.now.of} ({points(found.now.value)})",
        "change": ("+" if change > 0 else "") + points(change),
    }


routes = [get("/drift", show), get("/drift/{watch}", one, section="/drift")]
