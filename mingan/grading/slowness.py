"""Which questions take long to grade: those whose grader has to run or to draw something.

A grader says so itself, by an attribute `slow`. This module must not know any grader by name.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from mingan import plugins
from mingan.records import Question


def is_slow(question: Question, *, registry: plugins.Registry = plugins.registry) -> bool:
    """Whether grading an answer to a question may take seconds, so that nobody should wait for it.

    Where parts of a conversation have graders of their own, one slow one is enough. A grader that
    cannot be had is not slow; grading says what is wrong with it.
    """
    for name in _graders_in({"grader": question.grader, "params": question.params}):
        try:
            if getattr(registry.get("graders", name), "slow", False):
                return True
        except Exception:  # a broken or a missing one is told of when it is called
            continue
    return False


def _graders_in(part: Any) -> Iterator[str]:
    """Every grader that a question or a part of its parameters names."""
    if isinstance(part, dict):
        if isinstance(name := part.get("grader"), str) and name:
            yield name
        for value in part.values():
            yield from _graders_in(value)
    elif isinstance(part, list | tuple):
        for value in part:
            yield from _graders_in(value)
