"""How few votes turn two ranks round: never fewer than verified, never more than need be known."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest

from mingan.statistics import Votes, rank_votes, votes_of, votes_to_flip


def some(seed: int, size: int = 11) -> Votes:
    rng = np.random.default_rng(seed)
    pairs = [rng.permutation(3)[:2] for _ in range(size)]
    return votes_of(
        ["abc"[p[0]] for p in pairs], ["abc"[p[1]] for p in pairs],
        rng.choice([0, 0.5, 1], size, p=[0.4, 0.2, 0.4]),
        styles={"length": rng.uniform(-1, 1, size)},
    )  # fmt: skip


def without(votes: Votes, dropped: tuple[int, ...]) -> Votes:
    keep = np.ones(len(votes), dtype=np.bool_)
    keep[list(dropped)] = False
    return votes.only(keep)


def ahead_of(votes: Votes, a: str, b: str) -> bool:
    """Whether both are placed and a is before b by more than rounding."""
    found = {s.model: s.value for s in rank_votes(votes, resamples=0).strengths}
    return found[a] > found[b] + 1e-7


@pytest.mark.parametrize("seed", range(6))
def test_removed_votes_against_every_choice(seed: int) -> None:
    votes = some(seed)
    placed = [s.model for s in rank_votes(votes, resamples=0).strengths if s.state == "placed"]
    assert len(placed) == 3
    assert ahead_of(votes, placed[0], placed[1])
    found = votes_to_flip(votes, placed[0], placed[1], by="removed")
    for number in range(1, found.at_least):
        for dropped in combinations(range(len(votes)), number):
            assert not ahead_of(without(votes, dropped), placed[1], placed[0])
    if found.exact and found.enough is not None and found.enough <= 3:
        # Some choice of so many does it, or leaves one of them beyond all bounds.
        assert any(
            not ahead_of(without(votes, dropped), placed[0], placed[1])
            for dropped in combinations(range(len(votes)), found.enough)
        )


def test_two_models_by_hand() -> None:
    votes = votes_of(["a"] * 9, ["b"] * 9, [1] * 6 + [0] * 3)
    changed = votes_to_flip(votes, "a", "b")
    assert (changed.enough, changed.at_least, changed.exact) == (2, 2, True)
    removed = votes_to_flip(votes, "a", "b", by="removed")
    assert (removed.enough, removed.at_least, removed.exact) == (4, 4, True)


def test_a_large_lead_by_hand_is_found_and_not_called_exact_without_proof() -> None:
    votes = votes_of(["a"] * 150 + ["b"] * 150, ["b"] * 150 + ["a"] * 150, [1] * 200 + [0] * 100)
    ranking = rank_votes(votes, resamples=0)
    first, second = (s.model for s in ranking.strengths)
    assert second == "b"
    found = votes_to_flip(votes, first, second, tries=10)
    # a won 150 + 100 of 300: a change of 101 leaves it with 149.
    assert found.enough == 101
    assert not found.exact
    assert found.at_least < 101


def test_other_votes_count_too_and_style_may_be_taken_out() -> None:
    votes = some(3, 120)
    order = [s.model for s in rank_votes(votes, style=True, resamples=0).strengths]
    found = votes_to_flip(votes, order[0], order[1], style=True, tries=200)
    assert found.enough is not None
    assert 1 <= found.at_least <= found.enough <= 60


def test_who_is_not_ahead_or_not_placed_is_refused() -> None:
    votes = votes_of(["a", "b", "a", "top"], ["b", "a", "b", "a"], [1, 1, 1, 1])
    with pytest.raises(ValueError, match="not ahead"):
        votes_to_flip(votes, "b", "a")
    with pytest.raises(ValueError, match="no place"):
        votes_to_flip(votes, "top", "a")
