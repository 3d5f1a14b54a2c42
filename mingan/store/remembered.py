"""A workspace that is read again and again: what was read is kept, and only what is new is read.

A page that is looked at while a run goes on must not read sixty thousand answers for every look.
It answers like `Reader` and knows nothing that a `Reader` does not; only `look` goes to the
database for answers and grades.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from threading import Lock
from typing import NamedTuple

import msgspec
from sqlalchemy import Connection, Table, func, select

from mingan.records import Answer, Grade
from mingan.sealing import unveil
from mingan.store import schema
from mingan.store.reader import Reader
from mingan.store.standing_grades import StandingGrades


class Marks(NamedTuple):
    """How far each table goes: its highest row and how many there are. Alike means unchanged."""

    answers: tuple[int, int]
    grades: tuple[int, int]
    others: tuple[int, ...]


class _Kept(NamedTuple):
    """One answer with what decides whether it is the current one of its key."""

    rank: tuple[bool, int, int]
    answer: Answer


class Remembered(Reader):
    """The reading half of a store, with a memory. Safe to use from several threads."""

    def __init__(self, reader: Reader) -> None:
        """Reads the workspace that `reader` reads."""
        super().__init__(reader._reading, reader.place)
        self._lock = Lock()
        self._forget()

    def look(self) -> Marks:
        """Read what came since the last look; gives how far everything goes now."""
        with self._lock, self.reading() as connection:
            marks = _marks(connection)
            if marks.answers != self._answers_to or marks.grades != self._grades_to:
                self._read(connection)
                if self._answers_to[1] < marks.answers[1] or self._grades_to[1] < marks.grades[1]:
                    # Rows became visible out of order: writers on a server do not wait for one
                    # another. Read everything anew.
                    self._forget()
                    self._read(connection)
            return Marks(self._answers_to, self._grades_to, marks.others)

    def answers(
        self,
        *,
        run: str | None = None,
        bank: str | None = None,
        models: Collection[str] | None = None,
    ) -> Iterator[Answer]:
        """The current answers, in the order in which they came, as of the last look."""
        if run is not None:
            yield from super().answers(run=run, bank=bank, models=models)
            return
        with self._lock:
            kept = sorted(self._answers.values(), key=lambda one: one.rank[2])
        for _, answer in kept:
            if bank is not None and answer.bank != bank:
                continue
            if models is None or answer.model_hash in models:
                yield answer

    def current(self, keys: Iterable[str]) -> list[Answer | None]:
        """The current answer of each key, as of the last look; None where there is none."""
        with self._lock:
            kept = [self._answers.get(key) for key in keys]
        return [one.answer if one else None for one in kept]

    def standing(self, places: Iterable[tuple[str, str]]) -> list[Grade | None]:
        """The standing grade of each (answer content, question hash), as of the last look."""
        with self._lock:
            return [self._standing.by_place.get(place) for place in places]

    def grades(self) -> dict[tuple[str, str], Grade]:
        """The standing grade by (answer content, question hash), as of the last look."""
        with self._lock:
            return dict(self._standing.by_place)

    def _forget(self) -> None:
        self._answers: dict[str, _Kept] = {}
        self._standing = StandingGrades()
        self._answers_to, self._grades_to = (0, 0), (0, 0)

    def _read(self, connection: Connection) -> None:
        answers, grades = msgspec.json.Decoder(Answer), msgspec.json.Decoder(Grade)
        table = schema.answer
        rows = connection.execution_options(yield_per=2000).execute(
            select(table.c.row, table.c.key, table.c.state, table.c.revision, table.c.body)
            .where(table.c.row > self._answers_to[0])
            .order_by(table.c.row)
        )
        last, count = self._answers_to
        for row in rows:
            rank = (row.state != "failed", row.revision, row.row)
            there = self._answers.get(row.key)
            if there is None or rank > there.rank:
                self._answers[row.key] = _Kept(rank, answers.decode(unveil(row.body)))
            last, count = row.row, count + 1
        self._answers_to = (last, count)
        last, count = self._grades_to
        for number, body in connection.execution_options(yield_per=2000).execute(
            select(schema.grade.c.row, schema.grade.c.body)
            .where(schema.grade.c.row > last)
            .order_by(schema.grade.c.row)
        ):
            self._standing.take(grades.decode(unveil(body)))
            last, count = number, count + 1
        self._grades_to = (last, count)


def _marks(connection: Connection) -> Marks:
    def end(table: Table) -> tuple[int, int]:
        high, count = connection.execute(select(func.max(table.c.row), func.count())).one()
        return int(high or 0), int(count)

    others = (*end(schema.bank), *end(schema.card))
    return Marks(end(schema.answer), end(schema.grade), others)
