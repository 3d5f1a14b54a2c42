"""What it costs that questions hang together: design effects, and quantiles for few clusters.

Used for scores and for differences alike. It must not know which of the two it serves.
"""

from __future__ import annotations

import numpy as np

from mingan.statistics.special import Floats, normal_quantile, student_quantile
from mingan.statistics.unknowns import Evidence


def design_effect(evidence: Evidence, share: Floats) -> Floats:
    """By how much clusters enlarge each row's variance, at least 1; `share` is (R, Q)."""
    alone = np.square(share).sum(axis=1)
    together = np.square(evidence.by_unit(share)).sum(axis=1)
    return np.asarray(np.maximum(1.0, together / np.where(alone > 0, alone, 1)))


def quantiles(evidence: Evidence, level: float) -> Floats:
    """Each row's two-sided quantile, in standard errors.

    Normal; with clusters Student's t over those that the row answered, inf for fewer than 2.
    """
    upper = (1 + level) / 2
    if not evidence.clustered:
        return np.full(evidence.answered.shape[0], normal_quantile(upper))
    units = (evidence.by_unit(evidence.answered.astype(np.float64)) > 0).sum(axis=1)
    return np.asarray([student_quantile(upper, c - 1) if c > 1 else np.inf for c in units.tolist()])
