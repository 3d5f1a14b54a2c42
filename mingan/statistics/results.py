"""The shapes that this room hands upstairs: a score, and a comparison of two models.

Scores, differences and interval ends are in [0, 1] (differences in [-1, 1]), never in percent.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """How good one model was on one set of questions.

    Attributes:
        score, low, high: the estimate and its interval at `level`; how answers that are unsure
            or missing enter is said in `statistics/scores.py`.
        best_case, worst_case: the score if everything not known were right, or wrong.
        rank_low, rank_high: the ranks that the data do not rule out, from simultaneous
            comparisons; 1 is best. Both 0 where ranks were not computed.
        right … absent: counts of answers (repeats counted one by one).
        questions: how many distinct questions the score rests on.
    """

    model: str
    score: float
    low: float
    high: float
    best_case: float
    worst_case: float
    right: int
    wrong: int
    unsure: int
    ungraded: int
    refused: int
    truncated: int
    empty: int
    failed: int
    absent: int
    questions: int
    repeats: int
    level: float = 0.95
    rank_low: int = 0
    rank_high: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """Model `a` against model `b` on the questions that both were asked.

    Attributes:
        difference, low, high: score of a minus score of b, with its interval at `level`.
        p: two-sided p-value of no difference; `p_adjusted` after Holm over all pairs tested
            together (equal to p where there was only one pair).
        verdict: "a" or "b" is better, or the data cannot tell.
        wins, losses, ties: questions on which only a, only b, both or neither did better.
        questions: how many questions the pair shares.
        questions_needed: about how many questions in all would show a difference as large as
            the one seen, with 80 % power; None where no number could (no difference seen).
        detectable: the smallest difference that this many questions show with 80 % power.
        unsure_matters: the verdict would not stand if every unknown went against it.
        method: "mcnemar" (exact) or "sign-flip" (permutation).
    """

    a: str
    b: str
    difference: float
    low: float
    high: float
    p: float
    p_adjusted: float
    verdict: Literal["a", "b", "cannot tell"]
    wins: int
    losses: int
    ties: int
    questions: int
    questions_needed: int | None
    detectable: float
    unsure_matters: bool
    method: Literal["mcnemar", "sign-flip"]
    level: float = 0.95
