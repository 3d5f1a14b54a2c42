"""Drafts: what a person did at the paste desk, step by step."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_serial = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    """Create the table."""
    op.create_table(
        "draft",
        sa.Column("row", _serial, primary_key=True, autoincrement=True),
        sa.Column("key", sa.Text, nullable=False),
        sa.Column("step", sa.Integer, nullable=False),
        sa.Column("model_hash", sa.Text, nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        sa.UniqueConstraint("key", "step", name="draft_once"),
    )
    op.create_index("draft_model", "draft", ["model_hash"])


def downgrade() -> None:
    """Mingan keeps what was measured: there is no way back but a backup."""
    raise RuntimeError("workspaces are not downgraded; restore a backup instead")
