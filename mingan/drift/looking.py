"""From the answers of a watch to what can be said: day by day, class by class, and the verdict.

The statistics are in `mingan.statistics`; here it is only settled what goes into them: decided
verdicts of one and the same grader, paired question by question with the frozen baseline. What
is not decided is absent, and is never a change. The module asks nobody and stores nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import combinations

import numpy as np

from mingan.drift import chosen, evidence
from mingan.drift.verdicts import Read, Readings, absent, grader_name, words_of
from mingan.drift.watches import Watch
from mingan.reports.drifted import ClassChange, Drift, DriftDay, DriftVerdict, GraderChange, Role
from mingan.reports.trusted import Share
from mingan.statistics.drift import Change, paired_change
from mingan.statistics.intervals import wilson
from mingan.statistics.power import detectable

MARGIN = 0.15
"""No change is said only where the whole interval of the change lies within this."""

DOUBTFUL = 0.05
"""Where the newest check alone is as unlike the baseline, no change is not said either."""

ENOUGH_SAME = 5
"""So many answers, all of them the baseline's to the letter, say no change by themselves."""

By = Mapping[tuple[str, int], Read]


def drift_of(watch: Watch, readings: Readings) -> Drift:
    """Everything that is known of one watch, but for its judge."""
    base = readings.on(watch.days[0])
    seen = evidence.gather(watch, readings)
    days = [_first_day(watch, base)]
    for day in watch.days[1:]:
        days.append(_later_day(watch, day, base, readings.on(day), seen))
    now = [day for day in watch.days[1:] if not seen.alarm_day or day >= seen.since]
    change = _change(watch, base, [readings.on(day) for day in now])
    last = days[-1] if len(days) > 1 else None
    found = Drift(
        model=watch.card.name, bank=watch.bank, watch=watch.id, every=watch.every,
        questions=len(watch.questions), repeats=watch.repeats, noise=_noise(base),
        days=tuple(days), classes=_classes(watch, base, [readings.on(day) for day in now]),
        since=seen.since, alarm_day=seen.alarm_day, stream=seen.stream, kept=seen.kept,
        estimate=change.difference, low=change.low, high=change.high,
        p=last.p if last else 1.0, evidence=last.evidence if last else 1.0,
        threshold=seen.threshold, alpha=seen.alpha,
        detectable=_detectable(last) if last else float("nan"),
        grader_change=_grader_change(watch, readings, now), ended=watch.ended,
        unfinished=bool(last and last.absent.get("not asked")),
        due="" if watch.ended else watch.due,
    )  # fmt: skip
    return replace(found, verdict=_verdict(found))


def _verdict(row: Drift) -> DriftVerdict:
    if row.alarm_day:
        return "changed"
    if not row.checks or row.p <= DOUBTFUL:
        return "cannot tell yet"
    same = row.checks[-1].same_text
    if same.count == same.of >= ENOUGH_SAME:
        return "no change"
    return "no change" if row.low >= -MARGIN and row.high <= MARGIN else "cannot tell yet"


# --- days ---------------------------------------------------------------------------------------


def _first_day(watch: Watch, base: By) -> DriftDay:
    return _alone(watch.days[0], "baseline", base, len(watch.questions) * watch.repeats)


def _later_day(watch: Watch, day: str, base: By, now: By, seen: evidence.Evidence) -> DriftDay:
    change = _change(watch, base, [now])
    return replace(
        _alone(day, "check", now, len(watch.questions)),
        better=change.better,
        worse=change.worse,
        pairs=change.questions,
        difference=change.difference,
        low_change=change.low,
        high_change=change.high,
        p=change.p,
        same_text=_same_text(base, now),
        evidence=seen.values.get(day, 1.0),
        alarm=bool(seen.alarm_day) and day >= seen.alarm_day,
    )


def _alone(day: str, role: Role, reads: By, wanted: int) -> DriftDay:
    decided = [read.right for read in reads.values() if read.right is not None]
    right = sum(decided)
    by_question = _means(reads)
    score = float(np.mean(list(by_question.values()))) if by_question else float("nan")
    low, high = (
        wilson(score * len(by_question), len(by_question))
        if by_question
        else (float("nan"), float("nan"))
    )
    return DriftDay(
        day=day, role=role, asked=wanted, decided=len(decided), right=right,
        absent=absent(list(reads.values()), wanted), score=score, low=low, high=high,
    )  # fmt: skip


def _means(reads: By) -> dict[str, float]:
    """The share right of every question that was decided at all."""
    found: dict[str, list[bool]] = {}
    for (question, _), read in reads.items():
        if read.right is not None:
            found.setdefault(question, []).append(read.right)
    return {question: sum(said) / len(said) for question, said in found.items()}


def _change(watch: Watch, base: By, later: Sequence[By]) -> Change:
    """The mean of the later days against that of the baseline, question by question."""
    before = _means(base)
    days = [_means(reads) for reads in later]
    now = {
        question: float(np.mean([means[question] for means in days if question in means]))
        for question in {question for means in days for question in means}
    }
    ids = [question.id for question in watch.questions]
    nan = float("nan")
    return paired_change([before.get(q, nan) for q in ids], [now.get(q, nan) for q in ids])


def _same_text(base: By, now: By) -> Share:
    """Answers that are one of the baseline's to the letter, where both were had."""
    before: dict[str, set[str]] = {}
    for (question, _), read in base.items():
        if read.answer.state != "failed":
            before.setdefault(question, set()).add(words_of(read.answer))
    same = [
        words_of(read.answer) in before[question]
        for (question, _), read in now.items()
        if question in before and read.answer.state != "failed"
    ]
    return Share(count=sum(same), of=len(same))


def _noise(base: By) -> Share:
    """A/A: pairs of askings of one question within the baseline, and how many differ."""
    by_question: dict[str, list[bool]] = {}
    for (question, _), read in sorted(base.items()):
        if read.right is not None:
            by_question.setdefault(question, []).append(read.right)
    pairs = [(a, b) for said in by_question.values() for a, b in combinations(said, 2)]
    units = sum(len(said) > 1 for said in by_question.values())
    return Share(
        count=sum(a != b for a, b in pairs), of=len(pairs), effective=float(units), units=units
    )


def _detectable(day: DriftDay) -> float:
    """By how many questions a check changed; one more each way keeps it above nothing."""
    if not day.pairs:
        return float("nan")
    variance = (day.better + day.worse + 2) / (day.pairs + 2)
    return detectable(questions=day.pairs, variance=variance)


# --- classes, graders ---------------------------------------------------------------------------


def _classes(watch: Watch, base: By, later: Sequence[By]) -> tuple[ClassChange, ...]:
    classes = chosen.classes_of(watch.questions)
    found = []
    for name in sorted(set(classes.values())):
        mine = {question for question, one in classes.items() if one == name}
        found.append(
            ClassChange(
                name=name, questions=len(mine), before=_share([base], mine),
                now=_share(later, mine),
            )
        )  # fmt: skip
    return tuple(found)


def _share(days: Sequence[By], questions: set[str]) -> Share:
    """The share right of all answers of these days to these questions."""
    by_question: dict[str, list[bool]] = {}
    for reads in days:
        for (question, _), read in reads.items():
            if question in questions and read.right is not None:
                by_question.setdefault(question, []).append(read.right)
    said = [right for each in by_question.values() for right in each]
    units = len(by_question)
    return Share(count=sum(said), of=len(said), effective=float(units), units=units)


def _grader_change(watch: Watch, readings: Readings, now: Sequence[str]) -> GraderChange | None:
    """What today's rules read otherwise than the rules of then, if any did."""
    pairs = [
        (read, read.first)
        for read in readings.all()
        if read.first is not None
        and read.grade.authority == "rule"
        and grader_name(read.first) != grader_name(read.grade)
    ]
    if not pairs:
        return None
    return GraderChange(
        answers=len(pairs),
        changed=sum(read.grade.verdict != first.verdict for read, first in pairs),
        before=tuple(sorted({grader_name(first) for _, first in pairs})),
        now=tuple(sorted({grader_name(read.grade) for read, _ in pairs})),
        seeming=_seeming(watch, readings, now),
    )


def _seeming(watch: Watch, readings: Readings, now: Sequence[str]) -> float:
    """What the old verdicts would have made of it, less what today's make of it."""
    today = _change(watch, readings.on(watch.days[0]), [readings.on(day) for day in now])
    old = Readings(
        by_day={
            day: {
                place: replace(read, grade=read.first or read.grade) for place, read in on.items()
            }
            for day, on in readings.by_day.items()
        }
    )
    then = _change(watch, old.on(watch.days[0]), [old.on(day) for day in now])
    return then.difference - today.difference
