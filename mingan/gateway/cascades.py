"""Cascades in numbers: when a cheap answer may be taken, and what that is worth.

Pure functions over arrays. Confidence is anything from 0 to 1 that goes with being right:
agreement of samples, a log-probability margin, a rule, a judge.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import permutations

import numpy as np
from numpy.typing import ArrayLike

from mingan.gateway.sparse import Floats
from mingan.statistics.intervals import clopper_pearson

LONGEST = 3
"""A cascade has at most so many members."""

STEPS = 20


def threshold(
    confidence: ArrayLike, right: ArrayLike, *, wanted: float, level: float = 0.95
) -> float | None:
    """The least confidence from which on answers are right often enough, surely.

    Thresholds are tested from the strictest down, each by the lower Clopper-Pearson bound of the
    share right among the answers that it takes, and the first that fails ends it; so the level
    holds although several are tested (fixed-sequence testing).

    Args:
        confidence, right: of each calibration question, both 0 to 1.
        wanted: share right among the answers taken, at least.

    Returns:
        None where no threshold is sure enough.
    """
    sure, ok = np.asarray(confidence, float), np.asarray(right, float)
    steps = np.unique(np.quantile(sure, np.linspace(0, 1, STEPS))) if len(sure) else sure
    found = None
    for step in steps[::-1]:
        taken = ok[sure >= step]
        # One-sided at `level`; a handful of questions cannot pass, and does not end the sequence.
        bound = clopper_pearson(float(taken.sum()), float(len(taken)), level=2 * level - 1)
        if bound.low >= wanted:
            found = float(step)
        elif len(taken) >= _least(wanted, level):
            break
    return found


def _least(wanted: float, level: float) -> int:
    """How many right in a row it takes to be sure of `wanted`."""
    return int(np.ceil(np.log(1 - level) / np.log(min(max(wanted, 1e-6), 1 - 1e-6))))


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """Members in order (by column), and by member but the last when its answer is taken."""

    order: tuple[int, ...]
    accept: tuple[float, ...]


def follow(
    plan: Plan, confidence: Floats, scores: Floats, costs: Floats, *, asks: int = 1
) -> tuple[Floats, Floats]:
    """Quality and cost of a cascade, by question.

    Args:
        confidence, scores, costs: (questions, models); costs of one answer.
        asks: how often a member that is not the last is asked.
    """
    size = len(scores)
    got, paid, open_ = np.zeros(size), np.zeros(size), np.ones(size, bool)
    for place, model in enumerate(plan.order):
        last = place == len(plan.order) - 1
        paid[open_] += costs[open_, model] * (1 if last else asks)
        taken = open_ if last else open_ & (confidence[:, model] >= plan.accept[place])
        got[taken] = scores[taken, model]
        open_ = open_ & ~taken
    return got, paid


def best_plan(
    confidence: Floats, scores: Floats, costs: Floats, *, wanted: float, asks: int = 1
) -> Plan | None:
    """The cheapest cascade whose answers reach a wanted quality on calibration questions.

    Its members rise in price. Accepted answers must be right as often as `wanted`, surely (see
    `threshold`); the last member's answers are taken as they come.
    """
    cuts = [
        threshold(confidence[:, m], scores[:, m], wanted=wanted) for m in range(scores.shape[1])
    ]
    mean = costs.mean(axis=0)
    best, least = None, np.inf
    for length in range(2, min(LONGEST, scores.shape[1]) + 1):
        for order in permutations(range(scores.shape[1]), length):
            accept = [cuts[m] for m in order[:-1]]
            if any(cut is None for cut in accept) or list(order) != sorted(
                order, key=lambda m: mean[m]
            ):
                continue
            plan = Plan(order=order, accept=tuple(cut for cut in accept if cut is not None))
            got, paid = follow(plan, confidence, scores, costs, asks=asks)
            if got.mean() >= wanted and paid.mean() < least:
                best, least = plan, float(paid.mean())
    return best
