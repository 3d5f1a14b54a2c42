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


def cross_fitted(
    people: ArrayLike, judge: ArrayLike, *, folds: int = _FOLDS, seed: int = _SEED
) -> Floats:
    """Predictions of the people's values, one for each answer.

    Args:
        people: NaN where no person judged the answer.
        judge: any numbers; NaN (no verdict) is a value of its own. More than six different ones
            are first put into five groups of like size.

    Returns:
        For an answer judged by people the prediction without its own part of the verdicts; for
        another one the mean of all parts' predictions. Each group's mean leans on that of all
        verdicts with the weight of two.
    """
    y, group = np.asarray(people, dtype=np.float64), _groups(np.asarray(judge, dtype=np.float64))
    seen = np.flatnonzero(~np.isnan(y))
    if not seen.size:
        return np.full(y.size, 0.5)
    parts = min(folds, seen.size)
    if parts < 2:
        return np.full(y.size, float(y[seen].mean()))
    part = np.full(y.size, -1)
    part[np.random.default_rng(seed).permutation(seen)] = np.arange(seen.size) % parts
    without = np.stack([_means(y, group, (part >= 0) & (part != k))[group] for k in range(parts)])
    own = np.take_along_axis(without, np.maximum(part, 0)[None], axis=0)[0]
    return np.asarray(np.where(part >= 0, own, without.mean(axis=0)))


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
