"""Waiting for something slow that blocks, without blocking the loop and without blocking the end.

`asyncio.to_thread` borrows a thread that the interpreter waits for at its end; a person who does
not type, or a model in the middle of a long answer, would then make Ctrl-C hang. The threads
here are daemons: nobody waits for them. This module must not know what is waited for.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")


async def in_daemon_thread(function: Callable[[], T]) -> T:
    """The result of `function()`, run in a thread of its own that never delays the exit.

    If the waiting task is cancelled, the thread runs on and its result is thrown away.
    """
    loop = asyncio.get_running_loop()
    future: asyncio.Future[T] = loop.create_future()

    def settle(set_it: Callable[[], None]) -> None:
        if not future.done():
            set_it()

    def work() -> None:
        try:
            result = function()
        except BaseException as error:
            # Bound to a name of its own: `error` is gone when the block ends.
            caught = error
            _tell(loop, lambda: settle(lambda: future.set_exception(caught)))
        else:
            _tell(loop, lambda: settle(lambda: future.set_result(result)))

    threading.Thread(target=work, daemon=True).start()
    return await future


def _tell(loop: asyncio.AbstractEventLoop, what: Callable[[], None]) -> None:
    # The loop may have been closed meanwhile (Ctrl-C); then nobody is left to be told.
    if not loop.is_closed():
        loop.call_soon_threadsafe(what)
