"""Abilities and difficulties from what models got."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy import optimize

from mingan.statistics.irt import GRID, ability, fit

Floats = NDArray[np.float64]


def world(models: int, questions: int, seed: int) -> tuple[Floats, Floats, Floats, Floats]:
    """Answers of models of known ability to questions of known curves."""
    rng = np.random.default_rng(seed)
    t, b = rng.standard_normal(models), rng.normal(0, 1.2, questions)
    a = np.exp(rng.normal(0, 0.4, questions))
    chances = 1 / (1 + np.exp(-a * (t[:, None] - b)))
    return (rng.random(chances.shape) < chances).astype(float), t, a, b


def test_what_made_the_answers_is_found_again() -> None:
    answers, t, a, b = world(600, 60, seed=1)
    curves = fit(answers)
    assert curves.kind == "2pl"
    assert curves.converged
    assert np.corrcoef(curves.b, b)[0, 1] > 0.99
    assert np.corrcoef(np.log(curves.a), np.log(a))[0, 1] > 0.93
    found = [ability(curves, row) for row in answers]
    inside = [abs(one.mean - true) <= 1.645 * one.error for one, true in zip(found, t, strict=True)]
    assert 0.86 <= np.mean(inside) <= 0.94


def test_the_fit_is_the_highest_point_of_the_posterior() -> None:
    answers, *_ = world(40, 5, seed=2)
    curves = fit(answers)
    prior = np.exp(-(GRID**2) / 2)
    prior /= prior.sum()

    def height(x: Floats) -> float:
        log_a, b = x[:5], x[5:]
        z = np.exp(log_a)[:, None] * (GRID - b[:, None])
        logs = -(answers @ np.logaddexp(0, -z) + (1 - answers) @ np.logaddexp(0, z))
        total = np.log(np.exp(logs) @ prior).sum()
        return float(-(total - (log_a**2).sum() / (2 * 0.5**2) - (b**2).sum() / (2 * 2.0**2)))

    mine = np.concatenate([np.log(curves.a), curves.b])
    best = optimize.minimize(height, np.zeros(10), method="BFGS")
    assert height(mine) == pytest.approx(best.fun, abs=2e-4)
    assert mine == pytest.approx(best.x, abs=0.02)


def test_few_models_share_one_slope_and_missing_answers_do_no_harm() -> None:
    answers, _, _, b = world(20, 40, seed=3)
    answers[np.random.default_rng(4).random(answers.shape) < 0.3] = np.nan
    answers[:, 0] = np.nan
    curves = fit(answers)
    assert curves.kind == "rasch"
    assert np.ptp(curves.a) == pytest.approx(0, abs=1e-12)
    assert np.corrcoef(curves.b[1:], b[1:])[0, 1] > 0.85
    assert curves.b[0] == pytest.approx(0, abs=0.01)  # nobody was asked: what is usual


def test_shares_over_repeats_count_as_so_much_of_an_answer() -> None:
    curves = fit(world(50, 10, seed=5)[0])
    right, wrong, half = (ability(curves, np.full(10, rate)) for rate in (1.0, 0.0, 0.5))
    assert wrong.mean < half.mean < right.mean
    nothing = ability(curves, np.full(10, np.nan))
    assert nothing.mean == pytest.approx(0, abs=1e-9)
    assert nothing.error == pytest.approx(1, abs=0.01)


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_who_is_right_more_often_is_abler(seed: int) -> None:
    answers, *_ = world(35, 12, seed)
    curves = fit(answers)
    assert np.isfinite(curves.a).all()
    assert np.isfinite(curves.b).all()
    better = answers[0].copy()
    place = int(np.argmin(better))
    better[place] = 1.0
    assert ability(curves, better).mean >= ability(curves, answers[0]).mean


def test_information_is_the_square_of_the_slope_of_the_curve_over_its_variance() -> None:
    curves = fit(world(60, 4, seed=6)[0])
    p = curves.chances
    slope = np.gradient(p, GRID, axis=1)[:, 5:-5]
    middle = p[:, 5:-5]
    assert curves.information[:, 5:-5] == pytest.approx(slope**2 / (middle * (1 - middle)), rel=0.1)


@pytest.mark.parametrize("table", [[0.5, 1.0], [[0.5, 1.2]], [[-0.1, 0.4]]])
def test_what_is_no_table_of_shares_is_refused(table: object) -> None:
    with pytest.raises(ValueError, match="table of shares"):
        fit(table)  # type: ignore[arg-type]


def test_questions_can_be_taken_apart() -> None:
    curves = fit(world(40, 6, seed=7)[0])
    some = curves.select([True, False, True, False, False, True])
    assert list(some.b) == [curves.b[0], curves.b[2], curves.b[5]]
    assert list(curves.select([5, 0]).a) == [curves.a[5], curves.a[0]]
