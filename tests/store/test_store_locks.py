"""Lock files: one has it, and looking at it hinders nobody."""

from __future__ import annotations

import os
import threading
from pathlib import Path

import pytest

from mingan.store.locks import FileLock

fcntl = pytest.importorskip("fcntl")


def test_one_has_it_and_everybody_can_see_that(tmp_path: Path) -> None:
    first, second = FileLock(tmp_path / "lock"), FileLock(tmp_path / "lock")
    assert not first.held()
    assert not (tmp_path / "lock").exists()  # a look makes nothing
    assert first.take()
    assert (first.held(), second.held()) == (True, True)
    assert not second.take()
    first.drop()
    assert not second.held()
    assert second.take()
    second.drop()


def test_somebody_who_only_looks_does_not_keep_it_from_anybody(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    handle = os.open(path, os.O_RDWR | os.O_CREAT)
    fcntl.flock(handle, fcntl.LOCK_SH)  # in the midst of a look
    threading.Timer(0.05, os.close, [handle]).start()
    lock = FileLock(path)
    assert lock.take()
    lock.drop()
