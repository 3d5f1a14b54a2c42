"""The migrations make exactly the tables that schema.py describes."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection

from mingan.store import Store, schema
from mingan.store.engine import place, writing_engine
from mingan.store.migrate import scripts, upgrade


def test_head_is_the_newest_migration() -> None:
    assert scripts().get_current_head() == schema.HEAD


@pytest.mark.parametrize("make", [schema.create, upgrade])
def test_both_ways_of_making_a_workspace_give_the_schema(
    where: str, make: Callable[[Connection], None]
) -> None:
    engine = writing_engine(place(where), checkpoint=True)
    with engine.begin() as connection:
        make(connection)
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert context.get_current_revision() == schema.HEAD
        assert compare_metadata(context, schema.metadata) == []
    engine.dispose()
    with Store.open(where) as store:
        assert store.verify() == []


def test_opening_twice_migrates_once(where: str) -> None:
    for _ in range(2):
        with Store.open(where) as store:
            assert store._schema_version() == schema.HEAD
