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

LONG, ENOUGH, MOST = 40, 5, 0.9
"""Texts of so many characters, to so many questions: at a temperature above 0, hardly so large a
share of them comes out the same twice by chance.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """The e-value after every check, and the alarm if one was raised; see `statistics.watch`.

    `kept`: the baseline's askings look like one answer given again; they counted as one.
    """

    values: Mapping[str, float] = field(default_factory=dict)
    alarm_day: str = ""
    since: str = ""
    stream: str = ""
    kept: bool = False
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
    kept = gives_again(watch, readings.on(days[0]))
    reads = [readings.on(day) for day in days]
    if kept:
        reads[0] = {place: read for place, read in reads[0].items() if place[1] == 0}
    found = watched(
        [_right(one) for one in reads],
        said=[_said(one) for one in reads],
        classes=chosen.classes_of(watch.questions),
        alpha=ALPHA,
    )
    checks = days[1:]
    return Evidence(
        values=dict(zip(checks, found.evidence, strict=False)),
        alarm_day="" if found.alarm is None else checks[found.alarm],
        since="" if found.since is None else checks[found.since],
        stream=found.stream,
        kept=kept,
    )


def gives_again(watch: Watch, base: By) -> bool:
    """Whether long answers of one day are the same to the letter though chance is in them.

    So it is where something on the way keeps answers and gives them again. Then several askings
    of a day say no more than one, and to count them would make every other day look like a change.
    """
    if watch.card.generation.temperature == 0:
        return False
    by_question: dict[str, list[str]] = {}
    for (question, _), read in base.items():
        if read.answer.state in ("ok", "truncated"):
            by_question.setdefault(question, []).append(words_of(read.answer))
    long = [s for s in by_question.values() if len(s) > 1 and min(map(len, s)) >= LONG]
    same = sum(len(set(said)) == 1 for said in long)
    return len(long) >= ENOUGH and same >= MOST * len(long)


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
