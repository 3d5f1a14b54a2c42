"""Looking at many tests at once without being fooled by the best of them.

Takes p-values and gives p-values. It must not know what was tested.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from mingan.statistics.special import Floats


def holm_factors(p: ArrayLike) -> Floats:
    """By how much Holm's method multiplies each p: m for the smallest, 1 for the largest.

    Equal p-values share the larger factor, so that the order of the tests does not matter.
    """
    x = np.asarray(p, dtype=np.float64)
    return np.asarray(x.size - np.searchsorted(np.sort(x), x, side="left"), dtype=np.float64)


def holm(p: ArrayLike) -> Floats:
    """p-values after Holm (1979): the chance of even one false alarm stays below each of them."""
    x = np.asarray(p, dtype=np.float64)
    order = np.argsort(x, kind="stable")
    stepped = np.maximum.accumulate((x * holm_factors(x))[order])
    adjusted = np.empty_like(x)
    adjusted[order] = np.minimum(stepped, 1.0)
    return adjusted


def benjamini_hochberg(p: ArrayLike) -> Floats:
    """p-values after Benjamini and Hochberg (1995): the share of false alarms among all alarms."""
    x = np.asarray(p, dtype=np.float64)
    order = np.argsort(x, kind="stable")
    raw = x[order] * x.size / np.arange(1, x.size + 1)
    stepped = np.minimum.accumulate(raw[::-1])[::-1]
    adjusted = np.empty_like(x)
    adjusted[order] = np.minimum(stepped, 1.0)
    return adjusted
