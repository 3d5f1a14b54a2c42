"""The mixed model: its error rate when honest models differ, its power, its refusals."""

from __future__ import annotations

import numpy as np
import pytest

from mingan.statistics.gap_model import gap_model, logit_gap
from mingan.statistics.special import Floats


def simulated(
    rng: np.random.Generator, *, references: int, leaked: float = 0.0, differ: float = 0.3,
    pairs: int = 150,
) -> tuple[Floats, Floats]:  # fmt: skip
    """Public and hidden results; twins are harder, most so for strong models."""
    ability = rng.normal(0.5, 1.2, references + 1)
    easy = rng.normal(0, 1.5, pairs)
    hard = easy + rng.normal(0.5, 0.7, pairs)
    own = rng.normal(0, differ, references + 1)
    shape = (references + 1, pairs)
    public = rng.random(shape) < 1 / (1 + np.exp(easy - ability[:, None] - own[:, None]))
    hidden = rng.random(shape) < 1 / (1 + np.exp(hard - 0.9 * ability[:, None]))
    public[-1] |= rng.random(pairs) < leaked
    return public.astype(float), hidden.astype(float)


@pytest.mark.parametrize(("leaked", "low", "high"), [(0.0, 0.0, 0.15), (0.5, 0.6, 1.0)])
def test_the_error_rate_holds_though_honest_models_differ_and_a_leak_is_found(
    leaked: float, low: float, high: float
) -> None:
    rng = np.random.default_rng(21)
    p, points = [], []
    for _ in range(24):
        public, hidden = simulated(rng, references=7, leaked=leaked)
        found = logit_gap(gap_model(public[:-1], hidden[:-1]), public=public[-1], hidden=hidden[-1])
        p.append(found.p)
        points.append(found.points)
    assert low <= np.mean(np.asarray(p) <= 0.05) <= high
    assert np.mean(points) == pytest.approx(0.22 if leaked else 0.0, abs=0.05)


def test_a_model_like_the_references_has_no_gap_and_holes_are_taken() -> None:
    public, hidden = simulated(np.random.default_rng(22), references=8, differ=0.0, pairs=400)
    public[np.random.default_rng(1).random(public.shape) < 0.1] = np.nan
    model = gap_model(public[:-1], hidden[:-1])
    found = logit_gap(model, public=public[-1], hidden=hidden[-1])
    assert found.low < 0 < found.high
    assert found.references == 8
    assert found.p > 0.05
    empty = logit_gap(model, public=np.full(400, np.nan), hidden=hidden[-1])
    assert empty.p == 1


def test_models_always_right_or_wrong_stay_finite() -> None:
    public, hidden = simulated(np.random.default_rng(23), references=8)
    public[0], hidden[0], public[1], hidden[1] = 1.0, 1.0, 0.0, 0.0
    model = gap_model(public[:-1], hidden[:-1])
    assert np.isfinite(model.deltas).all()
    found = logit_gap(model, public=np.ones(150), hidden=np.ones(150))
    assert np.isfinite([found.delta, found.points, found.p]).all()


def test_too_few_references_and_unlike_tables_are_refused() -> None:
    with pytest.raises(ValueError, match="5 references"):
        gap_model(np.ones((4, 10)), np.ones((4, 10)))
    with pytest.raises(ValueError, match="one shape"):
        gap_model(np.ones((6, 10)), np.ones((6, 9)))
