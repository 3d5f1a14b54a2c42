"""Measure Mingan beside the bare loop, on this machine, in one run: `make bench`.

    python benchmarks/run.py [--repeats 3] [--quick] [--json FILE]

A mock endpoint runs in a process of its own. The bare loop and Mingan get the same 2,000
questions from it, by turns, so that whatever else the machine does meets both. Printed are
medians, as a Markdown table. Wall time and CPU are those of the whole process, from its start to
its end, imports included (`wait4`); questions per second are counted by the server from the
first request to the last reply, so they leave out start-up and include everything between
requests: grading, and waiting for the disk. Every run must reach a score of exactly 0.900 over
2,000 distinct questions, or there is no table.
"""

from __future__ import annotations

import argparse
import contextlib
import importlib.metadata
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from job import COUNT
from mingan_job import score

HERE = Path(__file__).parent
CASES = ((0, 64), (0, 256), (200, 64), (200, 256))


@dataclass(frozen=True)
class Measured:
    """One run of one program; times in seconds, memory in MB."""

    wall: float
    cpu: float
    peak_mb: float
    span: float
    max_in_flight: int

    @property
    def rate(self) -> float:
        return COUNT / self.span


class Mock:
    """The mock server, as seen from here."""

    def __init__(self, port: int) -> None:
        self.url = f"http://127.0.0.1:{port}"

    def reset(self, **settings: float) -> None:
        self._call("/reset", json.dumps(settings).encode())

    def stats(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self._call("/stats"))
        return found

    def _call(self, path: str, body: bytes | None = None) -> bytes:
        with urllib.request.urlopen(self.url + path, data=body, timeout=10) as reply:
            content: bytes = reply.read()
        return content


@contextlib.contextmanager
def mock_server() -> Iterator[Mock]:
    command = [sys.executable, str(HERE / "mock_server.py")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield Mock(int(process.stdout.readline()))
        finally:
            process.terminate()


def measure(command: list[str]) -> tuple[float, float, float, str]:
    """(wall seconds, CPU seconds, peak MB, what it printed) of one command."""
    start = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    printed = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    wall = time.perf_counter() - start
    process.returncode = os.waitstatus_to_exitcode(status)
    process.stdout.close()
    if process.returncode:
        raise SystemExit(f"{' '.join(command)} failed with status {process.returncode}")
    return wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024, printed


def run_once(mock: Mock, program: str, latency: int, connections: int) -> Measured:
    mock.reset(latency=latency)
    with tempfile.TemporaryDirectory() as folder:
        workspace = str(Path(folder) / "bench.db")
        command = [sys.executable, str(HERE / f"{program}.py"), f"{mock.url}/v1", str(connections)]
        if program == "mingan_job":
            command.append(workspace)
        wall, cpu, peak, printed = measure(command)
        right = score(workspace) if program == "mingan_job" else json.loads(printed)["score"]
    stats = mock.stats()
    if right != 0.9 or stats["distinct"] != COUNT or stats["requests"] != COUNT:
        raise SystemExit(f"{program}: score {right}, {stats['distinct']} distinct questions")
    return Measured(wall, cpu, peak, stats["span_s"], stats["max_in_flight"])


def medians(runs: list[Measured]) -> Measured:
    def mid(name: str) -> float:
        return statistics.median(getattr(run, name) for run in runs)

    return Measured(mid("wall"), mid("cpu"), mid("peak_mb"), mid("span"), int(mid("max_in_flight")))


def table(results: dict[tuple[int, int], dict[str, Measured]]) -> str:
    head = (
        "| latency ms | connections | program | wall s | questions/s | throughput ÷ bare "
        "| CPU s | CPU ÷ bare | peak MB | in flight |"
    )
    lines = [head, "|" + "---|" * 10]
    for (latency, connections), measured in results.items():
        bare = measured["bare"]
        for program, one in measured.items():
            name = {"bare": "bare loop", "mingan_job": "Mingan"}[program]
            lines.append(
                f"| {latency} | {connections} | {name} | {one.wall:.2f} | {one.rate:.0f} "
                f"| {one.rate / bare.rate:.2f} | {one.cpu:.2f} | {one.cpu / bare.cpu:.1f} "
                f"| {one.peak_mb:.0f} | {one.max_in_flight} |"
            )
    return "\n".join(lines)


def help_seconds(repeats: int) -> float | None:
    """Median wall seconds of `mingan --help`; None where it is not installed."""
    program = Path(sys.executable).with_name("mingan")
    if not program.exists():
        return None
    times = []
    for _ in range(repeats):
        start = time.perf_counter()
        done = subprocess.run([program, "--help"], capture_output=True, check=False)
        if done.returncode:
            return None
        times.append(time.perf_counter() - start)
    return statistics.median(times)


def footprint() -> tuple[int, float]:
    """Distributions of a core install, Mingan included, and their size on disk in MB."""
    todo, seen, size = ["mingan"], set(), 0
    while todo:
        name = todo.pop().lower().replace("_", "-")
        if name in seen:
            continue
        try:
            found = importlib.metadata.distribution(name)
        except importlib.metadata.PackageNotFoundError:
            continue
        seen.add(name)
        files = [Path(str(found.locate_file(file))) for file in found.files or ()]
        size += sum(file.stat().st_size for file in files if file.exists())
        todo += [need for line in found.requires or () if (need := _needed(line))]
    package = HERE.parent / "mingan"
    size += sum(file.stat().st_size for file in package.rglob("*") if file.is_file())
    return len(seen), size / 1e6


def _needed(requirement: str) -> str:
    """The name in a line of `Requires-Dist`, or "" where its marker leaves it out here."""
    from packaging.requirements import Requirement

    need = Requirement(requirement)
    wanted = need.marker is None or need.marker.evaluate({"extra": ""})
    return need.name if wanted else ""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--quick", action="store_true", help="one round of 0 ms and 64 only")
    options = parser.parse_args()
    cases, repeats = (CASES[:1], 1) if options.quick else (CASES, options.repeats)
    results: dict[tuple[int, int], dict[str, Measured]] = {}
    with mock_server() as mock:
        for latency, connections in cases:
            runs: dict[str, list[Measured]] = {"bare": [], "mingan_job": []}
            for _ in range(repeats):
                for program, done in runs.items():
                    done.append(run_once(mock, program, latency, connections))
            results[latency, connections] = {name: medians(done) for name, done in runs.items()}
            print(f"{latency} ms, {connections} connections: done", file=sys.stderr, flush=True)
    print(table(results))
    count, size = footprint()
    seconds = help_seconds(repeats)
    print(f"\nCore install: {count} distributions, {size:.0f} MB.")
    print(f"`mingan --help`: {'not installed' if seconds is None else f'{seconds:.2f} s'}.")


if __name__ == "__main__":
    main()
