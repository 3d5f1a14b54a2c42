"""Capability density: effective parameters over actual ones (arXiv 2412.04315), with its doubt.

Where losses are not known, effective parameters are read off a reference family, scores against
sizes of models that differ in little but size:

    logit(score) = k0 + k1 ln N        fitted to the reference family, by benchmark
    N_hat(S) = exp((logit(S) - k0) / k1)        rho = N_hat / N

rho is 1 on the family on average, falls as a model needs more parameters for the same score, and
does not depend on the unit of N. What is uncertain is carried along by draws: the score itself
(so many questions), the reference (its rungs are few and do not lie on the line), and in the
combined figure which benchmarks happen to be looked at. A score at or below guessing, or at the
ceiling, has no effective size; that is said and never clamped. The module must not know names of
models.
"""

from __future__ import annotations

import math
import zlib
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from mingan.scaling.inversion import Wall
from mingan.scaling.score_laws import EDGE, logit
from mingan.statistics.special import Floats

SEED = 20240415
DRAWS = 1000
FEWEST_RUNGS = 3
"""A reference family takes at least so many sizes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference:
    """A family on one benchmark: logit(score) = level + slope ln N.

    Attributes:
        floor: what guessing scores.
        smallest, largest: sizes of its rungs.
        rungs: (R, 2) ln N and logit of each.
        spread: of the rungs around the line.
        draws: (D, 2) level and slope that the rungs leave open.
    """

    level: float
    slope: float
    floor: float
    smallest: float
    largest: float
    rungs: Floats
    spread: float
    draws: Floats


@dataclass(frozen=True, slots=True, kw_only=True)
class Density:
    """One model on one benchmark, or on several together.

    Attributes:
        effective: parameters of the reference that would score as much; NaN where `out` says why.
        density: effective over actual; `low`, `high` its interval at `level`.
        beyond: the reference has no rung so large or so small; the line is stretched.
        draws: (D,) of ln density.
    """

    effective: float
    density: float
    low: float
    high: float
    out: Wall = ""
    beyond: bool = False
    level: float = 0.9
    draws: Floats


def reference(
    parameters: ArrayLike, scores: ArrayLike, *, floor: float = 0.0, draws: int = DRAWS,
    seed: int = SEED,
) -> Reference:  # fmt: skip
    """Fit a family on one benchmark.

    Args:
        parameters, scores: (R,) sizes and scores of its rungs; a rung that scores no better than
            guessing, or everything, says nothing of the slope and is left out.
        floor: what guessing scores.

    Raises:
        ValueError: fewer than `FEWEST_RUNGS` sizes, or a family that does not rise with size.
    """
    n, s = np.asarray(parameters, np.float64), np.asarray(scores, np.float64)
    if n.shape != s.shape or not (n > 0).all():
        raise ValueError("needs sizes above 0, each with a score")
    n, s = n[(s > floor) & (s < 1)], s[(s > floor) & (s < 1)]
    if np.unique(n).size < FEWEST_RUNGS:
        raise ValueError(f"needs {FEWEST_RUNGS} sizes or more, each with a score")
    x, y = np.log(n), logit(s, floor, edge=0.0)
    apart = x - x.mean()
    slope = float(apart @ y / (apart @ apart))
    if slope <= 0:
        raise ValueError("the family does not score better with size")
    level = float(y.mean() - slope * x.mean())
    rest = y - level - slope * x
    free = max(x.size - 2, 1)
    spread = math.sqrt(float(rest @ rest) / free)
    rng = np.random.default_rng(seed)
    # Student's t by way of the spread: few rungs do not know how far they scatter.
    scale = spread * np.sqrt(free / rng.chisquare(free, draws))
    middle = y.mean() + scale * rng.standard_normal(draws) / math.sqrt(x.size)
    slopes = slope + scale * rng.standard_normal(draws) / math.sqrt(float(apart @ apart))
    slopes = np.where(slopes > 0.1 * slope, slopes, slope)  # a falling line has no way back
    return Reference(
        level=level, slope=slope, floor=floor, smallest=float(n.min()), largest=float(n.max()),
        rungs=np.stack([x, y], axis=1), spread=spread,
        draws=np.stack([middle - slopes * x.mean(), slopes], axis=1),
    )  # fmt: skip


def density(
    family: Reference, score: float, parameters: float, *, questions: int | None = None,
    spread: float = 0.0, level: float = 0.9, seed: int = SEED + 1,
) -> Density:  # fmt: skip
    """One model on one benchmark.

    Args:
        questions: of the benchmark, for the error of the score; None takes none.
        spread: standard deviation of the score among those who report it.
        seed: of the score's error. What is compared or joined takes a seed for each score, or all
            of them would err alike; the reference's error is in `family.draws`, common to all.
    """
    draws = len(family.draws)
    if score <= family.floor:
        return _nowhere("guessing", draws, level)
    if score >= 1:
        return _nowhere("ceiling", draws, level)
    share = (score - family.floor) / (1 - family.floor)
    point = float((logit(score, family.floor, edge=0.0) - family.level) / family.slope)
    rng = np.random.default_rng(seed)
    drawn_by = score * (1 - score) / questions if questions else 0.0
    error = math.sqrt(drawn_by + spread**2)
    # Draws may run into a wall that the score itself is just off; the score is never moved.
    edge = min(EDGE, share / 2, (1 - share) / 2)
    drawn = logit(score + error * rng.standard_normal(draws), family.floor, edge=edge)
    logs = (drawn - family.draws[:, 0]) / family.draws[:, 1] - math.log(parameters)
    low, high = np.quantile(logs, [(1 - level) / 2, (1 + level) / 2]).tolist()
    ends = math.log(family.smallest), math.log(family.largest)
    return Density(
        effective=_exp(point), density=_exp(point - math.log(parameters)), low=_exp(low),
        high=_exp(high), beyond=not ends[0] <= point <= ends[1], level=level, draws=logs,
    )  # fmt: skip


def combined(
    single: Mapping[str, Density], parameters: float, *, level: float = 0.9, seed: int = SEED
) -> Density:
    """Several benchmarks together: the mean of ln density over those that give one.

    The draws choose benchmarks with replacement, so that the interval holds for other benchmarks
    of the kind too. Where the references were drawn alike, their error is taken to be the same on
    all benchmarks: one family, one luck, and the wider interval.
    """
    inside = [each for each in single.values() if not each.out]
    draws = max((len(each.draws) for each in single.values()), default=0)
    if not inside:
        wall = next(iter(single.values())).out if single else "guessing"
        return _nowhere(wall, draws, level)
    rng = np.random.default_rng(seed)
    logs = np.stack([each.draws for each in inside])
    chosen = rng.integers(0, len(inside), (len(inside), draws))
    drawn = np.take_along_axis(logs, chosen, axis=0).mean(axis=0)
    point = float(np.mean([math.log(each.density) for each in inside]))
    low, high = np.quantile(drawn, [(1 - level) / 2, (1 + level) / 2]).tolist()
    return Density(
        effective=_exp(point + math.log(parameters)), density=_exp(point), low=_exp(low),
        high=_exp(high), beyond=any(each.beyond for each in inside), level=level, draws=drawn,
    )  # fmt: skip


def without_each(single: Mapping[str, Density], parameters: float) -> dict[str, float]:
    """The combined density with each benchmark left out in turn."""
    return {
        name: combined({k: v for k, v in single.items() if k != name}, parameters).density
        for name, each in single.items()
        if not each.out and len(single) > 1
    }


def seed_of(*names: str) -> int:
    """A seed of its own for whatever bears these names."""
    return zlib.crc32("\n".join(names).encode())


def _nowhere(wall: Wall, draws: int, level: float) -> Density:
    return Density(
        effective=math.nan, density=math.nan, low=math.nan, high=math.nan, out=wall, level=level,
        draws=np.full(draws, math.nan),
    )  # fmt: skip


def _exp(power: float) -> float:
    return math.exp(min(max(power, -700.0), 700.0))
