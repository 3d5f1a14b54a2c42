from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mingan.statistics import Outcome, ResponseMatrix
from mingan.statistics.items import (
    FEWEST_MODELS,
    discrimination,
    item_rest,
    item_table,
    kr20,
    rest_scores,
    share_right,
)

Make = Callable[..., ResponseMatrix]


def matrix(rows: list[list[int | None]], repeats: int = 1) -> ResponseMatrix:
    """Models by questions; None is an answer that could not be had."""
    cells = np.asarray(
        [[Outcome.FAILED if cell is None else cell for cell in row] for row in rows], dtype=np.int8
    ).reshape(len(rows), -1, repeats)
    return ResponseMatrix(
        models=tuple(f"m{i}" for i in range(len(rows))),
        questions=tuple(f"q{j}" for j in range(cells.shape[1])),
        cells=cells,
    )


def rasch(models: int = 14, questions: int = 120, *, seed: int = 0) -> ResponseMatrix:
    """Right with the chance of the Rasch model; abilities and difficulties spread by 1."""
    rng = np.random.default_rng(seed)
    ability, difficulty = rng.normal(0, 1, models), rng.normal(0, 1, questions)
    chance = 1 / (1 + np.exp(difficulty - ability[:, None]))
    return matrix((rng.random(chance.shape) < chance).astype(int).tolist())


def replaced(old: ResponseMatrix, cells: np.ndarray) -> ResponseMatrix:
    return ResponseMatrix(models=old.models, questions=old.questions, cells=cells)


def test_without_gaps_it_is_the_correlation_with_the_number_of_other_right_answers() -> None:
    x = share_right(rasch())[0]
    found = item_rest(x, rest_scores(x))
    for j in range(x.shape[1]):
        others = x.sum(axis=1) - x[:, j]
        if 0 < x[:, j].mean() < 1:
            assert found[j] == pytest.approx(np.corrcoef(x[:, j], others)[0, 1], abs=1e-6)
        else:
            assert math.isnan(found[j])


def test_kr20_is_the_textbook_formula() -> None:
    x = share_right(rasch())[0]
    k, p = x.shape[1], x.mean(axis=0)
    wanted = k / (k - 1) * (1 - (p * (1 - p)).sum() / x.sum(axis=1).var())
    assert kr20(x) == pytest.approx(wanted, abs=1e-12)


def test_d_is_upper_less_lower_and_shares_places_among_ties() -> None:
    rest = np.asarray([[4.0], [3.0], [2.0], [1.0]])
    assert discrimination(np.asarray([[1.0], [0.0], [0.0], [0.0]]), rest)[0] == 1.0
    assert discrimination(np.asarray([[0.0], [0.0], [0.0], [1.0]]), rest)[0] == -1.0
    tied = np.asarray([[2.0], [2.0], [1.0], [1.0]])
    assert discrimination(np.asarray([[1.0], [0.0], [0.0], [0.0]]), tied)[0] == 0.5


def test_eleven_models_have_three_in_each_group() -> None:
    rest = np.arange(11.0)[::-1, None]
    x = np.zeros((11, 1))
    x[:3] = 1
    assert discrimination(x, rest)[0] == 1.0
    x[3] = 1
    assert discrimination(x, rest)[0] == 1.0


def test_difficulty_ceiling_and_floor_count_what_has_a_verdict() -> None:
    table = item_table(matrix([[1, 0, None, 1], [1, 0, None, 0], [1, None, 2, 1]]))
    right, wrong, nothing, mixed = table.items
    assert (right.difficulty, right.ceiling, right.floor, right.models) == (1.0, True, False, 3)
    assert (wrong.difficulty, wrong.ceiling, wrong.floor, wrong.models) == (0.0, False, True, 2)
    assert math.isnan(nothing.difficulty)
    assert (nothing.ceiling, nothing.floor, nothing.models, nothing.answers) == (
        False, False, 0, 0,
    )  # fmt: skip
    assert mixed.difficulty == pytest.approx(2 / 3)


def test_repeats_are_averaged_within_a_model() -> None:
    table = item_table(matrix([[1, 1, 0, 2], [0, 0, 0, 1]], repeats=2))
    assert [item.answers for item in table.items] == [4, 3]
    assert [item.models for item in table.items] == [2, 2]
    assert [item.difficulty for item in table.items] == [0.5, 0.25]


def test_nobody_gains_by_having_been_asked_the_easy_ones() -> None:
    rows: list[list[int | None]] = [
        [1, 1, 1, None, None, 0],  # asked the easy ones only
        [1, 1, 1, 1, 0, 1],  # better, but asked the hard ones too
        [1, 1, 1, 0, 0, 0],
        [1, 1, 0, 0, 0, 0],
    ]
    rest = rest_scores(share_right(matrix(rows))[0])
    assert rest[1, 5] > rest[0, 5]


def test_a_key_turned_round_is_suspect_and_the_others_are_not() -> None:
    old = rasch(models=20, questions=100, seed=2)
    table = item_table(old)
    good = [j for j, item in enumerate(table.items) if item.item_rest > 0.5][:4]
    assert len(good) == 4
    cells = old.cells.copy()
    cells[:, good] = 1 - cells[:, good]
    found = item_table(replaced(old, cells))
    suspect = {j for j, item in enumerate(found.items) if "negative" in item.suspicions}
    assert suspect >= set(good)
    assert len(suspect) <= len(good) + 1


def test_of_questions_that_tell_nothing_one_in_twenty_is_called_suspect() -> None:
    rng = np.random.default_rng(4)
    good = rasch(models=14, questions=60).cells
    coins = (rng.random((14, 2000, 1)) < 0.5).astype(np.int8)
    hits = []
    for start in range(0, 2000, 40):
        cells = np.concatenate([good, coins[:, start : start + 40]], axis=1)
        whole = ResponseMatrix(
            models=tuple(map(str, range(14))), questions=tuple(map(str, range(100))), cells=cells
        )
        hits += ["negative" in item.suspicions for item in item_table(whole).items[60:]]
    assert 0.03 <= np.mean(hits) <= 0.065


def test_sound_questions_are_hardly_ever_called_suspect() -> None:
    hits = [
        "negative" in item.suspicions
        for seed in range(10)
        for item in item_table(rasch(seed=seed)).items
    ]
    assert np.mean(hits) < 0.01


def test_with_few_models_no_discrimination_is_called_suspect() -> None:
    models = FEWEST_MODELS - 1
    rows = [[1] * i + [0] * (models - i) + [int(i < models // 2)] for i in range(models)]
    item = item_table(matrix(rows)).items[-1]
    assert item.item_rest < -0.5
    assert item.p == 1.0
    assert "negative" not in item.suspicions


def wrong_key(models: int = 9) -> ResponseMatrix:
    """The last question: the best third wrong, the rest right; the others order the models."""
    rows = [[1] * (models - i) + [0] * i + [int(i >= models // 3)] for i in range(models)]
    return matrix(rows)


def test_the_best_all_wrong_with_one_answer_are_against_the_key() -> None:
    whole = wrong_key()
    last = len(whole.questions) - 1
    same = {(row, last): "42" for row in range(3)}
    found = item_table(whole, said=same).items[-1]
    assert found.suspicions[0] == "agree-against"
    assert found.strong == (0, 1, 2)
    for odd in ({**same, (1, last): "43"}, {(0, last): "42", (1, last): "42"}, {}):
        assert item_table(whole, said=odd).items[-1].suspicions[0] == "strong-wrong"


def test_of_four_or_more_strong_models_one_may_say_something_else() -> None:
    whole = wrong_key(12)
    last = len(whole.questions) - 1
    said = {(row, last): "42" for row in range(3)} | {(3, last): "7"}
    found = item_table(whole, said=said).items[-1]
    assert found.strong == (0, 1, 2, 3)
    assert found.agreeing == (0, 1, 2)
    assert "agree-against" in found.suspicions
    two = item_table(whole, said={**said, (2, last): "8"}).items[-1]
    assert two.agreeing == ()
    assert two.suspicions[0] == "strong-wrong"


def test_all_wrong_with_different_answers_is_only_hard() -> None:
    rows = [[1] * (9 - i) + [0] * i + [0] for i in range(9)]
    last = len(rows[0]) - 1
    said = {(row, last): str(row) for row in range(9)}
    item = item_table(matrix(rows), said=said).items[-1]
    assert item.floor
    assert item.suspicions == ()


def test_one_of_the_best_being_right_clears_the_key() -> None:
    whole = wrong_key()
    cells = whole.cells.copy()
    cells[1, -1] = 1
    last = len(whole.questions) - 1
    found = item_table(replaced(whole, cells), said={(row, last): "42" for row in range(3)})
    assert not {"agree-against", "strong-wrong"} & set(found.items[-1].suspicions)


def test_models_tied_at_the_border_all_count_as_strong() -> None:
    rows = [[1, 1, 0]] * 4 + [[0, 0, 1]]
    found = item_table(matrix(rows), said={(row, 2): "x" for row in range(2)}).items[-1]
    assert set(found.strong) == {0, 1, 2, 3}
    assert "agree-against" not in found.suspicions  # what the other two said is not known


@pytest.mark.parametrize("shape", [(0, 0), (0, 3), (1, 3), (2, 1), (3, 0)])
def test_the_smallest_matrices_give_no_figure_and_no_fault(shape: tuple[int, int]) -> None:
    table = item_table(
        ResponseMatrix(
            models=tuple(map(str, range(shape[0]))),
            questions=tuple(map(str, range(shape[1]))),
            cells=np.ones((*shape, 1), dtype=np.int8),
        )
    )
    assert math.isnan(table.kr20)
    assert len(table.items) == shape[1]


@given(st.integers(0, 10_000), st.integers(1, 12), st.integers(1, 8), st.integers(1, 2))
def test_every_figure_stays_in_its_range(
    make: Make, seed: int, models: int, questions: int, repeats: int
) -> None:
    whole = make(models, questions, repeats, undecided=0.2, missing=0.2, seed=seed)
    table = item_table(whole)
    assert math.isnan(table.kr20) or table.kr20 <= 1 + 1e-9
    for item in table.items:
        assert math.isnan(item.difficulty) == (item.models == 0)
        assert math.isnan(item.item_rest) or -1 - 1e-9 <= item.item_rest <= 1 + 1e-9
        assert math.isnan(item.discrimination) or -1 <= item.discrimination <= 1
        assert 0 < item.p <= 1
        assert not (item.ceiling and item.floor)


@given(st.integers(0, 10_000))
def test_the_order_of_models_and_questions_does_not_matter(make: Make, seed: int) -> None:
    whole = make(9, 12, missing=0.1, seed=seed)
    rng = np.random.default_rng(seed)
    rows, columns = rng.permutation(9), rng.permutation(12)
    mixed = ResponseMatrix(
        models=tuple(whole.models[i] for i in rows),
        questions=tuple(whole.questions[j] for j in columns),
        cells=whole.cells[rows][:, columns],
    )
    a, b = item_table(whole), item_table(mixed)
    assert a.kr20 == pytest.approx(b.kr20, nan_ok=True)
    by_id = {item.question: item for item in b.items}
    for item in a.items:
        other = by_id[item.question]
        assert item.item_rest == pytest.approx(other.item_rest, nan_ok=True)
        assert item.discrimination == pytest.approx(other.discrimination, nan_ok=True)
