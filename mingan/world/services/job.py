"""One clip by a service: submitted once, asked after until it is there, and kept.

    refuse what cannot be or is too dear → bring the clip there → write "asking" → submit (once)
    → write the job's number → ask, patiently → fetch, look at the clip, write it → "done"

A submit is paid for, so it is never repeated unless it is certain that it was not taken. After a
kill at any place the same call goes on where the journal stands: a job whose number is known is
asked after, a clip that is there is handed out, and a submit that broke off midway is left for a
person to look at. This module must not know any one service, and nothing of how a clip is judged.
"""

from __future__ import annotations

import asyncio
import base64
import binascii
import hashlib
import json
import random
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar
from weakref import WeakValueDictionary

import msgspec

from mingan.asking.retry import Retry
from mingan.errors import (
    AnswerTimeout,
    KeyRejected,
    ModelError,
    RateLimited,
    ServerFault,
    Unreachable,
)
from mingan.models import openai_faults
from mingan.records import now
from mingan.world.continuing import Continued
from mingan.world.services import faults
from mingan.world.services.client import Answer, Client
from mingan.world.services.cost import Price
from mingan.world.services.journal import Entry, Journal
from mingan.world.services.prepared import RATE, length_of, prepare
from mingan.world.services.wire import Look, Plan, Task, Unsuited, Wire

T = TypeVar("T")

_NEVER_SENT = (Unreachable, KeyRejected)
_TAKEN = (200, 201, 202)
_NOT_TAKEN = (503,)
"""Statuses from 500 by which a service says itself that it took nothing."""
_UNSURE = (408, 425, 499)
"""Statuses below 500 that may come after it was taken."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """How long to wait.

    Attributes:
        every: seconds between two looks at a job.
        total: seconds that one call waits for a job; a later call goes on waiting.
        retry: how faults on the way are met; its `tries` are faults in a row.
    """

    every: float = 10.0
    total: float = 1800.0
    retry: Retry = field(default_factory=Retry)


class ServiceContinuer:
    """A video service as a `Continuer`; jobs that it paid for are kept in a journal."""

    def __init__(
        self,
        wire: Wire,
        client: Client,
        journal: Journal,
        price: Price,
        *,
        model: str,
        lines: int = 720,
        patience: Patience | None = None,
    ) -> None:
        self._wire = wire
        self._client = client
        self._journal = journal
        self._price = price
        self._model = model
        self._lines = lines
        self._patience = patience or Patience()
        self._rng = random.Random()
        self._locks: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    def __repr__(self) -> str:
        return f"ServiceContinuer({self._wire.service!r}, {self._model!r})"

    async def continue_clip(
        self, clip: Path, prompt: str, *, seconds: float, seed: int
    ) -> Continued:
        """Go on with a clip; see `Continuer.continue_clip`.

        The seed tells repeats apart: the same clip, prompt, length and seed are one job, which is
        paid for once and handed out again.

        Raises:
            Refused: the service's content policy stepped in.
            CapReached: it would cost more than the cap leaves; nothing was submitted.
            MaybePaid: an earlier submit of it broke off.
            JobFailed: the service made no clip of it.
            ModelError: another of its children.
        """
        try:
            found = await asyncio.to_thread(clip.read_bytes)
        except OSError as error:
            raise faults.unsuited(
                self._client.who,
                f"给的视频 {clip.name} 读不出来（{error.strerror}）。",
                f"the clip {clip.name} cannot be read ({error.strerror}).",
            ) from None
        name = self._name_of(found, prompt, seconds, seed)
        lock = self._locks.setdefault(name, asyncio.Lock())
        async with lock:  # who asks for the same clip meanwhile gets that clip
            entry = self._journal.read(name)
            if entry is None or entry.state == "failed":
                entry = await self._begin(name, entry, clip, prompt, seconds, seed)
            if entry.state == "running":
                entry = await self._wait(name, entry)
            return self._ended(name, entry)

    async def close(self) -> None:
        """Let go of connections. May be called twice."""
        await self._client.close()

    def _name_of(self, clip: bytes, prompt: str, seconds: float, seed: int) -> str:
        what = [
            self._wire.service, self._wire.shown, self._client.places.base, self._model,
            hashlib.sha256(clip).hexdigest(), prompt, round(seconds, 3), seed, self._lines,
        ]  # fmt: skip
        return hashlib.sha256(json.dumps(what).encode()).hexdigest()[:32]

    async def _begin(
        self, name: str, before: Entry | None, clip: Path, prompt: str, seconds: float, seed: int
    ) -> Entry:
        """Submit a job; the record that stands then."""
        sent = await asyncio.to_thread(prepare, clip, lines=self._lines)
        task = Task(
            clip=sent.clip, frame=sent.frame, wide=sent.wide, tall=sent.tall, given=sent.given,
            step=sent.step, prompt=prompt, seconds=seconds, seed=seed,
        )  # fmt: skip
        try:
            plan = self._wire.plan(task)
        except Unsuited as error:
            raise faults.unsuited(self._client.who, error.zh, error.en) from None
        self._check_price(plan)  # before the clip is brought anywhere
        call = await self._patiently(lambda: self._request(task, plan))
        entry = self._first(plan, task, before)
        self._check_price(plan)  # others were submitted meanwhile
        if before is not None:
            self._journal.write(name, entry)
        elif not self._journal.begin(name, entry):
            raise faults.maybe_paid(self._client.who, self._journal.file(name))
        # Ctrl-C waits for the answer to a submit, so that the job's number is not lost.
        submit = asyncio.ensure_future(self._submit(name, before, entry, call))
        try:
            return await asyncio.shield(submit)
        except asyncio.CancelledError:
            await asyncio.wait({submit})
            if not submit.cancelled():
                submit.exception()
            raise

    def _first(self, plan: Plan, task: Task, before: Entry | None) -> Entry:
        return Entry(
            state="asking",
            service=self._wire.service,
            model=self._model,
            cost=self._price.of(plan.billed),
            earlier=before.spent if before else 0.0,
            currency=self._price.currency,
            given=task.given,
            step=task.step,
            new=plan.new,
            billed=plan.billed,
            sent=f"{task.wide}x{task.tall}@{RATE}",
            at=now(),
        )

    def _check_price(self, plan: Plan) -> None:
        spent = self._journal.spent(self._price.currency)
        self._price.check(self._price.of(plan.billed), spent, self._client.who)

    async def _request(self, task: Task, plan: Plan) -> Any:
        try:
            return await self._wire.request(task, plan, self._client)
        except ValueError:
            raise self._client.unreadable() from None

    async def _submit(self, name: str, before: Entry | None, entry: Entry, call: Any) -> Entry:
        try:
            answer = await self._client.send(call)
        except _NEVER_SENT:
            self._undo(name, before)
            raise
        except ModelError:
            raise faults.maybe_paid(self._client.who, self._journal.file(name)) from None
        if answer.status in _TAKEN:
            return self._taken(name, entry, answer)
        if openai_faults.is_filter(answer.status, answer.body):
            said = self._client.tidy(answer.body.decode("utf-8", "replace"))
            entry = msgspec.structs.replace(entry, state="refused", cost=0.0, said=said)
            self._journal.write(name, entry)
            return entry
        unsure = answer.status >= 500 and answer.status not in _NOT_TAKEN
        if unsure or answer.status in _UNSURE:
            raise faults.maybe_paid(self._client.who, self._journal.file(name))
        self._undo(name, before)
        raise self._client.fault(answer)

    def _taken(self, name: str, entry: Entry, answer: Answer) -> Entry:
        """Write down the number of a job before anything else is done."""
        try:
            job = self._wire.job(answer.json())
        except ValueError:
            raise faults.maybe_paid(self._client.who, self._journal.file(name)) from None
        entry = msgspec.structs.replace(entry, state="running", job=job)
        try:
            self._journal.write(name, entry)
        except faults.NotKept:
            raise faults.not_noted(self._client.who, job, self._journal.file(name)) from None
        return entry

    def _undo(self, name: str, before: Entry | None) -> None:
        """Back to how it was: it is certain that nothing was taken."""
        if before is None:
            self._journal.drop(name)
        else:
            self._journal.write(name, before)

    async def _wait(self, name: str, entry: Entry) -> Entry:
        """Ask after a job until it has ended; the record that stands then."""
        deadline = time.monotonic() + self._patience.total
        while True:
            look = await self._patiently(lambda: self._look(name, entry), deadline, entry.job)
            if isinstance(look, Entry):
                return look
            every = self._patience.every * self._rng.uniform(0.8, 1.2)
            self._check_time(deadline, every, entry.job)
            await asyncio.sleep(every)

    async def _look(self, name: str, entry: Entry) -> Entry | None:
        """Ask once; the record that stands then, None while the job is running."""
        answer = await self._client.ask(self._wire.poll(entry.job))
        try:
            look = self._wire.look(answer)
        except ValueError:
            raise self._client.unreadable() from None
        if look.state == "running":
            return None
        if look.state == "done":
            return await self._keep(name, entry, look)
        said = self._client.tidy(look.said)
        entry = msgspec.structs.replace(entry, state=look.state, said=said)
        self._journal.write(name, entry)
        return entry

    async def _keep(self, name: str, entry: Entry, look: Look) -> Entry:
        """Fetch a clip and put it on disk, if it is one."""
        body = _decoded(look.video) if look.video else await self._client.fetch(look.url)
        if body[4:8] != b"ftyp":
            raise self._no_clip()
        draft = await asyncio.to_thread(self._journal.draft, name, body)
        length = await asyncio.to_thread(length_of, draft)
        if length is None:
            draft.unlink(missing_ok=True)
            raise self._no_clip()
        self._journal.keep(name, draft)
        entry = msgspec.structs.replace(
            entry,
            state="done",
            begins=self._begins(entry, length.seconds),
            served=self._client.tidy(look.served),
            lasts=round(length.seconds, 3),
        )
        self._journal.write(name, entry)
        return entry

    def _begins(self, entry: Entry, lasts: float) -> float:
        """Where what is new begins.

        Out of a frame it begins one frame of what was given later: the first is that frame. Of a
        clip that was to be made longer either all comes back or only what is new; the length says.
        """
        if self._wire.shown == "i2v":
            return entry.step
        all_came = abs(lasts - entry.given - entry.new) <= abs(lasts - entry.new)
        return entry.given if all_came else 0.0

    def _ended(self, name: str, entry: Entry) -> Continued:
        """The clip of a job that has ended.

        Raises:
            ModelError: there is none.
        """
        who = self._client.who
        if entry.state == "refused":
            raise faults.refused(who, entry.said)
        if entry.state == "failed":
            raise faults.job_failed(who, entry.job, entry.said)
        if entry.state != "done":
            raise faults.maybe_paid(who, self._journal.file(name))
        try:
            clip = self._journal.clip(name).read_bytes()
        except OSError:
            raise faults.maybe_paid(who, self._journal.file(name)) from None
        return Continued(
            clip=clip,
            shown=self._wire.shown,
            begins=entry.begins,
            cost=entry.spent,
            currency=entry.currency,
            served=entry.served,
            meta={
                "service": entry.service,
                "job": entry.job,
                "sent": entry.sent,
                "new": entry.new,
                "billed": entry.billed,
                "lasts": entry.lasts,
            },
        )

    async def _patiently(
        self, get: Callable[[], Awaitable[T]], deadline: float | None = None, job: str = ""
    ) -> T:
        """What a free request brings, tried again where that may help."""
        deadline = time.monotonic() + self._patience.total if deadline is None else deadline
        failures = limited = 0
        while True:
            try:
                return await get()
            except RateLimited as error:
                limited += 1
                pause = self._wait_as_asked(error, limited)
            except ModelError as error:
                failures += 1
                if not error.retryable or failures >= self._patience.retry.tries:
                    raise
                pause = self._patience.retry.wait(failures, self._rng)
            self._check_time(deadline, pause, job)
            await asyncio.sleep(pause)

    def _wait_as_asked(self, error: RateLimited, limited: int) -> float:
        """Seconds to wait: what the service says, and a little even where it says none."""
        if error.retry_after is None:
            return self._patience.retry.wait(limited, self._rng)
        return max(error.retry_after, self._patience.retry.wait(1, self._rng))

    def _check_time(self, deadline: float, pause: float, job: str) -> None:
        if time.monotonic() + pause < deadline:
            return
        total = f"{self._patience.total:g}"
        job_zh = f"（任务 {job}）；它还在，再运行一次会接着等，不会再提交" if job else ""
        job_en = f" (job {job}); it goes on, and running again waits for it and submits nothing"
        raise AnswerTimeout(
            f"等了 {total} 秒，{self._client.who} 还没有给出视频{job_zh}。",
            f"{self._client.who} gave no clip within {total} seconds{job_en if job else ''}.",
        )

    def _no_clip(self) -> ServerFault:
        return ServerFault(
            f"{self._client.who} 给的不是完整的 MP4 视频。",
            f"What {self._client.who} gave is no whole MP4.",
        )


def _decoded(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return b""
