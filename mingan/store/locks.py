"""Locks between processes that the system drops by itself when the holder dies, kill -9 included.

A lock here is a file beside the workspace, held by `flock`; where the system has none (Windows),
it is granted to everybody, and SQLite's own locks remain. For PostgreSQL the server's advisory
locks do the same; those live in `store.py`, since they need a connection.
"""

from __future__ import annotations

import os
import time
from pathlib import Path

try:
    import fcntl
except ImportError:  # pragma: no cover  (Windows has no flock: there every lock is taken at once)
    fcntl = None  # type: ignore[assignment]


_LOOKS_S = 1.0  # so long somebody who wants the lock bears with others who only look at it


class FileLock:
    """One lock file. `take()` says whether this process has it now; it holds until `drop()`."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._handle: int | None = None

    def take(self, *, wait: bool = False) -> bool:
        """Take the lock, waiting for it if asked to; False when another process holds it."""
        if self._handle is not None or fcntl is None:
            return True
        handle = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
        taken = _lock(handle, fcntl.LOCK_EX) if wait else _lock_now(handle)
        if not taken:
            os.close(handle)
            return False
        self._handle = handle
        return True

    def held(self) -> bool:
        """Whether any process has the lock. Whoever wants it meanwhile gets it all the same."""
        if self._handle is not None:
            return True
        if fcntl is None:
            return False
        try:
            handle = os.open(self._path, os.O_RDONLY | os.O_CLOEXEC)
        except FileNotFoundError:
            return False
        try:
            return not _lock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
        finally:
            os.close(handle)

    def drop(self) -> None:
        """Let go. The file stays: removing it would let two processes lock two files."""
        if self._handle is not None:
            os.close(self._handle)
            self._handle = None


def _lock_now(handle: int) -> bool:
    """Take the lock unless somebody has it; a look, which shares it for a moment, is no reason."""
    end = time.monotonic() + _LOOKS_S
    while not _lock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB):
        if time.monotonic() > end or not _lock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB):
            return False
        fcntl.flock(handle, fcntl.LOCK_UN)
        time.sleep(0.002)
    return True


def _lock(handle: int, how: int) -> bool:
    try:
        fcntl.flock(handle, how)
    except OSError:
        return False
    return True
