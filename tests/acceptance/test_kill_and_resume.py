"""kill -9 at ten random moments of a run: nothing is lost, and nothing finished is asked again.

The run is a process of its own against the mock endpoint, which says 429 to 5 % of the requests
and 500 to 2 %. After every kill the store is read and the server's counts are taken, so that what
was lost can be told question by question.
"""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
import urllib.request
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from mingan.store import Store

BENCHMARKS = Path(__file__).parents[2] / "benchmarks"
QUESTIONS = 1000
CONNECTIONS = 16
KILLS = 10


class Endpoint:
    """The mock server and what it counted."""

    def __init__(self, port: int) -> None:
        self.url = f"http://127.0.0.1:{port}"

    def get(self, path: str) -> Any:
        with urllib.request.urlopen(self.url + path, timeout=10) as reply:
            return json.load(reply)

    def settled(self) -> dict[str, Any]:
        """The counts, once nothing is under way any more."""
        while (stats := self.get("/stats"))["in_flight"]:
            time.sleep(0.01)
        return dict(stats)


@pytest.fixture
def endpoint() -> Iterator[Endpoint]:
    command = [
        sys.executable, str(BENCHMARKS / "mock_server.py"), "--latency", "30",
        "--p429", "0.05", "--p500", "0.02", "--retry_after", "0.05", "--seed", "20",
    ]  # fmt: skip
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        yield Endpoint(int(server.stdout.readline()))
        server.terminate()


class Runs:
    """The process that forks the runs."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process

    def start(self, name: str) -> int:
        """Start a run; gives its process id."""
        assert self._process.stdin is not None
        self._process.stdin.write(f"{name}\n")
        self._process.stdin.flush()
        return self._line()

    def end(self) -> int:
        """Wait for the run to end; gives its exit status, negative for a signal."""
        return os.waitstatus_to_exitcode(self._line())

    def _line(self) -> int:
        assert self._process.stdout is not None
        return int(self._process.stdout.readline())


@pytest.fixture
def runs(endpoint: Endpoint, where: str) -> Iterator[Runs]:
    command = [
        sys.executable, str(Path(__file__).with_name("kill_job.py")), f"{endpoint.url}/v1",
        str(CONNECTIONS), where, str(QUESTIONS),
    ]  # fmt: skip
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    with subprocess.Popen(command, text=True, **pipes) as process:
        yield Runs(process)


def kill_after(endpoint: Endpoint, process: int, requests: int, pause: float) -> None:
    """Kill a run a moment after the server has seen that many requests."""
    give_up = time.monotonic() + 30
    while endpoint.get("/count") < requests:
        assert time.monotonic() < give_up, "the run asks no more"
        time.sleep(0.002)
    time.sleep(pause)
    os.kill(process, signal.SIGKILL)


def finished(where: str) -> set[str]:
    """The questions with an answer that did not fail, each seen to have only one."""
    with Store.open(where) as store:
        assert store.verify() == []
        ids = Counter(answer.question for answer in store.answers() if answer.state != "failed")
    assert set(ids.values()) <= {1}
    return set(ids)


def test_ten_kills_lose_nothing_and_repeat_nothing_that_was_finished(
    endpoint: Endpoint, runs: Runs, where: str
) -> None:
    moments = random.Random(10)
    asked_when_finished: dict[str, int] = {}
    lost_before = 0
    for run in range(KILLS):
        here = endpoint.get("/count")
        process = runs.start(f"run{run}")
        kill_after(endpoint, process, here + moments.randint(1, 55), moments.uniform(0, 0.03))
        assert runs.end() == -signal.SIGKILL
        stats = endpoint.settled()
        done = finished(where)
        lost = stats["answered"] - len(done)
        assert 0 <= lost - lost_before <= CONNECTIONS
        lost_before = lost
        for question in done:
            asked_when_finished.setdefault(question, stats["asked_of"][question])

    runs.start("last")
    assert runs.end() == 0

    stats = endpoint.settled()
    assert stats["refused"]["429"] > 0
    assert stats["refused"]["500"] > 0
    assert finished(where) == {f"Q{i:04d}" for i in range(QUESTIONS)}
    again = {q: n for q, n in asked_when_finished.items() if stats["asked_of"][q] != n}
    assert again == {}, "finished answers were asked for again"
    assert stats["answered"] - QUESTIONS == lost_before <= KILLS * CONNECTIONS
