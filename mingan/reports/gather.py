"""From what is stored to what can be counted: one bank, its models, their answers and verdicts.

This is the only place that turns rows into a response matrix. It decides which answers belong
together (same bank, same wording, the newest settings of each model) and which questions a score
can rest on; it does no statistics and writes no sentence about who is better.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from mingan.errors import NothingYet, UsageError
from mingan.grading import Choice, choose
from mingan.language import Text
from mingan.records import Answer, Grade, ModelCard, Question, Stamp, content_hash
from mingan.statistics import Outcome, ResponseMatrix
from mingan.store import Reader

_BY_STATE = {
    "refused": Outcome.REFUSED,
    "empty": Outcome.EMPTY,
    "truncated": Outcome.TRUNCATED,
    "failed": Outcome.FAILED,
}

JUDGE = "judge"
"""The grader of questions that no rule can grade."""

Place = tuple[str, str, int]
"""(model name, question id, repeat)."""


@dataclass(frozen=True)
class Gathered:
    """Everything that is known about some models on one bank.

    Attributes:
        bank, bank_hash: the bank as it stands now.
        size: how many questions the bank has; `questions` are those that somebody was asked.
        cards: the models, in the order in which they first came.
        answers, grades: by place; a place without a grade has not been graded.
        notes: what was left out, one sentence each.
    """

    bank: str
    bank_hash: str
    size: int
    questions: tuple[Question, ...]
    cards: tuple[ModelCard, ...]
    answers: dict[Place, Answer]
    grades: dict[Place, Grade]
    repeats: int
    notes: tuple[Text, ...] = ()

    @cached_property
    def choices(self) -> dict[str, Choice]:
        """By question id: which grader it has, and why."""
        return {question.id: _choice(question) for question in self.questions}

    @cached_property
    def scored(self) -> tuple[Question, ...]:
        """The questions that a score can rest on: a rule can grade them, or somebody has.

        A question that waits for a judge or a person is left out for all models alike. One that
        a rule could grade stays in even if no answer to it could be had, so that it is counted.
        """
        return tuple(
            question
            for question in self.questions
            if question.id in self._looked or self.choices[question.id].grader != JUDGE
        )

    @cached_property
    def _looked(self) -> set[str]:
        """Questions of which somebody or something has looked at an answer."""
        return {q for (_, q, _), grade in self.grades.items() if grade.verdict != "ungraded"}

    @property
    def graded(self) -> bool:
        """Whether grading has been over the answers at all, whatever it found."""
        return bool(self.grades)

    @property
    def had(self) -> bool:
        """Whether any answer could be had at all."""
        return any(answer.state != "failed" for answer in self.answers.values())

    @cached_property
    def matrix(self) -> ResponseMatrix:
        """Outcomes of the models on the scored questions; tiers are strata."""
        cells = np.full((len(self.cards), len(self.scored), self.repeats), Outcome.ABSENT, np.int8)
        rows = {card.name: i for i, card in enumerate(self.cards)}
        columns = {question.id: i for i, question in enumerate(self.scored)}
        for (model, question, repeat), answer in self.answers.items():
            if question in columns:
                grade = self.grades.get((model, question, repeat))
                cells[rows[model], columns[question], repeat] = outcome(answer, grade)
        return ResponseMatrix(
            models=tuple(rows),
            questions=tuple(columns),
            cells=cells,
            strata=tuple(question.tier for question in self.scored),
            clusters=_clusters(self.scored),
        )

    @cached_property
    def stamp(self) -> Stamp:
        """What the numbers rest on; see `Stamp`."""
        graders = {(g.grader, g.version, g.authority, g.by) for g in self.grades.values()}
        return Stamp(
            questions=content_hash(sorted(question.hash for question in self.scored)),
            graders=content_hash(sorted(graders)),
            parameters=content_hash(sorted(card.generation.to_json() for card in self.cards)),
        )


def _choice(question: Question) -> Choice:
    if question.grader:
        return Choice(question.grader, Text("题目自己写明", "as the bank says"))
    return choose(question)


def gather(
    store: Reader, *, bank: str | None = None, models: Collection[str] | None = None
) -> Gathered:
    """What the store holds of one bank and some models (by name; None: all that answered).

    Raises:
        UsageError: no answers yet, or a bank or model that nobody asked; lists what there is.
    """
    if bank is None:
        bank = newest_bank(store)
    hashes_by_name = {name: digest for name, digest, _ in store.banks()}
    questions = store.bank(bank) if bank in hashes_by_name else None
    if questions is None:
        raise _unknown("题库", "bank", bank, list(hashes_by_name))
    wording = {(question.id, question.asked) for question in questions}
    answers = [a for a in store.answers() if (a.question, a.asked) in wording and not a.day]
    answers, picked = _unpicked(store, answers)
    chosen, notes = _cards(store, answers, models, picked)
    hashes = {card.hash for card in chosen}
    places = {(a.model, a.question, a.repeat): a for a in answers if a.model_hash in hashes}
    if not places:
        raise _nothing(bank)
    asked = {question for _, question, _ in places}
    kept = tuple(question for question in questions if question.id in asked)
    by_id = {question.id: question.hash for question in kept}
    standing = store.grades()
    grades = {
        place: grade
        for place, answer in places.items()
        if (grade := standing.get((answer.content, by_id[answer.question]))) is not None
    }
    return Gathered(
        bank=bank,
        bank_hash=hashes_by_name[bank],
        size=len(questions),
        questions=kept,
        cards=tuple(chosen),
        answers=places,
        grades=grades,
        repeats=1 + max(repeat for _, _, repeat in places),
        notes=tuple(notes),
    )


def newest_bank(store: Reader) -> str:
    """The bank that was used last: asked by the newest run, or brought in after that.

    Raises:
        NothingYet: the workspace is empty.
    """
    name = store.newest_bank()
    if name is not None:
        return name
    raise NothingYet(
        "这个工作区还是空的。先用 mingan run 问几个模型，或用 mingan import 导入现成的回答。",
        "This workspace is empty. Ask some models with mingan run, or bring in answers with "
        "mingan import.",
        public=Text("这个工作区还是空的。", "This workspace is empty."),
    )


def _unpicked(store: Reader, answers: list[Answer]) -> tuple[list[Answer], Counter[str]]:
    """The answers without those to questions that were picked, and how many these are by model.

    A share of right answers to questions that were picked for telling much is no score. Once all
    that could have been picked is answered, nothing was picked; nor was what another run asked.
    """
    picking = [status.run for status in store.runs() if status.run.picks]
    if not picking:
        return answers, Counter()
    had: dict[str, set[str]] = {}
    for answer in store.answers():
        if not answer.day:
            had.setdefault(answer.model_hash, set()).add(answer.question)
    part = [
        run.id for run in picking
        if any(not had.get(model, set()).issuperset(run.questions) for model in run.models)
    ]  # fmt: skip
    keys = store.only_in(part)
    out = [answer for answer in answers if answer.key in keys]
    left = {answer.key for answer in out}
    return [a for a in answers if a.key not in left], Counter(answer.model for answer in out)


def _cards(
    store: Reader, answers: Iterable[Answer], models: Collection[str] | None,
    picked: Counter[str],
) -> tuple[list[ModelCard], list[Text]]:  # fmt: skip
    """For each model name the card that answered last, and what was left out by that."""
    known = {card.hash: card for card in store.cards()}
    mine = [answer for answer in answers if answer.model_hash in known]
    newest: dict[str, ModelCard] = {answer.model: known[answer.model_hash] for answer in mine}
    settings: dict[str, set[str]] = {name: set() for name in newest}
    for answer in mine:
        # Settings under which nothing could be had (a wrong address) do not hide an answer.
        if answer.state != "failed":
            newest[answer.model] = known[answer.model_hash]
            settings[answer.model].add(answer.model_hash)
    wanted = list(newest) if models is None else list(dict.fromkeys(models))
    for name in wanted:
        if name not in newest and picked[name]:
            raise _picked_only(name, picked[name])
        if name not in newest:
            raise _unknown("模型", "model", name, sorted(newest))
    if not newest and picked:
        raise _picked_only(*picked.most_common(1)[0])
    notes = [_picked(name, count) for name, count in picked.items()
             if models is None or name in wanted]  # fmt: skip
    notes += [
        Text(
            f"{name} 还有用别的参数问到的回答，未计入；这里只算最近一次的参数。",
            f"{name} also has answers under other settings; only the newest settings count here.",
        )
        for name in wanted
        if len(settings[name]) > 1
    ]
    return [newest[name] for name in wanted], notes


def _picked(name: str, count: int) -> Text:
    return Text(
        f"{name} 有 {count} 个回答是速测时挑着问的，不能直接算得分，未计入；"
        f"估计值看 mingan run --quick -m {name}。",
        f"{name} has {count} answers to questions that a quick run picked; their share is no "
        f"score, so they do not count here. For the estimate: mingan run --quick -m {name}.",
    )


def _picked_only(name: str, count: int) -> NothingYet:
    public = Text(
        f"{name} 只有速测时挑着问的 {count} 个回答，不能直接算得分；多问几道题就有得分了。",
        f"{name} has only answers to {count} questions that a quick run picked, whose share is no "
        "score; once more is asked, there is one.",
    )
    return NothingYet(
        f"{name} 只有速测时挑着问的 {count} 个回答，不能直接算得分。看估计值用 "
        f"mingan run --quick -m {name}；要得分就不加 --quick 再问。",
        f"{name} has only answers to {count} questions that a quick run picked, whose share is no "
        f"score. For the estimate: mingan run --quick -m {name}; for a score, ask without --quick.",
        public=public,
    )


def outcome(answer: Answer, grade: Grade | None) -> Outcome:
    """What became of one asking: the verdict, else how the answer ended."""
    if grade is not None and grade.verdict == "right":
        return Outcome.RIGHT
    if grade is not None and grade.verdict == "wrong":
        return Outcome.WRONG
    if answer.state in _BY_STATE:
        return _BY_STATE[answer.state]
    if grade is not None and grade.verdict == "unsure":
        return Outcome.UNSURE
    return Outcome.UNGRADED


def _clusters(questions: tuple[Question, ...]) -> tuple[str, ...]:
    """Labels of questions that hang together; empty where none do."""
    if not any(question.cluster for question in questions):
        return ()
    return tuple(q.cluster or f"\0{q.id}" for q in questions)


def _nothing(bank: str) -> UsageError:
    return NothingYet(
        f"题库 {bank} 还没有任何回答。先运行：mingan run --bank {bank} --model 模型名",
        f"There are no answers to the bank {bank} yet. First run: mingan run --bank {bank} "
        "--model NAME",
        public=Text(
            f"题库 {bank} 还没有任何回答；一有回答，这里就有结果。",
            f"There are no answers to the bank {bank} yet; once there are, results are here.",
        ),
    )


def _unknown(zh: str, en: str, name: str, known: list[str]) -> UsageError:
    there_zh = f"有的是：{'、'.join(known)}" if known else "现在一个也没有"
    there_en = f"There are: {', '.join(known)}" if known else "There is none yet"
    return UsageError(
        f"工作区里没有{zh} {name}。{there_zh}。", f"There is no {en} {name} here. {there_en}."
    )
