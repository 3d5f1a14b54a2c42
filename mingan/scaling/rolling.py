"""Forecasts of a price made in the past, from what was known then, and held against what came.

Two ways to foretell what a capability will cost some months from now:

    line    the straight line through the staircase, drawn on (see `prices`)
    past    today's price, times what prices of capabilities have changed by in so many months
            so far: the middle of those changes, and their 5 to 95 % as the interval

and beside both the forecast that nothing changes. The line is how yearly factors are published; it
takes the first plunge of a new capability for the pace of all time. The module must not know whose
prices they are.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from mingan.scaling.prices import YEAR, Foretold, Offer, cheapest, foretell
from mingan.statistics.special import Floats

HORIZONS = (6, 12)
"""Months ahead at which forecasts are tried."""

FEWEST = 12
"""Fewer changes of the past tell nothing of the next."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Capability:
    """A level, and everything offered that might reach it, in any order.

    Attributes:
        end: until when what was offered is well known. Where few offers were gathered, a price
            that nobody wrote down looks like one that did not change.
    """

    offers: tuple[Offer, ...]
    least: float
    end: date

    def until(self, day: date) -> tuple[Offer, ...]:
        """The staircase as it was known on a day."""
        known = [offer for offer in self.offers if offer.day <= day]
        return cheapest(known, least=self.least)

    def price(self, day: date) -> float:
        """The cheapest price on a day; NaN where nothing reached the level yet."""
        steps = self.until(day)
        return steps[-1].price if steps else math.nan


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """One forecast of the past.

    Attributes:
        made: the day on which it was made, from what was known then; for `months` later.
        foretold: what it said; `still` the cheapest price on the day it was made.
        truth: the cheapest price on the day it was for.
    """

    made: date
    months: int
    foretold: Foretold
    still: float
    truth: float

    @property
    def inside(self) -> bool:
        """Whether the interval held the truth."""
        return self.foretold.low <= self.truth <= self.foretold.high


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """How forecasts of one kind have done.

    Attributes:
        trials: how many; `held` the share whose interval held the truth.
        off, still: the factor by which they were off in the middle case, and by which "nothing
            changes" was.
    """

    trials: int
    held: float
    off: float
    still: float


def well_known_until(offers: Sequence[Offer], *, at_least: int = 6, days: int = 183) -> date | None:
    """The last day before which so many offers in half a year are known; None if never."""
    when = sorted(offer.day for offer in offers)
    found = None
    for place, day in enumerate(when):
        if place + 1 >= at_least and (day - when[place + 1 - at_least]).days <= days:
            found = day
    return found


def later(day: date, months: int) -> date:
    """The day so many months later."""
    return day + timedelta(days=round(months * YEAR / 12))


def changes(capabilities: Sequence[Capability], months: int, until: date) -> Floats:
    """By how much (ln) cheapest prices changed in so many months, from quarter to quarter."""
    found = []
    for each in capabilities:
        for start in _quarters(each):
            end = later(start, months)
            if end <= min(until, each.end):
                found.append(math.log(each.price(end) / each.price(start)))
    return np.asarray(found, np.float64)


def by_past(
    capability: Capability, made: date, months: int, capabilities: Sequence[Capability], *,
    level: float = 0.9,
) -> Foretold | None:  # fmt: skip
    """The price some months from a day, by what prices have done until then.

    Args:
        capabilities: whose changes are looked at; those of related levels are not independent,
            so that the interval is narrower than it seems when they are few.
    """
    past = changes(capabilities, months, made)
    now = capability.price(made)
    if past.size < FEWEST or math.isnan(now):
        return None
    low, middle, high = np.quantile(past, [(1 - level) / 2, 0.5, (1 + level) / 2]).tolist()
    return Foretold(
        day=later(made, months), price=now * math.exp(middle), low=now * math.exp(low),
        high=now * math.exp(high),
    )  # fmt: skip


def by_line(
    capability: Capability, made: date, months: int, _: Sequence[Capability] = ()
) -> Foretold | None:
    """The price some months from a day, by the line through the staircase so far."""
    return foretell(capability.until(made), later(made, months))


Way = Callable[[Capability, date, int, Sequence[Capability]], Foretold | None]


def rolling(capabilities: Sequence[Capability], way: Way, *, months: int) -> tuple[Trial, ...]:
    """Forecasts made at the start of every quarter of the past, held against what came.

    None is for a day after the capability's `end`.
    """
    found = []
    for each in capabilities:
        for made in _quarters(each):
            day = later(made, months)
            foretold = way(each, made, months, capabilities) if day <= each.end else None
            if foretold is not None:
                found.append(
                    Trial(made=made, months=months, foretold=foretold, still=each.price(made),
                          truth=each.price(day))
                )  # fmt: skip
    return tuple(found)


def record(trials: Sequence[Trial]) -> Record | None:
    """What trials come to; None without any."""
    if not trials:
        return None
    off = np.abs(np.log([trial.foretold.price / trial.truth for trial in trials]))
    still = np.abs(np.log([trial.still / trial.truth for trial in trials]))
    return Record(
        trials=len(trials), held=float(np.mean([trial.inside for trial in trials])),
        off=math.exp(float(np.median(off))), still=math.exp(float(np.median(still))),
    )  # fmt: skip


def _quarters(capability: Capability) -> list[date]:
    """The first days of quarters on which the level could be had, and prices were well known."""
    last = capability.end
    first = min((o.day for o in capability.offers if o.score >= capability.least), default=last)
    days = [date(y, m, 1) for y in range(first.year, last.year + 1) for m in (1, 4, 7, 10)]
    return [day for day in days if first <= day < last]
