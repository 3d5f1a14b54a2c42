"""Rungs in the order of the plan, so many at a time, here or on Ray; what failed says so."""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from mingan.errors import MissingExtraError, UsageError
from mingan.tunnel.jobs import Crew, Job, here, place_of, result, speeds, train_rungs
from mingan.tunnel.plans import Plan, Rung
from mingan.tunnel.shapes import Shape

TEXT = np.frombuffer("春眠不觉晓，处处闻啼鸟。".encode() * 3_000, dtype=np.uint8)


def plan_of(seeds: int = 3) -> Plan:
    shape = Shape(width=32, context=32)
    rungs = tuple(Rung(shape=shape, seed=seed, ends=(12,)) for seed in range(seeds))
    return Plan(ladder="1m", corpus="c", rungs=rungs, top=rungs[0], rows=4, device="cpu",
                rate=0.016, speed={32: 0.01}, expected=1.0)  # fmt: skip


class Counted:
    """A crew that trains nothing, and remembers who began when."""

    def __init__(self, folder: Path, *, fails: str = "") -> None:
        self.begun: list[str] = []
        self.stopped: list[str] = []
        self.most, self.under_way = 0, 0
        self.fails, self.folder = fails, folder

    def crew(self, size: int) -> Crew:
        return Crew(size, size, self._start)

    def _start(self, place: Path, threads: int) -> Counted._Job:
        assert json.loads((place / "job.json").read_text())["threads"] == threads
        self.begun.append(place.name)
        self.under_way += 1
        self.most = max(self.most, self.under_way)
        return Counted._Job(self, place)

    class _Job:
        def __init__(self, whole: Counted, place: Path) -> None:
            self.whole, self.place, self.looks = whole, place, 0

        def over(self) -> int | None:
            self.looks += 1
            if self.looks < 2:
                return None
            self.whole.under_way -= 1
            if self.place.name == self.whole.fails:
                (self.place / "said.txt").write_text("Traceback\nMemoryError: no room\n")
                return 1
            (self.place / "result.json").write_text('{"points": []}')
            return 0

        def stop(self) -> None:
            self.whole.stopped.append(self.place.name)


@pytest.fixture(autouse=True)
def _hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mingan.tunnel.jobs._POLL_S", 0.01)


def test_rungs_begin_in_the_plan_s_order_and_are_not_done_twice(tmp_path: Path) -> None:
    made, counted = plan_of(5), Counted(tmp_path)
    told: list[tuple[str, int, int]] = []
    train_rungs(tmp_path, made, made.rungs, counted.crew(2), said=lambda *each: told.append(each))
    assert counted.begun == [rung.name for rung in made.rungs]
    assert counted.most == 2
    assert [done for _, done, _ in told][-1] == 5
    again = Counted(tmp_path)
    place_of(tmp_path, made.rungs[3]).joinpath("result.json").unlink()
    train_rungs(tmp_path, made, made.rungs, again.crew(2))
    assert again.begun == [made.rungs[3].name]


def test_one_that_fails_ends_the_others_and_says_why(tmp_path: Path) -> None:
    made = plan_of(4)
    counted = Counted(tmp_path, fails=made.rungs[0].name)
    with pytest.raises(UsageError, match="MemoryError: no room"):
        train_rungs(tmp_path, made, made.rungs, counted.crew(2))
    assert made.rungs[1].name in counted.stopped
    assert result(tmp_path, made.rungs[0]) is None


def test_a_job_is_written_once_so_that_a_rung_knows_when_it_began(tmp_path: Path) -> None:
    made, counted = plan_of(1), Counted(tmp_path)
    train_rungs(tmp_path, made, made.rungs, counted.crew(1), extra={"decay": "linear"})
    file = place_of(tmp_path, made.rungs[0]) / "job.json"
    first = json.loads(file.read_text())
    assert first["decay"] == "linear"
    place_of(tmp_path, made.rungs[0]).joinpath("result.json").unlink()
    train_rungs(tmp_path, made, made.rungs, counted.crew(1))
    assert json.loads(file.read_text())["at"] == first["at"]


def ended(job: Job) -> int:
    while (status := job.over()) is None:
        time.sleep(0.05)
    return status


def laid(folder: Path) -> Path:
    np.savez(folder / "texts.npz", train=TEXT, validation=TEXT[:4_000])
    return folder


def test_speed_is_measured_or_said_to_be_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("torch")
    asked = {"shapes": [{"width": 32, "context": 32}], "rows": 4, "device": "cpu", "threads": 1}
    (found,) = speeds(asked, at_once=2)
    assert 0 < found < 5
    with pytest.raises(UsageError, match="InputError"):
        speeds(asked | {"shapes": [{"width": 33}]}, at_once=1)
    monkeypatch.setattr(sys, "executable", "/bin/false")
    with pytest.raises(UsageError, match="测不出"):
        speeds(asked, at_once=1)


def test_on_ray_it_comes_to_the_same_bits(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("torch")
    ray = pytest.importorskip("ray")
    from mingan.tunnel.on_ray import on_ray

    for name in ("here", "ray", "gone"):
        (tmp_path / name).mkdir()
        laid(tmp_path / name)
    made = plan_of(2)
    # Threads are set in the job: a sum over two threads is another sum.
    monkeypatch.setenv("RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO", "0")
    train_rungs(tmp_path / "here", made, made.rungs, here(2))
    try:
        crew = on_ray()
        train_rungs(tmp_path / "ray", made, made.rungs, crew)
        for rung in made.rungs:
            found = [result(tmp_path / name, rung) for name in ("here", "ray")]
            assert found[0] is not None
            assert found[1] is not None
            assert found[0]["points"] == found[1]["points"]
        gone = crew.start(tmp_path / "gone" / "nowhere", 1)
        with pytest.raises(UsageError, match="看不到"):
            ended(gone)
        stopped = crew.start(place_of(tmp_path / "ray", made.rungs[0]), 1)
        stopped.stop()
    finally:
        ray.shutdown()


def test_without_ray_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    from mingan.tunnel.on_ray import on_ray

    monkeypatch.setitem(sys.modules, "ray", None)
    with pytest.raises(MissingExtraError, match=r"mingan\[cluster\]"):
        on_ray()
