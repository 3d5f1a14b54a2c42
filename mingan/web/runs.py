"""One run: watched live, paused, resumed, stopped; and the list of earlier ones."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator, Iterable
from functools import partial
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from mingan.asking import Budget
from mingan.errors import UsageError
from mingan.language import Text
from mingan.models import keys
from mingan.records import ModelCard
from mingan.reports.page_scores import underlined
from mingan.reports.safe import one_line
from mingan.reports.sentences import headline
from mingan.store import RunStatus
from mingan.web.bench import Bench
from mingan.web.conductor import Conductor
from mingan.web.routing import Event, get, live, post
from mingan.web.run_form import RunForm
from mingan.web.run_view import PHASES, RunView, Watch, finding, spoken, started_here, who_asks
from mingan.web.visit import Visit

TICK_S = 0.5
"""Seconds between two looks at a run; an event is sent only when something changed."""

_CERTAIN_S = 5.0  # after so long a look is taken even if nothing seems to have changed
_EASE = 4.0  # a look that is dear to take is taken more rarely
_LIST = 20
_TITLE = Text("开测", "Run")
_PARTS = ("head", "controls", "bars", "result")


def conductor_of(bench: Bench) -> Conductor:
    """Who conducts the runs of this server."""
    return bench.part(
        Conductor,
        lambda b: Conductor(
            b.workspace, models_file=b.models_file, changed=b.snapshots.changed
        ),
    )  # fmt: skip


def watch_of(bench: Bench) -> Watch:
    """Who looks at the runs of this workspace."""
    conductor = conductor_of(bench)
    return bench.part(Watch, lambda b: Watch(b.workspace.store, b.snapshots.reader, conductor))


def at_start(bench: Bench) -> None:
    """Go on with the runs that were under way when the bench was last open."""
    conductor_of(bench).begin()


def show(visit: Visit) -> Response:
    """One run as it stands."""
    now = watch_of(visit.bench).of(visit.path_params["run"])
    return visit.page("run.html.j2", title=_TITLE, **_context(visit, now))


async def follow(visit: Visit) -> AsyncGenerator[Event]:
    """The parts of a run's page that changed, for as long as it goes on."""
    run_id, watch = visit.path_params["run"], watch_of(visit.bench)
    seen, sent = visit.query.get("seen", ""), dict[str, str]()
    mark, looked, took = (-1, -1), 0.0, 0.0
    while True:
        fresh = await run_in_threadpool(_mark, visit.bench, run_id)
        if fresh != mark or time.monotonic() - looked > _CERTAIN_S:
            mark, looked = fresh, time.monotonic()
            now = await run_in_threadpool(watch.of, run_id)
            parts = await run_in_threadpool(_parts, visit, now)
            for name, html in parts.items():
                if sent.get(name) != html and not (not sent and now.version == seen):
                    yield Event(name, html, id=now.version)
            sent = parts
            if not now.moving:
                yield Event("done", "", id=now.version)
                return
            took = time.monotonic() - looked
        await asyncio.sleep(max(TICK_S, _EASE * took))


def _there(visit: Visit) -> RunView:
    return watch_of(visit.bench).of(visit.path_params["run"], counts=False)


def _mark(bench: Bench, run_id: str) -> tuple[int, int]:
    """Two numbers of which one grows whenever the run changes: dear looks are saved by it."""
    found = conductor_of(bench).look(run_id)
    return bench.workspace.store.run_version(run_id), found.version if found else 0


def _parts(visit: Visit, now: RunView) -> dict[str, str]:
    context = _context(visit, now)
    parts = {name: visit.words(f"run_{name}.html.j2", **context) for name in _PARTS}
    return {**parts, "status": visit.say(context["spoken"])}


def _context(visit: Visit, now: RunView) -> dict[str, Any]:
    """All that the page of a run and its parts show."""
    said = [*now.said, *filter(None, [who_asks(now)])]
    budget = now.run.settings.get("budget") or {}
    return {
        "now": now,
        "phase": visit.say(PHASES[now.phase]),
        "finding": visit.say(finding(now)),
        "spoken": spoken(now),
        "said": [visit.say(text) for text in said],
        "causes": [visit.say(text) for text in now.causes],
        "bank": one_line(now.run.bank, 80),
        "started": now.run.started[:16].replace("T", " "),
        "here": started_here(now.run),
        "limited": budget.get("money") is not None,
        "currency": budget.get("currency", "CNY"),
        "result": _result(visit, now),
    }


def _result(visit: Visit, now: RunView) -> dict[str, Any] | None:
    """What came of it, once it stands still: the finding of the whole bank."""
    if now.moving or not now.there:
        return None
    try:
        snapshot = visit.bench.snapshot(now.run.bank)
    except UsageError:
        return None
    names = [model.name for model in now.models]
    if snapshot.why_not is not None:
        text = visit.say(snapshot.why_not)
    else:
        text = headline(snapshot.scores, snapshot.comparisons).say(visit.lang)
    return {
        "finding": underlined(text, visit.lang),
        "home": visit.url("/", bank=now.run.bank),
        "compare": visit.url("/compare", bank=now.run.bank, m=names),
        "others": len(snapshot.names) > len(names),
    }


def earlier(visit: Visit) -> list[dict[str, Any]]:
    """The latest runs, newest first, with how they stand."""
    store, watch = visit.bench.workspace.store, watch_of(visit.bench)
    cards = {card.hash: card.name for card in store.cards()}

    def row(status: RunStatus) -> dict[str, Any]:
        phase, where = watch.standing(status)
        names = [one_line(cards.get(digest, digest[:8]), 40) for digest in status.run.models]
        return {
            "id": status.run.id,
            "href": visit.url(f"/run/{status.run.id}"),
            "at": status.run.started[:16].replace("T", " "),
            "bank": one_line(status.run.bank, 60),
            "models": names[:3],
            "more": max(0, len(names) - 3),
            "questions": len(status.run.questions),
            "phase": visit.say(PHASES[phase]),
            "here": started_here(status.run),
            "resume": where == "nowhere" and phase != "finished",
        }

    return [row(status) for status in reversed(store.runs()[-_LIST:])]


# -- what people do --------------------------------------------------------------------------


def pause(visit: Visit) -> Response:
    """Ask nothing more; finish what is under way."""
    return _halted(visit, drop=False)


def stop(visit: Visit) -> Response:
    """Ask nothing more, and do not wait for what is under way."""
    return _halted(visit, drop=True)


def _halted(visit: Visit, *, drop: bool) -> Response:
    run_id, conductor = _own(visit), conductor_of(visit.bench)
    (conductor.stop if drop else conductor.pause)(run_id)
    return visit.go(f"/run/{run_id}")


def _own(visit: Visit) -> str:
    """The run of the address, if nobody else conducts it.

    Raises:
        UsageError: there is no such run, or another process has it in hand.
    """
    run_id = str(visit.path_params["run"])
    elsewhere = who_asks(watch_of(visit.bench).of(run_id, counts=False))
    if elsewhere is not None:
        raise UsageError(*elsewhere)
    return run_id


def resume(visit: Visit) -> Response:
    """Go on, with a budget of its own if one was given."""
    run_id = _own(visit)
    more = RunForm.read({name: visit.fields(name) for name in ("money", "currency", "minutes")})
    budget: Budget | None = more.budget
    conductor_of(visit.bench).resume(run_id, budget=budget)
    return visit.go(f"/run/{run_id}")


def take_keys(visit: Visit, missing: Iterable[ModelCard]) -> None:
    """Hold what was typed as the keys of these models."""
    for card in missing:
        key = visit.field(f"key-{card.hash[:12]}")
        if key:
            (keys.keep if visit.field("keep") else keys.hold)(card.api_key_env, key)


def give_key(visit: Visit) -> Response:
    """Take the keys that a run waits for, and go on with it."""
    run_id, conductor = _own(visit), conductor_of(visit.bench)
    found = conductor.look(run_id)
    take_keys(visit, found.missing if found else ())
    conductor.resume(run_id)
    return visit.go(f"/run/{run_id}")


routes = [
    get("/run/{run}", show, role="owner", section="/run"),
    live("/run/{run}/live", follow, there=_there, role="owner"),
    *(
        post(f"/run/{{run}}/{name}", partial(act), section="/run")
        for name, act in (
            ("pause", pause), ("stop", stop), ("resume", resume), ("key", give_key),
        )
    ),
]  # fmt: skip
