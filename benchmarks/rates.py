"""Whether the best learning rate moves with width: losses at several rates, widths and seeds.

    python benchmarks/rates.py [--corpus en] [--tokens 800000] [--seeds 2]

Every run is a whole one with its decay. For each width a parabola through losses against the
logarithm of the rate gives the best one; the spread over seeds is printed beside it. With the
parametrisation of `tunnel.widths` the rate is the base width's everywhere; `--plain` leaves the
rates of all widths as they are, to show what moves then.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import numpy as np
import torch

from mingan.models.weights import cache_dir
from mingan.tunnel import training, widths
from mingan.tunnel.shapes import BASE_WIDTH, Shape
from mingan.tunnel.texts import packaged
from mingan.tunnel.training import Recipe, train

WIDTHS = (32, 48, 64, 96)
RATES = (0.004, 0.008, 0.016, 0.032, 0.064)


def loss(job: tuple[str, int, float, int, int, bool]) -> float:
    """Of one run."""
    corpus, width, rate, tokens, seed, plain = job
    torch.set_num_threads(1)
    if plain:
        # All of a model's matrices at the rate of the base width, whatever its own width.
        own = widths.groups
        training.groups = lambda model, r: [  # type: ignore[assignment]
            group | {"share": group["share"] * (width / BASE_WIDTH if group["share"] < 1
                                                and group["share"] != widths.SMALL else 1)}
            for group in own(model, r)
        ]  # fmt: skip
    found = packaged(corpus, folder=cache_dir() / "corpora")
    shape = Shape(width=width)
    steps = tokens // (8 * shape.context)
    with tempfile.TemporaryDirectory() as folder:
        recipe = Recipe(shape=shape, ends=(steps,), rate=rate, seed=seed, every=10**9)
        result = train(recipe, found.train, found.validation, Path(folder))
    return result.points[0].loss if result.points else float("nan")


def best(losses: list[float]) -> float:
    """The rate at the bottom of a parabola through the three points around the least loss."""
    at = min(max(int(np.nanargmin(losses)), 1), len(RATES) - 2)
    x = np.log(RATES[at - 1 : at + 2])
    a, b, _ = np.polyfit(x, losses[at - 1 : at + 2], 2)
    return float(np.exp(-b / (2 * a))) if a > 0 else RATES[int(np.nanargmin(losses))]


def main() -> None:
    """Print losses, and the best rate of every width."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--corpus", default="en")
    asked.add_argument("--tokens", type=int, default=800_000)
    asked.add_argument("--seeds", type=int, default=2)
    asked.add_argument("--plain", action="store_true")
    options = asked.parse_args()
    jobs = [
        (options.corpus, width, rate, options.tokens, seed, options.plain)
        for width in WIDTHS for seed in range(options.seeds) for rate in RATES
    ]  # fmt: skip
    with ProcessPoolExecutor(2) as pool:
        losses = dict(zip(jobs, pool.map(loss, jobs), strict=True))
    print("width  " + "".join(f"{rate:>9.3f}" for rate in RATES) + "   best rate, by seed")
    for width in WIDTHS:
        rows = [
            [losses[(options.corpus, width, rate, options.tokens, seed, options.plain)]
             for rate in RATES]
            for seed in range(options.seeds)
        ]  # fmt: skip
        means = [statistics.fmean(each) for each in zip(*rows, strict=True)]
        rates = ", ".join(f"{best(row):.4f}" for row in rows)
        print(f"d{width:<5}" + "".join(f"{mean:>9.4f}" for mean in means)
              + f"   {best(means):.4f}   ({rates})")  # fmt: skip


if __name__ == "__main__":
    main()
