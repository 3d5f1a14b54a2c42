"""A watch as it lies on record: the run that asked the baseline, and the runs that asked again.

A watch is no table of its own. Its runs carry in their settings what they were for:

    {"drift": {"role": "baseline", "every": 1}, "seed": 0}
    {"drift": {"role": "check", "watch": ID OF THE BASELINE'S RUN, "every": 1}, "seed": 0}

So everything about it, and what is due, follows from the record alone, whatever died. This module
must not know how anything is asked, nor what the answers say.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any, Literal

from mingan.asking import Plan
from mingan.records import ModelCard, Question
from mingan.store import Reader, Run, RunStatus

KEY = "drift"
"""Where a run's settings say that it belongs to a watch."""

SAME = "same"
"""The role of a run that compares the raw outputs of two endpoints."""

DAILY = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Watch:
    """One model, one frozen set of questions, and the days on which it was asked.

    Attributes:
        card: the model as it stood at the baseline; another hash is another model.
        started: the baseline's run, with its state; `checks`: the runs that asked again, by day.
        ended: the same name was begun anew since, or its card is another now.
    """

    card: ModelCard
    questions: tuple[Question, ...]
    started: RunStatus
    checks: tuple[RunStatus, ...] = ()
    ended: bool = False

    @property
    def id(self) -> str:
        """The watch's name: the id of its first run."""
        return self.started.run.id

    @property
    def bank(self) -> str:
        """The bank that the questions are from."""
        return self.started.run.bank

    @property
    def repeats(self) -> int:
        """How often each question was asked at the baseline."""
        return self.started.run.repeats

    @property
    def every(self) -> int:
        """Days between two checks, as the newest run says."""
        last = (self.checks or (self.started,))[-1]
        return every_of(last.run)

    @property
    def days(self) -> tuple[str, ...]:
        """The days on record, the baseline's first."""
        return (self.started.run.day, *(status.run.day for status in self.checks))

    @property
    def due(self) -> str:
        """The day from which the next check is due; however many were missed, it is one."""
        return (date.fromisoformat(self.days[-1]) + timedelta(days=self.every)).isoformat()

    @property
    def judge(self) -> str:
        """The judge whose verdicts count where rules cannot tell; "" for none."""
        return str(_about(self.started.run).get("judge", ""))

    def run_of(self, day: str) -> Run | None:
        """The run of that day."""
        found = [s.run for s in (self.started, *self.checks) if s.run.day == day]
        return found[-1] if found else None

    def plan(self, day: str) -> Plan:
        """What a check asks on `day`: the frozen set, once."""
        run = self.started.run
        return Plan(
            questions=self.questions, cards=[self.card], repeats=1, day=day, seed=seed_of(run)
        )


def settings(
    role: Literal["baseline", "check"], *, every: int, seed: int, watch: str = "", judge: str = ""
) -> dict[str, Any]:  # fmt: skip
    """What a run of a watch carries in its settings."""
    about: dict[str, Any] = {"role": role, "every": every}
    if watch:
        about["watch"] = watch
    if judge:
        about["judge"] = judge
    return {KEY: about, "seed": seed}


def role_of(run: Run) -> str:
    """What a run was for: baseline, check or same; "" for one of no watch."""
    return str(_about(run).get("role", ""))


def every_of(run: Run) -> int:
    """Days between two checks."""
    found = _about(run).get("every")
    return found if isinstance(found, int) and found > 0 else DAILY


def seed_of(run: Run) -> int:
    """The seed of its order of asking."""
    return int(run.settings.get("seed", 0))


def on_record(reader: Reader, *, model: str | None = None, bank: str | None = None) -> list[Watch]:
    """Every watch on record, oldest first.

    Of one model name on one bank only the newest goes on; the others have `ended`. A run whose
    questions or model are not on record any more is left out.
    """
    cards = {card.hash: card for card in reader.cards()}
    statuses = [status for status in reader.runs() if role_of(status.run)]
    checks: dict[str, dict[str, RunStatus]] = {}
    for status in statuses:
        if role_of(status.run) == "check":
            checks.setdefault(str(_about(status.run).get("watch")), {})[status.run.day] = status
    found: dict[tuple[str, str], list[Watch]] = {}
    for status in statuses:
        run = status.run
        card = cards.get(run.models[0]) if run.models else None
        if role_of(run) != "baseline" or card is None:
            continue
        if model not in (None, card.name) or bank not in (None, run.bank):
            continue
        questions = _questions(reader, run)
        if not questions:
            continue
        again = checks.get(run.id, {})
        watch = Watch(
            card=card, questions=questions, started=status,
            checks=tuple(again[day] for day in sorted(again)),
        )  # fmt: skip
        found.setdefault((card.name, run.bank), []).append(watch)
    ordered = [
        replace(watch, ended=watch is not series[-1])
        for series in found.values()
        for watch in series
    ]
    return sorted(ordered, key=lambda watch: (watch.started.run.started, watch.id))


def _about(run: Run) -> dict[str, Any]:
    found = run.settings.get(KEY)
    return found if isinstance(found, dict) else {}


def _questions(reader: Reader, run: Run) -> tuple[Question, ...]:
    there = {question.id: question for question in reader.bank(run.bank_hash) or ()}
    return tuple(there[name] for name in run.questions if name in there)
