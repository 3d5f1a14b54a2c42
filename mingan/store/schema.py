"""The tables of a workspace, the same on SQLite and on PostgreSQL.

Facts (question, card, answer, grade, vote, click, draft) are only ever added. A correction is a
newer row that names what it supersedes; a failed attempt at an answer stays on record beside the
one that succeeded. The only columns that change are a run's `state`, `version` and `ended`, and a
queue's `state` and `version`: `version` grows with every transaction that touches the run or the
queue, so that a page or another process can follow it by polling one number.

The invariants, re-derived by `verify.py`:

- every hash and key equals the hash of what it names;
- at most one answer that did not fail for every (key, revision);
- a revision above 0 supersedes an existing answer of the same key;
- every grade is about an answer and a question that exist; every run's answers exist;
- every click is on an item of a queue that exists (place -1: no click, but whose a name is, see
  `queues.SEAT`); once a queue is revealed, every
  click that stands has become a grade or a vote, and no other click has;
- the drafts of a conversation are numbered from 0 without a gap, and one that made an answer has
  it beside it.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    Float,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
    text,
)

HEAD = "0003"
"""The newest migration; a test keeps it equal to what is in migrations/versions."""

metadata = MetaData()

_version = Table("alembic_version", MetaData(), Column("version_num", String(32), primary_key=True))

# SQLite counts rows by itself only in a column declared INTEGER.
_serial = BigInteger().with_variant(Integer, "sqlite")


def _row() -> Column[int]:
    return Column("row", _serial, primary_key=True, autoincrement=True)


question = Table(
    "question",
    metadata,
    Column("hash", Text, primary_key=True),
    Column("asked", Text, nullable=False),
    Column("id", Text, nullable=False),
    Column("body", Text, nullable=False),
)

bank = Table(
    "bank",
    metadata,
    _row(),
    Column("hash", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("at", Text, nullable=False),
)

bank_question = Table(
    "bank_question",
    metadata,
    Column("bank", Text, primary_key=True),
    Column("position", Integer, primary_key=True),
    Column("question", Text, nullable=False),
)

card = Table(
    "card",
    metadata,
    _row(),
    Column("hash", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("body", Text, nullable=False),
    Column("at", Text, nullable=False),
    Index("card_name", "name"),
)

run = Table(
    "run",
    metadata,
    Column("id", Text, primary_key=True),
    Column("body", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("version", Integer, nullable=False),
    Column("started", Text, nullable=False),
    Column("ended", Text, nullable=False),
)

run_answer = Table(
    "run_answer",
    metadata,
    Column("run", Text, primary_key=True),
    Column("key", Text, primary_key=True),
)

answer = Table(
    "answer",
    metadata,
    _row(),
    Column("key", Text, nullable=False),
    Column("revision", Integer, nullable=False),
    Column("content", Text, nullable=False),
    Column("question", Text, nullable=False),
    Column("bank", Text, nullable=False),
    Column("model", Text, nullable=False),
    Column("model_hash", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("body", Text, nullable=False),
    Index("answer_content", "content"),
    Index("answer_bank_model", "bank", "model"),
)

# One finished answer for each key and revision, however often it was asked for. The partial
# index leaves failed attempts out: they are kept, and the question is asked again.
Index(
    "answer_once",
    answer.c.key,
    answer.c.revision,
    unique=True,
    sqlite_where=text("state <> 'failed'"),
    postgresql_where=text("state <> 'failed'"),
)

grade = Table(
    "grade",
    metadata,
    _row(),
    Column("key", Text, nullable=False),
    Column("answer", Text, nullable=False),
    Column("question_hash", Text, nullable=False),
    Column("authority", Text, nullable=False),
    Column("verdict", Text, nullable=False),
    Column("score", Float),
    Column("body", Text, nullable=False),
    UniqueConstraint("key", name="grade_once"),
    Index("grade_answer", "answer", "question_hash"),
)

vote = Table(
    "vote",
    metadata,
    _row(),
    Column("key", Text, nullable=False),
    Column("question_hash", Text, nullable=False),
    Column("body", Text, nullable=False),
    UniqueConstraint("key", name="vote_once"),
)

queue = Table(
    "queue",
    metadata,
    Column("id", Text, primary_key=True),
    Column("body", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("version", Integer, nullable=False),
)

click = Table(
    "click",
    metadata,
    _row(),
    Column("queue", Text, nullable=False),
    Column("place", Integer, nullable=False),
    Column("by", Text, nullable=False),
    Column("choice", Text, nullable=False),
    Column("note", Text, nullable=False),
    Column("at", Text, nullable=False),
    Index("click_queue", "queue", "by"),
)

draft = Table(
    "draft",
    metadata,
    _row(),
    Column("key", Text, nullable=False),
    Column("step", Integer, nullable=False),
    Column("model_hash", Text, nullable=False),
    Column("body", Text, nullable=False),
    UniqueConstraint("key", "step", name="draft_once"),
    Index("draft_model", "model_hash"),
)


def create(connection: Connection) -> None:
    """Make a new workspace's tables at once, as all migrations together would, and say so.

    Tests hold the two roads equal. This one does not need Alembic, which takes longer to import
    than a whole workspace takes to make.
    """
    metadata.create_all(connection)
    _version.create(connection)
    connection.execute(_version.insert().values(version_num=HEAD))
