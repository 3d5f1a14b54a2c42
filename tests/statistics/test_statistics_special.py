import numpy as np
import pytest
import scipy.special
import scipy.stats

from mingan.statistics.special import (
    beta_cdf,
    beta_quantile,
    binomial_pmf,
    binomial_tail_half,
    log_beta,
    normal_cdf,
    normal_quantile,
    student_cdf,
    student_quantile,
)

RNG = np.random.default_rng(7)
A, B = np.exp(RNG.uniform(-1, 8, (2, 300)))
P = RNG.uniform(0, 1, 300)


def test_beta_functions_agree_with_scipy() -> None:
    x = scipy.special.betaincinv(A, B, P)
    assert beta_cdf(x, A, B) == pytest.approx(P, abs=1e-10)
    assert beta_quantile(P, A, B) == pytest.approx(x, abs=1e-10)
    assert log_beta(A, B) == pytest.approx(scipy.special.betaln(A, B), rel=1e-10, abs=1e-10)


def test_beta_functions_at_and_near_the_ends() -> None:
    assert beta_cdf([0.0, 1.0], 0.5, 3).tolist() == [0, 1]
    assert beta_quantile([0.0, 1.0], 0.5, 3).tolist() == [0, 1]
    wanted = scipy.special.betaincinv([0.5, 20.5], [20.5, 0.5], 1e-12)
    assert beta_quantile(1e-12, [0.5, 20.5], [20.5, 0.5]) == pytest.approx(wanted, rel=1e-9)


@pytest.mark.parametrize("df", [1, 2, 5, 14, 99, 2000])
@pytest.mark.parametrize("p", [0.001, 0.025, 0.4, 0.5, 0.975])
def test_student_quantile_agrees_with_scipy(p: float, df: int) -> None:
    assert student_quantile(p, df) == pytest.approx(scipy.stats.t.ppf(p, df), rel=1e-10, abs=1e-12)


def test_normal_agrees_with_scipy() -> None:
    for p in (1e-6, 0.025, 0.5, 0.975):
        assert normal_quantile(p) == pytest.approx(scipy.stats.norm.ppf(p), abs=1e-10)
        assert normal_cdf(normal_quantile(p)) == pytest.approx(p, abs=1e-12)


@pytest.mark.parametrize(("n", "p"), [(0, 0.5), (1, 0.2), (39, 0.95), (1000, 0.5), (5, 0), (5, 1)])
def test_binomial_pmf_agrees_with_scipy(n: int, p: float) -> None:
    wanted = scipy.stats.binom.pmf(np.arange(n + 1), n, p)
    assert binomial_pmf(n, p) == pytest.approx(wanted, abs=1e-10)


def test_binomial_tail_agrees_with_scipy() -> None:
    n = np.array([0, 1, 5, 5, 623, 5000, 8])
    k = np.array([0, 0, 5, 2, 147, 2400, -1])
    wanted = scipy.stats.binom.cdf(k, n, 0.5)
    assert binomial_tail_half(k, n) == pytest.approx(wanted, rel=1e-8, abs=1e-300)


@pytest.mark.parametrize("df", [1, 4, 30, 2000])
def test_student_cdf_agrees_with_scipy(df: int) -> None:
    for x in (-8.0, -1.3, 0.0, 0.4, 5.0):
        assert student_cdf(x, df) == pytest.approx(scipy.stats.t.cdf(x, df), rel=1e-9)
