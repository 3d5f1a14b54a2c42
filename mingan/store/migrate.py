"""Bringing a workspace's tables up to date with Alembic, inside the writer's transaction.

The migrations are in `migrations/versions`, numbered and only ever appended to. Alembic is
imported here and nowhere else: making a workspace, or opening one that is up to date, does not
need it.
"""

from __future__ import annotations

from pathlib import Path

from alembic.config import Config
from alembic.runtime.environment import EnvironmentContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

from mingan.store import schema


def scripts() -> ScriptDirectory:
    """Where the migrations are."""
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.set_main_option("path_separator", "os")
    return ScriptDirectory.from_config(config)


def upgrade(connection: Connection) -> None:
    """Run every migration that this workspace has not seen, in order."""
    directory = scripts()
    config = Config()

    def steps(revision: object, _: object) -> list[object]:
        return list(directory._upgrade_revs("head", revision))  # type: ignore[arg-type]

    with EnvironmentContext(config, directory, fn=steps) as context:
        context.configure(
            connection=connection,
            target_metadata=schema.metadata,
            render_as_batch=connection.dialect.name == "sqlite",
            transactional_ddl=True,
        )
        context.run_migrations()
