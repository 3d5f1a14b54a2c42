"""Whom to ask next: chances that are true, bounded below, and sums that stay unbiased."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mingan.statistics import corrected_score, doubt, take_turns, worth_looking

doubts = st.lists(st.floats(0, 5), min_size=1, max_size=40)


@given(doubts, st.floats(0.01, 1))
def test_worth_is_bounded_below_and_of_mean_one(values: list[float], floor: float) -> None:
    worth = worth_looking(values, floor=floor)
    assert worth.min() >= floor - 1e-9
    assert worth.mean() == pytest.approx(1)


@given(doubts, st.integers(0, 1000), st.data())
def test_chances_are_chances_and_the_chosen_come_first(
    values: list[float], seed: int, data: st.DataObject
) -> None:
    turns = take_turns(worth_looking(values), seed=seed)
    assert sorted(turns.order.tolist()) == list(range(len(values)))
    judged = data.draw(st.integers(1, len(values)))
    chances = turns.chances(judged)
    assert ((chances > 0) & (chances <= 1)).all()
    assert turns.chosen(judged).sum() == judged
    assert (turns.chosen(judged)[turns.order[:judged]]).all()


def test_sums_with_these_chances_are_unbiased_wherever_people_stop() -> None:
    rng = np.random.default_rng(0)
    values, worth = rng.random(30), worth_looking(rng.random(30) ** 3)
    for judged in (3, 10, 25):
        sums = []
        for seed in range(4000):
            turns = take_turns(worth, seed=seed)
            seen = turns.chosen(judged)
            sums.append((values[seen] / turns.chances(judged)[seen]).sum())
        error = np.std(sums) / len(sums) ** 0.5
        assert abs(np.mean(sums) - values.sum()) < 3.5 * error


def test_asking_where_the_judge_is_unsure_makes_the_interval_narrower() -> None:
    rng = np.random.default_rng(1)
    hit: list[bool] = []
    widths: dict[float, list[float]] = {0.25: [], 1.0: []}
    for seed in range(400):
        ease = rng.normal(size=300)
        truth = (ease > 0.1).astype(float)
        judge = 1 / (1 + np.exp(-3 * (ease - 0.1) + rng.normal(size=300)))
        for floor, found in widths.items():
            turns = take_turns(worth_looking(doubt(judge), floor=floor), seed=seed)
            people = np.where(turns.chosen(100), truth, np.nan)
            score = corrected_score(people, judge, chances=turns.chances(100))
            found.append(score.high - score.low)
            hit.append(score.low <= truth.mean() <= score.high)
    assert np.mean(hit) >= 0.94
    assert np.mean(widths[0.25]) < 0.9 * np.mean(widths[1.0])


def test_influence_counts_as_much_as_doubt() -> None:
    worth = worth_looking([0.5, 0.5], [3, 1], floor=0.01)
    assert worth[0] / worth[1] == pytest.approx(3, rel=0.02)
    assert worth_looking([0, 0]).tolist() == [1, 1]
    assert worth_looking([]).size == 0


def test_doubt_is_greatest_in_the_middle_and_where_nothing_is_known() -> None:
    assert doubt([0, 0.5, 1, np.nan]) == pytest.approx([0, 0.5, 0, 0.5])


def test_bad_input_is_refused() -> None:
    with pytest.raises(ValueError, match="floor"):
        worth_looking([1], floor=0)
    with pytest.raises(ValueError, match="numbers from 0"):
        worth_looking([-1.0])
    with pytest.raises(ValueError, match="positive"):
        take_turns([0.0, 1.0], seed=1)
    with pytest.raises(ValueError, match="at least one"):
        take_turns([1.0, 1.0], seed=1).chances(0)
