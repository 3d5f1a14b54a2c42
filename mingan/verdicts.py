"""People's verdicts brought in from a table: each becomes that person's grade of a stored answer.

    summary = bring_verdicts(store, "verdicts.csv", bank="zbench")

Every row must name an answer that there is, one and no more; else nothing is stored, and the
first fault is said with its row. The same file twice is the same verdicts once. This module must
not know how a table is read, nor what the verdicts will be used for.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from mingan.bank.faults import Findings
from mingan.bank.headings import closest
from mingan.bank.importers.verdicts import Said, read_verdicts
from mingan.errors import BankError
from mingan.language import Text, counted
from mingan.records import NO_TEXT, Answer, Grade, Question, Verdict, now
from mingan.reports.gather import Gathered, gather, newest_bank
from mingan.store import Store

__all__ = ["VerdictSummary", "bring_verdicts"]

Key = tuple[str, str, str]
"""(answer content, question hash, person)."""


@dataclass(frozen=True, kw_only=True)
class VerdictSummary:
    """What came in. `known` verdicts stood already; `blank` rows had none.

    `verdicts` counts what the file says; `people` who said it.
    """

    banks: tuple[str, ...]
    rows: int
    new: int
    known: int
    blank: int
    verdicts: dict[Verdict, int]
    people: tuple[str, ...]


def bring_verdicts(
    store: Store, path: str | Path, *, bank: str | None = None, by: str | None = None
) -> VerdictSummary:
    """Keep the verdicts in a file as people's grades.

    Args:
        bank: whose questions the rows name where they do not say so; None is the bank used last.
        by: who judged, where the rows do not say; None is the file's name without its ending.

    Raises:
        BankError: the file cannot be read, or a row names no answer, or several; nothing was
            stored.
        UsageError: there is no such bank, or nobody was asked its questions.
    """
    path = Path(path)
    found = Findings(str(path))
    sheet = read_verdicts(path, found)
    _check(found)
    usual = bank or (None if all(said.bank for said in sheet.said) else newest_bank(store))
    who = (by or path.stem).strip() or "?"
    matched = _Matched(store, found, who)
    for said in sheet.said:
        matched.take(said, said.bank or usual or "")
    _check(found)
    grades = list(matched.grades.values())
    fresh = _news(store, grades)
    store.add_grades(fresh)
    return VerdictSummary(
        banks=tuple(matched.banks), rows=len(sheet.said), new=len(fresh),
        known=len(grades) - len(fresh), blank=sheet.blank,
        verdicts=dict(Counter(grade.verdict for grade in grades)),
        people=tuple(dict.fromkeys(grade.by for grade in grades)),
    )  # fmt: skip


def _check(found: Findings) -> None:
    """Say the first fault, and how many more there are.

    Raises:
        BankError: there is one.
    """
    if not found.errors:
        return
    first, more = found.errors[0].sentence, len(found.errors) - 1
    zh = f"一条也没有存（另有 {more} 处错误）。" if more else "一条也没有存。"
    en = f"Nothing was stored ({counted(more, 'more fault')})." if more else "Nothing was stored."
    raise BankError(first.zh + zh, f"{first.en} {en}")


def _news(store: Store, grades: Sequence[Grade]) -> list[Grade]:
    """Those that a person has not said already, as what that person said last."""
    last: dict[Key, Grade] = {}
    for grade in store.all_grades():
        if grade.authority == "person":
            last[grade.answer, grade.question_hash, grade.by] = grade
    return [
        grade
        for grade in grades
        if (old := last.get((grade.answer, grade.question_hash, grade.by))) is None
        or (old.verdict, old.reason) != (grade.verdict, grade.reason)
    ]


@dataclass
class _Bank:
    """What is on record of one bank, to be looked up by what people write."""

    gathered: Gathered
    by_id: dict[str, Question] = field(default_factory=dict)
    by_prompt: dict[str, list[Question]] = field(default_factory=dict)
    models: dict[str, list[str]] = field(default_factory=dict)  # by name without case
    repeats: dict[tuple[str, str], list[int]] = field(default_factory=dict)

    @classmethod
    def of(cls, gathered: Gathered) -> _Bank:
        made = cls(gathered)
        for question in gathered.questions:
            made.by_id[question.id] = question
            made.by_prompt.setdefault(question.prompt.strip(), []).append(question)
        for card in gathered.cards:
            made.models.setdefault(card.name.casefold(), []).append(card.name)
        for (model, name, repeat), answer in gathered.answers.items():
            if answer.state != "failed":
                made.repeats.setdefault((model, name), []).append(repeat)
        return made


class _Matched:
    """Finds the answer that each row is about, and makes the person's grade of it."""

    def __init__(self, store: Store, found: Findings, who: str) -> None:
        self.grades: dict[Key, Grade] = {}
        self.banks: dict[str, _Bank] = {}
        self._store = store
        self._found = found
        self._who = who
        self._at = now()

    def take(self, said: Said, bank: str) -> None:
        """Match one row; a fault is noted."""
        if bank not in self.banks:
            self.banks[bank] = _Bank.of(gather(self._store, bank=bank))
        known = self.banks[bank]
        question, model = self._question(said, known), self._model(said, known)
        if question is None or model is None:
            return
        answer = self._answer(said, known, question, model)
        if answer is not None:
            self._keep(said, question, answer)

    def _keep(self, said: Said, question: Question, answer: Answer) -> None:
        by = said.by or self._who
        key = (answer.content, question.hash, by)
        grade = Grade(
            answer=answer.content, question_hash=question.hash, verdict=said.verdict,
            grader="person", version="1", authority="person", by=by, at=self._at,
            reason=Text(said.reason, said.reason) if said.reason else NO_TEXT,
            hidden=question.hidden,
        )  # fmt: skip
        before = self.grades.setdefault(key, grade)
        if before.verdict != said.verdict:
            self._fault(
                said, "twice",
                f"{by} 对同一个回答前面已经判了别的", f"{by} said otherwise of this answer above",
                "留一行", "Keep one of the rows",
            )  # fmt: skip

    def _question(self, said: Said, known: _Bank) -> Question | None:
        name = said.question
        if name in known.by_id:
            return known.by_id[name]
        same = known.by_prompt.get(name, [])
        if len(same) == 1:
            return same[0]
        if same:
            ids = "、".join(question.id for question in same[:5])
            self._fault(
                said, "ambiguous-question",
                f"这句话是好几道题：{ids}", f"This is the prompt of several questions: {ids}",
                "改写题目编号", "Write the id of the question",
            )  # fmt: skip
            return None
        near = closest(name, known.by_id)
        bank = known.gathered.bank
        self._fault(
            said, "unknown-question",
            f"题库 {bank} 里没有问过这道题：{name[:40]}",
            f"Nobody was asked this question of {bank}: {name[:40]}",
            f"{f'是不是 {near}？' if near else ''}改正编号，或用 --bank 写明题库",
            f"{f'Is it {near}? ' if near else ''}Correct the id, or name the bank with --bank",
        )  # fmt: skip
        return None

    def _model(self, said: Said, known: _Bank) -> str | None:
        there = [card.name for card in known.gathered.cards]
        if said.model in there:
            return said.model
        alike = known.models.get(said.model.casefold(), [])
        if len(alike) == 1:
            return alike[0]
        if alike:
            names = "、".join(alike)
            self._fault(
                said, "ambiguous-model",
                f"{said.model[:40]} 可能是几个模型：{names}",
                f"{said.model[:40]} may be several models: {names}",
                "照原样写模型名", "Write the name as it is",
            )  # fmt: skip
            return None
        near = closest(said.model, there)
        self._fault(
            said, "unknown-model",
            f"没有这个模型的回答：{said.model[:40]}",
            f"There are no answers of this model: {said.model[:40]}",
            f"{f'是不是 {near}？' if near else ''}改正模型名",
            f"{f'Is it {near}? ' if near else ''}Correct the name",
        )  # fmt: skip
        return None

    def _answer(self, said: Said, known: _Bank, question: Question, model: str) -> Answer | None:
        repeats = known.repeats.get((model, question.id), [])
        if said.repeat is None and len(repeats) > 1:
            self._fault(
                said, "ambiguous-repeat",
                f"{model} 对 {question.id} 有 {len(repeats)} 次回答，没有写是哪一次",
                f"{model} answered {question.id} {len(repeats)} times, and none of them is named",
                "加一列 repeat（第几次）", "Add a column `repeat`",
            )  # fmt: skip
            return None
        repeat = said.repeat if said.repeat is not None else (repeats or [0])[0]
        if repeat not in repeats:
            self._fault(
                said, "no-answer",
                f"{model} 对 {question.id} 没有这个回答",
                f"{model} has no such answer to {question.id}",
                "删掉这一行，或改正次数", "Delete the row, or correct the repeat",
            )  # fmt: skip
            return None
        return known.gathered.answers[model, question.id, repeat]

    def _fault(self, said: Said, code: str, zh: str, en: str, fix_zh: str, fix_en: str) -> None:
        self._found.error(code, Text(zh, en), Text(fix_zh, fix_en), sheet=said.sheet, row=said.row)
