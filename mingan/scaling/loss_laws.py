"""What loss a model of N parameters reaches on D tokens, and the other way round.

    L(N, D) = E + A / N^alpha + B / D^beta       Hoffmann et al., arXiv 2203.15556 (Chinchilla)
    L(N, D) =     A / N^alpha + B / D^beta       the densing law (arXiv 2412.04315): E = 0
    L(C, M) = E + (a M^eta + b M^-eta) C^-eta    Gadre et al., arXiv 2403.08540: C = 6ND, M = D/N

Fitted on the logarithm of the loss with Huber's loss (delta 0.001), as Hoffmann and Besiroglu et
al. (arXiv 2404.10102) do; Gadre's by least squares on the loss itself. Loss, parameters and tokens
may be in any unit as long as it is one. The module must not know where points come from.
"""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from mingan.scaling.fits import SEED, Curve, Fit, fit
from mingan.statistics.special import Floats

DELTA = 1e-3
_NOTHING = 1e-9
GRID = tuple(
    itertools.product(
        range(0, 30, 5), range(0, 30, 5), (-1, -0.5, 0, 0.5, 1), (0, 0.5, 1, 1.5, 2),
        (0, 0.5, 1, 1.5, 2),
    )
)  # fmt: skip
"""Starts (ln A, ln B, ln E, alpha, beta), as Hoffmann et al. take them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LossLaw:
    """L = E + A / N^alpha + B / D^beta."""

    A: float
    B: float
    E: float
    alpha: float
    beta: float

    def loss(self, parameters: ArrayLike, tokens: ArrayLike) -> Floats:
        """The loss at each size and number of tokens."""
        n, d = np.asarray(parameters, dtype=np.float64), np.asarray(tokens, dtype=np.float64)
        return np.asarray(self.E + self.A * n**-self.alpha + self.B * d**-self.beta)

    def best(self, compute: float) -> tuple[float, float]:
        """(N, D) of least loss for so many FLOP, C = 6 N D."""
        ratio = (self.alpha * self.A / (self.beta * self.B)) ** (1 / (self.alpha + self.beta))
        n = ratio * (compute / 6) ** (self.beta / (self.alpha + self.beta))
        return n, compute / (6 * n)


@dataclass(frozen=True, slots=True, kw_only=True)
class LossFit:
    """A law as fitted; `fit` has (ln A, ln B, ln E, alpha, beta), without ln E where E is 0."""

    law: LossLaw
    fit: Fit

    @property
    def laws(self) -> tuple[LossLaw, ...]:
        """One for each bootstrap draw."""
        return tuple(_law(draw) for draw in self.fit.draws)

    @property
    def errors(self) -> dict[str, float]:
        """Standard errors of A, B, E, alpha, beta over the draws."""
        found = {
            name: [getattr(law, name) for law in self.laws]
            for name in ("A", "B", "E", "alpha", "beta")
        }  # fmt: skip
        return {n: float(np.std(v, ddof=1)) if len(v) > 1 else math.nan for n, v in found.items()}


def fit_loss_law(
    parameters: ArrayLike, tokens: ArrayLike, loss: ArrayLike, *, irreducible: bool = True,
    delta: float = DELTA, starts: ArrayLike | None = None, draws: int = 0, seed: int = SEED,
) -> LossFit:  # fmt: skip
    """Fit L(N, D) to points.

    Args:
        parameters, tokens, loss: (n,) each, above 0.
        irreducible: with the term E.
        starts: (S, 5) or (S, 4); None for `GRID`.
        draws: of the bootstrap.

    Raises:
        ValueError: points that are no numbers above 0, or too few of them.
    """
    n, d, y = _points(parameters, tokens, loss)
    begin = np.array(GRID, dtype=np.float64) if starts is None else np.asarray(starts, np.float64)
    if starts is None and not irreducible:
        begin = np.unique(np.delete(begin, 2, axis=1), axis=0)
    found = fit(_curve(np.log(n), np.log(d), irreducible), np.log(y), begin, delta=delta,
                draws=draws, seed=seed)  # fmt: skip
    if irreducible and math.exp(found.parameters[2]) < _NOTHING * y.min():
        # The best E is 0, which ln E can only run after for ever: the term is left out.
        return fit_loss_law(n, d, y, irreducible=False, delta=delta, draws=draws, seed=seed,
                            starts=[np.delete(found.parameters, 2)])  # fmt: skip
    return LossFit(law=_law(found.parameters), fit=found)


def _law(p: Floats) -> LossLaw:
    with np.errstate(over="ignore"):
        a, b = math.exp(min(p[0], 700.0)), math.exp(min(p[1], 700.0))
    e = math.exp(p[2]) if p.size == 5 else 0.0
    return LossLaw(A=a, B=b, E=e, alpha=float(p[-2]), beta=float(p[-1]))


def _curve(log_n: Floats, log_d: Floats, irreducible: bool) -> Curve:
    """ln L and its derivatives: a soft maximum of the terms."""

    def curve(p: Floats) -> tuple[Floats, Floats]:
        terms = [p[:, :1] - p[:, -2:-1] * log_n, p[:, 1:2] - p[:, -1:] * log_d]
        if irreducible:
            terms.append(np.broadcast_to(p[:, 2:3], terms[0].shape))
        stacked = np.stack(terms)
        top = stacked.max(axis=0)
        parts = np.exp(stacked - top)
        total = parts.sum(axis=0)
        share = parts / total
        turn = [share[0], share[1], *share[2:], -share[0] * log_n, -share[1] * log_d]
        return top + np.log(total), np.stack(turn, axis=2)

    return curve


def _points(*columns: ArrayLike) -> list[Floats]:
    found = [np.asarray(column, dtype=np.float64) for column in columns]
    if len({column.shape for column in found}) != 1 or found[0].ndim != 1:
        raise ValueError("sizes, tokens and losses must be lists of one length")
    if not all((np.isfinite(column) & (column > 0)).all() for column in found):
        raise ValueError("sizes, tokens and losses must be numbers above 0")
    return found


# --- by compute and tokens per parameter --------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class ComputeLaw:
    """L = E + (a M^eta + b M^-eta) C^-eta, with M tokens a parameter and C = 6 N D."""

    E: float
    a: float
    b: float
    eta: float

    def loss(self, compute: ArrayLike, multiple: ArrayLike) -> Floats:
        """The loss of so much compute at so many tokens a parameter."""
        c, m = np.asarray(compute, dtype=np.float64), np.asarray(multiple, dtype=np.float64)
        return np.asarray(self.E + (self.a * m**self.eta + self.b * m**-self.eta) * c**-self.eta)


def fit_compute_law(compute: ArrayLike, multiple: ArrayLike, loss: ArrayLike) -> ComputeLaw:
    """Fit by least squares on the loss.

    Raises:
        ValueError: see `fit_loss_law`.
    """
    c, m, y = _points(compute, multiple, loss)
    log_c, log_m = np.log(c), np.log(m)

    def curve(p: Floats) -> tuple[Floats, Floats]:
        eta = p[:, 3:]
        up = np.exp(p[:, 1:2] + eta * (log_m - log_c))
        down = np.exp(p[:, 2:3] - eta * (log_m + log_c))
        turn = [np.ones_like(up), up, down, up * (log_m - log_c) - down * (log_m + log_c)]
        return p[:, :1] + up + down, np.stack(turn, axis=2)

    starts = itertools.product(
        (0.5, 1.5, 2.5), (1.0, 4.0, 7.0), (1.0, 4.0, 7.0), (0.08, 0.15, 0.25)
    )
    found = fit(curve, y, list(starts)).parameters
    return ComputeLaw(
        E=float(found[0]), a=math.exp(found[1]), b=math.exp(found[2]), eta=float(found[3])
    )  # fmt: skip
