"""Loss laws, score laws and the way back: identities, round trips, walls."""

from __future__ import annotations

import math
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mingan.scaling import (
    Chain,
    LossLaw,
    ScoreLaw,
    effective_parameters,
    fit_compute_law,
    fit_error_law,
    fit_loss_law,
    fit_score_law,
    size_of_loss,
)

LAW = LossLaw(A=400.0, B=2000.0, E=1.8, alpha=0.34, beta=0.36)
DENSE = LossLaw(A=20.0, B=30.0, E=0.0, alpha=0.2, beta=0.25)
CURVE = ScoreLaw(floor=0.25, ceiling=0.95, slope=5.0, middle=2.3)
TRILLION = 1e12


@given(st.floats(1e6, 1e12), st.floats(0.3, 0.95))
def test_there_and_back_again(size: float, alpha: float) -> None:
    law = LossLaw(A=10.0, B=30.0, E=0.5, alpha=alpha, beta=0.25)
    loss = float(law.loss(size, TRILLION))
    rest = loss - law.E - law.B * TRILLION**-law.beta
    if rest < 1e-4 * loss:  # what is left of the size in the loss is lost to rounding
        return
    assert size_of_loss(law, loss, TRILLION).parameters == pytest.approx(size, rel=1e-7)


@given(st.floats(7.0, 11.0))
def test_size_to_score_and_back(power: float) -> None:
    size = 10**power
    score = float(Chain(loss=LAW, score=CURVE).foretell(size, TRILLION))
    found = effective_parameters(LAW, CURVE, score, tokens=TRILLION)
    assert found.out == ""
    assert found.parameters == pytest.approx(size, rel=1e-6)


def test_round_trips_at_ordinary_sizes_are_good_to_a_billionth() -> None:
    for size in (1e8, 1e9, 7e9, 7e10):
        score = float(Chain(loss=DENSE, score=CURVE).foretell(size, TRILLION))
        back = effective_parameters(DENSE, CURVE, score, tokens=TRILLION)
        assert back.parameters == pytest.approx(size, rel=1e-9)


@pytest.mark.parametrize(
    ("score", "wall"),
    [(0.25, "guessing"), (0.1, "guessing"), (0.95, "ceiling"), (1.0, "ceiling"),
     (0.9499999, "unreachable"), (0.6, "")],
)  # fmt: skip
def test_a_wall_is_named_and_never_a_number(score: float, wall: str) -> None:
    law = LossLaw(A=50.0, B=300.0, E=1.5, alpha=0.3, beta=0.3)
    found = effective_parameters(law, CURVE, score, tokens=TRILLION)
    assert found.out == wall
    assert math.isnan(found.parameters) == bool(wall)


def test_a_loss_that_no_size_reaches_is_named() -> None:
    law = LossLaw(A=3.0, B=300.0, E=1.5, alpha=0.3, beta=0.3)
    assert size_of_loss(law, 5.0, TRILLION).parameters < 1  # in whatever unit
    assert size_of_loss(law, 1.5, TRILLION).out == "unreachable"
    assert size_of_loss(law, math.nan, TRILLION).out == "unreachable"


def test_what_lies_past_the_largest_reference_is_marked() -> None:
    score = float(Chain(loss=LAW, score=CURVE).foretell(3e9, TRILLION))
    assert effective_parameters(LAW, CURVE, score, tokens=TRILLION, largest=1e9).beyond
    assert not effective_parameters(LAW, CURVE, score, tokens=TRILLION, largest=5e9).beyond


def test_better_scores_take_larger_references() -> None:
    sizes = [
        effective_parameters(LAW, CURVE, score, tokens=TRILLION).parameters
        for score in np.linspace(0.3, 0.85, 30)
    ]
    assert all(a < b for a, b in pairwise(sizes))


def test_the_best_share_of_compute_has_the_least_loss() -> None:
    n, d = LAW.best(1e21)
    assert 6 * n * d == pytest.approx(1e21)
    sizes = n * np.geomspace(0.5, 2, 41)
    losses = LAW.loss(sizes, 1e21 / 6 / sizes)
    assert int(np.argmin(losses)) == 20


@pytest.mark.parametrize("irreducible", [True, False])
def test_a_law_is_found_again_from_its_points(irreducible: bool) -> None:
    law = LAW if irreducible else DENSE
    n, d = (x.ravel() for x in np.meshgrid(np.geomspace(1e7, 1e10, 6), np.geomspace(1e9, 1e12, 6)))
    found = fit_loss_law(n, d, law.loss(n, d), irreducible=irreducible)
    assert found.fit.converged
    for name in ("A", "B", "E", "alpha", "beta"):
        assert getattr(found.law, name) == pytest.approx(getattr(law, name), rel=1e-3), name
    assert math.isnan(found.errors["alpha"])
    assert found.laws == ()


def test_a_term_that_is_not_there_is_left_out() -> None:
    n, d = (x.ravel() for x in np.meshgrid(np.geomspace(1e7, 1e10, 5), np.geomspace(1e9, 1e12, 5)))
    # A world that bends the other way has no room for E at all.
    curved = np.exp(np.log(DENSE.loss(n, d)) * 1.3)
    found = fit_loss_law(n, d, curved, draws=5)
    assert (found.law.E, found.fit.converged) == (0.0, True)
    assert found.fit.draws.shape == (5, 4)


def test_the_unit_of_size_changes_nothing_but_a() -> None:
    n, d = (x.ravel() for x in np.meshgrid(np.geomspace(1e7, 1e10, 5), np.geomspace(1e9, 1e12, 5)))
    noise = np.exp(np.random.default_rng(1).normal(0, 0.003, n.size))
    loss = LAW.loss(n, d) * noise
    whole, billions = fit_loss_law(n, d, loss), fit_loss_law(n / 1e9, d, loss)
    assert billions.law.alpha == pytest.approx(whole.law.alpha, rel=1e-4)
    wanted = size_of_loss(whole.law, 2.5, 1e11).parameters
    assert 1e9 * size_of_loss(billions.law, 2.5, 1e11).parameters == pytest.approx(wanted, rel=1e-3)


def test_a_sigmoid_is_found_again_and_keeps_to_its_bounds() -> None:
    loss = np.linspace(1.2, 3.6, 60)
    found = fit_score_law(loss, CURVE.score(loss), perfect=False)
    assert found.fit.converged
    assert (found.law.floor, found.law.ceiling) == pytest.approx((0.25, 0.95), abs=1e-4)
    assert (found.law.slope, found.law.middle) == pytest.approx((5.0, 2.3), rel=1e-3)
    perfect = fit_score_law(loss, CURVE.score(loss)).law
    assert 0.95 < perfect.ceiling <= 1.0
    assert math.isnan(CURVE.loss(0.96))
    assert CURVE.loss(0.6) == pytest.approx(2.3)


def test_draws_of_a_sigmoid_hold_the_truth() -> None:
    rng = np.random.default_rng(2)
    loss = rng.uniform(1.2, 3.6, 80)
    found = fit_score_law(
        loss, CURVE.score(loss) + rng.normal(0, 0.01, 80), perfect=False, draws=200
    )
    middles = [law.middle for law in found.laws]
    assert np.quantile(middles, 0.01) < 2.3 < np.quantile(middles, 0.99)


def test_gadres_forms_are_found_again() -> None:
    compute, multiple = (
        x.ravel() for x in np.meshgrid(np.geomspace(1e17, 1e22, 6), [5, 20, 80, 320])
    )
    truth = 1.8 + (200 * multiple**0.14 + 300 * multiple**-0.14) * compute**-0.14
    law = fit_compute_law(compute, multiple, truth)
    assert (law.E, law.eta) == pytest.approx((1.8, 0.14), rel=1e-3)
    assert law.loss(1e21, 20) == pytest.approx(
        1.8 + (200 * 20**0.14 + 300 * 20**-0.14) * 1e21**-0.14, rel=1e-6
    )
    loss = np.linspace(2.3, 5, 12)
    errors = fit_error_law(loss, 0.86 - 2.2 * np.exp(-0.7 * loss))
    assert (errors.worst, errors.scale, errors.rate) == pytest.approx((0.86, 2.2, 0.7), rel=1e-3)


def test_points_that_make_no_sense_are_refused() -> None:
    with pytest.raises(ValueError, match="above 0"):
        fit_loss_law([1e9, -1.0] * 4, [1e9] * 8, [2.0] * 8)
    with pytest.raises(ValueError, match="above 0"):
        fit_loss_law([1e9, math.nan] * 4, [1e9] * 8, [2.0] * 8)
    with pytest.raises(ValueError, match="one length"):
        fit_loss_law([1e9] * 7, [1e9] * 8, [2.0] * 8)
    with pytest.raises(ValueError, match="numbers of one length"):
        fit_score_law([1.0, math.nan], [0.5, 0.5])
    with pytest.raises(ValueError, match="5 points or more"):
        fit_loss_law([1e9] * 3, [1e9] * 3, [2.0] * 3)
