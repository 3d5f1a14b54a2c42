"""Which questions take long to grade."""

from __future__ import annotations

from typing import Any

import pytest

from mingan.grading import is_slow
from mingan.plugins import Registry
from mingan.records import Question


class Slow:
    slow = True


class Quick:
    pass


@pytest.fixture
def registry() -> Registry:
    made = Registry()
    made.register("graders", "slow", Slow)
    made.register("graders", "quick", Quick())
    return made


@pytest.mark.parametrize(
    ("grader", "params", "slow"),
    [
        ("slow", {}, True),
        ("quick", {}, False),
        ("", {}, False),
        ("nobody has this", {}, False),
        ("quick", {"parts": [None, {"grader": "quick"}, {"grader": "slow"}]}, True),
        ("quick", {"part": {"grader": "slow"}}, True),
        ("quick", {"parts": [{"grader": 3}], "note": "slow"}, False),
    ],
)
def test_slow_is_what_a_grader_says_of_itself(
    grader: str, params: dict[str, Any], slow: bool, registry: Registry
) -> None:
    question = Question(id="q", prompt="?", grader=grader, params=params)
    assert is_slow(question, registry=registry) is slow


@pytest.mark.parametrize("grader", ["code", "svg", "regex", "writing"])
def test_graders_that_start_a_process_are_slow(grader: str) -> None:
    assert is_slow(Question(id="q", prompt="?", grader=grader))
