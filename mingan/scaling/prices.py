"""What a given capability costs, year by year: in money, or in parameters.

Of all models that reach a level, only those count that were the cheapest of their day: the price
of the capability is a staircase downwards. A straight line through log price against date gives the
factor by which it falls in a year (Epoch AI's analysis of inference prices does the same). With the
four to nine steps that there are, intervals span orders of magnitude, and are given. Read with
sizes in the place of prices, the same staircase tells how small a model of that level can be.
Whether such a line foretells anything is tried in `rolling`. The module must not know whose prices
they are.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from mingan.statistics.special import student_quantile

YEAR = 365.25
FEWEST = 3
"""Fewer steps of the staircase give no line."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """A model at a price, on the day from which it could be had so."""

    model: str
    day: date
    price: float
    score: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Decline:
    """How fast a capability gets cheaper.

    Attributes:
        factor: by which the price falls in a year; `low`, `high` its interval at `level`.
        halving: months in which it halves; NaN where the price does not fall.
        r2: share of the spread of log prices that the line explains.
        steps: the offers that were the cheapest of their day, oldest first.
    """

    factor: float
    low: float
    high: float
    halving: float
    r2: float
    steps: tuple[Offer, ...]
    level: float = 0.9


@dataclass(frozen=True, slots=True, kw_only=True)
class Foretold:
    """What a price will be on a day; `low`, `high` the interval for it, not for the line."""

    day: date
    price: float
    low: float
    high: float


def cheapest(offers: Sequence[Offer], *, least: float) -> tuple[Offer, ...]:
    """The offers that reach `least` and were cheaper than every earlier one that does."""
    found: list[Offer] = []
    for offer in sorted(offers, key=lambda each: (each.day, each.price)):
        if offer.score >= least and (not found or offer.price < found[-1].price):
            found.append(offer)
    return tuple(found)


def decline(steps: Sequence[Offer], *, level: float = 0.9) -> Decline | None:
    """The line through the steps of a staircase; None with fewer than `FEWEST`.

    Raises:
        ValueError: a price that is not above 0.
    """
    line = _line(steps)
    if line is None:
        return None
    reach = float(student_quantile((1 + level) / 2, len(steps) - 2)) * line.error
    with np.errstate(over="ignore"):
        low, high = np.exp([-line.slope - reach, -line.slope + reach]).tolist()
    return Decline(
        factor=math.exp(-line.slope), low=low, high=high,
        halving=-12 * math.log(2) / line.slope if line.slope < 0 else math.nan,
        r2=line.r2, steps=tuple(steps), level=level,
    )  # fmt: skip


def foretell(steps: Sequence[Offer], day: date, *, level: float = 0.9) -> Foretold | None:
    """The price on a later day by the line, with the interval for a single price.

    The interval is the usual one of a regression; it takes for granted that the line goes on and
    that prices scatter around it as they did, and holds fewer than `level` of the truths: `rolling`
    says how many.
    """
    line = _line(steps)
    if line is None:
        return None
    ahead = day.toordinal() / YEAR - line.middle
    error = line.spread * math.sqrt(1 + 1 / len(steps) + ahead**2 / line.squares)
    reach = float(student_quantile((1 + level) / 2, len(steps) - 2)) * error
    at = line.height + line.slope * ahead
    with np.errstate(over="ignore"):
        price, low, high = np.exp([at, at - reach, at + reach]).tolist()
    return Foretold(day=day, price=price, low=low, high=high)


# --- pieces -------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class _Line:
    """A line through log price: `height` at `middle`, `spread` of the steps, `error` of `slope`."""

    slope: float
    height: float
    middle: float
    spread: float
    squares: float
    error: float
    r2: float


def _line(steps: Sequence[Offer]) -> _Line | None:
    if any(not offer.price > 0 for offer in steps):
        raise ValueError("prices must be above 0")
    when = np.array([offer.day.toordinal() / YEAR for offer in steps])
    if len(steps) < FEWEST or np.ptp(when) == 0:
        return None
    price = np.log([offer.price for offer in steps])
    apart = when - when.mean()
    squares = float(apart @ apart)
    slope = float(apart @ price / squares)
    rest = price - price.mean() - slope * apart
    total = float(((price - price.mean()) ** 2).sum())
    spread = math.sqrt(float(rest @ rest) / max(len(steps) - 2, 1))
    return _Line(
        slope=slope, height=float(price.mean()), middle=float(when.mean()), spread=spread,
        squares=squares, error=spread / math.sqrt(squares),
        r2=1 - float(rest @ rest) / total if total else math.nan,
    )  # fmt: skip
