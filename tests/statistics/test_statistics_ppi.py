"""People's verdicts and a judge's in one score: identities, bounds, and coverage by simulation."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mingan.statistics import Corrected, corrected_difference, corrected_score
from mingan.statistics.special import Floats
from mingan.statistics.unknowns import Flags

NAN = math.nan


def asked(truth: Floats, seen: Flags) -> Floats:
    return np.where(seen, truth, NAN)


@st.composite
def verdicts(draw: st.DrawFn) -> tuple[Floats, Floats]:
    size = draw(st.integers(2, 30))
    values = st.sampled_from([0.0, 0.5, 1.0, NAN])
    both = [draw(st.lists(values, min_size=size, max_size=size)) for _ in range(2)]
    return np.array(both[0]), np.array(both[1])


@settings(max_examples=150, deadline=None)
@given(verdicts(), st.sampled_from(["these answers", "such answers"]), st.booleans())
def test_whatever_comes_in_the_interval_holds_the_score(
    given: tuple[Floats, Floats], about: str, calibrate: bool
) -> None:
    people, judge = given
    found = corrected_score(people, judge, about=about, calibrate=calibrate)  # type: ignore[arg-type]
    assert 0 <= found.low <= found.high <= 1
    assert 0 <= found.weight <= 1
    if found.people >= 2:
        assert found.low <= found.score <= found.high
        assert found.alone == pytest.approx(np.nanmean(people))
        assert found.people <= found.worth + 1e-9 <= found.judged + 1e-6
    elif found.people < found.judged:
        assert math.isnan(found.score)
        assert (found.low, found.high) == (0, 1)


@settings(max_examples=80, deadline=None)
@given(verdicts(), st.randoms(use_true_random=False))
def test_the_order_of_answers_does_not_matter(given: tuple[Floats, Floats], random: object) -> None:
    people, judge = given
    order = list(range(people.size))
    random.shuffle(order)  # type: ignore[attr-defined]
    one, other = corrected_score(people, judge), corrected_score(people[order], judge[order])
    assert other.low == pytest.approx(one.low, abs=1e-9)
    assert other.high == pytest.approx(one.high, abs=1e-9)


@settings(max_examples=80, deadline=None)
@given(verdicts())
def test_right_and_wrong_may_be_exchanged(given: tuple[Floats, Floats]) -> None:
    people, judge = given
    one, other = corrected_score(people, judge), corrected_score(1 - people, 1 - judge)
    if not math.isnan(one.score):
        assert other.score == pytest.approx(1 - one.score, abs=1e-9)
    assert (other.low, other.high) == pytest.approx((1 - one.high, 1 - one.low), abs=1e-9)


def test_it_is_the_regression_estimator() -> None:
    rng = np.random.default_rng(0)
    truth = rng.integers(0, 2, 400).astype(float)
    judge = np.where(rng.random(400) < 0.8, truth, 1 - truth)
    seen = np.arange(400) < 150
    found = corrected_score(asked(truth, seen), judge)
    y, f = truth[seen], judge[seen]
    slope = np.cov(y, f)[0, 1] / f.var(ddof=1)
    assert found.weight == pytest.approx(slope, rel=0.02)  # the made-up answers draw it to 0
    assert found.score == pytest.approx(y.mean() + found.weight * (judge.mean() - f.mean()))
    error = math.sqrt((y - slope * f).var(ddof=2) / 150 * (1 - 150 / 400))
    assert (found.high - found.low) / 2 == pytest.approx(1.976 * error, rel=0.02)
    assert found.worth > 150


def test_when_people_judged_everything_nothing_is_unsure() -> None:
    found = corrected_score([1, 0, 1, 1], [0, 0, 0, 0])
    assert (found.low, found.score, found.high) == (0.75, 0.75, 0.75)
    wide = corrected_score([1, 0, 1, 1], [0, 0, 0, 0], about="such answers")
    assert wide.low < 0.5
    assert wide.high > 0.9


def test_all_agreed_is_not_certain() -> None:
    people = np.r_[np.ones(20), np.full(80, NAN)]
    found = corrected_score(people, np.ones(100))
    assert found.score == 1
    assert found.low < 0.95


def test_a_judge_that_says_the_opposite_is_left_out() -> None:
    people = np.r_[np.tile([0.0, 1.0], 10), np.full(80, NAN)]
    judge = np.r_[np.tile([1.0, 0.0], 10), np.ones(80)]
    found = corrected_score(people, judge)
    assert (found.weight, found.score) == (0, 0.5)
    learnt = corrected_score(people, judge, calibrate=True)
    assert learnt.weight > 0.5
    assert learnt.score < 0.3


def test_the_judges_failures_are_nobodys_mistake() -> None:
    people = np.r_[np.tile([0.0, 1.0], 20), np.full(60, NAN)]
    judge = np.r_[np.tile([0.0, 1.0], 20), np.tile([0.0, 1.0], 30)]
    broken = judge.copy()
    broken[60:80] = NAN
    assert corrected_score(people, broken).score == pytest.approx(0.5)


def test_what_is_settled_is_neither_asked_nor_doubted() -> None:
    settled = np.r_[np.ones(60), np.full(40, NAN)]
    people = np.r_[np.full(60, NAN), np.tile([1.0, 0.0], 10), np.full(20, NAN)]
    judge = np.r_[np.zeros(60), np.tile([1.0, 0.0], 20)]
    found = corrected_score(people, judge, settled=settled)
    rest = corrected_score(people[60:], judge[60:])
    assert (found.settled, found.judged, found.people) == (60, 40, 20)
    assert found.score == pytest.approx(0.6 + 0.4 * rest.score)
    assert found.low == pytest.approx(0.6 + 0.4 * rest.low)
    assert found.high == pytest.approx(0.6 + 0.4 * rest.high)
    nobody = corrected_score(np.full(100, NAN), judge, settled=settled)
    assert (nobody.low, nobody.high) == pytest.approx((0.6, 1.0))
    every = corrected_score(np.full(60, NAN), judge[:60], settled=settled[:60])
    assert (every.low, every.high) == (1, 1)


def test_strata_weigh_as_they_are_and_thin_ones_are_put_together() -> None:
    strata = ["a"] * 60 + ["b"] * 40
    people = np.full(100, NAN)
    people[:10], people[60:90] = 1.0, 0.0
    found = corrected_score(people, np.zeros(100), strata=strata)
    assert found.score == pytest.approx(0.6)
    assert found.merged == ()
    people[3:10] = NAN
    people[0] = NAN
    thin = corrected_score(people, np.zeros(100), strata=strata)
    assert thin.merged == ("a", "b")


def test_known_chances_undo_a_skewed_choice() -> None:
    rng = np.random.default_rng(3)
    truth = (np.arange(300) < 120).astype(float)
    chance = np.where(truth == 1, 0.6, 0.15)
    scores = [
        corrected_score(asked(truth, rng.random(300) < chance), np.full(300, 0.5), chances=chance)
        for _ in range(400)
    ]
    assert np.mean([x.score for x in scores]) == pytest.approx(0.4, abs=0.01)
    assert 0.92 <= np.mean([x.low <= 0.4 <= x.high for x in scores]) <= 0.985


def simulated(
    size: int, people: int, accuracy: float, share: float, runs: int = 600
) -> list[Corrected]:
    rng = np.random.default_rng(2)
    truth = (np.arange(size) < share * size).astype(float)
    found = []
    for _ in range(runs):
        judge = np.where(rng.random(size) < accuracy, truth, 1 - truth)
        seen = np.isin(np.arange(size), rng.permutation(size)[:people])
        found.append(corrected_score(asked(truth, seen), judge))
    return found


@pytest.mark.parametrize(("size", "people"), [(38, 12), (311, 20), (532, 40)])
@pytest.mark.parametrize("share", [0.44, 0.85])
@pytest.mark.parametrize("accuracy", [0.5, 0.8])
def test_coverage_with_few_people(size: int, people: int, share: float, accuracy: float) -> None:
    found = simulated(size, people, accuracy, share)
    truth = np.mean(np.arange(size) < share * size)
    assert np.mean([x.low <= truth <= x.high for x in found]) >= 0.93


def test_coverage_of_differences() -> None:
    rng = np.random.default_rng(4)
    hit, width, alone = [], [], []
    for _ in range(500):
        ease = rng.random(300)
        a, b = ((ease + 0.3 * rng.normal(size=300) < t).astype(float) for t in (0.7, 0.5))
        f_a, f_b = (np.where(rng.random(300) < 0.85, x, 1 - x) for x in (a, b))
        seen = np.isin(np.arange(300), rng.permutation(300)[:40])
        found = corrected_difference(asked(a, seen), b, f_a, f_b, about="these answers")
        hit.append(found.low <= (a - b).mean() <= found.high)
        width.append(found.high - found.low)
        alone.append(found.alone_high - found.alone_low)
    assert 0.93 <= np.mean(hit) <= 0.99
    assert np.mean(width) < np.mean(alone)


def test_a_difference_turned_round() -> None:
    a, b = np.array([1, 0, 1, NAN, NAN, 1, 0]), np.array([0, 0, 1, 1, NAN, 0, 1])
    f, g = np.array([1, 0, 1, 0, 1, 1, 0]), np.array([0, 0, 1, 1, 1, 0, NAN])
    one, other = corrected_difference(a, b, f, g), corrected_difference(b, a, g, f)
    assert other.score == pytest.approx(-one.score)
    assert (other.low, other.high) == pytest.approx((-one.high, -one.low))
    assert one.people == 5


def test_bad_input_is_refused() -> None:
    with pytest.raises(ValueError, match="one length"):
        corrected_score([1, 0], [1])
    with pytest.raises(ValueError, match="must be in"):
        corrected_score([1, 0], [1, 7])
    with pytest.raises(ValueError, match="level"):
        corrected_score([1, 0], [1, 0], level=95)
    with pytest.raises(ValueError, match="chance"):
        corrected_score([1, 0, NAN], [1, 0, 1], chances=[0, 1, 1])
    with pytest.raises(ValueError, match="same questions"):
        corrected_difference([1, 0], [1], [1, 0], [1])
    with pytest.raises(ValueError, match="strata"):
        corrected_score([1, 0], [1, 0], strata=["a"])


def repeated(
    questions: int, repeats: int, rng: np.random.Generator
) -> tuple[Floats, Floats, list[str]]:
    """Verdicts by people and by a good judge on repeats of questions that are mostly of a kind."""
    ease = np.repeat(rng.beta(0.4, 0.4, questions), repeats)
    truth = (rng.random(ease.size) < ease).astype(float)
    judge = np.where(rng.random(ease.size) < 0.9, truth, 1 - truth)
    return truth, judge, [f"q{i // repeats}" for i in range(ease.size)]


@pytest.mark.parametrize("repeats", [1, 4, 10])
@pytest.mark.parametrize("half", ["all", "answers", "questions"])
def test_coverage_of_differences_with_repeats(repeats: int, half: str) -> None:
    rng = np.random.default_rng(1)
    hit, loose = [], []
    for _ in range(300):
        (a, f_a, units), (b, f_b, _) = (repeated(60, repeats, rng) for _ in range(2))
        seen = np.ones(a.size, dtype=bool)
        if half == "answers":
            seen = rng.random(a.size) < 0.5
        elif half == "questions":
            seen = np.repeat(rng.random(60) < 0.5, repeats)
        given = asked(a, seen), asked(b, seen), f_a, f_b
        found = corrected_difference(*given, units=units)
        hit.append(found.low <= 0 <= found.high)
        careless = corrected_difference(*given)
        loose.append(careless.low <= 0 <= careless.high)
    assert 0.92 <= np.mean(hit) <= 0.985
    assert repeats == 1 or np.mean(loose) < 0.9


@pytest.mark.parametrize(("repeats", "people"), [(1, 15), (4, 40), (4, 999)])
def test_coverage_of_scores_on_such_questions(repeats: int, people: int) -> None:
    """Rules settle what is easy, on some questions: that is left to chance too."""
    rng, hit = np.random.default_rng(7), []
    for _ in range(300):
        easy = rng.random(60) < 0.5
        ease = np.where(easy, rng.beta(3.6, 0.4, 60), rng.beta(0.6, 1.4, 60))
        truth = (rng.random((60, repeats)) < ease[:, None]).astype(float).ravel()
        known, judge = np.repeat(easy, repeats), np.where(rng.random(truth.size) < 0.8, truth, 0.5)
        seen = np.isin(np.arange(truth.size), rng.permutation(np.flatnonzero(~known))[:people])
        found = corrected_score(
            asked(truth, seen), judge, settled=asked(truth, known), about="such answers",
            units=[f"q{i // repeats}" for i in range(truth.size)],
        )  # fmt: skip
        hit.append(found.low <= 0.6 <= found.high)
    assert 0.92 <= np.mean(hit) <= 0.985


def test_units_of_one_answer_change_nothing_and_whole_questions_are_seen_together() -> None:
    rng = np.random.default_rng(2)
    truth, judge, units = repeated(30, 3, rng)
    seen = np.arange(90) < 45
    plain = corrected_score(asked(truth, seen), judge)
    assert corrected_score(asked(truth, seen), judge, units=[str(i) for i in range(90)]) == plain
    together = corrected_score(asked(truth, seen), judge, units=units)
    assert together.score == plain.score
    assert together.high - together.low > plain.high - plain.low
    with pytest.raises(ValueError, match="units"):
        corrected_score(truth, judge, units=["q"])


def test_three_settled_answers_are_no_certainty_about_such_questions() -> None:
    settled = np.array([1.0, 1.0, 0.0])
    nobody = np.full(3, NAN)
    found = corrected_score(nobody, nobody, settled=settled, about="such answers")
    assert found.score == pytest.approx(2 / 3)
    assert found.judged == 0
    assert found.low < 0.2
    assert found.high == 1
    one = corrected_score([NAN], [1.0], about="such answers")
    assert (one.low, one.high) == (0, 1)
    unknown = corrected_score(
        np.full(100, NAN), np.ones(100), settled=np.r_[np.ones(60), np.full(40, NAN)],
        about="such answers",
    )  # fmt: skip
    assert 0.4 < unknown.low < 0.6
    assert unknown.high == 1
