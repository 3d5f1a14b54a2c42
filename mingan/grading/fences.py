"""The fenced blocks of a Markdown answer, found line by line in time that grows with its length.

A row of tildes may as well be a part of a picture, so one that nothing closes is no fence. This
module knows fences and nothing of what stands in them.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

_PROGRAMS = frozenset(
    {"python", "py", "python3", "javascript", "js", "typescript", "ts", "java", "c", "cpp", "go",
     "rust", "ruby", "bash", "sh", "shell", "console", "json", "sql", "output"}
)  # fmt: skip

_FENCE = re.compile(r"[ \t]{0,12}(`{3,}|~{3,})[ \t]*([^\s`]*)")


@dataclass(frozen=True, slots=True)
class Block:
    """A fenced block: the word after the fence, in lower case, and the lines in it."""

    language: str
    text: str


def prose(found: Sequence[Block]) -> list[Block]:
    """The blocks without those that call themselves programs, unless there are no others.

    A model may check its poem or its picture by a program of its own.
    """
    return [block for block in found if block.language not in _PROGRAMS] or list(found)


def blocks(text: str) -> list[Block]:
    """The fenced blocks in order; one that never closes goes to the end of the text.

    A fence of tildes that never closes is an ordinary line, and so are all tildes after it.
    """
    lines = _lines(text)
    return [
        Block(language, "\n".join(lines[start + 1 : end])) for language, start, end in _spans(lines)
    ]


def outside(text: str) -> str:
    """The text without its fenced blocks, each of which leaves a blank line."""
    lines = _lines(text)
    for _, start, end in reversed(_spans(lines)):
        lines[start : end + 1] = [""]
    return "\n".join(lines)


def _lines(text: str) -> list[str]:
    return text.replace("\r\n", "\n").split("\n")


_Span = tuple[str, int, int]
"""The word after a fence, its line, and the line of the fence that closes it."""


def _spans(lines: Sequence[str]) -> list[_Span]:
    found, tildes = _scan(lines, 0, "`~")
    return found if tildes is None else found + _scan(lines, tildes + 1, "`")[0]


def _scan(lines: Sequence[str], at: int, signs: str) -> tuple[list[_Span], int | None]:
    """The blocks from line `at` on, and the line of a fence of tildes that never closes."""
    found: list[_Span] = []
    fence, language, start = "", "", 0
    for place in range(at, len(lines)):
        mark = _FENCE.match(lines[place])
        if not fence and mark and mark[1][0] in signs:
            fence, language, start = mark[1], mark[2].lower(), place
        elif fence and mark and mark[1].startswith(fence) and not mark[2]:
            found.append((language, start, place))
            fence = ""
    if fence.startswith("~"):
        return found, start
    if fence and any(line.strip() for line in lines[start + 1 :]):
        found.append((language, start, len(lines)))
    return found, None
