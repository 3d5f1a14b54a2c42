"""Grading in passing: answers are graded between the events of the loop, never before a request.

An answer is stored the moment it is there, and its slot asks on at once. What is still ungraded
waits in line: one answer is graded in a turn of the event loop in which nothing else was going on,
so that grading gives way to replies and no reply waits longer than one grade takes. Answers that
take long to grade (a program has to be run) stand in a line of their own and are graded in threads,
a few at a time, so that neither replies nor other grades wait for them. Grades are stored a batch
at a time. If the process dies, ungraded answers stay ungraded, and are graded when
the run is taken up again. This module must not know how verdicts are found.
"""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from typing import Protocol

from mingan.errors import StoreError
from mingan.records import Answer, Grade, Question

GradeOne = Callable[[Question, Answer], Grade]
IsSlow = Callable[[Question], bool]

BATCH = 64
"""Grades that are stored together, at most."""

SLOW_AT_ONCE = 4
"""Threads that grade what takes long."""

QUIET_S = 0.0005
"""A turn of the loop that took longer than this, in seconds, had other things to do."""

GIVE_WAY_S = 0.01
"""How long grading stands back then, in seconds."""

LONGEST = 5_000
"""Answers in line at which grading gives way no more: they are held in memory."""


class GradeKeeper(Protocol):
    """What marking needs of a store."""

    def record(
        self, run_id: str, answers: Sequence[Answer], grades: Sequence[Grade] = ()
    ) -> Future[None]:
        """Store grades; the future resolves once they are durable."""
        ...


class Marking:
    """The line of answers that wait for their grade.

    `failed` counts answers whose grader raised: they stay ungraded, which is no model's mistake.
    `error` is why grades could not be stored, if they could not.
    """

    def __init__(
        self,
        store: GradeKeeper,
        run_id: str,
        grade: GradeOne | None,
        slow: IsSlow | None = None,
    ) -> None:
        self.failed = 0
        self.error: StoreError | None = None
        self._store = store
        self._run_id = run_id
        self._grade = grade
        self._slow = slow
        self._slow_line: deque[tuple[Question, Answer]] = deque()
        self._slow_tasks: set[asyncio.Task[None]] = set()
        self._line: deque[tuple[Question, Answer]] = deque()
        self._ready: list[Grade] = []
        self._stored: list[Future[None]] = []
        self._task: asyncio.Task[None] | None = None

    def add(self, question: Question, answer: Answer) -> None:
        """Put an answer in line; one that could not be had has nothing to grade."""
        if self._grade is None or answer.state == "failed":
            return
        if self._slow is not None and self._slow(question):
            self._add_slow(self._grade, question, answer)
            return
        self._line.append((question, answer))
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._work(self._grade))

    def _add_slow(self, grade: GradeOne, question: Question, answer: Answer) -> None:
        self._slow_line.append((question, answer))
        if len(self._slow_tasks) < SLOW_AT_ONCE:
            task = asyncio.create_task(self._work_slowly(grade))
            self._slow_tasks.add(task)
            task.add_done_callback(self._slow_tasks.discard)

    async def finish(self) -> None:
        """Wait until the line is empty and every grade is on disk (or is known not to be)."""
        if self._task is not None:
            await self._task
        await asyncio.gather(*self._slow_tasks)
        for future in self._stored:
            try:
                await asyncio.wrap_future(future)
            except StoreError as error:
                self.error = self.error or error
        self._stored.clear()

    async def _work(self, grade: GradeOne) -> None:
        while self._line:
            if len(self._line) < LONGEST and await _others_are_busy():
                await asyncio.sleep(GIVE_WAY_S)
                continue
            question, answer = self._line.popleft()
            try:
                self._ready.append(grade(question, answer))
            except Exception:
                self.failed += 1
            if len(self._ready) >= BATCH or not self._line:
                self._store_ready()

    async def _work_slowly(self, grade: GradeOne) -> None:
        """Grade what takes long, one answer after the other; several of these run side by side."""
        while self._slow_line:
            question, answer = self._slow_line.popleft()
            try:
                self._ready.append(await asyncio.to_thread(grade, question, answer))
            except Exception:
                self.failed += 1
            self._store_ready()

    def _store_ready(self) -> None:
        if self._ready:
            self._stored.append(self._store.record(self._run_id, (), tuple(self._ready)))
            self._ready.clear()


async def _others_are_busy() -> bool:
    """Whether the loop had anything else to do in its next turn worth giving way to."""
    started = time.perf_counter()
    await asyncio.sleep(0)
    return time.perf_counter() - started > QUIET_S
