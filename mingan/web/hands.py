"""Slow work in threads of its own, so that it never takes those in which pages are made.

    hands = Hands(2, line=30)
    return Later(hands.do("a name", work), then)     # what a view gives back instead of a response

Of one name only one piece of work is under way at a time; whoever wants the same waits for it
along with the first. The line is short: beyond it a visitor is told to come back. The module
knows no page and no kind of work.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from threading import Lock
from typing import Generic, TypeVar

from starlette.responses import Response

from mingan.errors import MinganError

T = TypeVar("T")


class Crowded(MinganError):
    """So much is waiting already that nothing more is taken on."""


class Hands(Generic[T]):
    """A few threads and a short line before them."""

    def __init__(self, at_once: int, *, line: int) -> None:
        """Takes how much is done at once, and how much may wait."""
        self._threads = ThreadPoolExecutor(at_once, thread_name_prefix="mingan-hands")
        self._most = at_once + line
        self._under_way: dict[str, Future[T]] = {}
        self._lock = Lock()

    def do(self, name: str, work: Callable[[], T]) -> Future[T]:
        """What `work` will give, or the work of the same name that is under way.

        Raises:
            Crowded: the line is full.
        """
        with self._lock:
            if name in self._under_way:
                return self._under_way[name]
            if len(self._under_way) >= self._most:
                raise Crowded(
                    "现在要做的太多，排不下了。过几秒刷新页面再看。",
                    "Too much is waiting right now. Reload the page in a few seconds.",
                )
            made = self._threads.submit(self._work, name, work)
            self._under_way[name] = made
            return made

    def _work(self, name: str, work: Callable[[], T]) -> T:
        try:
            return work()
        finally:
            with self._lock:
                self._under_way.pop(name, None)

    def close(self) -> None:
        """Finish what is being done; what waits is dropped."""
        self._threads.shutdown(wait=True, cancel_futures=True)


@dataclass(frozen=True)
class Later(Generic[T]):
    """A response that waits for slow work: `then` makes it of what the work gave."""

    work: Future[T]
    then: Callable[[T], Response]

    async def response(self) -> Response:
        """Wait without a thread. A visitor who leaves does not end what others wait for too."""
        return self.then(await asyncio.shield(asyncio.wrap_future(self.work)))
