"""Training runs of one's own, from a table: sizes, tokens, losses, and scores where there are any.

The law is fitted on the small ones and held against the large ones. The module must not know how a
terminal shows what is found.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np

from mingan.errors import InputError, UsageError
from mingan.registry import place_of, positive, table_of
from mingan.scaling.held_out import FEWEST, HeldOut, Runs, hold_out

HEADINGS: Mapping[str, tuple[str, ...]] = {
    "parameters": ("parameters", "params", "n", "model size", "model_size", "参数量"),
    "tokens": ("tokens", "d", "训练词元", "词元"),
    "flop": ("flop", "flops", "compute", "c", "training flop", "training_flop", "算力"),
    "loss": ("loss", "损失"),
    "score": ("score", "得分"),
}
"""What a column may be called, capitals aside; others are left alone."""

STEP = 10.0
"""Runs of a tenth of the largest compute or more are foretold, unless the user says which."""


def read_runs(file: Path) -> Runs:
    """The runs of a CSV file: parameters, loss, and tokens or flop (C = 6 N D gives the other).

    Raises:
        InputError: it cannot be read, a column is missing, or a cell is no number above 0.
    """
    heads, rows = table_of(file)
    names = {
        key: next((head for head in heads if head.strip().lower() in known), None)
        for key, known in HEADINGS.items()
    }
    lacking = [key for key in ("parameters", "loss") if names[key] is None]
    if names["tokens"] is None and names["flop"] is None:
        lacking.append("tokens")
    if lacking:
        raise InputError(
            f"{file.name} 缺少这些列：{'、'.join(lacking)}（有 flop 可以没有 tokens）。",
            f"{file.name} lacks the columns {', '.join(lacking)} (with flop, tokens may be "
            "missing).",
        )

    def column(key: str) -> np.ndarray | None:
        head = names[key]
        if head is None:
            return None
        cells = [positive(row, head, place_of(file.name, i)) for i, row in enumerate(rows, 2)]
        return np.array(cells, dtype=np.float64)

    n, loss, tokens, flop = (column(key) for key in ("parameters", "loss", "tokens", "flop"))
    score = column("score")
    assert n is not None
    assert loss is not None
    if score is not None and (score > 1).any():
        row = int(np.argmax(score > 1)) + 2
        raise InputError(
            f"{file.name} 第 {row} 行的得分大于 1；得分写 0 到 1 之间的数。",
            f"{file.name}, row {row}: the score is above 1; write scores from 0 to 1.",
        )
    if tokens is None:
        assert flop is not None
        tokens = flop / (6 * n)
    if flop is None:
        flop = 6 * n * tokens
    return Runs(parameters=n, tokens=tokens, compute=flop, loss=loss, score=score)


def look_losses(
    runs: Runs, *, below: float | None = None, above: float | None = None, drop: int = 0,
    draws: int = 200,
) -> HeldOut:  # fmt: skip
    """Fit the small runs and foretell the large ones.

    Args:
        below, above: FLOP; by default both are a `STEP`th of the largest run's.
        drop: so many runs of the highest losses are left out of everything.

    Raises:
        UsageError: too few runs on either side.
    """
    kept = runs.without_highest(drop)
    largest = float(kept.compute.max()) if kept.compute.size else 0.0
    start = above if above is not None else (below if below is not None else largest / STEP)
    end = below if below is not None else start
    small, large = int((kept.compute < end).sum()), int((kept.compute >= start).sum())
    if small < FEWEST or not large:
        raise UsageError(
            f"{end:.3g} FLOP 以下有 {small} 次训练（至少要 {FEWEST} 次），{start:.3g} 以上有 "
            f"{large} 次（至少 1 次）；用 --below 和 --above 换个分法。",
            f"There are {small} runs below {end:.3g} FLOP ({FEWEST} at least) and {large} from "
            f"{start:.3g} on (1 at least); choose other limits with --below and --above.",
        )
    return hold_out(kept, below=end, above=start, draws=draws)
