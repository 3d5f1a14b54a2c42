"""Waiting for the store without paying for every answer: many futures, one wake-up of the loop.

The store's writer resolves futures of another thread, a batch at a time. Waking the event loop
for each of them costs a system call each; here the first of a batch wakes it and the rest are
found on the way. This module must not know what is stored.
"""

from __future__ import annotations

import asyncio
from collections import deque
from concurrent.futures import Future


class Landing:
    """Where the writer's futures come down in the event loop that made this object."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._landed: deque[tuple[Future[None], asyncio.Future[None]]] = deque()
        self._called = False

    async def wait(self, future: Future[None]) -> None:
        """Wait until `future` is resolved; raises what it carries."""
        waiter: asyncio.Future[None] = self._loop.create_future()
        future.add_done_callback(lambda done: self._land(done, waiter))
        await waiter

    def _land(self, done: Future[None], waiter: asyncio.Future[None]) -> None:
        self._landed.append((done, waiter))
        if not self._called:  # seen too late by one thread, this costs a wake-up, never an answer
            self._called = True
            self._loop.call_soon_threadsafe(self._drain)

    def _drain(self) -> None:
        self._called = False
        while self._landed:
            done, waiter = self._landed.popleft()
            if waiter.done():
                continue
            error = done.exception()
            if error is None:
                waiter.set_result(None)
            else:
                waiter.set_exception(error)
