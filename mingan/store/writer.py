"""The one writer: a thread that takes what is to be stored from a queue and commits in batches.

Whoever wants something stored gets a future at once; it resolves when the transaction that holds
it is on disk. Under load many small wishes share one commit, so durability costs little. The
writer knows nothing of what it writes: a job is a function of a connection. Only `Facts` it
merges, since a thousand answers are stored much faster by one statement than by a thousand.
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable
from concurrent.futures import Future
from itertools import groupby
from typing import Any

from sqlalchemy import Connection, Engine

from mingan.errors import MinganError
from mingan.store.engine import Place, explain
from mingan.store.facts import Facts

Job = Callable[[Connection], Any]
_BATCH = 256


class Writer:
    """Feeds jobs to the database, in order, from one thread on one connection."""

    def __init__(self, engine: Engine, where: Place) -> None:
        self._engine = engine
        self._where = where
        self._jobs: queue.SimpleQueue[tuple[Job, Future[Any]] | None] = queue.SimpleQueue()
        self._thread: threading.Thread | None = None
        self._start = threading.Lock()

    def submit(self, job: Job) -> Future[Any]:
        """Queue a job; the future carries its result once it is durable, or the reason why not.

        A job may be run twice (alone, after a batch that held it failed), so it must not have
        effects outside the connection.
        """
        with self._start:
            if self._thread is None:
                self._thread = threading.Thread(
                    target=self._work, name="mingan-writer", daemon=True
                )
                self._thread.start()
        future: Future[Any] = Future()
        # Whoever waits may be cancelled; what is queued is stored all the same.
        future.set_running_or_notify_cancel()
        self._jobs.put((job, future))
        return future

    def close(self) -> None:
        """Finish what is queued, then stop."""
        with self._start:
            thread, self._thread = self._thread, None
        if thread is not None:
            self._jobs.put(None)
            thread.join()
        self._engine.dispose()

    def _work(self) -> None:
        while (first := self._jobs.get()) is not None:
            batch, last = self._gather(first)
            self._commit(batch)
            if last:
                return

    def _gather(self, first: tuple[Job, Future[Any]]) -> tuple[list[tuple[Job, Future[Any]]], bool]:
        batch = [first]
        while len(batch) < _BATCH:
            try:
                item = self._jobs.get_nowait()
            except queue.Empty:
                break
            if item is None:
                return batch, True
            batch.append(item)
        return batch, False

    def _commit(self, batch: list[tuple[Job, Future[Any]]]) -> None:
        try:
            with self._engine.begin() as connection:
                results = _run_all(connection, [job for job, _ in batch])
        except Exception as fault:
            self._after_fault(batch, fault)
            return
        for (_, future), result in zip(batch, results, strict=True):
            future.set_result(result)

    def _after_fault(self, batch: list[tuple[Job, Future[Any]]], fault: Exception) -> None:
        """One bad job must not take its neighbours down: try each by itself."""
        if len(batch) > 1:
            for item in batch:
                self._commit([item])
            return
        error = fault if isinstance(fault, MinganError) else explain(self._where, fault)
        error.__cause__ = None if isinstance(fault, MinganError) else fault
        batch[0][1].set_exception(error)


def _run_all(connection: Connection, jobs: list[Job]) -> list[Any]:
    """Run jobs in order, neighbouring `Facts` as one; gives each job's result."""
    results: list[Any] = []
    for is_facts, group in groupby(jobs, key=lambda job: isinstance(job, Facts)):
        members = list(group)
        if is_facts:
            Facts.merged(job for job in members if isinstance(job, Facts))(connection)
            results += [None] * len(members)
        else:
            results += [job(connection) for job in members]
    return results
