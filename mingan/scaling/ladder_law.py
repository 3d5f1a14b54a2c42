"""A loss law fitted to a ladder of a few rungs, with everything that they leave open.

    ln L = ln(E + A N^-alpha + B D^-beta) + noise        N parameters, D tokens

A ladder has ten to twenty points: too few to tell E, which trades against alpha and beta. So E
carries a prior (0.4 of the least loss seen, give or take a factor of 1.4), alpha and beta weak
ones, and instead of one best law there is a sample of laws that the points allow, drawn with an
affine-invariant ensemble (Goodman and Weare, 2010). E is in there to be averaged over and is never
interpreted. Noise is that of another seed: it shrinks with data (1.6 % at 0.4 MB, 0.3 % at 1.6 MB
in our trials), and its size is learned from rungs that were trained twice. The module must not
know what was trained.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from mingan.statistics.special import Floats

SEED = 20240415
FEWEST = 5
"""Fewer points bear no law of this form, prior or not."""

SHRINKS = 0.8
"""Power of D by which noise between seeds shrinks."""

_WALKERS, _STEPS, _BURN, _THIN = 48, 2400, 1200, 12
_STRETCH = 2.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Prediction:
    """The loss of a model that was not trained yet, on another seed.

    Attributes:
        low, high: its interval at `level`; `law_low`, `law_high` that of the law alone.
        compute: times the largest compute (N D) of the ladder.
    """

    loss: float
    low: float
    high: float
    law_low: float
    law_high: float
    compute: float
    level: float = 0.9

    @property
    def half_width(self) -> float:
        """Half of the interval over the loss."""
        return (self.high - self.low) / 2 / self.loss


@dataclass(frozen=True, slots=True, kw_only=True)
class LadderLaw:
    """Laws that a ladder allows.

    Attributes:
        draws: (K, 6) of ln E, a, alpha, b, beta, ln noise; a and b at the middle of the ladder.
        middle: ln N and ln D there; `largest` tokens, to which the noise belongs.
        compute: the largest N D of the ladder; `residual` the root mean square of ln L around
            the middle law.
        points: how many.
    """

    draws: Floats
    middle: tuple[float, float]
    largest: float
    compute: float
    residual: float
    points: int

    def losses(self, parameters: ArrayLike, tokens: ArrayLike) -> Floats:
        """(K, n) losses of n models by every law."""
        n, d = np.atleast_1d(np.asarray(parameters)), np.atleast_1d(np.asarray(tokens))
        x, y = np.log(n) - self.middle[0], np.log(d) - self.middle[1]
        return np.exp(_log_loss(self.draws, x, y))

    def predict(
        self, parameters: float, tokens: float, *, level: float = 0.9, seed: int = SEED
    ) -> Prediction:
        """The loss of one model, trained once."""
        laws = self.losses(parameters, tokens)[:, 0]
        noise = np.exp(self.draws[:, 5]) * (tokens / self.largest) ** -SHRINKS
        rng = np.random.default_rng(seed)
        seen = laws * np.exp(noise * rng.standard_normal(laws.size))
        ends = [(1 - level) / 2, (1 + level) / 2]
        low, high = np.quantile(seen, ends).tolist()
        law_low, law_high = np.quantile(laws, ends).tolist()
        return Prediction(
            loss=float(np.median(laws)), low=low, high=high, law_low=law_low, law_high=law_high,
            compute=parameters * tokens / self.compute, level=level,
        )  # fmt: skip

    @property
    def noise(self) -> float:
        """Between seeds at `largest` tokens, as a share of the loss: the middle draw."""
        return float(np.exp(np.median(self.draws[:, 5])))


def fit_ladder(
    parameters: ArrayLike, tokens: ArrayLike, losses: ArrayLike, *, noise: float = 0.004,
    seed: int = SEED,
) -> LadderLaw:  # fmt: skip
    """Draw laws that the points of a ladder allow.

    Args:
        parameters, tokens, losses: (n,) of decayed runs; several of the same size and length are
            seeds, and tell the noise.
        noise: between seeds at the largest tokens, before looking; a factor of 2 either way.

    Raises:
        ValueError: fewer than `FEWEST` points, one size or length alone, or numbers not above 0.
    """
    n, d, loss = (np.asarray(v, np.float64) for v in (parameters, tokens, losses))
    if not n.shape == d.shape == loss.shape or n.ndim != 1 or n.size < FEWEST:
        raise ValueError(f"needs {FEWEST} points or more")
    if not all((np.isfinite(v) & (v > 0)).all() for v in (n, d, loss)):
        raise ValueError("sizes, tokens and losses must be above 0")
    if np.unique(n).size < 2 or np.unique(d).size < 2:
        raise ValueError("needs two sizes and two lengths or more")
    middle = float(np.log(n).mean()), float(np.log(d).mean())
    x, y, z = np.log(n) - middle[0], np.log(d) - middle[1], np.log(loss)
    shrink = (d / d.max()) ** -SHRINKS
    least = float(loss.min())

    def score(p: Floats) -> Floats:
        return _posterior(p, x, y, z, shrink, least, noise)

    draws = ensemble(score, _start(loss, noise, seed), seed)
    found = np.median(np.exp(_log_loss(draws, x, y)), axis=0)
    return LadderLaw(
        draws=draws, middle=middle, largest=float(d.max()), compute=float((n * d).max()),
        residual=float(np.sqrt(np.mean((z - np.log(found)) ** 2))), points=int(n.size),
    )  # fmt: skip


def ensemble(score: Callable[[Floats], Floats], start: Floats, seed: int) -> Floats:
    """Draws from a density: stretch moves, half of the walkers against the other half in turn.

    Args:
        score: ln density of (K, p) places.
        start: (walkers, p), an even number of them.

    Returns:
        (draws, p), the beginning dropped.
    """
    rng = np.random.default_rng([seed, 2])
    walkers, at = start.copy(), np.asarray(score(start))
    half, size = len(start) // 2, start.shape[1]
    first, second = slice(0, half), slice(half, None)
    kept = []
    for step in range(_STEPS):
        for mine, others in ((first, second), (second, first)):
            pool = walkers[others]
            stretch = ((_STRETCH - 1) * rng.random(half) + 1) ** 2 / _STRETCH
            partner = pool[rng.integers(0, half, half)]
            moved = partner + stretch[:, None] * (walkers[mine] - partner)
            new = np.asarray(score(moved))
            gain = (size - 1) * np.log(stretch) + new - at[mine]
            taken = np.log(rng.random(half)) < gain
            walkers[mine] = np.where(taken[:, None], moved, walkers[mine])
            at[mine] = np.where(taken, new, at[mine])
        if step >= _BURN and step % _THIN == 0:
            kept.append(walkers.copy())
    return np.concatenate(kept)


# --- pieces -------------------------------------------------------------------------------------


def _log_loss(p: Floats, x: Floats, y: Floats) -> Floats:
    """(K, n) ln loss of laws (K, 6) at places (n,)."""
    by_size = np.exp(p[:, 1, None] - p[:, 2, None] * x)
    by_data = np.exp(p[:, 3, None] - p[:, 4, None] * y)
    return np.asarray(np.log(np.exp(p[:, 0, None]) + by_size + by_data))


def _posterior(
    p: Floats, x: Floats, y: Floats, z: Floats, shrink: Floats, least: float, noise: float
) -> Floats:
    rest = z - _log_loss(p, x, y)
    scale = np.exp(p[:, 5, None]) * shrink
    # Student's t of 5: one run that went wrong must not bend the law.
    fit = -3.0 * np.log1p((rest / scale) ** 2 / 5) - np.log(scale)
    prior = -0.5 * (
        ((p[:, 0] - math.log(least / 2.5)) / 0.35) ** 2
        + ((p[:, 1] - math.log(least / 4)) / 1.0) ** 2
        + ((p[:, 2] - 0.4) / 0.2) ** 2
        + ((p[:, 3] - math.log(least / 4)) / 1.0) ** 2
        + ((p[:, 4] - 0.4) / 0.2) ** 2
        + ((p[:, 5] - math.log(noise)) / math.log(2)) ** 2
    )
    allowed = (p[:, 2] > 0.02) & (p[:, 4] > 0.02)
    return np.where(allowed, fit.sum(axis=1) + prior, -np.inf)


def _start(loss: Floats, noise: float, seed: int) -> Floats:
    least = float(loss.min())
    middle = np.array([
        math.log(least / 2.5), math.log(least / 4), 0.4, math.log(least / 4), 0.4, math.log(noise),
    ])  # fmt: skip
    spread = np.array([0.2, 0.2, 0.1, 0.2, 0.1, 0.3])
    rng = np.random.default_rng([seed, 1])
    start = middle + spread * rng.standard_normal((_WALKERS, 6))
    start[:, [2, 4]] = np.abs(start[:, [2, 4]]) + 0.05
    return np.asarray(start)
