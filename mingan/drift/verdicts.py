"""What was said on the days of a watch, judged by one and the same grader: that of today.

A parser alone moves a score by points. So the verdict that stands on record never counts here:
each stored text is read by the current rules, whatever read it when it came. People's verdicts do
not count either, since people look at some days and not at others. Where no rule can tell, the
verdicts of one judge count, if one was named. What the old rules said is kept beside it, so that
the report can say what a new parser alone would have passed off as drift. The module asks nobody.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from mingan import grading
from mingan.drift.watches import Watch
from mingan.grading import choose
from mingan.grading.judging import asked_as
from mingan.plugins import Registry
from mingan.plugins import registry as installed
from mingan.records import Answer, Grade, Question
from mingan.store import Reader

Place = tuple[str, str]
"""(answer content, question hash)."""

DECIDED = ("right", "wrong")


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """One stored answer as it is read today; `first` is how rules read it when it came."""

    question: Question
    answer: Answer
    grade: Grade
    first: Grade | None = None

    @property
    def right(self) -> bool | None:
        """Whether it is right; None where that is not decided."""
        return self.grade.verdict == "right" if self.grade.verdict in DECIDED else None

    @property
    def was_right(self) -> bool | None:
        """The same by the rules of then."""
        old = self.first or self.grade
        return old.verdict == "right" if old.verdict in DECIDED else None

    @property
    def why_absent(self) -> str:
        """Why it does not count; "" where it does."""
        if self.right is not None:
            return ""
        return self.answer.state if self.answer.state != "ok" else self.grade.verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class Readings:
    """Every answer of a watch by day, question id and repeat.

    `new` are grades that are not on record yet: by today's rules, of texts that others read.
    """

    by_day: Mapping[str, Mapping[tuple[str, int], Read]]
    new: tuple[Grade, ...] = ()

    def on(self, day: str) -> Mapping[tuple[str, int], Read]:
        """The answers of one day."""
        return self.by_day.get(day, {})

    def all(self) -> Iterable[Read]:
        """Every answer, day by day."""
        return (read for day in sorted(self.by_day) for read in self.by_day[day].values())


@dataclass(slots=True)
class Record:
    """What the store knows of verdicts, by place, read once for all watches.

    `keys` are those of the rules' grades; `asked_as` says how each judge was asked last.
    """

    ruled: dict[Place, list[Grade]] = field(default_factory=dict)
    judged: dict[Place, list[Grade]] = field(default_factory=dict)
    keys: set[str] = field(default_factory=set)
    asked_as: dict[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, reader: Reader) -> Record:
        """Everything that rules and judges have said, oldest first."""
        found = cls()
        for grade in reader.all_grades():
            place = (grade.answer, grade.question_hash)
            if grade.authority == "rule":
                found.ruled.setdefault(place, []).append(grade)
                found.keys.add(grade.key)
            elif grade.authority == "judge":
                found.judged.setdefault(place, []).append(grade)
                if not grade.opinion:
                    found.asked_as[grade.by] = asked_as(grade.version)
        return found


def read(
    reader: Reader, watch: Watch, record: Record, *, judge: str = "", until: str = "",
    registry: Registry = installed,
) -> Readings:  # fmt: skip
    """All answers of a watch, read by today's rules and, where they cannot tell, by one judge.

    Args:
        until: the day from which on the judge's word does not count; "" for never.

    Raises:
        InputError: a question names a grader that nobody installed.
    """
    questions = {(q.id, q.asked): q for q in watch.questions}
    days = set(watch.days)
    by_day: dict[str, dict[tuple[str, int], Read]] = {day: {} for day in watch.days}
    new: list[Grade] = []
    for answer in reader.answers(models=[watch.card.hash]):
        question = questions.get((answer.question, answer.asked))
        if question is None or answer.day not in days:
            continue
        heard = "" if until and answer.day >= until else judge
        one = _read(question, answer, record, heard, registry)
        ruled = one.grade.authority == "rule" and answer.state != "failed"
        if ruled and one.grade.key not in record.keys:
            new.append(one.grade)
        by_day[answer.day][answer.question, answer.repeat] = one
    return Readings(by_day=by_day, new=tuple(new))


def judged(record: Record, place: Place, judge: str) -> Grade | None:
    """The newest verdict of a judge on an answer, asked in the way in which it was asked last.

    A judge whose settings were changed is another grader; its verdicts of before do not count.
    """
    same = [
        grade
        for grade in record.judged.get(place, ())
        if not grade.opinion
        and grade.by == judge
        and asked_as(grade.version) == record.asked_as.get(judge)
    ]
    return same[-1] if same else None


def absent(reads: Sequence[Read], wanted: int) -> dict[str, int]:
    """How many of so many wanted answers do not count, by why."""
    found = Counter(read.why_absent for read in reads if read.why_absent)
    if wanted > len(reads):
        found["not asked"] = wanted - len(reads)
    return dict(found)


def words_of(answer: Answer) -> str:
    """Everything that was said, turn by turn."""
    return "\0".join((*answer.earlier, answer.text))


def grader_name(grade: Grade) -> str:
    """A rule with its version, such as number@4."""
    return f"{grade.grader}@{grade.version}"


def _read(
    question: Question, answer: Answer, record: Record, judge: str, registry: Registry
) -> Read:
    place = (answer.content, question.hash)
    ruled = record.ruled.get(place, [])
    current = _current(question, ruled, registry)
    if current is None:
        current = grading.grade(question, answer, registry=registry)
    first = ruled[0] if ruled else None
    if current.verdict in DECIDED or not judge:
        return Read(question=question, answer=answer, grade=current, first=first)
    said = judged(record, place, judge)
    chosen = said if said is not None and said.verdict in DECIDED else current
    return Read(question=question, answer=answer, grade=chosen, first=first)


def _current(question: Question, ruled: Sequence[Grade], registry: Registry) -> Grade | None:
    """A verdict on record that today's rules gave.

    A grader that goes by others' versions too is asked anew, since they may have changed.
    """
    name = question.grader or choose(question).grader
    grader = registry.made("graders", name)
    same = [g for g in ruled if g.grader == grader.name and g.version == grader.version]
    return same[-1] if same else None
