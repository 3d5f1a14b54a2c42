"""How able is a model, and how hard is a question? Item response theory, with priors.

Two-parameter logistic model: a model of ability t is right on a question of difficulty b and
discrimination a with chance 1 / (1 + exp(-a (t - b))). Questions are fitted by marginal maximum a
posteriori (EM over a grid of abilities; Bock and Aitkin, Psychometrika 46, 1981), with the priors

    t ~ N(0, 1)        b ~ N(0, 2^2)        ln a ~ N(0, 0.5^2)

How many models there are, not how many questions, limits what can be known of a. With fewer than
30 all questions share one a (the Rasch model with a slope). Answers may be missing, and may be
shares of right answers over repeats. The module must not know what was asked.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from mingan.statistics.special import Floats

Kind = Literal["rasch", "2pl"]

ENOUGH_FOR_2PL = 30
"""Models from which on every question has a discrimination of its own."""

GRID = np.linspace(-4.0, 4.0, 41)
"""The abilities over which is integrated."""

_PRIOR = np.exp(-(GRID**2) / 2) / np.exp(-(GRID**2) / 2).sum()
_SD_B, _SD_A = 2.0, 0.5
_ROUNDS = 200
_CLOSE = 2e-3
_TINY = 1e-9


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemCurves:
    """Questions as fitted: (Q,) discriminations `a` and difficulties `b`.

    `models` is how many the fit rests on; `converged` whether it came to rest.
    """

    a: Floats
    b: Floats
    kind: Kind
    models: int
    converged: bool = True

    @property
    def chances(self) -> Floats:
        """(Q, G) chance of a right answer at each ability of `GRID`; never quite 0 or 1."""
        z = self.a[:, None] * (GRID[None, :] - self.b[:, None])
        return np.asarray(np.clip(_sigmoid(z), _TINY, 1 - _TINY))

    @property
    def information(self) -> Floats:
        """(Q, G) Fisher information a^2 P (1 - P) at each ability."""
        chances = self.chances
        return np.asarray(self.a[:, None] ** 2 * chances * (1 - chances))

    def select(self, questions: ArrayLike) -> ItemCurves:
        """The same of some questions (indices or a mask)."""
        index = np.arange(self.a.size)[np.asarray(questions)]
        return ItemCurves(
            a=self.a[index], b=self.b[index], kind=self.kind, models=self.models,
            converged=self.converged,
        )  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Ability:
    """A model's ability: mean and standard deviation, and its (G,) distribution over `GRID`."""

    mean: float
    error: float
    distribution: Floats


def fit(rates: ArrayLike, *, kind: Kind | None = None) -> ItemCurves:
    """Fit questions from what models got.

    Args:
        rates: (M, Q) shares of right answers in [0, 1]; NaN where there is none.
        kind: None takes "2pl" from `ENOUGH_FOR_2PL` models on, else "rasch".

    Raises:
        ValueError: not a table of shares.
    """
    x = np.asarray(rates, dtype=np.float64)
    known = ~np.isnan(x)
    if x.ndim != 2 or (known & ((x < 0) | (x > 1))).any():
        raise ValueError("needs a table of shares in [0, 1], models by questions")
    which: Kind = kind or ("2pl" if x.shape[0] >= ENOUGH_FOR_2PL else "rasch")
    right, wrong = np.where(known, x, 0.0), np.where(known, 1 - x, 0.0)
    count = np.maximum(known.sum(axis=0), 1)
    share = (right.sum(axis=0) + 0.5) / (count + 1)
    b, log_a = -np.log(share / (1 - share)), np.zeros(x.shape[1])
    converged = False
    for _ in range(_ROUNDS):
        weights = _posterior(right, wrong, log_a, b)
        rights, totals = right.T @ weights, (right + wrong).T @ weights
        new_b, new_a = _improve(rights, totals, log_a, b, common=which == "rasch")
        moved = float(np.abs([new_b - b, new_a - log_a]).max(initial=0))
        b, log_a = new_b, new_a
        if moved < _CLOSE:
            converged = True
            break
    return ItemCurves(a=np.exp(log_a), b=b, kind=which, models=x.shape[0], converged=converged)


def ability(curves: ItemCurves, rates: ArrayLike) -> Ability:
    """A model's ability from its answers (expected a posteriori).

    Args:
        rates: (Q,) shares right, NaN for what it was not asked.
    """
    x = np.asarray(rates, dtype=np.float64)
    known = ~np.isnan(x)
    right, wrong = np.where(known, x, 0.0)[None], np.where(known, 1 - x, 0.0)[None]
    found = _posterior(right, wrong, np.log(curves.a), curves.b)[0]
    mean = float(found @ GRID)
    return Ability(
        mean=mean, error=float(np.sqrt(found @ (GRID - mean) ** 2)), distribution=found
    )  # fmt: skip


def _posterior(right: Floats, wrong: Floats, log_a: Floats, b: Floats) -> Floats:
    """(M, G) distribution of every model's ability."""
    z = np.exp(log_a)[:, None] * (GRID[None, :] - b[:, None])
    logs = -(right @ np.logaddexp(0, -z) + wrong @ np.logaddexp(0, z)) + np.log(_PRIOR)
    weights = np.exp(logs - logs.max(axis=1, keepdims=True))
    return np.asarray(weights / weights.sum(axis=1, keepdims=True))


def _improve(
    rights: Floats, totals: Floats, log_a: Floats, b: Floats, *, common: bool
) -> tuple[Floats, Floats]:
    """A Newton step on every question's difficulty and (log) discrimination, priors included."""
    a = np.exp(log_a)
    apart = GRID[None, :] - b[:, None]
    p = _sigmoid(a[:, None] * apart)
    residual = rights - totals * p
    weight = totals * p * (1 - p)
    of_b = -a * residual.sum(axis=1) - b / _SD_B**2
    bend_b = -(a**2) * weight.sum(axis=1) - 1 / _SD_B**2
    lean = residual * apart
    of_a = a * lean.sum(axis=1)
    bend_a = -(a**2) * (weight * apart**2).sum(axis=1)
    if common:
        of_a, bend_a = of_a.sum(keepdims=True), bend_a.sum(keepdims=True)
    of_a = of_a - log_a[: of_a.size] / _SD_A**2
    bend_a = bend_a - 1 / _SD_A**2
    return b - np.clip(of_b / bend_b, -1, 1), log_a - np.clip(of_a / bend_a, -0.3, 0.3)


def _sigmoid(z: Floats) -> Floats:
    return np.asarray(0.5 * (1 + np.tanh(z / 2)))
