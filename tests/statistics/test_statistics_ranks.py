import time

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from mingan.statistics import compare_all, rank_intervals, score_table
from mingan.statistics.ranks import ranks_of


def test_ranks_by_hand() -> None:
    better = np.zeros((4, 4), dtype=np.bool_)
    better[0, 2] = better[0, 3] = better[1, 3] = True
    low, high = ranks_of(better)
    assert low.tolist() == [1, 1, 2, 3]
    assert high.tolist() == [2, 3, 4, 4]


@given(st.permutations(range(6)), st.integers(0, 5))
def test_sure_orders_give_sure_ranks(order: list[int], gap: int) -> None:
    place = np.argsort(order)
    better = place[:, None] + gap < place[None, :]
    low, high = ranks_of(better)
    assert (low <= place + 1).all()
    assert (place + 1 <= high).all()
    assert (gap > 0) or (low == high).all()


def test_ranks_are_the_verdicts_of_all_pairs(make) -> None:  # type: ignore[no-untyped-def]
    matrix = make(models=6, questions=120, undecided=0.05, spread=0.6)
    found = rank_intervals(matrix)
    verdicts = compare_all(matrix).values()
    for model, (low, high) in found.items():
        beaten_by = sum({"a": v.b, "b": v.a}.get(v.verdict) == model for v in verdicts)
        beats = sum({"a": v.a, "b": v.b}.get(v.verdict) == model for v in verdicts)
        assert (low, high) == (1 + beaten_by, 6 - beats)
    assert found["model-5"][0] == 1
    assert found["model-0"][1] == 6
    assert [(row.rank_low, row.rank_high) for row in score_table(matrix)] == [
        found[row.model] for row in score_table(matrix)
    ]


def test_equal_models_share_all_ranks(make) -> None:  # type: ignore[no-untyped-def]
    matrix = make(models=5, questions=40, spread=0.0)
    assert set(rank_intervals(matrix).values()) == {(1, 5)}


def test_it_is_fast_enough_to_wait_for(make) -> None:  # type: ignore[no-untyped-def]
    matrix = make(models=14, questions=311, undecided=0.15, strata=3)
    start = time.process_time()
    score_table(matrix)
    assert time.process_time() - start < 4
