"""A judge's share of right answers, corrected for its known errors: a cross-check of `ppi.py`.

Rogan and Gladen (1978): a judge that calls a share q right, finds right answers with sensitivity
se and wrong ones with specificity sp, has seen a true share

    p = (q + sp - 1) / (se + sp - 1)

The interval is that of Lang and Reiczigel (Preventive Veterinary Medicine 113, 2014), which adds
made-up answers to all three before the delta method. It is the wider way: it forgets that people
have seen part of the very answers. The module must not know who the judge is.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from mingan.statistics.special import normal_quantile

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


def share_by_errors(people: ArrayLike, judge: ArrayLike, *, level: float = 0.95) -> RoganGladen:
    """The share that people would call right, from a judge whose verdicts are right or wrong.

    Args:
        people: 1 right, 0 wrong, NaN not judged; which were judged must be left to chance.
        judge: 1 or 0 for each answer; NaN (no verdict) is left out.
    """
    y, f = np.asarray(people, dtype=np.float64), np.asarray(judge, dtype=np.float64)
    if y.ndim != 1 or y.shape != f.shape:
        raise ValueError(f"needs two lists of one length, not shapes {y.shape} and {f.shape}")
    y, f = y[~np.isnan(f)], f[~np.isnan(f)]
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
        low, high = _ends((q, n), (hit, right), (spared, wrong), level)
        low, high = min(low, score), max(high, score)
    return RoganGladen(
        score=score, low=low, high=high, sensitivity=se, specificity=sp, judge=q,
        people=right + wrong, judged=n, level=level,
    )  # fmt: skip


def _ends(
    judged: tuple[float, int], hits: tuple[int, int], spared: tuple[int, int], level: float
) -> tuple[float, float]:
    z = normal_quantile((1 + level) / 2)
    n = judged[1] + z * z
    q = (judged[0] * judged[1] + z * z / 2) / n
    (se, of_se), (sp, of_sp) = (((k + 1) / (m + 2), m + 2) for k, m in (hits, spared))
    power = se + sp - 1
    if power <= _USELESS:
        return 0.0, 1.0
    p = min(max((q + sp - 1) / power, 0.0), 1.0)
    of_right, of_wrong = se * (1 - se) / of_se, sp * (1 - sp) / of_sp
    shift = 2 * z * z * (p * of_right - (1 - p) * of_wrong)
    error = math.sqrt(q * (1 - q) / n + p**2 * of_right + (1 - p) ** 2 * of_wrong) / power
    return max(p + shift - z * error, 0.0), min(max(p + shift + z * error, 0.0), 1.0)
