"""How many questions it takes to see a difference, and how small a difference can be seen.

Takes variances and gives numbers of questions, or differences in score units. It must not know
of matrices. Formulas as in Miller (arXiv 2411.00640), section on power.
"""

from __future__ import annotations

from math import ceil, sqrt

import numpy as np
from numpy.typing import ArrayLike

from mingan.statistics.special import normal_quantile


def difference_variance(
    *,
    questions: float,
    repeats_a: float = 0.0,
    repeats_b: float = 0.0,
    k_a: int = 1,
    k_b: int = 1,
) -> float:
    """Variance of one question's difference: omega^2 + sigma_a^2 / k_a + sigma_b^2 / k_b.

    `questions` is the variance of the true difference from question to question, `repeats_*` the
    variance between repeats of one question, and `k_*` how often each model is asked.
    """
    return questions + repeats_a / k_a + repeats_b / k_b


def sample_variance(a: ArrayLike, b: ArrayLike) -> float:
    """The variance of one question's difference, from two models' scores on the same questions.

    Repeats must be averaged before. Its answer holds for as many repeats as these were.
    """
    difference = np.asarray(a, dtype=np.float64) - np.asarray(b, dtype=np.float64)
    if difference.ndim != 1 or difference.size < 2:
        raise ValueError(f"needs at least 2 questions, not shape {difference.shape}")
    return float(difference.var(ddof=1))


def questions_needed(
    *, difference: float, variance: float, alpha: float = 0.05, power: float = 0.8
) -> int | None:
    """How many shared questions show `difference` at level `alpha` with chance `power`.

    n = (z_{alpha/2} + z_power)^2 variance / difference^2, rounded up, at least 1. None where the
    difference is 0: no number of questions shows what is not there.
    """
    if difference**2 < 1e-300:
        return None
    exact = _quantiles(alpha, power) ** 2 * variance / difference**2
    return max(1, ceil(exact - 1e-9))


def detectable(
    *, questions: float, variance: float, alpha: float = 0.05, power: float = 0.8
) -> float:
    """The smallest difference that this many shared questions show with chance `power`.

    (z_{alpha/2} + z_power) sqrt(variance / n), never above 1, the largest that there is.
    """
    if questions <= 0:
        return 1.0
    return min(1.0, _quantiles(alpha, power) * sqrt(variance / questions))


def _quantiles(alpha: float, power: float) -> float:
    return normal_quantile(1 - alpha / 2) + normal_quantile(power)
