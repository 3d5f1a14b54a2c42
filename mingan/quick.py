"""A quick run: the next question is picked by the answers before, until enough is known.

What models answered before in this workspace tells how hard each question is; the score on all of
them is estimated from the few that tell most (`mingan.statistics.short`). The test of a model is a
pure function of its answers, so a run that was cut off begins again from its first question and
finds those answers there. Answers to picked questions are no random sample: the run is marked,
and `reports.gather` keeps them out of every score. The module must not know how a terminal shows
anything.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from mingan import asking, grading, runs
from mingan.asking.conversation import SHORT_TURNS
from mingan.bank import Bank
from mingan.errors import UsageError
from mingan.grading import choose
from mingan.language import Text
from mingan.models.protocol import Model
from mingan.plugins import Registry
from mingan.plugins import registry as installed
from mingan.records import Answer, Grade, ModelCard, Question, answer_key
from mingan.reports.gather import JUDGE, gather, outcome
from mingan.reports.quickly import Ended, Quick
from mingan.reports.twin_pairs import rates
from mingan.statistics import Outcome
from mingan.statistics.short import FEWEST_MODELS, Estimate, Known, ShortTest, learn
from mingan.store import PICKED, Reader, Run, Store

LIMIT = 30
"""Questions picked, if nobody says otherwise."""

FEWEST = 10
"""Questions before which no interval is called narrow."""

_HALF = 0.5  # of the questions that a model must have answered to be learned from
_GIVEN_UP = 3  # questions that failed one after another


@dataclass(frozen=True, kw_only=True)
class Pool:
    """The questions that may be picked, and what earlier models tell about them.

    Attributes:
        questions: all that rules can grade; the score is of these.
        references: the models learned from.
    """

    bank: Bank
    questions: tuple[Question, ...]
    references: tuple[str, ...]
    known: Known


@dataclass(frozen=True, kw_only=True)
class Until:
    """When a quick run ends: after `limit` questions, or once the interval reaches no further
    than `within` to each side. Without either, after `LIMIT`."""

    limit: int | None = None
    within: float | None = None

    def check(self) -> None:
        """See that it makes sense.

        Raises:
            UsageError: a limit below one, or an interval of no width.
        """
        if self.limit is not None and self.limit < 1:
            asking.subset((), self.limit)  # which says what is wrong with it
        if self.within is not None and not 0 < self.within < 0.5:
            raise UsageError(
                f"--within 是要把得分估到正负几分，写 1 到 49 之间的数，而写的是 "
                f"{100 * self.within:g}。",
                "--within is to how many points either way the score should be known, between 1 "
                f"and 49, not {100 * self.within:g}.",
            )

    @property
    def most(self) -> float:
        """The most questions it may take."""
        if self.limit is not None:
            return self.limit
        return LIMIT if self.within is None else np.inf

    def reached(self, estimate: Estimate, asked: int) -> Ended | None:
        """Why no more is to be asked, or None."""
        if asked >= self.most:
            return "many"
        half = (estimate.high - estimate.low) / 2
        narrow = self.within is not None and asked >= FEWEST and half <= self.within
        return "narrow" if narrow else None


def pool_of(
    reader: Reader, bank: Bank, *, without: Collection[str] = (), registry: Registry = installed
) -> tuple[Pool | None, int]:
    """What earlier models tell about a bank, and how many they are; None where too few.

    Args:
        without: models that are to be tested; they are not learned from.

    Raises:
        InputError: a question is of a kind that nobody installed.
    """
    fit = _gradable(bank)
    found, references = _rates_of(reader, bank, fit, without)
    if len(references) < FEWEST_MODELS:
        return None, len(references)
    short = {id(q) for q in asking.short(fit, SHORT_TURNS, registry)}
    askable = np.array([id(question) in short for question in fit])
    if not askable.any():
        askable[:] = True
    known = learn(found, strata=[_ability(question) for question in fit], askable=askable)
    return (
        Pool(bank=bank, questions=tuple(fit), references=tuple(references), known=known),
        len(references),
    )


def sizes_of(bank: Bank, *, registry: Registry = installed) -> tuple[int, set[str]]:
    """How many questions rules can grade, and which of them are short.

    Raises:
        InputError: a question is of a kind that nobody installed.
    """
    fit = _gradable(bank)
    return len(fit), {q.id for q in asking.short(fit, SHORT_TURNS, registry)}


def _gradable(bank: Bank) -> list[Question]:
    return [q for q in bank.questions if (q.grader or choose(q).grader) != JUDGE]


def _rates_of(
    reader: Reader, bank: Bank, questions: Sequence[Question], without: Collection[str]
) -> tuple[np.ndarray, list[str]]:
    """(M, Q) shares right of the models that answered enough of these questions, by name."""
    if not any(name == bank.name for name, _, _ in reader.banks()):
        return np.zeros((0, len(questions))), []
    try:
        gathered = gather(reader, bank=bank.name)
    except UsageError:  # nobody has answered it
        return np.zeros((0, len(questions))), []
    asked = {(q.id, q.asked) for q in gathered.questions}
    places = {q.id: i for i, q in enumerate(questions) if (q.id, q.asked) in asked}
    rows: dict[str, np.ndarray] = {}
    for model, question, rate in rates(gathered):
        if model not in without and question in places:
            row = rows.setdefault(model, np.full(len(questions), np.nan))
            row[places[question]] = rate
    enough = _HALF * len(questions)
    names = sorted(name for name, row in rows.items() if (~np.isnan(row)).sum() >= enough)
    return np.array([rows[name] for name in names]), names


def _ability(question: Question) -> str:
    return question.tags[0] if question.tags else question.tier


async def ask(
    store: Store,
    pool: Pool,
    cards: Sequence[ModelCard],
    until: Until | None = None,
    *,
    repeats: int = 1,
    made: Mapping[str, Model] | None = None,
    registry: Registry = installed,
    on_answer: Callable[[Quick], None] | None = None,
    **how: Any,
) -> tuple[Quick, ...]:
    """Test models one after another, as the only process that asks for this workspace.

    Args:
        made: models by name that are made already.
        on_answer: called with how it stands after every question.
        how: `budget`, `stop` and the like, as `mingan.asking.ask` takes them; the budget is for
            all models together.

    Raises:
        UsageError: an end, a budget or models that make no sense; nothing was asked.
        BusyError: another process is asking.
        MinganError: a model cannot be made.
    """
    end = until or Until()
    end.check()
    asking.Plan(questions=[], cards=cards, repeats=repeats).items()  # which checks both
    purse = _Purse(how.pop("budget", None))
    found = []
    async with runs.alone(store, cards, made=made, registry=registry) as living:
        for card in cards:
            sitting = _Sitting(store, pool, card, repeats, living, registry, purse, how)
            found.append(await sitting.whole(end, on_answer))
    return tuple(found)


@dataclass
class _Purse:
    """What is left of a budget that several askings share; time runs from the beginning."""

    budget: asking.Budget | None
    money: float = 0.0
    tokens: int = 0
    questions: int = 0
    began: float = field(default_factory=time.monotonic)

    def left(self) -> asking.Budget | None:
        given = self.budget
        if given is None:
            return None
        gone = time.monotonic() - self.began
        return asking.Budget(
            money=None if given.money is None else max(0.0, given.money - self.money),
            currency=given.currency,
            tokens=None if given.tokens is None else max(0, given.tokens - self.tokens),
            seconds=None if given.seconds is None else max(0.0, given.seconds - gone),
            questions=None if given.questions is None else max(0, given.questions - self.questions),
        )

    def take(self, outcome: asking.Outcome) -> None:
        self.tokens += outcome.tokens_in + outcome.tokens_out
        self.questions += outcome.asked
        if self.budget is not None:
            self.money += outcome.spent.get(self.budget.currency, 0.0)


class _Sitting:
    """One model, from its first question to its last."""

    def __init__(
        self, store: Store, pool: Pool, card: ModelCard, repeats: int,
        living: Mapping[str, Model], registry: Registry, purse: _Purse, how: Mapping[str, Any],
    ) -> None:  # fmt: skip
        self.store, self.pool, self.card, self.repeats = store, pool, card, repeats
        self.living, self.registry, self.purse, self.how = living, registry, purse, how
        self.test: ShortTest = pool.known.test()
        self.asked = self.there = self.lost = self.failed = 0
        self.reasons: tuple[Text, ...] = ()
        self._answers = {a.key: a for a in store.answers(models=[card.hash])}
        self._grades = store.grades()

    async def whole(self, until: Until, on_answer: Callable[[Quick], None] | None) -> Quick:
        """Ask until the end; what was asked is on disk before the next question."""
        run = runs.put_on_record(self.store, self.pool.bank, self._plan(self._askable()),
                                 settings={PICKED: True})  # fmt: skip
        try:
            ended = await self._asked(run, until, on_answer)
        except BaseException:
            self.store.end_run(run.id, "failed")
            raise
        self.store.end_run(run.id, "stopped" if ended == "stopped" else "finished")
        return self._found(ended)

    async def _asked(
        self, run: Run, until: Until, on_answer: Callable[[Quick], None] | None
    ) -> Ended:
        failed = 0
        while True:
            ended = until.reached(self.test.estimate(self.pool.known), len(self.test.order))
            if ended is not None:
                return ended
            if len(self.test.order) == len(self._askable()):
                return "all"
            if any(self.how.get(wish) and self.how[wish].is_set() for wish in ("stop", "abandon")):
                return "stopped"
            place = self.test.next()
            question = self.pool.questions[place]
            if not await self._put(run, question):
                return "stopped"
            rate, had = self._rate(question)
            failed = 0 if had else failed + 1
            self.failed += not had
            self.lost += had and rate is None
            self.test.answer(place, rate)
            if on_answer is not None:
                on_answer(self._found("stopped"))
            if failed == _GIVEN_UP:
                return "stopped"

    async def _put(self, run: Run, question: Question) -> bool:
        """Ask one question, if it has no answer yet; whether it has been asked."""
        plan = self._plan([question])
        seen: dict[str, Grade] = {}

        def grade(asked: Question, answer: Answer) -> Grade:
            given = grading.grade(asked, answer, registry=self.registry)
            self._answers[answer.key], seen[answer.content] = answer, given
            return given

        did = await asking.ask(
            plan, self.living, self.store, run_id=run.id, grade=grade,
            slow=lambda one: grading.is_slow(one, registry=self.registry),
            registry=self.registry, budget=self.purse.left(), **self.how,
        )  # fmt: skip
        self.purse.take(did)
        self._grades |= {(content, question.hash): given for content, given in seen.items()}
        self.reasons = did.reasons
        self.asked += bool(did.asked)
        self.there += bool(did.already and not did.asked)
        return not (did.left or did.lost)

    def _rate(self, question: Question) -> tuple[float | None, bool]:
        """The share right of one question, None without a verdict; and whether any answer came."""
        keys = [
            answer_key(question.id, question.asked, self.card.hash, repeat=repeat)
            for repeat in range(self.repeats)
        ]
        had = [a for key in keys if (a := self._answers.get(key)) and a.state != "failed"]
        new = []
        for answer in had:
            if (answer.content, question.hash) not in self._grades:
                given = grading.grade(question, answer, registry=self.registry)
                self._grades[answer.content, question.hash] = given
                new.append(given)
        runs.keep_grades(self.store, new)
        marks = [outcome(a, self._grades[a.content, question.hash]) for a in had]
        verdicts = [m == Outcome.RIGHT for m in marks if m in (Outcome.RIGHT, Outcome.WRONG)]
        return (sum(verdicts) / len(verdicts) if verdicts else None), bool(had)

    def _plan(self, questions: Sequence[Question]) -> asking.Plan:
        return asking.Plan(questions=questions, cards=[self.card], repeats=self.repeats)

    def _askable(self) -> list[Question]:
        return [
            question
            for question, may in zip(self.pool.questions, self.pool.known.askable, strict=True)
            if may
        ]

    def _found(self, ended: Ended) -> Quick:
        return Quick(
            model=self.card.name, bank=self.pool.bank.name,
            estimate=self.test.estimate(self.pool.known), asked=self.asked, there=self.there,
            lost=self.lost, failed=self.failed,
            questions=tuple(self.pool.questions[place].id for place in self.test.order),
            references=len(self.pool.references), ended=ended, reasons=self.reasons,
        )  # fmt: skip
