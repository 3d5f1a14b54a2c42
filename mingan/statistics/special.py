"""The few special functions that scores need, vectorised, so that the core can do without SciPy.

Everything here is a function of numbers. It must not know what the numbers stand for. Accuracy
against SciPy is tested to 1e-10.
"""

from __future__ import annotations

from functools import cache
from math import erfc, lgamma
from statistics import NormalDist

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]

_TINY = 1e-300
_EPS = 1e-16
_FRACTION_STEPS = 20_000
_NEWTON_STEPS = 200

_log_gamma_object = np.frompyfunc(lgamma, 1, 1)


def log_gamma(x: ArrayLike) -> Floats:
    """Logarithm of the gamma function, for x > 0."""
    return np.asarray(_log_gamma_object(np.asarray(x, dtype=np.float64)), dtype=np.float64)


def log_beta(a: ArrayLike, b: ArrayLike) -> Floats:
    """Logarithm of the beta function B(a, b), for a, b > 0."""
    first, second = np.asarray(a, dtype=np.float64), np.asarray(b, dtype=np.float64)
    return np.asarray(log_gamma(first) + log_gamma(second) - log_gamma(first + second))


def beta_cdf(x: ArrayLike, a: ArrayLike, b: ArrayLike) -> Floats:
    """Regularised incomplete beta function I_x(a, b), for 0 <= x <= 1 and a, b > 0.

    By Lentz's continued fraction (DLMF 8.17.22), on the side where it converges fast.
    """
    x_, a_, b_ = np.broadcast_arrays(
        np.asarray(x, dtype=np.float64),
        np.asarray(a, dtype=np.float64),
        np.asarray(b, dtype=np.float64),
    )
    swap = x_ > (a_ + 1) / (a_ + b_ + 2)
    near = np.where(swap, 1 - x_, x_)
    p, q = np.where(swap, b_, a_), np.where(swap, a_, b_)
    inside = (near > 0) & (near < 1)
    safe = np.where(inside, near, 0.5)
    front = np.exp(p * np.log(safe) + q * np.log1p(-safe) - log_beta(p, q)) / p
    lower = np.where(inside, front * _beta_fraction(safe, p, q), np.where(near <= 0, 0.0, 1.0))
    return np.clip(np.where(swap, 1 - lower, lower), 0.0, 1.0)


def _beta_fraction(x: Floats, a: Floats, b: Floats) -> Floats:
    c = np.ones_like(x)
    d = _away_from_zero(1 - (a + b) * x / (a + 1))
    d = 1 / d
    h = d.copy()
    for m in range(1, _FRACTION_STEPS):
        even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
        d = 1 / _away_from_zero(1 + even * d)
        c = _away_from_zero(1 + even / c)
        h = h * d * c
        odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
        d = 1 / _away_from_zero(1 + odd * d)
        c = _away_from_zero(1 + odd / c)
        step = d * c
        h = h * step
        if np.all(np.abs(step - 1) < 1e-15):
            break
    return h


def _away_from_zero(x: Floats) -> Floats:
    return np.where(np.abs(x) < _TINY, _TINY, x)


def beta_quantile(p: ArrayLike, a: ArrayLike, b: ArrayLike) -> Floats:
    """Inverse of `beta_cdf` in x, for 0 <= p <= 1: Newton's steps, kept inside a bracket."""
    p_, a_, b_ = (
        np.array(each)
        for each in np.broadcast_arrays(
            np.asarray(p, dtype=np.float64),
            np.asarray(a, dtype=np.float64),
            np.asarray(b, dtype=np.float64),
        )
    )
    x = np.where(p_ <= 0, 0.0, np.where(p_ >= 1, 1.0, a_ / (a_ + b_)))
    shape = x.shape
    x, p_, a_, b_ = x.ravel(), p_.ravel(), a_.ravel(), b_.ravel()
    low, high, constant = np.zeros_like(x), np.ones_like(x), log_beta(a_, b_)
    open_ = np.flatnonzero((p_ > 0) & (p_ < 1))
    for _ in range(_NEWTON_STEPS):
        if not open_.size:
            break
        now, first, second = x[open_], a_[open_], b_[open_]
        error = beta_cdf(now, first, second) - p_[open_]
        low[open_] = np.where(error < 0, now, low[open_])
        high[open_] = np.where(error < 0, high[open_], now)
        inner = np.clip(now, _TINY, 1 - _EPS)
        log_slope = (first - 1) * np.log(inner) + (second - 1) * np.log1p(-inner)
        step = now - error / np.maximum(np.exp(log_slope - constant[open_]), _TINY)
        # Outside its bracket Newton's step is worthless: halve the bracket instead.
        trusted = (step > low[open_]) & (step < high[open_])
        new = np.where(trusted, step, (low[open_] + high[open_]) / 2)
        settled = (np.abs(step - now) <= 1e-15 * now) | (np.abs(error) <= _EPS * p_[open_])
        x[open_] = np.where(settled, now, new)
        open_ = open_[~settled & (high[open_] - low[open_] > 1e-15 * now)]
    return x.reshape(shape)


@cache
def normal_quantile(p: float) -> float:
    """The standard normal quantile, for 0 < p < 1."""
    return NormalDist().inv_cdf(p)


def normal_cdf(x: float) -> float:
    """The standard normal distribution function, also far out in the lower tail."""
    return erfc(-x / 2**0.5) / 2


@cache
def student_quantile(p: float, df: float) -> float:
    """Quantile of Student's t with `df` degrees of freedom, for 0 < p < 1 and df > 0."""
    if p == 0.5:
        return 0.0
    tail = min(p, 1 - p)
    x = float(beta_quantile(2 * tail, df / 2, 0.5))
    return float(np.copysign(np.sqrt(df * (1 - x) / x), p - 0.5))


def student_cdf(x: float, df: float) -> float:
    """Student's t distribution function with `df` > 0 degrees of freedom."""
    tail = float(beta_cdf(df / (df + x * x), df / 2, 0.5)) / 2
    return 1 - tail if x > 0 else tail


def binomial_pmf(n: int, p: float) -> Floats:
    """Probabilities of 0..n successes in n trials: n + 1 numbers, for 0 <= p <= 1."""
    k = np.arange(n + 1)
    if p <= 0 or p >= 1:
        return np.asarray(k == (0 if p <= 0 else n), dtype=np.float64)
    log_choose = -np.log(n + 1) - log_beta(k + 1, n - k + 1)
    return np.asarray(np.exp(log_choose + k * np.log(p) + (n - k) * np.log1p(-p)))


def binomial_tail_half(k: ArrayLike, n: ArrayLike) -> Floats:
    """P(X <= k) for X ~ Binomial(n, 1/2), elementwise; 1 where k >= n."""
    k_, n_ = np.broadcast_arrays(np.asarray(k, dtype=np.float64), np.asarray(n, dtype=np.float64))
    whole = k_ >= n_
    usual = ~whole & (k_ >= 0)
    tail = beta_cdf(0.5, np.where(usual, n_ - k_, 1.0), np.where(usual, k_ + 1, 1.0))
    return np.where(whole, 1.0, np.where(k_ < 0, 0.0, tail))
