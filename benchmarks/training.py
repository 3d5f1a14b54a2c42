"""Training a scale model: Mingan's trainer beside a bare loop of the same model, in one run.

    python benchmarks/training.py [--width 64] [--steps 150]

The bare loop draws the same batches, steps the same optimiser, and does nothing else: no guard, no
schedule, no log, no checkpoint. Both are run in turns, several times; the ratio of the middle times
is what is claimed.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from pathlib import Path

import numpy as np
import torch

from mingan.tunnel.batches import Batches
from mingan.tunnel.decoder import Decoder
from mingan.tunnel.shapes import Shape
from mingan.tunnel.training import Recipe, train
from mingan.tunnel.widths import groups


def bare(shape: Shape, text: np.ndarray, steps: int) -> float:
    """Seconds of a loop with nothing around it."""
    model = Decoder(shape)
    optimiser = torch.optim.AdamW(groups(model, 0.016), betas=(0.9, 0.95))
    batches = Batches(text, shape.context + 1, 8, 0)
    began = time.perf_counter()
    for step in range(steps):
        rows = torch.from_numpy(batches.at(step))
        loss = model.losses(rows).mean()
        optimiser.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimiser.step()
    return time.perf_counter() - began


def ours(shape: Shape, text: np.ndarray, steps: int) -> float:
    """Seconds of the trainer, checkpoints included."""
    with tempfile.TemporaryDirectory() as folder:
        began = time.perf_counter()
        train(Recipe(shape=shape, ends=(steps,)), text, text[:500], Path(folder))
        return time.perf_counter() - began


def main() -> None:
    """Print both and their ratio."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--width", type=int, default=64)
    asked.add_argument("--steps", type=int, default=150)
    asked.add_argument("--turns", type=int, default=5)
    options = asked.parse_args()
    torch.set_num_threads(1)
    rng = np.random.default_rng(0)
    text = rng.choice(np.frombuffer(b"etaoin shrdlu ", np.uint8), 400_000)
    shape = Shape(width=options.width)
    bare(shape, text, 20), ours(shape, text, 20)  # warm
    times = [
        (bare(shape, text, options.steps), ours(shape, text, options.steps))
        for _ in range(options.turns)
    ]
    plain, with_all = (statistics.median(part) for part in zip(*times, strict=True))
    tokens = options.steps * 8 * shape.context
    print(f"bare loop  {tokens / plain:10,.0f} tokens/s")
    print(f"mingan     {tokens / with_all:10,.0f} tokens/s")
    print(f"ratio      {plain / with_all:10.2f}")


if __name__ == "__main__":
    main()
