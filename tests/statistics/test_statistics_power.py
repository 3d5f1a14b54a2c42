import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mingan.statistics.power import (
    detectable,
    difference_variance,
    questions_needed,
    sample_variance,
)


@given(st.floats(0.01, 0.9), st.floats(0.05, 1))
def test_as_many_questions_as_needed_make_the_difference_detectable(
    difference: float, variance: float
) -> None:
    n = questions_needed(difference=difference, variance=variance)
    assert n is not None
    assert detectable(questions=n, variance=variance) <= difference + 1e-9
    if n > 1:
        found = detectable(questions=n - 1, variance=variance)
        assert found > difference - 1e-9 or found == 1


def test_no_difference_needs_no_number_of_questions() -> None:
    assert questions_needed(difference=0, variance=0.3) is None
    assert questions_needed(difference=1e-200, variance=0.3) is None
    assert questions_needed(difference=0.5, variance=0) == 1


def test_the_sign_of_a_difference_does_not_matter_and_stricter_needs_more() -> None:
    usual = questions_needed(difference=-0.1, variance=0.3)
    strict = questions_needed(difference=0.1, variance=0.3, alpha=0.05 / 91)
    assert usual is not None
    assert strict is not None
    assert usual < strict


def test_detectable_is_never_more_than_everything() -> None:
    assert detectable(questions=0, variance=0.3) == 1
    assert detectable(questions=1, variance=0.3) == 1


def test_repeats_help_only_with_what_repeats_vary() -> None:
    assert difference_variance(questions=0.1, repeats_a=0.2, repeats_b=0.4, k_a=2, k_b=4) == (
        pytest.approx(0.3)
    )


def test_power_is_what_it_says() -> None:
    rng = np.random.default_rng(5)
    a, b = rng.random((2, 500)) < np.array([[0.6], [0.5]])
    variance = sample_variance(a, b)
    n = questions_needed(difference=0.1, variance=variance)
    assert n is not None
    draws = rng.choice([1.0, 0.0, -1.0], p=[0.3, 0.5, 0.2], size=(4000, n))
    z = draws.mean(axis=1) / (draws.std(axis=1, ddof=1) / np.sqrt(n))
    assert (np.abs(z) > 1.96).mean() == pytest.approx(0.8, abs=0.04)
    with pytest.raises(ValueError, match="at least 2"):
        sample_variance([1.0], [0.0])
