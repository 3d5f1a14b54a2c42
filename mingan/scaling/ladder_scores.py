"""The second step of the chain: from the loss of a ladder's rungs to what they score.

    score = floor + (1 - floor) / (1 + exp(slope (L - middle))) + noise        L loss, slope > 0

`floor` is what guessing gets and is known; so are few parameters left, and a ladder's few points
can bear them. As with the loss (`ladder_law`) there is no one best curve but a sample of curves
that the points allow, and a prediction takes each with a loss that the ladder's laws allow: the
interval carries both steps. Where scores do not rise as losses fall there is no curve at all, and
nothing is foretold. Noise is how far a rung of its own seed scores off the curve on these very
items; seeds differ the more, the more is learned (on our ladders by .1 % at 42 % and by 2 % at
56 %), so noise is in proportion to the score above the floor. That the items are a sample of all is
not in it. The module must not know what was asked.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from mingan.scaling.ladder_law import SEED, SHRINKS, LadderLaw, ensemble
from mingan.statistics.special import Floats, student_quantile

FEWEST = 5
"""Fewer points bear no curve."""

_STEEP = 3.0
"""Slope, logits a nat, that is supposed before looking, give or take a factor of 4."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Foretold:
    """The score of a model that was not trained yet.

    Attributes:
        low, high: its interval at `level`.
    """

    score: float
    low: float
    high: float
    level: float = 0.9


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoreCurve:
    """Curves that a ladder's scores allow.

    Attributes:
        draws: (K, 3) of the logit at the middle loss, ln slope, ln noise over the score above
            the floor.
        middle: the middle loss; `floor` what guessing gets.
        points: how many.
    """

    draws: Floats
    middle: float
    floor: float
    points: int

    def scores(self, losses: ArrayLike) -> Floats:
        """(K, n) scores at n losses by every curve."""
        return _score(self.draws, np.atleast_1d(np.asarray(losses, np.float64)), self)

    def foretell(
        self, law: LadderLaw, parameters: float, tokens: float, *, level: float = 0.9,
        seed: int = SEED,
    ) -> Foretold:  # fmt: skip
        """The score of one model, trained once: its loss by the laws, and on from there."""
        rng = np.random.default_rng([seed, 3])
        losses = law.losses(parameters, tokens)[:, 0]
        noise = np.exp(law.draws[:, 5]) * (tokens / law.largest) ** -SHRINKS
        losses = losses * np.exp(noise * rng.standard_normal(losses.size))
        curves = self.draws[rng.integers(0, len(self.draws), losses.size)]
        means = _score(curves, losses[:, None], self)[:, 0]
        noise = np.exp(curves[:, 2]) * (means - self.floor)
        seen = means + noise * rng.standard_normal(losses.size)
        low, high = np.quantile(np.clip(seen, 0, 1), [(1 - level) / 2, (1 + level) / 2]).tolist()
        return Foretold(score=float(np.median(means)), low=low, high=high, level=level)


def fit_scores(
    losses: ArrayLike, scores: ArrayLike, *, items: int, floor: float, seed: int = SEED
) -> ScoreCurve | None:
    """Draw curves that the scores of a ladder's rungs allow; None where scores do not rise.

    Args:
        losses, scores: (n,) of the same runs; scores in [0, 1].
        items: questions that a score rests on.
        floor: what guessing gets.

    Raises:
        ValueError: not the same number of each, numbers out of range, or no items.
    """
    x, y = np.asarray(losses, np.float64), np.asarray(scores, np.float64)
    if x.shape != y.shape or x.ndim != 1 or not (np.isfinite(x) & (y >= 0) & (y <= 1)).all():
        raise ValueError("losses and scores must be lists of numbers of one length")
    if items < 1 or not 0 <= floor < 1:
        raise ValueError("needs items, and a floor below 1")
    if not _rises(x, y):
        return None
    middle = float(np.median(x))
    start = np.random.default_rng([seed, 4]).standard_normal((2000, 3))
    share = float(np.clip((y.mean() - floor) / (1 - floor), 0.02, 0.98))
    # Rungs are asked the same items, so they scatter less than separate draws of items would.
    usual = 0.7 * math.sqrt(max(float(y.mean() * (1 - y.mean())), 0.01) / items)
    usual /= max(float(y.mean()) - floor, 0.02)
    guess = np.array([math.log(share / (1 - share)), math.log(_STEEP), math.log(usual)])
    draws = ensemble(
        lambda p: _posterior(p, x - middle, y, floor, guess), guess + 0.4 * start, seed
    )
    return ScoreCurve(draws=draws, middle=middle, floor=floor, points=int(x.size))


def _rises(x: Floats, y: Floats) -> bool:
    """Whether scores rise as losses fall, beyond chance: a straight line, one-sided 5 %."""
    if x.size < FEWEST or np.ptp(x) == 0:
        return False
    dx, dy = x - x.mean(), y - y.mean()
    slope = float(dx @ dy / (dx @ dx))
    rest = dy - slope * dx
    error = math.sqrt(float(rest @ rest) / (x.size - 2) / float(dx @ dx))
    return slope + float(student_quantile(0.95, x.size - 2)) * error < 0


def _score(p: Floats, losses: Floats, curve: ScoreCurve) -> Floats:
    return _curve(p, losses - curve.middle, curve.floor)


def _curve(p: Floats, x: Floats, floor: float) -> Floats:
    z = p[:, 0, None] - np.exp(p[:, 1, None]) * x
    return np.asarray(floor + (1 - floor) * 0.5 * (1 + np.tanh(z / 2)))


def _posterior(p: Floats, x: Floats, y: Floats, floor: float, guess: Floats) -> Floats:
    told = _curve(p, x, floor)
    noise = np.exp(p[:, 2, None]) * (told - floor + 1e-3)
    rest = (y - told) / noise
    # Student's t of 5: one run that went wrong must not bend the curve.
    fit = -3.0 * np.log1p(rest**2 / 5) - np.log(noise)
    prior = -0.5 * (
        ((p[:, 0] - guess[0]) / 2.0) ** 2
        + ((p[:, 1] - guess[1]) / math.log(4)) ** 2
        + ((p[:, 2] - guess[2]) / math.log(2)) ** 2
    )
    return np.asarray(fit.sum(axis=1) + prior)
