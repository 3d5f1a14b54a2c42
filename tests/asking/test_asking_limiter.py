from __future__ import annotations

import asyncio
import time

import pytest

from mingan.asking.gate import Gate
from mingan.asking.limiter import Limiter, Slot
from mingan.language import Text

WHY = Text("停", "stop")


def limiter(start: int, most: int) -> Limiter:
    return Limiter(start=start, most=most, gate=Gate())


async def test_slots_are_bounded_and_handed_on() -> None:
    lim = limiter(2, 2)
    assert await lim.take()
    assert await lim.take()
    third = asyncio.create_task(lim.take())
    await asyncio.sleep(0)
    assert not third.done()
    lim.give()
    assert await third
    assert lim.in_flight == lim.peak == 2


async def fill(lim: Limiter) -> int:
    count = 0
    while lim.in_flight < int(lim.window):
        assert await lim.take()
        count += 1
    return count


async def test_the_window_doubles_with_every_round_trip_until_the_first_429() -> None:
    lim = limiter(8, 256)
    left = 8 + 16 + 32 + 64 + 128 + 256

    async def worker() -> None:
        nonlocal left
        while left > 0 and await lim.take():
            left -= 1
            await asyncio.sleep(0.02)
            lim.answered()
            lim.give()

    await asyncio.gather(*(worker() for _ in range(256)))
    assert lim.window >= 240


async def test_after_a_429_it_opens_by_one_a_round_trip() -> None:
    lim = limiter(16, 256)
    await fill(lim)
    lim.limited(sent_at_cut=0, wait=0.0)
    window = lim.window
    for _ in range(int(window)):
        lim.in_flight = int(lim.window)
        lim.answered()
    assert window + 0.8 < lim.window < window + 1.2


async def test_one_window_full_of_429_cuts_once_and_a_storm_halves() -> None:
    lim = limiter(64, 64)
    await fill(lim)
    for _ in range(64):
        lim.limited(sent_at_cut=0, wait=0.0)
    assert lim.cuts == 1
    lim.limited(sent_at_cut=1, wait=0.0)
    after = lim.window
    lim.limited(sent_at_cut=2, wait=0.0)
    assert lim.window == pytest.approx(after / 2, rel=0.1)


async def test_a_lone_429_among_many_answers_costs_little_and_pauses_nobody() -> None:
    lim = limiter(64, 64)
    for _ in range(200):
        lim.answered()
    lim.limited(sent_at_cut=0, wait=60.0)
    assert lim.window > 62
    assert lim.paused_for == 0


async def test_in_a_storm_everybody_waits_as_long_as_the_endpoint_said() -> None:
    lim = limiter(4, 4)
    started = time.monotonic()
    assert await lim.take()
    lim.limited(sent_at_cut=0, wait=0.15)
    lim.give()
    assert await asyncio.wait_for(lim.take(), 2)
    assert time.monotonic() - started >= 0.15


async def test_server_faults_and_answers_never_shrink_the_window() -> None:
    lim = limiter(8, 8)
    for _ in range(100):
        lim.answered()
    assert lim.window == 8


async def test_a_closed_gate_turns_everybody_away() -> None:
    gate = Gate()
    lim = Limiter(start=1, most=1, gate=gate)
    assert await lim.take()
    waiting = asyncio.create_task(lim.take())
    await asyncio.sleep(0)
    gate.close(WHY)
    assert await waiting is False
    assert await lim.take() is False


async def test_a_cancelled_waiter_leaks_no_slot() -> None:
    lim = limiter(1, 1)
    assert await lim.take()
    waiting = asyncio.create_task(lim.take())
    await asyncio.sleep(0)
    lim.give()  # grants the slot to the waiter, which is cancelled before it runs
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    assert lim.in_flight == 0


async def test_a_slot_is_taken_once_and_given_once() -> None:
    lim = limiter(2, 2)
    slot = Slot(lim)
    assert await slot.take()
    assert await slot.take()
    assert lim.in_flight == 1
    slot.give()
    slot.give()
    assert lim.in_flight == 0


async def test_gate_closes_below_and_wakes_sleepers() -> None:
    top = Gate()
    below = Gate(top)
    sleeper = asyncio.create_task(below.sleep(60))
    await asyncio.sleep(0)
    top.close(WHY)
    assert await sleeper is False
    assert below.reason == WHY
    assert Gate(below).closed
    assert await Gate().sleep(0.001) is True
