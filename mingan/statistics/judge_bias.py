"""What a judge leans to, measured as judge minus people, on the very things that both judged.

A judge that likes long answers is only at fault where people like them less: on PandaLM's votes
people lean to length more than the judge does. So every bias here is a difference, with an
interval from drawing the prompts anew, both sides alike: votes or grades on one prompt hang
together. Above 0 the judge leans that way more than people. The module must not know who the
judge is.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from mingan.statistics.agreement import draw_things, ends_of
from mingan.statistics.bradley_terry import RESAMPLES, SEED, estimates, places
from mingan.statistics.special import Floats
from mingan.statistics.votes import Votes

Kind = Literal["position", "self", "style"]
Lean = Callable[[Floats, Floats], Floats]
"""From values and how often each is drawn (B, n) to the leaning in each draw."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bias:
    """One bias.

    Attributes:
        kind: "position": share of first places given the win, above an even half. "self": what
            the judge gives its own answers more than others. "style": what a lead of 1 in that
            style adds, to the log-odds of winning (votes) or to the value (grades).
        name: of the style; "" for the other kinds.
        judge, people: the leaning of each; a judge that prefers first places may well be right to.
        bias, low, high: judge less people, with its interval; NaN where it cannot be had.
        items, prompts: how many votes or answers both judged, on how many prompts.
    """

    kind: Kind
    name: str
    judge: float
    people: float
    bias: float
    low: float
    high: float
    items: int
    prompts: int
    level: float = 0.95


def position_bias(
    judge: ArrayLike, people: ArrayLike, *, prompts: Sequence[str] | None = None,
    level: float = 0.95, resamples: int = RESAMPLES, seed: int = SEED,
) -> Bias:  # fmt: skip
    """How much more often the judge prefers what stands first.

    Args:
        judge: 1 the first was better, 0 the second, 1/2 a tie, NaN no verdict. A judge asked in
            both orders has two entries for the pair, and so have the people's.
        people: the same votes, seen from the same first place.
    """
    f, y, prompt = _both(judge, people, prompts)

    def lean(values: Floats, draws: Floats) -> Floats:
        return _share(draws, values) - 0.5

    return _by_prompt("position", f, y, prompt, lean, level, resamples, seed)


def self_preference(
    judge: ArrayLike, people: ArrayLike, own: ArrayLike, *, prompts: Sequence[str] | None = None,
    level: float = 0.95, resamples: int = RESAMPLES, seed: int = SEED,
) -> Bias:  # fmt: skip
    """How much more the judge gives answers of its own family over those of others.

    Args:
        judge, people: grades of single answers in [0, 1].
        own: true where the answer is the judge's own, or of its family.

    (judge's mean on its own - on others') - (people's mean on the same): a judge that is strict
    with everybody has no bias, nor one whose own answers people like better too.
    """
    mine = np.asarray(own, dtype=np.bool_)
    f, y, prompt, mine = _both(judge, people, prompts, mine)

    def lean(values: Floats, draws: Floats) -> Floats:
        return _share(draws * mine, values) - _share(draws * ~mine, values)

    return _by_prompt("self", f, y, prompt, lean, level, resamples, seed)


def self_preference_in_votes(
    judge: Votes, people: ArrayLike, own: Sequence[str], *, level: float = 0.95,
    resamples: int = RESAMPLES, seed: int = SEED,
) -> Bias:  # fmt: skip
    """The same from votes: the win share of the judge's own models against others, less people's.

    Args:
        judge: the judge's votes. people: the outcome of each by people, from the same first's
            side, NaN where none.
        own: names of models of the judge's family.
    """
    mine = np.isin(np.arange(len(judge.models)), [judge.models.index(m) for m in own])
    a, b = mine[judge.first], mine[judge.second]
    use = a != b
    outcome = np.asarray(people, dtype=np.float64)
    if outcome.shape != judge.won.shape:
        raise ValueError(f"{outcome.size} votes by people for {len(judge)} of the judge")
    sides = (np.where(a, x, 1 - x)[use] for x in (judge.won, outcome))
    found = position_bias(
        *sides, prompts=judge.prompt[use].astype(str).tolist(), level=level,
        resamples=resamples, seed=seed,
    )  # fmt: skip
    return replace(found, kind="self")


def style_bias(
    judge: Votes, people: ArrayLike, *, level: float = 0.95, resamples: int = RESAMPLES,
    seed: int = SEED,
) -> tuple[Bias, ...]:  # fmt: skip
    """For each style of the votes, the judge's coefficient less people's, at equal strengths.

    Both are fitted as in `bradley_terry.py` to the votes that both decided, on the same draws.

    Args:
        judge: the judge's votes, with styles. people: the outcome of each by people, NaN none.
    """
    outcome = np.asarray(people, dtype=np.float64)
    if outcome.shape != judge.won.shape:
        raise ValueError(f"{outcome.size} votes by people for {len(judge)} of the judge")
    both = ~np.isnan(outcome) & ~np.isnan(judge.style).any(axis=1)
    sides = [judge.only(both), replace(judge, won=outcome).only(both)]
    placed = np.all([[s == "placed" for s in places(side)] for side in sides], axis=0)
    sides = [side.only(placed[side.first] & placed[side.second]) for side in sides]
    items, prompts = len(sides[0]), np.unique(sides[0].prompt).size
    if not items:
        points, drawn = np.full((2, len(judge.styles)), np.nan), np.zeros((0, len(judge.styles)))
    else:
        models, again = int(placed.sum()), resamples if prompts > 1 else 0
        (f, f_drawn, sound), (y, y_drawn, _) = (
            estimates(side, placed, True, again, seed) for side in sides
        )
        points = np.stack([f[models:], y[models:]])
        drawn = np.where(sound[:, None], (f_drawn - y_drawn)[:, models:], np.nan)
    return tuple(
        _bias("style", name, points[0, k], points[1, k], drawn[:, k], items, prompts, level)
        for k, name in enumerate(judge.styles)
    )


def style_bias_in_grades(
    judge: ArrayLike, people: ArrayLike, style: ArrayLike, *, name: str,
    prompts: Sequence[str] | None = None, level: float = 0.95, resamples: int = RESAMPLES,
    seed: int = SEED,
) -> Bias:  # fmt: skip
    """The slope of the judge's grades on a style (a length, say), less that of people's."""
    f, y, prompt, x = _both(judge, people, prompts, np.asarray(style, dtype=np.float64))

    def lean(values: Floats, draws: Floats) -> Floats:
        centre, mean = _share(draws, x), _share(draws, values)
        spread = _share(draws, x * x) - centre**2
        spread = np.where(spread > 1e-12 * max(float(np.square(x).max()), 1e-300), spread, np.nan)
        return np.asarray((_share(draws, x * values) - centre * mean) / spread)

    found = _by_prompt("style", f, y, prompt, lean, level, resamples, seed)
    return replace(found, name=name)


def _by_prompt(
    kind: Kind, judge: Floats, people: Floats, prompt: np.ndarray, lean: Lean, level: float,
    resamples: int, seed: int,
) -> Bias:  # fmt: skip
    if not judge.size:
        return _bias(kind, "", math.nan, math.nan, np.zeros(0), 0, 0, level)
    size = int(prompt.max()) + 1
    whole = np.ones((1, judge.size))
    points = [float(lean(values, whole)[0]) for values in (judge, people)]
    drawn = np.zeros(0)
    if size > 1:
        draws = draw_things(size, resamples, seed)[:, prompt]
        drawn = lean(judge, draws) - lean(people, draws)
    return _bias(kind, "", points[0], points[1], drawn, judge.size, size, level)


def _bias(
    kind: Kind, name: str, judge: float, people: float, drawn: Floats, items: int, prompts: int,
    level: float,
) -> Bias:  # fmt: skip
    low, high = ends_of(drawn, level) if drawn.size else (math.nan, math.nan)
    return Bias(
        kind=kind, name=name, judge=float(judge), people=float(people),
        bias=float(judge - people), low=low, high=high, items=items, prompts=prompts, level=level,
    )  # fmt: skip


def _share(draws: Floats, values: Floats) -> Floats:
    total = draws.sum(axis=1)
    return np.asarray(draws @ values / np.where(total > 0, total, np.nan))


def _both(
    judge: ArrayLike, people: ArrayLike, prompts: Sequence[str] | None, *more: np.ndarray
) -> tuple[np.ndarray, ...]:
    """What both judged, prompts as indices; `more` is cut alike."""
    f, y = np.asarray(judge, dtype=np.float64), np.asarray(people, dtype=np.float64)
    names = np.arange(f.size) if prompts is None else np.asarray(prompts)
    if f.ndim != 1 or any(x.shape != f.shape for x in (y, names, *more)):
        raise ValueError("needs lists of one length: what the judge and what people said")
    both = ~(np.isnan(f) | np.isnan(y))
    for x in more:
        both &= ~np.isnan(x.astype(np.float64))
    prompt = np.unique(names[both], return_inverse=True)[1].reshape(-1)
    return f[both], y[both], prompt, *(x[both] for x in more)
