"""A judge's share of right answers, corrected for its known errors: a cross-check of `ppi.py`.

Rogan and Gladen (1978): a judge that calls a share q right, finds right answers with sensitivity
se and wrong ones with specificity sp, has seen a true share

    p = (q + sp - 1) / (se + sp - 1)

The interval is that of Lang and Reiczigel (Preventive Veterinary Medicine 113, 2014), which adds
made-up answers to all three before the delta method; where answers hang together (repeats of a
question), each of the three shares counts for fewer answers, by its design effect. It is the wider
way: it forgets that people have seen part of the very answers. The module must not know who the
judge is.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from mingan.statistics.clusters import hang_together
from mingan.statistics.special import normal_quantile
from mingan.statistics.unknowns import Flags, Indices

_USELESS = 1e-9


@dataclass(frozen=True, slots=True, kw_only=True)
class RoganGladen:
    """The corrected share.

    Attributes:
        score: NaN where the judge is no better than a coin (se + sp <= 1), or where people called
            no answer right, or none wrong; the interval is then [0, 1].
        sensitivity, specificity: as seen; NaN where there was nothing to see them by.
        judge: q. people, judged: how many people's verdicts, and how many answers.
    """

    score: float
    low: float
    high: float
    sensitivity: float
    specificity: float
    judge: float
    people: int
    judged: int
    level: float = 0.95


def share_by_errors(
    people: ArrayLike, judge: ArrayLike, *, units: ArrayLike | None = None, level: float = 0.95
) -> RoganGladen:
    """The share that people would call right, from a judge whose verdicts are right or wrong.

    Args:
        people: 1 right, 0 wrong, NaN not judged; which were judged must be left to chance.
        judge: 1 or 0 for each answer; NaN (no verdict) is left out.
        units: the question, or its cluster, that each answer belongs to; without, each its own.
    """
    y, f = np.asarray(people, dtype=np.float64), np.asarray(judge, dtype=np.float64)
    if y.ndim != 1 or y.shape != f.shape:
        raise ValueError(f"needs two lists of one length, not shapes {y.shape} and {f.shape}")
    unit = np.arange(y.size) if units is None else np.asarray(units)
    if unit.shape != y.shape:
        raise ValueError(f"{unit.size} units for {y.size} answers")
    y, f, unit = y[~np.isnan(f)], f[~np.isnan(f)], unit[~np.isnan(f)]
    unit = np.unique(unit, return_inverse=True)[1].reshape(-1)
    seen = ~np.isnan(y)
    for values in (y[seen], f):
        if not np.isin(values, (0.0, 1.0)).all():
            raise ValueError("verdicts must be 0 or 1")
    right, wrong = int((y[seen] == 1).sum()), int((y[seen] == 0).sum())
    hit, spared = int((f[y == 1] == 1).sum()), int((f[y == 0] == 0).sum())
    se, sp = (a / b if b else math.nan for a, b in ((hit, right), (spared, wrong)))
    q, n = float(f.mean()) if f.size else math.nan, f.size
    score, low, high = math.nan, 0.0, 1.0
    if right and wrong and se + sp > 1 + _USELESS:
        score = min(max((q + sp - 1) / (se + sp - 1), 0.0), 1.0)
        every = np.ones(n, dtype=np.bool_)
        counted = [_effective(f == told, unit, among)
                   for told, among in ((1, every), (1, y == 1), (0, y == 0))]  # fmt: skip
        low, high = _ends((q, counted[0]), (se, counted[1]), (sp, counted[2]), level)
        low, high = min(low, score), max(high, score)
    return RoganGladen(
        score=score, low=low, high=high, sensitivity=se, specificity=sp, judge=q,
        people=right + wrong, judged=n, level=level,
    )  # fmt: skip


def _effective(said: Flags, unit: Indices, among: Flags) -> float:
    """How many answers that do not hang together tell as much of this share."""
    own = said[among].astype(np.float64)
    return own.size / hang_together(own - own.mean(), unit[among])


_Told = tuple[float, float]
"""A share, and of how many answers."""


def _ends(judged: _Told, hits: _Told, spared: _Told, level: float) -> tuple[float, float]:
    z = normal_quantile((1 + level) / 2)
    n = judged[1] + z * z
    q = (judged[0] * judged[1] + z * z / 2) / n
    (se, of_se), (sp, of_sp) = (((a * m + 1) / (m + 2), m + 2) for a, m in (hits, spared))
    power = se + sp - 1
    if power <= _USELESS:
        return 0.0, 1.0
    p = min(max((q + sp - 1) / power, 0.0), 1.0)
    of_right, of_wrong = se * (1 - se) / of_se, sp * (1 - sp) / of_sp
    shift = 2 * z * z * (p * of_right - (1 - p) * of_wrong)
    error = math.sqrt(q * (1 - q) / n + p**2 * of_right + (1 - p) ** 2 * of_wrong) / power
    return max(p + shift - z * error, 0.0), min(max(p + shift + z * error, 0.0), 1.0)
