from dataclasses import replace
from math import isnan

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mingan.statistics import (
    Outcome,
    ResponseMatrix,
    UnsureRate,
    by_group,
    by_label,
    score,
    score_table,
    wilson,
)


def one(cells: list[int] | np.ndarray, **more: tuple[str, ...]) -> ResponseMatrix:
    table = np.asarray(cells, dtype=np.int8)
    table = table[None, :, None] if table.ndim == 1 else table[None]
    questions = tuple(f"q{i}" for i in range(table.shape[1]))
    return ResponseMatrix(models=("m",), questions=questions, cells=table, **more)


@given(st.integers(1, 60).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_plain_right_and_wrong_give_exactly_wilson(count: tuple[int, int]) -> None:
    right, n = count
    found = score(one([1] * right + [0] * (n - right)), "m")
    assert found.score == pytest.approx(right / n)
    assert (found.low, found.high) == pytest.approx(wilson(right, n), abs=1e-10)
    assert found.best_case == found.worst_case == pytest.approx(right / n)


def test_twenty_of_twenty_is_not_certain_however_often_it_was_asked() -> None:
    for repeats in (1, 3, 10):
        found = score(one(np.ones((20, repeats))), "m")
        assert (found.score, found.repeats, found.questions) == (1, repeats, 20)
        assert (found.low, found.high) == pytest.approx(wilson(20, 20))


def test_repeats_that_never_change_are_worth_nothing_and_others_something() -> None:
    rng = np.random.default_rng(1)
    once = (rng.random((50, 1)) < 0.5).astype(int)
    assert score(one(np.repeat(once, 5, axis=1)), "m").low == pytest.approx(
        score(one(once), "m").low
    )
    restless = score(one((rng.random((50, 5)) < 0.5).astype(int)), "m")
    width = restless.high - restless.low
    assert np.subtract(*wilson(125, 250)[::-1]) * 0.9 < width
    assert width < 0.6 * np.subtract(*wilson(25, 50)[::-1])


def test_copies_in_a_cluster_are_not_new_questions() -> None:
    cells = np.repeat([1, 0, 1, 1, 0, 1, 0, 1, 1, 1] * 3, 4)
    clusters = tuple(f"c{i // 4}" for i in range(120))
    alone, together = score(one(cells), "m"), score(one(cells, clusters=clusters), "m")
    thirty = wilson(21, 30)
    assert together.low < thirty.low < alone.low
    assert together.high - together.low == pytest.approx(thirty.high - thirty.low, rel=0.1)
    certain = score(one(np.ones(20, dtype=int), clusters=tuple("abcdefghij") * 2), "m")
    assert certain.low < wilson(10, 10).low
    # A cluster of one, or an empty label, is a question by itself.
    singles = score(one(cells, clusters=("",) * 120), "m")
    assert (singles.low, singles.high) == (alone.low, alone.high)


def test_strata_that_tell_questions_apart_narrow_the_interval() -> None:
    cells = [1] * 45 + [0] * 5 + [0] * 45 + [1] * 5
    plain, tiers = score(one(cells), "m"), score(one(cells, strata=("a",) * 50 + ("b",) * 50), "m")
    assert tiers.score == pytest.approx(plain.score)
    assert 0.5 < (tiers.high - tiers.low) / (plain.high - plain.low) < 0.8
    every = score(one([1] * 60, strata=("a", "b", "c") * 20), "m")
    assert (every.low, every.high) == pytest.approx(wilson(60, 60), abs=1e-3)


def test_undecided_answers_widen_the_interval_by_the_range_of_phi() -> None:
    cells = [1] * 120 + [0] * 80 + [2] * 100
    sure = UnsureRate(point=0.5, low=0.5, high=0.5)
    wide, narrow = score(one(cells), "m"), score(one(cells), "m", unsure_rate=sure)
    assert wide.score == narrow.score == pytest.approx(0.5)
    assert wide.low == pytest.approx(wilson(120, 300).low)
    assert wide.high == pytest.approx(wilson(120, 200).high, abs=1e-3)
    assert wide.low < narrow.low < narrow.high < wide.high
    assert (wide.worst_case, wide.best_case) == pytest.approx((0.4, 220 / 300))


def test_a_few_certain_verdicts_do_not_make_many_undecided_ones_certain() -> None:
    sure = UnsureRate(point=1, low=1, high=1)
    found = score(one([1] * 10 + [2] * 50), "m", unsure_rate=sure)
    assert found.score == pytest.approx(1)
    assert found.low == pytest.approx(wilson(10, 10).low, abs=0.03)


def test_the_fault_of_the_road_is_not_the_models_mistake() -> None:
    known = [1] * 30 + [0] * 10
    clean = score(one(known), "m")
    for outcome in (Outcome.FAILED, Outcome.ABSENT, Outcome.UNGRADED):
        found = score(one(known + [int(outcome)] * 20), "m")
        assert (found.score, found.low, found.high) == pytest.approx(
            (clean.score, clean.low, clean.high)
        )
        assert (found.worst_case, found.best_case) == (0.5, pytest.approx(50 / 60))


def test_nothing_known_says_so() -> None:
    for cells in ([2, 2], [7, 8], [8, 8], []):
        found = score(one(np.asarray(cells, dtype=np.int8).reshape(-1, 1)), "m")
        assert isnan(found.score)
        assert (found.low, found.high, found.questions) == (0, 1, 0)
        assert (found.worst_case, found.best_case) == (0, 1)


def test_every_answer_is_counted_once() -> None:
    cells = [[0, 1, 8], [2, 3, 8], [4, 5, 8], [6, 7, 8], [8, 1, 8]]
    found = score(one(np.array(cells)), "m")
    counts = (
        found.right, found.wrong, found.unsure, found.ungraded, found.refused,
        found.truncated, found.empty, found.failed, found.absent,
    )  # fmt: skip
    assert counts == (2, 1, 1, 1, 1, 1, 1, 1, 1)
    # The third repeat was planned for no question: it is not counted, and not asked for.
    assert (found.repeats, found.questions) == (2, 2)


@settings(max_examples=40, deadline=None)
@given(
    st.integers(0, 10**6),
    st.integers(1, 30),
    st.integers(1, 3),
    st.integers(1, 3),
    st.sampled_from([1, 3]),
)
def test_what_always_holds(
    seed: int, questions: int, repeats: int, strata: int, cluster_size: int
) -> None:
    rng = np.random.default_rng(seed)
    cells = rng.integers(0, 9, size=(4, questions, repeats)).astype(np.int8)
    matrix = ResponseMatrix(
        models=("a", "b", "c", "d"),
        questions=tuple(f"q{i}" for i in range(questions)),
        cells=cells,
        strata=tuple(f"s{i % strata}" for i in range(questions)),
        clusters=tuple(f"c{i // cluster_size}" for i in range(questions)),
    )
    table = score_table(matrix)
    assert table == score_table(matrix) or any(isnan(row.score) for row in table)
    for row in table:
        assert 0 <= row.low < row.high <= 1
        assert 1 <= row.rank_low <= row.rank_high <= 4
        if not isnan(row.score):
            assert row.low <= row.score <= row.high
            assert row.worst_case <= row.score <= row.best_case
    known = [row.score for row in table if not isnan(row.score)]
    assert known == sorted(known, reverse=True)

    order, models = rng.permutation(questions), rng.permutation(4)
    moved = ResponseMatrix(
        models=tuple(matrix.models[i] for i in models),
        questions=tuple(matrix.questions[i] for i in order),
        cells=cells[models][:, order],
        strata=tuple(matrix.strata[i] for i in order),
        clusters=tuple(matrix.clusters[i] for i in order),
    )
    again = {row.model: row for row in score_table(moved)}
    for row in table:
        other = again[row.model]
        assert (other.low, other.high) == pytest.approx((row.low, row.high), abs=1e-9)
        assert (other.rank_low, other.rank_high) == (row.rank_low, row.rank_high)
        assert other.score == pytest.approx(row.score, nan_ok=True)


def test_a_model_scores_the_same_alone_and_in_company(make) -> None:  # type: ignore[no-untyped-def]
    matrix = make(undecided=0.1, missing=0.05, strata=3, repeats=2)
    for row in score_table(matrix, ranks=False):
        assert score(matrix, row.model) == row
    with pytest.raises(KeyError):
        score(matrix, "nobody")


def test_groups_may_overlap_and_may_be_empty(make) -> None:  # type: ignore[no-untyped-def]
    matrix = make(questions=6)
    masks = by_label((("math",), ("math", "chinese"), (), ("chinese",), ("math",), ()))
    assert {name: mask.sum() for name, mask in masks.items()} == {"math": 3, "chinese": 2}
    found = by_group(matrix, {**masks, "none": np.zeros(6, dtype=np.bool_)})
    assert found["math"] == score_table(matrix.select([0, 1, 4]), ranks=False)
    assert all(isnan(row.score) and row.questions == 0 for row in found["none"])


def test_the_interval_holds_the_truth_as_often_as_it_says() -> None:
    rng = np.random.default_rng(11)
    sure = UnsureRate(point=0.6, low=0.6, high=0.6)
    held = []
    for _ in range(20):
        known = rng.random((100, 80)) < 0.8
        truth = np.where(known, rng.random((100, 80)) < 0.7, 2)
        matrix = ResponseMatrix(
            models=tuple(str(i) for i in range(100)),
            questions=tuple(str(i) for i in range(80)),
            cells=truth.astype(np.int8)[:, :, None],
        )
        rows = score_table(matrix, unsure_rate=sure, ranks=False)
        held += [row.low <= 0.7 * (0.8 + 0.6 * 0.2) <= row.high for row in rows]
    assert np.mean(held) == pytest.approx(0.95, abs=0.017)
    assert replace(rows[0], rank_low=0) == rows[0]
