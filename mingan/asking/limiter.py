"""How many requests one endpoint gets at once: found out by asking, as TCP finds out bandwidth.

The window opens by one with every answer until the endpoint first says 429 (so it doubles with
every round trip), and by one a round trip after that. A 429 closes it by half the share of 429
among the latest replies (the rule of DCTCP, RFC 8257), so that a lone 429 costs little and a
storm halves it; replies to requests sent before the last cut do not cut again. In a storm the
whole endpoint waits as long as it asked for (Retry-After); a lone 429 holds up only its own
question. A 5xx says nothing about load and changes nothing. Models that share an address share
one limiter. This module must not know what is sent.
"""

from __future__ import annotations

import asyncio
import time
from collections import deque

from mingan.asking.gate import Gate

STORM = 0.25
"""The share of 429 among the latest replies from which on everybody waits."""


class Limiter:
    """A window on one endpoint.

    Args:
        start, most: requests at once, at first and at most.
        gate: once closed, whoever waits for a slot gets none.
    """

    def __init__(self, *, start: int, most: int, gate: Gate) -> None:
        self.most = max(1, most)
        self.window = float(max(1, min(start, self.most)))
        self.in_flight = 0
        self.peak = 0
        self.cuts = 0
        self._share = 0.0
        self._seen = 0
        self._slow_start = True
        self._resume_at = 0.0
        self._gate = gate
        self._waiting: deque[asyncio.Future[bool]] = deque()
        gate.on_close(self._turn_away)

    @property
    def paused_for(self) -> float:
        """Seconds until the endpoint may be asked again; 0 when it may be asked now."""
        return max(0.0, self._resume_at - time.monotonic()) if self._resume_at else 0.0

    async def take(self) -> bool:
        """Wait for a slot and take it; False if the gate closed instead."""
        if self._gate.closed:
            return False
        if not self._waiting and self._room():
            self._grant()
            return True
        ticket: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        self._waiting.append(ticket)
        try:
            return await ticket
        except asyncio.CancelledError:
            if ticket.done() and not ticket.cancelled() and ticket.result():
                self.give()
            raise

    def give(self) -> None:
        """Give a slot back."""
        self.in_flight -= 1
        self._admit()

    def answered(self) -> None:
        """The endpoint answered (well or badly, but not with 429): open the window a little."""
        self._learn(0.0)
        if self.window < self.most and self.in_flight >= self.window - 1:
            step = 1.0 if self._slow_start else 1.0 / self.window
            self.window = min(float(self.most), self.window + step)
            self._admit()

    def limited(self, *, sent_at_cut: int, wait: float) -> None:
        """The endpoint said 429 to a request that was sent when `cuts` was `sent_at_cut`.

        `wait` is what it asked for in seconds, or our own back-off where it did not say.
        """
        self._learn(1.0)
        self._slow_start = False
        if sent_at_cut == self.cuts:
            self.cuts += 1
            self.window = max(1.0, self.window * (1 - self._share / 2))
        if self._share >= STORM:
            self._pause(wait)

    def _learn(self, limited: float) -> None:
        self._seen += 1
        memory = min(max(4.0, self.window), 32.0, float(self._seen))
        self._share += (limited - self._share) / memory

    def _pause(self, seconds: float) -> None:
        until = time.monotonic() + seconds
        if until > self._resume_at:
            self._resume_at = until
            asyncio.get_running_loop().call_later(seconds + 0.001, self._admit)

    def _room(self) -> bool:
        return self.in_flight < int(self.window) and not self.paused_for

    def _grant(self) -> None:
        self.in_flight += 1
        self.peak = max(self.peak, self.in_flight)

    def _admit(self) -> None:
        while self._waiting and self._room():
            ticket = self._waiting.popleft()
            if not ticket.done():
                self._grant()
                ticket.set_result(True)

    def _turn_away(self) -> None:
        while self._waiting:
            ticket = self._waiting.popleft()
            if not ticket.done():
                ticket.set_result(False)


class Slot:
    """One worker's hold on a limiter: taken before a request, kept until its answer is safe."""

    def __init__(self, limiter: Limiter) -> None:
        self.limiter = limiter
        self.sent_at_cut = 0
        self._held = False

    async def take(self) -> bool:
        """Take a slot unless one is held; False if the gate closed instead."""
        if not self._held:
            self._held = await self.limiter.take()
        self.sent_at_cut = self.limiter.cuts
        return self._held

    def give(self) -> None:
        """Give the slot back, if one is held."""
        if self._held:
            self._held = False
            self.limiter.give()
