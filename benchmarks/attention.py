"""What sparse attention costs beside full attention, in one run: reading and writing.

    python benchmarks/attention.py [--most 8192]

Reading: forward and backward of one attention over a sequence, as in training. Writing: one more
token at the end of an output of that length, keys and values kept. The fraction is what is claimed.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable

import torch

from mingan.tunnel import attention
from mingan.tunnel.decoder import Decoder
from mingan.tunnel.shapes import Shape
from mingan.tunnel.writing import Writer

HEADS, HEAD, BLOCK, BEST = 4, 16, 16, 2
TURNS = 5


def middle(job: Callable[[], object]) -> float:
    """Seconds of the middle of several turns, after one to warm up."""
    job()
    times = []
    for _ in range(TURNS):
        began = time.perf_counter()
        job()
        times.append(time.perf_counter() - began)
    return statistics.median(times)


def reading(length: int) -> tuple[float, float]:
    """Seconds of full and of sparse attention, forward and backward."""
    q, k, v = (torch.randn(1, HEADS, length, HEAD, requires_grad=True) for _ in range(3))

    def full() -> None:
        attention.full(q, k, v, 0.25).sum().backward()

    def sparse() -> None:
        attention.gathered(q, k, v, 0.25, block=BLOCK, best=BEST).sum().backward()

    return middle(full), middle(sparse)


def writing(length: int) -> tuple[float, float]:
    """Seconds of the last of so many tokens, full and sparse."""
    found = []
    for attend in ("full", "sparse"):
        shape = Shape(width=HEADS * HEAD, context=length, attend=attend, block=BLOCK, best=BEST)
        writer = Writer(Decoder(shape))
        draw = torch.randint(97, 123, (length,)).tolist()
        for token in draw[: length - 40]:
            writer.read(token)
        times = []
        for token in draw[length - 40 :]:
            began = time.perf_counter()
            writer.read(token)
            times.append(time.perf_counter() - began)
        found.append(statistics.median(times))
    return found[0], found[1]


def main() -> None:
    """Print both and their fraction."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--most", type=int, default=8192)
    options = asked.parse_args()
    torch.set_num_threads(1)
    torch.manual_seed(0)
    print(f"{'tokens':>8} {'read full':>12} {'sparse':>12} {'fraction':>9}"
          f" {'write full':>12} {'sparse':>12} {'fraction':>9}")  # fmt: skip
    length = 512
    while length <= options.most:
        read, write = reading(length), writing(length)
        print(f"{length:>8} {1e3 * read[0]:>9.1f} ms {1e3 * read[1]:>9.1f} ms"
              f" {read[1] / read[0]:>9.2f} {1e3 * write[0]:>9.2f} ms {1e3 * write[1]:>9.2f} ms"
              f" {write[1] / write[0]:>9.2f}")  # fmt: skip
        length *= 2


if __name__ == "__main__":
    main()
