"""From votes to a ranking: against another optimiser, by invariants, and where there is none."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import minimize

from mingan.statistics import Ranking, Votes, rank_votes, votes_of
from mingan.statistics.bradley_terry import ELO

NAMES = ("a", "b", "c", "d")


def random_votes(
    size: int, strengths: dict[str, float], *, length: float = 0.0, ties: float = 0.1, seed: int = 0
) -> Votes:
    rng = np.random.default_rng(seed)
    names = list(strengths)
    pairs = [rng.permutation(len(names))[:2] for _ in range(size)]
    first, second = ([names[p[k]] for p in pairs] for k in (0, 1))
    lead = rng.uniform(-1, 1, size)
    odds = np.array([strengths[a] - strengths[b] for a, b in zip(first, second, strict=True)])
    won = (rng.random(size) < 1 / (1 + np.exp(-odds - length * lead))).astype(float)
    won[rng.random(size) < ties] = 0.5
    return votes_of(
        first, second, won, styles={"length": lead}, weights=rng.uniform(0.5, 2, size),
        prompts=[f"p{i // 3}" for i in range(size)],
    )  # fmt: skip


def values(ranking: Ranking) -> dict[str, float]:
    return {strength.model: strength.value for strength in ranking.strengths}


@pytest.mark.parametrize("style", [False, True])
def test_the_fit_is_the_likeliest(style: bool) -> None:
    votes = random_votes(300, {"a": 1, "b": 0.3, "c": 0, "d": -1}, length=1.5)

    def cost(x: np.ndarray) -> float:
        odds = x[votes.first] - x[votes.second] + style * x[4] * votes.style[:, 0]
        fit = votes.won * np.logaddexp(0, -odds) + (1 - votes.won) * np.logaddexp(0, odds)
        return float(votes.weight @ fit + 1e-6 * x @ x)

    best = minimize(cost, np.zeros(5), method="BFGS", options={"gtol": 1e-8}).x
    ranking = rank_votes(votes, style=style, resamples=0)
    found = values(ranking)
    centred = best[:4] - best[:4].mean()
    assert [found[name] for name in NAMES] == pytest.approx(centred, abs=1e-4)
    assert all(math.isnan(s.low) for s in ranking.strengths)
    if style:
        assert ranking.styles[0].value == pytest.approx(best[4], abs=1e-4)


outcomes = st.lists(
    st.tuples(st.sampled_from(NAMES), st.sampled_from(NAMES), st.sampled_from([0.0, 0.5, 1.0])),
    min_size=1, max_size=40,
).map(lambda rows: [row for row in rows if row[0] != row[1]])  # fmt: skip


@settings(max_examples=60, deadline=None)
@given(outcomes)
def test_sides_and_doubling_do_not_matter_and_turning_all_turns_the_ranking(
    rows: list[tuple[str, str, float]],
) -> None:
    if not rows:
        return
    first, second, won = map(list, zip(*rows, strict=True))
    plain = rank_votes(votes_of(first, second, won), resamples=0)
    swapped = rank_votes(votes_of(second, first, [1 - w for w in won]), resamples=0)
    doubled = rank_votes(votes_of(first * 2, second * 2, won * 2), resamples=0)
    assert [s.state for s in plain.strengths] == [s.state for s in swapped.strengths]
    assert values(swapped) == pytest.approx(values(plain), abs=1e-6, nan_ok=True)
    assert values(doubled) == pytest.approx(values(plain), abs=1e-5, nan_ok=True)
    turned = values(rank_votes(votes_of(second, first, won), resamples=0))
    assert turned == pytest.approx({m: -v for m, v in values(plain).items()}, abs=1e-6, nan_ok=True)
    placed = [s.value for s in plain.strengths if s.state == "placed"]
    assert placed == sorted(placed, reverse=True)
    assert sum(placed) == pytest.approx(0, abs=1e-6)


def test_who_only_won_or_was_never_met_has_no_number() -> None:
    first = ["a", "b", "c", "top", "a", "x"]
    second = ["b", "c", "a", "a", "low", "y"]
    ranking = rank_votes(votes_of(first, second, [1, 1, 1, 1, 1, 0.5]), resamples=50)
    states = {s.model: s.state for s in ranking.strengths}
    assert states == {
        "a": "placed", "b": "placed", "c": "placed", "top": "above", "low": "below", "x": "apart",
        "y": "apart",
    }  # fmt: skip
    top = next(s for s in ranking.strengths if s.model == "top")
    assert (top.votes, top.won, top.rank_low) == (1, 1, 0)
    assert math.isnan(top.elo)
    assert (ranking.votes, ranking.left_out) == (3, 3)


def test_one_winner_and_one_loser_cannot_be_placed() -> None:
    ranking = rank_votes(votes_of(["a", "a"], ["b", "b"], [1, 1]))
    assert [(s.model, s.state) for s in ranking.strengths] == [("a", "above"), ("b", "below")]
    nothing = rank_votes(votes_of([], [], []))
    assert (nothing.strengths, nothing.votes) == ((), 0)


def test_an_end_that_few_votes_do_not_bound_is_infinite() -> None:
    ranking = rank_votes(votes_of(["a"] * 6, ["b"] * 6, [1, 1, 1, 1, 1, 0]))
    best, worst = ranking.strengths
    assert best.high == math.inf
    assert worst.low == -math.inf
    assert math.isfinite(best.low)
    assert (best.rank_low, best.rank_high) == (1, 2)


def test_votes_on_one_prompt_hang_together() -> None:
    first, second = ["a", "b"] * 200, ["b", "a"] * 200
    won = np.random.default_rng(0).integers(0, 2, 20).repeat(20)
    won = np.where(np.arange(400) % 2, 1 - won, won)
    alone = rank_votes(votes_of(first, second, won))
    clustered = rank_votes(votes_of(first, second, won, prompts=[str(i // 20) for i in range(400)]))

    def width(ranking: Ranking) -> float:
        return ranking.strengths[0].high - ranking.strengths[0].low

    assert width(clustered) > 3 * width(alone)
    assert rank_votes(votes_of(first, second, won)) == alone


def test_the_intervals_cover() -> None:
    truth = {"a": 0.8, "b": 0.2, "c": -0.2, "d": -0.8}
    hit, ranks, total = 0, 0, 0
    for seed in range(60):
        ranking = rank_votes(random_votes(240, truth, ties=0, seed=seed), resamples=200)
        for strength in ranking.strengths:
            total += 1
            hit += strength.low <= ELO * truth[strength.model] <= strength.high
            ranks += strength.rank_low <= 1 + NAMES.index(strength.model) <= strength.rank_high
    assert 0.90 <= hit / total <= 0.985
    assert ranks / total >= 0.97


def test_style_is_taken_out() -> None:
    votes = random_votes(2000, {"a": 0.5, "b": 0, "c": -0.5}, length=2, ties=0)
    ranking = rank_votes(votes, style=True, resamples=100)
    (length,) = ranking.styles
    assert length.low < 2 < length.high
    assert length.value == pytest.approx(2, abs=0.3)


def test_a_level_is_a_share() -> None:
    with pytest.raises(ValueError, match="level"):
        rank_votes(votes_of(["a"], ["b"], [1]), level=95)


def test_ties_only_leave_every_rank_open() -> None:
    votes = votes_of(["a"] * 8, ["b"] * 8, [0.5] * 8)
    ranking = rank_votes(votes)
    assert [(s.value, s.rank_low, s.rank_high) for s in ranking.strengths] == [(0, 1, 2)] * 2
