"""The ranks that the data do not rule out, from all models compared in pairs at once.

A model's best possible rank is 1 + the number of models surely better, its worst possible rank
is M - the number of models surely worse. "Surely" is the verdict of `compare_all`: Holm's
correction over all pairs holds the chance that any interval misses the true rank below 1 - level.
Models with overlapping rank intervals form a tie group. The module must not know of scores.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from mingan.statistics.comparisons import compare_all
from mingan.statistics.matrix import ResponseMatrix
from mingan.statistics.unknowns import DEFAULT_UNSURE_RATE, UnsureRate


def rank_intervals(
    matrix: ResponseMatrix,
    *,
    level: float = 0.95,
    unsure_rate: UnsureRate = DEFAULT_UNSURE_RATE,
) -> dict[str, tuple[int, int]]:
    """Best and worst possible rank of each model; 1 is best."""
    better = np.zeros((len(matrix.models), len(matrix.models)), dtype=np.bool_)
    position = {model: i for i, model in enumerate(matrix.models)}
    for (a, b), found in compare_all(matrix, level=level, unsure_rate=unsure_rate).items():
        better[position[a], position[b]] = found.verdict == "a"
        better[position[b], position[a]] = found.verdict == "b"
    low, high = ranks_of(better)
    return {model: (int(low[i]), int(high[i])) for model, i in position.items()}


def ranks_of(better: NDArray[np.bool_]) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Best and worst possible ranks; `better[i, j]`: model i is surely better than model j."""
    models = better.shape[0]
    return 1 + better.sum(axis=0), models - better.sum(axis=1)
