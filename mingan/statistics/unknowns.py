"""How answers that are neither right nor wrong enter a score.

There are two kinds of unknown, and they are treated apart.

*Undecided* (unsure, refused, truncated, empty): the model did answer, and no verdict came of it.
Such answers are not missing at random: a rule recognises a right answer more easily than a wrong
one, so the rate over the decided answers flatters. An undecided answer counts `phi` times the
rate of right answers among the decided ones, and since nobody knows phi exactly, it has a point
and a plausible range (`UnsureRate`).

*Missing* (failed, absent, ungraded): the fault of the road, or nothing that could be graded. The
score is what it would be if that question had not been asked; the stratum keeps its weight.

So for a model, with N answered questions in a stratum, K of them with a verdict, r the share of
right ones among these K:

    score of the stratum  s_h = (sum of x over the K  +  phi (N - K) r_h) / N
    score                 s   = sum of w_h s_h,   w_h = the stratum's share of all questions

where x is the question's own share of right repeats; an undecided repeat of a question with
other, decided repeats counts phi times the share of right ones among those. r_h leans on the
model's rate over all strata with the weight of one question, so that a stratum without verdicts
borrows it.

This module turns a matrix into such values and their first-order deviations. It must not know
of intervals or tests.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mingan.statistics.matrix import Outcome, ResponseMatrix
from mingan.statistics.special import Floats

Flags = NDArray[np.bool_]
Indices = NDArray[np.intp]
Reals = NDArray[np.floating[Any]]

KNOWN = (Outcome.RIGHT, Outcome.WRONG)
UNDECIDED = (Outcome.UNSURE, Outcome.REFUSED, Outcome.TRUNCATED, Outcome.EMPTY)
MISSING = (Outcome.FAILED, Outcome.ABSENT, Outcome.UNGRADED)


@dataclass(frozen=True, slots=True, kw_only=True)
class UnsureRate:
    """How often undecided answers are right, as a share of how often decided ones are.

    The point was measured: of 232 answers to 107 Z-Bench questions that the rules of 2026-11
    left unsure and blind readers decided (people, and a model beyond their set), 53 were right
    (23 %), against 46 % of the 1,261 decided ones: phi = .50; in the four sets of questions .78,
    .53, .44 and .49. What of it people's own verdicts cover is checked in
    tests/acceptance/test_zbench_scores.py.

    Attributes:
        point: phi for the estimate.
        low, high: the plausible range of phi; the interval's ends take one each. The widest,
            0 to 1, says: from never right to just as often right as the others.
    """

    point: float = 0.5
    low: float = 0.0
    high: float = 1.0

    def __post_init__(self) -> None:
        if not 0 <= self.low <= self.point <= self.high <= 1:
            raise ValueError(
                f"needs 0 <= low <= point <= high <= 1, not {self.low}, {self.point}, {self.high}"
            )

    @property
    def range(self) -> tuple[float, ...]:
        """Low, point, high, each once, in that order."""
        return tuple(sorted({self.low, self.point, self.high}))


DEFAULT_UNSURE_RATE = UnsureRate()


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """What is known of each model on each question, repeats averaged; R rows, Q columns.

    The columns are sorted by stratum.

    Attributes:
        rate: share of right ones among the decided repeats (0 where none was decided).
        share: share of decided ones among the answered repeats (0 where none was decided).
        known, answered: whether any repeat was decided; whether any was answered.
        stratum: Q indices; `weight`: each stratum's share of all questions.
        unit: Q indices of what is drawn as one: the question, or its cluster.
        unit_count: how many units there are.
    """

    rate: Floats
    share: Floats
    known: Flags
    answered: Flags
    stratum: Indices
    weight: Floats
    unit: Indices
    unit_count: int

    @property
    def clustered(self) -> bool:
        """Whether some questions hang together."""
        return self.unit_count < self.unit.size

    def rows(self, index: Indices, among: Flags) -> Evidence:
        """Some rows (they may repeat), counting only the questions of `among` as answered."""
        return Evidence(
            rate=self.rate[index],
            share=self.share[index],
            known=self.known[index] & among,
            answered=self.answered[index] & among,
            stratum=self.stratum,
            weight=self.weight,
            unit=self.unit,
            unit_count=self.unit_count,
        )

    def values(self, phi: float) -> Floats:
        """(R, Q): the question's value x; 0 where no repeat was decided."""
        return np.asarray(self.known * self.rate * (self.share + phi * (1 - self.share)))

    def by_stratum(self, values: NDArray[np.generic]) -> Floats:
        """(R, Q) summed within strata: (R, H)."""
        starts = np.searchsorted(self.stratum, np.arange(self.weight.size))
        return np.asarray(np.add.reduceat(values, starts, axis=1, dtype=np.float64))

    def by_unit(self, values: Floats) -> Floats:
        """(R, Q) summed within units: (R, units)."""
        order = np.argsort(self.unit, kind="stable")
        starts = np.searchsorted(self.unit[order], np.arange(self.unit_count))
        return np.add.reduceat(values[:, order], starts, axis=1)


def gather(matrix: ResponseMatrix) -> Evidence:
    """Average the repeats of a matrix and number its strata and clusters.

    An empty cluster label means that the question stands alone.
    """
    strata = np.asarray(matrix.strata or [""] * len(matrix.questions), dtype=np.str_)
    _, stratum = np.unique(strata, return_inverse=True)
    order = np.argsort(stratum, kind="stable")
    cells = matrix.cells[:, order, :]
    right = (cells == Outcome.RIGHT).sum(axis=2)
    known = np.isin(cells, KNOWN).sum(axis=2)
    answered = known + np.isin(cells, UNDECIDED).sum(axis=2)
    unit, unit_count = _units(matrix)
    return Evidence(
        rate=right / np.maximum(known, 1),
        share=known / np.maximum(answered, 1),
        known=known > 0,
        answered=answered > 0,
        stratum=stratum[order],
        weight=np.bincount(stratum) / max(stratum.size, 1),
        unit=unit[order],
        unit_count=unit_count,
    )


def _units(matrix: ResponseMatrix) -> tuple[Indices, int]:
    clusters = matrix.clusters or ("",) * len(matrix.questions)
    # Sorted by name, so that the order of the questions changes nothing that is drawn by unit.
    labels = [
        ("cluster", cluster) if cluster else ("question", question)
        for cluster, question in zip(clusters, matrix.questions, strict=True)
    ]
    number = {label: i for i, label in enumerate(sorted(set(labels)))}
    return np.asarray([number[label] for label in labels], dtype=np.intp), len(number)


def blend(
    *,
    whole: Reals,
    right: Reals,
    known: Reals,
    answered: Reals,
    weight: Reals,
    phi: float,
) -> Reals:
    """The score, from sums by stratum (the first axis): the formula at the top of this module.

    Args:
        whole, right: sums of x, and of the shares of right ones, over questions with a verdict.
        known, answered: numbers of questions with a verdict, and answered.
        weight: of each stratum; those without an answered question pass theirs on to the others.
        phi: what an undecided answer counts, in shares of the rate of the decided ones.

    Where nothing is known at all it gives 0; the caller must not show that.
    """
    rate = _stratum_rate(right, known)
    scores = (whole + phi * (answered - known) * rate) / np.maximum(answered, 1)
    weights = weight * (answered > 0)
    total = weights.sum(axis=0)
    return np.asarray((weights * scores).sum(axis=0) / np.where(total > 0, total, 1))


def _stratum_rate(right: Reals, known: Reals) -> Reals:
    overall = right.sum(axis=0) / np.maximum(known.sum(axis=0), 1)
    return np.asarray((right + overall) / (known + 1))


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """Scores with their first-order deviations: what an error of them is computed from.

    Attributes:
        score: (R,), NaN where nothing is known.
        stratum_score, count, weight: (R, H); weights sum to 1 over strata with answers.
        deviation: (R, Q): what each question adds, less its stratum's mean; 0 where unanswered.
        leverage: (R, H), at least 1: how much more a verdict weighs because it also speaks for
            questions without one. With phi = 1 it is answered / known.
    """

    score: Floats
    stratum_score: Floats
    count: Floats
    weight: Floats
    deviation: Floats
    leverage: Floats


def linearise(evidence: Evidence, phi: float) -> Sample:
    """Scores and deviations of each row; the delta method for the formula at the top."""
    values = evidence.values(phi)
    known, count = evidence.by_stratum(evidence.known), evidence.by_stratum(evidence.answered)
    right = evidence.by_stratum(evidence.rate * evidence.known)
    rate, open_ = _stratum_rate(right.T, known.T).T, count - known
    scores = (evidence.by_stratum(values) + phi * open_ * rate) / np.maximum(count, 1)
    weights = evidence.weight * (count > 0)
    weights = weights / np.maximum(weights.sum(axis=1, keepdims=True), 1e-300)
    overall = right.sum(axis=1, keepdims=True) / np.maximum(known.sum(axis=1, keepdims=True), 1)
    own, shared = _lifts(known, count, weights, phi)
    at = evidence.stratum
    decided = values + own[:, at] * (evidence.rate - rate[:, at])
    decided = decided + shared[:, at] * (evidence.rate - overall)
    linear = np.where(evidence.known, decided, phi * rate[:, at])
    centre = evidence.by_stratum(linear * evidence.answered) / np.maximum(count, 1)
    leverage = np.maximum(known, 1) / np.maximum(count, 1) * (1 + own + shared) ** 2
    return Sample(
        score=np.where(known.sum(axis=1) > 0, (weights * scores).sum(axis=1), np.nan),
        stratum_score=scores,
        count=count,
        weight=weights,
        deviation=np.where(evidence.answered, linear - centre[:, at], 0.0),
        leverage=np.maximum(1.0, leverage),
    )


def _lifts(known: Floats, count: Floats, weight: Floats, phi: float) -> tuple[Floats, Floats]:
    """What a verdict adds through undecided answers: by its stratum's rate, by the overall rate."""
    own = phi * (count - known) / (known + 1)
    per_question = weight / np.maximum(count, 1)
    through = (per_question * own).sum(axis=1, keepdims=True)
    total = np.maximum(known.sum(axis=1, keepdims=True), 1)
    shared = through / total / np.where(per_question > 0, per_question, 1)
    return own, np.where(per_question > 0, shared, 0.0)
