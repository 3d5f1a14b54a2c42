"""Votes, agreement and cascades in numbers."""

from __future__ import annotations

import math

import numpy as np
import pytest

from mingan.gateway.ballots import agreement, decided, gist, vote_weight, winner
from mingan.gateway.cascades import Plan, best_plan, follow, threshold
from mingan.statistics.intervals import clopper_pearson


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ("答案是 42。", "42"),
        ("The answer is **42**.", "42.0"),
        ("1,024", "1024"),
        ("  Paris! ", "paris"),
        ("先算……\n" * 60 + "12", "12"),
        ("Ａ", "a"),
    ],
)
def test_the_same_answer_in_other_clothes(a: str, b: str) -> None:
    assert gist(a) == gist(b)


@pytest.mark.parametrize(("a", "b"), [("-4", "4"), ("0.5", "5"), ("A", "B"), ("100", "1")])
def test_answers_that_differ_stay_apart(a: str, b: str) -> None:
    assert gist(a) != gist(b)


def test_weights_are_the_log_odds_of_k_ways() -> None:
    assert vote_weight(0.8, 4) == pytest.approx(math.log(0.8 * 3 / 0.2))
    assert vote_weight(0.25, 4) == pytest.approx(0)
    assert vote_weight(0.1, 4) == 0


def test_one_good_voter_outweighs_two_bad_ones() -> None:
    ballots = [("good", "x"), ("bad", "y"), ("worse", "y")]
    weights = {"good": vote_weight(0.95, 4), "bad": vote_weight(0.4, 4),
               "worse": vote_weight(0.4, 4)}  # fmt: skip
    assert winner(ballots, weights)[0] == "x"
    assert winner(ballots, {})[0] == "y"
    assert winner(ballots, dict.fromkeys(weights, 0.0))[0] == "y"
    with pytest.raises(ValueError, match="nobody"):
        winner([], {})


def test_sampling_stops_when_the_leader_cannot_be_caught_or_is_surely_ahead() -> None:
    assert not decided(["a"], 3)
    assert decided(["a", "a"], 1)
    assert not decided(["a", "a", "a"], 10)  # Beta(4, 1) above one half: 1 - 1/16 = .9375
    assert decided(["a", "a", "a", "a"], 10)  # 1 - 1/32 = .969
    assert not decided(["a", "b", "a"], 4)
    assert agreement(["a", "b", "a", "a"]) == 0.75
    assert agreement([]) == 0


def test_a_threshold_is_as_low_as_it_can_be_proved() -> None:
    rng = np.random.default_rng(0)
    sure = rng.random(2000)
    right = (rng.random(2000) < sure).astype(float)
    cut = threshold(sure, right, wanted=0.8)
    assert cut is not None
    assert 0.6 < cut < 0.8
    taken = right[sure >= cut]
    assert clopper_pearson(float(taken.sum()), len(taken), level=0.9).low >= 0.8
    assert threshold(sure, right, wanted=0.999) is None
    assert threshold(np.zeros(0), np.zeros(0), wanted=0.5) is None


def test_thresholds_hold_what_they_promise_on_new_questions() -> None:
    kept = 0
    for seed in range(60):
        rng = np.random.default_rng(seed)
        sure = rng.random(300)
        right = (rng.random(300) < 0.55 + 0.4 * sure).astype(float)
        cut = threshold(sure, right, wanted=0.8)
        kept += cut is None or 0.55 + 0.4 * (1 + cut) / 2 >= 0.8
    assert kept >= 55


def test_a_cascade_pays_for_what_it_asks() -> None:
    plan = Plan(order=(0, 1), accept=(0.5,))
    sure = np.array([[0.9, 0], [0.1, 0]])
    got, paid = follow(plan, sure, np.array([[1.0, 1], [0, 1]]), np.array([[1.0, 10]] * 2), asks=3)
    assert got.tolist() == [1, 1]
    assert paid.tolist() == [3, 13]


def test_the_best_plan_is_cheap_and_good_enough_and_none_where_nothing_tells() -> None:
    rng = np.random.default_rng(1)
    easy = rng.random(800) < 0.6
    scores = np.stack([easy, rng.random(800) < 0.95], axis=1).astype(float)
    costs = np.tile([1.0, 20.0], (800, 1))
    sure = np.stack([np.where(easy, 0.9, 0.2), np.ones(800)], axis=1)
    plan = best_plan(sure, scores, costs, wanted=0.9)
    assert plan is not None
    assert plan.order == (0, 1)
    got, paid = follow(plan, sure, scores, costs)
    assert got.mean() >= 0.9
    assert paid.mean() < 10
    assert best_plan(rng.random((800, 2)), scores, costs, wanted=0.9) is None
