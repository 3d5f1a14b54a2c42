"""A model's score: an estimate, an interval, and what it would be at best and at worst.

How unknown answers enter the estimate is said in `unknowns.py`. The interval is Wilson's,

    (p + z²/2n ± z sqrt(p(1-p)/n + z²/4n²)) / (1 + z²/n),

with an effective number of questions in place of n, so that it never loses its width:

    n_eff = p~(1-p~) / (deff · sum over strata of w_h² r_h p~_h(1-p~_h) / n_h)

    p~_h   the stratum's score, drawn towards the whole by 4 pseudo-questions (about z², as
           Agresti and Coull do); p~ = sum of w_h p~_h
    r_h    (sum of squared deviations + leverage) / (n_h s_h(1-s_h) + 1): below 1 where repeats
           were averaged, above 1 where many answers are undecided
    deff   at least 1: sum over clusters of (sum of deviations)² by the sum of their squares;
           with clusters, z becomes Student's quantile with (clusters - 1) degrees of freedom

With one stratum, one repeat, no clusters and nothing unknown, r_h = deff = 1 and n_eff = n: the
interval is exactly Wilson's. The low end is taken at the lowest plausible phi, the high end at
the highest, so undecided answers widen it beyond the error of sampling.

Best and worst case count every unknown (missing ones too) as right, or as wrong. They hold the
estimate, but not the interval, which also speaks of questions that were never asked. A repeat
that was planned for no question of a model is no unknown.

Where no answer is known the score is NaN and its interval [0, 1].

The module must not know where a matrix comes from, nor how a score is put into words.
"""

from __future__ import annotations

from collections.abc import Mapping
from math import isnan

import numpy as np
from numpy.typing import NDArray

from mingan.statistics.clusters import design_effect, quantiles
from mingan.statistics.intervals import Interval, wilson_with_quantile
from mingan.statistics.matrix import Outcome, ResponseMatrix
from mingan.statistics.ranks import rank_intervals
from mingan.statistics.results import Score
from mingan.statistics.special import Floats
from mingan.statistics.unknowns import (
    DEFAULT_UNSURE_RATE,
    KNOWN,
    Evidence,
    Sample,
    UnsureRate,
    gather,
    linearise,
)

_PSEUDO_QUESTIONS = 4.0


def score_table(
    matrix: ResponseMatrix,
    *,
    level: float = 0.95,
    unsure_rate: UnsureRate = DEFAULT_UNSURE_RATE,
    ranks: bool = True,
) -> list[Score]:
    """Every model's score, best first; equal scores by name, models without a score last.

    Args:
        matrix: the outcomes.
        level: of the intervals and of the rank intervals.
        unsure_rate: how often undecided answers are right, see `unknowns.py`.
        ranks: whether to compute rank intervals, which needs all models compared in pairs.
    """
    evidence = gather(matrix)
    points = linearise(evidence, unsure_rate.point).score
    intervals = _intervals(evidence, level, unsure_rate)
    places = rank_intervals(matrix, level=level, unsure_rate=unsure_rate) if ranks else {}
    table = [
        _score(matrix, i, float(points[i]), intervals[i], level, places.get(model, (0, 0)))
        for i, model in enumerate(matrix.models)
    ]
    return sorted(table, key=lambda row: (isnan(row.score), -row.score, row.model))


def score(
    matrix: ResponseMatrix,
    model: str,
    *,
    level: float = 0.95,
    unsure_rate: UnsureRate = DEFAULT_UNSURE_RATE,
) -> Score:
    """One model's score, without ranks. KeyError if the matrix does not hold the model."""
    if model not in matrix.models:
        raise KeyError(model)
    i = matrix.models.index(model)
    alone = ResponseMatrix(
        models=(model,),
        questions=matrix.questions,
        cells=matrix.cells[i : i + 1],
        strata=matrix.strata,
        clusters=matrix.clusters,
    )
    return score_table(alone, level=level, unsure_rate=unsure_rate, ranks=False)[0]


def by_group(
    matrix: ResponseMatrix,
    groups: Mapping[str, NDArray[np.bool_]],
    *,
    level: float = 0.95,
    unsure_rate: UnsureRate = DEFAULT_UNSURE_RATE,
    ranks: bool = False,
) -> dict[str, list[Score]]:
    """A score table for each group of questions; `groups` maps a label to a mask over questions.

    A question may be in several groups, or in none. `by_label` makes masks from labels.
    """
    return {
        label: score_table(matrix.select(mask), level=level, unsure_rate=unsure_rate, ranks=ranks)
        for label, mask in groups.items()
    }


def by_label(labels: tuple[tuple[str, ...], ...]) -> dict[str, NDArray[np.bool_]]:
    """Masks for `by_group` from each question's labels, in the order of first appearance."""
    masks: dict[str, NDArray[np.bool_]] = {}
    for i, names in enumerate(labels):
        for name in names:
            masks.setdefault(name, np.zeros(len(labels), dtype=np.bool_))[i] = True
    return masks


def _intervals(evidence: Evidence, level: float, unsure_rate: UnsureRate) -> list[Interval]:
    """Each row's interval: low end at the lowest phi, high end at the highest."""
    lows, highs = [], []
    for phi in unsure_rate.range:
        sample = linearise(evidence, phi)
        sizes, quantiles = _effective(evidence, sample, level)
        ends = [
            Interval(0.0, 1.0) if isnan(p) else wilson_with_quantile(p, n, q)
            for p, n, q in zip(
                sample.score.tolist(), sizes.tolist(), quantiles.tolist(), strict=True
            )
        ]
        lows.append([end.low for end in ends])
        highs.append([end.high for end in ends])
    return [
        Interval(min(low), max(high))
        for low, high in zip(zip(*lows, strict=True), zip(*highs, strict=True), strict=True)
    ]


def _effective(evidence: Evidence, sample: Sample, level: float) -> tuple[Floats, Floats]:
    """Each row's effective number of questions, and the quantile to use with it."""
    n, s, w = sample.count, sample.stratum_score, sample.weight
    total = n.sum(axis=1, keepdims=True)
    middle = ((w * s).sum(axis=1, keepdims=True) * total + 1) / (total + 2)
    smooth = (n * s + _PSEUDO_QUESTIONS * middle) / (n + _PSEUDO_QUESTIONS)
    squares = evidence.by_stratum(sample.deviation**2)
    ratio = (squares + sample.leverage) / (n * s * (1 - s) + 1)
    variance = (w**2 * ratio * smooth * (1 - smooth) / np.maximum(n, 1)).sum(axis=1)
    centre = (w * smooth).sum(axis=1)
    sizes = np.where(variance > 0, centre * (1 - centre) / np.where(variance > 0, variance, 1), 0)
    if not evidence.clustered:
        return sizes, quantiles(evidence, level)
    at = evidence.stratum
    shift = (s - smooth)[:, at] + sample.deviation
    share = np.where(evidence.answered, (w / np.maximum(n, 1))[:, at] * shift, 0.0)
    effect = design_effect(evidence, share)
    return sizes / effect, quantiles(evidence, level)


def _score(
    matrix: ResponseMatrix,
    i: int,
    point: float,
    interval: Interval,
    level: float,
    ranks: tuple[int, int],
) -> Score:
    cells = matrix.cells[i]
    planned = cells[:, (cells != Outcome.ABSENT).any(axis=0)]
    count = {o: int((planned == o).sum()) for o in Outcome}
    total = max(planned.size, 1)
    best = (total - count[Outcome.WRONG]) / total
    worst = count[Outcome.RIGHT] / total
    return Score(
        model=matrix.models[i],
        # Only rounding can carry the estimate past its bounds.
        score=point if isnan(point) else min(max(point, worst), best),
        low=interval.low,
        high=interval.high,
        best_case=best,
        worst_case=worst,
        right=count[Outcome.RIGHT],
        wrong=count[Outcome.WRONG],
        unsure=count[Outcome.UNSURE],
        ungraded=count[Outcome.UNGRADED],
        refused=count[Outcome.REFUSED],
        truncated=count[Outcome.TRUNCATED],
        empty=count[Outcome.EMPTY],
        failed=count[Outcome.FAILED],
        absent=count[Outcome.ABSENT],
        questions=int(np.isin(planned, KNOWN).any(axis=1).sum()),
        repeats=planned.shape[1],
        level=level,
        rank_low=ranks[0],
        rank_high=ranks[1],
    )
