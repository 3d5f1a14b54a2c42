"""What a judge's values mean, learnt from people without peeping at what is to be predicted."""

from __future__ import annotations

import math

import numpy as np
import pytest

from mingan.statistics import corrected_score, cross_fitted, sharper

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


def test_what_hangs_together_is_left_out_together() -> None:
    people = np.tile([0.0, 0.0, 1.0, 1.0], 8)
    units = np.arange(32) // 2
    judge = (np.arange(32) // 2) % 2
    before = cross_fitted(people, judge, units=units)
    changed = people.copy()
    changed[0] = 1.0
    after = cross_fitted(changed, judge, units=units)
    assert (after[:2] == before[:2]).all()  # neither the answer nor its repeat
    assert (after != before).any()


def lenient(rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """120 answers, a judge that passes nearly all, and marks that tell them apart."""
    truth = (rng.random(120) < 0.6).astype(float)
    marks = 1 / (1 + np.exp(-1.2 * (1.5 * (2 * truth - 1) + rng.normal(size=120)) - 3))
    marks = np.round(marks, 1)
    return truth, (marks >= 0.6).astype(float), marks


def test_marks_are_taken_where_verdicts_are_dull_and_the_interval_still_holds() -> None:
    rng = np.random.default_rng(5)
    held, widths, taken = [], [], 0
    for _ in range(300):
        truth, verdicts, marks = lenient(rng)
        people = np.where(rng.permutation(120) < 60, truth, NAN)
        values, marked = sharper(people, verdicts, marks)
        taken += marked
        found, plain = corrected_score(people, values), corrected_score(people, verdicts)
        held.append(found.low <= truth.mean() <= found.high)
        widths.append((found.high - found.low) / (plain.high - plain.low))
    assert taken > 280
    assert np.mean(held) >= 0.93
    assert np.mean(widths) < 0.75


def test_sharp_verdicts_few_people_or_no_marks_keep_the_verdicts() -> None:
    rng = np.random.default_rng(6)
    truth = (rng.random(120) < 0.6).astype(float)
    verdicts = np.where(rng.random(120) < 0.1, 1 - truth, truth)
    people = np.where(np.arange(120) < 60, truth, NAN)
    for told, marks in (
        (people, rng.random(120)),
        (np.where(np.arange(120) < 20, truth, NAN), truth + rng.random(120) / 9),
        (people, np.full(120, NAN)),
    ):
        values, marked = sharper(told, verdicts, marks)
        assert not marked
        assert (values == verdicts).all()
