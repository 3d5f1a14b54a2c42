"""One sitting of judges: watched live, paused, resumed, stopped."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from functools import partial
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from mingan.asking.estimate import Range
from mingan.language import Text
from mingan.reports.charts.votes import judge_sentence
from mingan.reports.estimate_sentences import span
from mingan.reports.safe import one_line
from mingan.reports.trust_sentences import record_sentence
from mingan.web.bench import Bench
from mingan.web.judge_results import record_of
from mingan.web.plainly import without_folders
from mingan.web.routing import Event, get, live, post
from mingan.web.run_form import RunForm
from mingan.web.run_view import PHASES
from mingan.web.runs import TICK_S, conductor_of, take_keys
from mingan.web.sitting_view import SittingView, finding, remarks, view_of
from mingan.web.sittings import Sittings
from mingan.web.visit import Visit

TITLE = Text("评审模型", "Judges")
_PARTS = ("head", "controls", "bars", "result")


def sittings_of(bench: Bench) -> Sittings:
    """The sittings of this server."""
    conductor = conductor_of(bench)
    return bench.part(Sittings, lambda b: Sittings(b.workspace, conductor))


def look(visit: Visit) -> SittingView:
    """The sitting that the address names.

    Raises:
        UsageError: there is none.
    """
    sitting = sittings_of(visit.bench).of(str(visit.path_params["id"]))
    return view_of(sitting, conductor_of(visit.bench).look(sitting.id))


def show(visit: Visit) -> Response:
    """One sitting as it stands."""
    return visit.page("sitting.html.j2", title=TITLE, **_context(visit, look(visit)))


async def follow(visit: Visit) -> AsyncGenerator[Event]:
    """The parts of a sitting's page that changed, for as long as it goes on."""
    seen, sent = visit.query.get("seen", ""), dict[str, str]()
    while True:
        now = look(visit)
        parts = await run_in_threadpool(_said_parts, visit, now)
        for name, html in parts.items():
            if sent.get(name) != html and not (not sent and now.version == seen):
                yield Event(name, html, id=now.version)
        sent = parts
        if not now.moving:
            yield Event("done", "", id=now.version)
            return
        await asyncio.sleep(TICK_S)


def _said_parts(visit: Visit, now: SittingView) -> dict[str, str]:
    context = _context(visit, now)
    parts = {name: visit.words(f"sitting_{name}.html.j2", **context) for name in _PARTS}
    return {**parts, "status": visit.say(context["spoken"])}


def _context(visit: Visit, now: SittingView) -> dict[str, Any]:
    eta = now.eta_s
    return {
        "now": now,
        "finding": visit.say(finding(now)),
        "phase": visit.say(PHASES[now.phase]),
        "spoken": _spoken(now),
        "bank": one_line(now.bank, 80),
        "started": now.started[:16].replace("T", " "),
        "said": [visit.say(without_folders(text)) for text in now.said],
        "eta": None if eta is None else span(Range(eta, eta)),
        "remarks": [
            visit.say(without_folders(text))
            for text in (remarks(now.summary) if now.summary else ())
        ],
        "known": _known(visit, now),
        "results": visit.url("/judges", bank=now.bank),
        "chart": visit.url("/charts/votes", bank=now.bank) if now.kind == "pair" else "",
    }


def _known(visit: Visit, now: SittingView) -> list[str]:
    """What is known of whoever judged: it stands beside what came of it."""
    if now.summary is None or now.moving:
        return []
    judge = "+".join(sorted(now.summary.judges))
    snapshot = visit.bench.snapshot(now.bank)
    if now.kind == "pair":
        found = snapshot.votes
        return [
            visit.say(judge_sentence(one))
            for one in (found.by_judge if found else ())
            if one.judge in now.summary.judges
        ]
    return [visit.say(record_sentence(record_of(visit, snapshot, judge)))]


def _spoken(now: SittingView) -> Text:
    """What is read out while it goes on: quarters and turns of events, not every opinion."""
    if now.phase == "running" and now.total:
        quarter = 25 * (4 * now.done // now.total)
        return Text(f"进行中，完成 {quarter}%", f"running, {quarter}% done")
    return PHASES[now.phase]


# -- what people do --------------------------------------------------------------------------


def pause(visit: Visit) -> Response:
    """Ask nothing more; finish what is under way."""
    conductor_of(visit.bench).pause(look(visit).id)
    return _back(visit)


def stop(visit: Visit) -> Response:
    """Ask nothing more, and do not wait for what is under way."""
    conductor_of(visit.bench).stop(look(visit).id)
    return _back(visit)


def resume(visit: Visit) -> Response:
    """Go on, with more to spend if that was given."""
    names = ("money", "currency")
    budget = RunForm.read({name: visit.fields(name) for name in names}).budget
    sittings_of(visit.bench).resume(look(visit).id, money=budget.money if budget else None)
    return _back(visit)


def give_key(visit: Visit) -> Response:
    """Take the keys that a sitting waits for, and go on with it."""
    now = look(visit)
    take_keys(visit, now.missing)
    sittings_of(visit.bench).resume(now.id)
    return _back(visit)


def _back(visit: Visit) -> Response:
    return visit.go(f"/judges/{visit.path_params['id']}")


routes = [
    get("/judges/{id:str}", show, role="owner", section="/grade"),
    live("/judges/{id:str}/live", follow, there=look, role="owner"),
    *(
        post(f"/judges/{{id:str}}/{name}", partial(act), section="/grade")
        for name, act in (
            ("pause", pause), ("stop", stop), ("resume", resume), ("key", give_key),
        )
    ),
]  # fmt: skip
