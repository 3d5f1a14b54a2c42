"""What it costs that questions hang together: design effects, and quantiles for few clusters.

Used for scores, for differences and for agreement alike; it must not know which it serves.
"""

from __future__ import annotations

import numpy as np

from mingan.statistics.special import Floats, normal_quantile, student_quantile
from mingan.statistics.unknowns import Evidence, Indices

_NOTHING = 1e-12


def design_effect(evidence: Evidence, share: Floats) -> Floats:
    """By how much clusters enlarge each row's variance, at least 1; `share` is (R, Q)."""
    alone = np.square(share).sum(axis=1)
    together = np.square(evidence.by_unit(share)).sum(axis=1)
    return np.asarray(np.maximum(1.0, together / np.where(alone > 0, alone, 1)))


def hang_together(values: Floats, units: Indices) -> float:
    """The design effect of an estimate to which each thing of a unit (0, 1, ...) adds its value.

    1 where no two things are of one unit. Values that are all 0 show nothing of how units hang
    together; then they are taken to do so wholly.
    """
    if not values.size:
        return 1.0
    if not np.any(np.abs(values) > _NOTHING):
        values = np.ones(values.size)
    together = np.bincount(units, values)
    return max(1.0, float(together @ together) / float(values @ values))


def quantiles(evidence: Evidence, level: float) -> Floats:
    """Each row's two-sided quantile, in standard errors.

    Normal; with clusters Student's t over those that the row answered, inf for fewer than 2.
    """
    upper = (1 + level) / 2
    if not evidence.clustered:
        return np.full(evidence.answered.shape[0], normal_quantile(upper))
    units = (evidence.by_unit(evidence.answered.astype(np.float64)) > 0).sum(axis=1)
    return np.asarray([student_quantile(upper, c - 1) if c > 1 else np.inf for c in units.tolist()])
