"""What is known of the judges of one bank, made ready to be shown: never a score without it.

Everything rests on `mingan.trust`; what it says of a judge is worked out once for a snapshot and
queue, since it takes a moment. Templates get sentences and numbers from here. The module knows
visits and snapshots; it starts nothing.
"""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from mingan import trust
from mingan.errors import UsageError
from mingan.language import Text, counted
from mingan.records import VERDICTS, Grade, Vote
from mingan.reports.charts.bars import interval_bar
from mingan.reports.safe import one_line, short_name
from mingan.reports.sentences import points
from mingan.reports.trust_sentences import (
    foresight_notes,
    foresight_sentence,
    record_sentence,
    record_sentences,
    table_notes,
)
from mingan.reports.trusted import ModelTrust, TrackRecord, TrustTable
from mingan.reports.units import DASH, money
from mingan.web.snapshots import Snapshot
from mingan.web.visit import Visit

PEOPLE = 40
"""Verdicts by people of which it is said what they would buy."""


@dataclass(frozen=True, kw_only=True)
class JudgeGrades:
    """What one judge or panel said on a bank, in numbers: verdicts and versions."""

    judge: str
    verdicts: dict[str, int]
    versions: tuple[str, ...]


def judges_of(snapshot: Snapshot) -> dict[str, JudgeGrades]:
    """Every judge with verdicts on this bank, in the order in which they first judged."""
    return snapshot.keep("judges", _judges_of)


def _judges_of(snapshot: Snapshot) -> dict[str, JudgeGrades]:
    questions = {question.id: question.hash for question in snapshot.gathered.questions}
    places = {
        (answer.content, questions[place[1]]) for place, answer in snapshot.gathered.answers.items()
    }
    newest: dict[str, dict[tuple[str, str], Grade]] = {}
    for grade in snapshot.reader.all_grades():
        at = (grade.answer, grade.question_hash)
        if grade.authority != "judge" or grade.opinion or at not in places:
            continue
        mine = newest.setdefault(grade.by, {})
        if grade.verdict != "ungraded" or at not in mine:
            mine[at] = grade
    return {
        judge: JudgeGrades(
            judge=judge,
            verdicts=dict(Counter(grade.verdict for grade in mine.values())),
            versions=tuple(sorted({f"{g.grader} {g.version}" for g in mine.values()})),
        )
        for judge, mine in newest.items()
    }


def spent_on(snapshot: Snapshot) -> dict[str, dict[str, float]]:
    """What every judge has cost on this bank, by currency: its opinions and votes, each once.

    A verdict's cost is that of its opinions, which may be another verdict's too; so it is not
    added up. Opinions that no verdict came of were paid for as well.
    """
    return snapshot.keep("judges' cost", _spent_on)


def _spent_on(snapshot: Snapshot) -> dict[str, dict[str, float]]:
    contents = {answer.content for answer in snapshot.gathered.answers.values()}
    paid: list[Grade | Vote] = [
        grade
        for grade in snapshot.reader.all_grades()
        if grade.authority == "judge" and grade.opinion and grade.answer in contents
    ]
    paid += [
        vote
        for vote in snapshot.reader.votes()
        if vote.authority == "judge" and {vote.answer_a, vote.answer_b} <= contents
    ]
    spent: dict[str, dict[str, float]] = {}
    for one in paid:
        if one.cost:
            mine = spent.setdefault(one.by, {})
            mine[one.currency] = mine.get(one.currency, 0.0) + one.cost
    return spent


def spent_sentence(snapshot: Snapshot) -> Text | None:
    """What asking judges has cost on this bank; None where it cost nothing that is known."""
    spent = spent_on(snapshot)
    if not spent:
        return None
    each = [(short_name(name), money(amounts)) for name, amounts in sorted(spent.items())]
    zh, en = "；".join(f"{n} {m}" for n, m in each), "; ".join(f"{n} {m}" for n, m in each)
    return Text(
        f"请裁判花了：{zh}。没判成的和两两相比的也在内。",
        f"What asking judges has cost: {en}. What came to nothing and comparing pairs included.",
    )


def record_of(visit: Visit, snapshot: Snapshot, judge: str) -> TrackRecord:
    """A judge's track record on a bank."""
    store = visit.bench.workspace.store
    return snapshot.keep(
        ("record", judge), lambda it: trust.known_of(store, judge, bank=it.bank)
    )  # fmt: skip


def table_of(visit: Visit, snapshot: Snapshot, judge: str) -> TrustTable:
    """Every model's corrected score with a judge."""
    store = visit.bench.workspace.store
    return snapshot.keep(("trust", judge), lambda it: trust.look(store, judge, bank=it.bank))


def results_of(visit: Visit, snapshot: Snapshot) -> list[dict[str, Any]]:
    """Every judge of a bank for the page, each with what is known of it."""
    return [_result(visit, snapshot, found) for found in judges_of(snapshot).values()]


def _result(visit: Visit, snapshot: Snapshot, found: JudgeGrades) -> dict[str, Any]:
    table = table_of(visit, snapshot, found.judge)
    known = record_sentences(table.record)
    return {
        "judge": found.judge,
        "name": "、".join(short_name(name) for name in found.judge.split("+")),
        "anchor": f"judge-{list(judges_of(snapshot)).index(found.judge)}",
        "checked": bool(table.record.pairs),
        "record": visit.say(known[0]),
        "more": [visit.say(text) for text in known[1:]],
        "abilities": [
            {
                "tag": one_line(tag, 40),
                "same": f"{round(one.raw * one.things)} / {one.things}",
                "ends": f"{points(one.raw_low)}–{points(one.raw_high)}",
            }
            for tag, one in table.record.by_ability.items()
        ],
        "verdicts": dict.fromkeys(VERDICTS, 0) | found.verdicts,
        "versions": [one_line(version, 60) for version in found.versions],
        "rows": [_row(row) for row in table.models],
        "notes": [visit.say(text) for text in table_notes(table)],
        "buy": _buy(visit, snapshot, found.judge),
    }


def _row(row: ModelTrust) -> dict[str, Any]:
    found = row.corrected
    known = not math.isnan(found.score)
    return {
        "model": short_name(row.model),
        "known": known,
        "score": points(found.score) if known else DASH,
        "bar": Markup(interval_bar(found)) if known else "",
        "ends": f"{points(found.low)}–{points(found.high)}" if known else "",
        "alone": points(found.alone) if known else DASH,
        "alone_ends": f"{points(found.alone_low)}–{points(found.alone_high)}" if known else "",
        "judge": points(found.judge),
        "people": found.people,
        "judged": found.judged,
    }


def _buy(visit: Visit, snapshot: Snapshot, judge: str) -> dict[str, Any] | None:
    """What so many verdicts by people would buy; None where nothing waits for a person."""
    store = visit.bench.workspace.store
    try:
        found = snapshot.keep(
            ("foresee", judge),
            lambda it: trust.foresee(store, judge, people=PEOPLE, bank=it.bank),
        )
    except UsageError:
        return None
    return {
        "sentence": visit.say(foresight_sentence(found)),
        "notes": [visit.say(text) for text in foresight_notes(found)],
        "more": found.more,
    }


def open_answers(snapshot: Snapshot) -> int:
    """How many answers no rule and no person has decided: what a judge could look at."""
    gathered = snapshot.gathered
    return sum(
        answer.state != "failed"
        and (
            (grade := gathered.grades.get(place)) is None
            or grade.verdict in ("unsure", "ungraded")
            or grade.authority == "judge"
        )
        for place, answer in gathered.answers.items()
    )


def finding_of(visit: Visit, snapshot: Snapshot) -> Text:
    """What is known of the judges, in one sentence."""
    found = list(judges_of(snapshot))
    if not found:
        count = open_answers(snapshot)
        if not count:
            return Text(
                "规则都判得了，用不着请裁判。", "Rules could grade everything; no judge is needed."
            )
        return Text(
            f"有 {count:,} 个回答还没有定论，可以请一个模型当裁判。",
            f"{counted(count, 'answer')} {'is' if count == 1 else 'are'} undecided; a model can "
            "judge them.",
        )
    records = [record_of(visit, snapshot, judge) for judge in found]
    if len(found) == 1:
        return record_sentence(records[0])
    checked = sum(bool(record.pairs) for record in records)
    if not checked:
        return Text(
            f"{len(found)} 个裁判判过，都还没有人核对过。",
            f"{len(found)} judges have judged; nobody has checked any of them yet.",
        )
    return Text(
        f"{len(found)} 个裁判判过，{checked} 个有人核对过。",
        f"{len(found)} judges have judged; people have checked {checked} of them.",
    )
