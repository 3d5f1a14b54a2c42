"""Standard errors of a mean score: plain, clustered, stratified, of repeats, paired, bootstrap.

Everything takes plain numbers (one value for a question) and gives plain numbers. It must not
know of unknown answers, nor turn an error into an interval.

Formulas as in Miller, "Adding error bars to evals" (arXiv 2411.00640).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from mingan.statistics.special import Floats

_BOOTSTRAP_CELLS = 2_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Variances:
    """Where the spread of a score comes from.

    Attributes:
        questions: variance of the questions' true means (some are harder).
        repeats: mean variance of repeats of one question (the model is not always of one mind).
    """

    questions: float
    repeats: float


def standard_error(values: ArrayLike) -> float:
    """Standard error of the mean of independent values: sqrt(sum (s - mean)^2 / (n (n-1)))."""
    x = _values(values, least=2)
    return float(x.std(ddof=1) / np.sqrt(x.size))


def clustered_error(
    values: ArrayLike, clusters: Sequence[str] | ArrayLike, *, few_clusters: bool = False
) -> float:
    """Standard error of a mean when values in one cluster hang together.

    sqrt(sum over clusters of (sum of s - mean within it)^2) / n. With `few_clusters` it is
    enlarged by sqrt(C / (C - 1)), as befits a small number C of clusters.
    """
    x = _values(values, least=2)
    _, index = np.unique(np.asarray(clusters), return_inverse=True)
    if index.size != x.size:
        raise ValueError(f"{index.size} cluster labels for {x.size} values")
    sums = np.bincount(index, weights=x - x.mean())
    if sums.size < 2:
        raise ValueError("a clustered error needs at least 2 clusters")
    error = float(np.sqrt(np.square(sums).sum()) / x.size)
    return error * float(np.sqrt(sums.size / (sums.size - 1))) if few_clusters else error


def stratified_error(
    values: ArrayLike, strata: Sequence[str] | ArrayLike, weights: dict[str, float] | None = None
) -> float:
    """Standard error of sum w_h mean_h: sqrt(sum w_h^2 var_h / n_h).

    `weights` by stratum; without them each stratum weighs as its share of the values.
    """
    x = _values(values, least=2)
    names, index = np.unique(np.asarray(strata), return_inverse=True)
    if index.size != x.size:
        raise ValueError(f"{index.size} stratum labels for {x.size} values")
    total = 0.0
    for h, name in enumerate(names.tolist()):
        inside = x[index == h]
        weight = inside.size / x.size if weights is None else weights[name]
        total += (weight * standard_error(inside)) ** 2
    return float(np.sqrt(total))


def repeats_error(table: ArrayLike) -> float:
    """Standard error of the mean over questions x repeats; NaN marks a repeat that is missing.

    Repeats of a question are averaged first. The spread of these averages already holds the
    spread between repeats, so nothing is added to it, and repeats never count as questions.
    """
    return standard_error(_question_means(table))


def variances(table: ArrayLike) -> Variances:
    """Split the spread of a (questions x repeats) table; NaN marks a repeat that is missing.

    By the analysis of variance: the mean within-question variance, and the variance of question
    means less what repeats add to it (never below 0). Needs 2 repeats of some question.
    """
    x = np.asarray(table, dtype=np.float64)
    means, count = _question_means(x), (~np.isnan(x)).sum(axis=1)
    often = count >= 2
    if not often.any():
        raise ValueError("the spread of repeats needs some question that was repeated")
    within = float(np.nanvar(x[often], axis=1, ddof=1).mean())
    between = float(means.var(ddof=1)) - within * float((1 / count[count > 0]).mean())
    return Variances(questions=max(0.0, between), repeats=within)


def paired_error(a: ArrayLike, b: ArrayLike) -> float:
    """Standard error of mean(a) - mean(b) when both answered the same questions, in one order."""
    first, second = _values(a, least=2), _values(b, least=2)
    if first.size != second.size:
        raise ValueError(f"a pair needs the same questions, not {first.size} and {second.size}")
    return standard_error(first - second)


def bootstrap_error(values: ArrayLike, *, resamples: int = 2000, seed: int = 0) -> float:
    """Standard deviation of the means of `resamples` draws with replacement; deterministic."""
    x = _values(values, least=2)
    rng = np.random.default_rng(seed)
    rows = max(1, _BOOTSTRAP_CELLS // x.size)
    means: list[Floats] = []
    for start in range(0, resamples, rows):
        draw = rng.integers(0, x.size, size=(min(rows, resamples - start), x.size))
        means.append(x[draw].mean(axis=1))
    return float(np.concatenate(means).std(ddof=1))


def _values(values: ArrayLike, *, least: int) -> Floats:
    x = np.asarray(values, dtype=np.float64)
    if x.ndim != 1 or x.size < least:
        raise ValueError(f"needs a list of at least {least} numbers, not shape {x.shape}")
    return x


def _question_means(table: ArrayLike) -> Floats:
    x = np.asarray(table, dtype=np.float64)
    if x.ndim != 2:
        raise ValueError(f"needs a table of questions x repeats, not shape {x.shape}")
    count = (~np.isnan(x)).sum(axis=1)
    asked = count > 0
    return np.asarray(np.nansum(x[asked], axis=1) / count[asked])
