"""Every answer with what people, a judge and the rules say of it, and which of them count.

An answer that a rule has decided is known. The others are what judge and people are asked about:
they count if the judge has looked at them. What nobody can look at any more (no text, hidden
words) is left out and counted. This module must not know what is made of it.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from mingan.grading.judging import judgeable
from mingan.records import Answer, Grade, Question, Verdict
from mingan.reports.by_grader import Grader, verdicts_of
from mingan.reports.gather import Gathered, Place
from mingan.store.draws import Draw
from mingan.store.queues import Click, Queue, standing
from mingan.store.standing_grades import StandingGrades
from mingan.trust.identity import newest_version

VALUE: dict[Verdict | None, float] = {"right": 1.0, "wrong": 0.0}
JUDGED: dict[Verdict | None, float] = {**VALUE, "unsure": 0.5}
"""What a judge's verdict counts; of people only right and wrong are verdicts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sight:
    """One answer. `people` are the standing verdicts by name, `person` what they come to.

    `looked` says that the judge has been asked about it, whatever came of that; `before` that an
    earlier version of it has judged it, which says nothing of this one.
    """

    place: Place
    question: Question
    answer: Answer
    people: dict[str, Verdict]
    person: Verdict | None
    judge: Verdict | None
    score: float | None
    looked: bool
    rule: Verdict | None
    before: bool = False

    @property
    def model(self) -> str:
        """Whose answer it is."""
        return self.place[0]

    @property
    def unit(self) -> str:
        """What it hangs together with: answers to one question, and questions of one cluster."""
        return unit_of(self.question)


def unit_of(question: Question) -> str:
    """The cluster of a question, or the question itself where it has none."""
    return f"cluster {question.cluster}" if question.cluster else f"question {question.id}"


def sights_of(gathered: Gathered, grades: Sequence[Grade], judge: str) -> list[Sight]:
    """All answers that could be had, in the order in which they were gathered.

    The judge is its newest version here: another model under its name, or another template, is
    another judge.
    """
    contents = {answer.content for answer in gathered.answers.values()}
    itself = Grader("judge", judge, newest_version(grades, judge, contents))
    said = verdicts_of(grades, itself)
    asked = {(g.answer, g.question_hash) for g in grades if itself.gave(g)}
    ever = verdicts_of(grades, Grader("judge", judge)).keys()
    rules = StandingGrades(g for g in grades if g.authority == "rule").by_place
    joint, people = _people(grades)
    questions = {question.id: question for question in gathered.questions}
    found = []
    for place, answer in gathered.answers.items():
        if answer.state == "failed":
            continue
        question = questions[place[1]]
        at = (answer.content, question.hash)
        judged, rule = said.get(at), rules.get(at)
        found.append(
            Sight(
                place=place, question=question, answer=answer, people=people.get(at, {}),
                person=joint[at].verdict if at in joint else None,
                judge=judged.verdict if judged else None,
                score=judged.score if judged else None, looked=at in asked,
                rule=rule.verdict if rule else None, before=at in ever and at not in asked,
            )
        )  # fmt: skip
    return found


def _people(
    grades: Iterable[Grade],
) -> tuple[dict[tuple[str, str], Grade], dict[tuple[str, str], dict[str, Verdict]]]:
    """What people say together, and each by name. A joint verdict (甲、乙) is nobody's own."""
    mine = [grade for grade in grades if grade.authority == "person"]
    each: dict[tuple[str, str], dict[str, Verdict]] = {}
    for grade in mine:
        names = each.setdefault((grade.answer, grade.question_hash), {})
        names.pop(grade.by, None)
        if grade.verdict != "ungraded":
            names[grade.by] = grade.verdict
    for names in each.values():
        for name in [n for n in names if "、" in n and set(n.split("、")) <= names.keys()]:
            del names[name]
    return StandingGrades(mine).by_place, each


@dataclass(frozen=True, slots=True)
class Turn:
    """A drawn queue, as far as people went through it: chances of the answers judged in turn."""

    chance: dict[str, float]  # by content, of those that were judged in turn
    drawn: frozenset[str]  # contents of all that were drawn from

    @classmethod
    def of(cls, queue: Queue, draw: Draw, clicks: Iterable[Click]) -> Turn:
        """What a revealed queue with a draw says."""
        count = draw.judged_in_turn({place for _, place in standing(clicks)})
        contents = [item.answers[0] for item in queue.items]
        chances = draw.chances(count)
        return cls(
            dict(zip(contents[:count], chances[:count], strict=True)),
            frozenset(contents) | frozenset(draw.others),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """An answer that counts: NaN where it is not known."""

    sight: Sight
    people: float
    judge: float
    settled: float
    chance: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Population:
    """The answers that scores are about; see `reports.trusted.TrustTable` for the rest."""

    entries: tuple[Entry, ...]
    left_out: dict[str, int] = field(default_factory=dict)
    whole: bool = True
    drawn: frozenset[str] = frozenset()  # models whose answers people saw in a drawn order

    def of(self, model: str) -> list[Entry]:
        """Those of one model."""
        return [entry for entry in self.entries if entry.sight.model == model]


def population(
    sights: Sequence[Sight], *, rules: bool, given: Turn | None = None, foreseen: bool = False
) -> Population:
    """Which answers count, and what is known of each.

    Args:
        rules: whether a rule is taken at its word.
        given: people judged in a drawn order: what they judged outside of it is known too. Where
            something that counts had no chance in the draw (it is newer, or a rule that does not
            count had settled it), a model's answers are those that were drawn from, and no others.
        foreseen: count what the judge has yet to look at as well.
    """
    left_out: Counter[str] = Counter()
    entries: list[Entry] = []
    late: set[str] = set()
    drawn = {s.model for s in sights if given and s.answer.content in given.drawn}
    for sight in sights:
        turn = given if sight.model in drawn else None
        known = _settled(sight, rules, turn)
        why = "" if not math.isnan(known) else _why_not(sight, turn, foreseen)
        if why:
            left_out[why] += 1
            late |= {sight.model} if why == "late" else set()
            continue
        seen = turn is None or sight.answer.content in turn.chance
        entries.append(
            Entry(
                sight=sight,
                people=VALUE.get(sight.person, math.nan) if seen else math.nan,
                judge=JUDGED.get(sight.judge, math.nan),
                settled=known,
                chance=turn.chance.get(sight.answer.content, 1.0) if turn else 1.0,
            )
        )
    whole = not (left_out["unjudged"] or late)
    if left_out["unjudged"]:
        # What rules settle elsewhere would weigh down the little that the judge has seen.
        entries = [entry for entry in entries if entry.sight.looked]
    if given and late:
        # Likewise what is known besides the draw, where some of it is not known.
        entries = [
            entry for entry in entries
            if entry.sight.model not in late or entry.sight.answer.content in given.drawn
        ]  # fmt: skip
    return Population(
        entries=tuple(entries), left_out=dict(left_out), whole=whole, drawn=frozenset(drawn)
    )


def _settled(sight: Sight, rules: bool, turn: Turn | None) -> float:
    """What is known of an answer without judge and sample; NaN: nothing."""
    person = VALUE.get(sight.person, math.nan)
    outside = turn is not None and sight.answer.content not in turn.drawn
    if not math.isnan(person) and (outside or not judgeable(sight.answer)):
        return person
    if rules and sight.rule in VALUE:
        return VALUE[sight.rule] if math.isnan(person) else person
    return math.nan


def _why_not(sight: Sight, turn: Turn | None, foreseen: bool) -> str:
    """Why an answer that is not settled cannot count; "" if it can."""
    if sight.question.kind or not judgeable(sight.answer):
        return "nothing"
    if sight.question.hidden and sight.person is None:
        return "hidden"
    if not (sight.looked or foreseen):
        return "unjudged"
    if turn is not None and sight.answer.content not in turn.drawn:
        return "late"
    return ""
