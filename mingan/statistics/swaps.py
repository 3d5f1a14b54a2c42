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
from itertools import pairwise

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
_STAGES = (499, 500, 1000, 2000, 6000)  # RESAMPLES in all
_ENOUGH = 100


@dataclass(frozen=True, slots=True)
class _Block:
    """Pairs as sums and differences of their two sides; P pairs, Q questions, H strata.

    `sums` (by stratum) and `differences` (by question) hold: x alone where nothing is undecided;
    known, right where x is the same as right; else known, right, x.
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
    clusters) tell the two apart; else up to 9,999 random swaps, the same ones for every pair. A
    pair drops out early once 100 swaps were as extreme (Besag and Clifford, Biometrika 78, 1991),
    or once it is so far out that the bound in `tail_probability` speaks.
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
        count, total, *_ = _swap(_some(block, np.asarray([row]), inside), patterns)
        p[row] = count[0] / total
    many = np.flatnonzero(~few)
    if many.size:
        p[many] = _draw(_some(block, many, np.arange(a.unit.size)), a.unit, a.unit_count)
    return p


def _draw(block: _Block, unit: NDArray[np.intp], unit_count: int) -> Floats:
    """p-values by random swaps, in stages; a pair that is settled takes no further part."""
    rows = block.answered.shape[0]
    every, open_ = np.arange(unit.size), np.arange(rows)
    p, count, squares, total = np.ones(rows), np.zeros(rows, dtype=np.intp), np.zeros(rows), 0
    for stage, size in enumerate(_STAGES):
        part = _some(block, open_, every)
        step = max(16, _STEP_CELLS // (open_.size * block.weight.size))
        drawn = random_signs(unit_count, size, SEED + stage, step)
        more, _, observed, added = _swap(part, (each[:, unit] for each in drawn))
        count[open_] += more
        squares[open_] += added
        total += size
        p[open_] = [
            tail_probability(c, total, o, s)
            for c, o, s in zip(
                count[open_].tolist(),
                observed.tolist(),
                np.sqrt(squares[open_] / total).tolist(),
                strict=True,
            )
        ]
        clear = (count[open_] == 0) & (p[open_] < 1 / (1 + RESAMPLES))
        open_ = open_[~clear & (count[open_] < _ENOUGH)]
        if not open_.size:
            break
    return p


def _block(a: Evidence, b: Evidence, phi: float, *, blended: bool) -> _Block:
    sides = [
        (side.known.astype(np.float64), side.rate * side.known, side.values(phi)) for side in (a, b)
    ]
    same = all(np.array_equal(right, whole) for _, right, whole in sides)
    used = slice(2, 3) if not blended else slice(0, 2 if same else 3)
    first, second = (side[used] for side in sides)
    return _Block(
        sums=tuple(a.by_stratum(x + y) for x, y in zip(first, second, strict=True)),
        differences=tuple(
            np.asarray(x - y, dtype=np.float32) for x, y in zip(first, second, strict=True)
        ),
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
    """How many patterns set each pair as far apart, of how many; how far; sum of squares."""
    rows = block.answered.shape[0]
    every = np.ones((1, block.stratum.size), dtype=np.float32)
    observed = np.abs(_gap(block, every)[0]).astype(np.float64)
    count, squares, total = np.zeros(rows, dtype=np.intp), np.zeros(rows), 0
    for signs in patterns:
        gap = _gap(block, signs)
        count += (np.abs(gap) >= observed - _EDGE).sum(axis=0)
        squares += np.square(gap, dtype=np.float64).sum(axis=0)
        total += signs.shape[0]
    return count, total, observed, squares


def _gap(block: _Block, signs: NDArray[np.float32]) -> NDArray[np.float32]:
    """Score of the first less score of the second, after each pattern of swaps: (B, P)."""
    if len(block.sums) == 1:
        weights = block.weight * (block.answered > 0)
        weights = weights / np.maximum(weights.sum(axis=1, keepdims=True), 1e-300)
        scale = (weights / np.maximum(block.answered, 1))[:, block.stratum]
        return np.asarray(signs @ (block.differences[0] * scale.astype(np.float32)).T)
    moved = [_moved(block, signs, each) for each in block.differences]
    totals = [each.T[:, None, :].astype(np.float32) for each in block.sums]
    sides = []
    for direction in (1, -1):
        known, right, *whole = (
            np.asarray((total + direction * change) / 2)
            for total, change in zip(totals, moved, strict=True)
        )
        score = blend(
            whole=whole[0] if whole else right,
            right=right,
            known=known,
            answered=block.answered.T[:, None, :].astype(np.float32),
            weight=block.weight[:, None, None].astype(np.float32),
            phi=block.phi,
        )
        sides.append(score)
    return np.asarray(sides[0] - sides[1], dtype=np.float32)


def _moved(block: _Block, signs: NDArray[np.float32], difference: Floats) -> NDArray[np.float32]:
    """Signed sums of a difference by stratum: (H, B, P)."""
    shape = (block.weight.size, signs.shape[0], difference.shape[0])
    moved = np.empty(shape, dtype=np.float32)
    edges = np.searchsorted(block.stratum, np.arange(block.weight.size + 1))
    for h, (start, stop) in enumerate(pairwise(edges.tolist())):
        np.matmul(signs[:, start:stop], difference[:, start:stop].T, out=moved[h])
    return moved
