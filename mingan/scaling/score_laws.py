"""From loss to score: what a benchmark shows of a model's loss, and the two steps together.

    S(L) = floor + (ceiling - floor) / (1 + exp(slope (L - middle)))     a sigmoid that falls with L
    err(L) = worst - scale exp(-rate L)                                  Gadre et al., 2403.08540

Both are fitted by least squares. `floor` is about what guessing scores, `ceiling` what nobody
passes; outside of them no loss gives a score. A chain goes from size and tokens to the loss and on
to the score (OLMo's ladder, arXiv 2412.04403; the densing law). The module must not know where
points come from.
"""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from mingan.scaling.fits import SEED, Curve, Fit, fit
from mingan.scaling.loss_laws import LossLaw
from mingan.statistics.special import Floats

EDGE = 0.005
"""Drawn scores, and those of whole lists of models, are kept so far from guessing and from 1."""


def logit(scores: ArrayLike, floor: float = 0.0, *, edge: float = EDGE) -> Floats:
    """ln(p / (1 - p)) of the share above guessing, which is kept `edge` off 0 and 1."""
    share = (np.asarray(scores, dtype=np.float64) - floor) / (1 - floor)
    share = np.clip(share, edge, 1 - edge)
    return np.asarray(np.log(share / (1 - share)))


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoreLaw:
    """S = floor + (ceiling - floor) / (1 + exp(slope (L - middle))), slope above 0."""

    floor: float
    ceiling: float
    slope: float
    middle: float

    def score(self, loss: ArrayLike) -> Floats:
        """The score at each loss."""
        z = self.slope * (np.asarray(loss, dtype=np.float64) - self.middle)
        return np.asarray(self.floor + (self.ceiling - self.floor) * 0.5 * (1 - np.tanh(z / 2)))

    def loss(self, score: float) -> float:
        """The loss that gives a score; NaN where none does."""
        share = (score - self.floor) / (self.ceiling - self.floor)
        if not 0 < share < 1:
            return math.nan
        return self.middle - math.log(share / (1 - share)) / self.slope


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoreFit:
    """A sigmoid as fitted; `fit` has (floor - ceiling, middle, slope, ceiling)."""

    law: ScoreLaw
    fit: Fit

    @property
    def laws(self) -> tuple[ScoreLaw, ...]:
        """One for each bootstrap draw."""
        return tuple(_law(draw) for draw in self.fit.draws)


def fit_score_law(
    loss: ArrayLike, score: ArrayLike, *, perfect: bool = True, draws: int = 0, seed: int = SEED
) -> ScoreFit:
    """Fit the sigmoid, with a fall of at most 1 and a ceiling in [0, 1].

    Args:
        loss, score: (n,) each; scores in [0, 1].
        perfect: one more point says that no loss at all scores 1, as OLMo's ladder has it.
        draws: of the bootstrap over points.

    Raises:
        ValueError: not so many numbers of each, or too few.
    """
    x, y = _pairs(loss, score)
    if perfect:
        x, y = np.append(x, 0.0), np.append(y, 1.0)
    middle = float(np.median(x))
    starts = itertools.product(
        (-0.9, -0.6, -0.3), (0.5 * middle, middle, 1.5 * middle), (1.0, 3.0, 8.0, 20.0), (0.6, 1.0)
    )
    found = fit(
        _curve(x), y, list(starts), low=[-1, 0, 0, 0], high=[0, np.inf, np.inf, 1], draws=draws,
        seed=seed,
    )  # fmt: skip
    return ScoreFit(law=_law(found.parameters), fit=found)


def _law(p: Floats) -> ScoreLaw:
    # S = fall / (1 + exp(-slope (L - middle))) + ceiling, with a fall below 0.
    return ScoreLaw(
        floor=float(p[3] + p[0]), ceiling=float(p[3]), slope=float(p[2]), middle=float(p[1])
    )


def _curve(x: Floats) -> Curve:
    def curve(p: Floats) -> tuple[Floats, Floats]:
        fall, middle, slope, ceiling = (p[:, i : i + 1] for i in range(4))
        share = 0.5 * (1 + np.tanh(slope * (x - middle) / 2))
        bend = fall * share * (1 - share)
        turn = [share, -slope * bend, (x - middle) * bend, np.ones_like(share)]
        return fall * share + ceiling, np.stack(turn, axis=2)

    return curve


def _pairs(loss: ArrayLike, score: ArrayLike) -> tuple[Floats, Floats]:
    x, y = np.asarray(loss, dtype=np.float64), np.asarray(score, dtype=np.float64)
    if x.shape != y.shape or x.ndim != 1 or not (np.isfinite(x) & np.isfinite(y)).all():
        raise ValueError("losses and scores must be lists of numbers of one length")
    return x, y


@dataclass(frozen=True, slots=True, kw_only=True)
class ErrorLaw:
    """err = worst - scale exp(-rate L)."""

    worst: float
    scale: float
    rate: float

    def error(self, loss: ArrayLike) -> Floats:
        """The error at each loss."""
        return np.asarray(
            self.worst - self.scale * np.exp(-self.rate * np.asarray(loss, np.float64))
        )


def fit_error_law(loss: ArrayLike, error: ArrayLike) -> ErrorLaw:
    """Fit by least squares.

    Raises:
        ValueError: not so many numbers of each, or too few.
    """
    x, y = _pairs(loss, error)

    def curve(p: Floats) -> tuple[Floats, Floats]:
        part = np.exp(p[:, 1:2] - p[:, 2:3] * x)
        return p[:, :1] - part, np.stack([np.ones_like(part), -part, part * x], axis=2)

    starts = itertools.product((0.8, 0.9, 1.0), (-0.5, 0.5, 1.5), (0.3, 0.7, 1.5))
    worst, scale, rate = fit(curve, y, list(starts)).parameters.tolist()
    return ErrorLaw(worst=worst, scale=math.exp(scale), rate=rate)


@dataclass(frozen=True, slots=True, kw_only=True)
class Chain:
    """From size and tokens to a score, by way of the loss."""

    loss: LossLaw
    score: ScoreLaw

    def foretell(self, parameters: ArrayLike, tokens: ArrayLike) -> Floats:
        """The score of models of these sizes on so many tokens."""
        return self.score.score(self.loss.loss(parameters, tokens))
