"""How fast the best density grows: quantile regression, and the frontier beside it.

The paper lays a line through the running maximum of ln density over time. A maximum of noisy
numbers is too high, and the more so the more models there are, so that such a line is too steep;
and drawing models anew does not tell by how much: intervals meant to hold 90 % held 70 % of
simulated worlds of 80 models (tests/scaling). So worlds are made whose pace is known: the dates of
the models, a line, and around it the distances that models have from theirs. How much steeper the
records of such worlds run than the line is what selection adds; it is taken off, and its spread is
the interval, which then holds as it should. Beside it stands quantile regression through all
models, which looks at no maximum. Models of one family share their luck, so draws take families,
not models. The module must not know names of models.
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
        raw: the doubling time before what selection adds was taken off; NaN where nothing was.
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
    raw: float = math.nan

    @property
    def drawn(self) -> float:
        """Months by the line as it was drawn, nothing taken off."""
        return self.doubling if math.isnan(self.raw) else self.raw


def frontier(years: ArrayLike, logs: ArrayLike) -> np.ndarray:
    """Places of the models that were densest of their day, oldest first."""
    t, y = np.asarray(years, np.float64), np.asarray(logs, np.float64)
    order = np.lexsort((-y, t))
    found: list[int] = []
    for place in order:
        if not math.isnan(y[place]) and (not found or y[place] > y[found[-1]]):
            found.append(int(place))
    return np.asarray(found, dtype=np.intp)


def frontier_growth(
    years: ArrayLike, logs: ArrayLike, *, draws: ArrayLike | None = None,
    families: Sequence[str] = (), level: float = 0.9, repeats: int = 0, seed: int = SEED,
) -> Growth | None:  # fmt: skip
    """The line through the running maximum, what selection adds taken off.

    Args:
        years, logs: (n,) date and ln density of every model.
        draws, families: see `quantile_growth`; what the reference and the scores leave open widens
            the interval.
        repeats: worlds that tell what selection adds; 0 gives the line as the paper has it, without
            an interval.

    Returns:
        None with fewer than `FEWEST` records.
    """
    t, y = np.asarray(years, np.float64), np.asarray(logs, np.float64)
    known = ~np.isnan(y)
    steps = frontier(t, y)
    if steps.size < FEWEST:
        return None
    slope, at_0, r2 = _line(t[steps], y[steps])
    if not repeats or known.sum() < 2 * FEWEST:
        return Growth(
            slope=slope, level_at_0=at_0, doubling=doubling_months(slope), low=math.nan,
            high=math.nan, r2=r2, points=int(steps.size),
        )  # fmt: skip
    names = [name for name, there in zip(families, known, strict=True) if there] if families else ()
    added = _selection(t[known], y[known], names, repeats, seed)
    fair = slope - float(added.mean())
    moved = 0.0 if draws is None else _moved(t, np.asarray(draws, np.float64), repeats, seed)
    low, high = _months(slope - added + moved, level)
    return Growth(
        slope=fair, level_at_0=at_0 + (slope - fair) * float(t[steps].mean()),
        doubling=doubling_months(fair), low=low, high=high, r2=r2, points=int(steps.size),
        level=level, raw=doubling_months(slope),
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
        slope=slope, level_at_0=at_0, doubling=doubling_months(slope), low=low, high=high,
        r2=math.nan, points=int(known.sum()), level=level,
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
class DrawnOn:
    """The line of a quantile until a day, drawn on past it, and a flat one from that day.

    Attributes:
        fitted, tried: models until the day and later.
        below, flat_below: share of later models below either, which ought to be the quantile.
        loss, flat_loss: mean pinball loss of later models, which is less where a line is nearer.
    """

    fitted: int
    tried: int
    below: float
    flat_below: float
    loss: float
    flat_loss: float


def drawn_on(
    years: ArrayLike, logs: ArrayLike, cut: float, *, quantile: float = QUANTILE
) -> DrawnOn | None:
    """What the line said of later models; None with fewer than 2 * `FEWEST` on either side."""
    t, y = np.asarray(years, np.float64), np.asarray(logs, np.float64)
    old, new = (t <= cut) & ~np.isnan(y), (t > cut) & ~np.isnan(y)
    if min(old.sum(), new.sum()) < 2 * FEWEST or np.ptp(t[old]) == 0:
        return None
    slope, at_0 = quantile_line(t[old], y[old], quantile)
    line, flat = y[new] - at_0 - slope * t[new], y[new] - at_0 - slope * cut

    def loss(rest: Floats) -> float:
        return float(np.where(rest >= 0, quantile * rest, (quantile - 1) * rest).mean())

    return DrawnOn(
        fitted=int(old.sum()), tried=int(new.sum()), below=float((line <= 0).mean()),
        flat_below=float((flat <= 0).mean()), loss=loss(line), flat_loss=loss(flat),
    )  # fmt: skip


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


def _selection(t: Floats, y: Floats, families: Sequence[str], repeats: int, seed: int) -> Floats:
    """(repeats,) by how much the records of worlds of a known pace run steeper than it.

    Every family takes the distances of another one, drawn with replacement.
    """
    rng = np.random.default_rng(seed)
    pace, at_0 = quantile_line(t, y, QUANTILE)
    # A line fitted to few points lies nearer to them than the truth does.
    rest = (y - at_0 - pace * t) * math.sqrt(t.size / (t.size - 2))
    groups = groups_of(families, t.size)
    found = np.full(repeats, np.nan)
    for k in range(repeats):
        donors = rng.integers(0, len(groups), len(groups))
        world = at_0 + pace * t
        for group, donor in zip(groups, donors, strict=True):
            world[group] += rest[rng.choice(groups[donor], group.size)]
        steps = frontier(t, world)
        if steps.size >= 2:
            found[k] = _line(t[steps], world[steps])[0] - pace
    kept = found[np.isfinite(found)]
    return np.asarray(rng.choice(kept, repeats) if kept.size else np.zeros(repeats))


def _moved(t: Floats, draws: Floats, repeats: int, seed: int) -> Floats:
    """(repeats,) how the reference and the errors of scores move the pace, about none."""
    rng = np.random.default_rng([seed, 1])
    slopes = [
        quantile_line(t[there], logs[there], QUANTILE)[0]
        for logs in (draws[:, k] for k in rng.integers(0, draws.shape[1], repeats))
        if (there := ~np.isnan(logs)).sum() >= 2 * FEWEST
    ]
    if not slopes:
        return np.zeros(repeats)
    found = np.asarray(slopes)
    return np.asarray(rng.choice(found - np.median(found), repeats))


def groups_of(families: Sequence[str], count: int) -> list[np.ndarray]:
    """Places of the models of each family; without families each is its own."""
    names = np.asarray(list(families) or [str(i) for i in range(count)])
    return [np.flatnonzero(names == each) for each in dict.fromkeys(names.tolist())]


def _redrawn(
    t: Floats, y: Floats, draws: ArrayLike | None, families: Sequence[str], repeats: int,
    seed: int, slope: Callable[[Floats, Floats], float],
) -> Floats:  # fmt: skip
    """Slopes of worlds with other families, and other densities within their doubt."""
    rng = np.random.default_rng(seed)
    noise = None if draws is None else np.asarray(draws, np.float64)
    groups = groups_of(families, t.size)
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


def doubling_months(slope: float) -> float:
    """Months in which density doubles, of the slope of ln density a year; inf without growth."""
    return 12 * math.log(2) / slope if slope > 0 else math.inf


def _months(slopes: Floats, level: float) -> tuple[float, float]:
    if slopes.size < 2:
        return math.nan, math.nan
    low, high = np.quantile(slopes, [(1 - level) / 2, (1 + level) / 2]).tolist()
    return doubling_months(high), doubling_months(low)
