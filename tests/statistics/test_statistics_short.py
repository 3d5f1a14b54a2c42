"""The score on all questions from a few, well chosen."""

from __future__ import annotations

import math
from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from mingan.statistics.short import FEWEST_MODELS, Known, ShortTest, learn, widening

Floats = NDArray[np.float64]


def world(models: int, questions: int, seed: int) -> Floats:
    """Answers of models to questions; the curves are not quite of the shape that is fitted."""
    rng = np.random.default_rng(seed)
    t, b = rng.standard_normal(models), rng.normal(0, 1.2, questions)
    a = np.exp(rng.normal(0, 0.4, questions))
    chances = 0.02 + 0.96 / (1 + np.exp(-a * (t[:, None] - b)))
    return np.asarray((rng.random(chances.shape) < chances).astype(float))


def asked(known: Known, answers: Floats, count: int) -> ShortTest:
    test = known.test()
    while len(test.order) < count:
        question = test.next()
        test.answer(question, float(answers[question]))
    return test


@pytest.fixture(scope="module")
def known() -> Known:
    return learn(world(80, 120, seed=1)[:60])


def test_intervals_hold_the_score_of_further_models_and_narrow(known: Known) -> None:
    misses: dict[int, list[bool]] = {10: [], 30: []}
    widths: dict[int, list[float]] = {10: [], 30: []}
    chosen, drawn = [], []
    rng = np.random.default_rng(2)
    for answers in world(80, 120, seed=1)[60:]:
        for count in misses:
            found = asked(known, answers, count).estimate(known)
            misses[count].append(found.low <= answers.mean() <= found.high)
            widths[count].append(found.high - found.low)
        chosen.append(abs(found.score - answers.mean()))
        drawn.append(abs(answers[rng.choice(120, 30, replace=False)].mean() - answers.mean()))
    assert np.mean(misses[10] + misses[30]) >= 0.8
    assert np.mean(widths[30]) < np.mean(widths[10])
    assert np.mean(chosen) < np.mean(drawn)


def test_all_questions_give_the_score_itself(known: Known) -> None:
    answers = world(80, 120, seed=1)[70]
    test = asked(known, answers, 120)
    found = test.estimate(known)
    assert found.score == pytest.approx(answers.mean())
    assert (found.low, found.high) == pytest.approx((answers.mean(), answers.mean()))
    assert sorted(test.order) == list(range(120))
    with pytest.raises(ValueError, match="every question"):
        test.next()


def test_the_interval_keeps_to_what_is_possible(known: Known) -> None:
    test = known.test()
    for question in range(100):
        test.answer(question, 1.0)
    found = test.estimate(known, level=0.999)
    assert math.isinf(widening(known, 100, 0.999))
    assert (found.low, found.high) == pytest.approx((100 / 120, 1.0))


def test_a_question_that_came_to_nothing_is_not_wrong(known: Known) -> None:
    with_none, with_wrong = known.test(), known.test()
    first = with_none.next()
    with_none.answer(first, None)
    with_wrong.answer(first, 0.0)
    assert with_none.next() != first
    assert with_none.score() == pytest.approx(known.test().score())
    assert with_wrong.score()[0] < with_none.score()[0]
    assert with_none.estimate(known).asked == 0


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(2, 40))
def test_no_stratum_has_more_than_its_share(seed: int, kinds: int) -> None:
    rng = np.random.default_rng(seed)
    strata = [f"s{i}" for i in rng.integers(0, kinds, 60)]
    test = ShortTest(learn(world(12, 60, seed)).curves, strata)
    share = Counter(strata)
    for count in range(1, 61):
        question = test.next()
        test.answer(question, float(rng.random() < 0.5))
        if count <= 30:
            had = Counter(strata[q] for q in test.order)
            assert all(n <= math.ceil(share[s] * count / 60) for s, n in had.items())
    assert sorted(test.order) == list(range(60))


def test_only_what_may_be_asked_is_asked_but_the_score_is_of_all() -> None:
    answers = world(70, 80, seed=5)
    may = np.arange(80) % 4 > 0
    known = learn(answers[:60], askable=may)
    tests = [asked(known, row, 40) for row in answers[60:]]
    assert all(may[test.order].all() for test in tests)
    off = [test.score()[0] - row.mean() for test, row in zip(tests, answers[60:], strict=True)]
    assert np.abs(off).mean() < 0.05
    with pytest.raises(ValueError, match="may be asked"):
        asked(known, answers[60], 61)


def test_the_same_answers_make_the_same_test(known: Known) -> None:
    answers = world(80, 120, seed=1)[65]
    assert asked(known, answers, 25).order == asked(known, answers, 25).order


def test_no_interval_is_narrower_than_what_the_curves_leave_open() -> None:
    # Every model knows just what is easier than its ability, so no trial ever misses by much.
    answers = (np.arange(12)[:, None] > np.arange(12)[None, :]).astype(float)
    known = learn(answers)
    test = asked(known, answers[6], 6)
    found = test.estimate(known)
    assert found.high - found.low >= 2 * 1.64 * found.error > 0
    assert math.isinf(widening(known, 0, 0.9))


def test_too_few_models_are_refused_and_just_enough_give_an_interval() -> None:
    answers = world(FEWEST_MODELS + 1, 50, seed=6)
    with pytest.raises(ValueError, match="models or more"):
        learn(answers[: FEWEST_MODELS - 1])
    known = learn(answers[:FEWEST_MODELS])
    assert math.isfinite(widening(known, 20, 0.9))
    assert math.isinf(widening(known, 20, 0.95))  # which so few models cannot bear


def test_models_that_answered_only_some_questions_help_too() -> None:
    answers = world(60, 60, seed=7)
    holes = np.random.default_rng(8).random(answers.shape) < 0.4
    known = learn(np.where(holes, np.nan, answers)[:45])
    off = [
        asked(known, row, 20).score()[0] - row.mean()
        for row in answers[45:]
    ]  # fmt: skip
    assert np.abs(off).mean() < 0.08
    assert np.isfinite(known.misses[:, :20]).all()
