"""Quality against cost: what a router is worth beside no router at all.

Definitions, stated because those in use differ:

    point   (mean cost, mean quality) of one way to answer all questions
    hull    the least non-decreasing concave curve above some points: whatever lies on it can be
            had by tossing a coin between two ways. Flat to the right of the best point.
    AIQ     (1 / (high - low)) * integral of the hull from `low` to `high`; where nothing is as
            cheap, the quality is 0. (RouterBench divides by `high`, which punishes a dear start.)
    Zero    the hull of the single models: a router that never reads the question
    PGR     (quality - weak) / (strong - weak), by the share of questions sent to the strong one
    APGR    its integral over that share, from an exact sort; ties count as sent in random order
    CPT(x)  the least share with PGR >= x

Pure functions over arrays; the module knows no text, no policy and no file.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]
Indices = NDArray[np.intp]

STEPS = 160
"""How many trade-offs a sweep looks at."""


@dataclass(frozen=True, slots=True)
class Hull:
    """A non-decreasing concave curve: corners, cheapest first."""

    costs: Floats
    qualities: Floats

    def at(self, cost: float) -> float:
        """The best quality for a mean cost; that of the cheapest way where nothing is so cheap."""
        return float(np.interp(cost, self.costs, self.qualities))

    def cost_of(self, quality: float) -> float:
        """The least mean cost of a quality; infinite where it cannot be had."""
        if quality > self.qualities[-1]:
            return float("inf")
        return float(np.interp(quality, self.qualities, self.costs))

    def slope(self, cost: float) -> float:
        """Quality per cost just to the right of `cost`; 0 outside the curve."""
        corner = int(np.searchsorted(self.costs, cost, side="right"))
        if corner in (0, len(self.costs)):
            return 0.0
        rise = self.qualities[corner] - self.qualities[corner - 1]
        return float(rise / (self.costs[corner] - self.costs[corner - 1]))


def hull(costs: ArrayLike, qualities: ArrayLike) -> Hull:
    """The least non-decreasing concave curve above some points.

    Args:
        costs, qualities: one of each per way to answer.
    """
    c, q = np.asarray(costs, float).ravel(), np.asarray(qualities, float).ravel()
    corners: list[tuple[float, float]] = []
    for i in np.lexsort((-q, c)):
        point = (float(c[i]), float(q[i]))
        if corners and point[1] <= corners[-1][1]:
            continue
        while len(corners) > 1 and _below(corners[-2], corners[-1], point):
            corners.pop()
        corners.append(point)
    return Hull(np.array([p[0] for p in corners]), np.array([p[1] for p in corners]))


def _below(a: tuple[float, float], b: tuple[float, float], c: tuple[float, float]) -> bool:
    """Whether `b` lies on or under the line from `a` to `c`."""
    return (b[1] - a[1]) * (c[0] - a[0]) <= (c[1] - a[1]) * (b[0] - a[0])


def aiq(curve: Hull, *, low: float, high: float) -> float:
    """Average quality of a hull between two costs; see the module.

    Raises:
        ValueError: no range.
    """
    if not high > low:
        raise ValueError("no range of costs")
    inside = curve.costs[(curve.costs > low) & (curve.costs < high)]
    start = max(low, float(curve.costs[0]))
    if start >= high:
        return 0.0
    knots = np.concatenate([[start], inside[inside > start], [high]])
    return float(np.trapezoid(np.interp(knots, curve.costs, curve.qualities), knots) / (high - low))


# -- routers -------------------------------------------------------------------------------------


def trade_offs(predicted: ArrayLike, costs: ArrayLike, *, steps: int = STEPS) -> Floats:
    """Values of lambda at which choices change, from "cost alone" to "quality alone".

    Args:
        predicted, costs: (questions, models).
    """
    p, c = np.asarray(predicted, float), np.asarray(costs, float)
    changes = []
    for i in range(p.shape[1]):
        for j in range(i):
            gain, price = p[:, i] - p[:, j], c[:, i] - c[:, j]
            good = gain * price > 0
            changes.append(price[good] / gain[good])
    found = np.concatenate(changes) if changes else np.zeros(0)
    if not len(found):
        return np.array([0.0, np.inf])
    inner = np.quantile(found, np.linspace(0, 1, steps))
    return np.concatenate([[0.0], inner, [np.inf]])


def chosen(predicted: ArrayLike, costs: ArrayLike, trade_off: float) -> Indices:
    """By question the model with the highest `trade_off * predicted - cost`.

    At infinity quality alone counts, and at 0 cost alone; ties go to the other.
    """
    p, c = np.asarray(predicted, float), np.asarray(costs, float)
    if np.isinf(trade_off):
        best = p >= p.max(axis=1, keepdims=True)
        return np.asarray(np.where(best, c, np.inf).argmin(axis=1))
    if trade_off == 0:
        cheap = c <= c.min(axis=1, keepdims=True)
        return np.asarray(np.where(cheap, p, -np.inf).argmax(axis=1))
    return np.asarray((trade_off * p - c).argmax(axis=1))


def sweep(
    predicted: ArrayLike, costs: ArrayLike, *, steps: int = STEPS, at: ArrayLike | None = None
) -> Indices:
    """Choices for a range of trade-offs: (trade-offs, questions)."""
    values = trade_offs(predicted, costs, steps=steps) if at is None else np.asarray(at, float)
    return np.array([chosen(predicted, costs, float(value)) for value in values])


def taken(table: ArrayLike, choices: ArrayLike) -> Floats:
    """What choices get out of a table of (questions, models); choices may be stacked in front."""
    values, rows = np.asarray(table, float), np.asarray(choices, int)
    return np.asarray(values[np.arange(values.shape[0]), rows])


def zero(quality: ArrayLike, costs: ArrayLike) -> Hull:
    """The Zero router of a table: the hull of its single models."""
    return hull(np.mean(np.asarray(costs, float), axis=0), np.mean(np.asarray(quality, float), 0))


# -- two models ----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """How much of the gap between a weak and a strong model is closed, by calls of the strong.

    Attributes:
        shares: of questions sent to the strong one, from 0 to 1 in steps of one question.
        recovered: the performance gap recovered (PGR) at each.
        apgr: its average over all shares.
    """

    shares: Floats
    recovered: Floats
    apgr: float

    def cpt(self, wanted: float) -> float:
        """The least share of calls to the strong one at which so much is recovered; nan: never."""
        reached = np.flatnonzero(self.recovered >= wanted - 1e-12)
        if not len(reached):
            return float("nan")
        k = int(reached[0])
        if k == 0:
            return 0.0
        low, high = self.recovered[k - 1], self.recovered[k]
        part = (wanted - low) / (high - low)
        return float(self.shares[k - 1] + part * (self.shares[k] - self.shares[k - 1]))


def gap_recovered(score: ArrayLike, weak: ArrayLike, strong: ArrayLike) -> Gap:
    """PGR by an exact sort: questions of the highest score go to the strong model first.

    Raises:
        ValueError: the strong one is not better, so there is no gap.
    """
    s = np.asarray(score, float)
    gain = np.asarray(strong, float) - np.asarray(weak, float)
    if gain.mean() <= 0:
        raise ValueError("the strong model is not better than the weak one")
    _, group, sizes = np.unique(-s, return_inverse=True, return_counts=True)
    group = group.ravel()
    means = np.bincount(group, weights=gain) / sizes  # within ties the order is chance
    steps = np.repeat(means, sizes)
    recovered = np.concatenate([[0.0], np.cumsum(steps)]) / gain.sum()
    shares = np.linspace(0.0, 1.0, len(s) + 1)
    return Gap(shares=shares, recovered=recovered, apgr=float(np.trapezoid(recovered, shares)))


# -- how sure ------------------------------------------------------------------------------------


def resampled(
    questions: int, *, clusters: Sequence[Hashable] | None = None, draws: int = 1000, seed: int = 0
) -> Floats:
    """How often each question is in each resample: (draws, questions), whole clusters at a time."""
    rng = np.random.default_rng(seed)
    if not clusters:
        return rng.multinomial(questions, np.full(questions, 1 / questions), draws).astype(float)
    names = {name: i for i, name in enumerate(dict.fromkeys(clusters))}
    unit = np.array([names[name] for name in clusters])
    counts = rng.multinomial(len(names), np.full(len(names), 1 / len(names)), draws)
    return np.asarray(counts[:, unit], float)


def interval_of(values: ArrayLike, level: float = 0.95) -> tuple[float, float]:
    """The two ends that leave out (1 - level) / 2 of some draws on either side."""
    low, high = np.nanquantile(np.asarray(values, float), [(1 - level) / 2, (1 + level) / 2])
    return float(low), float(high)


def means(counts: Floats, values: ArrayLike) -> Floats:
    """Mean of per-question values in every resample: (draws,)."""
    return np.asarray(counts @ np.asarray(values, float) / counts.sum(axis=1))


def over_zero(
    got: ArrayLike, paid: ArrayLike, quality: ArrayLike, costs: ArrayLike
) -> tuple[float, Floats]:
    """How far a policy is above the Zero router at the same mean cost, and by question.

    The Zero router is the mix of two single models that these very questions favour, so it has
    the advantage. By question the difference is (q - mix q) - slope * (cost - mix cost): to first
    order what one question adds, since one that is dearer moves the point of comparison.

    Args:
        got, paid: quality and cost of the policy, by question.
        quality, costs: (questions, models).
    """
    q, c = np.asarray(quality, float), np.asarray(costs, float)
    curve = zero(q, c)
    cost = float(np.mean(np.asarray(paid, float)))
    low, high, part = _mix(q.mean(axis=0), c.mean(axis=0), curve, cost)
    mixed_q = (1 - part) * q[:, low] + part * q[:, high]
    mixed_c = (1 - part) * c[:, low] + part * c[:, high]
    slope = curve.slope(cost)
    by_question = (np.asarray(got, float) - mixed_q) - slope * (np.asarray(paid, float) - mixed_c)
    return float(by_question.mean()), by_question


def _mix(qualities: Floats, costs: Floats, curve: Hull, cost: float) -> tuple[int, int, float]:
    """The two single models whose mix the curve is at `cost`, and the second one's share."""
    corner = int(np.searchsorted(curve.costs, cost, side="right"))
    low = max(corner - 1, 0)
    high = min(corner, len(curve.costs) - 1)
    models = [
        int(np.flatnonzero((costs == curve.costs[i]) & (qualities == curve.qualities[i]))[0])
        for i in (low, high)
    ]
    if low == high or corner == 0:
        return models[0], models[0], 0.0
    span = curve.costs[high] - curve.costs[low]
    return models[0], models[1], float((cost - curve.costs[low]) / span)
