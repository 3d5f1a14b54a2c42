"""Intervals for one proportion or one mean, and how often such intervals tell the truth.

These functions take counts or values and give two numbers. They must not know of models,
questions or unknown answers; `scores.py` brings those down to a proportion and a number of
questions first.

For a proportion of few questions the textbook interval (`clt`) is wrong: 20 right of 20 gives
it no width at all. `wilson` is what Mingan uses; the others are here to be compared with.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from mingan.statistics.special import (
    Floats,
    beta_cdf,
    beta_quantile,
    binomial_pmf,
    normal_quantile,
    student_quantile,
)

Method = Literal["clt", "wilson", "clopper-pearson", "bayes", "jeffreys"]


class Interval(NamedTuple):
    """Two ends, low first."""

    low: float
    high: float


def clt(right: float, n: float, *, level: float = 0.95) -> Interval:
    """The normal-theory interval p ± z sqrt(p(1-p)/n), not cut at 0 and 1. Wrong for small n."""
    return _one(_clt, right, n, level)


def wilson(right: float, n: float, *, level: float = 0.95) -> Interval:
    """Wilson's score interval (1927). `right` and `n` may be fractions (an effective number)."""
    return _one(_wilson, right, n, level)


def clopper_pearson(right: float, n: float, *, level: float = 0.95) -> Interval:
    """The exact interval of Clopper and Pearson (1934): never too narrow, mostly too wide."""
    return _one(_clopper_pearson, right, n, level)


def bayes(right: float, n: float, *, level: float = 0.95) -> Interval:
    """Equal-tailed posterior interval under a uniform prior, Beta(1 + right, 1 + wrong)."""
    return _one(_bayes, right, n, level)


def jeffreys(right: float, n: float, *, level: float = 0.95) -> Interval:
    """Equal-tailed posterior interval under Jeffreys' prior, Beta(1/2 + right, 1/2 + wrong)."""
    return _one(_jeffreys, right, n, level)


def mean_interval(values: ArrayLike, *, level: float = 0.95) -> Interval:
    """Student's interval for the mean of independent values of any size.

    One value says nothing about its spread: the interval is then the whole line.
    """
    x = np.asarray(values, dtype=np.float64)
    if x.size < 2:
        return Interval(-np.inf, np.inf)
    half = student_quantile((1 + level) / 2, x.size - 1) * float(x.std(ddof=1)) / x.size**0.5
    return Interval(float(x.mean()) - half, float(x.mean()) + half)


def wilson_with_quantile(p: float, n: float, quantile: float) -> Interval:
    """Wilson's interval about the proportion `p` of an effective number `n` of questions.

    `quantile` is in standard errors (1.96 for 95 %; more when the error itself is estimated from
    few clusters). With n = 0, or no finite quantile, nothing is known: [0, 1].
    """
    if n <= 0 or not np.isfinite(quantile):
        return Interval(0.0, 1.0)
    low, high = _wilson_ends(np.asarray(p), np.asarray(n), quantile)
    return Interval(float(low), float(high))


def coverage(method: Method, n: int, *, level: float = 0.95) -> float:
    """How often the interval holds the true proportion, averaged over all proportions.

    Exact, no simulation: the sum over k of I_hi(k+1, n-k+1) - I_lo(k+1, n-k+1), by n + 1, which
    is the setting of Bowyer et al. (arXiv 2503.01747).
    """
    k = np.arange(n + 1, dtype=np.float64)
    low, high = METHODS[method](k, np.asarray(float(n)), level)
    inside = [beta_cdf(np.clip(end, 0, 1), k + 1, n - k + 1) for end in (high, low)]
    return float((inside[0] - inside[1]).sum() / (n + 1))


def coverage_at(method: Method, n: int, p: float, *, level: float = 0.95) -> float:
    """How often the interval holds the true proportion when that is `p`; exact."""
    k = np.arange(n + 1, dtype=np.float64)
    low, high = METHODS[method](k, np.asarray(float(n)), level)
    return float(binomial_pmf(n, p)[(low <= p) & (p <= high)].sum())


_Ends = tuple[Floats, Floats]
_Rule = Callable[[Floats, Floats, float], _Ends]


def _one(rule: _Rule, right: float, n: float, level: float) -> Interval:
    if not 0 < level < 1:
        raise ValueError(f"level must be between 0 and 1, not {level}")
    if not 0 <= right <= n:
        raise ValueError(f"right must be between 0 and n = {n}, not {right}")
    if n == 0:
        return Interval(0.0, 1.0)
    low, high = rule(np.asarray(right, dtype=np.float64), np.asarray(n, dtype=np.float64), level)
    return Interval(float(low), float(high))


def _clt(right: Floats, n: Floats, level: float) -> _Ends:
    p = right / n
    half = normal_quantile((1 + level) / 2) * np.sqrt(p * (1 - p) / n)
    return p - half, p + half


def _wilson(right: Floats, n: Floats, level: float) -> _Ends:
    return _wilson_ends(right / n, n, normal_quantile((1 + level) / 2))


def _wilson_ends(p: Floats, n: Floats, z: float) -> _Ends:
    centre = (p + z * z / (2 * n)) / (1 + z * z / n)
    half = z / (1 + z * z / n) * np.sqrt(p * (1 - p) / n + z * z / (4 * n * n))
    # Rounding may push an end past p where p is 0 or 1; there the end is p itself.
    return np.clip(np.minimum(centre - half, p), 0, 1), np.clip(np.maximum(centre + half, p), 0, 1)


def _clopper_pearson(right: Floats, n: Floats, level: float) -> _Ends:
    tail = (1 - level) / 2
    wrong = n - right
    low = beta_quantile(tail, np.maximum(right, 0.5), wrong + 1)
    high = beta_quantile(1 - tail, right + 1, np.maximum(wrong, 0.5))
    return np.where(right == 0, 0.0, low), np.where(wrong == 0, 1.0, high)


def _bayes(right: Floats, n: Floats, level: float) -> _Ends:
    return _beta_ends(right + 1, n - right + 1, level)


def _jeffreys(right: Floats, n: Floats, level: float) -> _Ends:
    return _beta_ends(right + 0.5, n - right + 0.5, level)


def _beta_ends(a: Floats, b: Floats, level: float) -> _Ends:
    tail = (1 - level) / 2
    return beta_quantile(tail, a, b), beta_quantile(1 - tail, a, b)


METHODS: dict[Method, _Rule] = {
    "clt": _clt,
    "wilson": _wilson,
    "clopper-pearson": _clopper_pearson,
    "bayes": _bayes,
    "jeffreys": _jeffreys,
}
