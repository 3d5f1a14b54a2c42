import numpy as np
import pytest
import scipy.stats
from hypothesis import given
from hypothesis import strategies as st

from mingan.statistics.multiplicity import benjamini_hochberg, holm, holm_factors

p_values = st.lists(st.floats(0, 1), min_size=1, max_size=30)


def test_holm_by_hand() -> None:
    assert holm([0.01, 0.04, 0.03, 0.005]) == pytest.approx([0.03, 0.06, 0.06, 0.02])
    assert holm_factors([0.01, 0.04, 0.03, 0.005]).tolist() == [3, 1, 2, 4]


@given(p_values)
def test_holm_rejects_what_its_definition_rejects(p: list[float]) -> None:
    adjusted, alive = holm(p), True
    for rank, i in enumerate(np.argsort(p, kind="stable")):
        alive = alive and p[i] * (len(p) - rank) < 0.05
        assert (adjusted[i] < 0.05) == alive


@given(p_values)
def test_benjamini_hochberg_agrees_with_scipy(p: list[float]) -> None:
    assert benjamini_hochberg(p) == pytest.approx(scipy.stats.false_discovery_control(p))


@given(p_values.flatmap(lambda p: st.tuples(st.just(p), st.permutations(range(len(p))))))
def test_the_order_of_the_tests_does_not_matter(case: tuple[list[float], list[int]]) -> None:
    p, order = case
    shuffled = [p[i] for i in order]
    for method in (holm, benjamini_hochberg):
        assert method(shuffled) == pytest.approx(method(p)[order])
        assert (method(p) >= np.asarray(p) - 1e-15).all()


def test_no_tests_at_all() -> None:
    assert holm([]).size == 0
    assert benjamini_hochberg([]).size == 0
