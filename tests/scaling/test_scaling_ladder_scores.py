"""The second step of the chain: scores that follow losses, and those that do not."""

from __future__ import annotations

import numpy as np
import pytest

from mingan.scaling.ladder_law import fit_ladder
from mingan.scaling.ladder_scores import fit_scores

SIZES = (25_000, 55_000, 98_000, 155_000)
LENGTHS = (0.8e6, 1.6e6, 3.2e6)


def truth(loss: np.ndarray) -> np.ndarray:
    return 0.25 + 0.75 / (1 + np.exp(4.0 * (loss - 1.5)))


def ladder(rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    n, d = (grid.ravel() for grid in np.meshgrid(SIZES, LENGTHS))
    loss = (0.6 + 12 * n**-0.3 + 60 * d**-0.36) * np.exp(0.003 * rng.standard_normal(n.size))
    return n, d, loss, np.clip(truth(loss) + 0.012 * rng.standard_normal(n.size), 0, 1)


def test_scores_are_foretold_by_way_of_losses_and_intervals_hold() -> None:
    held, widths = 0, []
    trials = 12
    for seed in range(trials):
        rng = np.random.default_rng(seed)
        n, d, loss, score = ladder(rng)
        law, curve = fit_ladder(n, d, loss), fit_scores(loss, score, items=400, floor=0.25)
        assert curve is not None
        found = curve.foretell(law, 220_000, 5.6e6)
        right = 0.6 + 12 * 220_000**-0.3 + 60 * 5.6e6**-0.36
        came = float(truth(np.array(right * np.exp(0.003 * rng.standard_normal()))))
        came += 0.012 * rng.standard_normal()
        held += found.low <= came <= found.high
        widths.append(found.high - found.low)
        assert 0.25 < found.low < found.score < found.high < 1
    assert held >= 9  # nine in ten, less what chance takes
    assert np.median(widths) < 0.12


def test_scores_that_do_not_rise_foretell_nothing() -> None:
    rng = np.random.default_rng(0)
    loss = np.linspace(1.8, 1.3, 12)
    assert fit_scores(loss, np.full(12, 0.25), items=400, floor=0.25) is None
    refused = sum(
        fit_scores(loss, 0.25 + 0.02 * rng.standard_normal(12), items=400, floor=0.25) is None
        for _ in range(60)
    )
    assert refused >= 52  # one in twenty rises by chance
    assert fit_scores(loss, truth(loss)[::-1], items=400, floor=0.25) is None
    assert fit_scores(loss[:4], truth(loss[:4]), items=400, floor=0.25) is None


def test_a_curve_falls_with_loss_and_stays_above_the_floor() -> None:
    loss = np.linspace(1.8, 1.3, 12)
    curve = fit_scores(loss, truth(loss), items=400, floor=0.25)
    assert curve is not None
    middle = np.median(curve.scores(loss), axis=0)
    assert np.abs(middle - truth(loss)).max() < 0.01
    assert (np.diff(middle) > 0).all()
    assert curve.scores(50.0).min() == pytest.approx(0.25)


def test_what_makes_no_curve_is_refused() -> None:
    for losses, scores, items, floor in (
        ([1, 2], [0.5], 10, 0.0), ([1, 2], [0.5, 1.2], 10, 0.0), ([1, 2], [0.5, 0.6], 0, 0.0),
        ([1, 2], [0.5, 0.6], 10, 1.0),
    ):  # fmt: skip
        with pytest.raises(ValueError, match=r"needs|must"):
            fit_scores(losses, scores, items=items, floor=floor)
