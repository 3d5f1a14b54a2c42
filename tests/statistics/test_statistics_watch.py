"""Day after day against the same old answers: how often a false alarm, how soon a true one."""

from __future__ import annotations

import math

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import stats

from mingan.statistics.eprocess import calibrate, course
from mingan.statistics.watch import hypergeometric, sum_of, watch

Floats = NDArray[np.float64]


def days_of(
    rng: np.random.Generator, before: Floats, after: Floats, *, change: int, days: int
) -> list[dict[str, list[bool]]]:
    """A baseline of two answers to each question, then one a day."""
    found = [{f"q{j}": [bool(rng.random() < p) for _ in range(2)] for j, p in enumerate(before)}]
    for day in range(days):
        chances = after if day >= change else before
        found.append({f"q{j}": [bool(rng.random() < p)] for j, p in enumerate(chances)})
    return found


def test_the_distribution_of_a_sum_is_that_of_scipy() -> None:
    for bag, marked, drawn in ((9, 4, 3), (5, 5, 2), (7, 0, 1), (4, 3, 3)):
        wanted = stats.hypergeom(bag, marked, drawn).pmf(np.arange(5))
        assert hypergeometric(marked, bag, drawn, size=5) == pytest.approx(wanted, abs=1e-12)
    three = np.array([[0.5, 0.5, 0], [0.2, 0.3, 0.5], [1, 0, 0]])
    assert sum_of(three) == pytest.approx([0.1, 0.25, 0.4, 0.25, 0, 0, 0])


def test_a_question_and_a_day_worked_out_by_hand() -> None:
    """Two questions right twice before; today both are wrong: 1/3 each, so 1/9."""
    found = watch([{"a": [True, True], "b": [True, True]}, {"a": [False], "b": [False]}])
    assert found.p["worse"] == pytest.approx((1 / 9,))
    assert found.p["better"] == pytest.approx((1.0,))
    assert found.p["turned"] == pytest.approx((1 / 9,))
    assert found.alarm is None
    assert found.evidence[0] == pytest.approx((0.5 * float(calibrate(1 / 9)) + 0.5) / 3)


def test_a_day_without_answers_and_a_question_that_is_missing_say_nothing() -> None:
    base = {"a": [True, True], "b": [False]}
    found = watch([base, {}, {"c": [True]}, {"a": []}])
    assert found.p["worse"] == (1.0, 1.0, 1.0)
    assert watch([base]).evidence == ()
    assert watch([]).alarm is None


@pytest.mark.parametrize("questions", [30, 60])
def test_in_a_thousand_years_without_a_change_hardly_an_alarm(questions: int) -> None:
    """Daily checks, vectorised over years: more and fewer right answers, the strictest streams.

    A z-test a day against the baseline, which the same answers are compared with every day,
    raises an alarm in most of these years.
    """
    rng = np.random.default_rng(1)
    years, days = 1000, 365
    chance = rng.random((years, questions))
    chance = np.where(rng.random((years, questions)) < 0.4, (chance > 0.4) * 1.0, chance)
    right = (rng.random((years, questions)) < chance) * 1.0 + (rng.random(chance.shape) < chance)
    base = right / 2
    ups, downs, naive = [], [], np.zeros(years, dtype=bool)
    for day in range(days):
        today = (rng.random(chance.shape) < chance) * 1.0
        right += today
        share = right / (3 + day)
        whole = sum_of(np.stack([1 - share, share], axis=-1))
        at = today.sum(axis=1).astype(int)
        below = np.cumsum(whole, axis=1)[np.arange(years), at]
        ups.append(np.minimum(1, 1 - below + whole[np.arange(years), at]))
        downs.append(np.minimum(1, below))
        gap = today - base
        naive |= np.abs(gap.mean(axis=1)) > 1.96 * gap.std(axis=1, ddof=1) / math.sqrt(questions)
    streams = [course(calibrate(np.array(p).T)) for p in (ups, downs)]
    ever = np.maximum(*streams).max(axis=1) / 2 >= 20
    assert ever.mean() <= 0.05
    assert naive.mean() > 0.5


def test_a_model_that_never_varies_never_raises_an_alarm() -> None:
    always = {f"q{j}": [j % 3 > 0] for j in range(40)}
    found = watch([always] * 400)
    assert found.alarm is None
    assert max(found.evidence) <= 1


@pytest.mark.parametrize(
    ("drop", "change", "least"), [(0.2, 8, 0.9), (0.4, 8, 1.0), (0.4, 60, 1.0)]
)
def test_a_real_change_is_caught_and_dated(drop: float, change: int, least: float) -> None:
    rng = np.random.default_rng(2)
    caught, dated, early = 0, 0, 0
    for _ in range(25):
        before = np.where(rng.random(60) < 0.5, (rng.random(60) > 0.4) * 1.0, rng.random(60))
        after = np.clip(before - drop, 0, 1)
        found = watch(days_of(rng, before, after, change=change, days=change + 15))
        caught += found.alarm is not None
        early += found.alarm is not None and found.alarm < change
        dated += found.since is not None and abs(found.since - change) <= 1
    assert early == 0
    assert caught >= 25 * least
    assert dated >= 0.8 * caught


def test_answers_that_turn_both_ways_are_caught_though_the_score_stays() -> None:
    """One answer in ten is now the other one; as many better as worse."""
    rng = np.random.default_rng(4)
    before = (np.arange(60) % 2) * 1.0
    after = np.where(np.arange(60) < 6, 1 - before, before)
    found = watch(days_of(rng, before, after, change=8, days=12))
    assert (found.alarm, found.since, found.stream) == (8, 8, "turned")


def test_a_default_answer_that_flips_is_seen_by_class_and_in_what_is_said() -> None:
    rng = np.random.default_rng(5)
    classes = {f"q{j}": "yes" if j % 2 else "no" for j in range(40)}
    base = np.array([0.95 if j % 2 else 0.6 for j in range(40)])
    flipped = np.array([0.6 if j % 2 else 0.95 for j in range(40)])
    days = days_of(rng, base, flipped, change=5, days=12)
    found = watch(days, classes=classes)
    assert found.alarm is not None
    assert found.alarm >= 5
    assert {"worse yes", "better no"} <= found.p.keys()
    said = [{q: ["yes" if (classes[q] == "yes") == v else "no" for v in values]
             for q, values in day.items()} for day in days]  # fmt: skip
    assert "said" in watch(days, said=said).p
    constant = [{"a": ["x", "x"], "b": ["x"]}] + [{"a": ["x"], "b": ["x"]}] * 30
    changed = [*constant, *[{"a": ["y"], "b": ["y"]}] * 30]
    quiet = [{q: [True] for q in day} for day in changed]
    assert watch(quiet, said=changed).stream == "said"
