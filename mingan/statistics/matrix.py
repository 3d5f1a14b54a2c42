"""The response matrix: models x questions x repeats, each cell one outcome code.

Everything in this room takes such a matrix, or plain numbers, and gives plain numbers. It does
not know where the outcomes come from.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray


class Outcome(IntEnum):
    """What became of one asking of one question.

    RIGHT and WRONG are known. UNSURE: the grader looked and could not tell. UNGRADED: no grader
    could look. REFUSED, TRUNCATED and EMPTY: the provider gave something that cannot be graded.
    FAILED: the answer could not be had. ABSENT: it was never asked for.
    """

    WRONG = 0
    RIGHT = 1
    UNSURE = 2
    UNGRADED = 3
    REFUSED = 4
    TRUNCATED = 5
    EMPTY = 6
    FAILED = 7
    ABSENT = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class ResponseMatrix:
    """Outcomes of `models` on `questions`, each asked up to K times.

    Attributes:
        models: M names.
        questions: Q ids.
        cells: (M, Q, K) of int8, values of `Outcome`.
        strata: Q labels (tiers), or empty: one stratum.
        clusters: Q labels (questions that hang together), or empty: each on its own.
    """

    models: tuple[str, ...]
    questions: tuple[str, ...]
    cells: NDArray[np.int8]
    strata: tuple[str, ...] = ()
    clusters: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.cells.ndim != 3 or self.cells.shape[:2] != (len(self.models), len(self.questions)):
            raise ValueError(
                f"cells must be (models, questions, repeats) = ({len(self.models)}, "
                f"{len(self.questions)}, K), not {self.cells.shape}"
            )
        for name, labels in (("strata", self.strata), ("clusters", self.clusters)):
            if labels and len(labels) != len(self.questions):
                raise ValueError(f"{name} must label each of {len(self.questions)} questions")

    def select(self, questions: Sequence[int] | NDArray[np.bool_]) -> ResponseMatrix:
        """The same matrix over some of the questions (indices or a mask)."""
        index = np.arange(len(self.questions))[np.asarray(questions)]
        return ResponseMatrix(
            models=self.models,
            questions=tuple(self.questions[i] for i in index),
            cells=self.cells[:, index, :],
            strata=tuple(self.strata[i] for i in index) if self.strata else (),
            clusters=tuple(self.clusters[i] for i in index) if self.clusters else (),
        )
