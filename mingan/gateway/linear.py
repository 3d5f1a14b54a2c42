"""Ridge regression from features to what tells models apart; one solve for all models.

Scores of a question are split into how easy it is for all (the row mean of deviations) and how
models differ on it (the GAIN). The latter has few directions; each is one target, found by singular
value decomposition, and every model is a mix of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from mingan.gateway.packing import pack, unpack
from mingan.gateway.sparse import Floats, Rows, Singles, krylov

PENALTIES = (3.0, 6.0, 12.0, 25.0, 60.0, 200.0)

DIRECTIONS = 6
"""At most so many ways in which models differ are learnt."""


def targets_of(scores: Floats) -> tuple[Floats, Floats]:
    """What is to be predicted of each question, and how models are made of it.

    Args:
        scores: (questions, models); nan where unknown.

    Returns:
        (questions, 1 + directions) with easiness first, and (1 + directions, models).
    """
    there = ~np.isnan(scores)
    means = np.nan_to_num(np.nanmean(scores, axis=0), nan=0.5)
    apart = np.where(there, np.nan_to_num(scores) - means, 0.0)
    ease = apart.sum(axis=1) / np.maximum(there.sum(axis=1), 1)
    gain = np.where(there, apart - ease[:, None], 0.0)
    values, vectors = np.linalg.eigh(gain.T @ gain)
    order = np.argsort(-values)
    total = max(float(values.sum()), 1e-12)
    kept = [i for i in order[:DIRECTIONS] if values[i] / total > 0.02]
    mix = np.concatenate([np.ones((1, scores.shape[1])), vectors[:, kept].T])
    return np.concatenate([ease[:, None], gain @ vectors[:, kept]], axis=1), mix


@dataclass(frozen=True, slots=True)
class Linear:
    """Weights (columns, targets), intercepts (targets,), mix (targets, models)."""

    weights: Singles
    intercepts: Floats
    mix: Floats

    @classmethod
    def fit(cls, rows: Rows, scores: Floats, penalties: Sequence[float]) -> Linear:
        """Fit every target with its penalty; missing penalties take the last."""
        targets, mix = targets_of(scores)
        found = []
        for i in range(targets.shape[1]):
            penalty = penalties[min(i, len(penalties) - 1)]
            found.append(krylov(rows, targets[:, i]).weights(penalty))
        weights = np.array([w for w, _ in found], np.float32).T
        return cls(weights, np.array([b for _, b in found]), mix)

    @staticmethod
    def trials(rows: Rows, targets: Floats, unseen: Rows) -> Floats:
        """Predictions for unseen questions, by penalty: (penalties, questions, targets)."""
        out = np.zeros((len(PENALTIES), len(unseen), targets.shape[1]))
        for t in range(targets.shape[1]):
            found = krylov(rows, targets[:, t])
            for p, penalty in enumerate(PENALTIES):
                weights, intercept = found.weights(penalty)
                out[p, :, t] = unseen.times(weights) + intercept
        return out

    def predict(self, rows: Rows) -> tuple[Floats, Floats]:
        """Easiness of each question, and each model's deviation from its mean on it."""
        guesses = np.stack(
            [rows.times(self.weights[:, t]) + b for t, b in enumerate(self.intercepts)], axis=1
        )
        return guesses[:, 0], np.asarray(guesses @ self.mix)

    def with_newcomer(self, rows: Rows, deviations: Floats, *, strength: float) -> Linear:
        """One more model: the mix that explains its few deviations, drawn to easiness alone."""
        guesses = np.stack(
            [rows.times(self.weights[:, t]) + b for t, b in enumerate(self.intercepts)], axis=1
        )
        prior = np.zeros(len(self.mix))
        prior[0] = 1.0
        scale = np.maximum((guesses**2).mean(axis=0), 1e-9) * strength
        left = guesses.T @ guesses + np.diag(scale)
        mine = prior + np.linalg.solve(left, guesses.T @ (deviations - guesses @ prior))
        return replace(self, mix=np.concatenate([self.mix, mine[:, None]], axis=1))

    def document(self) -> dict[str, Any]:
        """The weights as JSON."""
        return {
            "weights": pack(self.weights, "f2"), "intercepts": pack(self.intercepts, "f8"),
            "mix": pack(self.mix, "f8"),
        }  # fmt: skip

    @classmethod
    def read(cls, found: dict[str, Any]) -> Linear:
        """The weights back from `document`."""
        return cls(unpack(found["weights"]), unpack(found["intercepts"]), unpack(found["mix"]))
