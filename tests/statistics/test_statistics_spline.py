"""Our smoothing spline against SciPy's, and what GCV chooses."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.interpolate import make_smoothing_spline

from mingan.statistics.special import Floats
from mingan.statistics.spline import gcv, smoothing_spline


def points(n: int, seed: int = 0) -> tuple[Floats, Floats]:
    rng = np.random.default_rng(seed)
    x = np.sort(rng.random(n))
    return x, x**2 + rng.normal(0, 0.03, n)


@pytest.mark.parametrize("n", [5, 8, 21, 40])
@pytest.mark.parametrize("lam", [0.0, 1e-6, 1e-3, 1.0])
def test_it_is_scipys_spline_for_the_same_smoothness(n: int, lam: float) -> None:
    x, y = points(n)
    at = np.linspace(x[0], x[-1], 60)
    assert smoothing_spline(x, y, lam=lam)(at) == pytest.approx(
        make_smoothing_spline(x, y, lam=lam)(at), abs=1e-6
    )


def test_weights_are_scipys_weights() -> None:
    x, y = points(21)
    w = np.random.default_rng(1).random(21) + 0.1
    at = np.linspace(0, 1, 50)[5:-5]
    assert smoothing_spline(x, y, weights=w, lam=1e-4)(at) == pytest.approx(
        make_smoothing_spline(x, y, w=w, lam=1e-4)(at), abs=1e-9
    )


def test_gcv_chooses_the_best_and_where_scipy_does_too_the_curves_agree() -> None:
    for seed in (1, 2):
        x, y = points(21, seed)
        ours, theirs = smoothing_spline(x, y), make_smoothing_spline(x, y)
        best = gcv(x, y, ours.lam)
        assert best <= min(gcv(x, y, lam) for lam in 10.0 ** np.linspace(-7, 2, 40)) * (1 + 1e-4)
        assert ours(x) == pytest.approx(theirs(x), abs=0.02)


def test_outside_of_the_points_it_is_straight() -> None:
    x, y = points(12)
    fit = smoothing_spline(x, y)
    for at in ([x[0] - 2, x[0] - 1, x[0]], [x[-1], x[-1] + 1, x[-1] + 2]):
        a, b, c = fit(at)
        assert b - a == pytest.approx(c - b)


def test_points_at_one_place_count_as_their_mean() -> None:
    x, y = points(12)
    doubled = smoothing_spline(np.append(x, x[3]), np.append(y, y[3] + 0.2), lam=1e-3)
    once = y.copy()
    once[3] += 0.1
    weights = np.ones(12)
    weights[3] = 2
    single = smoothing_spline(x, once, weights=weights, lam=1e-3)
    assert doubled(x) == pytest.approx(single(x))


def test_caution_makes_it_smoother_and_scale_does_not_matter() -> None:
    x, y = points(21, 3)
    plain, careful = smoothing_spline(x, y), smoothing_spline(x, y, caution=1.4)
    assert careful.lam >= plain.lam
    hundred = smoothing_spline(100 * x, 100 * y, caution=1.4)
    assert hundred(100 * x) == pytest.approx(100 * careful(x), abs=1e-3)


def test_too_few_places_and_what_is_no_number_are_refused() -> None:
    with pytest.raises(ValueError, match="5 different"):
        smoothing_spline([0, 0, 1, 1, 2, 2, 3], [0, 0, 1, 1, 2, 2, 3])
    with pytest.raises(ValueError, match="finite"):
        smoothing_spline([0, 1, 2, 3, np.nan], [0, 1, 2, 3, 4])
    with pytest.raises(ValueError, match="one length"):
        smoothing_spline([0, 1, 2, 3, 4], [0, 1, 2, 3])
    with pytest.raises(ValueError, match="lam"):
        smoothing_spline([0, 1, 2, 3, 4], [0, 1, 2, 3, 4], lam=-1)
