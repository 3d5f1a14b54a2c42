"""Logistic regression on votes, many weightings of them at once, by Newton's method.

One row of the design says which model came first (+1), which second (-1), and the first's lead in
style. Adding the same number to all strengths changes nothing, so strengths come out with mean 0;
a speck of a ridge sees to that, and keeps finite what the data do not bound. The module must not
know what the rows stand for.
"""

from __future__ import annotations

import numpy as np

from mingan.statistics.special import Floats
from mingan.statistics.unknowns import Flags
from mingan.statistics.votes import Votes

RIDGE = 1e-7
FAR = 7.0
"""Strengths beyond this (odds of 1 : 1,100) are what the ridge makes of no bound at all."""
_STEPS = 100
_LONGEST = 2.0
_CLOSE = 1e-6  # a step of Newton from there leaves an error of its square


def design(votes: Votes, *, style: bool) -> Floats:
    """(V, models + styles)."""
    rows = np.zeros((len(votes), len(votes.models)))
    at = np.arange(len(votes))
    rows[at, votes.first] = 1.0
    rows[at, votes.second] = -1.0
    return np.concatenate([rows, votes.style], axis=1) if style else rows


def fit(rows: Floats, won: Floats, weight: Floats, start: Floats | None = None) -> Floats:
    """Coefficients (B, P) of B weightings.

    Args:
        rows: (R, P). weight: (B, R), 0 or more. won: (B, R), weight times the share won.
        start: (P,) where to begin.
    """
    size = rows.shape[1]
    found = np.zeros((weight.shape[0], size)) if start is None \
        else np.repeat(start[None], weight.shape[0], axis=0)  # fmt: skip
    moving = np.arange(weight.shape[0])
    for _ in range(_STEPS):
        now = found[moving]
        chance = _chance(now @ rows.T)
        slope = (won[moving] - weight[moving] * chance) @ rows - RIDGE * now
        step = np.linalg.solve(
            information(rows, weight[moving], chance) + RIDGE * np.eye(size), slope[:, :, None]
        )[:, :, 0]
        longest = np.abs(step).max(axis=1)
        found[moving] = (
            now + step * np.minimum(1.0, _LONGEST / np.maximum(longest, 1e-300))[:, None]
        )
        moving = moving[longest > _CLOSE]
        if not moving.size:
            break
    return found


def information(rows: Floats, weight: Floats, chance: Floats) -> Floats:
    """Sum of weight p (1 - p) x x', (B, P, P)."""
    size = rows.shape[1]
    squares = (rows[:, :, None] * rows[:, None, :]).reshape(rows.shape[0], size * size)
    return np.asarray(((weight * chance * (1 - chance)) @ squares).reshape(-1, size, size))


def determined(rows: Floats, weight: Floats, models: int) -> Flags:
    """(B) whether the votes with weight join all models that are in `rows` into one graph."""
    place = np.abs(rows[:, :models])
    seen = np.flatnonzero(place.any(axis=0))
    edges = place[:, seen]
    both = (edges[:, :, None] * edges[:, None, :]).reshape(rows.shape[0], seen.size**2)
    joined = ((weight > 0).astype(np.float64) @ both).reshape(-1, seen.size, seen.size) > 0
    for _ in range(max(seen.size - 1, 1).bit_length()):
        joined = (joined.astype(np.float64) @ joined.astype(np.float64)) > 0
    return np.asarray(joined.all(axis=(1, 2)))


def _chance(log_odds: Floats) -> Floats:
    return np.asarray(0.5 * (1 + np.tanh(log_odds / 2)))
