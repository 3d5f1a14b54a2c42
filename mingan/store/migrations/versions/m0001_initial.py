"""The first tables: banks, questions, cards, runs, answers, grades, votes."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

_serial = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def _row() -> sa.Column[int]:
    return sa.Column("row", _serial, primary_key=True, autoincrement=True)


def _text(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text, nullable=False)


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "question",
        sa.Column("hash", sa.Text, primary_key=True),
        _text("asked"),
        _text("id"),
        _text("body"),
    )
    op.create_table("bank", _row(), _text("hash"), _text("name"), _text("at"))
    op.create_table(
        "bank_question",
        sa.Column("bank", sa.Text, primary_key=True),
        sa.Column("position", sa.Integer, primary_key=True),
        _text("question"),
    )
    op.create_table("card", _row(), _text("hash"), _text("name"), _text("body"), _text("at"))
    op.create_index("card_name", "card", ["name"])
    op.create_table(
        "run",
        sa.Column("id", sa.Text, primary_key=True),
        _text("body"),
        _text("state"),
        sa.Column("version", sa.Integer, nullable=False),
        _text("started"),
        _text("ended"),
    )
    op.create_table(
        "run_answer",
        sa.Column("run", sa.Text, primary_key=True),
        sa.Column("key", sa.Text, primary_key=True),
    )
    _create_facts()


def _create_facts() -> None:
    op.create_table(
        "answer",
        _row(),
        _text("key"),
        sa.Column("revision", sa.Integer, nullable=False),
        _text("content"),
        _text("question"),
        _text("bank"),
        _text("model"),
        _text("model_hash"),
        _text("state"),
        _text("body"),
    )
    op.create_index("answer_content", "answer", ["content"])
    op.create_index("answer_bank_model", "answer", ["bank", "model"])
    op.create_index(
        "answer_once",
        "answer",
        ["key", "revision"],
        unique=True,
        sqlite_where=sa.text("state <> 'failed'"),
        postgresql_where=sa.text("state <> 'failed'"),
    )
    op.create_table(
        "grade",
        _row(),
        _text("key"),
        _text("answer"),
        _text("question_hash"),
        _text("authority"),
        _text("verdict"),
        sa.Column("score", sa.Float),
        _text("body"),
        sa.UniqueConstraint("key", name="grade_once"),
    )
    op.create_index("grade_answer", "grade", ["answer", "question_hash"])
    op.create_table(
        "vote",
        _row(),
        _text("key"),
        _text("question_hash"),
        _text("body"),
        sa.UniqueConstraint("key", name="vote_once"),
    )


def downgrade() -> None:
    """Mingan keeps what was measured: there is no way back but a backup."""
    raise RuntimeError("workspaces are not downgraded; restore a backup instead")
