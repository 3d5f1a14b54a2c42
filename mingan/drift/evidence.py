"""From the readings of a watch to the evidence against "no change": what the statistics are fed.

It must not know how evidence is worked out, nor what is said of it.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field

from mingan.drift import chosen
from mingan.drift.verdicts import Read, Readings, words_of
from mingan.drift.watches import Watch
from mingan.statistics.watch import watch as watched

By = Mapping[tuple[str, int], Read]

ALPHA = 0.05


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """The e-value after every check, and the alarm if one was raised; see `statistics.watch`."""

    values: Mapping[str, float] = field(default_factory=dict)
    alarm_day: str = ""
    since: str = ""
    stream: str = ""
    alpha: float = ALPHA

    @property
    def threshold(self) -> float:
        """From where on the e-value is an alarm."""
        return 1 / self.alpha


def gather(watch: Watch, readings: Readings) -> Evidence:
    """The evidence of all checks, in the order of their days.

    The newest check counts once nothing of it is left to ask, or another day has come: who looks
    at half a day and then at all of it looks twice.
    """
    days = list(watch.days)
    if len(days) > 1 and len(readings.on(days[-1])) < len(watch.questions):
        days.pop()
    found = watched(
        [_right(readings.on(day)) for day in days],
        said=[_said(readings.on(day)) for day in days],
        classes=chosen.classes_of(watch.questions),
        alpha=ALPHA,
    )
    checks = days[1:]
    return Evidence(
        values=dict(zip(checks, found.evidence, strict=False)),
        alarm_day="" if found.alarm is None else checks[found.alarm],
        since="" if found.since is None else checks[found.since],
        stream=found.stream,
    )


def _right(reads: By) -> dict[str, list[Hashable]]:
    """Verdicts by question; what is not decided is left out."""
    found: dict[str, list[Hashable]] = {}
    for (question, _), read in sorted(reads.items()):
        if read.right is not None:
            found.setdefault(question, []).append(read.right)
    return found


def _said(reads: By) -> dict[str, list[Hashable]]:
    """What was said: the final answer where today's grader finds one, else all the words."""
    found: dict[str, list[Hashable]] = {}
    for (question, _), read in sorted(reads.items()):
        if read.answer.state in ("ok", "truncated"):
            found.setdefault(question, []).append(read.grade.extracted or words_of(read.answer))
    return found
