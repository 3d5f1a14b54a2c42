"""A judge's track record: how far it goes with people, where it errs, and what it leans to.

It rests on the answers that both have judged, by rule decided or not, whoever chose them. Answers
to one question hang together, so every interval counts questions and not answers. The module must
not know what scores are made of the judge's verdicts.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from functools import partial

import numpy as np

from mingan.grading.judging import asked_as
from mingan.records import ModelCard, Verdict, Vote
from mingan.reports.styles import markdown_marks
from mingan.reports.trusted import Share, TrackRecord
from mingan.statistics import (
    Alongside,
    Bias,
    judge_alongside,
    position_bias,
    self_preference,
    style_bias_in_grades,
)
from mingan.statistics.agreement import Agreement, agreement, effective_number, units_of
from mingan.trust.identity import Kin
from mingan.trust.sights import JUDGED, Sight

FEW = 10
"""Fewer answers that both judged say nothing of an ability, or of a bias."""

CODES: dict[Verdict | None, float] = {"wrong": 0.0, "right": 1.0, "unsure": 2.0}


def track_record(
    sights: Sequence[Sight], votes: Iterable[Vote], judge: str, *,
    cards: Iterable[ModelCard] = (), level: float = 0.95,
) -> TrackRecord:  # fmt: skip
    """What is known of a judge.

    Args:
        votes: pairwise votes, of which those of the judge and of people on the same pairs count.
        cards: all that are on record, by which the judge's own answers are known.
    """
    both = [s for s in sights if s.judge in CODES and s.person in CODES]
    names = list(dict.fromkeys(name for s in both for name in s.people))
    wrong = [s for s in both if s.person == "wrong"]
    right = [s for s in both if s.person == "right"]
    return TrackRecord(
        judge=judge,
        judged=sum(s.judge is not None for s in sights),
        unread=sum(s.looked and s.judge is None for s in sights),
        agreement=_agreement(both, level) if both else None,
        alongside=_alongside(both, names, level) if len(names) > 1 else None,
        passed=_share_of("right", wrong, level),
        failed=_share_of("wrong", right, level),
        by_ability=_by_ability(both, level),
        biases=_together(
            [*_leanings(both, Kin(judge, cards)), *_position(list(votes), sights, judge)], level
        ),
        people=tuple(names),
        before=sum(s.before and s.person in CODES for s in sights),
    )


def _agreement(both: Sequence[Sight], level: float) -> Agreement:
    table = [[CODES[s.judge] for s in both], [CODES[s.person] for s in both]]
    return agreement(table, units=[s.unit for s in both], level=level)


def _share_of(verdict: Verdict, among: Sequence[Sight], level: float) -> Share:
    """How often the judge says this of these answers."""
    said = [float(s.judge == verdict) for s in among]
    units = units_of([s.unit for s in among], len(among))
    return Share(
        count=int(sum(said)), of=len(said), level=level,
        effective=effective_number(said, units), units=np.unique(units).size,
    )  # fmt: skip


def _by_ability(both: Sequence[Sight], level: float) -> dict[str, Agreement]:
    groups: dict[str, list[Sight]] = {}
    for sight in both:
        for tag in sight.question.tags:
            groups.setdefault(tag, []).append(sight)
    return {
        tag: _agreement(mine, level) for tag, mine in sorted(groups.items()) if len(mine) >= FEW
    }


def _alongside(both: Sequence[Sight], names: Sequence[str], level: float) -> Alongside:
    table = [[CODES.get(s.people.get(name), math.nan) for s in both] for name in names]
    return judge_alongside(
        [CODES[s.judge] for s in both], table, units=[s.unit for s in both], level=level
    )


Leaning = Callable[[float], Bias]
"""Measures one bias at a level of confidence."""


def _together(leanings: Sequence[Leaning], level: float) -> tuple[Bias, ...]:
    """Every bias with an interval so wide (Bonferroni) that all hold together at `level`.

    Whoever looks for four leanings of a judge that has none should find one as rarely as whoever
    looks for one.
    """
    return tuple(measure(1 - (1 - level) / len(leanings)) for measure in leanings)


def _leanings(both: Sequence[Sight], kin: Kin) -> list[Leaning]:
    if len(both) < FEW:
        return []
    f, y = [JUDGED[s.judge] for s in both], [JUDGED[s.person] for s in both]
    prompts = [s.unit for s in both]
    styles = {
        "length": [math.log2(1 + len(s.answer.text)) for s in both],
        "markdown": [float(markdown_marks(s.answer.text) > 0) for s in both],
    }
    found: list[Leaning] = [
        partial(_style, f, y, values, name, prompts)
        for name, values in styles.items()
        if len(set(values)) > 1
    ]
    own = np.array([kin.gave(s.answer) for s in both])
    if FEW <= own.sum() < own.size:
        found.append(lambda level: self_preference(f, y, own, prompts=prompts, level=level))
    return found


def _style(
    f: list[float], y: list[float], values: list[float], name: str, prompts: list[str],
    level: float,
) -> Bias:  # fmt: skip
    return style_bias_in_grades(f, y, values, name=name, prompts=prompts, level=level)


def _position(votes: Sequence[Vote], sights: Sequence[Sight], judge: str) -> list[Leaning]:
    """How much more often than people the judge prefers what it was shown first."""
    units = {s.question.hash: s.unit for s in sights}
    people: dict[tuple[str, frozenset[str]], Vote] = {}
    mine = [v for v in votes if v.authority == "judge" and v.by == judge and len(v.said) == 2]
    mine = [v for v in mine if asked_as(v.version) == asked_as(mine[-1].version)]
    for vote in votes:
        if vote.authority == "person":
            people[_pair(vote)] = vote
    f, y, prompts = [], [], []
    for vote in mine:
        human = people.get(_pair(vote))
        if not human:
            continue
        for first, said in zip((vote.answer_a, vote.answer_b), vote.said, strict=True):
            f.append(_share(vote.answer_a, said, first))
            y.append(_share(human.answer_a, human.choice, first))
            prompts.append(units.get(vote.question_hash, vote.question_hash))
    if len(f) < 2 * FEW:
        return []
    return [lambda level: position_bias(f, y, prompts=prompts, level=level)]


def _pair(vote: Vote) -> tuple[str, frozenset[str]]:
    return vote.question_hash, frozenset((vote.answer_a, vote.answer_b))


def _share(a: str, choice: str, first: str) -> float:
    """How far a choice is for the answer shown `first`, `a` being the one it calls a."""
    if choice not in ("a", "b"):
        return 0.5
    return float((choice == "a") == (a == first))
