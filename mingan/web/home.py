"""Home: one table of models, the last runs, and what a reader should know before repeating it."""

from __future__ import annotations

from contextlib import suppress
from threading import Thread
from typing import Any

from starlette.responses import Response

from mingan.errors import MinganError, NothingYet
from mingan.language import Text
from mingan.reports.page_questions import NAMES
from mingan.reports.page_scores import (
    eyebrow,
    lede,
    score_row,
    undecided,
    underlined,
)
from mingan.reports.safe import one_line
from mingan.reports.sentences import headline, unknown_sentence
from mingan.reports.words import words
from mingan.store import RunStatus
from mingan.web.alarms import cards, watches
from mingan.web.bench import Bench
from mingan.web.judged import judges_note
from mingan.web.plainly import said_plainly
from mingan.web.routing import get, welcome
from mingan.web.snapshots import Snapshot
from mingan.web.visit import Visit
from mingan.web.watched import watched_of

_RUNS = 5
_TITLE = Text("总览", "Overview")
_STATES = {
    "waiting": Text("等着开始", "waiting"),
    "running": Text("进行中", "running"),
    "finished": Text("已完成", "finished"),
    "stopped": Text("已停下，可以接着问", "stopped; can go on"),
    "failed": Text("出错停下", "stopped by a fault"),
}


def show(visit: Visit) -> Response:
    """The table of one bank, or how to begin where there is nothing yet."""
    reader = visit.bench.snapshots.reader
    try:
        snapshot = visit.bench.snapshot(visit.query.get("bank"))
    except NothingYet as fault:  # but a model may be watched
        return welcome(visit, said_plainly(fault), cards=watches(visit))
    word = words(visit.lang)
    if snapshot.why_not is not None:
        finding = visit.say(snapshot.why_not)
    else:
        finding = headline(snapshot.scores, snapshot.comparisons).say(visit.lang)
    return visit.page(
        "home.html.j2",
        title=_TITLE,
        w=word,
        bank=snapshot.bank,
        banks=[name for name, _, _ in reader.banks()],
        eyebrow=eyebrow(snapshot.data, word),
        finding=underlined(finding, visit.lang),
        lede=lede(snapshot.data, visit.lang),
        judges_note=judges_note(visit, snapshot),
        rows=[_row(visit, snapshot, score) for score in snapshot.scores],
        unknown=[
            unknown_sentence(score).say(visit.lang) for score in snapshot.scores if undecided(score)
        ],
        notes=[note.say(visit.lang) for note in snapshot.data.notes],
        stamp=one_line(str(snapshot.data.stamp)),
        bank_hash=snapshot.gathered.bank_hash,
        cards=cards(visit, snapshot) if _at_once(visit, snapshot) else None,
        runs=_runs(visit),
    )


def alarms(visit: Visit) -> Response:
    """The alarms alone: on a large bank looking through every question takes seconds."""
    try:
        found = cards(visit, visit.bench.snapshot(visit.query.get("bank")))
    except NothingYet:
        found = watches(visit)
    if visit.is_fragment:
        return visit.fragment("alarms.html.j2", cards=found)
    return visit.page("alarms_page.html.j2", title=_TITLE, cards=found)


def _at_once(visit: Visit, snapshot: Snapshot) -> bool:
    """Whether the alarms are quickly there."""
    small = snapshot.items_ready or len(snapshot.gathered.answers) < 2_000
    return small and watched_of(visit.bench).ready


def _row(visit: Visit, snapshot: Snapshot, score: Any) -> dict[str, Any]:
    def find(model: str, letter: str) -> str:
        return visit.url("/compare", bank=snapshot.bank, is_=f"{model}:{NAMES[letter]}")

    row = score_row(score, find)
    row["href"] = visit.url("/compare", bank=snapshot.bank, m=score.model)
    return row


def _runs(visit: Visit) -> list[dict[str, str]]:
    """The last runs, newest first."""
    newest: list[RunStatus] = visit.bench.workspace.store.runs()[-_RUNS:]
    return [
        {
            "href": visit.url(f"/run/{status.run.id}"),
            "bank": one_line(status.run.bank, 60),
            "models": str(len(status.run.models)),
            "questions": str(len(status.run.questions)),
            "state": visit.say(_STATES.get(status.state, Text(status.state, status.state))),
            "at": status.run.started[:16].replace("T", " "),
        }
        for status in reversed(newest)
    ]


class _Warmth:
    """Reads the workspace while nobody waits for it, so that the first visitor need not either."""

    def __init__(self, bench: Bench) -> None:
        self._thread = Thread(target=self._read, args=(bench,), name="mingan-warm", daemon=True)
        self._thread.start()

    def _read(self, bench: Bench) -> None:
        with suppress(MinganError):  # whatever it is, the first visitor is told
            bench.snapshot()

    def close(self) -> None:
        """Wait for it: the workspace is closed next."""
        self._thread.join()


def at_start(bench: Bench) -> None:
    """Begin to read."""
    bench.part(_Warmth, _Warmth)


routes = [get("/", show, section="/"), get("/alarms", alarms, section="/")]
