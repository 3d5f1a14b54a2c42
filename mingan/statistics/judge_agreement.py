"""A judge held against people: does it agree with them as much as they do with one another?

Agreement of 80 % is good where people agree on 81 %, and poor where they agree on 99 %. Both come
from the same things, and so does the interval of the difference, by drawing the things anew. The
module must not know who the judge is.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import ArrayLike

from mingan.statistics.agreement import draw_units, ends_of, units_of
from mingan.statistics.intervals import Interval
from mingan.statistics.special import Floats

_RESAMPLES = 2000


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """A number with its interval; NaN where it cannot be had."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Alongside:
    """Agreement of a judge with people, and of people among themselves, on the same things.

    Attributes:
        judge_raw, judge_kappa: mean over people of the share of same judgements, and of Cohen's
            kappa, with the judge.
        people_raw, people_kappa: the same, mean over pairs of people; NaN for one person.
        behind_raw, behind_kappa: judge's less people's: below 0 the judge agrees less.
        things: how many the judge and at least one person judged.
        failed: how many people judged and the judge did not; they count nowhere.
    """

    judge_raw: Measured
    judge_kappa: Measured
    people_raw: Measured
    people_kappa: Measured
    behind_raw: Measured
    behind_kappa: Measured
    things: int
    failed: int
    people: int
    level: float = 0.95


def judge_alongside(
    judge: ArrayLike, people: ArrayLike, *, units: Sequence[str] | None = None,
    level: float = 0.95, resamples: int = _RESAMPLES, seed: int = 0,
) -> Alongside:  # fmt: skip
    """Holds a judge against people.

    Args:
        judge: a category (a whole number) for each thing, NaN where the judge failed.
        people: people × things, NaN where that person did not judge that thing.
        units: what each thing belongs to; things of one unit are drawn together.
    """
    codes, by_people = (np.asarray(x, dtype=np.float64) for x in (judge, people))
    if by_people.ndim != 2 or codes.shape != (by_people.shape[1],):
        raise ValueError(f"needs things, and people x things, not {codes.shape}, {by_people.shape}")
    seen = ~np.isnan(by_people).all(axis=0)
    both = seen & ~np.isnan(codes)
    unit = units_of(units, codes.size)[both]
    codes, by_people = codes[both], by_people[:, both]
    names = np.unique(np.concatenate([codes, by_people.ravel()]))
    names = names[~np.isnan(names)]
    draws = np.ones((1, codes.size))
    if np.unique(unit).size > 1:
        draws = np.concatenate([draws, draw_units(unit, resamples, seed)])
    with_judge = _mean([_pair(codes, person, names, draws) for person in by_people])
    among = _mean([_pair(a, b, names, draws) for a, b in combinations(by_people, 2)])
    if among is None:
        among = np.full((2, draws.shape[0]), np.nan)
    if with_judge is None:
        with_judge = np.full((2, draws.shape[0]), np.nan)
    measured = [_measured(x, level) for x in (*with_judge, *among, *(with_judge - among))]
    return Alongside(
        judge_raw=measured[0], judge_kappa=measured[1], people_raw=measured[2],
        people_kappa=measured[3], behind_raw=measured[4], behind_kappa=measured[5],
        things=int(both.sum()), failed=int((seen & ~both).sum()), people=by_people.shape[0],
        level=level,
    )  # fmt: skip


def majority(people: ArrayLike) -> Floats:
    """What more than half of those who judged a thing said; NaN where nothing has that many."""
    codes = np.asarray(people, dtype=np.float64)
    judged = (~np.isnan(codes)).sum(axis=0)
    found = np.full(codes.shape[1], np.nan)
    for name in np.unique(codes[~np.isnan(codes)]):
        found[2 * (codes == name).sum(axis=0) > judged] = name
    return found


def _pair(a: Floats, b: Floats, names: Floats, draws: Floats) -> Floats:
    """Raw agreement and Cohen's kappa (2, B) in each draw of the things."""
    shared = ~(np.isnan(a) | np.isnan(b))
    drawn = draws[:, shared]
    total = drawn.sum(axis=1)
    total = np.where(total > 0, total, np.nan)
    raw = drawn @ (a[shared] == b[shared]) / total
    shares = [drawn @ (x[shared, None] == names[None, :]) / total[:, None] for x in (a, b)]
    chance = (shares[0] * shares[1]).sum(axis=1)
    kappa = (raw - chance) / np.where(chance < 1 - 1e-12, 1 - chance, np.nan)
    return np.stack([raw, kappa])


def _mean(pairs: list[Floats]) -> Floats | None:
    """Over the pairs that have a value in that draw."""
    if not pairs:
        return None
    stack = np.stack(pairs)
    known = (~np.isnan(stack)).sum(axis=0)
    return np.asarray(np.nansum(stack, axis=0) / np.where(known > 0, known, np.nan))


def _measured(values: Floats, level: float) -> Measured:
    value = float(values[0])
    if math.isnan(value) or values.size < 2:
        return Measured(value=value, low=math.nan, high=math.nan)
    drawn = values[1:]
    known = drawn[~np.isnan(drawn)]
    # Where everybody always agreed, drawing again shows nothing of what could have been.
    moves = known.size > 0 and float(known.max() - known.min()) > 0
    ends = ends_of(drawn, level) if moves else Interval(math.nan, math.nan)
    return Measured(value=value, low=ends.low, high=ends.high)
