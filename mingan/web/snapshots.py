"""What pages show of one bank: answers, scores and comparisons, kept until something changes.

Making a snapshot of sixty thousand answers takes a second or two, and a live run changes the
workspace several times a second. So what was read is remembered, and a snapshot that was dear to
make may be a little old while answers pour in; whoever changed something himself asks for a fresh
one. The module knows no request and no page.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from functools import cached_property
from threading import RLock
from typing import Any, TypeVar

from mingan.errors import UsageError
from mingan.language import Text
from mingan.reports.assemble import assemble
from mingan.reports.data import ReportData
from mingan.reports.days import Days, by_day
from mingan.reports.gather import Gathered, gather, newest_bank
from mingan.reports.items import ItemReport, examine
from mingan.reports.ready import check_countable
from mingan.reports.twin_pairs import TwinResult, twin_results
from mingan.reports.vote_ranking import VoteResult, rank_by_votes
from mingan.statistics import Comparison, Score, compare_all, score_table
from mingan.store import Reader, Remembered

T = TypeVar("T")

_PATIENCE = 5.0
"""A snapshot may be older than the workspace by so many times the seconds it took to make."""

_CHEAP = 0.4
"""Seconds; what is made faster is made anew at every change."""


@dataclass
class Snapshot:
    """One bank as it stood at one moment; nothing in it changes.

    Attributes:
        scores: best first. Raises nothing: where nothing can be counted yet, it is empty and
            `why_not` says why.
        kept: what pages work out from it once and want again; see `keep`.
    """

    gathered: Gathered
    reader: Reader
    scores: tuple[Score, ...] = ()
    comparisons: dict[tuple[str, str], Comparison] = field(default_factory=dict)
    why_not: Text | None = None
    kept: dict[Hashable, Any] = field(default_factory=dict)
    _lock: RLock = field(default_factory=RLock)

    @property
    def bank(self) -> str:
        """The bank's name."""
        return self.gathered.bank

    @property
    def names(self) -> tuple[str, ...]:
        """The models, best first; in the order in which they came where there are no scores."""
        if self.scores:
            return tuple(score.model for score in self.scores)
        return tuple(card.name for card in self.gathered.cards)

    @cached_property
    def data(self) -> ReportData:
        """What a report says, without the questions."""
        return assemble(self.gathered, self.scores, self.comparisons, with_questions=False)

    @property
    def items_ready(self) -> bool:
        """Whether `items` is there without waiting."""
        return "items" in self.__dict__

    @cached_property
    def items(self) -> ItemReport:
        """Every question: difficulty, discrimination, suspect keys. Takes seconds on large banks.

        Raises:
            UsageError: nothing can be counted.
        """
        with self._lock:
            if not self.items_ready:
                self.__dict__["items"] = examine(self.reader, bank=self.bank, models=self.names)
            found: ItemReport = self.__dict__["items"]
            return found

    @property
    def twins(self) -> tuple[TwinResult, ...]:
        """Every model on this bank against itself on the bank's hidden twins."""
        return self.keep("twins", lambda it: twin_results(it.reader, it.gathered))

    @property
    def days(self) -> Days:
        """Every model against itself on other days."""
        return self.keep("days", lambda it: by_day(it.reader, it.gathered))

    @property
    def votes(self) -> VoteResult | None:
        """The ranking by votes, made anew when there are others; None where there are none."""
        given = list(self.reader.votes())
        with self._lock:
            before = self.kept.get("votes")
            if before is None or before[0] != len(given):
                before = (len(given), rank_by_votes(given, self.gathered))
                self.kept["votes"] = before
            found: VoteResult | None = before[1]
            return found

    def keep(self, key: Hashable, make: Callable[[Snapshot], T]) -> T:
        """What `make` works out from this snapshot: once, however many pages want it."""
        with self._lock:
            if key not in self.kept:
                self.kept[key] = make(self)
            found: T = self.kept[key]
            return found


class Snapshots:
    """The newest snapshot of every bank that somebody looked at."""

    def __init__(self, reader: Reader) -> None:
        """Reads what `reader` reads."""
        self.reader = Remembered(reader)
        self._made: dict[str, tuple[Hashable, float, float, Snapshot]] = {}
        self._lock = RLock()
        self._dirty = False

    def changed(self) -> None:
        """Somebody here changed the workspace and wants to see it: the next look is fresh."""
        self._dirty = True

    def of(self, bank: str | None = None) -> Snapshot:
        """The snapshot of a bank, by default of the one used last.

        Raises:
            UsageError: there is no such bank, or nobody answered it.
        """
        with self._lock:
            marks = self.reader.look()
            name = bank or newest_bank(self.reader)
            found = self._made.get(name)
            if found and (found[0] == marks or not self._due(found[1], found[2])):
                return found[3]
            started = time.monotonic()
            made = self._make(name)
            self._dirty = False
            ended = time.monotonic()
            self._made = {k: v for k, v in self._made.items() if v[0] == marks or k == name}
            self._made[name] = (marks, ended, ended - started, made)
            return made

    def _due(self, made: float, took: float) -> bool:
        return self._dirty or took < _CHEAP or time.monotonic() - made > _PATIENCE * took

    def _make(self, bank: str) -> Snapshot:
        gathered = gather(self.reader, bank=bank)
        try:
            check_countable(gathered)
        except UsageError as fault:
            return Snapshot(gathered, self.reader, why_not=fault.public)
        return Snapshot(
            gathered,
            self.reader,
            scores=tuple(score_table(gathered.matrix)),
            comparisons=dict(compare_all(gathered.matrix)),
        )
