from collections.abc import Callable

import numpy as np
import pytest
import scipy.stats
from hypothesis import given, settings
from hypothesis import strategies as st

from mingan.statistics.intervals import (
    Interval,
    Method,
    bayes,
    clopper_pearson,
    clt,
    coverage,
    coverage_at,
    jeffreys,
    mean_interval,
    wilson,
    wilson_with_quantile,
)

ALL = (clt, wilson, clopper_pearson, bayes, jeffreys)
counts = st.integers(1, 400).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))


@settings(max_examples=40, deadline=None)
@given(counts, st.sampled_from([0.5, 0.9, 0.95, 0.999]))
def test_wilson_and_clopper_pearson_agree_with_scipy(count: tuple[int, int], level: float) -> None:
    right, n = count
    oracle = scipy.stats.binomtest(right, n)
    for mine, method in ((wilson, "wilson"), (clopper_pearson, "exact")):
        wanted = oracle.proportion_ci(level, method=method)
        assert mine(right, n, level=level) == pytest.approx((wanted.low, wanted.high), abs=1e-9)


@settings(max_examples=40, deadline=None)
@given(counts)
def test_bayesian_intervals_agree_with_scipy(count: tuple[int, int]) -> None:
    right, n = count
    for mine, prior in ((bayes, 1), (jeffreys, 0.5)):
        wanted = scipy.stats.beta.interval(0.95, right + prior, n - right + prior)
        assert mine(right, n) == pytest.approx(wanted, abs=1e-9)


@settings(max_examples=40, deadline=None)
@given(counts, st.sampled_from(ALL))
def test_swapping_right_and_wrong_mirrors_the_interval(
    count: tuple[int, int], method: Callable[[float, float], Interval]
) -> None:
    right, n = count
    there, back = method(right, n), method(n - right, n)
    assert (1 - there.high, 1 - there.low) == pytest.approx(back, abs=1e-9)


@given(counts)
def test_only_the_textbook_interval_loses_its_width(count: tuple[int, int]) -> None:
    right, n = count
    low, high = wilson(right, n)
    assert 0 <= low <= right / n <= high <= 1
    assert low < high
    assert wilson(n, n).low < 1
    assert clt(n, n) == (1, 1)


def test_no_question_leaves_everything_open() -> None:
    for method in ALL:
        assert method(0, 0) == (0, 1)
    assert wilson_with_quantile(0.5, 0, 1.96) == (0, 1)
    assert wilson_with_quantile(0.5, 10, float("inf")) == (0, 1)


@pytest.mark.parametrize(("right", "n", "level"), [(5, 4, 0.95), (-1, 4, 0.95), (1, 4, 1.0)])
def test_impossible_input_is_refused(right: int, n: int, level: float) -> None:
    with pytest.raises(ValueError, match="must be between"):
        wilson(right, n, level=level)


def test_mean_interval_is_students() -> None:
    x = np.array([0.1, 0.5, 0.4, 0.9, 0.2])
    wanted = scipy.stats.t.interval(0.9, 4, loc=x.mean(), scale=scipy.stats.sem(x))
    assert mean_interval(x, level=0.9) == pytest.approx(wanted, abs=1e-10)
    assert mean_interval([0.3]) == (-np.inf, np.inf)


@pytest.mark.parametrize("method", ["clt", "wilson"])
def test_average_coverage_is_the_mean_of_coverage_at_points(method: Method) -> None:
    points = (np.arange(1000) + 0.5) / 1000
    mean = np.mean([coverage_at(method, 10, float(p)) for p in points])
    assert coverage(method, 10) == pytest.approx(mean, abs=2e-3)
