"""Rows to be added, and how: many small wishes become few statements.

Facts are what the writer stores most of: answers with their grades, one by one, thousands of
times. Those that wait in the queue together are merged and go into the database by one statement
a table. Adding never changes a row that is already there.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, Table, select, update
from sqlalchemy.dialects import postgresql, sqlite

from mingan.records import Answer, Grade, Question, Vote
from mingan.sealing import veil
from mingan.store import schema


@dataclass(slots=True)
class Facts:
    """Answers, grades and run links waiting to be stored, and the runs that change by it."""

    answers: list[dict[str, Any]] = field(default_factory=list)
    grades: list[dict[str, Any]] = field(default_factory=list)
    links: list[dict[str, str]] = field(default_factory=list)
    runs: set[str] = field(default_factory=set)

    @classmethod
    def of(cls, run: str, answers: Sequence[Answer], grades: Sequence[Grade]) -> Facts:
        """The rows of these answers and grades; `run` may be "" for no run."""
        rows = [_answer_row(answer) for answer in answers]
        links = [{"run": run, "key": key} for key in {row["key"] for row in rows}] if run else []
        return cls(rows, [_grade_row(grade) for grade in grades], links, {run} if run else set())

    @classmethod
    def merged(cls, parts: Iterable[Facts]) -> Facts:
        """All of them as one, in order."""
        whole = cls()
        for part in parts:
            whole.answers += part.answers
            whole.grades += part.grades
            whole.links += part.links
            whole.runs |= part.runs
        return whole

    def __call__(self, connection: Connection) -> None:
        """Store the rows."""
        add(connection, schema.answer, self.answers)
        add(connection, schema.grade, self.grades)
        add(connection, schema.run_answer, self.links)
        for run in sorted(self.runs):
            bump(connection, run)


def add(connection: Connection, table: Table, rows: Sequence[dict[str, Any]]) -> None:
    """Insert rows, leaving alone those that are there already."""
    if not rows:
        return
    dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
    connection.execute(dialect.insert(table).on_conflict_do_nothing(), rows)


def body(record: Question | Answer | Grade) -> str:
    """A record as it is kept; of a hidden question so that nobody reads it in passing."""
    written = record.to_json()
    return veil(written) if record.hidden else written


def bump(connection: Connection, run_id: str) -> None:
    """Let a run's version grow, so that whoever follows it looks again."""
    connection.execute(
        update(schema.run).where(schema.run.c.id == run_id).values(version=schema.run.c.version + 1)
    )


def add_grades(connection: Connection, grades: Sequence[Grade]) -> None:
    """Store grades, and let every run whose answers they are about change."""
    Facts.of("", (), grades)(connection)
    for part in portions(list({grade.answer for grade in grades})):
        touched = (
            select(schema.run_answer.c.run)
            .join(schema.answer, schema.answer.c.key == schema.run_answer.c.key)
            .where(schema.answer.c.content.in_(part))
        )
        connection.execute(
            update(schema.run)
            .where(schema.run.c.id.in_(touched))
            .values(version=schema.run.c.version + 1)
        )


def vote_row(vote: Vote) -> dict[str, Any]:
    """A vote as it is kept."""
    return {"key": vote.key, "question_hash": vote.question_hash, "body": vote.to_json()}


def portions(items: Sequence[str], size: int = 500) -> Iterator[Sequence[str]]:
    """`items` a few hundred at a time: databases limit the parameters of one statement."""
    for start in range(0, len(items), size):
        yield items[start : start + size]


def _answer_row(answer: Answer) -> dict[str, Any]:
    return {
        "key": answer.key,
        "revision": answer.revision,
        "content": answer.content,
        "question": answer.question,
        "bank": answer.bank,
        "model": answer.model,
        "model_hash": answer.model_hash,
        "state": answer.state,
        "body": body(answer),
    }


def _grade_row(grade: Grade) -> dict[str, Any]:
    return {
        "key": grade.key,
        "answer": grade.answer,
        "question_hash": grade.question_hash,
        "authority": grade.authority,
        "verdict": grade.verdict,
        "score": grade.score,
        "body": body(grade),
    }
