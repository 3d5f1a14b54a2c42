"""Sittings: the times that judges are asked about answers, in the hands of this server.

A sitting is an errand of the conductor, so it is asked in line with the runs, can be paused and
gone on with, and does not care whether anybody looks. What the judges said is in the store as
soon as they have said it; the sitting itself lives as long as the server, and asking for the same
again after a restart asks only what is missing. The module knows no request and no page.
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from mingan import asking, judges
from mingan.errors import UsageError
from mingan.judges import JudgeSummary, Wanted, Which
from mingan.models.protocol import Model
from mingan.records import ModelCard, now
from mingan.store import RunState
from mingan.web.conductor import Conductor
from mingan.workspace import Workspace

KEPT = 50
"""Sittings that are remembered."""


@dataclass(frozen=True, kw_only=True)
class SittingWish:
    """What somebody wants judged; see `judges.ask`. `show_hidden`: the owner has consented."""

    bank: str
    judges: tuple[ModelCard, ...]
    kind: Wanted | None = None
    which: Which = "open"
    limit: int | None = None
    repeats: int = 1
    budget: asking.Budget | None = None
    show_hidden: bool = False


@dataclass
class Sitting:
    """One time of putting answers before judges.

    Attributes:
        id: its name in addresses; no run has one like it.
        summary: what came of it when it was last asked.
        spent: money of all its goes, by currency.
    """

    workspace: Workspace
    wish: SittingWish
    made: Mapping[str, Model] | None = None
    id: str = field(default_factory=lambda: f"judges-{secrets.token_hex(4)}")
    started: str = field(default_factory=now)
    state: RunState = "waiting"
    summary: JudgeSummary | None = None
    spent: dict[str, float] = field(default_factory=dict)

    def cards(self) -> list[ModelCard]:
        """The judges."""
        return list(self.wish.judges)

    def end(self, state: RunState) -> None:
        """Remember how it stands."""
        self.state = state

    async def ask(
        self, *, stop: asyncio.Event, abandon: asyncio.Event,
        progress: Callable[[asking.Progress], None],
    ) -> asking.Outcome:  # fmt: skip
        """Ask the judges what is missing."""
        if self.workspace.store.others_ask():
            with self.workspace.store.run_lock():
                pass  # whoever cannot have it must not gather all answers first, again and again
        wish = self.wish
        self.state = "running"
        try:
            summary = await judges.ask(
                self.workspace, judges=wish.judges, bank=wish.bank, kind=wish.kind,
                which=wish.which, limit=wish.limit, repeats=wish.repeats,
                show_hidden=wish.show_hidden, budget=self._budget(), progress=progress,
                stop=stop, abandon=abandon, made=self.made,
            )  # fmt: skip
        except BaseException:
            self.state = "waiting"
            raise
        self.summary = summary
        for currency, amount in summary.outcome.spent.items():
            self.spent[currency] = self.spent.get(currency, 0.0) + amount
        self.state = summary.outcome.state
        return summary.outcome

    def grant(self, money: float) -> None:
        """Let it spend so much more from now on."""
        budget = self.wish.budget or asking.Budget()
        spent = self.spent.get(budget.currency, 0.0)
        self.wish = replace(self.wish, budget=replace(budget, money=spent + money))

    def _budget(self) -> asking.Budget | None:
        """What is left of the money, over all goes; time is given anew each time."""
        budget = self.wish.budget
        if budget is None or budget.money is None:
            return budget
        left = budget.money - self.spent.get(budget.currency, 0.0)
        return replace(budget, money=max(0.0, left))


class Sittings:
    """The sittings of one server, oldest first."""

    def __init__(
        self, workspace: Workspace, conductor: Conductor, made: Mapping[str, Model] | None = None
    ) -> None:
        """Takes who conducts them; `made` are judges by name that are made already."""
        self._workspace = workspace
        self._conductor = conductor
        self._made = made
        self._all: dict[str, Sitting] = {}

    def start(self, wish: SittingWish) -> Sitting:
        """Put a sitting in line.

        Raises:
            UsageError: its budget cannot be kept.
        """
        if wish.budget is not None:
            wish.budget.check([card for card in wish.judges if card.kind == "openai"])
        sitting = Sitting(self._workspace, wish, self._made)
        for old in list(self._all)[: max(0, len(self._all) + 1 - KEPT)]:
            found = self._conductor.look(old)
            if found is None or not found.busy:
                self._all.pop(old)
        self._all[sitting.id] = sitting
        self._conductor.put(sitting)
        return sitting

    def resume(self, sitting_id: str, *, money: float | None = None) -> None:
        """Go on with a sitting, with so much more to spend if that is given."""
        sitting = self.of(sitting_id)
        if money is not None:
            sitting.grant(money)
        self._conductor.put(sitting)

    def of(self, sitting_id: str) -> Sitting:
        """A sitting.

        Raises:
            UsageError: there is none of that id.
        """
        if sitting_id not in self._all:
            raise UsageError(
                "没有这次评审；服务重启过，就只剩下裁判的判定，都在工作区里。再请一次，只问缺的。",
                "There is no such sitting. After a restart of the server only what the judges said "
                "is left, all of it in the workspace; ask again, and only what is missing is asked "
                "for.",
            )
        return self._all[sitting_id]

    def all(self) -> list[Sitting]:
        """Newest first."""
        return list(reversed(self._all.values()))

    def close(self) -> None:
        """Nothing to stop: the conductor does that."""
