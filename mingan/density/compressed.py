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

from mingan.registry import ModelFacts, Registry
from mingan.reports.dense import Child, Read
from mingan.scaling.density import SEED, Density, Reference, density

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
        one = _single(family, own, child, questions.get(name), SEED + 1)
        two = _single(family, other, parent, questions.get(name), SEED + 2)
        if not one.out and not two.out:
            pairs[name] = one.draws - two.draws, math.log(one.density / two.density)
    if not pairs:
        return None
    return Child(
        facts=child, parent=parent.name, benchmarks=tuple(pairs), **_ratio(list(pairs.values())),
    )  # fmt: skip


def _single(
    family: Reference, read: Read, model: ModelFacts, questions: int | None, seed: int
) -> Density:
    """Each side draws the error of its score for itself, and the reference with the other."""
    return density(
        family, read.score, float(model.params_total or 1), questions=questions,
        spread=read.spread, seed=seed,
    )  # fmt: skip


def _ratio(pairs: Sequence[tuple[np.ndarray, float]]) -> dict[str, float]:
    drawn = np.mean([draws for draws, _ in pairs], axis=0)
    low, high = np.quantile(drawn, [(1 - _LEVEL) / 2, (1 + _LEVEL) / 2]).tolist()
    middle = sum(point for _, point in pairs) / len(pairs)
    return dict(zip(("ratio", "low", "high"), _exp((middle, low, high)), strict=True))


def _exp(logs: Iterable[float]) -> list[float]:
    return [math.exp(min(max(log, -700.0), 700.0)) for log in logs]
