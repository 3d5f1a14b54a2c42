from __future__ import annotations

import asyncio
import threading
import time

import pytest

from mingan.models.threads import in_daemon_thread


async def test_results_and_errors_come_back() -> None:
    assert await in_daemon_thread(lambda: threading.current_thread().daemon) is True

    def fail() -> None:
        raise LookupError("x")

    with pytest.raises(LookupError, match="x"):
        await in_daemon_thread(fail)


async def test_the_loop_runs_on_meanwhile() -> None:
    task = asyncio.create_task(in_daemon_thread(lambda: time.sleep(0.1)))
    ticks = 0
    while not task.done():
        await asyncio.sleep(0.005)
        ticks += 1
    assert ticks > 2


async def test_a_wait_that_is_given_up_leaves_the_thread_to_itself() -> None:
    go, gone = threading.Event(), threading.Event()

    def work() -> None:
        go.wait(5)
        gone.set()

    task = asyncio.create_task(in_daemon_thread(work))
    await asyncio.sleep(0.01)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    go.set()
    assert gone.wait(5)


def test_a_loop_that_ended_does_not_wait_and_is_not_missed() -> None:
    go, gone = threading.Event(), threading.Event()

    def work() -> None:
        go.wait(5)
        gone.set()

    async def give_up() -> None:
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(in_daemon_thread(work), 0.02)

    start = time.perf_counter()
    asyncio.run(give_up())
    assert time.perf_counter() - start < 2
    go.set()
    assert gone.wait(5)
