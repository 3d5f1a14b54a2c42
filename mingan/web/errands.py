"""What a conductor carries out: anything that asks models, and can be halted and gone on with.

A run on record is an errand, and putting answers before judges is another. An errand knows whom
it asks and how; when its turn comes, what halts it and what is said of it are the conductor's.
The module knows no thread, no request and no page.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from mingan import asking, runs
from mingan.models.protocol import Model
from mingan.records import ModelCard
from mingan.store import RunState
from mingan.workspace import Workspace


class Errand(Protocol):
    """One thing that asks models."""

    @property
    def id(self) -> str:
        """Its name among all errands."""

    @property
    def state(self) -> RunState:
        """How it stands, whoever brought it there; `waiting` and `running` are still wanted."""

    def cards(self) -> list[ModelCard]:
        """Whom it asks."""

    def end(self, state: RunState) -> None:
        """Remember how it stands from now on."""

    async def ask(
        self, *, stop: asyncio.Event, abandon: asyncio.Event,
        progress: Callable[[asking.Progress], None],
    ) -> asking.Outcome:  # fmt: skip
        """Ask what is missing.

        Raises:
            BusyError: another process is asking.
            MinganError: it cannot be asked.
        """


@dataclass(frozen=True, kw_only=True)
class RunErrand:
    """A run on record.

    Attributes:
        budget: what it may spend from the time `since` on, instead of what is left of its first
            budget.
        made: models by name that are made already.
    """

    workspace: Workspace
    id: str
    models_file: str | Path | None = None
    made: Mapping[str, Model] | None = None
    budget: asking.Budget | None = None
    since: str = ""

    @property
    def state(self) -> RunState:
        """As the store has it: another server may have gone on with the run meanwhile."""
        return runs.status_of(self.workspace.store, self.id).state

    def cards(self) -> list[ModelCard]:
        """The models of the run."""
        store = self.workspace.store
        run = runs.status_of(store, self.id).run
        return runs.cards_of(store, run, models_file=self.models_file)

    def end(self, state: RunState) -> None:
        """Put on record how it stands."""
        self.workspace.store.end_run(self.id, state)

    async def ask(
        self, *, stop: asyncio.Event, abandon: asyncio.Event,
        progress: Callable[[asking.Progress], None],
    ) -> asking.Outcome:  # fmt: skip
        """Go on with the run."""
        store = self.workspace.store
        run = runs.status_of(store, self.id).run
        budget = runs.budget_left(store, run, budget=self.budget, since=self.since)
        return await runs.go_on(
            store, self.id, models_file=self.models_file, made=self.made,
            registry=self.workspace.registry, budget=budget, stop=stop, abandon=abandon,
            progress=progress,
        )  # fmt: skip
