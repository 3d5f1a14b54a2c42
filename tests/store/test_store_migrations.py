"""The migrations make exactly the tables that schema.py describes."""

from __future__ import annotations

from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext

from mingan.store import Store, schema
from mingan.store.migrate import scripts


def test_head_is_the_newest_migration() -> None:
    assert scripts().get_current_head() == schema.HEAD


def test_migrated_tables_are_those_of_the_schema(store: Store) -> None:
    with store._reading.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, schema.metadata) == []


def test_opening_twice_migrates_once(where: str) -> None:
    for _ in range(2):
        with Store.open(where) as store:
            assert store._schema_version() == schema.HEAD
