"""Is a gap so small that it does not matter? Two one-sided tests (TOST).

That no gap was found is not that there is none: a test on few questions finds nothing. An
equivalence test turns the question round. It supposes a gap of at least the margin, either way,
and says how ill that fits what was seen; so it takes many questions, and little noise, before it
says anything. Schuirmann, J. Pharmacokinet. Biopharm. 15 (1987). The module must not know what
the gap is between.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import inf, isfinite

import numpy as np
from numpy.typing import ArrayLike

from mingan.statistics.paired import bonett_price
from mingan.statistics.special import binomial_pmf, normal_cdf, student_cdf

_FEW = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Equivalence:
    """Whether a gap lies within a margin.

    Attributes:
        p_below, p_above: of a gap of `margin` or more that looks as small as this one, and of one
            of -`margin` or less that looks as large. `p_below` small: no gap larger than that.
        margin: the largest gap that does not matter.
    """

    p_below: float
    p_above: float
    margin: float

    @property
    def p(self) -> float:
        """Of both tests together: the larger of the two."""
        return max(self.p_below, self.p_above)


def tost(*, estimate: float, error: float, margin: float, df: float = inf) -> Equivalence:
    """Test whether an estimate with its standard error lies within `margin` of 0, either way.

    Args:
        df: degrees of freedom of the error; infinite for a normal estimate.

    Raises:
        ValueError: the margin is not above 0.
    """
    if not margin > 0:
        raise ValueError(f"the margin must be above 0, not {margin}")
    if not (isfinite(estimate) and isfinite(error) and error > 0):
        return Equivalence(p_below=1.0, p_above=1.0, margin=margin)
    below, above = (estimate - margin) / error, (-margin - estimate) / error
    return Equivalence(p_below=_cdf(below, df), p_above=_cdf(above, df), margin=margin)


def equivalent_pairs(differences: ArrayLike, *, margin: float) -> Equivalence:
    """The same for the mean of paired differences in [-1, 1]; NaN are left out.

    With fewer than 10 pairs that differ the test is exact: a mean of `margin` or more takes that
    share of pairs above 0 at least, and so few are seen with that binomial probability. With more
    it is normal, with the error of Bonett and Price (2012) as of the interval in `paired`.
    """
    d = np.asarray(differences, dtype=np.float64)
    d = d[~np.isnan(d)]
    if not d.size:
        return Equivalence(p_below=1.0, p_above=1.0, margin=margin)
    wins, losses = int((d > 0).sum()), int((d < 0).sum())
    if wins + losses < _FEW:
        if not margin > 0:
            raise ValueError(f"the margin must be above 0, not {margin}")
        chances = np.cumsum(binomial_pmf(d.size, min(margin, 1.0)))
        below, above = (float(min(chances[k], 1.0)) for k in (wins, losses))
        return Equivalence(p_below=below, p_above=above, margin=margin)
    centre, error = bonett_price(
        np.asarray(d.mean()),
        np.asarray(np.square(d).mean()),
        np.asarray(float(d.size)),
        np.asarray(1.0),
    )
    return tost(estimate=float(centre), error=float(error), margin=margin)


def _cdf(z: float, df: float) -> float:
    return student_cdf(z, df) if isfinite(df) else normal_cdf(z)
