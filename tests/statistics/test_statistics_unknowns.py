import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mingan.statistics import Outcome, ResponseMatrix, UnsureRate
from mingan.statistics.unknowns import KNOWN, MISSING, UNDECIDED, gather, linearise


def one(cells: list[list[int]], strata: tuple[str, ...] = ()) -> ResponseMatrix:
    table = np.array([cells], dtype=np.int8)
    questions = tuple(f"q{i}" for i in range(len(cells)))
    return ResponseMatrix(models=("m",), questions=questions, cells=table, strata=strata)


def value(cells: list[list[int]], phi: float, strata: tuple[str, ...] = ()) -> float:
    return float(linearise(gather(one(cells, strata)), phi).score[0])


def test_every_outcome_is_known_undecided_or_missing_and_only_one_of_these() -> None:
    assert sorted(KNOWN + UNDECIDED + MISSING) == sorted(Outcome)


@pytest.mark.parametrize("outcome", UNDECIDED)
@pytest.mark.parametrize(("phi", "wanted"), [(0.0, 0.4), (0.5, 0.5), (1.0, 0.6)])
def test_an_undecided_answer_counts_phi_times_the_decided_rate(
    outcome: Outcome, phi: float, wanted: float
) -> None:
    # 6 of 10 decided are right: 12, 8, and 10 more of which no verdict came.
    cells = [[1]] * 12 + [[0]] * 8 + [[int(outcome)]] * 10
    assert value(cells, phi) == pytest.approx(wanted)


@pytest.mark.parametrize("outcome", MISSING)
@pytest.mark.parametrize("phi", [0.0, 0.5, 1.0])
def test_a_missing_answer_changes_nothing(outcome: Outcome, phi: float) -> None:
    cells = [[1]] * 12 + [[0]] * 8 + [[2]] * 10
    assert value(cells + [[int(outcome)]] * 10, phi) == pytest.approx(value(cells, phi))


def test_a_stratum_keeps_its_weight_when_its_answers_are_missing() -> None:
    strata = ("hard",) * 4 + ("easy",) * 4
    cells = [[0], [7], [7], [7], [1], [1], [1], [1]]
    assert value(cells, 0.5, strata) == pytest.approx(0.5)
    assert value(cells, 0.5) == pytest.approx(0.8)


def test_a_stratum_without_any_answer_passes_its_weight_on() -> None:
    strata = ("a",) * 2 + ("b",) * 2 + ("c",) * 2
    assert value([[0], [0], [1], [1], [3], [3]], 0.5, strata) == pytest.approx(0.5)


def test_a_stratum_without_a_verdict_borrows_the_rate_of_the_others() -> None:
    strata = ("a",) * 4 + ("b",) * 4
    cells = [[1], [1], [1], [0], [2], [2], [2], [2]]
    assert value(cells, 1.0, strata) == pytest.approx(0.75)
    assert value(cells, 0.0, strata) == pytest.approx(0.375)


def test_an_undecided_repeat_leans_on_the_repeats_of_its_own_question() -> None:
    assert value([[1, 1, 2], [0, 0, 2]], 1.0) == pytest.approx(0.5)
    assert value([[1, 1, 2], [1, 1, 1]], 0.0) == pytest.approx((2 / 3 + 1) / 2)
    assert value([[1, 1, 7], [0, 0, 0]], 0.0) == pytest.approx(0.5)


def test_nothing_known_is_nan() -> None:
    assert np.isnan(value([[2], [7], [8]], 0.5))


@settings(max_examples=50, deadline=None)
@given(st.integers(0, 10**6), st.floats(0, 1))
def test_deviations_are_the_slope_of_the_score(seed: int, phi: float) -> None:
    # Numerically: repeat one question a little more often, and see how the score moves.
    rng = np.random.default_rng(seed)
    cells = rng.choice([0, 1, 2], size=(12, 1), p=[0.4, 0.4, 0.2]).astype(int)
    cells[:2, 0] = (0, 1)
    copies = 400
    base = [row for row in cells.tolist() for _ in range(copies)]
    sample = linearise(gather(one(base)), phi)
    moved = linearise(gather(one([*base, *[cells.tolist()[5]] * 4])), phi)
    slope = float(moved.score[0] - sample.score[0]) * (len(base) + 4) / 4
    assert slope == pytest.approx(float(sample.deviation[0, 5 * copies]), abs=2e-3)


def test_the_range_of_phi_must_be_in_order() -> None:
    assert UnsureRate(point=0.5, low=0.5, high=1).range == (0.5, 1)
    for wrong in ((0.5, 0.6, 1.0), (0.5, 0.0, 1.1), (0.9, 0.1, 0.8)):
        with pytest.raises(ValueError, match="low <= point <= high"):
            UnsureRate(point=wrong[0], low=wrong[1], high=wrong[2])
