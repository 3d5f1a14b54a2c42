"""Runs from beginning to end: put on record, carried out, and gone on with after any death.

What a run asked is all in its record: the bank as it stood, the questions, the models, how
often. So a run that was cut off can go on from the record alone, whoever began it, and asks only
what is missing. This module ties asking, grading and the store together; it must not know where
a run is shown or who wanted it.
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, fields, replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

from mingan import asking, grading, shelf
from mingan.bank import Bank
from mingan.errors import ModelsFileError, UsageError
from mingan.models import catalogue, keys
from mingan.models.protocol import Model
from mingan.plugins import Registry
from mingan.plugins import registry as installed
from mingan.records import Grade, ModelCard, Question, content_hash, now
from mingan.store import Run, RunState, RunStatus, Store

PORTION = 200
"""Grades that are stored at once."""

Begin = Callable[[], Run]


@dataclass(frozen=True, kw_only=True)
class Wish:
    """What somebody wants to be asked, before it is a plan; see `Workspace.ask`."""

    bank: Bank
    cards: Sequence[ModelCard]
    repeats: int = 1
    limit: int | None = None
    turns: int | None = None
    seed: int = 0

    def plan(self, registry: Registry = installed) -> asking.Plan:
        """The questions chosen, for these models.

        Raises:
            UsageError: a limit below one.
            InputError: a question is of a kind that nobody installed.
        """
        questions = list(self.bank.questions)
        if self.turns is not None:
            questions = asking.short(questions, self.turns, registry) or questions
        if self.limit is not None:
            questions = asking.subset(questions, self.limit, seed=self.seed)
        return asking.Plan(
            questions=questions, cards=list(self.cards), repeats=self.repeats, seed=self.seed
        )


def put_on_record(
    store: Store, source: Bank, plan: asking.Plan, *, settings: Mapping[str, Any] | None = None,
    state: RunState = "running",
) -> Run:  # fmt: skip
    """The unfinished run of the same plan, or a new one; on record before anything is asked.

    Where `settings` are given, only a run with the very same ones is gone on with.
    """
    digest = store.add_bank(source.name, source.questions)
    store.add_cards(plan.cards)
    run = Run(
        id=f"{datetime.now(UTC):%Y%m%d-%H%M%S}-{secrets.token_hex(2)}",
        bank=source.name,
        bank_hash=digest,
        questions=tuple(question.id for question in plan.questions),
        models=tuple(card.hash for card in plan.cards),
        repeats=plan.repeats,
        day=plan.day,
        started=now(),
        settings=dict(settings or {}),
    )
    for status in reversed(store.runs()):
        same = settings is None or status.run.settings == run.settings
        if status.state != "finished" and same and _identity(status.run) == _identity(run):
            store.end_run(status.run.id, state)
            return status.run
    store.begin_run(run)
    if state != "running":
        store.end_run(run.id, state)
    return run


async def carry_out(
    store: Store,
    plan: asking.Plan,
    begin: Begin,
    *,
    made: Mapping[str, Model] | None = None,
    registry: Registry = installed,
    **how: Any,
) -> asking.Outcome:
    """Ask a plan as the only process that asks for this workspace, and grade in passing.

    Args:
        begin: gives the run, called once all models are made.
        made: models by name that are made already.
        how: `budget`, `stop` and the like, as `mingan.asking.ask` takes them.

    Raises:
        BusyError: another process is asking.
        MinganError: a model cannot be made; see also `mingan.asking.ask`.
    """
    async with alone(store, plan.cards, made=made, registry=registry) as living:
        return await _asked(store, begin(), plan, living, registry, how)


@asynccontextmanager
async def alone(
    store: Store, cards: Sequence[ModelCard], *, made: Mapping[str, Model] | None = None,
    registry: Registry = installed,
) -> AsyncIterator[dict[str, Model]]:  # fmt: skip
    """The models by name, for the only process that asks for this workspace; closed at the end.

    Raises:
        BusyError: another process is asking.
        MinganError: a model cannot be made.
    """
    known = made or {}
    with store.run_lock():
        async with AsyncExitStack() as stack:
            living = {
                card.name: known.get(card.name) or catalogue.make(card, registry=registry)
                for card in cards
            }
            for model in living.values():
                stack.push_async_callback(model.close)
            yield living


async def go_on(
    store: Store,
    run_id: str,
    *,
    models_file: str | Path | None = None,
    made: Mapping[str, Model] | None = None,
    registry: Registry = installed,
    **how: Any,
) -> asking.Outcome:
    """Go on with a run on record; what could not be had before is asked once more.

    Raises:
        UsageError: there is no such run, or its bank or a model is not on record any more.
        MinganError: see `carry_out`.
    """
    run = status_of(store, run_id).run
    plan = plan_of(store, run, models_file=models_file, registry=registry)

    def begin() -> Run:
        store.end_run(run.id, "running")
        return run

    return await carry_out(store, plan, begin, made=made, registry=registry, **how)


def status_of(store: Store, run_id: str) -> RunStatus:
    """A run on record.

    Raises:
        UsageError: there is none of that id.
    """
    for status in store.runs():
        if status.run.id == run_id:
            return status
    raise UsageError(
        "没有这次运行。它可能在另一个工作区里。",
        "There is no such run. It may be in another workspace.",
    )


def plan_of(
    store: Store, run: Run, *, models_file: str | Path | None = None, registry: Registry = installed
) -> asking.Plan:
    """What a run on record asks: its questions as they stood then, its models as they are now.

    Raises:
        UsageError: its bank or one of its models is not on record.
    """
    return asking.Plan(
        questions=questions_of(store, run),
        cards=cards_of(store, run, models_file=models_file, registry=registry),
        repeats=run.repeats,
        day=run.day,
        seed=int(run.settings.get("seed", 0)),
    )


def questions_of(store: Store, run: Run) -> list[Question]:
    """The questions of a run, as they stood when it began.

    Raises:
        UsageError: they are not on record.
    """
    there = {question.id: question for question in store.bank(run.bank_hash) or ()}
    if not run.questions or any(name not in there for name in run.questions):
        raise UsageError(
            "这次运行的题目不在工作区里，没法接着跑；请重新选题库开始。",
            "The questions of this run are not in the workspace, so it cannot go on; choose a "
            "bank and start anew.",
        )
    return [there[name] for name in run.questions]


def cards_of(
    store: Store, run: Run, *, models_file: str | Path | None = None, registry: Registry = installed
) -> list[ModelCard]:
    """The models of a run; prices and the name of the key as they are written down now.

    Raises:
        UsageError: one is not on record.
    """
    there = {card.hash: card for card in store.cards()}
    with suppress(ModelsFileError):  # what is on record will do
        named = shelf.known_cards(models_file, registry=registry).values()
        there |= {card.hash: card for card in named if card.hash in there}
    if any(digest not in there for digest in run.models):
        raise UsageError(
            "这次运行的模型不在工作区里，没法接着跑；请重新选模型开始。",
            "A model of this run is not in the workspace, so it cannot go on; choose models and "
            "start anew.",
        )
    return [there[digest] for digest in run.models]


def without_key(cards: Sequence[ModelCard]) -> list[ModelCard]:
    """Those models that need a key which is nowhere to be found."""
    return [card for card in cards if card.api_key_env and not keys.find(card.api_key_env)]


def budget_of(run: Run) -> asking.Budget | None:
    """The budget that a run was given at its start; None for none, or an unreadable one."""
    found = run.settings.get("budget")
    known = {field.name for field in fields(asking.Budget)}
    if not isinstance(found, dict) or not found or not found.keys() <= known:
        return None
    return asking.Budget(**found)


def budget_left(
    store: Store, run: Run, *, budget: asking.Budget | None = None, since: str = ""
) -> asking.Budget | None:
    """What is left of a run's budget: money and tokens are counted over all its goes.

    Time is given anew each time, since a pause is no expense.

    Args:
        budget: another one than the run was given at its start, granted at the time `since`.
    """
    budget, since = budget or budget_of(run), since or run.started
    if budget is None or (budget.money is None and budget.tokens is None):
        return budget
    mine = [answer for answer in store.answers(run=run.id) if answer.at >= since]
    money = sum(answer.cost or 0.0 for answer in mine)
    tokens = sum((a.usage.tokens_in or 0) + (a.usage.tokens_out or 0) for a in mine)
    return replace(
        budget,
        money=None if budget.money is None else max(0.0, budget.money - money),
        tokens=None if budget.tokens is None else max(0, budget.tokens - tokens),
    )


def keep_grades(store: Store, grades: Sequence[Grade]) -> None:
    """Store grades, a portion at a time."""
    for start in range(0, len(grades), PORTION):
        store.add_grades(grades[start : start + PORTION])


async def _asked(
    store: Store, run: Run, plan: asking.Plan, models: Mapping[str, Model], registry: Registry,
    how: Mapping[str, Any],
) -> asking.Outcome:  # fmt: skip
    try:
        outcome = await asking.ask(
            plan, models, store, run_id=run.id,
            grade=partial(grading.grade, registry=registry),
            slow=partial(grading.is_slow, registry=registry), registry=registry, **how,
        )  # fmt: skip
    except BaseException:
        store.end_run(run.id, "failed")
        raise
    if outcome.already:
        await asyncio.to_thread(_grade_the_rest, store, plan, registry)
    if outcome.state != "failed":
        store.end_run(run.id, outcome.state)
    return outcome


def _grade_the_rest(store: Store, plan: asking.Plan, registry: Registry) -> None:
    """Grade what an earlier run stored and did not live to grade."""
    questions = {(q.id, q.asked): q for q in plan.questions}
    graded = store.grades().keys()
    new = []
    for answer in store.answers(models=[card.hash for card in plan.cards]):
        question = questions.get((answer.question, answer.asked))
        if question is None or answer.state == "failed":
            continue
        if (answer.content, question.hash) not in graded:
            new.append(grading.grade(question, answer, registry=registry))
    keep_grades(store, new)


def _identity(run: Run) -> str:
    return content_hash(run.bank_hash, run.questions, run.models, run.repeats, run.day)
