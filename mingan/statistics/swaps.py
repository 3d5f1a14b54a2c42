"""The sign-flip test of many pairs of models at once, where answers may be unknown.

If two models were equally good, it would not matter which of the two gave which answer. So their
answers are swapped, question by question (cluster by cluster), by a fair coin, and both scores
computed anew *in full*, with what the undecided answers then count. The p-value is the share of
swaps that set the two apart as far as they are. A rate that rests on three verdicts is swapped
with its three verdicts: that it stands in for sixty undecided answers does not make it evidence
sixty times over. With nothing undecided this is the plain sign-flip test of the differences.

The module must not know of levels or verdicts.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mingan.statistics.paired import (
    ENUMERATE_UP_TO,
    RESAMPLES,
    SEED,
    all_signs,
    random_signs,
    tail_probability,
)
from mingan.statistics.special import Floats
from mingan.statistics.unknowns import Evidence, blend

_EDGE = 2e-6  # single precision; near-ties count as ties, which errs on the safe side
_BLOCK_CELLS = 2_000_000
_STEP_CELLS = 400_000


@dataclass(frozen=True, slots=True)
class _Block:
    """Pairs as sums and differences of their two sides; P pairs, Q questions, H strata.

    `sums` and `differences` hold x, right and known (or x alone, where nothing is undecided),
    sums by stratum and differences by question.
    """

    sums: tuple[Floats, ...]
    differences: tuple[Floats, ...]
    answered: Floats
    weight: Floats
    stratum: NDArray[np.intp]
    phi: float


def swap_test(a: Evidence, b: Evidence, *, phi: float) -> Floats:
    """Two-sided p-values of no difference, one for each row of `a` against that row of `b`.

    Both must count the same questions as answered. Exact where at most 13 units (questions, or
    clusters) tell the two apart; else 9,999 swaps, the same ones for every pair.
    """
    rows = a.answered.shape[0]
    p = np.ones(rows)
    size = max(1, _BLOCK_CELLS // max(a.answered.shape[1], 1))
    for start in range(0, rows, size):
        index = np.arange(start, min(start + size, rows))
        p[index] = _test_block(
            a.rows(index, a.answered[index]), b.rows(index, b.answered[index]), phi
        )
    return p


def _test_block(a: Evidence, b: Evidence, phi: float) -> Floats:
    p = np.ones(a.answered.shape[0])
    undecided = ((a.share < 1) | (b.share < 1)) & a.answered
    blended = undecided.any(axis=1)
    for wanted in (True, False):
        rows = np.flatnonzero(blended == wanted)
        if rows.size:
            first, second = a.rows(rows, a.answered[rows]), b.rows(rows, b.answered[rows])
            p[rows] = _test_alike(first, second, phi, blended=wanted)
    return p


def _test_alike(a: Evidence, b: Evidence, phi: float, *, blended: bool) -> Floats:
    block = _block(a, b, phi, blended=blended)
    apart = np.stack([np.abs(each) for each in block.differences]).sum(axis=0, dtype=np.float64)
    units = a.by_unit(apart) > 0
    few = units.sum(axis=1) <= ENUMERATE_UP_TO
    p = np.ones(few.size)
    for row in np.flatnonzero(few):
        at = np.flatnonzero(units[row])
        position = np.zeros(a.unit_count, dtype=np.intp)
        position[at] = np.arange(at.size)
        inside = np.flatnonzero(apart[row])
        patterns = (each[:, position[a.unit[inside]]] for each in all_signs(at.size))
        count, total, _, _ = _swap(_some(block, np.asarray([row]), inside), patterns)
        p[row] = count[0] / total
    many = np.flatnonzero(~few)
    if many.size:
        step = max(16, _STEP_CELLS // (many.size * block.weight.size))
        drawn = random_signs(a.unit_count, RESAMPLES, SEED, step)
        patterns = (each[:, a.unit] for each in drawn)
        every = np.arange(a.unit.size)
        count, total, observed, spread = _swap(_some(block, many, every), patterns)
        p[many] = [
            tail_probability(*each)
            for each in zip(
                count.tolist(), [total] * many.size, observed.tolist(), spread.tolist(), strict=True
            )
        ]
    return p


def _block(a: Evidence, b: Evidence, phi: float, *, blended: bool) -> _Block:
    sides = []
    for side in (a, b):
        whole, known = side.values(phi), side.known.astype(np.float64)
        sides.append((whole, side.rate * known, known) if blended else (whole,))
    return _Block(
        sums=tuple(a.by_stratum(x + y) for x, y in zip(*sides, strict=True)),
        differences=tuple(np.asarray(x - y, dtype=np.float32) for x, y in zip(*sides, strict=True)),
        answered=a.by_stratum(a.answered),
        weight=a.weight,
        stratum=a.stratum,
        phi=phi,
    )


def _some(block: _Block, rows: NDArray[np.intp], columns: NDArray[np.intp]) -> _Block:
    """Some pairs of a block; the questions left out must be those on which nothing differs."""
    return _Block(
        sums=tuple(each[rows] for each in block.sums),
        differences=tuple(each[np.ix_(rows, columns)] for each in block.differences),
        answered=block.answered[rows],
        weight=block.weight,
        stratum=block.stratum[columns],
        phi=block.phi,
    )


def _swap(
    block: _Block, patterns: Iterable[NDArray[np.float32]]
) -> tuple[NDArray[np.intp], int, Floats, Floats]:
    """How many patterns set each pair as far apart as it is, of how many; how far; the spread."""
    rows = block.answered.shape[0]
    every = np.ones((1, block.stratum.size), dtype=np.float32)
    observed = np.abs(_gap(block, every)[0]).astype(np.float64)
    count, squares, total = np.zeros(rows, dtype=np.intp), np.zeros(rows), 0
    for signs in patterns:
        gap = _gap(block, signs)
        count += (np.abs(gap) >= observed - _EDGE).sum(axis=0)
        squares += np.square(gap, dtype=np.float64).sum(axis=0)
        total += signs.shape[0]
    return count, total, observed, np.sqrt(squares / max(total, 1))


def _gap(block: _Block, signs: NDArray[np.float32]) -> NDArray[np.float32]:
    """Score of the first less score of the second, after each pattern of swaps: (B, P)."""
    weight, answered = block.weight.astype(np.float32), block.answered.astype(np.float32)
    if len(block.sums) == 1:
        weights = block.weight * (block.answered > 0)
        weights = weights / np.maximum(weights.sum(axis=1, keepdims=True), 1e-300)
        scale = (weights / np.maximum(block.answered, 1))[:, block.stratum]
        return np.asarray(signs @ (block.differences[0] * scale.astype(np.float32)).T)
    sides = []
    moved = [_moved(block, signs, each) for each in block.differences]
    for direction in (1, -1):
        whole, right, known = (
            np.asarray((total.astype(np.float32) + direction * change) / 2)
            for total, change in zip(block.sums, moved, strict=True)
        )
        sides.append(
            blend(
                whole=whole,
                right=right,
                known=known,
                answered=answered,
                weight=weight,
                phi=block.phi,
            )
        )
    return np.asarray(sides[0] - sides[1], dtype=np.float32)


def _moved(block: _Block, signs: NDArray[np.float32], difference: Floats) -> NDArray[np.float32]:
    """Signed sums of a difference by stratum: (B, P, H)."""
    moved = np.empty((signs.shape[0], difference.shape[0], block.weight.size), dtype=np.float32)
    for h in range(block.weight.size):
        inside = block.stratum == h
        moved[:, :, h] = signs[:, inside] @ difference[:, inside].T
    return moved
