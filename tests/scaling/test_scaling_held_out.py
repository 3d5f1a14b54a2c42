"""Small runs against large ones: a world whose law is known, and one without any law."""

from __future__ import annotations

import numpy as np
import pytest

from mingan.scaling.held_out import Runs, hold_out
from mingan.scaling.loss_laws import LossLaw
from mingan.scaling.score_laws import ScoreLaw

LAW = LossLaw(A=400.0, B=2000.0, E=1.8, alpha=0.34, beta=0.37)
CURVE = ScoreLaw(floor=0.25, ceiling=1.0, slope=2.0, middle=2.4)


def world(noise: float = 0.0) -> Runs:
    rng = np.random.default_rng(3)
    n, d = (grid.ravel() for grid in np.meshgrid(np.geomspace(1e7, 3e9, 7),
                                                 np.geomspace(1e9, 1e11, 6)))  # fmt: skip
    loss = LAW.loss(n, d) * np.exp(rng.normal(0, noise, n.size))
    return Runs(parameters=n, tokens=d, compute=6 * n * d, loss=loss, score=CURVE.score(loss))


def test_a_world_with_a_law_is_foretold_exactly() -> None:
    found = hold_out(world(), below=1e20, above=2e20, draws=0)
    assert found.fit.fit.converged
    assert found.loss.mean < 1e-6
    assert found.score is not None
    # Not exactly: one more point says that no loss at all scores 1, and this curve ends at .994.
    assert found.score.mean < 0.005
    assert found.loss.unchanged > 0.01


def test_noise_leaves_an_error_with_an_interval() -> None:
    found = hold_out(world(0.004), below=1e20, above=1e20, draws=50)
    assert 0 < found.loss.low <= found.loss.high
    assert found.loss.mean < 0.02
    assert found.loss.most >= found.loss.mean
    assert found.small.loss.size + found.large.loss.size == 42


def test_the_highest_losses_are_left_out_and_the_order_stays() -> None:
    runs = world()
    kept = runs.without_highest(3)
    assert kept.loss.size == 39
    assert kept.loss.max() < np.sort(runs.loss)[-3]
    assert [n for n in runs.parameters if n in kept.parameters] == list(runs.parameters)


def test_too_few_runs_are_refused() -> None:
    with pytest.raises(ValueError, match="to fit"):
        hold_out(world(), below=1e17, above=1e18)
