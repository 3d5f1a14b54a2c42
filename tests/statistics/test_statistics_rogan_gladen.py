"""The share corrected for a judge's errors: by hand, by simulation, where there is none."""

from __future__ import annotations

import math

import numpy as np
import pytest

from mingan.statistics import corrected_score, share_by_errors


def test_by_hand() -> None:
    people = [1, 1, 1, 1, 0, 0, 0, 0, 0, 0] + [math.nan] * 10
    judge = [1, 1, 1, 0, 1, 0, 0, 0, 0, 0] + [1] * 6 + [0] * 4
    found = share_by_errors(people, judge)
    assert (found.sensitivity, found.specificity, found.judge) == (0.75, 5 / 6, 0.5)
    assert found.score == pytest.approx((0.5 + 5 / 6 - 1) / (0.75 + 5 / 6 - 1))
    assert found.low < found.score < found.high
    assert (found.people, found.judged) == (10, 20)


def test_it_covers_new_answers_and_agrees_with_the_other_way() -> None:
    rng = np.random.default_rng(0)
    hit, apart = [], []
    for _ in range(400):
        truth = (rng.random(600) < 0.4).astype(float)
        judge = np.where(rng.random(600) < np.where(truth == 1, 0.85, 0.8), truth, 1 - truth)
        people = np.where(np.arange(600) < 150, truth, np.nan)
        found = share_by_errors(people, judge)
        hit.append(found.low <= 0.4 <= found.high)
        apart.append(found.score - corrected_score(people, judge).score)
    assert 0.94 <= np.mean(hit) <= 1
    assert abs(np.mean(apart)) < 0.01


def test_a_coin_cannot_be_corrected() -> None:
    for people, judge in (
        ([1, 0, 1, 0, math.nan], [1, 1, 0, 0, 1]),
        ([1, 1, math.nan], [1, 1, 0]),
        ([], []),
    ):
        found = share_by_errors(people, judge)
        assert math.isnan(found.score)
        assert (found.low, found.high) == (0, 1)


def test_only_verdicts_are_taken() -> None:
    with pytest.raises(ValueError, match="0 or 1"):
        share_by_errors([0.5, 1], [1, 0])
    with pytest.raises(ValueError, match="one length"):
        share_by_errors([1], [1, 0])


def test_repeats_of_a_question_are_not_so_many_questions() -> None:
    """With four equal answers to each of 40 questions the interval is that of the 40."""
    rng = np.random.default_rng(3)
    truth = (rng.random(40) < 0.6).astype(float)
    judge = np.where(rng.random(40) < 0.15, 1 - truth, truth)
    once = share_by_errors(truth, judge)
    names = np.repeat(np.arange(40), 4)
    four = share_by_errors(np.repeat(truth, 4), np.repeat(judge, 4), units=names)
    naive = share_by_errors(np.repeat(truth, 4), np.repeat(judge, 4))
    assert four.score == pytest.approx(once.score)
    assert four.high - four.low == pytest.approx(once.high - once.low, rel=0.05)
    assert naive.high - naive.low < 0.6 * (once.high - once.low)
    with pytest.raises(ValueError, match="units"):
        share_by_errors([1, 0], [1, 0], units=[1])
