"""From votes to a ranking: Bradley and Terry's model, with style taken out where that is asked.

The chance that a beats b is 1 / (1 + exp(-(s_a - s_b + style))), style being the sum of
coefficient times lead. A tie counts half a win for each side: the maximum-likelihood fit then
needs no parameter for ties, and it is what gives the published values again (leaving ties out
spreads them by a tenth). Elo = 400 s / ln 10, of mean 0.

Intervals come from drawing prompts anew, with all their votes, a fixed seed: votes on one prompt
hang together. Ranks are those not ruled out by all pairs at once (the largest of all standardised
differences over the draws, so that all hold together at `level`).

A strength exists only among models each of which has, by some chain, beaten and been beaten by
the others (Ford 1957). The largest such set is placed. A model outside it that never lost to it
is "above", one that never won "below", any other "apart"; they have no number, since there is
none. The module must not know who voted.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np

from mingan.statistics.logistic import FAR, design, determined, fit
from mingan.statistics.ranks import ranks_of
from mingan.statistics.special import Floats
from mingan.statistics.unknowns import Flags
from mingan.statistics.votes import Votes

State = Literal["placed", "above", "below", "apart"]

ELO = 400 / math.log(10)
RESAMPLES = 1000
SEED = 20230628
_CELLS = 2_000_000
_MOST = 1e300


@dataclass(frozen=True, slots=True, kw_only=True)
class Strength:
    """How one model does in the votes.

    Attributes:
        value: log-odds against the mean of the placed models; NaN where not placed.
        elo, low, high: the same on Elo's scale, with the interval; an end is infinite where too
            many draws of prompts leave it without a bound, NaN where there is only one prompt.
        rank_low, rank_high: ranks among the placed models that are not ruled out; 0 where none.
        votes, won: number of votes, and share won (ties half).
    """

    model: str
    state: State
    value: float
    elo: float
    low: float
    high: float
    rank_low: int
    rank_high: int
    votes: int
    won: float


@dataclass(frozen=True, slots=True, kw_only=True)
class StyleEffect:
    """What a lead of 1 in a style adds to the log-odds of winning, with its interval."""

    style: str
    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Ranking:
    """All models, best first, those without a place last.

    Attributes:
        styles: empty where style was not taken out.
        votes, prompts: how many were used; `left_out` had a style that is not known, or a model
            that has no place.
        ties: share of the votes used that were ties.
    """

    strengths: tuple[Strength, ...]
    styles: tuple[StyleEffect, ...]
    votes: int
    prompts: int
    left_out: int
    ties: float
    level: float


def rank_votes(
    votes: Votes, *, style: bool = False, level: float = 0.95, resamples: int = RESAMPLES,
    seed: int = SEED,
) -> Ranking:  # fmt: skip
    """Ranks the models; with `style` at equal style, for the covariates that the votes carry."""
    if not 0 < level < 1:
        raise ValueError(f"level must be between 0 and 1, not {level}")
    known = votes.with_style() if style else votes
    states = places(known)
    placed = np.array([state == "placed" for state in states], dtype=np.bool_)
    used = known.only(placed[known.first] & placed[known.second])
    prompts = np.unique(used.prompt).size
    point, draws, sound = np.zeros(0), np.zeros((0, 0)), np.zeros(0, dtype=np.bool_)
    if len(used):
        point, draws, sound = estimates(used, placed, style, resamples if prompts > 1 else 0, seed)
    models = int(placed.sum())
    low, high = _ends(draws, sound, level, point.size)
    ranks = _ranks(point[:models], draws[:, :models][sound], level)
    strengths = _strengths(votes, states, placed, point, low, high, ranks)
    return Ranking(
        strengths=tuple(sorted(strengths, key=_order)),
        styles=tuple(
            StyleEffect(style=name, value=float(point[models + k]), low=float(low[models + k]),
                        high=float(high[models + k]))
            for k, name in enumerate(votes.styles if style and point.size else ())
        ),
        votes=len(used), prompts=prompts, left_out=len(votes) - len(used),
        ties=float((used.won == 0.5).mean()) if len(used) else 0.0, level=level,
    )  # fmt: skip


def estimates(
    votes: Votes, placed: Flags, style: bool, resamples: int, seed: int
) -> tuple[Floats, Floats, Flags]:
    """Coefficients (P) of the placed models (mean 0) and styles; of each draw (B, P), and whether
    the draw still joins all of them.

    The draws depend on the seed and the number of prompts alone: two judges of the same votes are
    drawn alike.
    """
    columns = np.concatenate([placed, np.ones(len(votes.styles) if style else 0, dtype=np.bool_)])
    rows = design(votes, style=style)[:, columns]
    models = int(placed.sum())
    _, prompt = np.unique(votes.prompt, return_inverse=True)
    size = int(prompt.max()) + 1
    if not style:  # one row for each pair of models is enough
        rows, kind = np.unique(rows, axis=0, return_inverse=True)
        kind = kind.reshape(-1)
        weight, won = np.zeros((2, size, rows.shape[0]))
        np.add.at(weight, (prompt, kind), votes.weight)
        np.add.at(won, (prompt, kind), votes.weight * votes.won)
        whole = (won.sum(axis=0)[None], weight.sum(axis=0)[None])
    else:
        whole = ((votes.weight * votes.won)[None], votes.weight[None])
    (point,) = fit(rows, *whole)
    rng = np.random.default_rng(seed)
    block = max(1, _CELLS // max(rows.shape[0], size))
    found: list[Floats] = [np.zeros((0, point.size))]
    sound: list[Flags] = [np.zeros(0, dtype=np.bool_)]
    for start in range(0, resamples, block):
        drawn = rng.multinomial(size, np.full(size, 1 / size), size=min(block, resamples - start))
        drawn = drawn.astype(np.float64)
        if style:
            times = drawn[:, prompt]
            sums, totals = times * whole[0], times * whole[1]
        else:
            sums, totals = drawn @ won, drawn @ weight
        found.append(fit(rows, sums, totals, point))
        sound.append(determined(rows, totals, models))
    return point, np.concatenate(found), np.concatenate(sound)


def places(votes: Votes) -> list[State]:
    """Which models can be placed by the votes, and where the others are."""
    size = len(votes.models)
    beaten = np.zeros((size, size))
    np.add.at(beaten, (votes.first, votes.second), votes.won)
    np.add.at(beaten, (votes.second, votes.first), 1 - votes.won)
    chain = beaten > 0
    for k in range(size):
        chain |= chain[:, k : k + 1] & chain[k : k + 1, :]
    both = chain & chain.T
    played = np.bincount(np.concatenate([votes.first, votes.second]), minlength=size)
    best = max(range(size), key=lambda i: (both[i].sum(), both[i] @ played), default=None)
    if best is None or not both[best].any():
        return [_alone(bool(chain[i].any()), bool(chain[:, i].any())) for i in range(size)]
    core = both[best]
    return [
        "placed" if core[i] else _alone(bool(chain[i, core].any()), bool(chain[core, i].any()))
        for i in range(size)
    ]


def _alone(wins: bool, loses: bool) -> State:
    return "above" if wins and not loses else "below" if loses and not wins else "apart"


def _ends(draws: Floats, sound: Flags, level: float, size: int) -> tuple[Floats, Floats]:
    if not draws.size:
        return np.full(size, np.nan), np.full(size, np.nan)
    low = np.where(~sound[:, None] | (draws < -FAR), -np.inf, draws)
    high = np.where(~sound[:, None] | (draws > FAR), np.inf, draws)
    return (
        np.quantile(low, (1 - level) / 2, axis=0, method="lower"),
        np.quantile(high, (1 + level) / 2, axis=0, method="higher"),
    )


def _ranks(point: Floats, draws: Floats, level: float) -> tuple[Floats, Floats]:
    if draws.shape[0] < 2:
        return np.ones(point.size), np.full(point.size, float(point.size))
    gaps = point[:, None] - point[None, :]
    drawn = draws[:, :, None] - draws[:, None, :] - gaps
    error = np.sqrt(np.square(drawn).mean(axis=0))
    error = np.where(error > 0, error, np.inf)
    limit = float(np.quantile((np.abs(drawn) / error).max(axis=(1, 2)), level))
    # Where no draw ever moves a gap (ties only, say), nothing is known of its error.
    reach = np.where(np.isfinite(error), limit * np.minimum(error, _MOST), np.inf)
    low, high = ranks_of(gaps > reach)
    return low.astype(np.float64), high.astype(np.float64)


def _strengths(
    votes: Votes, states: list[State], placed: Flags, point: Floats, low: Floats, high: Floats,
    ranks: tuple[Floats, Floats],
) -> list[Strength]:  # fmt: skip
    size = len(votes.models)
    sides = (votes.first, votes.won), (votes.second, 1 - votes.won)
    count, won = np.zeros((2, size))
    for side, share in sides:
        np.add.at(count, side, 1.0)
        np.add.at(won, side, share)
    at, found = np.cumsum(placed) - 1, []
    for i, model in enumerate(votes.models):
        k = int(at[i])
        value, ends, rank = (
            (float(point[k]), (float(low[k]), float(high[k])), (ranks[0][k], ranks[1][k]))
            if placed[i]
            else (math.nan, (math.nan, math.nan), (0, 0))
        )
        found.append(Strength(
            model=model, state=states[i], value=value, elo=ELO * value, low=ELO * ends[0],
            high=ELO * ends[1], rank_low=int(rank[0]), rank_high=int(rank[1]),
            votes=int(count[i]), won=float(won[i] / count[i]) if count[i] else math.nan,
        ))  # fmt: skip
    return found


def _order(strength: Strength) -> tuple[int, float, str]:
    last = ("placed", "above", "below", "apart").index(strength.state)
    return last, 0.0 if last else -strength.value, strength.model
