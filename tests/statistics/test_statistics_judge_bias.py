"""Biases as judge minus people: found where they were put, and not where people share them."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mingan.statistics import (
    Votes,
    position_bias,
    self_preference,
    self_preference_in_votes,
    style_bias,
    style_bias_in_grades,
    votes_of,
)

NAN = math.nan
values = st.sampled_from([0.0, 0.5, 1.0, NAN])


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(values, values, st.booleans()), min_size=0, max_size=20))
def test_a_judge_that_is_the_people_has_no_bias(rows: list[tuple[float, float, bool]]) -> None:
    one = [row[0] for row in rows]
    own = [row[2] for row in rows]
    for found in (
        position_bias(one, one, resamples=50),
        self_preference(one, one, own, resamples=50),
        style_bias_in_grades(one, one, np.arange(len(one)), name="length", resamples=50),
    ):
        assert found.bias == 0 or math.isnan(found.bias)
        assert math.isnan(found.low) or (found.low, found.high) == (0, 0)


def test_a_liking_for_the_first_place() -> None:
    rng = np.random.default_rng(0)
    people = rng.integers(0, 2, 400).astype(float)
    judge = np.where(rng.random(400) < 0.2, 1.0, people)
    judge[:5] = NAN
    found = position_bias(judge, people)
    assert found.low < 0.1 < found.high
    assert found.low > 0
    assert (found.kind, found.items, found.prompts) == ("position", 395, 395)
    assert found.bias == pytest.approx(found.judge - found.people)


def test_votes_on_one_prompt_hang_together() -> None:
    rng = np.random.default_rng(1)
    people = np.full(400, 0.5)
    judge = rng.integers(0, 2, 20).repeat(20).astype(float)
    alone = position_bias(judge, people)
    clustered = position_bias(judge, people, prompts=[str(i // 20) for i in range(400)])
    assert clustered.high - clustered.low > 3 * (alone.high - alone.low)


def test_its_own_answers_against_what_people_think_of_them() -> None:
    rng = np.random.default_rng(2)
    own = np.arange(600) % 3 == 0
    people = (rng.random(600) < np.where(own, 0.7, 0.4)).astype(float)  # they are better
    strict = people * (rng.random(600) < 0.9)
    fair = self_preference(strict, people, own)
    assert fair.judge > 0.1
    assert fair.low < 0 < fair.high
    vain = self_preference(np.where(own & (rng.random(600) < 0.5), 1.0, strict), people, own)
    assert vain.low > 0
    assert vain.kind == "self"
    nobody = self_preference(people, people, np.zeros(600, dtype=bool))
    assert math.isnan(nobody.bias)


def paired(
    size: int, seed: int, *, judge_length: float, people_length: float
) -> tuple[Votes, np.ndarray]:
    rng = np.random.default_rng(seed)
    first = rng.integers(0, 3, size)
    second = (first + rng.integers(1, 3, size)) % 3
    lead = rng.uniform(-1, 1, size)
    strength = np.array([0.5, 0.0, -0.5])

    def vote(length: float) -> np.ndarray:
        odds = strength[first] - strength[second] + length * lead
        return np.asarray(rng.random(size) < 1 / (1 + np.exp(-odds)), dtype=np.float64)

    names = np.array(["mine", "other", "third"])
    judge = votes_of(
        names[first].tolist(), names[second].tolist(), vote(judge_length), styles={"length": lead}
    )
    return judge, vote(people_length)


def test_length_is_a_bias_only_beyond_what_people_like() -> None:
    same, people = paired(1500, 3, judge_length=1.5, people_length=1.5)
    (found,) = style_bias(same, people, resamples=200)
    assert found.people > 1
    assert found.low < 0 < found.high
    more, people = paired(1500, 4, judge_length=2.5, people_length=1)
    (found,) = style_bias(more, people, resamples=200)
    assert found.low > 0
    assert found.bias == pytest.approx(1.5, abs=0.5)
    people[:] = NAN
    (nothing,) = style_bias(more, people)
    assert (nothing.items, math.isnan(nothing.bias)) == (0, True)


def test_its_own_models_in_votes() -> None:
    judge, people = paired(900, 5, judge_length=0, people_length=0)
    fair = self_preference_in_votes(judge, people, ["mine"])
    assert fair.low < 0 < fair.high
    assert fair.items == int(((judge.first == 0) | (judge.second == 0)).sum())
    swayed = np.where(judge.first == 0, 1.0, np.where(judge.second == 0, 0.0, judge.won))
    names = np.array(judge.models)
    vain = votes_of(names[judge.first].tolist(), names[judge.second].tolist(), swayed)
    found = self_preference_in_votes(vain, people, ["mine"])
    assert (found.kind, found.judge) == ("self", 0.5)
    assert found.low > 0.1


def test_the_slope_of_grades_on_length() -> None:
    rng = np.random.default_rng(6)
    length, people = rng.random(500), rng.integers(0, 2, 500) / 2
    found = style_bias_in_grades(people + 0.4 * length, people, length, name="length")
    assert (found.kind, found.name) == ("style", "length")
    assert found.bias == pytest.approx(0.4)
    flat = style_bias_in_grades(people, people, np.full(500, 0.3), name="length")
    assert math.isnan(flat.bias)


def test_shapes_are_checked() -> None:
    with pytest.raises(ValueError, match="one length"):
        position_bias([1, 0], [1])
    judge, people = paired(10, 1, judge_length=0, people_length=0)
    with pytest.raises(ValueError, match="9 votes by people for 10"):
        style_bias(judge, people[:9])
    with pytest.raises(ValueError, match="9 votes by people for 10"):
        self_preference_in_votes(judge, people[:9], ["mine"])
