"""When a model fits a device: memory to hold it, bandwidth to speak, compute to listen.

    holds   memory * usable * 8 / bits                    parameters of the whole model
    speaks  bandwidth * efficiency * 8 / (bits * pace)    parameters that take part in a token
    listens operations * efficiency / (2 * pace of the prompt)

What a device holds grows as 2^(t / doubling), what a capability needs shrinks as 2^(-t / halving)
down to a floor, since a parameter stores about 2 bits of knowledge (arXiv 2404.05405). Where both
are straight lines in log,

    t = log2(need / hold) / (1 / halving + 1 / doubling)

and below the floor only the device moves. A class of device has few members, so where it stands is
told by its own and how fast it grows by all classes together: one slope, a height for each class,
and an interval from leaving out each class in turn. The module must not know which devices.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal, cast

import numpy as np

from mingan.statistics.special import student_quantile

FEWEST = 2
"""Fewer devices of a class tell nothing of how it grows."""

BITS_OF_KNOWLEDGE = 2.0
"""That a parameter stores, even at 8 bits a parameter (arXiv 2404.05405)."""

Bound = Literal["memory", "bandwidth", "compute"]
Pace = Literal["slow", "middle", "fast"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Growth:
    """One property of a class of device over time.

    Attributes:
        value: at `year`, the newest device's, by the line.
        slow, middle, fast: doublings a year, the low end of the interval (not below 0), the line,
            and the high end.
    """

    value: float
    year: float
    slow: float
    middle: float
    fast: float

    def growing(self, factors: Mapping[Pace, float]) -> Growth:
        """The same device, growing by these factors a year."""
        slow, middle, fast = (math.log2(factors[pace]) for pace in ("slow", "middle", "fast"))
        return replace(self, slow=slow, middle=middle, fast=fast)

    def at(self, year: float, pace: Pace = "middle") -> float:
        """Its value in another year, growing at a pace from the newest device on."""
        return self.value * math.exp2(self.doublings(pace) * (year - self.year))

    def doublings(self, pace: Pace) -> float:
        """Doublings a year at a pace."""
        return {"slow": self.slow, "middle": self.middle, "fast": self.fast}[pace]


@dataclass(frozen=True, slots=True, kw_only=True)
class Machine:
    """A class of device: what it has, and how that grows."""

    memory: Growth
    bandwidth: Growth
    operations: Growth

    def growing(self, factors: Mapping[Bound, Mapping[Pace, float]]) -> Machine:
        """The same device, what is named growing by these factors a year."""
        named = {"memory": self.memory, "bandwidth": self.bandwidth, "compute": self.operations}
        memory, bandwidth, operations = (
            growth.growing(factors[bound]) if bound in factors else growth
            for bound, growth in cast("dict[Bound, Growth]", named).items()
        )
        return Machine(memory=memory, bandwidth=bandwidth, operations=operations)


@dataclass(frozen=True, slots=True, kw_only=True)
class Use:
    """How a model is to run.

    Attributes:
        bits: a parameter takes; `usable` the share of memory that is left for the model.
        pace: tokens a second wanted; `prompt` tokens a second to be read.
        efficiency: share of the stated bandwidth and compute that is reached.
    """

    bits: float = 4.0
    usable: float = 0.5
    pace: float = 10.0
    prompt: float = 100.0
    efficiency: float = 0.6

    def parameters(self, machine: Machine, year: float, pace: Pace) -> dict[Bound, float]:
        """Parameters that a machine can hold, read aloud, and take in."""
        return {
            "memory": machine.memory.at(year, pace) * self.usable * 8 / self.bits,
            "bandwidth": machine.bandwidth.at(year, pace) * self.efficiency * 8
            / (self.bits * self.pace),
            "compute": machine.operations.at(year, pace) * self.efficiency / (2 * self.prompt),
        }  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Need:
    """A model that reaches a capability in some year.

    Attributes:
        total, active: parameters.
        halving: months in which both halve; inf for a model that stays as it is.
        floor: below which `total` does not go; `active` keeps its share of it.
    """

    total: float
    active: float
    year: float
    halving: float = math.inf
    floor: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Fit:
    """When a need is met: `year` (inf: never), and what it waits for."""

    year: float
    bound: Bound


Series = tuple[Sequence[float], Sequence[float]]
"""Years and values of the devices of a class."""


def growth(classes: Mapping[str, Series], *, level: float = 0.9) -> dict[str, Growth]:
    """The growth of one property, for every class with `FEWEST` devices of different years.

    Args:
        classes: by name.
        level: of the interval of the common slope (Student's t over classes, by the jackknife;
            with one class alone the slope has no interval and all three paces are the same).

    Raises:
        ValueError: a value that is not above 0.
    """
    lines = {name: _centred(*series) for name, series in classes.items()}
    known = {name: line for name, line in lines.items() if line.squares > 0}
    if not known:
        return {}
    slope = _slope(list(known.values()))
    without = [_slope([v for k, v in known.items() if k != name]) for name in known]
    reach = 0.0
    if len(known) > 1:
        apart = np.asarray(without) - np.mean(without)
        error = math.sqrt((len(known) - 1) / len(known) * float(apart @ apart))
        reach = float(student_quantile((1 + level) / 2, len(known) - 1)) * error
    return {
        name: Growth(
            value=2.0 ** (line.height + slope * (line.newest - line.middle)), year=line.newest,
            slow=max(slope - reach, 0.0), middle=max(slope, 0.0), fast=max(slope + reach, 0.0),
        )
        for name, line in known.items()
    }  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class _Centred:
    """Devices of a class about their mean: sums for a slope."""

    middle: float
    height: float
    newest: float
    squares: float
    products: float


def _centred(years: Sequence[float], values: Sequence[float]) -> _Centred:
    t, v = np.asarray(years, np.float64), np.asarray(values, np.float64)
    if not (v > 0).all():
        raise ValueError("values must be above 0")
    y, apart = np.log2(v), t - t.mean()
    return _Centred(
        middle=float(t.mean()), height=float(y.mean()), newest=float(t.max()),
        squares=float(apart @ apart) if t.size >= FEWEST else 0.0, products=float(apart @ y),
    )  # fmt: skip


def _slope(lines: Sequence[_Centred]) -> float:
    squares = sum(line.squares for line in lines)
    return sum(line.products for line in lines) / squares if squares else 0.0


def fits(machine: Machine, need: Need, use: Use, *, pace: Pace = "middle") -> Fit:
    """The first year in which a machine of the class runs the model as wanted."""
    room = use.parameters(machine, need.year, pace)
    share = need.active / need.total
    waits: dict[Bound, float] = {
        "memory": _wait(need.total, need.floor, room["memory"], machine.memory.doublings(pace),
                        need.halving),
        "bandwidth": _wait(need.active, share * need.floor, room["bandwidth"],
                           machine.bandwidth.doublings(pace), need.halving),
        "compute": _wait(need.active, share * need.floor, room["compute"],
                         machine.operations.doublings(pace), need.halving),
    }  # fmt: skip
    bound = max(waits, key=lambda each: waits[each])
    return Fit(year=need.year + waits[bound], bound=bound)


def _wait(need: float, floor: float, room: float, doublings: float, halving: float) -> float:
    """Years until a room that grows holds a need that shrinks to a floor; inf for never."""
    shrinks = 12 / halving if math.isfinite(halving) else 0.0
    return max(
        _over(math.log2(need / room), doublings + shrinks),
        _over(math.log2(floor / room), doublings) if floor > 0 else 0.0,
    )


def _over(doublings: float, rate: float) -> float:
    if doublings <= 0:
        return 0.0
    return doublings / rate if rate > 0 else math.inf
