"""How fast the best density grows: quantile regression, and the frontier beside it.

The paper lays a line through the running maximum of ln density over time. A maximum of noisy
numbers is too high, and the more so the more models there are; and drawing models anew does not
tell how far off it is: intervals meant to hold 90 % held 70 % of simulated worlds of 80 models
(tests/scaling). So what is claimed rests on quantile regression through all models, which looks at
no maximum and whose intervals held 88 %; the frontier is given as the paper has it, without an
interval. Models of one family share their luck, so draws
take families, not models. The module must not know names of models.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from mingan.statistics.special import Floats

SEED = 20240415
DRAWS = 1000
QUANTILE = 0.9
FEWEST = 4
"""Fewer points give no line."""

_STEEPEST = 50.0  # times the slope from the lowest point to the highest
_GOLDEN = (math.sqrt(5) - 1) / 2
_SECTIONS = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Growth:
    """A line through ln density against time.

    Attributes:
        slope: of ln density a year; `doubling` in months, with `low`, `high` its interval at
            `level` (`high` is inf where no growth is among the middle draws; NaN: none is given).
        r2: share explained; NaN where it means nothing.
        points: how many the line goes through.
    """

    slope: float
    level_at_0: float
    doubling: float
    low: float
    high: float
    r2: float
    points: int
    level: float = 0.9


def frontier(years: ArrayLike, logs: ArrayLike) -> np.ndarray:
    """Places of the models that were densest of their day, oldest first."""
    t, y = np.asarray(years, np.float64), np.asarray(logs, np.float64)
    order = np.lexsort((-y, t))
    found: list[int] = []
    for place in order:
        if not math.isnan(y[place]) and (not found or y[place] > y[found[-1]]):
            found.append(int(place))
    return np.asarray(found, dtype=np.intp)


def frontier_growth(years: ArrayLike, logs: ArrayLike) -> Growth | None:
    """The line through the running maximum, as the paper has it; None with fewer than `FEWEST`.

    Args:
        years, logs: (n,) date and ln density of every model.
    """
    t, y = np.asarray(years, np.float64), np.asarray(logs, np.float64)
    steps = frontier(t, y)
    if steps.size < FEWEST:
        return None
    slope, at_0, r2 = _line(t[steps], y[steps])
    return Growth(
        slope=slope, level_at_0=at_0, doubling=_doubling(slope), low=math.nan, high=math.nan,
        r2=r2, points=int(steps.size),
    )  # fmt: skip


def quantile_growth(
    years: ArrayLike, logs: ArrayLike, *, quantile: float = QUANTILE,
    draws: ArrayLike | None = None, families: Sequence[str] = (), level: float = 0.9,
    repeats: int = 300, seed: int = SEED,
) -> Growth | None:  # fmt: skip
    """The line below which `quantile` of the models lie (Koenker and Bassett, 1978).

    Args:
        draws: (n, D) of ln density; None for none.
        families: of each model, which are drawn together; empty: each its own.
    """
    t, y = np.asarray(years, np.float64), np.asarray(logs, np.float64)
    known = ~np.isnan(y)
    if known.sum() < 2 * FEWEST or np.ptp(t[known]) == 0:
        return None
    slope, at_0 = quantile_line(t[known], y[known], quantile)

    def again(a: Floats, b: Floats) -> float:
        return quantile_line(a, b, quantile)[0]

    slopes = _redrawn(t, y, draws, families, repeats, seed, again)
    low, high = _months(slopes, level)
    return Growth(
        slope=slope, level_at_0=at_0, doubling=_doubling(slope), low=low, high=high, r2=math.nan,
        points=int(known.sum()), level=level,
    )  # fmt: skip


def quantile_line(x: Floats, y: Floats, quantile: float) -> tuple[float, float]:
    """(slope, level) of least pinball loss.

    For each slope the best level is a quantile of the rest, and the loss that is left is convex in
    the slope: golden sections close in on it.
    """
    place = min(max(math.ceil(quantile * x.size) - 1, 0), x.size - 1)

    def level_of(slope: float) -> float:
        return float(np.partition(y - slope * x, place)[place])

    def loss_of(slope: float) -> float:
        rest = y - slope * x
        rest = rest - np.partition(rest, place)[place]
        return float(quantile * rest.sum() - np.minimum(rest, 0.0).sum())

    reach = _STEEPEST * float(np.ptp(y)) / float(np.ptp(x))
    low, high = -reach, reach
    inner, outer = high - _GOLDEN * (high - low), low + _GOLDEN * (high - low)
    at_inner, at_outer = loss_of(inner), loss_of(outer)
    for _ in range(_SECTIONS):
        if at_inner <= at_outer:
            high, outer, at_outer = outer, inner, at_inner
            inner = high - _GOLDEN * (high - low)
            at_inner = loss_of(inner)
        else:
            low, inner, at_inner = inner, outer, at_outer
            outer = low + _GOLDEN * (high - low)
            at_outer = loss_of(outer)
    slope = (low + high) / 2
    return slope, level_of(slope)


@dataclass(frozen=True, slots=True, kw_only=True)
class Before:
    """Slopes before and after a date, a year each, and how often draws have the later larger."""

    before: float
    after: float
    larger: float


def around(
    years: ArrayLike, logs: ArrayLike, cut: float, *, repeats: int = DRAWS, seed: int = SEED
) -> Before | None:
    """The frontier's slope on both sides of a date; None where one side has too little."""
    t, y = np.asarray(years, np.float64), np.asarray(logs, np.float64)
    sides = [frontier(t[side], y[side]) for side in (t < cut, t >= cut)]
    if any(each.size < 3 for each in sides):
        return None
    parts = [(t[s][f], y[s][f]) for s, f in zip((t < cut, t >= cut), sides, strict=True)]
    before, after = (_line(*part)[0] for part in parts)
    rng = np.random.default_rng(seed)
    more = 0
    for _ in range(repeats):
        slopes = []
        for a, b in parts:
            some = rng.integers(0, a.size, a.size)
            slopes.append(_line(a[some], b[some])[0] if np.ptp(a[some]) else math.nan)
        more += slopes[1] > slopes[0]
    return Before(before=before, after=after, larger=more / repeats)


# --- pieces -------------------------------------------------------------------------------------


def _redrawn(
    t: Floats, y: Floats, draws: ArrayLike | None, families: Sequence[str], repeats: int,
    seed: int, slope: Callable[[Floats, Floats], float],
) -> Floats:  # fmt: skip
    """Slopes of worlds with other families, and other densities within their doubt."""
    rng = np.random.default_rng(seed)
    noise = None if draws is None else np.asarray(draws, np.float64)
    names = list(families) or [str(i) for i in range(t.size)]
    groups = [np.flatnonzero([name == each for name in names]) for each in dict.fromkeys(names)]
    found = np.full(repeats, np.nan)
    for k in range(repeats):
        rows = np.concatenate([groups[i] for i in rng.integers(0, len(groups), len(groups))])
        logs = y[rows] if noise is None else noise[rows, rng.integers(0, noise.shape[1])]
        known = ~np.isnan(logs)
        if known.sum() >= FEWEST and np.ptp(t[rows][known]) > 0:
            found[k] = slope(t[rows][known], logs[known])
    return np.asarray(found[~np.isnan(found)])


def _line(x: Floats, y: Floats) -> tuple[float, float, float]:
    apart = x - x.mean()
    slope = float(apart @ y / (apart @ apart)) if np.ptp(x) else math.nan
    rest = y - y.mean() - slope * apart
    spread = float(((y - y.mean()) ** 2).sum())
    return (
        slope,
        float(y.mean() - slope * x.mean()),
        1 - float(rest @ rest) / spread if spread else math.nan,
    )


def _doubling(slope: float) -> float:
    """Months in which density doubles."""
    return 12 * math.log(2) / slope if slope > 0 else math.inf


def _months(slopes: Floats, level: float) -> tuple[float, float]:
    if slopes.size < 2:
        return math.nan, math.nan
    low, high = np.quantile(slopes, [(1 - level) / 2, (1 + level) / 2]).tolist()
    return _doubling(high), _doubling(low)
