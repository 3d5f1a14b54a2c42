"""Whether two sources of texts are told apart when they differ, and only then."""

from __future__ import annotations

import numpy as np
import pytest

from mingan.statistics.equality import texts_alike

WORDS = ("甲乙丙丁", "甲乙丙戊", "天地玄黄", "宇宙洪荒", "hello you")


def sample(rng: np.random.Generator, chances: list[float], prompts: int, n: int) -> list[list[str]]:
    return [
        [WORDS[i] + str(p) for i in rng.choice(len(WORDS), size=n, p=chances)]
        for p in range(prompts)
    ]


def test_size_is_kept() -> None:
    rng = np.random.default_rng(1)
    even = [0.3, 0.3, 0.2, 0.1, 0.1]
    low = [
        texts_alike(
            sample(rng, even, 8, 6), sample(rng, even, 8, 6), permutations=199, length=8, seed=seed
        ).p <= 0.05
        for seed in range(2500)
    ]  # fmt: skip
    assert np.mean(low) == pytest.approx(0.05, abs=0.015)


def test_another_distribution_is_seen() -> None:
    rng = np.random.default_rng(2)
    found = [
        texts_alike(
            sample(rng, [0.4, 0.3, 0.1, 0.1, 0.1], 25, 10),
            sample(rng, [0.1, 0.1, 0.3, 0.4, 0.1], 25, 10), permutations=199,
        )
        for _ in range(20)
    ]  # fmt: skip
    assert all(one.p <= 0.05 for one in found)
    assert all(one.distance > one.high for one in found)
    assert found[0].prompts == 25


def test_the_discrepancy_by_hand() -> None:
    """Two texts a side: within 1 and 1, across 0, so 2; and 0 where all are the same."""
    assert texts_alike([["aa", "aa"]], [["bb", "bb"]], length=2).distance == pytest.approx(2.0)
    same = texts_alike([["aa", "aa"]], [["aa", "aa"]])
    assert (same.distance, same.p) == (pytest.approx(0.0), 1.0)
    half = texts_alike([["ab", "ab"]], [["ac", "ac"]], length=2)
    assert half.distance == pytest.approx(2 * (1 - 0.5))


def test_too_few_texts_are_no_prompt() -> None:
    found = texts_alike([["a"], ["a", "b"]], [["a", "a"], ["b"]])
    assert (found.prompts, found.p) == (0, 1.0)
    with pytest.raises(ValueError, match="prompts"):
        texts_alike([["a"]], [])
