"""How often and how many at once a key may ask; counted in this process, lost with it."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

from mingan.errors import RateLimited

MINUTE = 60.0


@dataclass(slots=True)
class Gate:
    """Of one key: asks within the last minute, and asks under way."""

    per_minute: int | None = None
    at_once: int | None = None
    clock: Callable[[], float] = time.monotonic
    under_way: int = 0
    _recent: deque[float] = field(default_factory=deque)

    def enter(self) -> None:
        """Let one ask in; `leave` must follow.

        Raises:
            RateLimited: there are too many; `retry_after` says how long to wait.
        """
        now = self.clock()
        while self._recent and now - self._recent[0] >= MINUTE:
            self._recent.popleft()
        if self.at_once is not None and self.under_way >= self.at_once:
            raise RateLimited(
                f"这把钥匙同时只能问 {self.at_once} 个。请等前面的答完。",
                f"This key may have {self.at_once} asks under way at once. Wait for one to end.",
                retry_after=1.0,
            )
        if self.per_minute is not None and len(self._recent) >= self.per_minute:
            raise RateLimited(
                f"这把钥匙每分钟只能问 {self.per_minute} 次。请稍后再试。",
                f"This key may ask {self.per_minute} times a minute. Try again later.",
                retry_after=MINUTE - (now - self._recent[0]),
            )
        self._recent.append(now)
        self.under_way += 1

    def leave(self) -> None:
        """The ask is over."""
        self.under_way -= 1
