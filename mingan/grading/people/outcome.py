"""From the clicks on a blind queue to what they say of the answers.

Everybody's standing click becomes a grade or a vote by name. Where two or more people judged one
answer and did not say the same, one more grade, by all of them together, holds what more than
half of them said, or `unsure` where no verdict has more than half. It comes last, and so it is
the one that counts. The module knows no page and writes to no database.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

import msgspec
import numpy as np

from mingan.language import Text
from mingan.records import Grade, Question, Verdict, Vote
from mingan.statistics.agreement import Agreement, agreement
from mingan.statistics.special import Floats
from mingan.store.queues import (
    PAIR_CHOICES,
    VERDICT_CHOICES,
    Click,
    Queue,
    grade_of,
    standing,
    vote_of,
)

SAID: dict[str, Text] = {
    "right": Text("对", "right"),
    "wrong": Text("错", "wrong"),
    "unsure": Text("判不了", "cannot tell"),
    "a": Text("A 更好", "A is better"),
    "b": Text("B 更好", "B is better"),
    "tie": Text("不相上下", "a tie"),
    "both bad": Text("都不好", "both bad"),
}
"""What a choice is called."""


def outcome(
    queue: Queue, clicks: Sequence[Click], *, questions: Mapping[str, Question], at: str
) -> tuple[list[Grade], list[Vote]]:
    """The grades and votes that a queue's clicks come to.

    `questions` are by hash; `at` is the moment of the reveal, when joint grades are given.
    """
    kept = standing(clicks).values()
    if queue.kind == "pair":
        return [], [vote_of(queue, click) for click in kept]
    single = [(click.place, _graded(queue, click, questions)) for click in kept]
    places: dict[int, list[Grade]] = {}
    for place, grade in single:
        places.setdefault(place, []).append(grade)
    joint = [_joint(grades, at) for _, grades in sorted(places.items()) if _differ(grades)]
    return [*(grade for _, grade in single), *joint], []


def _graded(queue: Queue, click: Click, questions: Mapping[str, Question]) -> Grade:
    question = questions.get(queue.items[click.place].question)
    return msgspec.structs.replace(
        grade_of(queue, click), reason=_reason(queue, click),
        hidden=question.hidden if question else "",
    )  # fmt: skip


def _reason(queue: Queue, click: Click) -> Text:
    if click.note:
        return Text(f"盲评：{click.note}", f"Graded blind: {click.note}")
    if queue.kind == "verdict" or click.choice == "unsure":
        return Text("盲评，判的时候没有看见名字", "graded blind, without seeing any name")
    missed = [
        criterion
        for criterion, mark in zip(queue.criteria, click.choice, strict=True)
        if mark == "0"
    ]
    met, size = len(queue.criteria) - len(missed), len(queue.criteria)
    if not missed:
        return Text(f"盲评：评分表 {size} 条都做到", f"graded blind: all {size} criteria met")
    return Text(
        f"盲评：评分表 {size} 条做到 {met} 条，没做到：{'；'.join(missed)}",
        f"graded blind: {met} of {size} criteria met, not: {'; '.join(missed)}",
    )


def _differ(grades: Sequence[Grade]) -> bool:
    return len({(grade.verdict, grade.score) for grade in grades}) > 1


def _joint(grades: Sequence[Grade], at: str) -> Grade:
    """One grade by all who judged this answer and did not say the same."""
    counts = Counter(grade.verdict for grade in grades)
    verdict, votes = counts.most_common(1)[0]
    settled = 2 * votes > len(grades)
    tally_zh = "、".join(f"{SAID[v].zh} {n} 人" for v, n in counts.most_common())
    tally_en = ", ".join(f"{SAID[v].en}: {n}" for v, n in counts.most_common())
    final: Verdict = verdict if settled else "unsure"
    if len(counts) == 1:
        reason = Text(
            f"盲评：{len(grades)} 人都判{SAID[verdict].zh}，评分表上做到的条数不同，取平均",
            f"graded blind: all {len(grades)} say {SAID[verdict].en}, by different criteria; "
            "the score is their mean",
        )
    elif settled:
        reason = Text(
            f"盲评：评的人不一致（{tally_zh}），从多数",
            f"graded blind: graders disagree ({tally_en}); the majority counts",
        )
    else:
        reason = Text(
            f"盲评：评的人不一致（{tally_zh}），没有多数，算判不了",
            f"graded blind: graders disagree ({tally_en}) without a majority: cannot tell",
        )
    scores = [grade.score for grade in grades if grade.score is not None]
    return msgspec.structs.replace(
        grades[0], by="、".join(sorted(grade.by for grade in grades)), verdict=final,
        score=sum(scores) / len(scores) if scores else None, reason=reason, at=at,
    )  # fmt: skip


def verdicts(queue: Queue, clicks: Sequence[Click]) -> dict[int, Verdict]:
    """For every item that was judged, what all who judged it come to."""
    places: dict[int, list[Grade]] = {}
    for (_, place), click in standing(clicks).items():
        places.setdefault(place, []).append(grade_of(queue, click))
    return {
        place: (_joint(grades, "") if _differ(grades) else grades[0]).verdict
        for place, grades in sorted(places.items())
    }


def shares(queue: Queue, clicks: Sequence[Click]) -> dict[int, float]:
    """For every pair that was judged, the share of it that goes to A; a tie gives half to each."""
    places: dict[int, list[float]] = {}
    for (_, place), click in standing(clicks).items():
        places.setdefault(place, []).append({"a": 1.0, "b": 0.0}.get(click.choice, 0.5))
    return {place: sum(given) / len(given) for place, given in sorted(places.items())}


def said_by(queue: Queue, clicks: Sequence[Click]) -> dict[str, Counter[str]]:
    """How often everybody said what (keys of `SAID`), in the order in which they came."""
    counts: dict[str, Counter[str]] = {name: Counter() for name in people(clicks)}
    for (by, _), click in standing(clicks).items():
        counts[by][_said(queue, click)] += 1
    return counts


def people(clicks: Sequence[Click]) -> list[str]:
    """Everybody whose clicks stand, in the order in which they first clicked."""
    stand = {by for by, _ in standing(clicks)}
    return [by for by in dict.fromkeys(click.by for click in clicks) if by in stand]


def how_far_they_agree(queue: Queue, clicks: Sequence[Click]) -> Agreement | None:
    """Agreement on verdicts or on sides; None where no item was judged by two."""
    stand = standing(clicks)
    names = people(clicks)
    table: Floats = np.full((len(names), len(queue.items)), np.nan)
    for (by, place), click in stand.items():
        table[names.index(by), place] = _code(queue, click)
    if len(names) < 2 or not ((~np.isnan(table)).sum(axis=0) >= 2).any():
        return None
    return agreement(table)


def disagreements(queue: Queue, clicks: Sequence[Click]) -> list[tuple[int, dict[str, str]]]:
    """Items on which people said different things, with what each said (a key of `SAID`)."""
    places: dict[int, dict[str, str]] = {}
    for (by, place), click in standing(clicks).items():
        places.setdefault(place, {})[by] = _said(queue, click)
    return [(place, said) for place, said in sorted(places.items()) if len(set(said.values())) > 1]


def _said(queue: Queue, click: Click) -> str:
    return click.choice if queue.kind == "pair" else grade_of(queue, click).verdict


def _code(queue: Queue, click: Click) -> int:
    said = _said(queue, click)
    known: Sequence[str] = PAIR_CHOICES if queue.kind == "pair" else VERDICT_CHOICES
    return known.index(said)
