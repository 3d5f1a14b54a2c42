"""Capability by size and date, where no losses are known: models as they were published.

    logit(score) = k0 + k1 ln N + k2 t          t in years

At equal score a model may be smaller by the factor exp(k2 / k1) each year, so the parameters that a
score takes halve in ln 2 * k1 / k2 years: the doubling time of capability density. What this takes
for granted: one slope for all sizes and years; that size and date, not data and recipe, are what
differs; that reported scores are of one kind; that models published are a fair sample of models.
Beside it always stands the law without a date (no progress), and the error of both on later models.
The module must not know which models they are.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from mingan.scaling.score_laws import logit
from mingan.statistics.special import Floats

SEED = 20240415
FEWEST = 8
"""Fewer models give no line through size and date."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SizeDateLaw:
    """logit(score) = level + by_size ln N + by_year t; `floor` is what guessing scores."""

    level: float
    by_size: float
    by_year: float
    floor: float = 0.0

    @property
    def doubling(self) -> float:
        """Months in which density doubles; inf without progress, NaN where size does not help."""
        if self.by_size <= 0:
            return math.nan
        return 12 * math.log(2) * self.by_size / self.by_year if self.by_year > 0 else math.inf

    def score(self, parameters: ArrayLike, years: ArrayLike) -> Floats:
        """The score of models of these sizes at these dates."""
        n, t = np.asarray(parameters, np.float64), np.asarray(years, np.float64)
        z = self.level + self.by_size * np.log(n) + self.by_year * t
        return np.asarray(self.floor + (1 - self.floor) * 0.5 * (1 + np.tanh(z / 2)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Observed:
    """The law as fitted, with what the models leave open.

    Attributes:
        still: the law without a date.
        doubling, low, high: months, and their interval at `level` over bootstrap draws of models;
            `high` is inf where draws without progress are among the middle ones.
        laws: one for each draw; `spread` the standard deviation of the logit around `law`.
    """

    law: SizeDateLaw
    still: SizeDateLaw
    doubling: float
    low: float
    high: float
    models: int
    laws: tuple[SizeDateLaw, ...]
    spread: float
    level: float = 0.9


def observe(
    parameters: ArrayLike, years: ArrayLike, scores: ArrayLike, *, floor: float = 0.0,
    draws: int = 1000, level: float = 0.9, seed: int = SEED,
) -> Observed:  # fmt: skip
    """Fit the law to published models.

    Args:
        parameters, years, scores: (n,) each; sizes above 0, dates in years, scores in [0, 1].
        floor: what guessing scores.
        draws: of the bootstrap over models.

    Raises:
        ValueError: no numbers, or fewer than `FEWEST` of them.
    """
    n, t, s = (np.asarray(x, dtype=np.float64) for x in (parameters, years, scores))
    if not n.shape == t.shape == s.shape or n.ndim != 1 or n.size < FEWEST:
        raise ValueError(f"needs {FEWEST} models or more, each with a size, a date and a score")
    if not (np.isfinite(n) & (n > 0) & np.isfinite(t) & np.isfinite(s)).all():
        raise ValueError("sizes must be above 0, dates and scores must be numbers")
    z = logit(s, floor)
    rng = np.random.default_rng(seed)
    laws = []
    for _ in range(draws):
        some = rng.integers(0, n.size, n.size)
        if np.ptp(n[some]) > 0 and np.ptp(t[some]) > 0:
            laws.append(_fit(n[some], t[some], z[some], floor))
    law = _fit(n, t, z, floor)
    low, high = _interval(laws, level)
    rest = z - logit(law.score(n, t), floor)
    return Observed(
        law=law, still=_fit(n, None, z, floor), doubling=law.doubling, low=low, high=high,
        models=int(n.size), laws=tuple(laws), level=level,
        spread=math.sqrt(float(rest @ rest) / (n.size - 3)),
    )  # fmt: skip


def _interval(laws: list[SizeDateLaw], level: float) -> tuple[float, float]:
    """Of the doubling time, by way of its inverse, which runs through 0 where nothing improves."""
    pace = [
        law.by_year / law.by_size if law.by_size > 0 else math.nan for law in laws
    ]  # fmt: skip
    known = np.array([each for each in pace if not math.isnan(each)])
    if known.size < 2:
        return math.nan, math.nan
    low, high = np.quantile(known, [(1 - level) / 2, (1 + level) / 2])
    scale = 12 * math.log(2)
    return scale / high if high > 0 else math.inf, scale / low if low > 0 else math.inf


def _fit(n: Floats, t: Floats | None, z: Floats, floor: float) -> SizeDateLaw:
    columns = [np.ones_like(z), np.log(n)] + ([] if t is None else [t])
    found = np.linalg.lstsq(np.stack(columns, axis=1), z, rcond=None)[0].tolist()
    return SizeDateLaw(
        level=found[0], by_size=found[1], by_year=found[2] if t is not None else 0.0, floor=floor
    )  # fmt: skip


def foretold_error(law: SizeDateLaw, n: ArrayLike, t: ArrayLike, scores: ArrayLike) -> float:
    """Mean absolute error of the logit on other models."""
    want, have = logit(scores, law.floor), logit(law.score(n, t), law.floor)
    return float(np.abs(want - have).mean())


def foretold_held(
    found: Observed, n: ArrayLike, t: ArrayLike, scores: ArrayLike, *, seed: int = SEED
) -> float:
    """Share of other models whose score lies in its interval at `found.level`.

    The interval has what the laws leave open and how far single models lie off them; NaN without
    draws.
    """
    if not found.laws:
        return math.nan
    want = logit(scores, found.law.floor)
    told = np.stack([logit(law.score(n, t), law.floor) for law in found.laws])
    told = told + found.spread * np.random.default_rng(seed).standard_normal(told.shape)
    low, high = np.quantile(told, [(1 - found.level) / 2, (1 + found.level) / 2], axis=0)
    return float(((low <= want) & (want <= high)).mean())
