"""Fixtures that every room shares: a workspace on each database, and the shared test data."""

from __future__ import annotations

import os
import uuid
from collections.abc import Generator, Iterator
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.engine import make_url

from mingan.store import Store


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Where everything is installed (CI), a skipped test is a test that did not run: a failure."""
    report = yield
    if report.skipped and os.environ.get("MINGAN_NO_SKIPS"):
        report.outcome = "failed"
        report.longrepr = f"skipped where nothing may skip: {report.longrepr}"
    return report


@pytest.fixture(autouse=True)
def _chinese(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MINGAN_LANG", "zh")


@pytest.fixture(scope="session")
def test_data() -> Path:
    """The shared data folder; a user's machine has none."""
    folder = os.environ.get("MINGAN_TEST_DATA")
    if not folder:
        pytest.skip("MINGAN_TEST_DATA is not set: the shared test data is not here")
    return Path(folder)


@pytest.fixture(scope="session")
def postgres_server() -> str:
    """The URL of a PostgreSQL server on which databases may be made, as .ci/run starts one."""
    url = os.environ.get("MINGAN_TEST_POSTGRES")
    if not url:
        pytest.skip("MINGAN_TEST_POSTGRES is not set: no PostgreSQL server to test on")
    return url


@pytest.fixture
def postgres_url(postgres_server: str) -> Iterator[str]:
    """A database of its own for one test."""
    name = f"mingan_{uuid.uuid4().hex[:12]}"
    server = make_url(postgres_server).set(drivername="postgresql+psycopg")
    engine = create_engine(server, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    yield make_url(postgres_server).set(database=name).render_as_string(hide_password=False)
    with engine.connect() as connection:
        connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
    engine.dispose()


@pytest.fixture(params=["sqlite", "postgres"])
def where(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of a fresh workspace, on SQLite always and on PostgreSQL where there is one."""
    if request.param == "sqlite":
        return str(tmp_path / "w.db")
    return str(request.getfixturevalue("postgres_url"))


@pytest.fixture
def store(where: str) -> Iterator[Store]:
    """A fresh, open workspace."""
    with Store.open(where) as opened:
        yield opened
