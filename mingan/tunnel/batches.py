"""Which tokens go into which step: a pure function of (seed, step), so that a skip is arithmetic.

The text is cut into sequences of equal length; every pass over it takes them in another order,
drawn from the seed and the number of the pass. Nothing is stored but the cursor. The module must
not know a model.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt

Bytes = npt.NDArray[np.uint8]
Tokens = npt.NDArray[np.integer[Any]]
"""Bytes, or the numbers of pieces that a tokenizer learned."""


@dataclass(frozen=True, slots=True)
class Batches:
    """A text as batches.

    Attributes:
        text: (n,) tokens.
        length: of a sequence, its last token included.
        rows: sequences in a batch.
        seed: of the order.
    """

    text: Tokens
    length: int
    rows: int
    seed: int

    @property
    def sequences(self) -> int:
        """How many sequences a pass has."""
        return (self.text.size - 1) // (self.length - 1)

    @property
    def tokens(self) -> int:
        """Tokens that a batch asks for: one less than it holds, a sequence."""
        return self.rows * (self.length - 1)

    def indices(self, step: int) -> npt.NDArray[np.int64]:
        """The sequences of a step: (rows,)."""
        wanted = np.arange(step * self.rows, (step + 1) * self.rows)
        passes, places = wanted // self.sequences, wanted % self.sequences
        return np.asarray(
            [
                _order(self.sequences, self.seed, int(p))[q]
                for p, q in zip(passes, places, strict=True)
            ]
        )

    def at(self, step: int) -> npt.NDArray[np.int64]:
        """The tokens of a step: (rows, length)."""
        starts = self.indices(step) * (self.length - 1)
        places = starts[:, None] + np.arange(self.length)[None, :]
        return np.asarray(self.text[np.minimum(places, self.text.size - 1)], dtype=np.int64)


@lru_cache(maxsize=4)
def _order(sequences: int, seed: int, passes: int) -> npt.NDArray[np.int64]:
    return np.asarray(np.random.default_rng([seed, passes]).permutation(sequences))
