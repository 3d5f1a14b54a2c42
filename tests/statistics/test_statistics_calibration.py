"""What a judge's values mean, learnt from people without peeping at what is to be predicted."""

from __future__ import annotations

import math

import numpy as np
import pytest

from mingan.statistics import corrected_score, cross_fitted

NAN = math.nan


def test_cross_fitted_predictions_never_saw_their_own_verdict() -> None:
    people = np.r_[np.tile([0.0, 1.0], 10), np.full(10, NAN)]
    judge = np.r_[np.arange(20) % 3, np.full(10, NAN)]
    before = cross_fitted(people, judge)
    for i in range(20):
        changed = people.copy()
        changed[i] = 1 - changed[i]
        assert cross_fitted(changed, judge)[i] == before[i]
    assert before[25] == pytest.approx(0.5, abs=0.1)


def test_marks_of_ten_become_values() -> None:
    rng = np.random.default_rng(1)
    truth = rng.integers(0, 2, 500).astype(float)
    marks = np.clip(np.round(4 + 3 * truth + rng.normal(0, 1.5, 500)), 1, 10)
    found = corrected_score(np.where(np.arange(500) < 100, truth, NAN), marks, calibrate=True)
    assert found.high - found.low < 0.85 * (found.alone_high - found.alone_low)


def test_without_verdicts_there_is_nothing_to_learn() -> None:
    assert cross_fitted([NAN, NAN], [1, 0]).tolist() == [0.5, 0.5]
    assert cross_fitted([1, NAN], [1, 0]).tolist() == [1, 1]
    assert cross_fitted([], []).size == 0
