"""Sparse rows, and the one thing wanted of them: a ridge regression on many columns.

SciPy is no dependency of the core, and a router needs three operations only. Pure functions over
arrays; knows nothing of texts or models.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]
Singles = NDArray[np.float32]
Places = NDArray[np.int32]


@dataclass(frozen=True, slots=True)
class Rows:
    """A sparse matrix, row by row.

    Attributes:
        values, columns: of what is not zero, row after row.
        lengths: how many of these each row has.
        width: how many columns there are.
    """

    values: Singles
    columns: Places
    lengths: NDArray[np.intp]
    width: int

    def __len__(self) -> int:
        return len(self.lengths)

    def times(self, vector: ArrayLike) -> Floats:
        """The matrix times a vector of `width`."""
        # In single precision, since the gathering is what takes the time.
        products = self.values * np.asarray(vector, np.float32)[self.columns]
        return self._row_sums(products)

    def _row_sums(self, products: Singles) -> Floats:
        out = np.zeros(len(self.lengths))
        full = self.lengths > 0
        starts = (np.cumsum(self.lengths) - self.lengths)[full]
        if len(starts):
            out[full] = np.add.reduceat(products, starts)
        return out

    def transposed_times(self, vector: ArrayLike) -> Floats:
        """The transposed matrix times a vector with one number a row."""
        spread = np.repeat(np.asarray(vector, np.float32), self.lengths)
        sums = np.bincount(self.columns, weights=self.values * spread, minlength=self.width)
        return sums.astype(np.float64, copy=False)

    def means(self) -> Floats:
        """The mean of every column."""
        return self.transposed_times(np.ones(len(self))) / max(len(self), 1)

    def select(self, which: ArrayLike) -> Rows:
        """Some of the rows, in the order asked for."""
        chosen = np.asarray(which, int)
        ends = np.cumsum(self.lengths)
        lengths = self.lengths[chosen]
        first = np.repeat(ends[chosen] - lengths - (np.cumsum(lengths) - lengths), lengths)
        places = first + np.arange(int(lengths.sum()))
        return Rows(self.values[places], self.columns[places], lengths, self.width)


def stacked(rows: Sequence[tuple[Singles, Places]], width: int) -> Rows:
    """Rows from the values and columns of each."""
    none = np.zeros(0, np.float32), np.zeros(0, np.int32)
    return Rows(
        np.concatenate([none[0], *(row[0] for row in rows)]).astype(np.float32),
        np.concatenate([none[1], *(row[1] for row in rows)]).astype(np.int32),
        np.array([len(row[0]) for row in rows], np.intp),
        width,
    )


@dataclass(frozen=True, slots=True)
class Krylov:
    """What a ridge regression of one target needs, for every penalty at once.

    Golub and Kahan (1965): `basis` (width, k) spans the directions in which the target is found
    first; `small` (k + 1, k) is the problem within it; `centre` is the mean row.
    """

    basis: Singles
    small: Floats
    norm: float
    mean: float
    centre: Floats

    def weights(self, penalty: float) -> tuple[Floats, float]:
        """Weights and intercept that minimise |y - Xw - b|^2 + penalty |w|^2 in this space."""
        k = self.small.shape[1]
        if k == 0:
            return np.zeros(len(self.centre)), self.mean
        left = self.small.T @ self.small + penalty * np.eye(k)
        inside = np.linalg.solve(left, self.norm * self.small[0])
        w = np.asarray(self.basis @ inside, float)
        return w, float(self.mean - self.centre @ w)


def krylov(rows: Rows, target: ArrayLike, *, steps: int = 18) -> Krylov:
    """Explore the directions of `rows` (centred) that explain `target`.

    With the penalties that texts need, 18 steps are the exact solution to three digits; fewer
    would only mean a stronger penalty.
    """
    centre = rows.means()
    y = np.asarray(target, float)
    rest = y - y.mean()
    norm = float(np.linalg.norm(rest))
    lefts: list[Floats] = []
    rights: list[Singles] = []
    alphas: list[float] = []
    betas: list[float] = []
    nothing = 1e-9 * max(norm, 1.0)
    u = rest / norm if norm > nothing else rest
    v = _back(rows, u, centre)
    alpha = float(np.linalg.norm(v))
    if norm <= nothing or alpha <= nothing:
        none = np.zeros((rows.width, 0), np.float32)
        return Krylov(none, np.zeros((1, 0)), norm, float(y.mean()), centre)
    for _ in range(min(steps, len(rows))):
        lefts.append(u)
        rights.append((v / alpha).astype(np.float32))
        alphas.append(alpha)
        u = rows.times(rights[-1]) - centre @ rights[-1] - alpha * u
        u = _orthogonal(u, lefts)
        beta = float(np.linalg.norm(u))
        betas.append(beta)
        if beta <= nothing:
            break
        u /= beta
        v = _orthogonal(_back(rows, u, centre) - beta * rights[-1], rights)
        alpha = float(np.linalg.norm(v))
        if alpha <= nothing:
            break
    small = np.zeros((len(alphas) + 1, len(alphas)))
    np.fill_diagonal(small, alphas)
    np.fill_diagonal(small[1:], betas)
    return Krylov(np.array(rights, np.float32).T, small, norm, float(y.mean()), centre)


def _back(rows: Rows, u: Floats, centre: Floats) -> Floats:
    return rows.transposed_times(u) - centre * float(u.sum())


def _orthogonal(vector: Floats, others: Sequence[Floats] | Sequence[Singles]) -> Floats:
    for other in others:
        vector = vector - float(other @ vector) * other.astype(np.float64)
    return vector
