"""What is foretold of prices, sizes and devices: the shapes that words and drawings rest on.

    ForecastReport   `prices`, `sizes`: staircases of capabilities; `dates`: when they fit a device;
                     `claims`: what somebody said of the future, held against it
    Staircase        one capability: what reaches it cheapest (or smallest), how fast that falls
    DeviceDate       one capability on one class of device, at three paces
    Claim            one saying, with the parts that can be reckoned and a verdict

Numbers and names only. Who works them out is above (`mingan.forecast`); it must not know how they
are shown.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

from mingan.language import Text
from mingan.scaling.devices import Bound, Fit, Machine, Pace, Use
from mingan.scaling.prices import Decline, Foretold, Offer
from mingan.scaling.rolling import Record

Verdict = Literal["holds", "depends", "does not hold", "cannot tell"]
PACES: tuple[Pace, ...] = ("fast", "middle", "slow")


@dataclass(frozen=True, slots=True, kw_only=True)
class Level:
    """A capability: at least the score of a well-known model on a benchmark."""

    model: str
    benchmark: str
    least: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Staircase:
    """One capability over time.

    Attributes:
        end: until when offers are well known.
        steps: those that were the cheapest (smallest) of their day, oldest first.
        decline: the line through them; None with too few.
        ahead: foretold by what such prices did so far, soonest first.
    """

    level: Level
    end: date
    steps: tuple[Offer, ...]
    decline: Decline | None
    ahead: tuple[Foretold, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    """How forecasts of the past did, `months` ahead: by the line, and by what was before."""

    months: int
    line: Record | None
    past: Record | None


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceDate:
    """When a capability fits a class of device.

    Attributes:
        model: the one from which it is reckoned, of `total` and `active` parameters; "" and 0
            where none of known size reaches the level, and `fits` is then empty.
        since: the day as of which nothing smaller was known.
        fits: at each pace.
    """

    device: str
    level: Level
    model: str
    total: float
    active: float
    since: date
    fits: Mapping[Pace, Fit]


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceRecord:
    """Dates foretold in the past: within the paces, before the fast, after the slow, still open."""

    inside: int
    earlier: int
    later: int
    open: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A part of a claim: what is asked, and when it comes true at each pace."""

    said: Text
    fits: Mapping[Pace, Fit]
    verdict: Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """A saying about the future.

    Attributes:
        key: its name; `said` in words; `deadline` the last day on which it holds.
        since: the last day of which anything is known; what came true until then is there.
        parts: what can be reckoned of it.
        assumptions: without which the verdict means nothing.
    """

    key: str
    said: Text
    deadline: date
    since: date
    parts: tuple[Part, ...]
    verdict: Verdict
    assumptions: tuple[Text, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Assumed:
    """What dates rest on: months in which sizes halve, at each pace; parameters of the floor.

    `growing`: factors a year of what the user says of devices; the rest is fitted.
    """

    halving: Mapping[Pace, float]
    floor: Mapping[Pace, float]
    uses: Mapping[str, Use]
    growing: Mapping[Bound, Mapping[Pace, float]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class ForecastReport:
    """All that is foretold.

    Attributes:
        machines: classes of device by name, as far as they are known.
        tried_prices, tried_sizes: how such forecasts did, by months ahead.
        halving_now: months in which sizes halved so far (half a year ahead), NaN if unknown.
    """

    prices: tuple[Staircase, ...]
    sizes: tuple[Staircase, ...]
    tried_prices: tuple[Tried, ...]
    tried_sizes: tuple[Tried, ...]
    machines: Mapping[str, Machine]
    dates: tuple[DeviceDate, ...]
    tried_dates: DeviceRecord
    claims: tuple[Claim, ...]
    assumed: Assumed
    halving_now: float
