from __future__ import annotations

import asyncio
import threading
from concurrent.futures import Future

import pytest

from mingan.asking.durable import Landing
from mingan.errors import StoreError


async def test_a_batch_from_another_thread_wakes_everybody_who_waits() -> None:
    landing = Landing()
    futures: list[Future[None]] = [Future() for _ in range(500)]
    waits = [asyncio.create_task(landing.wait(future)) for future in futures]
    await asyncio.sleep(0)

    def resolve() -> None:
        for future in futures:
            future.set_result(None)

    thread = threading.Thread(target=resolve)
    thread.start()
    assert await asyncio.wait_for(asyncio.gather(*waits), 5) == [None] * 500
    thread.join()


async def test_what_is_resolved_before_anybody_waits_is_not_missed() -> None:
    future: Future[None] = Future()
    future.set_result(None)
    assert await asyncio.wait_for(Landing().wait(future), 5) is None


async def test_the_stores_error_reaches_the_one_who_waits_and_nobody_else() -> None:
    landing = Landing()
    good: Future[None] = Future()
    bad: Future[None] = Future()
    waits = [asyncio.create_task(landing.wait(future)) for future in (good, bad)]
    await asyncio.sleep(0)
    bad.set_exception(StoreError("坏", "broken"))
    good.set_result(None)
    assert await asyncio.wait_for(waits[0], 5) is None
    with pytest.raises(StoreError):
        await asyncio.wait_for(waits[1], 5)


async def test_one_who_stopped_waiting_harms_nobody() -> None:
    landing = Landing()
    first: Future[None] = Future()
    second: Future[None] = Future()
    gone = asyncio.create_task(landing.wait(first))
    waits = asyncio.create_task(landing.wait(second))
    await asyncio.sleep(0)
    gone.cancel()
    await asyncio.sleep(0)
    first.set_exception(StoreError("坏", "broken"))
    second.set_result(None)
    assert await asyncio.wait_for(waits, 5) is None
    assert gone.cancelled()
