"""A law fitted on small runs, held against large ones that it has not seen.

Beside every error stands that of the plainest forecast: what the largest of the small runs came
to stays. The module must not know where runs come from.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from mingan.scaling.fits import SEED
from mingan.scaling.loss_laws import LossFit, fit_loss_law
from mingan.scaling.score_laws import Chain, fit_score_law
from mingan.statistics.special import Floats

FEWEST = 6
"""Runs for a law of five numbers."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Runs:
    """Training runs, (n,) each: size, tokens, FLOP, final loss, and a score in [0, 1] or None.

    `left_out`: how many there were besides, of which a number is missing.
    """

    parameters: Floats
    tokens: Floats
    compute: Floats
    loss: Floats
    score: Floats | None = None
    left_out: int = 0

    def where(self, chosen: np.ndarray) -> Runs:
        """Those chosen by a mask or by places."""
        return Runs(
            parameters=self.parameters[chosen], tokens=self.tokens[chosen],
            compute=self.compute[chosen], loss=self.loss[chosen],
            score=None if self.score is None else self.score[chosen], left_out=self.left_out,
        )  # fmt: skip

    def without_highest(self, count: int) -> Runs:
        """All but the runs of the highest losses, in the order that they had."""
        kept = np.argsort(self.loss, kind="stable")[: max(self.loss.size - count, 0)]
        return self.where(np.sort(kept))


@dataclass(frozen=True, slots=True, kw_only=True)
class Off:
    """Forecasts of runs that were held out.

    Attributes:
        foretold, truth: (n,) each.
        low, high: of the mean relative error: the middle 90 % of the bootstrap draws of the law.
        unchanged: mean relative error where what the largest small run came to is said to stay.
    """

    foretold: Floats
    truth: Floats
    low: float
    high: float
    unchanged: float

    @property
    def each(self) -> Floats:
        """(n,) relative errors, signed: above 0 where too much was foretold."""
        return np.asarray(self.foretold / self.truth - 1)

    @property
    def mean(self) -> float:
        """The mean of the relative errors without their signs (MAPE)."""
        return float(np.abs(self.each).mean())

    @property
    def most(self) -> float:
        """The largest of them."""
        return float(np.abs(self.each).max())


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldOut:
    """What small runs said of large ones; `score` is by two steps, None without scores."""

    fit: LossFit
    small: Runs
    large: Runs
    loss: Off
    score: Off | None


def hold_out(
    runs: Runs, *, below: float, above: float, draws: int = 200, seed: int = SEED
) -> HeldOut:
    """Fit on the runs below one compute, foretell those from another on.

    Args:
        below, above: FLOP; runs with C < below are fitted, those with C >= above foretold.
        draws: of the bootstrap.

    Raises:
        ValueError: fewer than `FEWEST` runs to fit, or none to foretell.
    """
    small, large = runs.where(runs.compute < below), runs.where(runs.compute >= above)
    if small.loss.size < FEWEST or not large.loss.size:
        raise ValueError(f"{small.loss.size} runs to fit, {large.loss.size} to foretell")
    found = fit_loss_law(small.parameters, small.tokens, small.loss, draws=draws, seed=seed)
    largest = int(np.argmax(small.compute))

    def off(foretold: Floats, truth: Floats, drawn: list[Floats], last: float) -> Off:
        means = [float(np.abs(each / truth - 1).mean()) for each in drawn]
        low, high = np.quantile(means, [0.05, 0.95]) if means else (np.nan, np.nan)
        return Off(
            foretold=foretold, truth=truth, low=float(low), high=float(high),
            unchanged=float(np.abs(last / truth - 1).mean()),
        )  # fmt: skip

    at = (large.parameters, large.tokens)
    loss = off(
        found.law.loss(*at), large.loss, [law.loss(*at) for law in found.laws],
        float(small.loss[largest]),
    )  # fmt: skip
    score = None
    if small.score is not None and large.score is not None:
        curve = fit_score_law(small.loss, small.score, draws=draws, seed=seed)
        told = Chain(loss=found.law, score=curve.law).foretell(*at)
        drawn = [
            Chain(loss=law, score=bent).foretell(*at)
            for law, bent in zip(found.laws, curve.laws, strict=True)
        ]
        score = off(told, large.score, drawn, float(small.score[largest]))
    return HeldOut(fit=found, small=small, large=large, loss=loss, score=score)
