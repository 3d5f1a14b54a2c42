"""The score on all questions from the answers to a few, well chosen.

What models before got tells how hard each question is (`irt.py`). The next question to ask is the
one that tells most of what is still open: the score on all of them. The
answers so far give the ability, the ability the chance of a right answer to each of the others,
and both together the estimate (p-IRT, after Polo et al., arXiv 2402.14992):

    score = (sum of what was answered + sum over the rest of its expected share right) / Q

Its spread has two parts: what the ability could be, and what each unasked question would turn out
as. Since the model is never quite true, the interval is calibrated: models that took no part in
the fit are tested in the same way, and the interval is widened by as much as it takes to hold their
scores (split conformal prediction; Lei et al., JASA 113, 2018). Misses are counted in units of
the model's spread plus 0.03 for what is wrong with the curves themselves: with 10 to 25 reference
models that gives a fifth to half of the width that units of the spread alone would, and with 60
the same. The module must not know what was
asked, nor who is tested.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from mingan.statistics.irt import GRID, ItemCurves, fit
from mingan.statistics.paired import SEED
from mingan.statistics.special import Floats, normal_quantile
from mingan.statistics.unknowns import Flags

FEWEST_MODELS = 10
"""Fewer models that answered before are too few to choose questions by."""

LONGEST = 100
"""Questions up to which short tests are tried out; a longer one is trusted as that one is."""

_FOLDS = 4
_TINY = 1e-12
_NEVER_TRUE = 0.03


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """A score on all Q questions, of which only some were asked.

    Attributes:
        score, low, high: with the interval at `level`, within what is possible at all.
        error: the spread that the model gives, before calibration; `widened` by how much the
            interval is wider than that alone would make it.
        asked, of: how many questions; `ability`, `ability_error` on the scale of `irt.py`.
    """

    score: float
    low: float
    high: float
    error: float
    widened: float
    asked: int
    of: int
    ability: float
    ability_error: float
    level: float = 0.9


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What earlier models tell about the questions.

    Attributes:
        curves: of every question.
        misses: (n, S) for each reference model, by how many units its estimate missed its score
            after 1, 2, … S questions; NaN where it had no more answers. Each was tested by
            curves that it took no part in.
    """

    curves: ItemCurves
    misses: Floats
    strata: tuple[str, ...]
    askable: Flags

    def test(self) -> ShortTest:
        """A test of a further model."""
        return ShortTest(self.curves, self.strata, askable=self.askable)


def learn(
    rates: ArrayLike, *, strata: Sequence[str] = (), askable: ArrayLike | None = None,
    longest: int = LONGEST, seed: int = SEED,
) -> Known:  # fmt: skip
    """Fit the questions, and find out how far short tests of them can be trusted.

    Args:
        rates: (M, Q) shares right of earlier models; NaN where there is none.
        strata, askable: as for `ShortTest`.
        longest: questions up to which tests are tried out.

    Raises:
        ValueError: fewer than `FEWEST_MODELS` models.
    """
    x = np.asarray(rates, dtype=np.float64)
    if x.ndim != 2 or x.shape[0] < FEWEST_MODELS:
        raise ValueError(f"needs {FEWEST_MODELS} models or more")
    may = np.ones(x.shape[1], np.bool_) if askable is None else np.asarray(askable, np.bool_)
    most = min(longest, int(may.sum()))
    part = np.random.default_rng(seed).permutation(x.shape[0]) % _FOLDS
    misses = np.full((x.shape[0], most), np.nan)
    for k in range(_FOLDS):
        curves = fit(x[part != k])
        for model in np.flatnonzero(part == k):
            misses[model] = _try_out(curves, x[model], most, strata, may)
    return Known(curves=fit(x), misses=misses, strata=tuple(strata), askable=may)


def _try_out(
    curves: ItemCurves, answers: Floats, most: int, strata: Sequence[str], may: Flags
) -> Floats:
    """By how many units the estimate misses, after each question; NaN beyond the answers."""
    there = ~np.isnan(answers)
    labels = [label for label, known in zip(strata, there, strict=False) if known]
    test = ShortTest(curves.select(there), labels, askable=may[there])
    found, mine = np.full(most, np.nan), answers[there]
    for place in range(min(most, int(may[there].sum()))):
        question = test.next()
        test.answer(question, float(mine[question]))
        score, error = test.score()
        found[place] = (score - float(mine.mean())) / (error + _NEVER_TRUE)
    return found


class ShortTest:
    """One test of one model, question by question: a pure function of what was answered."""

    def __init__(
        self, curves: ItemCurves, strata: Sequence[str] = (), *, askable: ArrayLike | None = None
    ) -> None:
        """Takes the questions.

        Args:
            strata: a label for each; none is asked beyond its share of them, rounded up.
            askable: (Q,) which may be asked; the score is of all. None for all.
        """
        self.curves = curves
        self.order: list[int] = []
        self._chances = curves.chances
        self._spread = self._chances * (1 - self._chances)
        self._logs = np.log(self._chances), np.log1p(-self._chances)
        self._likelihood = np.zeros(GRID.size)
        self._rates = np.full(curves.a.size, np.nan)
        self._lost = np.zeros(curves.a.size, dtype=np.bool_)
        self._askable = np.ones(curves.a.size, np.bool_) if askable is None else np.asarray(askable)
        names, index = np.unique(np.asarray(strata or [""] * curves.a.size), return_inverse=True)
        self._stratum = index.reshape(-1)
        self._share = np.bincount(self._stratum, minlength=names.size) / max(curves.a.size, 1)

    def answer(self, question: int, rate: float | None) -> None:
        """Take in the share right of one question; None where nothing came of asking it."""
        self.order.append(question)
        if rate is None or math.isnan(rate):
            self._lost[question] = True
        else:
            self._rates[question] = rate
            right, wrong = self._logs
            self._likelihood += rate * right[question] + (1 - rate) * wrong[question]

    def next(self) -> int:
        """The question that tells most now, of a stratum that has not had its share yet.

        Raises:
            ValueError: all that may be asked have been.
        """
        left = self._askable & np.isnan(self._rates) & ~self._lost
        if not left.any():
            raise ValueError("every question that may be asked has been")
        fair = left & self._open()[self._stratum]
        return int(np.argmax(np.where(fair if fair.any() else left, self._worth(), -1.0)))

    def score(self) -> tuple[float, float]:
        """The estimate of the share right of all questions, and its spread by the model."""
        weights = self._ability()
        known = ~np.isnan(self._rates)
        rest = self._chances[~known].sum(axis=0)
        mean = float(weights @ rest)
        of_ability = float(weights @ (rest - mean) ** 2)
        of_answers = float(weights @ self._spread[~known].sum(axis=0))
        size = max(self._rates.size, 1)
        score = (float(np.nansum(self._rates)) + mean) / size
        return score, math.sqrt(of_ability + of_answers) / size

    def estimate(self, known: Known, *, level: float = 0.9) -> Estimate:
        """The estimate with its calibrated interval."""
        score, error = self.score()
        answered = int((~np.isnan(self._rates)).sum())
        usual = normal_quantile((1 + level) / 2) * error
        weights = self._ability()
        mean = float(weights @ GRID)
        size = self._rates.size
        right = float(np.nansum(self._rates))
        least, most = right / size, (right + size - answered) / size
        # However well the trials went, what is open by the curves themselves stays open.
        half = max(widening(known, answered, level) * (error + _NEVER_TRUE), usual)
        return Estimate(
            score=score, low=max(score - half, least), high=min(score + half, most), error=error,
            widened=half / max(usual, _TINY),
            asked=answered, of=size, ability=mean,
            ability_error=math.sqrt(float(weights @ (GRID - mean) ** 2)), level=level,
        )  # fmt: skip

    def _worth(self) -> Floats:
        """(Q,) by how much each answer would narrow the score of them all.

        Cov(answer, total)^2 / Var(answer) over what the ability may be: the part of the total's
        spread that the answer explains. Fisher information at one ability asks what tells where
        the model stands; this asks what tells its score, which is what is wanted.
        """
        weights = self._ability()
        total = self._chances.sum(axis=0)
        apart = total - weights @ total
        mean = self._chances @ weights
        return np.asarray((self._chances @ (weights * apart)) ** 2 / (mean * (1 - mean)))

    def _ability(self) -> Floats:
        logs = self._likelihood - GRID**2 / 2
        weights = np.exp(logs - logs.max())
        return np.asarray(weights / weights.sum())

    def _open(self) -> Flags:
        """Which strata have not had their share of the questions yet, rounded up."""
        asked = np.bincount(self._stratum[self.order], minlength=self._share.size)
        return np.asarray(asked < np.ceil(self._share * (len(self.order) + 1) - _TINY))


def widening(known: Known, asked: int, level: float) -> float:
    """By how many units the interval reaches to each side, after so many questions.

    The quantile of the misses after as many, with the rank of conformal prediction,
    ceil((n + 1) level) of n; inf where too few models were tried for the level.
    """
    if asked < 1:
        return math.inf
    misses = np.sort(np.abs(known.misses[:, min(asked, known.misses.shape[1]) - 1]))
    misses = misses[~np.isnan(misses)]
    rank = math.ceil((misses.size + 1) * level)
    return float(misses[rank - 1]) if 0 < rank <= misses.size else math.inf
