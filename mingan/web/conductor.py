"""The runs of one server: started, paused, resumed, and gone on with after a restart.

Runs, and whatever else asks models (see `errands`), are asked one at a time, in a thread of their
own with an event loop of its own, so that a page that is closed costs nothing. All that is needed
to go on with a run is in the store: one that is wanted has the state `waiting` or `running` there,
and whoever opens the bench next goes on with it. What is only here, a sentence on why a run stands
still or how fast it goes, may be lost without harm. The module knows no request and no page.
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from threading import Condition, Thread
from typing import Any, Literal

from mingan import asking, runs
from mingan.errors import BusyError, MinganError
from mingan.language import Text
from mingan.models import download
from mingan.models.protocol import Model
from mingan.models.weights import WEIGHTS, cached
from mingan.records import ModelCard, now
from mingan.store import RunState, RunStatus, Store
from mingan.web.errands import Errand, RunErrand
from mingan.web.plainly import said_plainly
from mingan.workspace import Workspace

Phase = Literal[
    "waiting", "preparing", "running", "pausing", "paused", "stopped", "finished", "failed"
]
"""How it stands with a run. `paused` and `stopped` can both be resumed."""

WANTED: tuple[RunState, ...] = ("waiting", "running")
"""States of what is under way, or should be."""

BY = "bench"
"""Who started a run, in its settings; runs of others are not gone on with unasked."""

GRACE_S = 5.0
"""How long a server that is being closed waits for the answers under way."""

log = logging.getLogger("mingan.web")


@dataclass
class Conducted:
    """One run, or another errand, in the hands of this server.

    Attributes:
        version: grows with every change, for pages that follow it.
        said: sentences on why it stands as it does.
        missing: names of keys that it waits for.
        fetching: (model, bytes there, bytes in all) while a model file is fetched.
    """

    errand: Errand
    phase: Phase = "waiting"
    version: int = 0
    said: tuple[Text, ...] = ()
    missing: tuple[ModelCard, ...] = ()
    fetching: tuple[str, int, int] | None = None
    progress: asking.Progress | None = None
    outcome: asking.Outcome | None = None
    _wish: Literal["", "pause", "stop"] = ""
    _next: Errand | None = None  # what somebody wants once this one has come to its stop
    _loop: asyncio.AbstractEventLoop | None = None
    _halt: asyncio.Event = field(default_factory=asyncio.Event)
    _drop: asyncio.Event = field(default_factory=asyncio.Event)
    _seen: tuple[Any, ...] = ()

    @property
    def busy(self) -> bool:
        """Whether it is asked now, or will be without anybody's doing."""
        return self.phase in ("waiting", "preparing", "running", "pausing")

    def say(self, phase: Phase, *said: Text) -> None:
        """Change how it stands."""
        self.phase, self.said = phase, said
        self.version += 1


class _Halted(Exception):
    """Somebody wanted the run to stop while a file was being fetched."""


class Conductor:
    """The runs of one workspace, as far as this server conducts them."""

    def __init__(
        self,
        workspace: Workspace,
        *,
        models_file: str | Path | None = None,
        changed: Callable[[], None] = lambda: None,
        made: Mapping[str, Model] | None = None,
        patience: float = 1.0,
    ) -> None:
        """Takes an open workspace and does not close it.

        Args:
            changed: called when a run ended.
            made: models by name that are made already (for tests).
            patience: seconds between two tries to become the only process that asks.
        """
        self._workspace = workspace
        self._models_file = models_file
        self._changed = changed
        self._made = made
        self._patience = patience
        self._runs: dict[str, Conducted] = {}
        self._queue: deque[str] = deque()
        self._news = Condition()
        self._thread: Thread | None = None
        self._closing = False

    @property
    def store(self) -> Store:
        """The store of the workspace."""
        return self._workspace.store

    # -- what people want --------------------------------------------------------------------

    def start(self, wish: runs.Wish, *, settings: Mapping[str, Any] | None = None) -> str:
        """Put a run on record and in line; gives its id.

        Raises:
            UsageError: the wish makes no sense; nothing was put on record.
        """
        plan = wish.plan(self._workspace.registry)
        plan.items()
        kept = {"started_by": BY, "seed": wish.seed, **(settings or {})}
        run = runs.put_on_record(self.store, wish.bank, plan, settings=kept, state="waiting")
        self._enqueue(self._run(run.id))
        return run.id

    def put(self, errand: Errand) -> None:
        """Put an errand in line, or go on with it; after its stop if it is coming to one."""
        self._enqueue(errand, renew=True)

    def resume(self, run_id: str, *, budget: asking.Budget | None = None) -> None:
        """Go on with a run; what could not be had is asked for once more.

        Args:
            budget: what it may spend from now on, instead of what is left of its first budget.

        Raises:
            UsageError: there is no such run, or it cannot go on.
        """
        status = runs.status_of(self.store, run_id)
        found = self._runs.get(run_id)
        if found is not None and found.busy and found._wish == "":
            return
        cards = runs.cards_of(self.store, status.run, models_file=self._models_file)
        runs.questions_of(self.store, status.run)
        if budget is not None:
            budget.check([card for card in cards if card.kind == "openai"])
        before = found.errand if found else None
        if budget is None and isinstance(before, RunErrand):
            errand = before  # what it was granted last holds on
        else:
            errand = self._run(run_id, budget=budget, since=now() if budget else "")
        self.put(errand)

    def pause(self, run_id: str) -> None:
        """Ask nothing more; what is under way is finished and kept."""
        self._halt(run_id, "pause")

    def stop(self, run_id: str) -> None:
        """Ask nothing more and drop what is under way; it will be asked again on resuming."""
        self._halt(run_id, "stop")

    def look(self, run_id: str) -> Conducted | None:
        """A run in the hands of this server; None for any other."""
        return self._runs.get(run_id)

    def elsewhere(self, state: RunState) -> bool:
        """Whether what stands so on record is being asked by another process."""
        return state == "running" and self.store.others_ask()

    # -- the life of the server --------------------------------------------------------------

    def begin(self) -> None:
        """Go on with the bench's runs that were under way when a server ended, however it did."""
        for status in self.store.runs():
            if wanted(status) and status.run.settings.get("started_by") == BY:
                self._enqueue(self._run(status.run.id))

    def close(self) -> None:
        """Stop cleanly: answers under way are waited for a little, and the runs stay wanted."""
        with self._news:
            self._closing = True
            self._news.notify_all()
            thread = self._thread
        for found in self._runs.values():
            self._signal(found)
        if thread is None:
            return
        thread.join(GRACE_S)
        for found in self._runs.values():
            self._signal(found, drop=True)
        thread.join(2 * GRACE_S)

    # -- how ---------------------------------------------------------------------------------

    def _run(self, run_id: str, **more: Any) -> RunErrand:
        return RunErrand(
            workspace=self._workspace, id=run_id, models_file=self._models_file, made=self._made,
            **more,
        )  # fmt: skip

    def _enqueue(self, errand: Errand, *, renew: bool = False) -> None:
        """Put an errand in line; to `renew` is to want it again, however it stands on record."""
        with self._news:
            before = self._runs.get(errand.id)
            if before is not None and before.busy:
                if before._wish:
                    before._next = errand
                    before.say("pausing", _AGAIN)
                return
            if renew:
                errand.end("waiting")
            version = before.version + 1 if before else 1
            self._runs[errand.id] = Conducted(errand, version=version)
            self._queue.append(errand.id)
            if self._thread is None or not self._thread.is_alive():
                self._thread = Thread(target=self._work, name="mingan-runs", daemon=True)
                self._thread.start()
            self._news.notify_all()

    def _halt(self, run_id: str, wish: Literal["pause", "stop"]) -> None:
        with self._news:
            found = self._runs.get(run_id)
            if found is None or not found.busy:
                return
            found._wish, found._next = wish, None
            if run_id in self._queue:
                self._queue.remove(run_id)
                self._call_off(found)
            else:
                found.say("pausing")
            self._news.notify_all()
        self._signal(found, drop=wish == "stop")

    def _signal(self, found: Conducted, *, drop: bool = False) -> None:
        """Tell a run that is being asked to stop."""
        loop = found._loop
        if loop is None or loop.is_closed():
            return
        try:
            loop.call_soon_threadsafe(found._halt.set)
            if drop:
                loop.call_soon_threadsafe(found._drop.set)
        except RuntimeError:  # it ended in this very moment
            return

    def _work(self) -> None:
        """Ask what is in line, one run after another, until the server is closed."""
        while True:
            with self._news:
                while not self._queue and not self._closing:
                    self._news.wait()
                if self._closing:
                    return
                found = self._runs[self._queue.popleft()]
            try:
                self._conduct(found)
                self._wanted_again(found)
            except Exception as fault:
                log.error("a run failed: %s", found.errand.id, exc_info=fault)
                found.say("failed", _OURS)
            found._loop = None
            found.fetching = None
            self._changed()

    def _wanted_again(self, found: Conducted) -> None:
        """Put in line again what somebody wanted to go on while it was coming to a stop."""
        with self._news:
            errand, found._next = found._next, None
            if errand is not None and found.phase not in ("finished", "failed"):
                found.say("paused")
                self._enqueue(errand, renew=True)

    def _conduct(self, found: Conducted) -> None:
        """Ask one run to its end, whatever end that is."""
        while True:
            state = found.errand.state
            if state not in WANTED:  # another server had it meanwhile
                found.say("finished" if state == "finished" else "paused")
                return
            try:
                outcome = self._tried(found)
            except BusyError:
                if not self._waited(found):
                    return
                continue
            except _Halted:
                self._halted(found)
                return
            except MinganError as fault:
                self._could_not(found, fault)
                return
            if outcome is not None:
                self._settle(found, outcome)
            return

    def _tried(self, found: Conducted) -> asking.Outcome | None:
        """The account of a run; None where it waits for a key."""
        cards = found.errand.cards()
        found.missing = tuple(runs.without_key(cards))
        if found.missing:
            found.say("paused", *(_no_key(card) for card in found.missing))
            return None
        self._fetch(found, cards)
        return asyncio.run(self._ask(found))

    async def _ask(self, found: Conducted) -> asking.Outcome:
        found._halt, found._drop = asyncio.Event(), asyncio.Event()
        found._loop = asyncio.get_running_loop()
        if found._wish or self._closing:
            found._halt.set()
        return await found.errand.ask(
            stop=found._halt, abandon=found._drop,
            progress=lambda progress: _follow(found, progress),
        )  # fmt: skip

    def _fetch(self, found: Conducted, cards: list[ModelCard]) -> None:
        """Get the model files that are not on this machine yet."""
        for name in unfetched(cards):
            found.say("preparing")

            def progress(source: str, done: int, total: int, name: str = name) -> None:
                if found._wish or self._closing:
                    raise _Halted
                before = found.fetching
                found.fetching = (name, done, total)
                if before is None or done * 100 // max(total, 1) != before[1] * 100 // max(
                    total, 1
                ):
                    found.version += 1

            download.fetch(name, progress=progress)
            found.fetching = None

    def _waited(self, found: Conducted) -> bool:
        """Wait for another process to be done; False if that is not wanted any more."""
        if found.said != (_BUSY,):
            found.say("waiting", _BUSY)
        with self._news:
            self._news.wait_for(lambda: self._closing or found._wish, timeout=self._patience)
        if self._closing:
            return False
        if found._wish:
            self._halted(found)
            return False
        return True

    def _halted(self, found: Conducted) -> None:
        """A run was called off before anything was asked."""
        if self._closing and not found._wish:
            found.say("waiting")
            return
        self._call_off(found)

    def _call_off(self, found: Conducted) -> None:
        """Want it no more; what another process is asking is its own to stop."""
        if not self.elsewhere(found.errand.state):
            found.errand.end("stopped")
        found.say("stopped" if found._wish == "stop" else "paused")

    def _could_not(self, found: Conducted, fault: MinganError) -> None:
        """A run could not be asked: shown with its sentence, and not tried again unasked."""
        if found.errand.state == "failed":
            found.say("failed", said_plainly(fault))
            return
        found.errand.end("stopped")
        found.say("paused", said_plainly(fault))

    def _settle(self, found: Conducted, outcome: asking.Outcome) -> None:
        """Say how a run ended."""
        found.outcome = outcome
        if outcome.state == "finished":
            found.say("finished", *outcome.reasons)
        elif outcome.state == "failed":
            why = outcome.error.message if outcome.error else _OURS
            found.say("failed", why)
        elif self._closing and not found._wish:
            found.errand.end("waiting")
            found.say("waiting")
        elif found._wish:
            found.say("stopped" if found._wish == "stop" else "paused")
        else:
            found.say("paused", *outcome.reasons)


def wanted(status: RunStatus) -> bool:
    """Whether a run on record is under way, or should be."""
    return status.state in WANTED


def unfetched(cards: Iterable[ModelCard]) -> list[str]:
    """The model files that would have to be fetched first."""
    names = [
        card.model or card.name
        for card in cards
        if card.kind == "local" and not card.options.get("file")
    ]
    return [name for name in dict.fromkeys(names) if name in WEIGHTS and cached(name) is None]


def _follow(found: Conducted, progress: asking.Progress) -> None:
    """Note how far a run is; only what changed makes a new version."""
    found.progress = progress
    if found.phase in ("waiting", "preparing"):
        found.say("running")
    seen = tuple(
        (model.done, model.in_flight, model.stopped, model.states["failed"])
        for model in progress.models.values()
    )
    if seen != found._seen:
        found._seen = seen
        found.version += 1


def _no_key(card: ModelCard) -> Text:
    return Text(
        f"缺少模型 {card.name} 的密钥，所以停在这里；填上就接着跑。",
        f"The key of the model {card.name} is missing, so the run stands still; fill it in to go "
        "on.",
    )


_BUSY = Text(
    "另一个窗口（例如命令行的 mingan run）正在为这个工作区提问，等它结束就开始。",
    "Another process (such as mingan run in a terminal) is asking for this workspace; this run "
    "starts once that ends.",
)
_AGAIN = Text(
    "等已经发出的问题答完，就接着问。",
    "It goes on as soon as the questions under way are answered.",
)
_OURS = Text(
    "明暗自己出了错，这次运行停下了；已得到的回答都在，可以接着跑。详情在服务的日志里。",
    "Mingan itself has failed and the run stopped; all answers so far are kept and it can go on. "
    "The details are in the server's log.",
)
