"""What so many verdicts by people would buy, before anybody gives them.

The width that `ppi.py` would come to, worked out from what is known of the judge beforehand: how
often it agrees with people, or a pilot that both judged. It is an expectation, not a promise. The
module must not know how answers are chosen (it takes a plain random sample).
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from mingan.statistics.ppi import MADE_UP, About
from mingan.statistics.special import student_quantile

_SPREAD = MADE_UP / 4


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgeKnown:
    """What is known of a judge: three moments over answers, for values in [0, 1].

    Attributes:
        people, judge: variance of the people's and of the judge's values.
        together: their covariance.
    """

    people: float
    judge: float
    together: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Purchase:
    """What to expect of `people` verdicts by people out of `judged` answers.

    Attributes:
        width: of the corrected interval, end to end; `alone`: without the judge.
        weight: lambda that the judge would get.
        worth: how many verdicts by people alone would give this width, at most `judged`.
    """

    people: int
    judged: int
    width: float
    alone: float
    weight: float
    worth: int
    about: About
    level: float


def judge_of_agreement(
    agreement: float, *, share: float, judge_share: float | None = None
) -> JudgeKnown:
    """A judge that gives the people's verdict on this share of the answers, right or wrong.

    Args:
        agreement: raw agreement, 0 to 1.
        share: what share people call right; `judge_share` the judge, the same where left out.
            Where the three do not fit together, agreement is moved to the nearest that does.
    """
    q = share if judge_share is None else judge_share
    if not (0 <= agreement <= 1 and 0 <= share <= 1 and 0 <= q <= 1):
        raise ValueError("agreement and shares must be in [0, 1]")
    both = min(max((share + q + agreement - 1) / 2, share + q - 1, 0.0), share, q)
    return JudgeKnown(people=share * (1 - share), judge=q * (1 - q), together=both - share * q)


def judge_of_pilot(people: ArrayLike, judge: ArrayLike) -> JudgeKnown:
    """From answers that both judged; gaps (NaN) are left out. Needs 2."""
    y, f = np.asarray(people, dtype=np.float64), np.asarray(judge, dtype=np.float64)
    both = ~(np.isnan(y) | np.isnan(f))
    if both.sum() < 2:
        raise ValueError("a pilot needs at least 2 answers that people and the judge judged")
    moments = np.cov(y[both], f[both])
    return JudgeKnown(
        people=float(moments[0, 0]), judge=float(moments[1, 1]), together=float(moments[0, 1])
    )


def people_buy(
    people: int, judged: int, known: JudgeKnown, *,
    about: About = "these answers", level: float = 0.95,
) -> Purchase:  # fmt: skip
    """The expected widths with `people` verdicts by people on `judged` answers."""
    if not 2 <= people <= judged:
        raise ValueError(f"needs 2 to {judged} verdicts by people, not {people}")
    weight = people * known.together / (people * known.judge + _SPREAD)
    weight = min(max(weight, 0.0), 1.0)
    alone = _width(people, judged, known, 0.0, about, level)
    width = min(_width(people, judged, known, weight, about, level), alone)
    worth = _first(lambda n: _width(n, judged, known, 0.0, about, level) <= width, people, judged)
    return Purchase(
        people=people, judged=judged, width=width, alone=alone, weight=weight, worth=worth,
        about=about, level=level,
    )  # fmt: skip


def people_needed(
    width: float, judged: int, known: JudgeKnown, *,
    about: About = "these answers", level: float = 0.95,
) -> int | None:  # fmt: skip
    """The fewest verdicts by people that make the interval this narrow; None where all do not."""

    def narrow(n: int) -> bool:
        return people_buy(n, judged, known, about=about, level=level).width <= width

    return _first(narrow, 2, judged) if judged >= 2 and narrow(judged) else None


def _width(
    n: int, judged: int, known: JudgeKnown, weight: float, about: About, level: float
) -> float:
    rest = known.people - 2 * weight * known.together + weight**2 * known.judge
    count = n + MADE_UP
    free = count - 1 - (weight > 0)
    squares = n * max(rest, 0.0) + _SPREAD * (1 + weight**2)
    variance = (1 - n / judged) * squares / (count * free)
    if about == "such answers":
        variance += known.people / judged
    return 2 * student_quantile((1 + level) / 2, math.floor(free)) * math.sqrt(variance)


def _first(good: Callable[[int], bool], low: int, high: int) -> int:
    """The smallest number in low..high for which `good` holds; it must hold from there on."""
    while low < high:
        middle = (low + high) // 2
        low, high = (low, middle) if good(middle) else (middle + 1, high)
    return low
