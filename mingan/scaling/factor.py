"""What one factor of building a model is worth: how much larger, or how much longer, without it.

A variant that differs in one thing is trained at several sizes and lengths, and each of its losses
is read off the law of the base ladder three ways:

    parameters   the size at which the base would lose as much on the same tokens
    tokens       the length at which the base of that size would lose as much
    compute      both at once: the base so many times larger and longer that it would lose as much,
                 its compute over the variant's own, whose tokens may be dearer or cheaper

A ratio of 1.4 on an axis says that the factor is worth 1.4 times the parameters (or tokens). It
means something only where one ratio fits all sizes: the misfit, chi, is the spread of the ratios
over what noise explains. Damage to data lies on the axis of tokens, and no single number of
parameters fits it. Compute is spoken of where neither of the two fits. Where chi is above 2 on all
axes, no ratio is given. The module must not know what the factor was.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import partial
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from mingan.scaling.ladder_law import SEED, SHRINKS, LadderLaw, together
from mingan.statistics.special import Floats

Axis = Literal["parameters", "tokens", "compute"]
AXES: tuple[Axis, ...] = ("parameters", "tokens", "compute")
MISFIT = 2.0
"""Above it one ratio does not fit."""

_REACH, _HALVINGS = math.log(1e6), 40
"""How much larger and longer is looked for, and how often that is halved."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Worth:
    """A factor on one axis.

    Attributes:
        ratio, low, high: effective over actual, with its interval at `level`; NaN where a loss
            lies beyond what the law can reach.
        each: (n,) the ratio at every point; `chi` how far they scatter beyond noise.
    """

    axis: Axis
    ratio: float
    low: float
    high: float
    each: Floats
    chi: float
    level: float = 0.9

    @property
    def fits(self) -> bool:
        """Whether one ratio fits all points."""
        return not math.isnan(self.ratio) and self.chi <= MISFIT


@dataclass(frozen=True, slots=True, kw_only=True)
class Factor:
    """A factor on every axis."""

    parameters: Worth
    tokens: Worth
    compute: Worth

    @property
    def best(self) -> Worth | None:
        """The axis to speak of: parameters or tokens, or else compute; None where none fits."""
        fitting = [worth for worth in (self.parameters, self.tokens) if worth.fits]
        last = self.compute if self.compute.fits else None
        return min(fitting, key=lambda worth: worth.chi, default=last)


def worth(
    law: LadderLaw, parameters: ArrayLike, tokens: ArrayLike, losses: ArrayLike, *,
    cost: ArrayLike = 1.0, level: float = 0.9, seed: int = SEED,
) -> Factor:  # fmt: skip
    """A variant's losses, read off the law of the base.

    Args:
        parameters, tokens, losses: (n,) of the variant's runs; parameters as the base counts them.
        cost: operations of a token over the base's, (n,) or one for all.

    Raises:
        ValueError: not the same number of each, or fewer than two.
    """
    n, d, loss = (np.asarray(v, np.float64) for v in (parameters, tokens, losses))
    if not n.shape == d.shape == loss.shape or n.size < 2:
        raise ValueError("needs two runs or more")
    found = {
        axis: _worth(law, axis, n, d, loss, np.log(np.broadcast_to(cost, n.shape)), level, seed)
        for axis in AXES
    }
    return Factor(**found)


def _worth(
    law: LadderLaw, axis: Axis, n: Floats, d: Floats, loss: Floats, dear: Floats, level: float,
    seed: int,
) -> Worth:  # fmt: skip
    noise = np.exp(law.draws[:, 5])[:, None] * (d / law.largest) ** -SHRINKS
    rng = np.random.default_rng(seed)
    # The variant's own noise is not known: what was seen is the truth times an error either way.
    drawn = loss * np.exp(noise * rng.standard_normal(noise.shape))
    ratios = _compute if axis == "compute" else partial(_ratios, axis=axis)
    less = dear if axis == "compute" else 0.0
    point = ratios(law, n=n, d=d, loss=np.broadcast_to(loss, noise.shape)) - less
    spread = ratios(law, n=n, d=d, loss=drawn) - less
    each = np.nanmedian(point, axis=0) if not np.isnan(point).all() else np.full(n.size, np.nan)
    if np.isnan(each).any() or np.isnan(spread).mean() > 0.2:
        return Worth(axis=axis, ratio=math.nan, low=math.nan, high=math.nan, each=np.exp(each),
                     chi=math.inf, level=level)  # fmt: skip
    errors = np.nanstd(spread - point, axis=0)
    weights = errors**-2 / (errors**-2).sum()
    means = np.nansum(np.where(np.isnan(spread), 0, spread) * weights, axis=1)
    middle = float(each @ weights)
    low, high = np.quantile(means, [(1 - level) / 2, (1 + level) / 2]).tolist()
    chi = math.sqrt(float((((each - middle) / errors) ** 2).sum()) / (n.size - 1))
    return Worth(
        axis=axis, ratio=math.exp(middle), low=math.exp(low), high=math.exp(high),
        each=np.exp(each), chi=chi, level=level,
    )  # fmt: skip


def _compute(law: LadderLaw, n: Floats, d: Floats, loss: Floats) -> Floats:
    """(K, n) ln of compute by every law, size and length growing alike; NaN beyond its reach."""
    p = law.draws
    x, y = np.log(n) - law.middle[0], np.log(d) - law.middle[1]
    floor, power = np.exp(p[:, 0, None]), p[:, 6, None]
    by_size, by_data = p[:, 1, None] - p[:, 2, None] * x, p[:, 3, None] - p[:, 4, None] * y
    low, high = np.full(loss.shape, -_REACH), np.full(loss.shape, _REACH)
    for _ in range(_HALVINGS):
        at = (low + high) / 2
        rest = together(by_size - p[:, 2, None] * at, by_data - p[:, 4, None] * at, power)
        more = floor + np.exp(rest) > loss
        low, high = np.where(more, at, low), np.where(more, high, at)
    found = low + high  # twice the middle: both grow
    return np.where(np.abs(found) < 2 * _REACH - 1e-6, found, np.nan)


def _ratios(law: LadderLaw, axis: Axis, n: Floats, d: Floats, loss: Floats) -> Floats:
    """(K, n) ln of effective over actual by every law; NaN beyond its reach."""
    p = law.draws
    x, y = np.log(n) - law.middle[0], np.log(d) - law.middle[1]
    floor, a, alpha = np.exp(p[:, 0, None]), p[:, 1, None], p[:, 2, None]
    b, beta = p[:, 3, None], p[:, 4, None]
    own, other = (x, b - beta * y) if axis == "parameters" else (y, a - alpha * x)
    level, slope = (a, alpha) if axis == "parameters" else (b, beta)
    power = np.exp(p[:, 6, None])
    with np.errstate(invalid="ignore", divide="ignore"):
        # What is left of the loss for the axis: rest^p less what the other takes of it.
        rest = np.log(np.where(loss > floor, loss - floor, np.nan))
        share = -np.expm1(power * (other - rest))
        part = rest + np.log(np.where(share > 0, share, np.nan)) / power
        found = (level - part) / slope - own
    return np.asarray(found)
