"""Laws that a ladder allows: right in worlds with a known law, and about as wide as they should."""

from __future__ import annotations

import numpy as np
import pytest

from mingan.scaling.ladder_law import SHRINKS, fit_ladder

WIDTHS = np.array([25_088, 56_448, 97_280, 153_600.0])
LENGTHS = np.array([0.8e6, 1.6e6, 3.2e6])


def world(rng: np.random.Generator, noise: float = 0.004) -> tuple[np.ndarray, np.ndarray, object]:
    e, alpha, beta = rng.uniform(0.4, 0.9), rng.uniform(0.25, 0.5), rng.uniform(0.25, 0.5)
    a, b = rng.uniform(0.3, 0.6), rng.uniform(0.3, 0.6)

    def law(n: float, d: float) -> float:
        return float(e + a * (n / 8e4) ** -alpha + b * (d / 1.6e6) ** -beta)

    points = [(n, d) for n in (*WIDTHS, WIDTHS[0], WIDTHS[0], WIDTHS[3]) for d in LENGTHS]
    losses = [
        law(n, d) * np.exp(noise * (d / 3.2e6) ** -SHRINKS * rng.standard_normal())
        for n, d in points
    ]
    return np.array(points), np.array(losses), law


def test_intervals_hold_the_truth_and_are_no_wider_than_they_must() -> None:
    rng = np.random.default_rng(5)
    held, widths, off = 0, [], []
    for _ in range(30):
        points, losses, law = world(rng)
        found = fit_ladder(points[:, 0], points[:, 1], losses)
        said = found.predict(2.2e5, 5.6e6)
        truth = law(2.2e5, 5.6e6) * np.exp(0.004 * 1.75**-SHRINKS * rng.standard_normal())  # type: ignore[operator]
        held += said.low <= truth <= said.high
        widths.append(said.half_width)
        off.append(abs(said.loss / truth - 1))
    assert held >= 24
    assert np.median(widths) < 0.02
    assert np.median(off) < 0.01


def test_a_prediction_says_how_far_out_it_is_and_widens() -> None:
    points, losses, _ = world(np.random.default_rng(1))
    found = fit_ladder(points[:, 0], points[:, 1], losses)
    near, far = found.predict(2.2e5, 5.6e6), found.predict(2.2e7, 5.6e8)
    assert near.compute == pytest.approx(2.2e5 * 5.6e6 / (153_600 * 3.2e6))
    assert far.half_width > near.half_width
    assert near.low <= near.law_low <= near.law_high <= near.high


def test_one_run_that_went_wrong_does_not_bend_the_law() -> None:
    points, losses, _ = world(np.random.default_rng(2))
    good = fit_ladder(points[:, 0], points[:, 1], losses).predict(2.2e5, 5.6e6)
    spoilt = losses.copy()
    spoilt[4] *= 1.2
    bad = fit_ladder(points[:, 0], points[:, 1], spoilt).predict(2.2e5, 5.6e6)
    assert bad.loss == pytest.approx(good.loss, rel=0.015)


def test_the_same_points_give_the_same_law_whatever_their_order() -> None:
    points, losses, _ = world(np.random.default_rng(3))
    one = fit_ladder(points[:, 0], points[:, 1], losses).predict(2.2e5, 5.6e6)
    again = fit_ladder(points[::-1, 0], points[::-1, 1], losses[::-1]).predict(2.2e5, 5.6e6)
    assert again.loss == pytest.approx(one.loss, rel=2e-3)
    assert fit_ladder(points[:, 0], points[:, 1], losses).predict(2.2e5, 5.6e6) == one


def test_what_bears_no_law_is_refused() -> None:
    with pytest.raises(ValueError, match="5 points"):
        fit_ladder([1e5, 2e5], [1e6, 1e6], [2, 1.9])
    with pytest.raises(ValueError, match="two sizes"):
        fit_ladder([1e5] * 6, [1e6, 2e6, 3e6, 4e6, 5e6, 6e6], [2.0] * 6)
    with pytest.raises(ValueError, match="above 0"):
        fit_ladder([1e5] * 6, [1e6] * 6, [2.0, 1, 1, 1, 1, np.nan])
