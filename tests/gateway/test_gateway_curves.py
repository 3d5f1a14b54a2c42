"""Curves of quality against cost: hand-computed cases, and what must hold for any table."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from mingan.gateway.curves import (
    aiq,
    chosen,
    gap_recovered,
    hull,
    interval_of,
    means,
    over_zero,
    resampled,
    sweep,
    taken,
    trade_offs,
    zero,
)

Floats = NDArray[np.float64]


def table(seed: int, questions: int = 60, models: int = 3) -> tuple[Floats, Floats]:
    rng = np.random.default_rng(seed)
    quality = (rng.random((questions, models)) < rng.random(models)).astype(float)
    return quality, rng.random((questions, models)) * 10 ** rng.uniform(0, 2, models)


SEEDS = st.integers(0, 10_000)


def test_the_hull_leaves_out_what_a_coin_between_others_beats() -> None:
    curve = hull([1, 2, 3, 4], [0.5, 0.6, 0.9, 0.8])
    assert curve.costs.tolist() == [1, 3]
    assert curve.qualities.tolist() == [0.5, 0.9]
    assert curve.at(2) == pytest.approx(0.7)
    assert curve.at(9) == 0.9
    assert curve.cost_of(0.8) == pytest.approx(2.5)
    assert curve.cost_of(0.91) == float("inf")
    assert curve.slope(2) == pytest.approx(0.2)
    assert curve.slope(3) == 0


def test_aiq_by_hand() -> None:
    # From 1 to 3 the mean is .7, from 3 to 5 it stays at .9: (1.4 + 1.8) / 4.
    assert aiq(hull([1, 3], [0.5, 0.9]), low=1, high=5) == pytest.approx(0.8)
    # Nothing costs as little as 1: from 1 to 3 there is no quality.
    assert aiq(hull([3], [0.9]), low=1, high=5) == pytest.approx(0.45)
    with pytest.raises(ValueError, match="range"):
        aiq(hull([1], [1]), low=1, high=1)


def test_pgr_apgr_and_cpt_by_hand() -> None:
    weak, strong = [0, 0, 1, 1], [1, 1, 1, 1]
    perfect = gap_recovered([2, 2, 0, 0], weak, strong)
    assert perfect.recovered.tolist() == [0, 0.5, 1, 1, 1]
    assert perfect.apgr == pytest.approx(0.75)
    assert perfect.cpt(0.5) == pytest.approx(0.25)
    assert perfect.cpt(0.9) == pytest.approx(0.45)
    worst = gap_recovered([0, 0, 2, 2], weak, strong)
    assert worst.apgr == pytest.approx(0.25)
    assert gap_recovered([7, 7, 7, 7], weak, strong).apgr == pytest.approx(0.5)
    with pytest.raises(ValueError, match="not better"):
        gap_recovered([1, 2], [1, 1], [1, 0])


@given(SEEDS)
@settings(max_examples=12, deadline=None)
def test_a_hull_rises_and_bends_down_and_lies_above_its_points(seed: int) -> None:
    rng = np.random.default_rng(seed)
    costs, qualities = rng.integers(0, 9, 12).astype(float), rng.integers(0, 9, 12) / 8
    curve = hull(costs, qualities)
    assert (np.diff(curve.costs) > 0).all()
    assert (np.diff(curve.qualities) > 0).all()
    slopes = np.diff(curve.qualities) / np.diff(curve.costs)
    assert (np.diff(slopes) < 1e-12).all()
    assert all(curve.at(c) >= q - 1e-12 for c, q in zip(costs, qualities, strict=True))


@given(SEEDS)
@settings(max_examples=12, deadline=None)
def test_nothing_is_above_the_oracle(seed: int) -> None:
    quality, costs = table(seed)
    rows = sweep(quality, costs)
    ceiling = hull(taken(costs, rows).mean(axis=1), taken(quality, rows).mean(axis=1))
    rng = np.random.default_rng(seed)
    anyone = sweep(rng.random(quality.shape), costs)
    for cost, got in zip(
        taken(costs, anyone).mean(axis=1), taken(quality, anyone).mean(axis=1), strict=True
    ):
        assert got <= ceiling.at(float(cost)) + 1e-9
    assert ceiling.at(1e9) == pytest.approx(quality.max(axis=1).mean())


@given(SEEDS)
@settings(max_examples=12, deadline=None)
def test_random_order_recovers_half_on_average(seed: int) -> None:
    rng = np.random.default_rng(seed)
    weak, strong = rng.random(300) < 0.4, rng.random(300) < 0.9
    many = [gap_recovered(rng.random(300), weak, strong).apgr for _ in range(30)]
    assert np.mean(many) == pytest.approx(0.5, abs=0.06)


@given(SEEDS)
@settings(max_examples=12, deadline=None)
def test_no_single_model_beats_the_zero_router(seed: int) -> None:
    quality, costs = table(seed)
    leads = [over_zero(quality[:, m], costs[:, m], quality, costs) for m in range(3)]
    assert all(lead <= 1e-9 for lead, _ in leads)
    assert max(lead for lead, _ in leads) == pytest.approx(0, abs=1e-9)
    best = zero(quality, costs)
    assert best.qualities[-1] == pytest.approx(quality.mean(axis=0).max())


@given(SEEDS)
@settings(max_examples=12, deadline=None)
def test_what_a_question_adds_sums_up_to_the_lead(seed: int) -> None:
    quality, costs = table(seed)
    rows = sweep(quality, costs, steps=9)
    for row in rows:
        got, paid = taken(quality, row), taken(costs, row)
        lead, each = over_zero(got, paid, quality, costs)
        cost = float(paid.mean())
        if cost >= costs.mean(axis=0).min():
            assert lead == pytest.approx(got.mean() - zero(quality, costs).at(cost), abs=1e-9)
        assert each.mean() == pytest.approx(lead)


def test_a_trade_off_of_nothing_is_the_cheapest_and_of_all_the_best() -> None:
    predicted, costs = np.array([[0.2, 0.9, 0.9]]), np.array([[1.0, 5.0, 3.0]])
    assert chosen(predicted, costs, 0.0).tolist() == [0]
    assert chosen(predicted, costs, float("inf")).tolist() == [2]
    assert trade_offs(predicted, costs)[0] == 0
    assert chosen(predicted, costs, 2.9 / 0.7 * 0.69).tolist() == [2]
    assert chosen(predicted, costs, 2.0).tolist() == [0]


def test_resamples_take_whole_clusters() -> None:
    counts = resampled(6, clusters=["a", "a", "b", "b", "c", "c"], draws=50, seed=1)
    assert (counts[:, ::2] == counts[:, 1::2]).all()
    low, high = interval_of(means(counts, np.array([0, 0, 1, 1, 0.5, 0.5])))
    assert low < 0.5 < high
