"""When a capability gets cheap, or small enough for a device, and how such forecasts have done.

    from mingan import forecast, registry

    report = forecast.look(registry.load())
    for claim in report.claims:
        print(claim.said.en, claim.verdict)

levels      capabilities by name, and what reaches them
staircases  their prices and sizes over time, and where these lead
machines    classes of device, dates, and dates foretold in the past
claims      what was said of 2027 and 2030, reckoned

Nothing here depends on today: what is not known after the registry's last day is foretold from
that day on. The room must not know how a terminal or a page shows what it finds.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from mingan.errors import UsageError
from mingan.forecast.claims import claims
from mingan.forecast.levels import (
    LEVELS,
    every_level,
    level_of,
    offers_of_prices,
    offers_of_sizes,
)
from mingan.forecast.machines import dates, machines, tried
from mingan.forecast.staircases import staircases
from mingan.registry import Registry
from mingan.reports.foretold import Assumed, ForecastReport
from mingan.scaling.devices import BITS_OF_KNOWLEDGE, Bound, Pace, Use

HALVING: Mapping[Pace, float] = {"fast": 3.5, "middle": 8.0, "slow": 12.0}
"""Months in which the size of a capability halves: the densing law's figure, and two slower."""

KNOWLEDGE: Mapping[Pace, float] = {"fast": 0.0, "middle": 14e9, "slow": 14e9}
"""Bits of knowledge that a model carries: none where it looks things up; else 14e9, more than
English Wikipedia and textbooks together (arXiv 2404.05405)."""

USES: Mapping[str, Use] = {
    "phone": Use(usable=0.5), "laptop": Use(usable=0.6), "pc": Use(usable=0.75),
    "car": Use(usable=0.3), "robot": Use(usable=0.6), "glasses": Use(usable=0.6),
}  # fmt: skip
"""What each class leaves to a model; a car drives besides."""

__all__ = ["HALVING", "KNOWLEDGE", "LEVELS", "USES", "look"]


def look(
    known: Registry, *, levels: Sequence[tuple[str, str]] = LEVELS,
    devices: Sequence[str] = (), uses: Mapping[str, Use] = USES,
    halving: Mapping[Pace, float] = HALVING, knowledge: Mapping[Pace, float] = KNOWLEDGE,
    growing: Mapping[Bound, Mapping[Pace, float]] | None = None,
) -> ForecastReport:  # fmt: skip
    """Everything foretold.

    Args:
        levels: (model, benchmark) each: at least that model's score.
        devices: classes to look at; none for all.
        uses: how a model is to run, by class; a class that is not in it runs as `Use()` says.
        halving, knowledge: see `HALVING` and `KNOWLEDGE`.
        growing: factors a year by which memory, bandwidth or compute of every class grow; what is
            not named grows as the registry's devices did.

    Raises:
        UsageError: a level or a class of device that the registry does not know.
    """
    wanted = [level_of(known, *each) for each in levels]
    growing = growing or {}
    every = {name: machine.growing(growing) for name, machine in machines(known).items()}
    unknown = [name for name in devices if name not in every]
    if unknown:
        raise UsageError(
            f"没有 {unknown[0]} 这一类设备；有的是：{'、'.join(every)}。",
            f"There is no class of device {unknown[0]}; there are {', '.join(every)}.",
        )
    chosen = {name: every[name] for name in devices or every}
    floor = {pace: bits / BITS_OF_KNOWLEDGE for pace, bits in knowledge.items()}
    every_use = {name: uses.get(name, Use()) for name in every}
    assumed = Assumed(halving=halving, floor=floor, uses=every_use, growing=growing)
    pool = every_level(known, wanted)
    prices = staircases(known, wanted, offers_of_prices, pool=pool)
    sizes = staircases(known, wanted, offers_of_sizes, pool=pool)
    return ForecastReport(
        prices=prices.each, sizes=sizes.each, tried_prices=prices.tried, tried_sizes=sizes.tried,
        machines=chosen, dates=dates(known, wanted, chosen, assumed),
        tried_dates=tried(known, pool, assumed), claims=claims(known, every, assumed),
        assumed=assumed, halving_now=sizes.halving,
    )  # fmt: skip
