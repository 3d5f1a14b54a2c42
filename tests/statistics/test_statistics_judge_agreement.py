"""A judge beside people: the same measure for both, on the same things."""

from __future__ import annotations

import math

import numpy as np
import pytest

from mingan.statistics import cohen_kappa, judge_alongside, majority

NAN = math.nan


def test_the_measures_are_those_of_pairs() -> None:
    rng = np.random.default_rng(0)
    truth = rng.integers(0, 3, 300).astype(float)
    people = np.stack([np.where(rng.random(300) < 0.9, truth, 0) for _ in range(3)])
    judge = np.where(rng.random(300) < 0.6, truth, 1)
    judge[:20] = NAN
    found = judge_alongside(judge, people)
    pairs = ((0, 1), (0, 2), (1, 2))
    among = np.mean([cohen_kappa(people[i, 20:], people[j, 20:])[0] for i, j in pairs])
    assert found.judge_kappa.value == pytest.approx(
        np.mean([cohen_kappa(judge, person)[0] for person in people])
    )
    assert found.people_kappa.value == pytest.approx(among)
    assert found.behind_kappa.value == pytest.approx(found.judge_kappa.value - among)
    assert found.behind_raw.low < found.behind_raw.value < found.behind_raw.high < 0
    assert (found.things, found.failed, found.people) == (280, 20, 3)


def test_a_judge_that_is_one_of_the_people_is_not_behind() -> None:
    rng = np.random.default_rng(1)
    truth = rng.integers(0, 2, 400).astype(float)
    voices = [np.where(rng.random(400) < 0.85, truth, 1 - truth) for _ in range(4)]
    found = judge_alongside(voices[0], np.stack(voices[1:]))
    assert found.behind_kappa.low < 0 < found.behind_kappa.high


def test_one_person_says_nothing_of_people_among_themselves() -> None:
    found = judge_alongside([0, 1, 0, 1], [[0, 1, 1, NAN]])
    assert found.things == 3
    assert found.judge_raw.value == pytest.approx(2 / 3)
    for measured in (found.people_raw, found.people_kappa, found.behind_kappa):
        assert math.isnan(measured.value)


def test_nothing_shared_and_nothing_disagreed() -> None:
    nothing = judge_alongside([NAN, 1], [[0, NAN]])
    assert (nothing.things, nothing.failed) == (0, 1)
    assert math.isnan(nothing.judge_raw.value)
    perfect = judge_alongside([0, 1, 1], [[0, 1, 1], [0, 1, 1]])
    assert (perfect.judge_kappa.value, perfect.behind_raw.value) == (1, 0)
    assert math.isnan(perfect.judge_raw.low)


def test_a_majority_is_more_than_half() -> None:
    found = majority([[0, 0, 1, NAN], [0, 1, 2, NAN], [1, NAN, 2, NAN]])
    assert found[[0, 2]].tolist() == [0, 2]
    assert np.isnan(found[[1, 3]]).all()


def test_shapes_are_checked() -> None:
    with pytest.raises(ValueError, match="people x things"):
        judge_alongside([0, 1], [0, 1])


def test_things_of_one_unit_are_drawn_together() -> None:
    rng = np.random.default_rng(3)
    people = rng.integers(0, 2, (2, 40))
    judge = np.where(rng.random(40) < 0.8, people[0], 1 - people[0])
    thrice = np.repeat(judge, 3), np.repeat(people, 3, axis=1)
    careless = judge_alongside(*thrice).judge_raw
    held = judge_alongside(*thrice, units=[f"q{i // 3}" for i in range(120)]).judge_raw
    assert held.value == careless.value
    assert held.high - held.low > 1.4 * (careless.high - careless.low)
