"""Fits: found again what made the points, against SciPy, bounds, and the check of convergence."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import optimize

from mingan.scaling.fits import fit

Floats = NDArray[np.float64]
X = np.linspace(0.1, 4.0, 30)


def decay(p: Floats) -> tuple[Floats, Floats]:
    """a exp(-b x) + c."""
    part = np.exp(-p[:, 1:2] * X)
    turn = [part, -p[:, :1] * X * part, np.ones_like(part)]
    return p[:, :1] * part + p[:, 2:3], np.stack(turn, axis=2)


def noisy(seed: int, spread: float = 0.05) -> Floats:
    return 2.0 * np.exp(-1.3 * X) + 0.5 + np.random.default_rng(seed).normal(0, spread, X.size)


def test_least_squares_are_those_of_scipy() -> None:
    y = noisy(1)
    found = fit(decay, y, [[1.0, 1.0, 0.0], [5.0, 0.1, 1.0]])
    wanted, _ = optimize.curve_fit(lambda x, a, b, c: a * np.exp(-b * x) + c, X, y, [1, 1, 0])
    assert found.converged
    assert found.parameters == pytest.approx(wanted, rel=1e-5)


def test_wild_points_hardly_move_a_robust_fit() -> None:
    y = noisy(2)
    y[[3, 11]] += 30.0
    plain = fit(decay, y, [[1.0, 1.0, 0.0]])
    robust = fit(decay, y, [[1.0, 1.0, 0.0]], delta=0.05)
    assert robust.converged
    assert robust.parameters == pytest.approx([2.0, 1.3, 0.5], abs=0.15)
    assert np.abs(plain.parameters - [2.0, 1.3, 0.5]).max() > 0.5


def test_the_robust_fit_is_where_scipy_finds_none_lower() -> None:
    y = noisy(3, 0.2)

    def loss(p: Floats) -> float:
        r = np.abs(y - decay(np.asarray(p)[None])[0][0])
        return float(np.where(r <= 0.05, 0.5 * r**2, 0.05 * (r - 0.025)).sum())

    found = fit(decay, y, [[1.0, 1.0, 0.0]], delta=0.05)
    assert found.objective == pytest.approx(loss(found.parameters))
    how: Any = {"xatol": 1e-10, "fatol": 1e-13, "maxiter": 20_000}
    best = optimize.minimize(loss, found.parameters, method="Nelder-Mead", options=how)
    assert best.fun >= found.objective - 1e-9


def test_bounds_hold_and_may_be_where_it_comes_to_rest() -> None:
    y = noisy(4)
    found = fit(decay, y, [[1.0, 1.0, 0.1]], low=[0, 0, 0], high=[np.inf, np.inf, 0.3])
    assert found.parameters[2] == pytest.approx(0.3)
    assert found.converged


def test_points_that_bend_nothing_are_not_called_a_fit() -> None:
    def flat(p: Floats) -> tuple[Floats, Floats]:
        """Two parameters of which only the sum counts."""
        total = p[:, :1] + p[:, 1:2] + np.zeros_like(X)
        return total, np.stack([np.ones_like(total), np.ones_like(total)], axis=2)

    assert not fit(flat, noisy(5), [[0.0, 0.0]]).converged


def test_draws_spread_as_theory_says() -> None:
    def mean(p: Floats) -> tuple[Floats, Floats]:
        value = p[:, :1] + np.zeros_like(X)
        return value, np.ones((*value.shape, 1))

    y = np.random.default_rng(6).normal(0, 1, X.size)
    found = fit(mean, y, [[0.0]], draws=2000)
    assert found.errors[0] == pytest.approx(y.std() / math.sqrt(X.size), rel=0.08)
    low, high = found.interval(0.9)[0]
    assert low < y.mean() < high
    assert found.draws.shape == (2000, 1)
    assert np.isnan(fit(mean, y, [[0.0]]).errors).all()


def test_the_same_points_give_the_same_fit() -> None:
    y = noisy(7)
    one, two = (fit(decay, y, [[1.0, 1.0, 0.0]], draws=20) for _ in range(2))
    assert (one.draws == two.draws).all()


@pytest.mark.parametrize("target", [[1.0, 2.0], [1.0, math.nan, 2.0, 3.0], [[1.0, 2.0, 3.0]]])
def test_too_few_points_and_what_is_no_number_are_refused(target: object) -> None:
    with pytest.raises(ValueError, match="3 points or more"):
        fit(decay, target, [[1.0, 1.0, 0.0]])  # type: ignore[arg-type]
