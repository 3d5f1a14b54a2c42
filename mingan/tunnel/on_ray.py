"""Rungs on a Ray cluster (`mingan ladder run --on ray`): each a task, in the plan's order.

The ladder's folder must be on a disk that all machines see, as checkpoints and results lie there; a
machine that does not see it says so. A task does what a process here does, so a rung that was cut
off goes on from its checkpoint wherever it is started next. No scheduler of trials is used: those
stop poor runs early. The module must not know what a rung's result means.
"""

from __future__ import annotations

import contextlib
import logging
import os
import subprocess
from pathlib import Path
from typing import Any

from mingan.errors import MissingExtraError, UsageError
from mingan.tunnel.jobs import Crew, command

_UNSEEN = 97
"""Exit status of a task whose machine does not see the folder."""


class _Task:
    def __init__(self, ray: Any, place: Path, threads: int, gpu: bool) -> None:
        self._ray = ray
        # A retry goes on from the checkpoint, so a machine that is lost costs minutes.
        run = ray.remote(num_cpus=threads, num_gpus=1 if gpu else 0, max_retries=3)(_train)
        self._ref = run.remote(str(place), threads)

    def over(self) -> int | None:
        ready, _ = self._ray.wait([self._ref], timeout=0)
        if not ready:
            return None
        status = int(self._ray.get(self._ref))
        if status == _UNSEEN:
            raise UsageError(
                "Ray 的一台机器看不到阶梯的文件夹；把它放到大家都看得到的盘上。",
                "A machine of the Ray cluster does not see the ladder's folder; put it on a disk "
                "that all of them see.",
            )
        return status

    def stop(self) -> None:
        with contextlib.suppress(Exception):  # it may be over, or its machine gone
            self._ray.cancel(self._ref, force=True)


def on_ray(*, gpu: bool = False) -> Crew:
    """The cluster that RAY_ADDRESS names, or a small one begun on this machine.

    Raises:
        MissingExtraError: Ray is not installed.
        UsageError: the cluster cannot be reached, or has no card where one is wanted.
    """
    try:
        import ray
    except ImportError:
        raise MissingExtraError(
            "要在 Ray 上训练，请先安装：pip install 'mingan[cluster]'",
            "To train on Ray, install: pip install 'mingan[cluster]'",
        ) from None
    if not ray.is_initialized():
        try:
            ray.init(address=os.environ.get("RAY_ADDRESS"), include_dashboard=False,
                     log_to_driver=False, logging_level=logging.ERROR)  # fmt: skip
        except Exception as fault:  # Ray raises whatever lies beneath
            raise UsageError(
                f"连不上 Ray（{type(fault).__name__}）；看看 RAY_ADDRESS 对不对。",
                f"Ray cannot be reached ({type(fault).__name__}); see whether RAY_ADDRESS is "
                "right.",
            ) from fault
    size = int(ray.cluster_resources().get("GPU" if gpu else "CPU", 0))
    each = [int(node["Resources"].get("CPU", 0)) for node in ray.nodes() if node["Alive"]]
    if size < 1:
        raise UsageError(
            "这个 Ray 集群没有要用的卡或核。", "The Ray cluster has none of the cards or cores."
        )
    return Crew(size, max([1, *each]),
                lambda place, threads: _Task(ray, place.resolve(), threads, gpu))  # fmt: skip


def _train(place: str, threads: int) -> int:
    """On whichever machine: train the rung of a folder; its exit status."""
    folder = Path(place)
    if not (folder / "job.json").is_file():
        return _UNSEEN
    # Ray allows a task one thread unless it is told; the job says how many it takes.
    env = {**os.environ, "OMP_NUM_THREADS": str(threads)}
    with (folder / "said.txt").open("ab") as out:
        process = subprocess.Popen(command(folder), stdout=out, stderr=out, env=env)
        try:
            return process.wait()
        finally:
            process.kill()
