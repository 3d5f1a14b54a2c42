"""Fitting a curve to points: robust, from many starts, with a check that it came to rest.

Scaling laws are fitted badly when an optimiser stops early and nobody looks: the first published
re-analysis of Chinchilla rests on a run that had not converged (see the docs on scaling). So every
fit begins from many starts, takes the best, refines it by Newton's method, and says whether the
point that it ends in is a minimum. Large residuals count linearly (Huber, Ann. Math. Stat. 35,
1964); `delta` says from where on, and inf makes it least squares. Bootstrap draws are fitted all
together. The module must not know what a curve stands for.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from mingan.statistics.special import Floats

Curve = Callable[[Floats], tuple[Floats, Floats]]
"""From (B, P) parameters to (B, n) predictions and their (B, n, P) derivatives."""

SEED = 20240415
_ROUNDS, _POLISH = 400, 60
_BEST = 24  # starts that are followed to the end
_FIRST = 40
_REST = 1e-7  # of the loss: what one more step could gain
_FLAT = 1e-9  # of the bend
_EXACT = 1e-18  # of the sum of squares: a curve through all points
_TINY = 1e-300


@dataclass(frozen=True, slots=True, kw_only=True)
class Fit:
    """Where a fit came to rest.

    Attributes:
        parameters: (P,); `objective` is the sum of the losses of all points there.
        converged: the slope is nothing and the surface bends upwards (bounds aside).
        draws: (R, P) of bootstrap draws; empty where none were wanted.
    """

    parameters: Floats
    objective: float
    converged: bool
    draws: Floats

    @property
    def errors(self) -> Floats:
        """(P,) standard errors over the draws; NaN without draws."""
        if len(self.draws) < 2:
            return np.full(self.parameters.size, math.nan)
        return np.asarray(self.draws.std(axis=0, ddof=1))

    def interval(self, level: float = 0.9) -> Floats:
        """(P, 2) of the middle share of the draws."""
        ends = [(1 - level) / 2, (1 + level) / 2]
        return np.asarray(np.quantile(self.draws, ends, axis=0).T)


def fit(
    curve: Curve, target: ArrayLike, starts: ArrayLike, *, delta: float = math.inf,
    low: ArrayLike | None = None, high: ArrayLike | None = None, draws: int = 0, seed: int = SEED,
) -> Fit:  # fmt: skip
    """Fit a curve.

    Args:
        target: (n,) what the curve should give at its points.
        starts: (S, P) where to begin.
        delta: residuals beyond it count linearly.
        low, high: (P,) bounds; None for none.
        draws: of the bootstrap over points, each fitted from where the whole came to rest.

    Raises:
        ValueError: fewer points than parameters, or something that is no number.
    """
    y = np.asarray(target, dtype=np.float64)
    begin = np.atleast_2d(np.asarray(starts, dtype=np.float64))
    if y.ndim != 1 or y.size < begin.shape[1] or not np.isfinite(y).all():
        raise ValueError(f"needs {begin.shape[1]} points or more, all of them numbers")
    box = _Box(low, high, begin.shape[1])
    problem = _Problem(curve, y, delta, box)
    weight = np.ones((begin.shape[0], y.size))
    first, loss = problem.descend(box.inside(begin), weight, rounds=_FIRST)
    best = np.argsort(np.where(np.isnan(loss), np.inf, loss))[:_BEST]
    found, loss = problem.descend(first[best], weight[best], rounds=_ROUNDS)
    found, loss, rest = problem.polish(found, loss, weight[best])
    top = int(np.argmin(np.where(np.isnan(loss), np.inf, loss)))
    parameters = found[top]
    some = problem.bootstrap(parameters, draws, seed) if draws else np.empty((0, begin.shape[1]))
    return Fit(
        parameters=parameters, objective=float(loss[top]), converged=bool(rest[top]), draws=some
    )  # fmt: skip


class _Box:
    """Bounds on parameters."""

    def __init__(self, low: ArrayLike | None, high: ArrayLike | None, size: int) -> None:
        self.low = np.full(size, -np.inf) if low is None else np.asarray(low, dtype=np.float64)
        self.high = np.full(size, np.inf) if high is None else np.asarray(high, dtype=np.float64)

    def inside(self, parameters: Floats) -> Floats:
        return np.clip(parameters, self.low, self.high)

    def stuck(self, parameters: Floats, slope: Floats) -> np.ndarray:
        """(B, P) where a bound holds a parameter that would go further."""
        return ((parameters <= self.low) & (slope > 0)) | ((parameters >= self.high) & (slope < 0))


@dataclass(frozen=True, slots=True)
class _Problem:
    curve: Curve
    target: Floats
    delta: float
    box: _Box

    def losses(self, parameters: Floats, weight: Floats) -> Floats:
        """(B,)"""
        with np.errstate(all="ignore"):
            return self._loss(self.curve(parameters)[0], weight)

    def _loss(self, given: Floats, weight: Floats) -> Floats:
        apart = np.abs(self.target - given)
        if math.isinf(self.delta):
            each = 0.5 * apart**2
        else:
            each = np.where(
                apart <= self.delta, 0.5 * apart**2, self.delta * (apart - 0.5 * self.delta)
            )
        total = (weight * each).sum(axis=1)
        return np.asarray(np.where(np.isfinite(total), total, np.inf))

    def slopes(self, parameters: Floats, weight: Floats) -> tuple[Floats, Floats, Floats]:
        """Loss, its (B, P) slope, and the (B, P, P) bend of its majorant."""
        with np.errstate(all="ignore"):
            given, turn = self.curve(parameters)
            apart = self.target - given
            if math.isinf(self.delta):
                pull = weight
            else:
                pull = weight * np.minimum(1.0, self.delta / np.maximum(np.abs(apart), _TINY))
            slope = -np.einsum("bn,bnp->bp", pull * apart, turn)
            bend = np.einsum("bn,bnp,bnq->bpq", pull, turn, turn, optimize=True)
            return self._loss(given, weight), np.nan_to_num(slope), np.nan_to_num(bend)

    def descend(self, parameters: Floats, weight: Floats, *, rounds: int) -> tuple[Floats, Floats]:
        """Levenberg and Marquardt on the reweighted squares, all rows at once."""
        now, damp = parameters.copy(), np.full(len(parameters), 1e-2)
        loss, slope, bend = self.slopes(now, weight)
        moving = np.isfinite(loss)
        for _ in range(rounds):
            rows = np.flatnonzero(moving)
            if not rows.size:
                break
            step = self._step(now[rows], slope[rows], bend[rows], damp[rows])
            tried = self.box.inside(now[rows] + step)
            there = self.losses(tried, weight[rows])
            better = there < loss[rows]
            gone = loss[rows] - there
            damp[rows] = np.clip(np.where(better, damp[rows] / 3, damp[rows] * 5), 1e-12, 1e12)
            still = (damp[rows] >= 1e10) | (better & (gone <= 1e-14 * loss[rows]))
            won = rows[better]
            now[won], loss[won] = tried[better], there[better]
            if won.size:
                _, slope[won], bend[won] = self.slopes(now[won], weight[won])
            moving[rows[still]] = False
        return now, loss

    def _step(self, now: Floats, slope: Floats, bend: Floats, damp: Floats) -> Floats:
        stuck = self.box.stuck(now, slope)
        slope = np.where(stuck, 0.0, slope)
        scale = np.maximum(np.einsum("bpp->bp", bend), 1e-12)
        matrix = bend + (damp[:, None] * scale)[:, :, None] * np.eye(bend.shape[1])
        matrix = np.where(stuck[:, :, None] | stuck[:, None, :], 0.0, matrix)
        matrix += np.where(stuck, 1.0, 1e-14 * scale)[:, :, None] * np.eye(bend.shape[1])
        return np.asarray(-np.linalg.solve(matrix, slope[:, :, None])[:, :, 0])

    def polish(
        self, parameters: Floats, loss: Floats, weight: Floats
    ) -> tuple[Floats, Floats, np.ndarray]:
        """Newton's method with the true bend, and whether each row came to rest in a minimum."""
        now, loss = parameters.copy(), loss.copy()
        rest = np.zeros(len(now), dtype=np.bool_)
        for _ in range(_POLISH):
            rows = np.flatnonzero(~rest & np.isfinite(loss))
            if not rows.size:
                break
            _, slope, _ = self.slopes(now[rows], weight[rows])
            stuck = self.box.stuck(now[rows], slope)
            slope = np.where(stuck, 0.0, slope)
            bend = self._bend(now[rows], weight[rows])
            # In units in which every parameter alone bends as much, so that flat means flat.
            unit = 1 / np.sqrt(np.maximum(np.abs(np.einsum("bpp->bp", bend)), _TINY))
            bend = bend * unit[:, :, None] * unit[:, None, :]
            values, vectors = np.linalg.eigh(_without(bend, stuck))
            along = np.einsum("bpq,bp->bq", vectors, slope * unit)
            size = np.maximum(np.abs(values), _FLAT)
            step = -unit * np.einsum("bpq,bq->bp", vectors, along / size)
            gain = 0.5 * (along**2 / size).sum(axis=1)
            small = gain <= _REST * (loss[rows] + _EXACT * np.sum(self.target**2))
            rest[rows] = (values > _FLAT).all(axis=1) & small
            going = ~rest[rows]
            if not self._walk(now, loss, weight, rows[going], step[going]):
                break
        return now, loss, rest

    def _walk(
        self, now: Floats, loss: Floats, weight: Floats, rows: np.ndarray, step: Floats
    ) -> bool:
        """Go along steps, shortened until the loss falls; whether any row moved."""
        moved, length = False, 1.0
        while rows.size and length > 1e-6:
            tried = self.box.inside(now[rows] + length * step)
            there = self.losses(tried, weight[rows])
            better = there < loss[rows]
            now[rows[better]], loss[rows[better]] = tried[better], there[better]
            moved = moved or bool(better.any())
            rows, step, length = rows[~better], step[~better], length / 2
        return moved

    def _bend(self, parameters: Floats, weight: Floats) -> Floats:
        """(B, P, P) second derivatives, by differences of the slope."""
        count, size = parameters.shape
        found = np.zeros((count, size, size))
        for i in range(size):
            width = 1e-5 * np.maximum(np.abs(parameters[:, i]), 1e-2)
            up, down = parameters.copy(), parameters.copy()
            up[:, i] += width
            down[:, i] -= width
            rise = self.slopes(up, weight)[1] - self.slopes(down, weight)[1]
            found[:, i] = rise / (2 * width)[:, None]
        return np.asarray((found + found.transpose(0, 2, 1)) / 2)

    def bootstrap(self, parameters: Floats, draws: int, seed: int) -> Floats:
        """(R, P) fits of points drawn with replacement."""
        rng = np.random.default_rng(seed)
        size = self.target.size
        weight = rng.multinomial(size, np.full(size, 1 / size), size=draws).astype(np.float64)
        start = np.repeat(parameters[None], draws, axis=0)
        found, loss = self.descend(start, weight, rounds=_ROUNDS)
        return self.polish(found, loss, weight)[0]


def _without(bend: Floats, stuck: np.ndarray) -> Floats:
    """The bend where held parameters stay: a unit of their own."""
    inside = np.where(stuck[:, :, None] | stuck[:, None, :], 0.0, bend)
    return np.asarray(
        np.nan_to_num(inside) + np.where(stuck, 1.0, 0.0)[:, :, None] * np.eye(bend.shape[1])
    )
