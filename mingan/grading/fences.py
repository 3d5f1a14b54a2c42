"""The fenced blocks of a Markdown answer, found line by line in time that grows with its length.

It knows fences and nothing of what stands in them.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_FENCE = re.compile(r"[ \t]{0,12}(`{3,}|~{3,})[ \t]*([^\s`]*)")


@dataclass(frozen=True, slots=True)
class Block:
    """A fenced block: the word after the fence, in lower case, and the lines in it."""

    language: str
    text: str


def blocks(text: str) -> list[Block]:
    """The fenced blocks in order; one that never closes goes to the end of the text."""
    found: list[Block] = []
    fence, language = "", ""
    lines: list[str] = []
    for line in text.replace("\r\n", "\n").split("\n"):
        mark = _FENCE.match(line)
        if not fence and mark:
            fence, language, lines = mark[1], mark[2].lower(), []
        elif fence and mark and mark[1].startswith(fence) and not mark[2]:
            found.append(Block(language, "\n".join(lines)))
            fence = ""
        elif fence:
            lines.append(line)
    if fence and any(line.strip() for line in lines):
        found.append(Block(language, "\n".join(lines)))
    return found
