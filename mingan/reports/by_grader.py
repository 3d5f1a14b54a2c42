"""What the grader alone changes: the same answers, scored by the one and by the other.

Only answers that both have looked at are counted, so that a difference is the graders' doing and
not that of other questions. The difference is paired, answer by answer, as when two models are
compared. A grader is named

    rule            the rules' newest verdict; rule@first the oldest; rule:NAME is one rule's
    judge           any judge's; judge:NAME is one judge's or one panel's (judge:A+B)
    person          any person's; person:NAME is one person's

and with @VERSION behind it (rule:number@4, judge:NAME@VERSION) as one version of it gave them: a
rule that was mended, or a judge that was asked in another way, is another grader. This module must
not know who is right: it says how far two graders differ, and that is all.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from mingan.errors import UsageError
from mingan.grading.judging import asked_as, grader_of
from mingan.language import Text, counted
from mingan.records import Grade, Verdict
from mingan.reports.gather import Gathered, Place, gather, outcome
from mingan.reports.ruled import ruled
from mingan.reports.safe import short_name
from mingan.reports.sentences import named, points, tidy
from mingan.statistics import Comparison, Outcome, ResponseMatrix, Score, compare, score_table
from mingan.store import Reader
from mingan.store.standing_grades import StandingGrades

if TYPE_CHECKING:
    from rich.table import Table

_PAIR = grader_of("pair")

AUTHORITIES = {
    "rule": Text("规则", "rules"),
    "judge": Text("裁判", "judges"),
    "person": Text("人", "people"),
}


FIRST = "first"
"""The version of a rule that names its oldest verdict on every answer."""


@dataclass(frozen=True, slots=True)
class Grader:
    """Whose verdicts to count: an authority, and if wanted one name and one version.

    The version of a judge is without which time it was asked (`grading.judging.asked_as`).
    """

    authority: str
    name: str = ""
    version: str = ""

    @classmethod
    def parse(cls, text: str) -> Grader:
        """From `rule`, `rule:NAME`, `judge`, `judge:NAME`, `person` or `person:NAME`.

        A rule or judge may have `@VERSION` behind it. What stands behind the last @ is taken for
        the version; `change_of_grader` takes it for a part of the name where somebody is called so.

        Raises:
            UsageError: it is none of these.
        """
        head, at, version = text.rpartition("@")
        if not at or text.startswith("person:"):
            head, at, version = text, "", ""
        authority, _, name = head.partition(":")
        if authority not in AUTHORITIES or (at and (not version or authority == "person")):
            raise UsageError(
                f"不认识的判分者 {text!r}。写法：rule（规则）、judge（裁判）、judge:名字、"
                "person（人）、person:名字；规则和裁判后面可以写 @版本。",
                f"Unknown grader {text!r}. Write rule, judge, judge:NAME, person or person:NAME; "
                "rules and judges may have @VERSION behind.",
            )
        return cls(authority, name, version)

    def __str__(self) -> str:
        named = f"{self.authority}:{self.name}" if self.name else self.authority
        return f"{named}@{self.version}" if self.version else named

    @property
    def words(self) -> Text:
        """The grader in a sentence."""
        authority = AUTHORITIES[self.authority]
        if not self.name and not self.version:
            return authority
        name = named(str(self).partition(":")[2]) if self.name else named(f"@{self.version}")
        return Text(f"{authority.zh} {name.zh}", f"{self.authority} {name.en}")

    @property
    def head(self) -> Text:
        """The grader over a column."""
        zh, en = AUTHORITIES[self.authority]
        name = short_name(f"{self.name}@{self.version}" if self.version else self.name)
        return Text(f"{zh} {name}", f"{self.authority} {name}") if name else Text(zh, en)

    def gave(self, grade: Grade) -> bool:
        """Whether this verdict is one of its own; what is left of a comparison is nobody's."""
        if grade.grader == _PAIR or grade.authority != self.authority:
            return False
        if self.name and self.name != (grade.grader if self.authority == "rule" else grade.by):
            return False
        return self.version in ("", asked_as(grade.version)) or self._oldest

    @property
    def _oldest(self) -> bool:
        return self.authority == "rule" and self.version == FIRST


@dataclass(frozen=True, slots=True, kw_only=True)
class Changed:
    """One model under both graders: the `answers` that both have looked at, and their verdicts."""

    model: str
    first: Score
    second: Score
    comparison: Comparison
    answers: int
    changed: dict[tuple[Verdict, Verdict], int]

    @property
    def moved(self) -> int:
        """How many verdicts differ."""
        return sum(n for (a, b), n in self.changed.items() if a != b)


@dataclass(frozen=True, slots=True, kw_only=True)
class GraderChange:
    """What the grader alone changes. `left_out` answers only one of the two has looked at."""

    bank: str
    first: Grader
    second: Grader
    rows: tuple[Changed, ...]
    left_out: int
    level: float


def verdicts_of(grades: Iterable[Grade], grader: Grader) -> dict[tuple[str, str], Grade]:
    """A grader's verdict by (answer content, question hash); `ungraded` ones are none.

    A judge that was heard only as one of a panel counts with what it said most often.
    """
    mine = [grade for grade in grades if grader.gave(grade)]
    if grader.authority == "rule" and grader.version == FIRST:
        mine = mine[::-1]  # the newest of these counts
    found = {
        place: grade
        for place, grade in StandingGrades(mine).by_place.items()
        if grade.verdict != "ungraded"
    }
    opinions: dict[tuple[str, str], list[Grade]] = {}
    for grade in mine:
        place = (grade.answer, grade.question_hash)
        if grader.name and grade.opinion and grade.verdict != "ungraded" and place not in found:
            opinions.setdefault(place, []).append(grade)
    for place, said in opinions.items():
        verdict, count = Counter(grade.verdict for grade in said).most_common()[0]
        if 2 * count > len(said):
            found[place] = next(grade for grade in said if grade.verdict == verdict)
    return found


def change_of_grader(
    store: Reader,
    first: Grader,
    second: Grader,
    *,
    bank: str | None = None,
    models: Collection[str] | None = None,
    level: float = 0.95,
) -> GraderChange:
    """The scores of the same answers under two graders, model by model.

    Raises:
        UsageError: the same grader twice, a grader that gave no verdict here, or no answer that
            both have looked at.
    """
    gathered = gather(store, bank=bank, models=models)
    everything = list(store.all_grades())
    first, second = (_called(grader, everything) for grader in (first, second))
    if first == second:
        raise UsageError(
            f"要比较两种判法，而两次写的都是 {first}。",
            f"Two graders are compared, but both are {first}.",
        )
    by_id = {question.id: question.hash for question in gathered.questions}
    given: list[dict[Place, Grade]] = []
    for grader in (first, second):
        verdicts = verdicts_of(everything, grader)
        mine = {
            place: grade
            for place, answer in gathered.answers.items()
            if (grade := verdicts.get((answer.content, by_id[answer.question]))) is not None
        }
        if not mine:
            raise _never(grader, gathered, everything)
        given.append(mine)
    shared = given[0].keys() & given[1].keys()
    if not shared:
        raise UsageError(
            f"没有一个回答是 {first} 和 {second} 都判过的，没法比。",
            f"There is no answer that both {first} and {second} have graded.",
        )
    rows = [
        _changed(gathered, card.name, given[0], given[1], shared, level)
        for card in gathered.cards
        if any(model == card.name for model, *_ in shared)
    ]
    rows.sort(key=lambda row: (-row.first.score, row.model))
    return GraderChange(
        bank=gathered.bank, first=first, second=second, rows=tuple(rows),
        left_out=len(given[0].keys() ^ given[1].keys()), level=level,
    )  # fmt: skip


def _changed(
    gathered: Gathered, model: str, first: dict[Place, Grade], second: dict[Place, Grade],
    shared: Collection[Place], level: float,
) -> Changed:  # fmt: skip
    """One model's answers as if two models had given them."""
    mine = [place for place in shared if place[0] == model]
    names = {question for _, question, _ in mine}
    questions = [question for question in gathered.questions if question.id in names]
    columns = {question.id: i for i, question in enumerate(questions)}
    cells = np.full((2, len(questions), gathered.repeats), Outcome.ABSENT, np.int8)
    for place in mine:
        for row, given in enumerate((first, second)):
            cells[row, columns[place[1]], place[2]] = outcome(gathered.answers[place], given[place])
    hang_together = any(question.cluster for question in questions)
    matrix = ResponseMatrix(
        models=("a", "b"),
        questions=tuple(columns),
        cells=cells,
        strata=tuple(question.tier for question in questions),
        clusters=tuple(q.cluster or f"\0{q.id}" for q in questions) if hang_together else (),
    )
    scores = {score.model: score for score in score_table(matrix, level=level, ranks=False)}
    return Changed(
        model=model,
        first=scores["a"],
        second=scores["b"],
        comparison=compare(matrix, "b", "a", level=level),
        answers=len(mine),
        changed=dict(Counter((first[p].verdict, second[p].verdict) for p in mine)),
    )


def change_sentence(change: GraderChange) -> Text:
    """What the grader alone changes, in words."""
    answers = sum(row.answers for row in change.rows)
    moved = sum(row.moved for row in change.rows)
    a, b = change.first.words, change.second.words
    gap = " " if b.zh[-1].isascii() else ""
    start = Text(
        f"同样的 {answers:,} 个回答，{a.zh}和{b.zh}{gap}有 {moved:,} 个判得不一样"
        f"（{_share(moved, answers)}）。",
        f"Of the same {counted(answers, 'answer')}, {a.en} and {b.en} grade {moved:,} differently "
        f"({_share(moved, answers)}).",
    )
    sure = [row for row in change.rows if row.comparison.verdict != "cannot tell"]
    if not sure:
        end = Text(
            "得分的差别还在误差之内。", "The differences between scores are within the error."
        )
        return tidy(start.zh + end.zh, f"{start.en} {end.en}")
    most = max(sure, key=lambda row: abs(row.comparison.difference))
    by, name = most.comparison, named(most.model)
    more = Text("高", "higher") if by.difference > 0 else Text("低", "lower")
    size = points(abs(by.difference))
    ends = sorted((abs(by.low), abs(by.high)))
    interval = f"{points(ends[0])}–{points(ends[1])}"
    end = Text(
        f"单是换判法，{name.zh}的得分就{more.zh} {size} 分（区间 {interval}）。",
        f"The change of grader alone makes the score of {name.en} {size} points {more.en} "
        f"(interval {interval}).",
    )
    return tidy(start.zh + end.zh, f"{start.en} {end.en}")


def left_out_sentence(change: GraderChange) -> Text:
    """How many answers do not count here."""
    return Text(
        f"另有 {change.left_out:,} 个回答只有其中一方判过，没有算进来。",
        f"{counted(change.left_out, 'answer')} graded by only one of them "
        f"{'is' if change.left_out == 1 else 'are'} not counted.",
    )


def change_table(change: GraderChange) -> Table:
    """The two scores side by side, with the difference and its interval."""
    heads = (Text("模型", "Model"), change.first.head, change.second.head,
             Text("差", "Difference"), Text("区间", "Interval"), Text("回答", "Answers"),
             Text("改判", "Changed"))  # fmt: skip
    rows = (
        (short_name(row.model), points(row.first.score), points(row.second.score),
         f"{'+' if row.comparison.difference > 0 else ''}{points(row.comparison.difference)}",
         f"{points(row.comparison.low)} … {points(row.comparison.high)}", str(row.answers),
         str(row.moved))
        for row in change.rows
    )  # fmt: skip
    return ruled(heads, rows)


def change_document(change: GraderChange) -> dict[str, Any]:
    """What `mingan scores --grader A --grader B --json` prints."""
    sentence = change_sentence(change)
    return {
        "bank": change.bank,
        "graders": [str(change.first), str(change.second)],
        "sentence_zh": sentence.zh,
        "sentence_en": sentence.en,
        "left_out": change.left_out,
        "level": change.level,
        "rows": [
            {
                "model": row.model,
                "answers": row.answers,
                "changed": row.moved,
                "scores": [_end(row.first), _end(row.second)],
                "difference": row.comparison.difference,
                "low": row.comparison.low,
                "high": row.comparison.high,
                "p": row.comparison.p,
                "verdicts": {f"{a}>{b}": n for (a, b), n in sorted(row.changed.items())},
            }
            for row in change.rows
        ],
    }


def _end(score: Score) -> dict[str, float]:
    return {"score": score.score, "low": score.low, "high": score.high}


def _share(part: int, whole: int) -> str:
    share = 100 * part / whole if whole else math.nan
    return f"{share:.0f}%" if share >= 1 or not part else f"{share:.1f}%"


def _called(grader: Grader, grades: Iterable[Grade]) -> Grader:
    """The grader that was meant, where somebody has an @ in the name."""
    whole = f"{grader.name}@{grader.version}"
    if not grader.name or not grader.version or grader.authority == "rule":
        return grader
    names = {grade.by for grade in grades if grade.authority == grader.authority}
    return Grader(grader.authority, whole) if whole in names else grader


def _never(grader: Grader, gathered: Gathered, grades: Iterable[Grade]) -> UsageError:
    listed = graders_of(gathered, grades)
    return UsageError(
        f"{grader} 没有判过题库 {gathered.bank} 的回答。判过的有：{'、'.join(listed) or '没有'}。",
        f"{grader} has graded no answer to {gathered.bank}. Those that have: "
        f"{', '.join(listed) or 'none'}.",
    )


def graders_of(gathered: Gathered, grades: Iterable[Grade]) -> list[str]:
    """Who has graded a bank's answers, as `--grader` names them.

    Versions are named where one rule, or one judge, has judged in several.
    """
    contents = {answer.content for answer in gathered.answers.values()}
    versions: dict[Grader, set[str]] = {}
    for grade in grades:
        if grade.answer not in contents or grade.verdict == "ungraded":
            continue
        versions.setdefault(Grader(grade.authority), set())
        name = grade.grader if grade.authority == "rule" else grade.by
        mine = versions.setdefault(Grader(grade.authority, name), set())
        if grade.authority != "person":
            mine.add(asked_as(grade.version))
    plain = [g for g in versions if g.authority != "rule" or not g.name or len(versions[g]) > 1]
    several = [
        Grader(g.authority, g.name, version)
        for g, mine in versions.items()
        if len(mine) > 1
        for version in mine
    ]
    return sorted(str(grader) for grader in (*plain, *several))
