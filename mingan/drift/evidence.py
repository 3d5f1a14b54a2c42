"""From the readings of a watch to the evidence against "no change": what the statistics are fed.

It must not know how evidence is worked out, nor what is said of it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from mingan.drift.verdicts import Read, Readings
from mingan.drift.watches import Watch

By = Mapping[tuple[str, int], Read]

ALPHA = 0.05


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """The e-value after every check, and the alarm if one was raised."""

    values: Mapping[str, float] = field(default_factory=dict)
    alarm_day: str = ""
    since: str = ""
    alpha: float = ALPHA

    @property
    def threshold(self) -> float:
        """From where on the e-value is an alarm."""
        return 1 / self.alpha


def gather(watch: Watch, readings: Readings) -> Evidence:
    """The evidence of all checks, in the order of their days."""
    return Evidence()


def pairs_of(base: By, now: By) -> list[tuple[bool, bool]]:
    """By question: the verdict at the baseline's first decided asking, and now."""
    first: dict[str, bool] = {}
    for (question, _), read in sorted(base.items()):
        if read.right is not None:
            first.setdefault(question, read.right)
    return [
        (first[question], read.right)
        for (question, _), read in now.items()
        if question in first and read.right is not None
    ]


def exact_p(pairs: list[tuple[bool, bool]]) -> float:
    """The exact paired test of one day."""
    from mingan.statistics.paired import mcnemar

    return mcnemar(sum(b and not a for a, b in pairs), sum(a and not b for a, b in pairs))
