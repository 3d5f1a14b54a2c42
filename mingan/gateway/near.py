"""Neighbours and abilities: what models made of the questions most like this one.

Texts become points by their words (latent semantic analysis, from a Lanczos sweep); an ask's
ability is told by naive Bayes. Small numbers of neighbours are worse than none, so their
mean is drawn to a prior: (sum + kappa * prior) / (K + kappa).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from mingan.gateway.features import BITS, Features
from mingan.gateway.packing import pack, unpack
from mingan.gateway.sparse import Floats, Rows, Singles, krylov

NEIGHBOURS = 100
KAPPA = 10.0
RANK = 96
"""Dimensions of the space of texts."""


@dataclass(frozen=True, slots=True)
class Space:
    """A map from features to points of unit length: (columns, rank)."""

    directions: Singles
    first: int
    last: int

    @classmethod
    def fit(cls, rows: Rows, features: Features, *, rank: int = RANK) -> Space:
        """Learn the directions in which the words of training texts differ most."""
        first = int(np.searchsorted(features.buckets, 1 << BITS))
        words = _between(rows, first, rows.width)
        rank = max(1, min(rank, len(rows) - 2, words.width))
        start = np.random.default_rng(0).standard_normal(len(rows))
        found = krylov(words, start, steps=min(2 * rank + 16, len(rows)))
        _, _, right = np.linalg.svd(found.small)
        kept = found.basis @ right[: min(rank, found.small.shape[1])].T
        return cls(np.asarray(kept, np.float32), first, rows.width)

    def points(self, rows: Rows) -> Singles:
        """Points of unit length: (texts, rank)."""
        words = _between(rows, self.first, self.last)
        out = np.zeros((len(rows), self.directions.shape[1]), np.float32)
        ends = np.cumsum(words.lengths)
        for i, end in enumerate(ends):
            part = slice(end - words.lengths[i], end)
            out[i] = words.values[part] @ self.directions[words.columns[part]]
        lengths = np.linalg.norm(out, axis=1, keepdims=True)
        return np.asarray(out / np.where(lengths > 0, lengths, 1), np.float32)

    def document(self) -> dict[str, Any]:
        """The space as JSON."""
        return {"directions": pack(self.directions, "f2"), "span": [self.first, self.last]}

    @classmethod
    def read(cls, found: dict[str, Any]) -> Space:
        """The space back from `document`."""
        first, last = found["span"]
        return cls(unpack(found["directions"]), int(first), int(last))


def _between(rows: Rows, first: int, last: int) -> Rows:
    """Some neighbouring columns, counted from 0."""
    inside = (rows.columns >= first) & (rows.columns < last)
    owner = np.repeat(np.arange(len(rows)), rows.lengths)[inside]
    return Rows(
        rows.values[inside], rows.columns[inside] - np.int32(first),
        np.bincount(owner, minlength=len(rows)), last - first,
    )  # fmt: skip


def neighbour_means(
    points: Singles, known: Singles, scores: Floats, prior: Floats, *,
    k: int = NEIGHBOURS, kappa: float = KAPPA,
) -> Floats:  # fmt: skip
    """What models made of the nearest known questions, drawn to a prior.

    Args:
        points, known: unit vectors of asks and of known questions.
        scores: (known questions, models); nan where a model was not asked.
        prior: (models,) or (asks, models).
    """
    k = min(k, len(known))
    there = ~np.isnan(scores)
    filled = np.where(there, scores, 0.0)
    out = np.empty((len(points), scores.shape[1]))
    prior = np.broadcast_to(prior, out.shape)
    for start in range(0, len(points), 512):  # a slice at a time, to bound memory
        part = slice(start, start + 512)
        alike = points[part] @ known.T
        near = np.argpartition(-alike, k - 1, axis=1)[:, :k]
        sums, counts = filled[near].sum(axis=1), there[near].sum(axis=1)
        out[part] = (sums + kappa * prior[part]) / (counts + kappa)
    return out


SMOOTH = 0.003
"""Of the words of an ability: how much of each it is taken to have beforehand."""

TEMPER = 2.0
"""Weight of a text's features against the frequency of abilities."""


@dataclass(frozen=True, slots=True)
class Abilities:
    """Abilities by name, how a text is told to need one, and what models make of each.

    Attributes:
        names: tags, or numbered groups of like texts where there are none.
        habits: (hashed columns, abilities), log of how much of each column an ability has
            (multinomial naive Bayes on the weighted features).
        before: log of how frequent each ability is.
        means: (abilities, models).
    """

    names: tuple[str, ...]
    habits: Singles
    before: Floats
    means: Floats

    @classmethod
    def fit(
        cls, rows: Rows, tags: Sequence[str], scores: Floats, prior: Floats, *, hashed: int
    ) -> Abilities:
        """Means of every ability, drawn to the prior by `KAPPA` questions.

        Args:
            hashed: how many of the columns are hashed; the others are of shape.
        """
        names = tuple(dict.fromkeys(tags))
        places = {name: i for i, name in enumerate(names)}
        labels = np.array([places[tag] for tag in tags], np.intp)
        words = _between(rows, 0, hashed)
        cells = words.columns.astype(np.int64) * len(names) + np.repeat(labels, words.lengths)
        sums = np.bincount(cells, weights=words.values, minlength=hashed * len(names))
        table = sums.reshape(hashed, len(names)) + SMOOTH
        habits = np.log(table / table.sum(axis=0)).astype(np.float32)
        counts = np.bincount(labels, minlength=len(names)) + 1.0
        means = shrunk(labels, len(names), scores, prior)
        return cls(names, habits, np.log(counts / counts.sum()), means)

    def chances(self, rows: Rows) -> Floats:
        """How likely each text needs each ability: (texts, abilities)."""
        words = _between(rows, 0, len(self.habits))
        logits = np.empty((len(rows), len(self.names)))
        ends = np.cumsum(words.lengths)
        for i, end in enumerate(ends):
            part = slice(end - words.lengths[i], end)
            logits[i] = words.values[part] @ self.habits[words.columns[part]]
        logits = TEMPER * logits + self.before
        logits -= logits.max(axis=1, keepdims=True)
        likely = np.exp(logits)
        return np.asarray(likely / likely.sum(axis=1, keepdims=True))

    def of(self, rows: Rows) -> NDArray[np.intp]:
        """The number of the likeliest ability, by text."""
        return np.asarray(self.chances(rows).argmax(axis=1))

    def expected(self, rows: Rows) -> Floats:
        """Mean quality over the abilities that a text may need: (texts, models)."""
        return np.asarray(self.chances(rows) @ self.means)

    def document(self) -> dict[str, Any]:
        """The abilities as JSON."""
        return {
            "names": list(self.names), "habits": pack(self.habits, "f2"),
            "before": pack(self.before, "f8"), "means": pack(self.means, "f4"),
        }  # fmt: skip

    @classmethod
    def read(cls, found: dict[str, Any]) -> Abilities:
        """The abilities back from `document`."""
        return cls(
            tuple(map(str, found["names"])), unpack(found["habits"]), unpack(found["before"]),
            unpack(found["means"]).astype(float),
        )  # fmt: skip


def grouped(points: Singles, *, seed: int = 0) -> tuple[str, ...]:
    """Numbered groups of like texts (spherical k-means), where nobody said what they need."""
    groups = max(1, min(64, len(points) // 60))
    rng = np.random.default_rng(seed)
    centres = points[rng.choice(len(points), groups, replace=False)].astype(float)
    labels = np.zeros(len(points), np.intp)
    for _ in range(20):
        labels = np.asarray((points @ centres.T).argmax(axis=1))
        sums = np.zeros_like(centres)
        np.add.at(sums, labels, points)
        lengths = np.linalg.norm(sums, axis=1, keepdims=True)
        centres = np.where(lengths > 0, sums / np.where(lengths > 0, lengths, 1), centres)
    return tuple(f"#{label}" for label in labels)


def shrunk(
    labels: ArrayLike, groups: int, scores: Floats, prior: Floats, *, kappa: float = KAPPA
) -> Floats:
    """Mean by group, drawn to a prior as if by `kappa` more questions: (groups, models)."""
    numbers = np.asarray(labels, int)
    there = ~np.isnan(scores)
    sums, counts = np.zeros((groups, scores.shape[1])), np.zeros((groups, scores.shape[1]))
    np.add.at(sums, numbers, np.where(there, scores, 0.0))
    np.add.at(counts, numbers, there)
    return np.asarray((sums + kappa * prior) / (counts + kappa))
