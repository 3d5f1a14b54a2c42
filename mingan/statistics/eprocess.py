"""Evidence that may be looked at on any day, and stopped at any time.

An e-process starts at 1 and, as long as nothing is the matter, does not grow on the average,
however often it is looked at; that it ever reaches 1/a has a chance of a at most (Ville). So its
value is how many times over the data speak against "nothing is the matter". The module must not
know what is watched.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from mingan.statistics.special import Floats, log_beta

_LEAST_P = 1e-300
_CLOSE = 1e-4
_MOST = 1e150  # so that no product leaves the range of numbers


def pair_evidence(first_only: ArrayLike, second_only: ArrayLike) -> Floats:
    """E-value against "of pairs that differ, either side is as often ahead", elementwise.

    E = 2^m B(b + 1/2, c + 1/2) / B(1/2, 1/2), with b and c pairs in which only the first, or only
    the second is right, m = b + c: a bet on every chance alike (after Jeffreys). Pairs must be
    fresh: a question that is paired with the same old answer twice is one pair.
    """
    b, c = np.asarray(first_only, dtype=np.float64), np.asarray(second_only, dtype=np.float64)
    logarithm = (b + c) * np.log(2) + log_beta(b + 0.5, c + 0.5) - log_beta(0.5, 0.5)
    return np.asarray(np.exp(np.minimum(logarithm, 700.0)))


def calibrate(p: ArrayLike) -> Floats:
    """From a p-value to an e-value: (1 - p + p ln p) / (p ln(p)^2), the mean of x p^(x-1).

    Vovk and Wang (Annals of Statistics 49, 2021). 1/2 at p = 1.
    """
    x = np.maximum(np.asarray(p, dtype=np.float64), _LEAST_P)
    with np.errstate(divide="ignore", invalid="ignore"):
        found = (1 - x + x * np.log(x)) / (x * np.log(x) ** 2)
    near = 0.5 + (1 - x) / 6  # to first order, where the formula is 0 / 0
    return np.asarray(np.where(np.abs(1 - x) < _CLOSE, near, found))


def start_weights(days: int) -> Floats:
    """The stake on a change that begins on day 1, 2, …: 1 / (2 s (1 + ln s)^2), in all at most 1.

    A product of e-values over all days would have shrunk to nothing by the time of a late change.
    """
    s = np.arange(1, days + 1, dtype=np.float64)
    return np.asarray(1 / (2 * s * (1 + np.log(s)) ** 2))


def course(e: ArrayLike) -> Floats:
    """The e-process of independent e-values by day, for a change that begins on any of them.

    Args:
        e: (…, T) e-values, each with mean at most 1.

    Returns:
        (…, T): after each day the sum over s of w_s times the product of the e-values from day s
        on, with the stakes on the days to come.
    """
    x = np.minimum(np.asarray(e, dtype=np.float64), _MOST)
    weights = start_weights(x.shape[-1])
    begun = np.zeros(x.shape[:-1])
    values = np.empty(x.shape)
    for t in range(x.shape[-1]):
        begun = np.minimum((begun + weights[t]) * x[..., t], _MOST)
        values[..., t] = begun + 1 - weights[: t + 1].sum()
    return values
