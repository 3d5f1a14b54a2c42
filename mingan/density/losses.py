"""Training runs of one's own, from a table: sizes, tokens, losses, and scores where there are any.

The law is fitted on the small ones and held against the large ones. The module must not know how a
terminal shows what is found.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from mingan.density import cells
from mingan.errors import InputError, UsageError
from mingan.registry import table_of
from mingan.scaling.held_out import FEWEST, HeldOut, Runs, hold_out

HEADINGS: cells.Names = {
    "parameters": ("parameters", "params", "n", "model size", "num params", "n params", "size",
                   "参数", "参数量"),
    "tokens": ("tokens", "d", "training tokens", "train tokens", "n tokens", "num tokens",
               "训练词元", "词元"),
    "flop": ("flop", "flops", "compute", "c", "training flop", "training flops",
             "training compute", "算力"),
    "loss": ("loss", "final loss", "val loss", "validation loss", "test loss", "eval loss", "损失"),
    "score": ("score", "accuracy", "得分"),
}  # fmt: skip
"""What a column may be called; others are left alone."""

STEP = 10.0
"""Runs of a tenth of the largest compute or more are foretold, unless the user says which."""


def read_runs(file: Path) -> Runs:
    """The runs of a CSV file: parameters, loss, and tokens or flop (C = 6 N D gives the other).

    Rows with an empty cell among these are left out and counted.

    Raises:
        InputError: it cannot be read, a column is missing, or a cell is no number above 0.
    """
    heads, rows = table_of(file)
    columns = cells.columns_of(heads, HEADINGS)
    lacking = [key for key in ("parameters", "loss") if key not in columns]
    if "tokens" not in columns and "flop" not in columns:
        lacking.append("tokens")
    if lacking:
        raise InputError(
            f"{file.name} 缺少这些列：{'、'.join(lacking)}（有 flop 可以没有 tokens）。",
            f"{file.name} lacks the columns {', '.join(lacking)} (with flop, tokens may be "
            "missing).",
        )
    full = [
        (number, row)
        for number, row in enumerate(rows, start=2)
        if not any(cells.empty(row, column) for column in columns.values())
    ]

    if rows and not full:
        raise InputError(
            f"{file.name} 里没有哪一行把 {'、'.join(columns)} 都填了。",
            f"{file.name} has no row in which {', '.join(columns)} are all filled in.",
        )

    def column(key: str) -> np.ndarray | None:
        if key not in columns:
            return None
        found = [cells.amount(row, columns[key], file, number) for number, row in full]
        return np.array(found, dtype=np.float64)

    n, loss, tokens, flop = (column(key) for key in ("parameters", "loss", "tokens", "flop"))
    score = column("score")
    assert n is not None
    assert loss is not None
    if score is not None and (score > 1).any():
        row = full[int(np.argmax(score > 1))][0]
        raise InputError(
            f"{file.name} 第 {row} 行的得分大于 1；得分写 0 到 1 之间的数。",
            f"{file.name}, row {row}: the score is above 1; write scores from 0 to 1.",
        )
    if tokens is None:
        assert flop is not None
        tokens = flop / (6 * n)
    if flop is None:
        flop = 6 * n * tokens
    return Runs(
        parameters=n, tokens=tokens, compute=flop, loss=loss, score=score,
        left_out=len(rows) - len(full),
    )  # fmt: skip


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
