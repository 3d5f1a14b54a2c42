"""Every number of many pairs of models at once, before it is known how many are tested together.

The rules are written down at the top of `comparisons.py`, which turns this table into verdicts.
The module must not know of verdicts, nor of corrections for many tests, but for `worst_stands`,
which is told the factor of each.
"""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np

from mingan.statistics.clusters import design_effect, quantiles
from mingan.statistics.paired import bonett_price, mcnemar_two_sided
from mingan.statistics.special import Floats, normal_quantile
from mingan.statistics.swaps import swap_test
from mingan.statistics.unknowns import Evidence, Flags, Indices, UnsureRate, linearise

_BLOCK_CELLS = 500_000
_ROUNDING = 1e-12
_WIDE = 1e9


@dataclass(frozen=True, slots=True, kw_only=True)
class PairTable:
    """P pairs; every field has P rows.

    Attributes:
        pairs: (P, 2) indices of the two models.
        difference: NaN where nothing is known of one of the two; low and high are then -1, 1.
        low, high: widest over the range of phi; `point_low`, `point_high` at its point alone.
        variance: of one question's difference.
        p: two-sided, of no difference; `exact`: by McNemar.
        undecided: whether any shared answer is undecided.
        wins, losses, ties: over shared questions on which both have a verdict.
        questions: how many both answered.
        worst_centre, worst_error: of the interval if every undecided answer went against the
            better of the two; `worst_p`: p by McNemar in that case, 0 where that does not apply.
    """

    pairs: Indices
    difference: Floats
    low: Floats
    high: Floats
    point_low: Floats
    point_high: Floats
    variance: Floats
    p: Floats
    exact: Flags
    undecided: Flags
    wins: Indices
    losses: Indices
    ties: Indices
    questions: Indices
    worst_centre: Floats
    worst_error: Floats
    worst_p: Floats


def pair_table(
    evidence: Evidence, pairs: Indices, *, level: float, unsure_rate: UnsureRate
) -> PairTable:
    """Test and measure `pairs`, a (P, 2) table of rows of `evidence`."""
    size = max(1, _BLOCK_CELLS // max(evidence.unit.size, 1))
    blocks = [
        _block(evidence, pairs[start : start + size], level, unsure_rate)
        for start in range(0, max(len(pairs), 1), size)
    ]
    return PairTable(
        **{
            field.name: np.concatenate([getattr(block, field.name) for block in blocks])
            for field in fields(PairTable)
        }
    )


def worst_stands(table: PairTable, *, alpha: float, factors: Floats) -> Flags:
    """Whether each difference keeps its sign, tested at alpha / factor, in its worst case."""
    quantile = np.asarray([-normal_quantile(alpha / factor / 2) for factor in factors.tolist()])
    apart = np.abs(table.worst_centre) > quantile * table.worst_error
    same_side = np.sign(table.worst_centre) == np.sign(table.difference)
    stands = apart & same_side & (table.worst_p * factors < alpha)
    return np.asarray(stands | ~table.undecided)


def _block(evidence: Evidence, pairs: Indices, level: float, unsure: UnsureRate) -> PairTable:
    first, second = pairs[:, 0], pairs[:, 1]
    shared = evidence.answered[first] & evidence.answered[second]
    a, b = evidence.rows(first, shared), evidence.rows(second, shared)
    undecided = np.asarray((((a.share < 1) | (b.share < 1)) & shared).any(axis=1))
    exact = ~undecided & _simple(a) & _simple(b)
    wins, losses, ties = _counts(a, b)
    p = np.where(exact, mcnemar_two_sided(wins, losses), 1.0)
    known = a.known.any(axis=1) & b.known.any(axis=1)
    flip = np.flatnonzero(known & ~exact)
    p[flip] = swap_test(a.rows(flip, shared[flip]), b.rows(flip, shared[flip]), phi=unsure.point)

    width = quantiles(a, level)
    found = {phi: _measure(a, b, phi) for phi in unsure.range}
    ends = [_ends(each, width) for each in found.values()]
    point = found[unsure.point]
    point_low, point_high = _ends(point, width)
    worst_centre, worst_error, worst_p = _worst(a, b, point.difference)
    return PairTable(
        pairs=pairs,
        difference=np.where(known, point.difference, np.nan),
        low=np.where(known, np.min([low for low, _ in ends], axis=0), -1.0),
        high=np.where(known, np.max([high for _, high in ends], axis=0), 1.0),
        point_low=np.where(known, point_low, -1.0),
        point_high=np.where(known, point_high, 1.0),
        variance=point.error**2 * (point.size + 2),
        p=p,
        exact=exact,
        undecided=undecided,
        wins=wins,
        losses=losses,
        ties=ties,
        questions=shared.sum(axis=1),
        worst_centre=worst_centre,
        worst_error=worst_error,
        worst_p=worst_p,
    )


def _simple(side: Evidence) -> Flags:
    """Rows where each shared question is right or wrong, and each weighs the same, alone."""
    whole = (side.rate == 0) | (side.rate == 1) | ~side.answered
    count = side.by_stratum(side.answered)
    weights = side.weight * (count > 0) / np.maximum(count, 1)
    least = np.where(count > 0, weights, np.inf).min(axis=1, initial=np.inf)
    even = weights.max(axis=1, initial=0.0) <= least * (1 + _ROUNDING)
    return np.asarray(whole.all(axis=1) & even & (not side.clustered))


def _counts(a: Evidence, b: Evidence) -> tuple[Indices, Indices, Indices]:
    both, gap = a.known & b.known, a.rate - b.rate
    wins, losses = both & (gap > _ROUNDING), both & (gap < -_ROUNDING)
    return wins.sum(axis=1), losses.sum(axis=1), (both & ~wins & ~losses).sum(axis=1)


@dataclass(frozen=True, slots=True)
class _Measure:
    """A difference, the centre and standard error of its interval, its effective questions."""

    difference: Floats
    centre: Floats
    error: Floats
    size: Floats


def _ends(measure: _Measure, width: Floats) -> tuple[Floats, Floats]:
    # With fewer than 2 clusters the width is infinite, and the error may be 0.
    half = np.minimum(width, _WIDE) * measure.error
    low = np.minimum(measure.centre - half, measure.difference)
    high = np.maximum(measure.centre + half, measure.difference)
    return np.maximum(low, -1.0), np.minimum(high, 1.0)


def _measure(a: Evidence, b: Evidence, phi: float) -> _Measure:
    x, y = linearise(a, phi), linearise(b, phi)
    pseudo = (x.weight * np.maximum(x.leverage, y.leverage)).sum(axis=1)
    return _interval(a, x.score - y.score, x.deviation - y.deviation, pseudo)


def _interval(side: Evidence, difference: Floats, deviation: Floats, pseudo: Floats) -> _Measure:
    """`bonett_price` with strata and clusters; `deviation` is (P, Q), from its stratum's mean."""
    count = side.by_stratum(side.answered)
    weight = side.weight * (count > 0)
    weight = weight / np.maximum(weight.sum(axis=1, keepdims=True), 1e-300)
    per_question = weight / np.maximum(count, 1)
    size = 1 / np.maximum((per_question * weight).sum(axis=1), 1e-300)
    size = np.where(count.sum(axis=1) > 0, size, 0.0)
    squares = size * (per_question**2 * side.by_stratum(deviation**2)).sum(axis=1)
    mean = np.nan_to_num(difference)
    centre, error = bonett_price(mean, squares + mean**2, size, pseudo)
    if side.clustered:
        # Shifted a little, so that clusters count even where no difference was ever seen.
        shifted = deviation + 1 / (size[:, None] + 2)
        share = np.where(side.answered, per_question[:, side.stratum] * shifted, 0.0)
        error = error * np.sqrt(design_effect(side, share))
    return _Measure(difference, centre, error, size)


def _worst(a: Evidence, b: Evidence, difference: Floats) -> tuple[Floats, Floats, Floats]:
    """The case in which each undecided answer of the better is wrong, of the other one right."""
    better = difference[:, None] > 0
    fewest, most = (
        [side.known * side.rate * side.share + each * (1 - side.share) for side in (a, b)]
        for each in (0.0, 1.0)
    )
    gap = np.where(better, fewest[0] - most[1], most[0] - fewest[1]) * a.answered
    count = a.by_stratum(a.answered)
    mean = a.by_stratum(gap) / np.maximum(count, 1)
    weight = a.weight * (count > 0)
    weight = weight / np.maximum(weight.sum(axis=1, keepdims=True), 1e-300)
    deviation = (gap - mean[:, a.stratum]) * a.answered
    found = _interval(a, (weight * mean).sum(axis=1), deviation, np.ones(len(gap)))
    single = _simple(a) & _simple(b)
    whole = ((np.abs(gap) < _ROUNDING) | (np.abs(gap) > 1 - _ROUNDING)).all(axis=1)
    p = mcnemar_two_sided((gap > _ROUNDING).sum(axis=1), (gap < -_ROUNDING).sum(axis=1))
    return found.centre, found.error, np.where(single & whole, p, 0.0)
