"""Every screen, in both languages and both themes: no barrier, no foreign request, no complaint."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from screens import SCREENS, fill_screens, name_yourself
from web_help import Served, Watched, fill

from mingan.workspace import Workspace

LOOKS = [("zh", "light"), ("zh", "dark"), ("en", "light"), ("en", "dark")]
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Served, dict[str, str]]]:
    """A bench in which every screen has something to show, and the addresses of its screens."""
    folder: Path = tmp_path_factory.mktemp("screens")
    with Workspace.open(folder / "w.db") as workspace:
        fill(workspace)
        with Served(workspace) as served:
            yield served, fill_screens(served, "小题库")


@pytest.fixture(scope="module")
def axe() -> str:
    """The source of axe-core."""
    package = pytest.importorskip("axe_playwright_python")
    return (Path(package.__file__).parent / "axe.min.js").read_text(encoding="utf-8")


def violations(page: Any, axe: str) -> list[str]:
    """What axe-core finds, a line each."""
    page.evaluate(axe)
    found = page.evaluate(
        "rules => axe.run(document, {runOnly: rules, resultTypes: ['violations']})", RULES
    )
    return [
        f"{v['id']} ({v['impact']}): {n['html'][:160]} {n['failureSummary'][:200]}"
        for v in found["violations"]
        for n in v["nodes"]
    ]


def test_a_barrier_would_be_found(browser: Any, axe: str) -> None:
    page = browser.new_page()
    page.set_content("<html><body><input><img src='data:,'><a href='#'></a></body></html>")
    assert len(violations(page, axe)) >= 4
    page.close()


@pytest.mark.parametrize(("lang", "theme"), LOOKS)
@pytest.mark.parametrize("screen", SCREENS)
def test_a_screen_has_no_barrier(
    filled: tuple[Served, dict[str, str]], watch: Callable[..., Watched], axe: str, screen: str,
    lang: str, theme: str,
) -> None:  # fmt: skip
    served, addresses = filled
    page = watch(served, color_scheme=theme, viewport={"width": 1280, "height": 900}).page
    if screen.startswith("desk") and screen != "desk-name":
        name_yourself(page)
    page.goto(f"/{lang}{addresses[screen]}", wait_until="load")
    page.wait_for_function("!document.querySelector('.htmx-request')")
    assert violations(page, axe) == []


@pytest.mark.parametrize("screen", SCREENS)
def test_a_screen_fits_a_telephone(
    filled: tuple[Served, dict[str, str]], watch: Callable[..., Watched], axe: str, screen: str
) -> None:
    served, addresses = filled
    page = watch(served, viewport={"width": 360, "height": 740}, has_touch=True).page
    if screen.startswith("desk") and screen != "desk-name":
        name_yourself(page)
    for lang in ("zh", "en"):
        page.goto(f"/{lang}{addresses[screen]}", wait_until="load")
        assert page.evaluate("document.documentElement.scrollWidth") <= 360
        assert violations(page, axe) == []
