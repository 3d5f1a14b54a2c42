"""Rungs as processes, first in first out, so many at a time: here, or on a Ray cluster.

    train_rungs(folder, made, made.rungs, here(2))

A rung's folder holds job.json before its process starts and result.json when it is done; what is
done is not done again. Every rung that begins runs to its end, in the order of the plan: stopping
poor ones early would bend the law. The module must not know what a rung's result means.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Protocol

from mingan.errors import UsageError
from mingan.tunnel.plans import Plan, Rung

Said = Callable[[str, int, int], None]
"""Called with a rung's name, how many are done, and of how many."""

_POLL_S = 0.3


class Job(Protocol):
    """A rung under way."""

    def over(self) -> int | None:
        """Its exit status; None while it runs."""

    def stop(self) -> None:
        """End it; may be called when it is over."""


@dataclass(frozen=True, slots=True)
class Crew:
    """Who trains rungs.

    Attributes:
        size: rungs at a time; `wide` threads for one that has it all to itself.
        start: begins the rung whose folder it is given, on so many threads.
    """

    size: int
    wide: int
    start: Callable[[Path, int], Job]


class _Process:
    def __init__(self, place: Path) -> None:
        with (place / "said.txt").open("ab") as out:
            self._process = subprocess.Popen(command(place), stdout=out, stderr=out)

    def over(self) -> int | None:
        return self._process.poll()

    def stop(self) -> None:
        self._process.terminate()
        self._process.wait()


def here(cores: int, *, alone: bool = False) -> Crew:
    """Processes of this machine: one on each core, or one at a time where they share a card."""
    return Crew(1 if alone else cores, cores, lambda place, _: _Process(place))


def command(place: Path) -> list[str]:
    """What trains the rung of a folder."""
    return [sys.executable, "-m", "mingan.tunnel.rung", str(place)]


def train_rungs(
    folder: Path, made: Plan, rungs: Sequence[Rung], crew: Crew, *, threads: int = 1,
    said: Said | None = None, extra: Mapping[str, Any] | None = None,
) -> None:  # fmt: skip
    """Train those that have no result yet.

    Args:
        threads: of each rung.
        extra: more of the recipe, for every rung.

    Raises:
        UsageError: a rung's process failed; what is finished stays.
    """
    waiting = [rung for rung in rungs if result(folder, rung) is None]
    total, under_way = len(waiting), dict[str, Job]()
    try:
        while waiting or under_way:
            while waiting and len(under_way) < crew.size:
                rung = waiting.pop(0)
                place = _told(folder, made, rung, threads, extra or {})
                under_way[rung.name] = crew.start(place, threads)
            time.sleep(_POLL_S)
            for name, job in list(under_way.items()):
                status = job.over()
                if status is None:
                    continue
                del under_way[name]
                if status:
                    raise _failed(folder / "rungs" / name, status)
                if said is not None:
                    said(name, total - len(waiting) - len(under_way), total)
    finally:
        for job in under_way.values():
            job.stop()


def place_of(folder: Path, rung: Rung) -> Path:
    """A rung's folder."""
    return folder / "rungs" / rung.name


def result(folder: Path, rung: Rung) -> dict[str, Any] | None:
    """What a rung came to; None while it is not done."""
    file = place_of(folder, rung) / "result.json"
    return dict(json.loads(file.read_text(encoding="utf-8"))) if file.is_file() else None


def began(folder: Path, rung: Rung) -> float:
    """When a rung began, in seconds since 1970; 0 before that."""
    file = place_of(folder, rung) / "job.json"
    return float(json.loads(file.read_text(encoding="utf-8"))["at"]) if file.is_file() else 0.0


def speeds(asked: Mapping[str, Any], *, at_once: int) -> list[float]:
    """Seconds a step of every shape asked for, while so many processes measure at once.

    Raises:
        UsageError: PyTorch is missing, or it cannot be measured.
    """
    line = [sys.executable, "-m", "mingan.tunnel.rung", "--speed", json.dumps(asked)]
    pipe = subprocess.PIPE
    begun = [subprocess.Popen(line, stdout=pipe, stderr=pipe, text=True) for _ in range(at_once)]
    told = [process.communicate() for process in begun]
    if not any(process.returncode for process in begun):
        every = [json.loads(out) for out, _ in told]
        return [sum(times) / len(times) for times in zip(*every, strict=True)]
    wrong = next(err for process, (_, err) in zip(begun, told, strict=True) if process.returncode)
    if "No module named 'torch'" in wrong:
        raise UsageError(
            "训练阶梯要 PyTorch：pip install 'mingan[tunnel]'。",
            "A ladder takes PyTorch: pip install 'mingan[tunnel]'.",
        )
    last = wrong.strip().splitlines()[-1][:200] if wrong.strip() else ""
    raise UsageError(f"测不出这台机器的快慢（{last}）。", f"Cannot measure speed ({last}).")


def write(file: Path, text: str) -> None:
    """A file, whole or not at all."""
    draft = file.with_suffix(".draft")
    draft.write_text(text, encoding="utf-8")
    draft.replace(file)


def _told(folder: Path, made: Plan, rung: Rung, threads: int, extra: Mapping[str, Any]) -> Path:
    """A rung's folder, with its job in it."""
    place = place_of(folder, rung)
    place.mkdir(parents=True, exist_ok=True)
    job = place / "job.json"
    if not job.is_file():
        told = {
            "shape": asdict(rung.shape), "ends": rung.ends, "seed": rung.seed, "rate": made.rate,
            "rows": made.rows, "device": made.device, "threads": threads, "at": time.time(),
            "per_byte": made.per_byte, **extra,
        }  # fmt: skip
        write(job, json.dumps(told))
    return place


def _failed(place: Path, code: int) -> UsageError:
    file = place / "said.txt"
    told = file.read_text(encoding="utf-8", errors="replace").strip() if file.is_file() else ""
    last = told.splitlines()[-1][:200] if told else f"exit status {code}"
    return UsageError(
        f"{place.name} 这一级没有训练成（{last}）；再运行一次就从断的地方接着来。",
        f"The rung {place.name} failed ({last}); the same command goes on from where it was.",
    )
