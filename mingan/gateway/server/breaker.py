"""A circuit breaker: when to leave a failing member alone, and when to try it again.

Closed: all may pass. Open, after too many faults among the last calls: none may, for a while.
Half open: one may try; its outcome closes or opens the circuit. It only counts; no clock of its
own beyond the one given, no network.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

State = Literal["closed", "open", "half-open"]

WINDOW, LEAST, SHARE = 20, 5, 0.5
"""Opens when at least 5 of the last 20 calls are known and half of them failed."""

COOL_S = 30.0


@dataclass(slots=True)
class Breaker:
    """Of one member. Ask `enter` before a call, and `leave` after it, whatever happened."""

    cool_s: float = COOL_S
    clock: Callable[[], float] = time.monotonic
    _last: deque[bool] = field(default_factory=lambda: deque(maxlen=WINDOW))
    _opened: float | None = None
    _trying: bool = False

    @property
    def state(self) -> State:
        """How it stands now."""
        if self._opened is None:
            return "closed"
        return "half-open" if self.clock() - self._opened >= self.cool_s else "open"

    def allows(self) -> bool:
        """Whether a call may be made now; changes nothing."""
        state = self.state
        return state == "closed" or (state == "half-open" and not self._trying)

    def enter(self) -> bool:
        """Take leave to make one call; False where the member is to be left alone."""
        if not self.allows():
            return False
        self._trying = self.state == "half-open"
        return True

    def leave(self, *, ok: bool | None) -> None:
        """Tell how the call went; None where it says nothing of the member (it was called off)."""
        tried, self._trying = self._trying, False
        if ok is None:
            return
        if tried or (ok and self._opened is not None):
            self._opened = None if ok else self.clock()
            self._last.clear()
            return
        self._last.append(ok)
        faults = self._last.count(False)
        if len(self._last) >= LEAST and faults >= SHARE * len(self._last) and not ok:
            self._opened = self.clock()
