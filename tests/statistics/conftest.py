"""Small random matrices for the tests of this room."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from mingan.statistics import ResponseMatrix

Make = Callable[..., ResponseMatrix]


@pytest.fixture(scope="session")
def make() -> Make:
    """A maker of random matrices: models of rising ability on questions of all difficulties."""

    def build(
        models: int = 3,
        questions: int = 40,
        repeats: int = 1,
        *,
        undecided: float = 0.0,
        missing: float = 0.0,
        strata: int = 1,
        cluster_size: int = 1,
        spread: float = 0.3,
        seed: int = 0,
    ) -> ResponseMatrix:
        rng = np.random.default_rng(seed)
        ability = np.linspace(0.75 - spread, 0.75, models)[:, None, None]
        chance = np.clip(ability + rng.normal(0, 0.2, questions)[None, :, None], 0.02, 0.98)
        shape = (models, questions, repeats)
        cells = (rng.random(shape) < chance).astype(np.int8)
        cells[rng.random(shape) < undecided] = 2
        cells[rng.random(shape) < missing] = 7
        return ResponseMatrix(
            models=tuple(f"model-{i}" for i in range(models)),
            questions=tuple(f"q{i:03}" for i in range(questions)),
            cells=cells,
            strata=tuple(f"tier-{i % strata}" for i in range(questions)) if strata > 1 else (),
            clusters=(
                tuple(f"c{i // cluster_size}" for i in range(questions)) if cluster_size > 1 else ()
            ),
        )

    return build
