"""A loss law fitted to a ladder of a few rungs, with everything that they leave open.

    ln L = ln(E + ((A N^-alpha)^p + (B D^-beta)^p)^(1/p)) + noise     N parameters, D tokens

With p = 1 size and data simply add (Chinchilla); a larger p says that the scarcer of the two rules
(Kaplan et al., 2001.08361, have such a power too). On ladders of a few megabytes p comes out near
1.8, and the law then lies .2 to .3 % off the points instead of .6 %: where data are few, size helps
less than a sum would have it.

A ladder has ten to twenty points: too few to tell E, which trades against alpha and beta. So E
carries a prior (0.4 of the least loss seen, give or take a factor of 1.4), alpha, beta and p weak
ones, and instead of one best law there is a sample of laws that the points allow, drawn with an
ensemble (stretch moves of Goodman and Weare, 2010, and differences of ter Braak, 2006, in turn;
begun at the best of many draws; another seed of the draws moves a prediction by some .05 %). E is
in there to be averaged over and is never interpreted. Noise is that of another seed: it shrinks
with data (1.6 % at 0.4 MB, 0.3 % at 1.6 MB in our trials), and its size is learned from rungs that
were trained twice. The module must not know what was trained.
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

_STARTS, _WALKERS, _STEPS, _BURN, _THIN = 4000, 48, 8000, 3000, 25
_STRETCH, _JUMP = 2.0, 20


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
        draws: (K, 7) of ln E, a, alpha, b, beta, ln noise, ln p; a and b at the middle of the
            ladder.
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
    """Draws from a density: walkers moved half of them at a time by the other half.

    Args:
        score: ln density of (K, p) places.
        start: (n, p) places to begin at, of which the best are taken.

    Returns:
        (draws, p), the beginning dropped.
    """
    rng = np.random.default_rng([seed, 2])
    first = np.asarray(score(start))
    best = np.argsort(-first)[:_WALKERS]
    walkers, at = start[best].copy(), first[best].copy()
    half = len(walkers) // 2
    halves = (slice(0, half), slice(half, None))
    kept = []
    for step in range(_STEPS):
        for mine, others in (halves, halves[::-1]):
            moved, bonus = _moved(walkers[mine], walkers[others], step, rng)
            new = np.asarray(score(moved))
            taken = np.log(rng.random(half)) < bonus + new - at[mine]
            walkers[mine] = np.where(taken[:, None], moved, walkers[mine])
            at[mine] = np.where(taken, new, at[mine])
        if step >= _BURN and step % _THIN == 0:
            kept.append(walkers.copy())
    return np.concatenate(kept)


def _moved(
    mine: Floats, others: Floats, step: int, rng: np.random.Generator
) -> tuple[Floats, Floats]:
    """Where walkers may go next, and what that adds to the odds of going."""
    count, size = mine.shape
    if step % 2:
        # By the difference of two others; now and then by all of it, from one hill to the next.
        one = rng.integers(0, count, count)
        two = (one + rng.integers(1, count, count)) % count
        by = 1.0 if step % _JUMP == 1 else 2.38 / math.sqrt(2 * size)
        jitter = 1e-5 * rng.standard_normal(mine.shape)
        return mine + by * (others[one] - others[two]) + jitter, np.zeros(count)
    stretch: Floats = np.asarray(((_STRETCH - 1) * rng.random(count) + 1) ** 2 / _STRETCH)
    partner: Floats = others[rng.integers(0, count, count)]
    odds: Floats = (size - 1) * np.log(stretch)
    return partner + stretch[:, None] * (mine - partner), odds


# --- pieces -------------------------------------------------------------------------------------


def _log_loss(p: Floats, x: Floats, y: Floats) -> Floats:
    """(K, n) ln loss of laws (K, 6) at places (n,)."""
    a, b = p[:, 1, None] - p[:, 2, None] * x, p[:, 3, None] - p[:, 4, None] * y
    return np.asarray(np.log(np.exp(p[:, 0, None]) + np.exp(together(a, b, p[:, 6, None]))))


def together(a: Floats, b: Floats, log_power: Floats) -> Floats:
    """ln (e^(p a) + e^(p b)) / p: what size and data leave of the loss, together."""
    power, larger = np.exp(log_power), np.maximum(a, b)
    rest = np.exp(power * (a - larger)) + np.exp(power * (b - larger))
    return np.asarray(larger + np.log(rest) / power)


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
        + (p[:, 6] / 0.5) ** 2
    )
    allowed = (p[:, 2] > 0.02) & (p[:, 4] > 0.02)
    return np.where(allowed, fit.sum(axis=1) + prior, -np.inf)


def _start(loss: Floats, noise: float, seed: int) -> Floats:
    least = float(loss.min())
    middle = np.array([
        math.log(least / 2.5), math.log(least / 4), 0.4, math.log(least / 4), 0.4, math.log(noise),
        0.0,
    ])  # fmt: skip
    spread = np.array([0.25, 0.4, 0.15, 0.4, 0.15, 0.4, 0.4])
    rng = np.random.default_rng([seed, 1])
    start = middle + spread * rng.standard_normal((_STARTS, 7))
    start[:, [2, 4]] = np.abs(start[:, [2, 4]]) + 0.03
    return np.asarray(start)
