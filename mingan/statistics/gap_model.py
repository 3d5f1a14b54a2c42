"""A gap between public questions and hidden twins on the logit scale, allowing for ability.

The model of pair j and model m is logit P = theta_m + b_j on the public side, and on the hidden
one theta_m (1 + gamma) + b_j + u_j - delta_m: the hidden twin may be harder by u_j, and harder
for strong models than for weak ones by gamma; delta_m is what this model gains on the public side
beyond that. Questions (b, u) and gamma are fitted on the references alone, with normal priors
whose variances are fitted too, by alternating Newton steps. Then theta and delta of one further
model have two unknowns only.

Honest models differ in delta by more than chance. So delta is held against the deltas of the
references, each with the questions fitted on the others, by Student's t; that is as sure as the
references' deltas are about normal. The module must not know what the questions are.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from mingan.statistics.special import Floats, student_cdf, student_quantile

FEWEST = 5
"""So many references it takes."""

_STEPS = 30
_PRIOR_THETA = 0.05
"""Precision of the abilities: enough that a model that is always right has a finite one."""

_LARGEST = 8.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Questions:
    """What the references tell of the pairs: how hard, how much harder hidden, and gamma."""

    public: Floats
    hidden: Floats
    gamma: float


@dataclass(frozen=True, slots=True, kw_only=True)
class LogitGap:
    """One model's delta in logits, beyond those of the references.

    Attributes:
        delta, low, high: the model's delta less the mean of the references', with its interval.
        p: one-sided, that it is not above 0.
        points: what delta makes in the score on the public side, in [-1, 1].
        spread: standard deviation of the references' deltas.
        references: how many.
    """

    delta: float
    low: float
    high: float
    p: float
    points: float
    spread: float
    references: int
    level: float = 0.95


@dataclass(frozen=True, slots=True, kw_only=True)
class GapModel:
    """The references, fitted: what further models are held against."""

    questions: Questions
    deltas: Floats


def gap_model(public: ArrayLike, hidden: ArrayLike) -> GapModel:
    """Fit the references.

    Args:
        public, hidden: (references, pairs), shares right in [0, 1]; NaN where there is none.

    Raises:
        ValueError: tables of unlike shape, or fewer than 5 references.
    """
    x, y = np.asarray(public, dtype=np.float64), np.asarray(hidden, dtype=np.float64)
    if x.ndim != 2 or x.shape != y.shape:
        raise ValueError(f"needs two tables of one shape, not {x.shape} and {y.shape}")
    if len(x) < FEWEST:
        raise ValueError(f"needs at least {FEWEST} references, not {len(x)}")
    deltas = [
        _delta(_questions(np.delete(x, r, axis=0), np.delete(y, r, axis=0)), x[r], y[r])[1]
        for r in range(len(x))
    ]
    return GapModel(questions=_questions(x, y), deltas=np.asarray(deltas))


def logit_gap(
    model: GapModel, *, public: ArrayLike, hidden: ArrayLike, level: float = 0.95
) -> LogitGap:
    """One further model on the same pairs."""
    x, y = np.asarray(public, dtype=np.float64), np.asarray(hidden, dtype=np.float64)
    theta, own = _delta(model.questions, x, y)
    known = model.deltas[~np.isnan(model.deltas)]
    if np.isnan(own) or known.size < FEWEST:
        nan = float("nan")
        return LogitGap(delta=nan, low=nan, high=nan, p=1.0, points=nan, spread=nan,
                        references=known.size, level=level)  # fmt: skip
    beyond, spread = own - float(known.mean()), float(known.std(ddof=1))
    error = max(spread, 1e-9) * (1 + 1 / known.size) ** 0.5
    half = student_quantile((1 + level) / 2, known.size - 1) * error
    used = ~np.isnan(x) & ~np.isnan(y)
    logits = theta + model.questions.public[used]
    points = float((_sigmoid(logits) - _sigmoid(logits - beyond)).mean())
    return LogitGap(
        delta=beyond, low=beyond - half, high=beyond + half, points=points, spread=spread,
        p=student_cdf(-beyond / error, known.size - 1), references=known.size, level=level,
    )  # fmt: skip


# --- pieces -------------------------------------------------------------------------------------


def _questions(x: Floats, y: Floats) -> Questions:
    """b, u and gamma of the references, by turns: abilities, questions, gamma, variances."""
    both = np.stack([x, y])
    known = ~np.isnan(both)
    right = np.where(known, both, 0.0)
    weight = known.astype(np.float64)
    theta, gamma = np.zeros(len(x)), 0.0
    b, u = np.zeros(x.shape[1]), np.zeros(x.shape[1])
    centre, variance = np.zeros(2), np.ones(2)
    for _ in range(_STEPS):
        for _ in range(2):
            theta = _abilities(right, weight, b, u, gamma, theta)
        b, u, centre, variance = _difficulties(right, weight, b, u, gamma, theta, centre, variance)
        gamma = _slope(right, weight, b, u, gamma, theta)
    return Questions(public=b, hidden=b + u, gamma=gamma)


def _probabilities(b: Floats, u: Floats, gamma: float, theta: Floats) -> Floats:
    logits = np.stack([theta[:, None] + b, theta[:, None] * (1 + gamma) + b + u])
    return _sigmoid(logits)


def _abilities(
    right: Floats, weight: Floats, b: Floats, u: Floats, gamma: float, theta: Floats
) -> Floats:
    p = _probabilities(b, u, gamma, theta)
    factor = np.asarray([1.0, 1 + gamma])[:, None, None]
    slope = (factor * (right - weight * p)).sum(axis=(0, 2)) - _PRIOR_THETA * theta
    bend = (factor**2 * weight * p * (1 - p)).sum(axis=(0, 2)) + _PRIOR_THETA
    return _limited(theta + np.clip(slope / bend, -1, 1))


def _difficulties(
    right: Floats, weight: Floats, b: Floats, u: Floats, gamma: float, theta: Floats,
    centre: Floats, variance: Floats,
) -> tuple[Floats, Floats, Floats, Floats]:  # fmt: skip
    """A Newton step in (b, u) of every pair, then the normal priors' means and variances."""
    p = _probabilities(b, u, gamma, theta)
    off = (right - weight * p).sum(axis=1)  # (side, pair)
    info = (weight * p * (1 - p)).sum(axis=1)
    g_b = off.sum(axis=0) - (b - centre[0]) / variance[0]
    g_u = off[1] - (u - centre[1]) / variance[1]
    h_bb, h_uu, h_bu = info.sum(axis=0) + 1 / variance[0], info[1] + 1 / variance[1], info[1]
    determinant = h_bb * h_uu - h_bu**2
    b = _limited(b + np.clip((h_uu * g_b - h_bu * g_u) / determinant, -1, 1))
    u = _limited(u + np.clip((h_bb * g_u - h_bu * g_b) / determinant, -1, 1))
    centre = np.asarray([b.mean(), u.mean()])
    left = np.asarray([(h_uu / determinant).mean(), (h_bb / determinant).mean()])
    spread = np.asarray([b.var(), u.var()]) + left
    return b, u, centre, np.clip(spread, 0.05, 25.0)


def _slope(
    right: Floats, weight: Floats, b: Floats, u: Floats, gamma: float, theta: Floats
) -> float:
    p = _probabilities(b, u, gamma, theta)[1]
    slope = float((theta[:, None] * (right[1] - weight[1] * p)).sum()) - 4 * gamma
    bend = float((theta[:, None] ** 2 * weight[1] * p * (1 - p)).sum()) + 4
    return float(np.clip(gamma + np.clip(slope / bend, -0.2, 0.2), -0.9, 2.0))


def _delta(questions: Questions, x: Floats, y: Floats) -> tuple[float, float]:
    """theta and delta of one model, the questions being known; NaN without a pair."""
    used = ~np.isnan(x) & ~np.isnan(y)
    if not used.any():
        return float("nan"), float("nan")
    abilities = []
    for right, difficulty in ((x[used], questions.public[used]), (y[used], questions.hidden[used])):
        at = 0.0
        for _ in range(_STEPS):
            p = _sigmoid(at + difficulty)
            slope = float((right - p).sum()) - _PRIOR_THETA * at
            at += float(np.clip(slope / (float((p * (1 - p)).sum()) + _PRIOR_THETA), -1, 1))
        abilities.append(at)
    hidden = abilities[1]
    theta = hidden / (1 + questions.gamma)
    return abilities[0], abilities[0] - theta


def _sigmoid(logits: Floats) -> Floats:
    return np.asarray(1 / (1 + np.exp(-np.clip(logits, -30, 30))))


def _limited(values: Floats) -> Floats:
    return np.asarray(np.clip(values, -_LARGEST, _LARGEST))
