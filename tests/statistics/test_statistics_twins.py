from __future__ import annotations

from itertools import combinations
from math import nan

import numpy as np
import pytest
import scipy.integrate
import scipy.stats
from hypothesis import given
from hypothesis import strategies as st

from mingan.statistics.twins import coin_evidence, references_needed, twin_test, two_sample

Binary = st.lists(st.sampled_from([0.0, 1.0]), min_size=1, max_size=40)


def test_with_a_coin_it_is_the_exact_one_sided_mcnemar_test() -> None:
    public, hidden = [1, 1, 1, 1, 1, 1, 0, 1, 0], [0, 0, 0, 0, 0, 0, 1, 1, 0]
    found = twin_test(public, hidden, coin=True)
    assert (found.wins, found.losses, found.pairs) == (6, 1, 9)
    assert found.p == pytest.approx(scipy.stats.binomtest(6, 7, alternative="greater").pvalue)
    assert (found.method, found.refusal, found.references) == ("mcnemar", "", 0)
    assert found.gap == pytest.approx(5 / 9)
    assert found.low < found.gap < found.high


def test_a_model_better_on_the_hidden_side_is_not_accused() -> None:
    found = twin_test([0] * 20, [1] * 20, coin=True)
    assert found.p == 1.0
    assert found.gap == -1.0


def test_pairs_without_a_verdict_are_left_out_and_counted() -> None:
    found = twin_test([1, None, 1, nan, 0], [0, 1, None, nan, 0], coin=True)
    assert (found.pairs, found.left_out) == (2, 3)
    assert found.p == 0.5


def test_repeats_are_tested_by_flipping_signs() -> None:
    public, hidden = [1.0, 2 / 3, 1.0, 1 / 3], [1 / 3, 1 / 3, 2 / 3, 1 / 3]
    found = twin_test(public, hidden, coin=True)
    assert found.method == "sign-flip"
    assert found.p == pytest.approx(1 / 8)  # one pattern of the 2^3 is as extreme


def test_many_repeats_give_the_same_p_value_every_time() -> None:
    rng = np.random.default_rng(0)
    public, hidden = rng.integers(0, 4, (2, 60)) / 3
    first, second = (twin_test(public, hidden, coin=True) for _ in range(2))
    assert first == second
    wanted = scipy.stats.permutation_test(
        (public, hidden), lambda a, b: np.mean(a - b), permutation_type="samples",
        alternative="greater", n_resamples=20_000, rng=1,
    ).pvalue  # fmt: skip
    assert first.p == pytest.approx(wanted, abs=0.02)


@pytest.mark.parametrize(("b", "c"), [(0, 0), (3, 0), (0, 4), (10, 2), (2, 9), (60, 40)])
def test_the_evidence_is_the_mean_bet_over_all_chances_of_a_win_above_a_half(
    b: int, c: int
) -> None:
    wanted = scipy.integrate.quad(lambda q: 2 * (2 * q) ** b * (2 * (1 - q)) ** c, 0.5, 1)[0]
    assert float(coin_evidence(b, c)) == pytest.approx(wanted, rel=1e-8)


def test_the_evidence_is_worth_one_on_average_without_a_leak() -> None:
    for pairs in (1, 5, 30):
        k = np.arange(pairs + 1)
        chance = scipy.stats.binom.pmf(k, pairs, 0.5)
        assert float(chance @ coin_evidence(k, pairs - k)) == pytest.approx(1.0)


def test_the_evidence_of_thousands_of_pairs_is_a_number() -> None:
    found = coin_evidence([5000, 0], [0, 5000])
    assert np.isfinite(found).all()
    assert found[0] > 1e100
    assert 0 <= found[1] < 1e-3


def test_without_a_coin_there_is_a_gap_and_no_p_value() -> None:
    found = twin_test([1] * 30, [0] * 30, coin=False)
    assert (found.p, found.least_p, found.e, found.refusal) == (None, None, None, "no-coin")
    assert found.gap == 1.0
    assert found.low > 0.8


def reference(rng: np.random.Generator, harder: float = 0.2) -> tuple[list[float], list[float]]:
    public = (rng.random(80) < 0.6).astype(float)
    hidden = (rng.random(80) < 0.6 - harder).astype(float)
    return public.tolist(), hidden.tolist()


def test_references_take_the_difficulty_of_the_twins_out_of_the_gap() -> None:
    rng = np.random.default_rng(1)
    references = [reference(rng) for _ in range(30)]
    honest = twin_test(*reference(rng), coin=False, references=references)
    assert honest.method == "conformal"
    assert honest.refusal == ""
    assert honest.p is not None
    assert honest.p > 0.05
    leaked = twin_test([1.0] * 80, reference(rng)[1], coin=False, references=references)
    assert leaked.p == pytest.approx(1 / 31)
    assert leaked.excess is not None
    assert leaked.excess < leaked.gap


def test_eighteen_references_can_never_reach_five_percent() -> None:
    rng = np.random.default_rng(2)
    assert references_needed(0.05) == 19
    assert references_needed(0.01) == 99
    for count, reached in ((18, False), (19, True)):
        references = [reference(rng) for _ in range(count)]
        found = twin_test([1] * 80, [0] * 80, coin=False, references=references)
        assert found.p == found.least_p == pytest.approx(1 / (count + 1))
        assert (found.p <= 0.05) is reached
        assert (found.detectable < 1) is reached


def test_conformal_ranks_are_exact_where_models_are_alike() -> None:
    rng = np.random.default_rng(3)
    p = []
    for _ in range(400):
        models = [reference(rng) for _ in range(20)]
        found = twin_test(*models[0], coin=False, references=models[1:]).p
        assert found is not None
        p.append(found)
    assert np.mean(np.asarray(p) <= 0.05) <= 0.08
    assert np.mean(np.asarray(p) <= 0.5) == pytest.approx(0.5, abs=0.08)


def test_references_without_shared_pairs_say_nothing() -> None:
    found = twin_test([1, None], [0, 1], coin=False, references=[([None, 1], [None, 1])])
    assert (found.p, found.refusal) == (None, "no-pairs")
    assert twin_test([], [], coin=True).refusal == "no-pairs"


@pytest.mark.parametrize(
    ("public", "hidden", "references"),
    [([1], [1, 0], []), ([2], [0], []), ([-1], [0], []), ([1], [0], [([1, 0], [0, 0])])],
)
def test_lists_that_do_not_fit_are_refused(
    public: list[float], hidden: list[float], references: list[tuple[list[float], list[float]]]
) -> None:
    with pytest.raises(ValueError, match=r"must be|one length|pairs"):
        twin_test(public, hidden, coin=False, references=references)


def test_the_detectable_gap_is_found_about_four_times_in_five() -> None:
    rng = np.random.default_rng(5)
    first = (rng.random(300) < 0.17).astype(int) - (rng.random(300) < 0.17)
    base = twin_test(np.maximum(first, 0), np.maximum(-first, 0), coin=True)
    half = base.detectable / 2
    hits = []
    for _ in range(600):
        sign = rng.choice([1, -1, 0], 300, p=[0.15 + half, 0.15 - half, 0.70])
        found = twin_test(np.maximum(sign, 0), np.maximum(-sign, 0), coin=True)
        hits.append(found.p is not None and found.p <= 0.05)
    assert 0.7 <= np.mean(hits) <= 0.9


def test_four_pairs_can_show_nothing() -> None:
    assert twin_test([1] * 4, [0] * 4, coin=True).detectable == 1.0
    assert twin_test([1] * 40, [1] * 40, coin=True).detectable < 0.2


@given(Binary, st.randoms(use_true_random=False))
def test_a_result_holds_together(public: list[float], random: object) -> None:
    hidden = list(reversed(public))
    found = twin_test(public, hidden, coin=True)
    assert found.low <= found.gap <= found.high
    assert found.p is not None
    assert found.e is not None
    assert found.least_p is not None
    assert 0 < found.least_p <= found.p <= 1
    assert 0 <= found.detectable <= 1
    assert found.gap == pytest.approx(found.public - found.hidden)


# --- two samples --------------------------------------------------------------------------------


@pytest.mark.parametrize(("n", "m"), [(1, 1), (5, 7), (20, 30), (100, 80), (200, 200)])
def test_two_samples_agree_with_scipy(n: int, m: int) -> None:
    rng = np.random.default_rng(n)
    a, b = rng.normal(size=n), rng.normal(0.3, 1, size=m)
    wanted = scipy.stats.ks_2samp(a, b, method="exact")
    found = two_sample(a, b)
    assert found.statistic == pytest.approx(wanted.statistic, abs=1e-12)
    assert found.p == pytest.approx(wanted.pvalue, rel=1e-9, abs=1e-12)


@pytest.mark.parametrize("b", [[2, 2, 3, 3, 1], [1, 2, 3, 3, 3], [3, 3, 3, 3, 3], [1, 1, 2, 2, 3]])
def test_with_ties_the_p_value_is_that_of_all_deals(b: list[int]) -> None:
    a = [1, 1, 2, 2]
    pooled, observed = np.asarray(a + b), two_sample(a, b).statistic
    deals = list(combinations(range(9), 4))
    apart = sum(
        scipy.stats.ks_2samp(pooled[list(deal)], np.delete(pooled, list(deal))).statistic
        >= observed - 1e-9
        for deal in deals
    )
    assert two_sample(a, b).p == pytest.approx(apart / len(deals))


def test_an_empty_sample_shows_no_difference() -> None:
    assert two_sample([], [1, 2]).p == 1.0
    assert two_sample([], []).statistic == 0.0


def test_equal_samples_are_alike_and_far_ones_are_not() -> None:
    assert two_sample(range(50), range(50)).p == pytest.approx(1.0)
    assert two_sample(range(50), range(100, 150)).p < 1e-20


def test_with_references_the_interval_is_that_of_one_more_like_them() -> None:
    rng = np.random.default_rng(31)
    held = []
    for _ in range(300):
        sides = (rng.random((9, 2, 60)) < 0.6).astype(float)
        found = twin_test(
            sides[0, 0], sides[0, 1], coin=False, references=[(x[0], x[1]) for x in sides[1:]]
        )
        assert found.excess is not None
        assert found.excess_low is not None
        assert found.excess_high is not None
        held.append(found.excess_low <= 0 <= found.excess_high)
    assert 0.9 <= np.mean(held) <= 0.99


def test_without_references_there_is_no_excess() -> None:
    found = twin_test([1, 0, 1], [0, 0, 1], coin=True)
    assert (found.excess, found.excess_low, found.excess_high) == (None, None, None)
