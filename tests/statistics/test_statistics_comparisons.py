from dataclasses import replace
from math import isnan

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mingan.statistics import (
    Comparison,
    ResponseMatrix,
    UnsureRate,
    compare,
    compare_all,
    holm,
    mcnemar,
    paired_interval,
    score,
)


def pair(a: object, b: object, **more: tuple[str, ...]) -> ResponseMatrix:
    cells = np.array([a, b], dtype=np.int8)
    cells = cells[:, :, None] if cells.ndim == 2 else cells
    questions = tuple(f"q{i:03}" for i in range(cells.shape[1]))
    return ResponseMatrix(models=("a", "b"), questions=questions, cells=cells, **more)


def table(wins: int, losses: int, both: int, neither: int) -> ResponseMatrix:
    a = [1] * wins + [0] * losses + [1] * both + [0] * neither
    b = [0] * wins + [1] * losses + [1] * both + [0] * neither
    return pair(a, b)


def test_right_and_wrong_give_mcnemar_and_bonett_price() -> None:
    found = compare(table(30, 10, 40, 20), "a", "b")
    assert (found.wins, found.losses, found.ties, found.questions) == (30, 10, 60, 100)
    assert found.difference == pytest.approx(0.2)
    assert found.p == found.p_adjusted == pytest.approx(mcnemar(30, 10))
    assert (found.low, found.high) == pytest.approx(
        paired_interval([1] * 30 + [-1] * 10 + [0] * 60)
    )
    assert (found.verdict, found.method, found.unsure_matters) == ("a", "mcnemar", False)


@settings(max_examples=60, deadline=None)
@given(*[st.integers(0, 12)] * 4)
def test_swapping_the_two_mirrors_everything(wins: int, losses: int, both: int, none: int) -> None:
    matrix = table(wins, losses, both, none + 1)
    there, back = compare(matrix, "a", "b"), compare(matrix, "b", "a")
    assert (back.difference, back.low, back.high) == pytest.approx(
        (-there.difference, -there.high, -there.low)
    )
    assert (back.p, back.wins, back.losses) == (there.p, there.losses, there.wins)
    assert {"a": "b", "b": "a"}.get(there.verdict, there.verdict) == back.verdict
    assert back.questions_needed == there.questions_needed


def check(found: Comparison) -> None:
    assert -1 <= found.low <= found.high <= 1
    assert 0 < found.p <= found.p_adjusted <= 1
    if not isnan(found.difference):
        assert found.low <= found.difference <= found.high
    if found.verdict == "cannot tell":
        assert found.low <= 0 <= found.high
    else:
        assert found.p_adjusted < 0.05
        assert found.low > 0 if found.verdict == "a" else found.high < 0
    assert found.wins + found.losses + found.ties <= found.questions


@settings(max_examples=40, deadline=None)
@given(
    st.integers(0, 10**6),
    st.integers(1, 40),
    st.integers(1, 3),
    st.integers(1, 3),
    st.sampled_from([1, 3]),
)
def test_verdict_interval_and_p_never_contradict_each_other(
    seed: int, questions: int, repeats: int, strata: int, cluster_size: int
) -> None:
    rng = np.random.default_rng(seed)
    chance = [[0.35, 0.45, 0.1, 0.1], [0.7, 0.1, 0.1, 0.1], [0.1, 0.8, 0.05, 0.05]]
    cells = np.stack([rng.choice([0, 1, 2, 7], size=(questions, repeats), p=p) for p in chance])
    matrix = ResponseMatrix(
        models=("a", "b", "c"),
        questions=tuple(f"q{i}" for i in range(questions)),
        cells=cells.astype(np.int8),
        strata=tuple(f"s{i % strata}" for i in range(questions)),
        clusters=tuple(f"c{i // cluster_size}" for i in range(questions)),
    )
    found = compare_all(matrix)
    assert list(found) == [("a", "b"), ("a", "c"), ("b", "c")]
    for each in found.values():
        check(each)
        alone = compare(matrix, each.a, each.b)
        assert alone.difference == pytest.approx(each.difference, nan_ok=True)
        assert alone.p == pytest.approx(each.p, rel=1e-3)
    assert [each.p_adjusted for each in found.values()] == pytest.approx(
        holm([each.p for each in found.values()])
    )


def test_the_difference_is_that_of_the_scores_where_both_answered_the_same(make) -> None:  # type: ignore[no-untyped-def]
    matrix = make(models=2, questions=60, repeats=2, undecided=0.2, strata=3)
    found = compare(matrix, *matrix.models)
    scores = [score(matrix, model).score for model in matrix.models]
    assert found.difference == pytest.approx(scores[0] - scores[1])
    assert found.method == "sign-flip"


def test_questions_that_one_of_the_two_did_not_answer_are_left_out() -> None:
    clean = compare(table(30, 10, 40, 20), "a", "b")
    a = [1] * 30 + [0] * 10 + [1] * 40 + [0] * 20 + [7] * 30 + [1] * 30
    b = [0] * 30 + [1] * 10 + [1] * 40 + [0] * 20 + [0] * 30 + [3] * 30
    found = compare(pair(a, b), "a", "b")
    ends = (clean.low, clean.high)
    assert (found.low, found.high) == pytest.approx(ends)
    assert replace(found, low=clean.low, high=clean.high) == clean


def test_a_verdict_that_unknowns_could_overturn_says_so() -> None:
    solid = compare(pair([1] * 40 + [0] * 50 + [2] * 2, [0] * 40 + [0] * 50 + [2] * 2), "a", "b")
    assert (solid.verdict, solid.unsure_matters) == ("a", False)
    shaky = compare(pair([1] * 40 + [0] * 50 + [2] * 60, [0] * 90 + [2] * 60), "a", "b")
    assert (shaky.verdict, shaky.unsure_matters) == ("a", True)


def test_no_verdict_only_because_of_unknowns_says_so() -> None:
    # Of a many more answers are undecided: it is better only if enough of these are right.
    a, b = [1] * 70 + [0] * 30 + [2] * 60, [1] * 35 + [0] * 30 + [1] * 40 + [0] * 55
    sure = UnsureRate(point=1, low=1, high=1)
    assert compare(pair(a, b), "a", "b", unsure_rate=sure).verdict == "a"
    found = compare(pair(a, b), "a", "b", unsure_rate=UnsureRate(point=1, low=0, high=1))
    assert (found.verdict, found.unsure_matters) == ("cannot tell", True)
    assert found.low < 0 < found.high


def test_more_pairs_need_more_evidence() -> None:
    alone = compare(table(16, 5, 40, 20), "a", "b")
    among = compare(table(16, 5, 40, 20), "a", "b", m=91)
    assert (alone.verdict, among.verdict) == ("a", "cannot tell")
    assert among.p_adjusted == pytest.approx(min(1, 91 * alone.p))
    assert among.low <= 0 < alone.low
    assert alone.questions_needed is not None
    assert among.questions_needed is not None
    assert among.questions_needed > alone.questions_needed
    assert among.detectable > alone.detectable
    assert not among.unsure_matters


def test_no_difference_needs_no_number_and_nothing_shared_says_nothing() -> None:
    equal = compare(table(5, 5, 10, 10), "a", "b")
    assert (equal.p, equal.questions_needed, equal.verdict) == (1, None, "cannot tell")
    for a, b in (([1, 7], [7, 1]), ([2, 2], [1, 0])):
        nothing = compare(pair(a, b), "a", "b")
        assert isnan(nothing.difference)
        assert (nothing.low, nothing.high, nothing.p, nothing.verdict) == (-1, 1, 1, "cannot tell")
        assert nothing.questions_needed is None


def test_copies_in_a_cluster_are_no_new_evidence() -> None:
    a, b = np.repeat([1] * 5 + [0] * 5, 6), np.repeat([0] * 5 + [0] * 5, 6)
    alone = compare(pair(a, b), "a", "b")
    together = compare(pair(a, b, clusters=tuple(f"c{i // 6}" for i in range(60))), "a", "b")
    assert (alone.verdict, together.verdict) == ("a", "cannot tell")
    assert together.p == pytest.approx(2 / 2**5)


def test_names_that_make_no_sense() -> None:
    matrix = table(1, 1, 1, 1)
    with pytest.raises(KeyError):
        compare(matrix, "a", "nobody")
    with pytest.raises(ValueError, match="itself"):
        compare(matrix, "a", "a")
    assert compare_all(replace(matrix, models=("a",), cells=matrix.cells[:1])) == {}
