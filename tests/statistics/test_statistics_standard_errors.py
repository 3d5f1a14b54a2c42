import numpy as np
import pytest
import scipy.stats
from hypothesis import given
from hypothesis import strategies as st

from mingan.statistics.standard_errors import (
    bootstrap_error,
    clustered_error,
    paired_error,
    repeats_error,
    standard_error,
    stratified_error,
    variances,
)

RNG = np.random.default_rng(3)
X = (RNG.random(200) < 0.6).astype(float)


def test_standard_error_agrees_with_scipy_and_with_the_formula_for_a_proportion() -> None:
    p = X.mean()
    assert standard_error(X) == pytest.approx(scipy.stats.sem(X))
    assert standard_error(X) == pytest.approx(np.sqrt(p * (1 - p) / (X.size - 1)))


def test_the_bootstrap_gives_the_analytic_error() -> None:
    assert bootstrap_error(X, resamples=4000) == pytest.approx(standard_error(X), rel=0.04)
    assert bootstrap_error(X) == bootstrap_error(X)
    assert bootstrap_error(X, seed=1) != bootstrap_error(X)


def test_clusters_of_one_change_nothing_but_the_small_sample_factor() -> None:
    n = X.size
    alone = clustered_error(X, np.arange(n), few_clusters=True)
    assert alone == pytest.approx(standard_error(X))


def test_copies_of_a_question_add_nothing() -> None:
    copies = np.repeat(X, 5)
    found = clustered_error(copies, np.repeat(np.arange(X.size), 5), few_clusters=True)
    assert found == pytest.approx(standard_error(X))
    assert standard_error(copies) < 0.5 * found


def test_strata_that_explain_everything_leave_no_error() -> None:
    values, strata = [0.0] * 5 + [1.0] * 5, ["hard"] * 5 + ["easy"] * 5
    assert stratified_error(values, strata) == 0
    assert stratified_error(values, ["one"] * 10) == standard_error(values)


def test_strata_may_be_given_weights() -> None:
    values, strata = [0, 1, 0, 1, 1, 1, 0, 0], ["a"] * 4 + ["b"] * 4
    found = stratified_error(values, strata, {"a": 1.0, "b": 0.0})
    assert found == pytest.approx(standard_error(values[:4]))


def test_repeats_are_averaged_and_never_count_as_questions() -> None:
    table = np.repeat(X[:, None], 4, axis=1)
    assert repeats_error(table) == pytest.approx(standard_error(X))
    table[3, 1:] = np.nan
    assert repeats_error(table) == pytest.approx(standard_error(X))


def test_the_spread_is_split_into_questions_and_repeats() -> None:
    rng = np.random.default_rng(0)
    x = rng.random(4000)
    table = (rng.random((4000, 6)) < x[:, None]).astype(float)
    found = variances(table)
    assert found.questions == pytest.approx(1 / 12, rel=0.08)
    assert found.repeats == pytest.approx(1 / 6, rel=0.03)
    in_all = (found.questions + found.repeats / 6) / 4000
    assert repeats_error(table) == pytest.approx(np.sqrt(in_all), rel=1e-6)


@given(st.integers(0, 10**6))
def test_a_pair_is_the_difference_and_symmetric(seed: int) -> None:
    a, b = np.random.default_rng(seed).random((2, 30))
    assert paired_error(a, b) == pytest.approx(paired_error(b, a))
    rho = np.corrcoef(a, b)[0, 1]
    se_a, se_b = standard_error(a), standard_error(b)
    assert paired_error(a, b) ** 2 == pytest.approx(se_a**2 + se_b**2 - 2 * rho * se_a * se_b)


def test_what_cannot_be_computed_is_refused() -> None:
    with pytest.raises(ValueError, match="at least 2"):
        standard_error([1.0])
    with pytest.raises(ValueError, match="2 clusters"):
        clustered_error([1.0, 0.0], ["a", "a"])
    with pytest.raises(ValueError, match="labels"):
        clustered_error([1.0, 0.0], ["a"])
    with pytest.raises(ValueError, match="repeated"):
        variances([[1.0], [0.0]])
    with pytest.raises(ValueError, match="same questions"):
        paired_error([1.0, 0.0], [1.0, 0.0, 1.0])
