"""Ladder: the wind tunnel at work, live: curves, points, the registered prediction, events.

The page reads a ladder's folder (`mingan serve --ladder FOLDER`) and trains nothing; while rungs
are under way it asks for itself again every few seconds. What the numbers mean is decided in
`reports.ladder_words` and the charts.
"""

from __future__ import annotations

from pathlib import Path
from statistics import fmean
from typing import Any

from starlette.responses import Response

from mingan.errors import NothingYet
from mingan.language import Text
from mingan.reports.charts.rungs import Curve, curves_chart, ladder_chart
from mingan.reports.ladder_words import outcome_sentence, plan_sentence
from mingan.reports.page_scores import underlined
from mingan.reports.safe import one_line
from mingan.reports.words import words
from mingan.tunnel.ladder import Outcome, curves, events, outcome
from mingan.web.density import figure, file_of
from mingan.web.routing import get
from mingan.web.visit import Visit

_TITLE = Text("风洞", "Wind tunnel")
_EVENTS = 40
_POINTS = 160
"""Places of a curve that are drawn."""


def show(visit: Visit) -> Response:
    """The ladder of the server's folder; a fragment of it for a page that is open."""
    folder = visit.bench.ladder
    try:
        found = outcome(folder) if folder is not None else None
    except NothingYet:
        found = None
    if found is None or folder is None:
        name = one_line(str(folder.name), 40) if folder else "ladder"
        return visit.page(
            "ladder.html.j2", title=_TITLE, w=words(visit.lang), found=None,
            commands=(f"mingan ladder run --folder {name} --budget 10m",
                      f"mingan serve --ladder {name}"),
        )  # fmt: skip
    charts = [ladder_chart(found), curves_chart(_curves(folder))]
    if visit.query.get("format"):
        return file_of(visit, charts)
    told: dict[str, Any] = {
        "figures": [figure(visit, chart, "/ladder") for chart in charts],
        "events": events(folder)[-_EVENTS:][::-1], "going": found.truth is None,
        "w": words(visit.lang),
    }  # fmt: skip
    if visit.is_fragment:
        return visit.fragment("ladder_live.html.j2", **told)
    return visit.page("ladder.html.j2", title=_TITLE, found=_facts(visit, found), **told)


def _facts(visit: Visit, found: Outcome) -> dict[str, Any]:
    return {
        "finding": underlined(outcome_sentence(found).say(visit.lang), visit.lang),
        "plan": plan_sentence(found.plan),
    }


def _curves(folder: Path) -> dict[str, Curve]:
    """Every rung's curve, as means of stretches, so that a page is light and a line a line."""
    thin: dict[str, Curve] = {}
    for name, curve in curves(folder).items():
        size = max(1, len(curve) // _POINTS)
        parts = [curve[k : k + size] for k in range(0, len(curve), size)]
        thin[name] = [(part[-1][0], fmean(loss for _, loss in part)) for part in parts]
    return thin


routes = [get("/ladder", show)]
