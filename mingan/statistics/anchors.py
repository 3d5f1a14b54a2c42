"""A few questions that stand for all: the same for every model and every run.

A short test chooses question by question, so that no two models need have been asked the same.
Where runs are to be compared with each other, month by month, the few questions must be the same
each time: anchors. They are taken one after another, each the one that, together with those taken
before, explains most of the spread of the score on all questions among models (forward selection
on the covariances that the fitted curves give; `irt.py`). The score is then foretold linearly,

    score = base + sum over the anchors of weight x (share right - what is usual)

and how far that misses is measured on models that took no part in choosing. The module must not
know what was asked.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from mingan.statistics.irt import GRID, ItemCurves, fit
from mingan.statistics.paired import SEED
from mingan.statistics.special import Floats
from mingan.statistics.unknowns import Flags

_FOLDS = 4
FEWEST = 2 * _FOLDS
"""Fewer models are too few to choose by."""

_TINY = 1e-12


@dataclass(frozen=True, slots=True, kw_only=True)
class Anchors:
    """Questions that stand for all.

    Attributes:
        questions: (n,) their places, the most telling first.
        weights, usual: (n,) of each; `base` the usual score on all questions.
        misses: by how much the foretold score missed, for every model that could be tried and
            took no part; NaN for the others.
    """

    questions: tuple[int, ...]
    weights: Floats
    usual: Floats
    base: float
    misses: Floats

    def score(self, rates: ArrayLike) -> float:
        """The score on all questions, foretold.

        Args:
            rates: (n,) shares right on the anchors, in their order; NaN where there is none, for
                which the usual is taken.
        """
        y = np.asarray(rates, dtype=np.float64)
        apart = np.where(np.isnan(y), 0.0, y - self.usual)
        return min(max(self.base + float(self.weights @ apart), 0.0), 1.0)

    def miss(self, level: float = 0.9) -> float:
        """By how much it misses at most, with this confidence, for a further model.

        The conformal rank, ceil((n + 1) level) of the n tried; inf with too few.
        """
        tried = np.sort(np.abs(self.misses[~np.isnan(self.misses)]))
        rank = math.ceil((tried.size + 1) * level)
        return float(tried[rank - 1]) if rank <= tried.size else math.inf

    @property
    def mean_miss(self) -> float:
        """By how much it missed on average."""
        return float(np.nanmean(np.abs(self.misses)))


def anchors(
    rates: ArrayLike, size: int, *, strata: Sequence[str] = (), askable: ArrayLike | None = None,
    seed: int = SEED,
) -> Anchors:  # fmt: skip
    """Choose `size` questions that stand for all.

    Args:
        rates: (M, Q) shares right of earlier models; NaN where there is none.
        strata: by question; none gets more than its share of the anchors, rounded up.
        askable: (Q,) which may be taken.

    Raises:
        ValueError: no table, fewer than `FEWEST` models, or more anchors than questions.
    """
    x = np.asarray(rates, dtype=np.float64)
    if x.ndim != 2 or x.shape[0] < FEWEST:
        raise ValueError(f"needs {FEWEST} models or more")
    may = np.ones(x.shape[1], np.bool_) if askable is None else np.asarray(askable, np.bool_)
    if not 0 < size <= may.sum():
        raise ValueError("needs at least one anchor, and no more than there are questions")
    labels = _labels(strata, x.shape[1])
    part = np.random.default_rng(seed).permutation(x.shape[0]) % _FOLDS
    misses = np.full(x.shape[0], np.nan)
    for k in range(_FOLDS):
        chosen = _choose(fit(x[part != k]), size, labels, may)
        for model in np.flatnonzero(part == k):
            mine = x[model]
            # A model that was asked only some questions has no score on all to hold this against.
            if not np.isnan(mine).any():
                misses[model] = chosen.score(mine[list(chosen.questions)]) - mine.mean()
    final = _choose(fit(x), size, labels, may)
    return Anchors(
        questions=final.questions, weights=final.weights, usual=final.usual, base=final.base,
        misses=misses,
    )  # fmt: skip


def _choose(curves: ItemCurves, size: int, labels: np.ndarray, may: Flags) -> Anchors:
    """Forward selection: Cholesky on the covariances of answers, with a row for the total."""
    prior = np.exp(-(GRID**2) / 2)
    prior /= prior.sum()
    chances = curves.chances
    usual = chances @ prior
    factors = (chances - usual[:, None]) * np.sqrt(prior)
    noise = (chances * (1 - chances)) @ prior
    spread = (factors**2).sum(axis=1) + noise  # of each answer, given those taken
    with_total = factors @ factors.sum(axis=0) + noise
    share = np.bincount(labels) / labels.size
    roots = np.zeros((0, labels.size))
    taken: list[int] = []
    for _ in range(size):
        asked = np.bincount(labels[taken], minlength=share.size)
        fair = may & (asked < np.ceil(share * size - _TINY))[labels]
        fair[taken] = False
        free = may.copy()
        free[taken] = False
        gain = with_total**2 / np.maximum(spread, _TINY)
        i = int(np.argmax(np.where(fair if fair.any() else free, gain, -1.0)))
        column = factors @ factors[i] - roots.T @ roots[:, i]
        column[i] += noise[i]
        root = column / math.sqrt(max(spread[i], _TINY))
        with_total = with_total - root * with_total[i] / math.sqrt(max(spread[i], _TINY))
        spread = spread - root**2
        roots = np.vstack([roots, root])
        taken.append(i)
    weights = _weights(factors, noise, taken)
    return Anchors(
        questions=tuple(taken), weights=weights / labels.size, usual=usual[taken],
        base=float(usual.mean()), misses=np.zeros(0),
    )  # fmt: skip


def _weights(factors: Floats, noise: Floats, taken: list[int]) -> Floats:
    """The best linear prediction of the total from the answers taken."""
    mine = factors[taken]
    covariance = mine @ mine.T + np.diag(noise[taken])
    with_total = mine @ factors.sum(axis=0) + noise[taken]
    return np.asarray(np.linalg.solve(covariance, with_total))


def _labels(strata: Sequence[str], count: int) -> np.ndarray:
    return np.unique(np.asarray(strata or [""] * count), return_inverse=True)[1].reshape(-1)
