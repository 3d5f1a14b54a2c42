"""A bench on a small workspace, by a client without a browser and by a real browser."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient
from web_help import CHROMIUM, FLAGS, Served, Watched, client_of, fill

from mingan.workspace import Workspace


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    """A workspace with the answers of three models to twelve questions."""
    with Workspace.open(tmp_path / "w.db") as opened:
        fill(opened)
        yield opened


@pytest.fixture
def empty(tmp_path: Path) -> Iterator[Workspace]:
    """A workspace with nothing in it."""
    with Workspace.open(tmp_path / "empty.db") as opened:
        yield opened


@pytest.fixture
def zbench(tmp_path: Path, test_data: Path) -> Iterator[Workspace]:
    """Z-Bench with its fourteen models, graded by rule."""
    with Workspace.open(tmp_path / "z.db") as opened:
        opened.import_(test_data / "zbench", kind="zbench")
        opened.grade()
        yield opened


@pytest.fixture
def client(workspace: Workspace) -> Iterator[TestClient]:
    """The owner, looking at the small workspace."""
    with client_of(workspace) as opened:
        yield opened


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """A headless Chromium. Not for longer: as long as it is there, an event loop runs here."""
    if not CHROMIUM.exists():
        pytest.skip(f"needs Chromium at {CHROMIUM} (Debian package chromium)")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as driver:
        opened = driver.chromium.launch(executable_path=str(CHROMIUM), args=FLAGS)
        yield opened
        opened.close()


@pytest.fixture
def watch(browser: Any) -> Iterator[Callable[..., Watched]]:
    """Makes browser pages on a served bench; at the end none may have misbehaved."""
    opened: list[Watched] = []

    def make(served: Served, **how: Any) -> Watched:
        opened.append(Watched(browser, served.url, **how))
        return opened[-1]

    yield make
    faults = [fault for one in opened for fault in one.faults]
    for one in opened:
        one.context.close()
    assert faults == []
