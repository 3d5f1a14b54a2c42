"""What stands beside a judge's verdict on one answer: who judged, by which words, how reliably.

A verdict of a judge is never shown without its track record, or the sentence that nobody has
checked it; so whoever shows answers asks here. The module knows visits and snapshots, and writes
no verdict.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from mingan.language import Text
from mingan.records import Grade, Verdict
from mingan.reports.gather import Gathered
from mingan.reports.judged import count_sentence
from mingan.reports.safe import one_line, short_name, visible
from mingan.reports.sentences import points
from mingan.reports.trust_sentences import record_sentence
from mingan.reports.trusted import TrackRecord
from mingan.reports.units import money
from mingan.web.cards import AnswerCard
from mingan.web.judge_results import judges_of, record_of
from mingan.web.snapshots import Snapshot
from mingan.web.visit import Visit

_HOW = {
    "judge-rubric": Text("按评分标准", "by criteria"),
    "judge-reference": Text("对照参考答案", "by the reference"),
}
_LONGEST = 600
_RECORDS = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class OpinionCard:
    """One of several opinions: whose, the `time`-th look, what it said and why."""

    by: str
    time: int
    verdict: Verdict
    score: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgeCard:
    """A judge's verdict on one answer.

    Attributes:
        how, template: how it was judged, and the number of the words that it was told.
        short: the track record in a few words; `record` in a sentence.
        href: where all that is known of the judge stands.
        opinions: the single ones, where several were asked.
    """

    names: tuple[str, ...]
    how: str
    template: str
    checked: bool
    short: str
    record: str
    cost: str
    href: str
    opinions: tuple[OpinionCard, ...]


def judge_card(visit: Visit, bank: str, answer: AnswerCard) -> JudgeCard | None:
    """What stands beside the verdict on an answer; None where no judge gave it."""
    if answer.authority != "judge":
        return None
    snapshot = visit.bench.snapshot(bank)
    grade = snapshot.keep("judged", lambda it: _judged(it.gathered)).get(answer.content)
    judge = grade.by if grade else answer.by  # of a verdict newer than the snapshot
    known = record_of(visit, snapshot, judge)
    version = grade.version if grade else answer.version
    cost = {grade.currency: grade.cost} if grade and grade.cost else {}
    return JudgeCard(
        names=tuple(short_name(name) for name in judge.split("+")),
        how=visit.say(_HOW.get(answer.grader, Text(answer.grader, answer.grader))),
        template=_template(version),
        checked=bool(known.pairs),
        short=visit.say(short_record(known)),
        record=visible(visit.say(record_sentence(known))),
        cost=money(cost) if cost else "",
        href=visit.url("/judges", bank=snapshot.bank) + f"#{_anchor(snapshot, judge)}",
        opinions=_opinions(visit, snapshot, grade, withheld=answer.withheld) if grade else (),
    )


def short_record(known: TrackRecord) -> Text:
    """A track record in a few words, for where there is no room for its sentence."""
    found = known.agreement
    if found is None or not known.pairs or math.isnan(found.raw):
        return Text("没有人核对过", "checked by nobody")
    ends = f"{points(found.raw_low)}–{points(found.raw_high)}%"
    return Text(
        f"{found.things} 个里和人一样的 {points(found.raw)}%（{ends}）",
        f"as people on {points(found.raw)}% of {found.things} ({ends})",
    )


def judges_note(visit: Visit, snapshot: Snapshot) -> dict[str, Any] | None:
    """What must stand beside scores into which judges' verdicts have gone; None where none have."""
    counts: dict[str, int] = {}
    for grade in snapshot.keep("judged", lambda it: _judged(it.gathered)).values():
        if grade.verdict != "ungraded":
            counts[grade.by] = counts.get(grade.by, 0) + 1
    if not counts:
        return None
    start = count_sentence(sum(counts.values()))
    known = [record_sentence(record_of(visit, snapshot, judge)) for judge in counts]
    return {
        "said": [visible(visit.say(text)) for text in (start, *known[:_RECORDS])],
        "href": visit.url("/judges", bank=snapshot.bank),
    }


def _judged(gathered: Gathered) -> dict[str, Grade]:
    """The standing verdicts that judges gave, by the content of the answer."""
    return {grade.answer: grade for grade in gathered.grades.values() if grade.authority == "judge"}


def _anchor(snapshot: Snapshot, judge: str) -> str:
    names = list(judges_of(snapshot))
    return f"judge-{names.index(judge)}" if judge in names else "finding"


def _template(version: str) -> str:
    """The number of the words that a judge is told, out of a version."""
    parts = one_line(version, 60).split("-")
    return next((part[1:] for part in parts if part.startswith("t")), "")


def _opinions(
    visit: Visit, snapshot: Snapshot, grade: Grade, *, withheld: bool
) -> tuple[OpinionCard, ...]:
    """What each judge said by itself, where a verdict was combined of several."""
    names = set(grade.by.split("+"))
    found = [
        one
        for one in snapshot.keep("opinions", _by_place).get((grade.answer, grade.grader), ())
        if one.by in names and one.question_hash == grade.question_hash
    ]
    if len(found) < 2:
        return ()
    seen: dict[str, int] = {}
    cards = []
    for one in found:
        seen[one.by] = seen.get(one.by, 0) + 1
        cards.append(
            OpinionCard(
                by=short_name(one.by), time=seen[one.by], verdict=one.verdict,
                score="" if one.score is None else points(one.score),
                reason="" if withheld else one_line(visit.say(one.reason), _LONGEST),
            )
        )  # fmt: skip
    return tuple(cards)


def _by_place(snapshot: Snapshot) -> dict[tuple[str, str], list[Grade]]:
    """Every opinion by answer and grader, the newest of each judge and repeat."""
    newest: dict[tuple[str, str], dict[tuple[str, str], Grade]] = {}
    for one in snapshot.reader.all_grades():
        if one.opinion:
            newest.setdefault((one.answer, one.grader), {})[one.by, one.version] = one
    return {place: list(said.values()) for place, said in newest.items()}
