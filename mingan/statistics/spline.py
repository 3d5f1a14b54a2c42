"""A smooth curve through points: the natural cubic smoothing spline, its smoothness by GCV.

Minimises sum w (y - f(x))^2 + lam * integral f''^2; the solution is a natural cubic spline with a
knot at each x, straight outside of them (Reinsch, Numer. Math. 10, 1967; Green and Silverman
1994). Without `lam` it is chosen by generalised cross-validation (Craven and Wahba 1979): the
least mean squared residual over (1 - trace / n)^2. It is meant for tens of points: everything is
dense, and one eigenvalue decomposition serves all values of `lam`. The module must not know what
the points are.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from mingan.statistics.special import Floats

FEWEST = 5
"""So many different x it takes."""

_EXPONENTS = np.linspace(-9.0, 5.0, 113)
"""log10 of the smoothing parameters tried, in units of the cube of the range of x."""

_NEAR = 1e-4
"""Points closer than this share of the range of x count as one."""

_FINER = 41
"""So many more are tried about the best of them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Spline:
    """A natural cubic spline: knots, values and second derivatives there, and its smoothness."""

    x: Floats
    values: Floats
    curvature: Floats
    lam: float

    def __call__(self, at: ArrayLike) -> Floats:
        """The curve at any places; a straight line before the first knot and after the last."""
        t = np.asarray(at, dtype=np.float64)
        k = np.clip(np.searchsorted(self.x, t, side="right") - 1, 0, self.x.size - 2)
        h = self.x[k + 1] - self.x[k]
        a, b = (self.x[k + 1] - t) / h, (t - self.x[k]) / h
        line = a * self.values[k] + b * self.values[k + 1]
        bend = (a**3 - a) * self.curvature[k] + (b**3 - b) * self.curvature[k + 1]
        inside = line + bend * h * h / 6
        return np.where(
            t < self.x[0],
            self.values[0] + (t - self.x[0]) * self._slope(0),
            np.where(t > self.x[-1], self.values[-1] + (t - self.x[-1]) * self._slope(-1), inside),
        )

    def _slope(self, end: int) -> float:
        """The slope at the first (0) or the last (-1) knot, where the curvature is 0."""
        i, sign, inner = (0, -1, 1) if end == 0 else (self.x.size - 2, 1, self.x.size - 2)
        h = self.x[i + 1] - self.x[i]
        chord = (self.values[i + 1] - self.values[i]) / h
        return float(chord + sign * h * self.curvature[inner] / 6)


def smoothing_spline(
    x: ArrayLike, y: ArrayLike, *, weights: ArrayLike | None = None, lam: float | None = None,
    caution: float = 1.0,
) -> Spline:  # fmt: skip
    """The smoothing spline through (x, y), in any order.

    Points with the same x (to 1/10,000 of the range) count as one: their mean, with the sum of
    their weights.

    Args:
        weights: above 0; all 1 without.
        lam: the price of curvature, from 0 (through every point) on; by GCV without.
        caution: by how much GCV overstates what a wiggle costs, 1 or more. With few points plain
            GCV now and then follows the noise; 1.4 prevents that (Kim and Gu 2004).

    Raises:
        ValueError: fewer than 5 different x, unlike lengths, a weight or `lam` below 0, or a
            number that is none.
    """
    knots, means, w = _merged(x, y, weights)
    if lam is not None and not lam >= 0:
        raise ValueError(f"lam must not be below 0, but is {lam}")
    h = np.diff(knots)
    q, r = _second_differences(h)
    root = np.sqrt(w)
    half = q / root[:, None]  # W^-1/2 Q
    penalty = half @ np.linalg.solve(r, half.T)
    strength, basis = np.linalg.eigh((penalty + penalty.T) / 2)
    strength = np.maximum(strength, 0.0)
    strength[:2] = 0.0  # straight lines cost nothing
    turned = basis.T @ (root * means)
    if lam is None:
        lam = _by_gcv(strength, turned, scale=float(knots[-1] - knots[0]) ** 3, caution=caution)
    values = (basis @ (turned / (1 + lam * strength))) / root
    inner = np.linalg.solve(r, q.T @ values)
    curvature = np.concatenate([[0.0], inner, [0.0]])
    return Spline(x=knots, values=values, curvature=curvature, lam=float(lam))


def gcv(x: ArrayLike, y: ArrayLike, lam: float) -> float:
    """The generalised cross-validation score of one `lam` at equal weights."""
    fit = smoothing_spline(x, y, lam=lam)
    n = fit.x.size
    q, r = _second_differences(np.diff(fit.x))
    hat = np.linalg.inv(np.eye(n) + lam * q @ np.linalg.solve(r, q.T))
    _, means, _ = _merged(x, y, None)
    return float(np.mean((means - fit.values) ** 2) / (1 - np.trace(hat) / n) ** 2)


# --- pieces -------------------------------------------------------------------------------------


def _merged(x: ArrayLike, y: ArrayLike, weights: ArrayLike | None) -> tuple[Floats, Floats, Floats]:
    at, of = np.asarray(x, dtype=np.float64), np.asarray(y, dtype=np.float64)
    w = np.ones_like(at) if weights is None else np.asarray(weights, dtype=np.float64)
    if at.ndim != 1 or at.shape != of.shape or at.shape != w.shape:
        raise ValueError(f"needs lists of one length, not {at.shape}, {of.shape} and {w.shape}")
    if not (np.isfinite(at).all() and np.isfinite(of).all() and (w > 0).all()):
        raise ValueError("needs finite numbers and weights above 0")
    order = np.argsort(at, kind="stable")
    ordered = at[order]
    # x that hardly differ are one: the price of curvature between them would drown the others.
    span = float(ordered[-1] - ordered[0]) if ordered.size else 0.0
    opens = np.concatenate([[True], np.diff(ordered) > _NEAR * span])[: at.size]
    group = np.empty(at.size, dtype=np.intp)
    group[order] = np.cumsum(opens, dtype=np.intp) - 1
    total = np.bincount(group, weights=w).astype(np.float64)
    if total.size < FEWEST:
        raise ValueError(f"needs at least {FEWEST} different x, not {total.size}")
    return (
        np.bincount(group, weights=w * at) / total,
        np.bincount(group, weights=w * of) / total,
        total,
    )


def _second_differences(h: Floats) -> tuple[Floats, Floats]:
    """Q and R of Green and Silverman: Q'f are second differences, R (second derivatives) = Q'f."""
    n = h.size + 1
    q, r = np.zeros((n, n - 2)), np.zeros((n - 2, n - 2))
    j = np.arange(n - 2)
    q[j, j], q[j + 2, j] = 1 / h[:-1], 1 / h[1:]
    q[j + 1, j] = -(q[j, j] + q[j + 2, j])
    r[j, j] = (h[:-1] + h[1:]) / 3
    r[j[:-1], j[1:]] = r[j[1:], j[:-1]] = h[1:-1] / 6
    return q, r


def _by_gcv(strength: Floats, turned: Floats, *, scale: float, caution: float) -> float:
    """The `lam` of the least GCV score: the best of a grid, then of a finer one about it."""

    def score(exponents: Floats) -> Floats:
        shrunk = 1 / (1 + scale * 10.0 ** exponents[:, None] * strength)
        residual = ((1 - shrunk) ** 2 * turned**2).sum(axis=1)
        freedom = shrunk.shape[1] - caution * shrunk.sum(axis=1)
        # With caution a curve may cost more than there is; such a one is never the best.
        with np.errstate(divide="ignore"):
            return np.asarray(np.where(freedom > 1e-9, residual / freedom**2, np.inf))

    best = int(np.argmin(score(_EXPONENTS)))
    low = _EXPONENTS[max(best - 1, 0)]
    high = _EXPONENTS[min(best + 1, _EXPONENTS.size - 1)]
    finer = np.linspace(low, high, _FINER)
    return float(scale * 10.0 ** finer[int(np.argmin(score(finer)))])
