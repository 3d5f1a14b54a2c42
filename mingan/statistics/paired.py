"""Tests and an interval for two models' results on the same questions, as plain numbers.

Takes counts or differences, one for each question, and gives a p-value or an interval. It must
not know of models, strata or unknown answers; `comparisons.py` does.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from mingan.statistics.intervals import Interval
from mingan.statistics.special import (
    Floats,
    binomial_tail_half,
    normal_cdf,
    normal_quantile,
)

Alternative = Literal["two-sided", "greater", "less"]

RESAMPLES = 9999
SEED = 20230628
ENUMERATE_UP_TO = 13
_SIGN_CELLS = 1_000_000
_GAUSSIAN_BOUND = 1 / (4 * (1 - normal_cdf(2**0.5)))


def mcnemar(wins: int, losses: int, *, alternative: Alternative = "two-sided") -> float:
    """Exact McNemar test: were as many questions won as lost, but for chance?

    Args:
        wins, losses: questions that only the first, or only the second model got right.
        alternative: "greater" asks whether the first is better.

    Returns:
        The binomial p-value; two-sided is twice the smaller tail, at most 1.
    """
    if alternative == "two-sided":
        return float(mcnemar_two_sided(wins, losses))
    fewer = losses if alternative == "greater" else wins
    return float(binomial_tail_half(fewer, wins + losses))


def mcnemar_two_sided(wins: ArrayLike, losses: ArrayLike) -> Floats:
    """The two-sided exact McNemar p-value, elementwise."""
    b, c = np.asarray(wins, dtype=np.float64), np.asarray(losses, dtype=np.float64)
    return np.minimum(1.0, 2 * binomial_tail_half(np.minimum(b, c), b + c))


def sign_flip(
    differences: ArrayLike,
    *,
    alternative: Alternative = "two-sided",
    resamples: int = RESAMPLES,
    seed: int = SEED,
) -> float:
    """Permutation test of a mean difference: flip each question's sign by a fair coin.

    Exact for up to 13 differences that are not 0; else (1 + as extreme) / (1 + resamples), or
    less where nothing came near, see `tail_probability`. Deterministic for one seed.
    """
    d = np.asarray(differences, dtype=np.float64)
    if d.ndim != 1:
        raise ValueError(f"needs a list of differences, not shape {d.shape}")
    d = d[d != 0] if alternative != "less" else -d[d != 0]
    exact = d.size <= ENUMERATE_UP_TO
    patterns = all_signs(d.size) if exact else random_signs(d.size, resamples, seed)
    observed = abs(d.sum()) if alternative == "two-sided" else d.sum()
    count, total, squares, edge = 0, 0, 0.0, 1e-9 * max(1.0, float(np.abs(d).sum()))
    for signs in patterns:
        sums = signs.astype(np.float64) @ d
        squares += float(sums @ sums)
        extreme = np.abs(sums) if alternative == "two-sided" else sums
        count, total = count + int((extreme >= observed - edge).sum()), total + sums.size
    if exact:
        return count / total
    sides = 2 if alternative == "two-sided" else 1
    return tail_probability(count, total, float(observed), (squares / total) ** 0.5, sides=sides)


def tail_probability(
    count: int, total: int, observed: float, spread: float, *, sides: int = 2
) -> float:
    """The p-value when `count` of `total` random flips were as extreme as what was observed.

    (1 + count) / (1 + total). Where no flip came near, this floor says little about a result that
    is far out, and too little to outlast a correction for hundreds of pairs; then the Gaussian
    bound c · P(|Z| >= observed / spread), c = 1 / (4 P(Z >= sqrt 2)) = 3.18, is used where it is
    smaller. It holds for every weighted sum of random signs (Bentkus and Dzindzalieta, Bernoulli
    21, 2015), `spread` being the standard deviation of the flipped sums.
    """
    floor = (1 + count) / (1 + total)
    if count or spread <= 0:
        return floor
    return min(floor, _GAUSSIAN_BOUND * sides * normal_cdf(-observed / spread))


def all_signs(n: int) -> Iterator[NDArray[np.float32]]:
    """Every pattern of n signs, as one table of 2^n rows."""
    bits = np.arange(2**n)[:, None] >> np.arange(n)[None, :]
    yield (1 - 2 * (bits & 1)).astype(np.float32)


def random_signs(n: int, rows: int, seed: int, step: int = 0) -> Iterator[NDArray[np.float32]]:
    """`rows` patterns of n random signs, in tables of `step` rows; the same for the same seed."""
    rng = np.random.default_rng(seed)
    step = step or max(1, _SIGN_CELLS // max(n, 1))
    width = -(-n // 8)
    # Drawn all at once, as bits, so that `step` cannot change them.
    drawn = np.frombuffer(rng.bytes(rows * width), dtype=np.uint8).reshape(rows, width)
    for start in range(0, rows, step):
        bits = np.unpackbits(drawn[start : start + step], axis=1)[:, :n]
        yield bits.astype(np.float32) * 2 - 1


def paired_interval(differences: ArrayLike, *, level: float = 0.95) -> Interval:
    """Interval for a mean difference of two scores in [0, 1] on the same questions.

    Bonett and Price (2012): two pseudo-questions are added, one won and one lost, and the
    normal-theory interval taken. For right or wrong answers this holds its level from a few
    questions on, and it never has width 0.
    """
    d = np.asarray(differences, dtype=np.float64)
    if d.ndim != 1:
        raise ValueError(f"needs a list of differences, not shape {d.shape}")
    if not d.size:
        return Interval(-1.0, 1.0)
    centre, error = bonett_price(
        np.asarray(d.mean()),
        np.asarray(np.square(d).mean()),
        np.asarray(float(d.size)),
        np.asarray(1.0),
    )
    half = normal_quantile((1 + level) / 2) * float(error)
    return Interval(
        max(-1.0, min(float(centre) - half, float(d.mean()))),
        min(1.0, max(float(centre) + half, float(d.mean()))),
    )


def bonett_price(mean: Floats, square: Floats, n: Floats, pseudo: Floats) -> tuple[Floats, Floats]:
    """Centre of the interval and standard error of a mean difference, elementwise.

    Args:
        mean, square: mean difference, and mean of the squared differences.
        n: effective number of questions.
        pseudo: squared size of the two pseudo-questions (1 where nothing is unknown).
    """
    centre = n * mean / (n + 2)
    variance = np.maximum((n * square + 2 * pseudo) / (n + 2) - centre**2, 0)
    return centre, np.sqrt(variance / (n + 2))
