"""A few questions that stand for all."""

from __future__ import annotations

import math
from collections import Counter

import numpy as np
import pytest
from numpy.typing import NDArray

from mingan.statistics.anchors import anchors

Floats = NDArray[np.float64]


def world(models: int, questions: int, seed: int) -> Floats:
    rng = np.random.default_rng(seed)
    t, b = rng.standard_normal(models), rng.normal(0, 1.2, questions)
    a = np.exp(rng.normal(0, 0.4, questions))
    chances = 1 / (1 + np.exp(-a * (t[:, None] - b)))
    return np.asarray((rng.random(chances.shape) < chances).astype(float))


def test_anchors_foretell_better_than_questions_drawn_at_random() -> None:
    answers = world(140, 150, seed=1)
    found = anchors(answers[:80], 25)
    rng = np.random.default_rng(2)
    mine, drawn, held = [], [], []
    for row in answers[80:]:
        miss = abs(found.score(row[list(found.questions)]) - row.mean())
        mine.append(miss)
        held.append(miss <= found.miss())
        drawn.append(abs(row[rng.choice(150, 25, replace=False)].mean() - row.mean()))
    assert np.mean(mine) < 0.75 * np.mean(drawn)
    assert np.mean(mine) == pytest.approx(found.mean_miss, rel=0.35)
    assert np.mean(held) >= 0.8


def test_all_questions_foretell_the_score_itself() -> None:
    answers = world(40, 30, seed=3)
    found = anchors(answers, 30)
    row = answers[5]
    assert found.score(row[list(found.questions)]) == pytest.approx(row.mean())
    assert np.nanmax(np.abs(found.misses)) == pytest.approx(0, abs=1e-9)


def test_the_first_anchors_of_a_larger_set_are_those_of_a_smaller_one() -> None:
    answers = world(60, 40, seed=4)
    assert anchors(answers, 15).questions[:8] == anchors(answers, 8).questions


def test_no_stratum_has_more_than_its_share_and_some_may_not_be_taken() -> None:
    answers = world(60, 40, seed=5)
    strata = ["a"] * 10 + ["b"] * 30
    found = anchors(answers, 12, strata=strata)
    assert Counter(strata[q] for q in found.questions) == {"a": 3, "b": 9}
    may = np.arange(40) % 2 == 0
    assert all(q % 2 == 0 for q in anchors(answers, 12, askable=may).questions)


def test_missing_answers_are_taken_for_usual_ones() -> None:
    answers = world(60, 40, seed=6)
    found = anchors(answers, 10)
    assert found.score(np.full(10, np.nan)) == pytest.approx(found.base)


def test_models_with_holes_are_no_measure_of_the_miss() -> None:
    answers = world(20, 40, seed=7)
    answers[:4, 0] = np.nan
    found = anchors(answers, 10)
    assert np.isnan(found.misses[:4]).all()
    assert math.isfinite(found.miss(0.9))
    assert math.isinf(found.miss(0.99))


@pytest.mark.parametrize("size", [0, 41])
def test_impossible_sizes_and_too_few_models_are_refused(size: int) -> None:
    with pytest.raises(ValueError, match="anchor"):
        anchors(world(20, 40, seed=8), size)
    with pytest.raises(ValueError, match="models or more"):
        anchors(world(7, 40, seed=8), 10)
