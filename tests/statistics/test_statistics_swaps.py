from itertools import product

import numpy as np
import pytest

from mingan.statistics import ResponseMatrix, mcnemar, score, sign_flip
from mingan.statistics.swaps import swap_test
from mingan.statistics.unknowns import UnsureRate, gather

SURE = UnsureRate(point=0.5, low=0.5, high=0.5)


def pair(a: object, b: object, **more: tuple[str, ...]) -> ResponseMatrix:
    cells = np.array([a, b], dtype=np.int8)
    cells = cells[:, :, None] if cells.ndim == 2 else cells
    questions = tuple(f"q{i:03}" for i in range(cells.shape[1]))
    return ResponseMatrix(models=("a", "b"), questions=questions, cells=cells, **more)


def p_of(matrix: ResponseMatrix, phi: float = 0.5) -> float:
    evidence = gather(matrix)
    shared = evidence.answered[:1] & evidence.answered[1:]
    sides = [evidence.rows(np.array([i]), shared) for i in (0, 1)]
    return float(swap_test(sides[0], sides[1], phi=phi)[0])


def test_with_nothing_undecided_it_is_the_sign_flip_test() -> None:
    rng = np.random.default_rng(2)
    a, b = rng.random((2, 60, 3)) < np.array([0.6, 0.45])[:, None, None]
    p = p_of(pair(a, b))
    assert p == pytest.approx(sign_flip(a.mean(axis=1) - b.mean(axis=1)), abs=0.01)
    assert p_of(pair([1] * 7 + [0] * 3, [0] * 7 + [1] * 3)) == pytest.approx(mcnemar(7, 3))


def test_it_is_what_swapping_and_scoring_again_in_full_gives() -> None:
    rng = np.random.default_rng(4)
    strata = ("x", "y", "y", "x", "y", "x", "y", "y")
    a, b = rng.choice([0, 1, 2], size=(2, 8), p=[0.3, 0.4, 0.3])

    def gap(swap: tuple[bool, ...]) -> float:
        matrix = pair(np.where(swap, b, a), np.where(swap, a, b), strata=strata)
        one, other = (score(matrix, name, unsure_rate=SURE).score for name in ("a", "b"))
        return one - other

    gaps = np.abs([gap(swap) for swap in product([False, True], repeat=8)])
    assert p_of(pair(a, b, strata=strata)) == pytest.approx((gaps >= gaps[0] - 1e-6).mean())


def test_three_verdicts_are_no_evidence_sixty_times_over() -> None:
    # a is right on 3, b wrong on the same 3, and of 57 more neither has a verdict.
    a, b = [1] * 3 + [2] * 57, [0] * 3 + [2] * 57
    assert p_of(pair(a, b)) == pytest.approx(0.25)


def test_what_hangs_together_is_swapped_together() -> None:
    a, b = [1] * 12, [0] * 12
    clusters = tuple("aaabbbcccddd")
    assert p_of(pair(a, b)) == pytest.approx(2 / 2**12)
    assert p_of(pair(a, b, clusters=clusters)) == pytest.approx(2 / 2**4)


def test_the_same_answers_are_never_apart() -> None:
    cells = np.random.default_rng(0).integers(0, 3, size=30)
    assert p_of(pair(cells, cells)) == 1


def test_equal_models_with_undecided_answers_are_told_apart_as_rarely_as_promised() -> None:
    rng = np.random.default_rng(8)
    found = []
    for _ in range(150):
        difficulty = rng.random(24)
        cells = (rng.random((2, 24)) < difficulty).astype(np.int8)
        cells[rng.random((2, 24)) < np.where(cells == 1, 0.1, 0.3)] = 2
        found.append(p_of(pair(cells[0], cells[1])))
    assert np.mean(np.array(found) < 0.1) < 0.16
    assert np.mean(np.array(found) < 0.5) > 0.3
