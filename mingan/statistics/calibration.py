"""What a judge's values mean in the people's: learnt from their verdicts, never from one's own.

A judge may give marks from 1 to 10, or be right in its own odd way; the mean of the people's
values at each of its values is the best prediction. It is cross-fitted (Zrnic and Candes, arXiv
2309.16598): the prediction for an answer that people judged comes from the other parts of their
verdicts, so that it is as good there as elsewhere and no better. The module must not know of
scores or intervals.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from mingan.statistics.special import Floats
from mingan.statistics.unknowns import Indices

_FOLDS = 5
_MOST_VALUES = 6
_LEAN = 2.0
_SEED = 20230628
_ENOUGH = 30
_CLEARLY = 0.9
_TINY = 1e-12


def cross_fitted(
    people: ArrayLike, judge: ArrayLike, *, units: ArrayLike | None = None, folds: int = _FOLDS,
    seed: int = _SEED,
) -> Floats:  # fmt: skip
    """Predictions of the people's values, one for each answer.

    Args:
        people: NaN where no person judged the answer.
        judge: any numbers; NaN (no verdict) is a value of its own. More than six different ones
            are first put into five groups of like size.
        units: the question, or its cluster, that each answer belongs to. What hangs together is
            left out together: an answer must not be predicted from another time of asking.

    Returns:
        For an answer judged by people the prediction without its own part of the verdicts; for
        another one the mean of all parts' predictions. Each group's mean leans on that of all
        verdicts with the weight of two.
    """
    y, group = np.asarray(people, dtype=np.float64), _groups(np.asarray(judge, dtype=np.float64))
    seen = np.flatnonzero(~np.isnan(y))
    if not seen.size:
        return np.full(y.size, 0.5)
    unit = seen if units is None else np.unique(np.asarray(units)[seen], return_inverse=True)[1]
    names = np.unique(unit)
    parts = min(folds, names.size)
    if parts < 2:
        return np.full(y.size, float(y[seen].mean()))
    part = np.full(y.size, -1)
    dealt = np.random.default_rng(seed).permutation(names)
    of_unit = dict(zip(dealt.tolist(), (np.arange(names.size) % parts).tolist(), strict=True))
    part[seen] = [of_unit[name] for name in unit.reshape(-1).tolist()]
    without = np.stack([_means(y, group, (part >= 0) & (part != k))[group] for k in range(parts)])
    own = np.take_along_axis(without, np.maximum(part, 0)[None], axis=0)[0]
    return np.asarray(np.where(part >= 0, own, without.mean(axis=0)))


def sharper(
    people: ArrayLike, verdicts: ArrayLike, marks: ArrayLike, *, units: ArrayLike | None = None
) -> tuple[Floats, bool]:
    """A judge's values to go on with: its verdicts, or what its marks mean to people.

    Marks are taken, cross-fitted, where people gave at least 30 verdicts and the marks leave less
    than nine tenths of the variance that the verdicts leave. That helps where a judge's verdicts
    are dull: of a lenient judge that calls nearly everything right, with 60 verdicts by people on
    120 answers, the 95 % interval of `ppi.corrected_score` became 0.104 instead of 0.169 wide;
    with a judge whose verdicts are sharp the marks are hardly ever taken. Choosing cost nothing:
    over 36 such worlds, 500 runs each, the choice held the truth in 92 to 98 % and was never more
    than 1.4 points below the verdicts alone.

    Args:
        people, units: as in `cross_fitted`.
        verdicts: in [0, 1]. marks: any numbers; NaN where the judge gave none.

    Returns:
        The values, and whether they are from the marks.
    """
    y, f = np.asarray(people, dtype=np.float64), np.asarray(verdicts, dtype=np.float64)
    m = np.asarray(marks, dtype=np.float64)
    if (~np.isnan(y)).sum() < _ENOUGH or np.unique(m[~np.isnan(m)]).size < 3:
        return f, False
    learnt = cross_fitted(y, np.where(np.isnan(m), f, m), units=units)
    learnt = np.where(np.isnan(f), np.nan, learnt)
    taken = _left(y, learnt) < _CLEARLY * _left(y, f)
    return (learnt, True) if taken else (f, False)


def _left(y: Floats, f: Floats) -> float:
    """The variance that is left of y by the best weight of f in [0, 1]."""
    both = ~(np.isnan(y) | np.isnan(f))
    if both.sum() < 2:
        return float("inf")
    moments = np.cov(y[both], f[both])
    weight = min(max(moments[0, 1] / moments[1, 1], 0.0), 1.0) if moments[1, 1] > _TINY else 0.0
    return float(moments[0, 0] - 2 * weight * moments[0, 1] + weight**2 * moments[1, 1])


def _means(y: Floats, group: Indices, use: np.ndarray) -> Floats:
    size = int(group.max()) + 1 if group.size else 0
    count = np.bincount(group[use], minlength=size)
    total = np.bincount(group[use], weights=y[use], minlength=size)
    return np.asarray((total + _LEAN * y[use].mean()) / (count + _LEAN))


def _groups(judge: Floats) -> Indices:
    known = judge[~np.isnan(judge)]
    values = np.unique(known)
    if values.size > _MOST_VALUES:
        values = np.unique(np.quantile(known, np.arange(1, 5) / 5))
        index = np.searchsorted(values, judge, side="right")
    else:
        index = np.searchsorted(values, judge)
    return np.where(np.isnan(judge), values.size + 1, index).astype(np.intp)
