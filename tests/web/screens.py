"""A workspace in which every screen of the bench has something to show."""

from __future__ import annotations

from web_help import fill

from mingan.workspace import Workspace

SCREENS = ("home", "compare", "question", "enter", "missing", "paste", "grade", "grade-new")


def fill_screens(workspace: Workspace) -> dict[str, str]:
    """Fill the workspace; gives the address of every screen, without its language."""
    fill(workspace)
    return {
        "home": "/",
        "compare": "/compare",
        "question": "/compare/q/q-001",
        "enter": "/enter",
        "missing": "/nothing",
        "paste": "/paste",
        "grade": "/grade",
        "grade-new": "/grade/new",
    }
