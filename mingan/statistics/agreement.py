"""How far people who judged the same things agree, with what chance alone would give taken off.

Judgements come as a table of people × things, each a whole number from 0 that names a category,
NaN where that person did not judge that thing. The module must not know what is judged, nor what
a value of agreement is worth; `reports.agreement_sentences` says that.

Two people: Cohen's kappa, whose interval is by Fleiss, Cohen and Everitt (1969). Any number, with
gaps: Krippendorff's alpha, whose interval is by drawing the things anew with a fixed seed, since
things are what another day would bring others of. Things that hang together (answers to one
question) are given as `units`: units are drawn anew then, and formulas take their design effect
and Student's t. Fleiss' kappa, the same but for the size of the
sample, is there to be held against what others publish.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from mingan.statistics.clusters import hang_together
from mingan.statistics.intervals import Interval, wilson, wilson_with_quantile
from mingan.statistics.special import Floats, normal_quantile, student_quantile
from mingan.statistics.unknowns import Indices

Scale = Literal["nominal", "ordinal"]

_RESAMPLES = 2000
_NOTHING = 1e-12
_ROUNDING = 1e-6


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreement:
    """Agreement beyond chance: 1 is perfect, 0 is what chance gives.

    Attributes:
        kind: "cohen" or "krippendorff".
        value: NaN where all judgements are of one category, or nothing was judged by two.
        low, high: NaN where the interval cannot be had, as when nobody ever disagreed.
        raw: the share of pairs of judgements that are the same; raw_low, raw_high its interval.
        same, things: on how many of the things judged by two or more everybody agreed.
        raters: how many people judged.
    """

    kind: Literal["cohen", "krippendorff"]
    value: float
    low: float
    high: float
    level: float
    raw: float
    raw_low: float
    raw_high: float
    same: int
    things: int
    raters: int


def agreement(
    table: ArrayLike, *, scale: Scale = "nominal", units: Sequence[str] | None = None,
    level: float = 0.95,
) -> Agreement:  # fmt: skip
    """Cohen's kappa for two people (nominal), Krippendorff's alpha for more, or for an order.

    Args:
        units: what each thing belongs to; things of one unit hang together.
    """
    codes = _codes(table)
    judged = (~np.isnan(codes)).sum(axis=0)
    shared = codes[:, judged >= 2]
    unit = units_of(units, codes.shape[1])[judged >= 2]
    things = shared.shape[1]
    if things:
        low, high = np.nanmin(shared, axis=0), np.nanmax(shared, axis=0)
        same = int((low == high).sum())
    else:
        same = 0
    alike = _alike(shared)
    raw = float(alike.mean()) if things else math.nan
    ends = share_ends(raw, effective_number(alike, unit), np.unique(unit).size, level, of=things)
    raters = int((~np.isnan(codes)).any(axis=1).sum())
    two = codes.shape[0] == 2 and scale == "nominal"
    value, interval = (
        _cohen(shared, unit, level) if two
        else krippendorff(codes, scale=scale, units=units, level=level)
    )  # fmt: skip
    return Agreement(
        kind="cohen" if two else "krippendorff", value=value, low=interval.low,
        high=interval.high, level=level, raw=raw, raw_low=ends.low, raw_high=ends.high,
        same=same, things=things, raters=raters,
    )  # fmt: skip


def agreement_by_group(
    table: ArrayLike, groups: Sequence[str], *, scale: Scale = "nominal", level: float = 0.95
) -> dict[str, Agreement]:
    """`agreement` within each group of things (an ability, a tier), in the order of their names."""
    codes, names = _codes(table), np.asarray(groups)
    if names.shape != (codes.shape[1],):
        raise ValueError(f"{names.size} groups for {codes.shape[1]} things")
    return {
        str(name): agreement(codes[:, names == name], scale=scale, level=level)
        for name in np.unique(names)
    }


def raw_agreement(table: ArrayLike) -> float:
    """The share of pairs of judgements of one thing that are the same, averaged over things."""
    alike = _alike(_codes(table))
    judged = ~np.isnan(alike)
    return float(alike[judged].mean()) if judged.any() else math.nan


def effective_number(values: ArrayLike, units: Indices) -> float:
    """How many things that do not hang together would tell as much about the mean of `values`."""
    of = np.asarray(values, dtype=np.float64)
    return of.size / hang_together(of - of.mean(), units) if of.size else 0.0


def share_ends(share: float, effective: float, units: int, level: float, *, of: float) -> Interval:
    """Wilson's interval of a share among `of` things that are worth only `effective`.

    Where things hang together the quantile is Student's, by how many units there are.
    """
    if not of:
        return Interval(0.0, 1.0)
    if units == of:
        return wilson(share * of, of, level=level)
    upper = (1 + level) / 2
    quantile = student_quantile(upper, units - 1) if units > 1 else math.inf
    return wilson_with_quantile(share, effective, quantile)


def units_of(names: Sequence[str] | None, things: int) -> Indices:
    """Units as numbers from 0; without names each thing is its own."""
    if names is None:
        return np.arange(things)
    if len(names) != things:
        raise ValueError(f"{len(names)} units for {things} things")
    return np.unique(np.asarray(names), return_inverse=True)[1].reshape(-1)


def cohen_kappa(a: ArrayLike, b: ArrayLike) -> tuple[float, float]:
    """Cohen's kappa of two lists of judgements, and its standard error; gaps are left out.

    The error is that of a kappa which is not 0 (Fleiss, Cohen and Everitt 1969). Both are NaN
    where only one category was ever used.
    """
    codes = np.stack([np.asarray(a, dtype=np.float64), np.asarray(b, dtype=np.float64)])
    codes = codes[:, ~np.isnan(codes).any(axis=0)]
    number = codes.shape[1]
    if number == 0:
        return math.nan, math.nan
    names, places = np.unique(codes, return_inverse=True)
    places = places.reshape(codes.shape)
    share = np.zeros((names.size, names.size))
    np.add.at(share, (places[0], places[1]), 1 / number)
    rows, columns = share.sum(axis=1), share.sum(axis=0)
    observed, chance = float(np.trace(share)), float(rows @ columns)
    if 1 - chance < _NOTHING:
        return math.nan, math.nan
    kappa = (observed - chance) / (1 - chance)
    agreed = np.diag(share) * ((1 - chance) - (rows + columns) * (1 - observed)) ** 2
    # A thing that the first put into i and the second into j weighs by the shares of the others:
    # of i at the second and of j at the first.
    crossed = share * (columns[:, None] + rows[None, :]) ** 2
    off = crossed.sum() - np.trace(crossed)
    variance = (
        agreed.sum() + (1 - observed) ** 2 * off - (observed * chance - 2 * chance + observed) ** 2
    ) / (number * (1 - chance) ** 4)
    return kappa, math.sqrt(max(float(variance), 0.0))


def krippendorff(
    table: ArrayLike, *, scale: Scale = "nominal", units: Sequence[str] | None = None,
    level: float = 0.95, resamples: int = _RESAMPLES, seed: int = 0,
) -> tuple[float, Interval]:  # fmt: skip
    """Krippendorff's alpha and its interval, by drawing the things anew `resamples` times.

    Things of one unit are drawn together.

    Things that fewer than two people judged say nothing of agreement and are left out.
    """
    codes = _codes(table)
    counts = _counts(codes)
    nothing = Interval(math.nan, math.nan)
    if counts.size == 0:
        return math.nan, nothing
    judged = counts.sum(axis=1, keepdims=True)
    pairs = counts[:, :, None] * counts[:, None, :]
    pairs[:, np.arange(counts.shape[1]), np.arange(counts.shape[1])] -= counts
    pairs /= judged[:, :, None] - 1
    difference = _DIFFERENCES[scale]
    (value,) = _alphas(pairs.sum(axis=0)[None], difference)
    if math.isnan(value) or value > 1 - _ROUNDING or counts.shape[0] < 2:
        return float(value), nothing
    unit = units_of(units, codes.shape[1])[(~np.isnan(codes)).sum(axis=0) >= 2]
    draws = draw_units(unit, resamples, seed)
    return float(value), ends_of(_alphas(np.tensordot(draws, pairs, axes=1), difference), level)


def fleiss_kappa(
    table: ArrayLike, *, level: float = 0.95, resamples: int = _RESAMPLES, seed: int = 0
) -> tuple[float, Interval]:
    """Fleiss' kappa (1971) and its interval, by drawing the things anew.

    (P - Pe) / (1 - Pe): P the mean over things of the share of pairs of judgements that are the
    same, Pe the sum of squared shares of the categories. Things that fewer than two people judged
    are left out; where the number of people differs, each thing counts alike in P.
    """
    counts = _counts(_codes(table))
    if counts.size == 0:
        return math.nan, Interval(math.nan, math.nan)
    judged = counts.sum(axis=1)
    same = (counts * (counts - 1)).sum(axis=1) / (judged * (judged - 1))
    (value,) = _fleiss(np.ones((1, judged.size)), same, counts)
    if math.isnan(value) or value > 1 - _ROUNDING or judged.size < 2:
        return float(value), Interval(math.nan, math.nan)
    draws = draw_things(judged.size, resamples, seed)
    return float(value), ends_of(_fleiss(draws, same, counts), level)


def draw_things(things: int, resamples: int, seed: int) -> Floats:
    """How often each thing comes up in each of `resamples` draws with replacement."""
    rng = np.random.default_rng(seed)
    return rng.multinomial(things, np.full(things, 1 / things), size=resamples).astype(np.float64)


def draw_units(units: Indices, resamples: int, seed: int) -> Floats:
    """The same where the things of a unit come up together."""
    _, unit = np.unique(units, return_inverse=True)
    if not unit.size:
        return np.zeros((resamples, 0))
    return draw_things(int(unit.max()) + 1, resamples, seed)[:, unit.reshape(-1)]


def ends_of(drawn: Floats, level: float) -> Interval:
    """The interval that drawn values give; NaN where more than half of them are none."""
    known = drawn[~np.isnan(drawn)]
    if known.size < max(drawn.size // 2, 1):
        return Interval(math.nan, math.nan)
    low, high = np.quantile(known, [(1 - level) / 2, (1 + level) / 2])
    return Interval(float(low), float(high))


def _codes(table: ArrayLike) -> Floats:
    codes = np.asarray(table, dtype=np.float64)
    if codes.ndim != 2:
        raise ValueError(f"needs a table of people x things, not shape {codes.shape}")
    return codes


def _alike(codes: Floats) -> Floats:
    """Of each thing, the share of pairs of judgements that are the same; NaN where no pair is."""
    same, pairs = np.zeros(codes.shape[1]), np.zeros(codes.shape[1])
    for first, second in combinations(codes, 2):
        same += first == second
        pairs += ~np.isnan(first) & ~np.isnan(second)
    return np.asarray(same / np.where(pairs > 0, pairs, np.nan))


def _cohen(codes: Floats, units: Indices, level: float) -> tuple[float, Interval]:
    """Of things that both judged."""
    kappa, error = cohen_kappa(codes[0], codes[1])
    if math.isnan(kappa) or error < _ROUNDING:
        return kappa, Interval(math.nan, math.nan)
    upper, held = (1 + level) / 2, np.unique(units).size
    quantile = normal_quantile(upper)
    if held < units.size:
        if held < 2:
            return kappa, Interval(math.nan, math.nan)
        quantile = student_quantile(upper, held - 1)
        error *= math.sqrt(hang_together(_pulls(codes, kappa), units))
    half = quantile * error
    return kappa, Interval(max(kappa - half, -1.0), min(kappa + half, 1.0))


def _pulls(codes: Floats, kappa: float) -> Floats:
    """How far each thing pulls kappa, but for a factor: the first-order terms of its change."""
    names, places = np.unique(codes, return_inverse=True)
    a, b = places.reshape(codes.shape)
    rows, columns = (np.bincount(x, minlength=names.size) / x.size for x in (a, b))
    chance = columns[a] + rows[b]
    agreed = (a == b).astype(np.float64)
    return np.asarray((agreed - agreed.mean()) - (1 - kappa) * (chance - chance.mean()))


def _counts(codes: Floats) -> Floats:
    """Things × categories: how many people put it there; only things that two or more judged."""
    names = np.unique(codes[~np.isnan(codes)])
    counts = np.stack([(codes == name).sum(axis=0) for name in names], axis=1).astype(np.float64) \
        if names.size else np.zeros((0, 0))  # fmt: skip
    return np.asarray(counts[counts.sum(axis=1) >= 2])


def _fleiss(draws: Floats, same: Floats, counts: Floats) -> Floats:
    """Kappa of each draw; NaN where there is only one category."""
    observed = draws @ same / draws.sum(axis=1)
    totals = draws @ counts
    shares = totals / totals.sum(axis=1, keepdims=True)
    chance = np.square(shares).sum(axis=1)
    safe = np.where(chance < 1 - _NOTHING, 1 - chance, np.nan)
    return np.asarray((observed - chance) / safe)


def _alphas(coincidences: Floats, difference: Callable[[Floats], Floats]) -> Floats:
    """Alpha of every coincidence matrix in a stack; NaN where there is only one category."""
    totals = coincidences.sum(axis=2)
    number = totals.sum(axis=1)
    squares = difference(totals)
    observed = (coincidences * squares).sum(axis=(1, 2))
    expected = np.einsum("sc,sk,sck->s", totals, totals, squares)
    safe = np.where(expected > 0, expected, 1)
    alphas = 1 - (number - 1) * observed / safe
    return np.asarray(np.where(expected > 0, alphas, np.nan))


def _nominal(totals: Floats) -> Floats:
    size = totals.shape[1]
    return np.broadcast_to(1 - np.eye(size), (totals.shape[0], size, size))


def _ordinal(totals: Floats) -> Floats:
    """Squared number of judgements between two categories, half of each end counted."""
    middle = np.cumsum(totals, axis=1) - totals / 2
    return np.asarray((middle[:, :, None] - middle[:, None, :]) ** 2)


_DIFFERENCES: dict[Scale, Callable[[Floats], Floats]] = {"nominal": _nominal, "ordinal": _ordinal}
