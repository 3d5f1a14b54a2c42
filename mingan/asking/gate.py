"""A gate that asking passes before every request; closing it is how a run stops, for any reason.

A run has one gate, each endpoint one below it, each model one below that. Closing a gate closes
all below it, wakes everybody who waits at it, and keeps the first reason it was given. Requests
that are under way are not touched: they are finished and kept. This module must not know why
gates are closed.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from mingan.language import Text


class Gate:
    """Open until closed, and then closed for good; `reason` says why."""

    def __init__(self, parent: Gate | None = None) -> None:
        self.reason: Text | None = None
        self._below: list[Gate] = []
        self._sleepers: set[asyncio.Future[None]] = set()
        self._calls: list[Callable[[], None]] = []
        if parent is not None:
            parent._below.append(self)
            if parent.reason is not None:
                self.close(parent.reason)

    @property
    def closed(self) -> bool:
        """Whether no new request may start."""
        return self.reason is not None

    def close(self, reason: Text) -> None:
        """Let no new request start here or below. The first reason stays."""
        if self.reason is not None:
            return
        self.reason = reason
        for sleeper in self._sleepers:
            if not sleeper.done():
                sleeper.set_result(None)
        for call in self._calls:
            call()
        for gate in self._below:
            gate.close(reason)

    def on_close(self, call: Callable[[], None]) -> None:
        """Have `call` called once this gate closes (at once, if it is closed)."""
        if self.closed:
            call()
        else:
            self._calls.append(call)

    async def sleep(self, seconds: float) -> bool:
        """Wait that long; True if the gate is still open, False as soon as it is closed."""
        if self.closed:
            return False
        sleeper: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._sleepers.add(sleeper)
        try:
            async with asyncio.timeout(seconds):
                await sleeper
        except TimeoutError:
            return not self.closed
        finally:
            self._sleepers.discard(sleeper)
        return False
