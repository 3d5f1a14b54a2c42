"""Asking for a watch: the baseline first, later one check a day; on record before it is asked.

What is to be done follows from the record and the day alone, so that any death costs only what
was under way: a baseline that was cut off is gone on with under its own day, a check only on the
day that it belongs to. A day that was missed is never asked later under its date. This module
must not know what the answers say.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Any, Literal

from mingan import asking, runs, shelf
from mingan.bank import Bank
from mingan.drift import chosen, judged, watches
from mingan.drift.watches import Watch
from mingan.errors import BusyError, UsageError
from mingan.language import Text
from mingan.models.protocol import Model
from mingan.records import ModelCard
from mingan.store import Run, Store
from mingan.workspace import Workspace

REPEATS = 2
"""Askings of each question at the baseline: the fewest that show how much varies by itself."""

Did = Literal["baseline", "check", "nothing"]


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What one call did.

    Attributes:
        did: what was asked; "nothing" where the day was done already.
        outcome: the account of asking; None for nothing.
        judged: the accounts of asking the judge: what was new, and old answers once more.
        notes: what should be known, one sentence each.
    """

    did: Did
    watch: str
    model: str
    bank: str
    day: str
    outcome: asking.Outcome | None = None
    judged: tuple[asking.Outcome, ...] = ()
    notes: tuple[Text, ...] = ()

    @property
    def complete(self) -> bool:
        """Whether every answer of the day is there."""
        return self.outcome is None or (
            not self.outcome.left
            and not self.outcome.lost
            and not self.outcome.states.get("failed")
        )


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """What somebody wants watched; what is None is left as it is, or taken from the usual.

    Attributes:
        model: a name (see `mingan.shelf`) or a card.
        every: days between two checks.
        anew: begin a new baseline, whatever there is.
        judge: the name of a judge whose verdicts count where rules cannot tell; questions that
            need one are watched too. `show_hidden`: hidden ones may be sent to a judge that is
            not on this machine.
    """

    model: str | ModelCard
    bank: str | Bank | None = None
    limit: int | None = None
    repeats: int | None = None
    every: int | None = None
    seed: int = 0
    anew: bool = False
    judge: str | None = None
    show_hidden: bool = False
    models_file: str | Path | None = None


@dataclass(frozen=True, kw_only=True)
class _Step:
    """The next thing to ask: a plan and the run that it belongs to or will belong to."""

    did: Did
    plan: asking.Plan
    card: ModelCard
    bank: Bank
    settings: Mapping[str, Any]
    run: Run | None
    watch: str = ""
    notes: tuple[Text, ...] = field(default=())

    @property
    def key(self) -> tuple[object, ...]:
        """What must still hold once nobody else asks."""
        return self.did, self.plan.day, self.watch, self.run.id if self.run else ""


async def ask(
    workspace: Workspace,
    wanted: Wanted,
    *,
    day: str,
    made: Mapping[str, Model] | None = None,
    **how: Any,
) -> Asked:
    """Ask what is to be asked of a model on `day`: its baseline, or the check of the day.

    Then its judge, where the watch has one. A second call on the same day asks only what could
    not be had before, or nothing.

    Args:
        day: the day it is, ISO 8601.
        made: models by name that are made already.
        how: `budget`, `stop` and the like, as `mingan.asking.ask` takes them.

    Raises:
        UsageError: an unknown model, fewer than two repeats, a day before one on record.
        BusyError: another process is asking.
        MinganError: see `mingan.runs.carry_out`.
    """
    store = workspace.store
    check_day(day)
    asked = await _asked(workspace, wanted, day, made or {}, how)
    watch = next(one for one in watches.on_record(store) if one.id == asked.watch)
    if not watch.judge or not asked.complete:
        return asked
    outcomes = await judged.judge(
        workspace, watch, day, models_file=wanted.models_file, made=made,
        show_hidden=wanted.show_hidden, **how,
    )  # fmt: skip
    return replace(asked, judged=tuple(outcomes))


async def _asked(
    workspace: Workspace, wanted: Wanted, day: str, made: Mapping[str, Model],
    how: Mapping[str, Any],
) -> Asked:  # fmt: skip
    """Ask the model, but not yet its judge."""
    store = workspace.store
    step = _next(workspace, wanted, day)
    left, _ = asking.missing(step.plan.items(), store)
    if step.run is not None and not left:
        await asyncio.to_thread(_settle, store, step.run)
        return Asked(did="nothing", watch=step.watch or step.run.id, model=step.card.name,
                     bank=step.bank.name, day=day, notes=step.notes)  # fmt: skip

    def begin() -> Run:
        if _next(workspace, wanted, day).key != step.key:
            raise BusyError(
                "另一个 mingan drift 刚刚问过这个模型，请再运行一次。",
                "Another mingan drift has just asked this model; run it again.",
                public=Text("刚刚有人问过，请再试一次。", "It has just been asked; try again."),
            )
        return _begun(store, step)

    outcome = await runs.carry_out(
        store, step.plan, begin, made=made, registry=workspace.registry, **how
    )
    return Asked(
        did=step.did, watch=step.watch or outcome.run_id, model=step.card.name,
        bank=step.bank.name, day=step.plan.day, outcome=outcome, notes=step.notes,
    )  # fmt: skip


def is_due(workspace: Workspace, wanted: Wanted, day: str) -> bool:
    """Whether something is to be asked on `day`, by the record alone.

    Raises:
        UsageError: as `ask`.
    """
    step = _next(workspace, wanted, day)
    if step.run is not None:  # begun, and perhaps cut off
        return bool(asking.missing(step.plan.items(), workspace.store)[0])
    if step.did == "baseline":
        return True
    return day >= _current(workspace.store, step.card, step.bank.name)[-1].due


def check_day(day: str) -> None:
    """See that `day` is a day.

    Raises:
        UsageError: it is none.
    """
    try:
        if date.fromisoformat(day).isoformat() == day:
            return
    except ValueError:
        pass  # no day at all, like one in another spelling: the same sentence
    raise UsageError(
        f"日期要写成 2026-03-09 的样子，而写的是 {day!r}。",
        f"Write a day like 2026-03-09, not {day!r}.",
    )


def _current(store: Store, card: ModelCard, bank: str | None) -> list[Watch]:
    return [
        watch for watch in watches.on_record(store, model=card.name, bank=bank) if not watch.ended
    ]


def _next(workspace: Workspace, wanted: Wanted, day: str) -> _Step:
    card = _card(workspace, wanted)
    name = wanted.bank.name if isinstance(wanted.bank, Bank) else wanted.bank
    there = _current(workspace.store, card, _bank_name(workspace, wanted, name))
    watch = there[-1] if there else None
    if watch is None:
        return _baseline(workspace, wanted, card, day, ())
    if watch.card.hash != card.hash:
        return _baseline(workspace, wanted, card, day, (_another(watch, card),))
    if wanted.anew and watch.started.run.day != day:
        return _baseline(workspace, wanted, card, day, ())
    if not _whole(workspace.store, watch) and not watch.checks:
        return _again(workspace.store, watch, card, watch.started.run, "baseline", ())
    return _check(workspace.store, wanted, watch, card, day)


def _check(store: Store, wanted: Wanted, watch: Watch, card: ModelCard, day: str) -> _Step:
    if day < watch.days[-1]:
        raise UsageError(
            f"{card.name} 已经在 {watch.days[-1]} 问过了，不能再补 {day} 的：过去的日子问不回来。",
            f"{card.name} was asked on {watch.days[-1]} already, so {day} cannot be asked now: "
            "a day that is past cannot be asked again.",
        )
    notes = _frozen(wanted, watch)
    run = watch.run_of(day)
    if run is not None:
        return _again(store, watch, card, run, "baseline" if run.id == watch.id else "check", notes)
    plan = watch.plan(day)
    seed = watches.seed_of(watch.started.run)
    settings = watches.settings(
        "check", every=wanted.every or watch.every, seed=seed, watch=watch.id
    )
    bank = Bank(name=watch.bank, questions=tuple(store.bank(watch.started.run.bank_hash) or ()))
    return _Step(did="check", plan=plan, card=card, bank=bank, settings=settings, run=None,
                 watch=watch.id, notes=notes)  # fmt: skip


def _again(
    store: Store, watch: Watch, card: ModelCard, run: Run, did: Did, notes: tuple[Text, ...]
) -> _Step:
    """Going on with a run on record, with the card as it is written down now."""
    plan = asking.Plan(
        questions=watch.questions, cards=[card], repeats=run.repeats, day=run.day,
        seed=watches.seed_of(run),
    )  # fmt: skip
    bank = Bank(name=watch.bank, questions=tuple(store.bank(run.bank_hash) or ()))
    return _Step(did=did, plan=plan, card=card, bank=bank, settings=run.settings, run=run,
                 watch=watch.id, notes=notes)  # fmt: skip


def _baseline(
    workspace: Workspace, wanted: Wanted, card: ModelCard, day: str, notes: tuple[Text, ...]
) -> _Step:
    repeats = REPEATS if wanted.repeats is None else wanted.repeats
    if repeats < 2:
        raise UsageError(
            f"基准至少要问 2 次，才知道同一天自己和自己差多少；而写的是 {repeats}。",
            "The baseline is asked twice at least, to know how much varies within a day; "
            f"repeats is {repeats}.",
        )
    source = wanted.bank if isinstance(wanted.bank, Bank) else workspace.bank(
        wanted.bank or "builtin"
    )  # fmt: skip
    limit = chosen.SIZE if wanted.limit is None else wanted.limit
    questions = chosen.watched(
        source.questions, limit=limit, seed=wanted.seed, judged=bool(wanted.judge),
        registry=workspace.registry,
    )  # fmt: skip
    plan = asking.Plan(
        questions=questions, cards=[card], repeats=repeats, day=day, seed=wanted.seed
    )
    settings = watches.settings(
        "baseline", every=wanted.every or watches.DAILY, seed=wanted.seed,
        judge=wanted.judge or "",
    )  # fmt: skip
    return _Step(did="baseline", plan=plan, card=card, bank=source, settings=settings, run=None,
                 notes=notes)  # fmt: skip


def _begun(store: Store, step: _Step) -> Run:
    """The run of a step, for a caller that holds the run lock: whoever else is running has died."""
    run = step.run
    if run is None:
        run = runs.put_on_record(store, step.bank, step.plan, settings=step.settings)
    for status in store.runs():
        if status.run.id == run.id:
            store.end_run(run.id, "running")
        elif status.state == "running" and watches.role_of(status.run):
            store.end_run(status.run.id, "stopped")
    return run


def _settle(store: Store, run: Run) -> None:
    """A run that has all its answers and did not live to say so is finished."""
    if runs.status_of(store, run.id).state != "finished":
        store.end_run(run.id, "finished")


def _whole(store: Store, watch: Watch) -> bool:
    """Whether the baseline has come to its end, or has every answer all the same."""
    if watch.started.state == "finished":
        return True
    run = watch.started.run
    plan = asking.Plan(
        questions=watch.questions, cards=[watch.card], repeats=run.repeats, day=run.day
    )
    return not asking.missing(plan.items(), store)[0]


def _card(workspace: Workspace, wanted: Wanted) -> ModelCard:
    if isinstance(wanted.model, ModelCard):
        return wanted.model
    return shelf.cards(
        [wanted.model], models_file=wanted.models_file, registry=workspace.registry
    )[0]  # fmt: skip


def _bank_name(workspace: Workspace, wanted: Wanted, name: str | None) -> str | None:
    """The name under which a bank is on record; a file has its bank's name, not its own."""
    if name is None or isinstance(wanted.bank, Bank) or not Path(name).is_file():
        return name
    return workspace.bank(name).name


def _another(watch: Watch, card: ModelCard) -> Text:
    return Text(
        f"{card.name} 的设置改过了（从 {watch.days[0]} 的基准起），它已经是另一个模型：不算漂移，"
        "这里重新定一个基准。",
        f"The settings of {card.name} were changed since its baseline of {watch.days[0]}, which "
        "makes it another model: no drift is said, a new baseline is begun.",
    )


def _frozen(wanted: Wanted, watch: Watch) -> tuple[Text, ...]:
    """What was asked for and cannot be, because the set is frozen."""
    asked = len(watch.questions)
    if wanted.limit not in (None, asked) or wanted.repeats not in (None, watch.repeats):
        return (
            Text(
                f"题目在 {watch.days[0]} 就定下了：{asked} 道，基准问了 {watch.repeats} 遍；"
                "要另定一套，请加 --anew。",
                f"The set was frozen on {watch.days[0]}: {asked} questions, asked {watch.repeats} "
                "times at the baseline; to freeze another, add --anew.",
            ),
        )
    return ()
