"""What each member will make of an ask: quality by model, from the text alone.

    gains = fit(table).gains                # a Table of questions by models
    quality = gains.quality(texts)          # (texts, models), 0 to 1
    paid = gains.costs(texts)

Three estimates of how far a model is from its own mean, blended by cross-validation:

    ability     the mean of the abilities that the text may need, drawn to the model's mean
    neighbours  the 100 nearest questions, drawn to the model's mean
    ridge       linear in the features; one solve for all models, on the few directions in which
                models differ (the GAIN) and on how easy a question is for all

A logistic curve per model over the easiness that the text predicts (item response theory) was
tried as a fourth and left out: on a split of MMLU a blend with it did worse than the ridge alone.

The weights are those with the least squared error on questions that no estimate had seen. Where
nothing can be predicted all are 0, and what is left is the model's mean: no router at all.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from itertools import combinations
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from mingan.gateway.features import Features
from mingan.gateway.linear import PENALTIES, Linear, targets_of
from mingan.gateway.near import KAPPA, Abilities, Space, grouped, neighbour_means, shrunk
from mingan.gateway.packing import pack, unpack
from mingan.gateway.sparse import Floats, Rows, Singles

FOLDS = 3

FIRM = 0.3
"""How much the weights of a blend are drawn to each other."""

CHANCE = 8.0
"""A blend must explain so many times what one column of pure noise would."""

PARTS = ("ability", "neighbours", "ridge")


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """What is learnt from: questions by models.

    Attributes:
        texts: the questions.
        models: names, in the order of the columns.
        scores: (questions, models), 0 to 1; nan where not asked or not graded.
        costs: (questions, models), in one currency; nan where not known.
        seconds: (questions, models), nan where not known; empty where nothing is.
        tags: the ability of each question; empty where none are known.
        clusters: questions that hang together share one; empty where none do.
        answers: what was said, by question and model; empty where it is not known.
    """

    texts: tuple[str, ...]
    models: tuple[str, ...]
    scores: Floats
    costs: Floats
    seconds: Floats = field(default_factory=lambda: np.zeros((0, 0)))
    tags: tuple[str, ...] = ()
    clusters: tuple[str, ...] = ()
    answers: tuple[tuple[str, ...], ...] = ()

    def __len__(self) -> int:
        return len(self.texts)

    def select(self, which: ArrayLike) -> Table:
        """Some of the questions."""
        rows = np.asarray(which, int)

        def some(values: Sequence[Any]) -> tuple[Any, ...]:
            return tuple(values[i] for i in rows) if values else ()

        return replace(
            self, texts=some(self.texts), scores=self.scores[rows], costs=self.costs[rows],
            seconds=self.seconds[rows] if self.seconds.size else self.seconds,
            tags=some(self.tags), clusters=some(self.clusters), answers=some(self.answers),
        )  # fmt: skip

    def only(self, models: Sequence[str]) -> Table:
        """Some of the models."""
        columns = [self.models.index(name) for name in models]
        return replace(
            self, models=tuple(models), scores=self.scores[:, columns],
            costs=self.costs[:, columns],
            seconds=self.seconds[:, columns] if self.seconds.size else self.seconds,
            answers=tuple(tuple(row[c] for c in columns) for row in self.answers),
        )  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Gains:
    """Fitted; see the module.

    Attributes:
        means: quality of each model over all training questions.
        ease_weights, gain_weights: of the parts, for what all models share in and for what
            tells them apart.
        prices: (2, models): cost of an ask, and cost of each character of it.
        natives: how many models were fitted together; newcomers come after them.
        known: points of the training questions; `table`: their scores.
    """

    models: tuple[str, ...]
    features: Features
    means: Floats
    space: Space
    known: Singles
    table: Floats
    abilities: Abilities
    linear: Linear
    ease_weights: Floats
    gain_weights: Floats
    prices: Floats
    natives: int

    def quality(self, texts: Sequence[str]) -> Floats:
        """Expected quality: (texts, models), within 0 and 1."""
        rows = self.features.of(texts)
        points = self.space.points(rows)
        parts = self._parts(rows, points)
        blend = _blend(parts, self.ease_weights, self.gain_weights, natives=self.natives)
        return np.clip(self.means + blend, 0.0, 1.0)

    def costs(self, texts: Sequence[str]) -> Floats:
        """Expected cost: (texts, models)."""
        lengths = np.array([float(len(text)) for text in texts])
        return np.asarray(self.prices[0] + lengths[:, None] * self.prices[1])

    def ability(self, texts: Sequence[str]) -> list[str]:
        """The ability that each text most likely needs."""
        rows = self.features.of(texts)
        return [self.abilities.names[i] for i in self.abilities.of(rows)]

    def by_ability(self, texts: Sequence[str]) -> Floats:
        """Mean quality of the abilities that each text may need: (texts, models)."""
        return self.abilities.expected(self.features.of(texts))

    def _parts(self, rows: Rows, points: Singles) -> Floats:
        weights = self.ease_weights + self.gain_weights
        _, linear = self.linear.predict(rows)
        out = np.zeros((len(PARTS), len(points), len(self.models)))
        if weights[0]:
            out[0] = self.abilities.expected(rows) - self.means
        if weights[1]:
            out[1] = neighbour_means(points, self.known, self.table, self.means) - self.means
        out[2] = linear
        return out

    def with_newcomer(
        self, name: str, texts: Sequence[str], scores: ArrayLike, *, price: float = 0.0
    ) -> Gains:
        """The same with one more model, from its answers to a few questions.

        What the others have in common is its prior, worth `KAPPA` questions; its own answers move
        mean, abilities and directions away from it.

        Args:
            texts, scores: the short test; 0 to 1.
            price: cost of an ask.
        """
        said = np.asarray(scores, float)
        rows = self.features.of(texts)
        points = self.space.points(rows)
        mean = float((said.sum() + KAPPA * self.means.mean()) / (len(said) + KAPPA))
        alone = shrunk(
            self.abilities.of(rows), len(self.abilities.names), said[:, None], np.array([mean])
        )
        table = np.full((len(self.known) + len(said), len(self.models) + 1), np.nan)
        table[: len(self.known), :-1] = self.table
        table[len(self.known) :, -1] = said
        return replace(
            self, models=(*self.models, name), means=np.append(self.means, mean),
            known=np.concatenate([self.known, points]), table=table,
            abilities=replace(
                self.abilities, means=np.concatenate([self.abilities.means, alone], axis=1)
            ),
            linear=self.linear.with_newcomer(rows, said - mean, strength=KAPPA),
            prices=np.concatenate([self.prices, [[price], [0.0]]], axis=1),
        )  # fmt: skip

    def document(self) -> dict[str, Any]:
        """All of it as JSON."""
        return {
            "models": list(self.models),
            "features": self.features.document(),
            "space": self.space.document(),
            "abilities": self.abilities.document(),
            "linear": self.linear.document(),
            "known": pack(self.known, "f2"),
            "table": pack(self.table, "f2"),
            "means": pack(self.means, "f8"),
            "weights": pack([self.ease_weights, self.gain_weights], "f8"),
            "prices": pack(self.prices, "f8"),
            "natives": self.natives,
        }

    @classmethod
    def read(cls, found: dict[str, Any]) -> Gains:
        """The gains back from `document`."""
        ease, gain = unpack(found["weights"])
        return cls(
            models=tuple(map(str, found["models"])), features=Features.read(found["features"]),
            space=Space.read(found["space"]), abilities=Abilities.read(found["abilities"]),
            linear=Linear.read(found["linear"]), known=unpack(found["known"]),
            table=unpack(found["table"]).astype(float), means=unpack(found["means"]),
            ease_weights=ease, gain_weights=gain,
            prices=unpack(found["prices"]), natives=int(found["natives"]),
        )  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Fitted:
    """Gains, and what they say of each training question without having seen it.

    Attributes:
        unseen: expected quality by cross-validation, (questions, models).
        unseen_ability: the same by ability alone.
    """

    gains: Gains
    unseen: Floats
    unseen_ability: Floats


def fit(table: Table, *, seed: int = 0) -> Fitted:
    """Fit all parts and their blend on a table.

    Questions that hang together stay in one fold.
    """
    features = Features.fit(table.texts)
    rows = features.of(table.texts)
    space = Space.fit(rows, features)
    points = space.points(rows)
    scores = table.scores
    means = np.nan_to_num(np.nanmean(scores, axis=0), nan=0.5)
    tags = table.tags or grouped(points, seed=seed)
    folds = _folds(table, seed)
    penalties = _choose_penalties(rows, scores, folds)
    held = _held_out(rows, points, tags, scores, folds, penalties, hashed=len(features.buckets))
    ease_weights, gain_weights = _weights(held, scores - means)
    abilities = Abilities.fit(rows, tags, scores, means, hashed=len(features.buckets))
    gains = Gains(
        models=table.models, features=features, means=means, space=space, known=points,
        table=scores, abilities=abilities,
        linear=Linear.fit(rows, scores, penalties), ease_weights=ease_weights,
        gain_weights=gain_weights, prices=_prices(table), natives=len(table.models),
    )  # fmt: skip
    blend = _blend(held, ease_weights, gain_weights, natives=len(table.models))
    return Fitted(
        gains=gains, unseen_ability=np.clip(means + held[0], 0, 1),
        unseen=np.clip(means + blend, 0, 1),
    )  # fmt: skip


def _folds(table: Table, seed: int) -> NDArray[np.intp]:
    """The fold of each question."""
    units = table.clusters or tuple(map(str, range(len(table))))
    names = {name: i for i, name in enumerate(dict.fromkeys(units))}
    order = np.random.default_rng(seed).permutation(len(names)) % FOLDS
    return np.asarray([order[names[unit]] for unit in units], np.intp)


def _choose_penalties(rows: Rows, scores: Floats, folds: NDArray[np.intp]) -> tuple[float, ...]:
    """For every target the penalty that predicts unseen questions best."""
    targets, _ = targets_of(scores)
    guesses = np.zeros((len(PENALTIES), *targets.shape))
    for fold in range(FOLDS):
        away, test = np.flatnonzero(folds != fold), np.flatnonzero(folds == fold)
        if len(test) and len(away) > 1:
            guesses[:, test] = Linear.trials(rows.select(away), targets[away], rows.select(test))
    best = ((guesses - targets) ** 2).sum(axis=1).argmin(axis=0)
    return tuple(PENALTIES[int(b)] for b in best)


def _held_out(
    rows: Rows, points: Singles, tags: Sequence[str], scores: Floats, folds: NDArray[np.intp],
    penalties: tuple[float, ...], *, hashed: int,
) -> Floats:  # fmt: skip
    """What every part says of questions that it had not seen: (parts, questions, models)."""
    out = np.zeros((len(PARTS), *scores.shape))
    overall = np.nan_to_num(np.nanmean(scores, axis=0), nan=0.5)
    for fold in range(FOLDS):
        away, test = np.flatnonzero(folds != fold), np.flatnonzero(folds == fold)
        if not len(test) or len(away) < 2:
            continue
        some = scores[away]
        seen = ~np.isnan(some)
        counts = seen.sum(axis=0)
        means = (np.where(seen, some, 0.0).sum(axis=0) + overall) / (counts + 1)
        abilities = Abilities.fit(
            rows.select(away), [tags[int(i)] for i in away], some, means, hashed=hashed
        )
        out[0, test] = abilities.expected(rows.select(test)) - means
        out[1, test] = neighbour_means(points[test], points[away], some, means) - means
        out[2, test] = Linear.fit(rows.select(away), some, penalties).predict(rows.select(test))[1]
    return out


def _blend(parts: Floats, ease: Floats, gain: Floats, *, natives: int) -> Floats:
    """Parts weighted: what all models share by `ease`, what tells them apart by `gain`."""
    shared = parts[:, :, :natives].mean(axis=2, keepdims=True)
    apart = parts - shared
    return np.asarray(np.tensordot(ease, shared, 1) + np.tensordot(gain, apart, 1))


def _weights(held: Floats, wanted: Floats) -> tuple[Floats, Floats]:
    """Weights of the parts, not negative, by least squares on held-out deviations."""
    there = ~np.isnan(wanted)
    counts = np.maximum(there.sum(axis=1, keepdims=True), 1)

    def split(values: Floats) -> tuple[Floats, Floats]:
        shared = np.where(there, values, 0.0).sum(axis=1, keepdims=True) / counts
        return shared[:, 0], np.where(there, values - shared, 0.0).ravel()

    wanted_parts = split(np.nan_to_num(wanted))
    part_parts = [split(part) for part in held]
    return (
        not_negative(np.array([p[0] for p in part_parts]).T, wanted_parts[0]),
        not_negative(np.array([p[1] for p in part_parts]).T, wanted_parts[1]),
    )


def not_negative(columns: Floats, target: Floats) -> Floats:
    """Least squares with weights of at least 0, drawn to each other, by trying all sets.

    Columns are brought to one scale and `FIRM` is added to what each shares with itself: parts that
    are much alike get much the same weight, since which of them is ahead is mostly noise. All
    weights are 0 if the blend explains less than `CHANCE` columns of pure noise would.
    """
    scale = np.sqrt(np.maximum((columns**2).mean(axis=0), 1e-12))
    z = columns / scale
    size, count = columns.shape[1], max(len(target), 1)
    gram, pull = z.T @ z / count + FIRM * np.eye(size), z.T @ target / count
    best, most = np.zeros(size), CHANCE * float(target @ target) / count**2
    for some in (list(c) for n in range(1, size + 1) for c in combinations(range(size), n)):
        w = np.linalg.solve(gram[np.ix_(some, some)], pull[some])
        explained = float(w @ pull[some]) * (1 + FIRM)
        if (w >= 0).all() and explained > most:
            best, most = np.zeros(size), explained
            best[some] = w
    return _full_size(best / scale, columns, target)


def _full_size(weights: Floats, columns: Floats, target: Floats) -> Floats:
    """The same blend at the size with the least squared error: `FIRM` has made it too small."""
    said = columns @ weights
    norm = float(said @ said)
    return weights * max(float(said @ target) / norm, 0.0) if norm > 0 else weights


def _prices(table: Table) -> Floats:
    """Cost of an ask and of each character, by model, least squares; not negative."""
    lengths = np.array([float(len(text)) for text in table.texts])
    out = np.zeros((2, len(table.models)))
    for m in range(len(table.models)):
        known = ~np.isnan(table.costs[:, m])
        if not known.any():
            continue
        x, y = lengths[known] - lengths[known].mean(), table.costs[known, m]
        slope = float(x @ y / max(float(x @ x), 1e-12))
        base = float(y.mean() - slope * lengths[known].mean())
        out[:, m] = (base, slope) if slope > 0 and base >= 0 else (float(y.mean()), 0.0)
    return out
