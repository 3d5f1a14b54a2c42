"""Model against model: differences, tests and verdicts, for one pair or for all pairs together.

How it is done, for two models on the questions that both answered (`unknowns.py` says what
counts as answered, and how undecided answers enter):

- *Difference*: the score of the one less the score of the other, strata weighted as in
  `scores.py`. Where both answered the same questions it is the difference of the two scores.
- *Test*: exact McNemar where each shared question is simply right or wrong for both (and neither
  clusters nor uneven strata weigh in), else the swap test of `swaps.py`. Holm over all pairs.
- *Interval*: `bonett_price` on the first-order deviations, for the lowest, the point and the
  highest phi, the same phi for both models; the widest ends of the three. Clusters enlarge it as
  they do in `scores.py`.
- *Verdict*: "a" or "b" only if the adjusted p is below 1 - level *and* that interval leaves out
  0; so a verdict stands for every plausible phi. Otherwise "cannot tell", and the interval is
  then stretched to hold 0 if it did not (which never makes it hold less often what it should).
  Thus interval and verdict never contradict each other.
- *unsure_matters*: a verdict that would fall if on the shared questions every undecided answer
  of the winner were wrong and every one of the loser right; or no verdict although the test at
  the point of phi gives one, because it does not stand for every plausible phi.
- *questions_needed*, *detectable*: at level alpha / (number of pairs tested together), 80 %
  power, with the variance of this pair's differences, counted in shared questions.

The module must not know how any of this is said in words.
"""

from __future__ import annotations

from itertools import combinations
from typing import Literal

import numpy as np

from mingan.statistics.matrix import ResponseMatrix
from mingan.statistics.multiplicity import holm, holm_factors
from mingan.statistics.pairs import PairTable, pair_table, worst_stands
from mingan.statistics.power import detectable, questions_needed
from mingan.statistics.results import Comparison
from mingan.statistics.special import Floats
from mingan.statistics.unknowns import DEFAULT_UNSURE_RATE, UnsureRate, gather

Verdict = Literal["a", "b", "cannot tell"]


def compare(
    matrix: ResponseMatrix,
    a: str,
    b: str,
    *,
    level: float = 0.95,
    unsure_rate: UnsureRate = DEFAULT_UNSURE_RATE,
    m: int = 1,
) -> Comparison:
    """Model `a` against model `b`.

    Args:
        matrix: the outcomes; other models in it do not matter.
        a, b: two names in it. KeyError if one is not there, ValueError if they are the same.
        level: of the interval; the verdict needs an adjusted p below 1 - level.
        unsure_rate: how often undecided answers are right, see `unknowns.py`.
        m: how many pairs are looked at together; p is multiplied by it (Bonferroni).
    """
    if a == b:
        raise ValueError(f"{a} cannot be compared with itself")
    for name in (a, b):
        if name not in matrix.models:
            raise KeyError(name)
    pair = np.asarray([[matrix.models.index(a), matrix.models.index(b)]], dtype=np.intp)
    table = pair_table(gather(matrix), pair, level=level, unsure_rate=unsure_rate)
    factors = np.asarray([float(max(m, 1))])
    adjusted = np.minimum(1.0, table.p * factors)
    return _judge(matrix, table, adjusted, factors, level, max(m, 1))[a, b]


def compare_all(
    matrix: ResponseMatrix,
    *,
    level: float = 0.95,
    unsure_rate: UnsureRate = DEFAULT_UNSURE_RATE,
) -> dict[tuple[str, str], Comparison]:
    """Every model against every other, with Holm's correction over all pairs.

    One entry for each pair, keyed (earlier, later) in the order of `matrix.models`.
    """
    pairs = list(combinations(range(len(matrix.models)), 2))
    index = np.asarray(pairs, dtype=np.intp).reshape(-1, 2)
    table = pair_table(gather(matrix), index, level=level, unsure_rate=unsure_rate)
    return _judge(matrix, table, holm(table.p), holm_factors(table.p), level, len(pairs))


def _judge(
    matrix: ResponseMatrix,
    table: PairTable,
    adjusted: Floats,
    factors: Floats,
    level: float,
    m: int,
) -> dict[tuple[str, str], Comparison]:
    alpha = 1 - level
    stands = worst_stands(table, alpha=alpha, factors=factors)
    found: dict[tuple[str, str], Comparison] = {}
    for row, (i, j) in enumerate(table.pairs.tolist()):
        low, high = float(table.low[row]), float(table.high[row])
        sure = bool(adjusted[row] < alpha)
        verdict: Verdict = "cannot tell"
        if sure and not low <= 0 <= high:
            verdict = "a" if low > 0 else "b"
        undecided = verdict == "cannot tell"
        point_apart = not table.point_low[row] <= 0 <= table.point_high[row]
        difference, variance = float(table.difference[row]), float(table.variance[row])
        a, b = matrix.models[i], matrix.models[j]
        found[a, b] = Comparison(
            a=a,
            b=b,
            difference=difference,
            low=min(low, 0.0) if undecided else low,
            high=max(high, 0.0) if undecided else high,
            p=float(table.p[row]),
            p_adjusted=float(adjusted[row]),
            verdict=verdict,
            wins=int(table.wins[row]),
            losses=int(table.losses[row]),
            ties=int(table.ties[row]),
            questions=int(table.questions[row]),
            questions_needed=_needed(difference, variance, alpha / m),
            detectable=detectable(
                questions=int(table.questions[row]), variance=variance, alpha=alpha / m
            ),
            unsure_matters=sure and point_apart if undecided else not stands[row],
            method="mcnemar" if table.exact[row] else "sign-flip",
            level=level,
        )
    return found


def _needed(difference: float, variance: float, alpha: float) -> int | None:
    # Below rounding there is no difference; NaN: nothing is known of one of the two.
    if not abs(difference) > 1e-9:
        return None
    return questions_needed(difference=difference, variance=variance, alpha=alpha)
