"""What a given capability costs, year by year.

Of all models that reach a level, only those count that were the cheapest of their day: the price
of the capability is a staircase downwards. A straight line through log price against date gives the
factor by which it falls in a year (Epoch AI's analysis of inference prices does the same). With the
four to nine steps that there are, intervals span orders of magnitude, and are given. The module
must not know whose prices they are.
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
    if any(not offer.price > 0 for offer in steps):
        raise ValueError("prices must be above 0")
    when = np.array([offer.day.toordinal() / YEAR for offer in steps])
    if len(steps) < FEWEST or np.ptp(when) == 0:
        return None
    price = np.log([offer.price for offer in steps])
    apart = when - when.mean()
    slope = float(apart @ price / (apart @ apart))
    rest = price - price.mean() - slope * apart
    spread = float(((price - price.mean()) ** 2).sum())
    error = math.sqrt(float(rest @ rest) / max(len(steps) - 2, 1) / float(apart @ apart))
    reach = float(student_quantile((1 + level) / 2, len(steps) - 2)) * error
    with np.errstate(over="ignore"):
        low, high = np.exp([-slope - reach, -slope + reach]).tolist()
    return Decline(
        factor=math.exp(-slope), low=low, high=high,
        halving=-12 * math.log(2) / slope if slope < 0 else math.nan,
        r2=1 - float(rest @ rest) / spread if spread else math.nan, steps=tuple(steps), level=level,
    )  # fmt: skip
