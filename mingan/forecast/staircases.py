"""Staircases of prices and sizes, where they lead, and how such forecasts have done.

Levels are looked at together, since what is foretold of one rests on what others did before. The
module must not know devices.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from mingan.forecast.levels import capability
from mingan.registry import Registry
from mingan.reports.foretold import Level, Staircase, Tried
from mingan.scaling.prices import Offer, decline
from mingan.scaling.rolling import (
    FEWEST,
    HORIZONS,
    Capability,
    by_line,
    by_past,
    changes,
    record,
    rolling,
)

Offers = Callable[[Registry, Level], tuple[Offer, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Staircases:
    """All of one kind.

    Attributes:
        halving: months in which such prices halved, by what they did in half a year; NaN where
            too little is known.
    """

    each: tuple[Staircase, ...]
    tried: tuple[Tried, ...]
    halving: float


def staircases(
    known: Registry, levels: Sequence[Level], offers: Offers, *, pool: Sequence[Level]
) -> Staircases:
    """Those of the levels that enough is known of.

    Args:
        pool: levels whose past tells what is to come, and on which that is tried.
    """
    there = {
        level: found
        for level in dict.fromkeys((*levels, *pool))
        if (found := capability(offers(known, level), level)) is not None
    }
    every = [there[level] for level in pool if level in there]
    tried = tuple(
        Tried(
            months=months, line=record(rolling(every, by_line, months=months)),
            past=record(rolling(every, by_past, months=months)),
        )
        for months in HORIZONS
    )  # fmt: skip
    # What was never held against what came is not foretold.
    horizons = [each.months for each in tried if each.past is not None]
    newest = max((offer.day for found in every for offer in found.offers), default=date.min)
    return Staircases(
        each=tuple(
            _staircase(level, there[level], every, newest, horizons)
            for level in levels
            if level in there
        ),
        tried=tried, halving=_halving(every),
    )  # fmt: skip


def _staircase(
    level: Level, found: Capability, every: Sequence[Capability], newest: date,
    horizons: Sequence[int],
) -> Staircase:  # fmt: skip
    steps = found.until(newest)
    ahead = (by_past(found, newest, months, every) for months in horizons)
    return Staircase(
        level=level, end=found.end, steps=steps, decline=decline(steps),
        ahead=tuple(each for each in ahead if each is not None),
    )  # fmt: skip


def _halving(every: Sequence[Capability]) -> float:
    months = HORIZONS[0]
    found = changes(every, months, date.max)
    if found.size < FEWEST:
        return math.nan
    middle = float(np.median(found))
    return -months * math.log(2) / middle if middle < 0 else math.inf
