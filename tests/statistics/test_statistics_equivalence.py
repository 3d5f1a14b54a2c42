"""Equivalence: a gap is called small only on much evidence."""

from __future__ import annotations

from math import inf

import numpy as np
import pytest
from scipy import stats

from mingan.statistics.equivalence import equivalent_pairs, tost


def test_both_sides_are_one_sided_tests() -> None:
    found = tost(estimate=0.01, error=0.02, margin=0.05)
    assert found.p_below == pytest.approx(stats.norm.cdf((0.01 - 0.05) / 0.02))
    assert found.p_above == pytest.approx(stats.norm.cdf((-0.05 - 0.01) / 0.02))
    assert found.p == found.p_below
    few = tost(estimate=0.01, error=0.02, margin=0.05, df=7)
    assert few.p_below == pytest.approx(stats.t.cdf(-2, 7))


def test_no_error_known_proves_nothing() -> None:
    assert tost(estimate=0.0, error=0.0, margin=0.05).p == 1
    assert tost(estimate=float("nan"), error=0.1, margin=0.05).p == 1
    assert equivalent_pairs([], margin=0.05).p == 1
    with pytest.raises(ValueError, match="margin"):
        tost(estimate=0, error=1, margin=0, df=inf)


def test_a_few_pairs_without_any_difference_prove_nothing() -> None:
    assert equivalent_pairs(np.zeros(50), margin=0.05).p == pytest.approx(0.95**50)
    assert equivalent_pairs(np.zeros(300), margin=0.05).p < 0.05


def test_a_gap_of_the_margin_is_called_small_one_time_in_twenty() -> None:
    rng = np.random.default_rng(4)
    runs, pairs, margin = 4000, 600, 0.05
    # A difference of 1, 0 or -1 whose mean is the margin.
    draws = rng.choice([1.0, 0.0, -1.0], p=[0.2, 0.65, 0.15], size=(runs, pairs))
    called = np.mean([equivalent_pairs(d, margin=margin).p <= 0.05 for d in draws])
    assert called == pytest.approx(0.05, abs=0.015)
    none = rng.choice([1.0, 0.0, -1.0], p=[0.1, 0.8, 0.1], size=(500, pairs))
    assert np.mean([equivalent_pairs(d, margin=margin).p <= 0.05 for d in none]) >= 0.65


def test_where_hardly_any_pair_differs_it_is_no_surer_than_promised() -> None:
    rng = np.random.default_rng(5)
    for size in (40, 60, 100, 150):
        draws = rng.choice([1.0, 0.0, -1.0], p=[0.06, 0.93, 0.01], size=(3000, size))
        assert np.mean([equivalent_pairs(d, margin=0.05).p <= 0.05 for d in draws]) <= 0.06
