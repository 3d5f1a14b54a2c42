"""Models made from larger ones (pruned, distilled, quantised) against what they were made from.

Both are read off the same reference on the benchmarks that both have, so that what is uncertain of
the reference falls out of the ratio and the errors of the two scores stay. A ratio above 1 says
that making it small kept more ability than parameters. The module must not know other kinds of
comparison.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence

import numpy as np

from mingan.density.cost import sized_for_cost
from mingan.registry import ModelFacts, Registry
from mingan.reports.dense import Child, Read
from mingan.scaling.density import Density, Reference, density, seed_of

Reader = Callable[[ModelFacts, str], Read | None]

_LEVEL = 0.9


def children(
    known: Registry, families: Mapping[str, Reference], questions: Mapping[str, int],
    read: Reader,
) -> tuple[Child, ...]:  # fmt: skip
    """Every model with a parent of known size that has a benchmark in common with it."""
    found = (
        _child(model, known.models[model.parent], families, questions, read)
        for model in known.models.values()
        if model.parent and model.params_total and known.models[model.parent].params_total
    )
    return tuple(each for each in found if each is not None)


def _child(
    child: ModelFacts, parent: ModelFacts, families: Mapping[str, Reference],
    questions: Mapping[str, int], read: Reader,
) -> Child | None:  # fmt: skip
    pairs = {}
    for name, family in families.items():
        own, other = read(child, name), read(parent, name)
        if own is None or other is None:
            continue
        one = _single(family, own, child, name, questions.get(name))
        two = _single(family, other, parent, name, questions.get(name))
        if not one.out and not two.out:
            pairs[name] = one.draws - two.draws, math.log(one.density / two.density)
    if not pairs:
        return None
    return Child(
        facts=child, parent=parent.name, benchmarks=tuple(pairs), cheaper=_cheaper(child, parent),
        **_ratio(list(pairs.values())),
    )  # fmt: skip


def _cheaper(child: ModelFacts, parent: ModelFacts) -> float:
    """What turns a ratio of densities by parameters into one by the bytes of a token."""

    def share(model: ModelFacts) -> float:
        size = float(model.params_total or 1)
        return sized_for_cost(float(model.active or size), model.bits) / size

    return share(parent) / share(child)


def _single(
    family: Reference, read: Read, model: ModelFacts, name: str, questions: int | None
) -> Density:
    """Each side draws the error of its score for itself, and the reference with the other."""
    return density(
        family, read.score, float(model.params_total or 1), questions=questions,
        spread=read.spread, seed=seed_of(model.name, name),
    )  # fmt: skip


def _ratio(pairs: Sequence[tuple[np.ndarray, float]]) -> dict[str, float]:
    drawn = np.mean([draws for draws, _ in pairs], axis=0)
    low, high = np.quantile(drawn, [(1 - _LEVEL) / 2, (1 + _LEVEL) / 2]).tolist()
    middle = sum(point for _, point in pairs) / len(pairs)
    return dict(zip(("ratio", "low", "high"), _exp((middle, low, high)), strict=True))


def _exp(logs: Iterable[float]) -> list[float]:
    return [math.exp(min(max(log, -700.0), 700.0)) for log in logs]
