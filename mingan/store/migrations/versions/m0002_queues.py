"""Blind queues, and the clicks of the people who work through them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_serial = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def _text(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text, nullable=False)


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "queue",
        sa.Column("id", sa.Text, primary_key=True),
        _text("body"),
        _text("state"),
        sa.Column("version", sa.Integer, nullable=False),
    )
    op.create_table(
        "click",
        sa.Column("row", _serial, primary_key=True, autoincrement=True),
        _text("queue"),
        sa.Column("place", sa.Integer, nullable=False),
        _text("by"),
        _text("choice"),
        _text("note"),
        _text("at"),
    )
    op.create_index("click_queue", "click", ["queue", "by"])


def downgrade() -> None:
    """Mingan keeps what was measured: there is no way back but a backup."""
    raise RuntimeError("workspaces are not downgraded; restore a backup instead")
