"""One rung in a process of its own: `python -m mingan.tunnel.rung FOLDER`.

The folder holds job.json; the texts lie beside it in the ladder's folder. Killed, the same command
goes on. With `--speed` it only measures seconds a step. It must not know other rungs.
"""

from __future__ import annotations

import json
import sys
import tempfile
import time
from dataclasses import asdict
from pathlib import Path

import numpy as np
import torch

from mingan.models.sources import only_one
from mingan.tunnel.shapes import Shape
from mingan.tunnel.training import Recipe, train

_WAIT_S = 0.5
_SHORT, _TRIAL = 8, 64
"""Steps of a run that is taken off, and steps that are measured."""


def main(folder: Path) -> None:
    """Train what job.json says, and leave result.json.

    If whoever began this rung was killed, its process may still be at work; then the second one
    waits until the first is done, so that no two write one checkpoint.
    """
    while True:
        with only_one(folder / "rung.lock") as alone:
            if alone:
                if not (folder / "result.json").is_file():
                    _train(folder)
                return
        time.sleep(_WAIT_S)


def _train(folder: Path) -> None:
    job = json.loads((folder / "job.json").read_text(encoding="utf-8"))
    torch.set_num_threads(job["threads"])
    texts = np.load(folder.parent.parent / "texts.npz")
    gpu = job["device"] != "cpu"
    recipe = Recipe(
        shape=Shape(**job["shape"]), ends=tuple(job["ends"]), seed=job["seed"], rate=job["rate"],
        rows=job["rows"], guard=job.get("guard", True), every=job.get("every", 200),
        decay=job.get("decay", "sqrt"), half=gpu, compiled=gpu, per_byte=job.get("per_byte", 1.0),
    )  # fmt: skip
    began = time.time()
    written = folder.parent.parent / "tokenizer.json"
    result = train(
        recipe, texts["train"], texts["validation"], folder, device=job["device"],
        tokeniser=written.read_text(encoding="utf-8") if written.is_file() else "",
    )  # fmt: skip
    found = {
        "points": [asdict(point) for point in result.points],
        "skipped": result.skipped, "masked": result.masked, "rollbacks": result.rollbacks,
        "steps": result.steps, "halted": result.halted, "seconds": time.time() - began,
        "peak": peak_flops() if gpu else None,
        "flops": recipe.shape.flops_per_token * result.steps * recipe.rows * recipe.shape.context,
        "began": began,
    }  # fmt: skip
    draft = folder / "result.draft"
    draft.write_text(json.dumps(found), encoding="utf-8")
    draft.replace(folder / "result.json")


PEAKS = {"H200": 989e12, "H100": 989e12, "A100": 312e12, "L40": 181e12, "4090": 165e12}
"""Dense bfloat16 operations a second by the makers' data sheets, by a part of the card's name."""


def peak_flops() -> float | None:
    """What the card could do at most; None where it is not known."""
    name = torch.cuda.get_device_name()
    return next((peak for part, peak in PEAKS.items() if part in name), None)


def seconds_a_step(shape: Shape, rows: int, device: str) -> float:
    """Measured on random tokens, the guard included; the first run only warms caches."""
    text = np.random.default_rng(0).integers(0, shape.vocab, 60_000).astype(np.uint16)
    with tempfile.TemporaryDirectory() as folder:
        times = []
        for number, steps in enumerate((_SHORT, _SHORT, _SHORT + _TRIAL)):
            began = time.perf_counter()
            recipe = Recipe(
                shape=shape, ends=(steps,), rows=rows, every=10**9,
                half=device != "cpu", compiled=device != "cpu",
            )  # fmt: skip
            train(recipe, text, text[:2_000], Path(folder) / str(number), device=device)
            times.append(time.perf_counter() - began)
    return max(times[2] - times[1], times[2] / 10) / _TRIAL


if __name__ == "__main__":
    if sys.argv[1] == "--speed":
        asked = json.loads(sys.argv[2])
        torch.set_num_threads(asked["threads"])
        print(json.dumps([
            seconds_a_step(Shape(**shape), asked["rows"], asked["device"])
            for shape in asked["shapes"]
        ]))  # fmt: skip
    else:
        main(Path(sys.argv[1]))
