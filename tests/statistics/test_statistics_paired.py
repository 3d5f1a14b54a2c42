from itertools import product

import numpy as np
import pytest
import scipy.stats
from hypothesis import given, settings
from hypothesis import strategies as st

from mingan.statistics.paired import (
    mcnemar,
    paired_interval,
    random_signs,
    sign_flip,
    tail_probability,
)


@given(st.integers(0, 60), st.integers(0, 60))
def test_mcnemar_is_the_binomial_test(wins: int, losses: int) -> None:
    n = wins + losses
    for alternative in ("two-sided", "greater", "less"):
        wanted = scipy.stats.binomtest(wins, n, alternative=alternative).pvalue if n else 1.0
        found = mcnemar(wins, losses, alternative=alternative)  # type: ignore[arg-type]
        assert found == pytest.approx(wanted, abs=1e-10)
    assert mcnemar(wins, losses) == mcnemar(losses, wins)


def test_mcnemar_of_a_published_drift() -> None:
    # GPT-4 on prime numbers, March against June 2023 (arXiv 2307.09009): 476 lost, 147 won.
    assert mcnemar(147, 476) == pytest.approx(2.1e-41, rel=0.05)


@settings(max_examples=30, deadline=None)
@given(st.lists(st.sampled_from([-1.0, -0.5, 0.0, 0.5, 1.0]), max_size=9))
def test_few_differences_are_enumerated_exactly(d: list[float]) -> None:
    sums = np.array([np.dot(signs, d) for signs in product([-1, 1], repeat=len(d))])
    for alternative, extreme in (
        ("two-sided", np.abs(sums) >= abs(sum(d)) - 1e-9),
        ("greater", sums >= sum(d) - 1e-9),
        ("less", sums <= sum(d) + 1e-9),
    ):
        found = sign_flip(d, alternative=alternative)  # type: ignore[arg-type]
        assert found == pytest.approx(extreme.mean())


def test_many_differences_agree_with_mcnemar_and_are_deterministic() -> None:
    d = np.array([1.0] * 32 + [-1.0] * 18 + [0.0] * 50)
    assert sign_flip(d) == pytest.approx(mcnemar(32, 18), abs=0.01)
    assert sign_flip(d) == sign_flip(d) == sign_flip(-d)
    assert sign_flip(d, alternative="greater") == pytest.approx(
        mcnemar(32, 18, alternative="greater"), abs=0.01
    )
    assert sign_flip(np.zeros(40)) == 1
    assert sign_flip([]) == 1


def test_far_out_the_bound_is_above_the_exact_tail_and_below_the_floor() -> None:
    for n in (20, 40, 80):
        exact, found = mcnemar(n, 0), sign_flip(np.ones(n), resamples=999)
        assert exact <= found < 1 / 1000
    assert tail_probability(0, 999, 3.0, 1.0) == 1 / 1000
    assert tail_probability(3, 999, 9.0, 1.0) == 4 / 1000


def test_random_signs_do_not_depend_on_how_they_are_cut() -> None:
    whole = np.concatenate(list(random_signs(13, 100, seed=4)))
    pieces = np.concatenate(list(random_signs(13, 100, seed=4, step=7)))
    assert (whole == pieces).all()
    assert set(np.unique(whole)) == {-1, 1}
    assert abs(whole.mean()) < 0.1


@given(st.lists(st.floats(-1, 1), min_size=1, max_size=40))
def test_the_interval_holds_the_mean_and_mirrors(d: list[float]) -> None:
    low, high = paired_interval(d)
    assert -1 <= low <= np.mean(d) + 1e-12
    assert np.mean(d) - 1e-12 <= high <= 1
    assert low < high
    mirrored = paired_interval([-x for x in d])
    assert (-mirrored.high, -mirrored.low) == pytest.approx((low, high))


def test_no_difference_ever_seen_still_has_width() -> None:
    low, high = paired_interval([0.0] * 20)
    assert high == -low == pytest.approx(0.126, abs=1e-3)
    assert paired_interval([]) == (-1, 1)


@pytest.mark.parametrize("n", range(6, 61, 6))
def test_whenever_mcnemar_is_sure_the_interval_leaves_out_zero(n: int) -> None:
    for wins in range(n + 1):
        for losses in range(n + 1 - wins):
            if wins > losses and mcnemar(wins, losses) < 0.05:
                d = [1.0] * wins + [-1.0] * losses + [0.0] * (n - wins - losses)
                assert paired_interval(d).low > 0


def exact_coverage(n: int, win: float, loss: float) -> float:
    """Sum over every table (wins, losses) of its probability, where the interval holds."""
    held = 0.0
    for wins in range(n + 1):
        losses = np.arange(n + 1 - wins)
        p = scipy.stats.multinomial.pmf(
            np.stack([np.full_like(losses, wins), losses, n - wins - losses], axis=1),
            n,
            [win, loss, 1 - win - loss],
        )
        for each, weight in zip(losses.tolist(), p.tolist(), strict=True):
            if weight < 1e-9:
                continue
            d = np.repeat([1.0, -1.0, 0.0], [wins, each, n - wins - each])
            low, high = paired_interval(d)
            held += weight * (low <= win - loss <= high)
    return held


@pytest.mark.parametrize("n", [10, 25])
@pytest.mark.parametrize(("win", "loss"), [(0.05, 0.05), (0.2, 0.1), (0.4, 0.2), (0.5, 0.05)])
def test_the_interval_holds_its_level_for_few_questions(n: int, win: float, loss: float) -> None:
    assert exact_coverage(n, win, loss) > 0.935
