"""Evidence that may be looked at on any day."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import integrate, stats

from mingan.statistics.eprocess import calibrate, course, pair_evidence, start_weights


def test_pair_evidence_is_a_bet_on_every_chance_alike() -> None:
    for b, c in ((0, 0), (3, 1), (10, 2), (0, 7)):
        wanted, _ = integrate.quad(
            lambda q, b=b, c=c: 2 ** (b + c) * q**b * (1 - q) ** c * stats.beta(0.5, 0.5).pdf(q),
            0, 1,
        )  # fmt: skip
        assert float(pair_evidence(b, c)) == pytest.approx(wanted, rel=1e-6)
    assert float(pair_evidence(476, 147)) > 1e30


def test_the_calibrator_is_the_mean_of_its_family() -> None:
    for p in (1e-9, 0.01, 0.3, 0.9999, 1.0):
        wanted, _ = integrate.quad(lambda x, p=p: x * p ** (x - 1), 0, 1)
        assert float(calibrate(p)) == pytest.approx(wanted, rel=1e-4)
    # The mean over p is 1; in ln p, since a third of it lies below 0.05.
    grid = np.linspace(np.log(1e-280), 0, 400_001)
    whole = integrate.trapezoid(calibrate(np.exp(grid)) * np.exp(grid), grid)
    assert 0.99 < whole <= 1.0
    assert float(calibrate(0.0)) > 1e290


def test_stakes_on_all_days_are_at_most_one() -> None:
    assert 0.5 < start_weights(100_000).sum() < 1


def test_the_course_is_the_sum_of_bets_that_begin_on_each_day() -> None:
    e = np.array([0.5, 2.0, 0.25, 8.0])
    w = start_weights(4)
    wanted = [
        sum(w[s] * np.prod(e[s : t + 1]) for s in range(t + 1)) + 1 - w[: t + 1].sum()
        for t in range(4)
    ]
    assert course(e) == pytest.approx(wanted)
    assert course(np.stack([e, e])).shape == (2, 4)
    assert np.isfinite(course(np.full(400, 1e300))).all()


def test_under_the_null_pairs_ever_cross_no_oftener_than_promised() -> None:
    rng = np.random.default_rng(1)
    first = rng.random((2000, 1000)) < 0.5
    b = np.cumsum(first, axis=1)
    c = np.cumsum(~first, axis=1)
    assert (pair_evidence(b, c).max(axis=1) >= 20).mean() <= 0.05
