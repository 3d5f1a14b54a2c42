"""What can be read from a workspace, by any number of readers while it is being written.

The current answer for a key is its newest revision that did not fail, or else the newest failed
attempt. Which grade of an answer counts is said in `standing_grades`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from typing import Any

import msgspec
from sqlalchemy import Connection, Engine, Select, case, func, select

from mingan.records import Answer, Grade, ModelCard, Question, Vote
from mingan.sealing import unveil
from mingan.store import schema
from mingan.store.engine import Place, said_plainly
from mingan.store.runs import Run, RunStatus
from mingan.store.standing_grades import StandingGrades

_PORTION = 500


class Reader:
    """The reading half of a store."""

    def __init__(self, engine: Engine, where: Place) -> None:
        self._reading = engine
        self.place = where

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A connection to read by; a database's complaint becomes one of our errors."""
        with said_plainly(self.place), self._reading.connect() as connection:
            yield connection

    def banks(self) -> list[tuple[str, str, int]]:
        """(name, hash, number of questions) of the newest state of every bank, oldest first."""
        newest = select(func.max(schema.bank.c.row)).group_by(schema.bank.c.name)
        size = (
            select(func.count())
            .where(schema.bank_question.c.bank == schema.bank.c.hash)
            .scalar_subquery()
        )
        query = (
            select(schema.bank.c.name, schema.bank.c.hash, size)
            .where(schema.bank.c.row.in_(newest))
            .order_by(schema.bank.c.row)
        )
        with self.reading() as connection:
            return [(name, digest, int(count)) for name, digest, count in connection.execute(query)]

    def newest_bank(self) -> str | None:
        """The bank of the newest run, or the one that came in after it; None if there is none.

        Runs for a day, which watch for drift, give no scores and do not count.
        """
        brought = select(schema.bank.c.name, schema.bank.c.at)
        asked = select(schema.run.c.body, schema.run.c.started)
        with self.reading() as connection:
            bank = connection.execute(brought.order_by(schema.bank.c.row.desc()).limit(1)).first()
            newest = asked.order_by(schema.run.c.started.desc(), schema.run.c.id.desc())
            watched: set[str] = set()
            for row in connection.execute(newest):
                run: Run = Run.from_json(row.body)
                if run.day:
                    watched.add(run.bank)
                elif run.bank:
                    newer = bank and bank.at > row.started and bank.name not in watched
                    return str(bank.name) if bank and newer else run.bank
        return str(bank.name) if bank else None

    def bank(self, name_or_hash: str) -> list[Question] | None:
        """The questions of the newest bank of that name (or hash), in order; None if unknown."""
        newest = (
            select(schema.bank.c.hash)
            .where((schema.bank.c.name == name_or_hash) | (schema.bank.c.hash == name_or_hash))
            .order_by(schema.bank.c.row.desc())
            .limit(1)
        )
        with self.reading() as connection:
            digest = connection.scalar(newest)
            if digest is None:
                return None
            query = (
                select(schema.question.c.body)
                .join(
                    schema.bank_question, schema.bank_question.c.question == schema.question.c.hash
                )
                .where(schema.bank_question.c.bank == digest)
                .order_by(schema.bank_question.c.position)
            )
            decoder = msgspec.json.Decoder(Question)
            return [decoder.decode(unveil(body)) for body in connection.scalars(query)]

    def cards(self) -> list[ModelCard]:
        """The newest facts on every model, by hash, in the order in which they first came."""
        query = select(schema.card.c.hash, schema.card.c.body).order_by(schema.card.c.row)
        decoder = msgspec.json.Decoder(ModelCard)
        with self.reading() as connection:
            newest = {digest: decoder.decode(body) for digest, body in connection.execute(query)}
        return list(newest.values())

    def runs(self) -> list[RunStatus]:
        """Every run, oldest first."""
        query = select(
            schema.run.c.body, schema.run.c.state, schema.run.c.version, schema.run.c.ended
        ).order_by(schema.run.c.started, schema.run.c.id)
        with self.reading() as connection:
            return [
                RunStatus(
                    run=Run.from_json(row.body),
                    state=row.state,
                    version=row.version,
                    ended=row.ended,
                )
                for row in connection.execute(query)
            ]

    def run_version(self, run_id: str) -> int:
        """A number that grows whenever the run changes; 0 for an unknown run."""
        query = select(schema.run.c.version).where(schema.run.c.id == run_id)
        with self.reading() as connection:
            return int(connection.scalar(query) or 0)

    def finished(self, keys: Collection[str]) -> set[str]:
        """Those of `keys` for which there is an answer that did not fail."""
        found: set[str] = set()
        wanted = list(keys)
        with self.reading() as connection:
            for start in range(0, len(wanted), _PORTION):
                query = select(schema.answer.c.key).where(
                    schema.answer.c.key.in_(wanted[start : start + _PORTION]),
                    schema.answer.c.state != "failed",
                )
                found.update(connection.scalars(query))
        return found

    def answers(
        self,
        *,
        run: str | None = None,
        bank: str | None = None,
        models: Collection[str] | None = None,
    ) -> Iterator[Answer]:
        """The current answers, in the order in which they came.

        `run` is a run's id, `bank` a bank's name, `models` model hashes; None means all.
        """
        rank = func.row_number().over(
            partition_by=schema.answer.c.key,
            order_by=(
                case((schema.answer.c.state == "failed", 1), else_=0),
                schema.answer.c.revision.desc(),
                schema.answer.c.row.desc(),
            ),
        )
        everything = select(schema.answer.c.row, schema.answer.c.body, rank.label("rank"))
        chosen = _narrow(everything, run=run, bank=bank, models=models).subquery()
        query = select(chosen.c.body).where(chosen.c.rank == 1).order_by(chosen.c.row)
        decoder = msgspec.json.Decoder(Answer)
        with self.reading() as connection:
            streamed = connection.execution_options(yield_per=1000)
            for body in streamed.scalars(query):
                yield decoder.decode(unveil(body))

    def only_in(self, runs: Collection[str]) -> set[str]:
        """The keys of answers that these runs used and no other."""
        if not runs:
            return set()
        mine = schema.run_answer.c.run.in_(list(runs))
        others = select(schema.run_answer.c.key).where(~mine)
        query = select(schema.run_answer.c.key).where(mine, schema.run_answer.c.key.not_in(others))
        with self.reading() as connection:
            return set(connection.scalars(query))

    def grades(self) -> dict[tuple[str, str], Grade]:
        """The standing grade by (answer content, question hash)."""
        return StandingGrades(self.all_grades()).by_place

    def all_grades(self) -> Iterator[Grade]:
        """Every grade ever given, oldest first."""
        query = select(schema.grade.c.body).order_by(schema.grade.c.row)
        decoder = msgspec.json.Decoder(Grade)
        with self.reading() as connection:
            for body in connection.execution_options(yield_per=1000).scalars(query):
                yield decoder.decode(unveil(body))

    def votes(self) -> Iterator[Vote]:
        """Every vote, oldest first."""
        query = select(schema.vote.c.body).order_by(schema.vote.c.row)
        decoder = msgspec.json.Decoder(Vote)
        with self.reading() as connection:
            for body in connection.scalars(query):
                yield decoder.decode(body)


def _narrow(
    query: Select[Any],
    *,
    run: str | None,
    bank: str | None,
    models: Collection[str] | None,
) -> Select[Any]:
    if run is not None:
        mine = select(schema.run_answer.c.key).where(schema.run_answer.c.run == run)
        query = query.where(schema.answer.c.key.in_(mine))
    if bank is not None:
        query = query.where(schema.answer.c.bank == bank)
    if models is not None:
        query = query.where(schema.answer.c.model_hash.in_(list(models)))
    return query
