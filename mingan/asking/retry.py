"""Asking once more: which faults deserve it, how long to wait, and when to give up.

Waiting is exponential with full jitter (uniform between 0 and the bound), or what the endpoint
asked for. A 429 is not held against the question: it may be repeated until the deadline; other
faults only a few times. This module must not know questions, grades or the store.
"""

from __future__ import annotations

import asyncio
import math
import random
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from mingan.asking.gate import Gate
from mingan.asking.limiter import Slot
from mingan.errors import AnswerTimeout, ModelError, RateLimited, ServerFault, Unreachable
from mingan.models.protocol import Reply


@dataclass(frozen=True, slots=True, kw_only=True)
class Retry:
    """How stubborn to be.

    Attributes:
        tries: requests per turn that may fail otherwise than by 429.
        tries_unreached: the same while nothing has ever answered at the address.
        base, cap: bounds in seconds of the first wait and of every wait.
        deadline: seconds that one answer may take in all, waits included; may be infinite.
    """

    tries: int = 8
    tries_unreached: int = 3
    base: float = 0.5
    cap: float = 30.0
    deadline: float = 600.0

    def wait(self, failures: int, rng: random.Random) -> float:
        """Seconds to wait after the given number of failures (from 1)."""
        return rng.uniform(0.0, min(self.cap, self.base * 2.0 ** min(failures - 1, 32)))


class GaveWay(Exception):
    """The gate closed before this question was answered; it is left for the next run."""


class Attempt:
    """The tries that one answer takes, over all its turns, under one deadline."""

    def __init__(
        self,
        policy: Retry,
        slot: Slot,
        gate: Gate,
        *,
        rng: random.Random,
        reached: Callable[[], bool],
    ) -> None:
        self.tries = 0
        self.started = time.monotonic()
        self._policy = policy
        self._slot = slot
        self._gate = gate
        self._rng = rng
        self._reached = reached

    @property
    def elapsed(self) -> float:
        """Seconds since the answer was first wanted."""
        return time.monotonic() - self.started

    async def get(self, send: Callable[[], Awaitable[Reply]]) -> Reply:
        """The reply to one turn. The slot is held when this returns.

        Raises:
            GaveWay: the gate closed before there was a reply.
            ModelError: it could not be had.
        """
        failures = limited = 0
        while True:
            if not await self._slot.take():
                raise GaveWay
            if not self.tries:
                self.started = time.monotonic()  # waiting for a first slot is not the answer's
            self.tries += 1
            try:
                reply = await self._send(send)
            except RateLimited as error:
                limited += 1
                wait = self._wait_as_asked(error, limited)
                late = self.elapsed + wait >= self._policy.deadline
                self._slot.limiter.limited(
                    sent_at_cut=self._slot.sent_at_cut, wait=0.0 if late else wait
                )
                await self._hold_off(error, wait)
            except ModelError as error:
                self._slot.limiter.answered()
                failures += 1
                if not error.retryable or failures >= self._patience(error):
                    raise
                await self._hold_off(error, self._policy.wait(failures, self._rng))
            else:
                self._slot.limiter.answered()
                return reply

    async def _send(self, send: Callable[[], Awaitable[Reply]]) -> Reply:
        left = self._policy.deadline - self.elapsed
        try:
            async with asyncio.timeout(None if math.isinf(left) else left):
                return await send()
        except TimeoutError:
            raise _too_late(self._policy.deadline) from None
        except (ModelError, asyncio.CancelledError):
            raise
        except Exception as error:
            raise _broken(error) from error

    async def _hold_off(self, error: ModelError, wait: float) -> None:
        if self.elapsed + wait >= self._policy.deadline:
            raise error
        self._slot.give()
        if not await self._gate.sleep(wait):
            raise GaveWay

    def _wait_as_asked(self, error: RateLimited, limited: int) -> float:
        if error.retry_after is None:
            return self._policy.wait(limited, self._rng)
        return max(0.0, error.retry_after)

    def _patience(self, error: ModelError) -> int:
        if isinstance(error, Unreachable) and not self._reached():
            return self._policy.tries_unreached
        return self._policy.tries


def _too_late(seconds: float) -> AnswerTimeout:
    return AnswerTimeout(
        f"等了 {seconds:g} 秒仍没有得到完整的回答；可以放宽时限，或稍后再运行一次。",
        f"No complete answer within {seconds:g} seconds; allow more time, or run again later.",
    )


class BrokenModel(ServerFault):
    """The model's own code failed in a way it should not; trying again would not help."""

    retryable = False


def _broken(error: Exception) -> BrokenModel:
    what = f"{type(error).__name__}: {error}"[:300]
    return BrokenModel(
        f"这个模型的接入程序自己出错了（{what}）；这不是模型答错，请把这句话报告给它的作者。",
        f"The program that connects this model failed ({what}); "
        "this is not the model's mistake. Please report it to its author.",
    )
