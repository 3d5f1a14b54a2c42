"""Finding the program in an answer, without parsing it.

What a model wrote is never given to Python's own parser in this process: a parser can be brought
down by a text that nests deeply enough, and must be so only inside the sandbox. This module knows
fenced blocks and what a definition looks like; it must not know what is tested.
"""

from __future__ import annotations

import re
import textwrap
from dataclasses import dataclass

from mingan.grading.fences import blocks
from mingan.normal import without_thinking

_PYTHON = frozenset({"python", "py", "python3", "py3", "python-exec"})
_LOOKS_LIKE_CODE = re.compile(
    r"^[ \t]*(?:def |class |import |from |for |while |print\(|\w+ *=)", re.M
)


@dataclass(frozen=True, slots=True)
class Program:
    """A program as it stood in the answer; `bare` if it was the whole text, without a fence."""

    code: str
    bare: bool = False


def find(text: str, function: str = "") -> Program | None:
    """The program of an answer: its last block that defines `function`, or else its last block.

    Of several blocks that do not, one that says it is Python is taken before one that does not. A
    text without blocks is a program if it looks like one (and defines the function).
    """
    text = without_thinking(text).replace("\r\n", "\n")
    found = [block for block in blocks(text) if block.text.strip()]
    defining = [block for block in found if function and defines(block.text, function)]
    python = [block for block in found if block.language in _PYTHON]
    for candidates in (defining, python, found):
        if candidates:
            return Program(textwrap.dedent(candidates[-1].text))
    looks = defines(text, function) if function else bool(_LOOKS_LIKE_CODE.search(text))
    return Program(textwrap.dedent(text), bare=True) if looks else None


def defines(code: str, name: str) -> bool:
    """Whether some line defines `name`: a function, a class, or what is bound to the name."""
    name = re.escape(name)
    return bool(
        re.search(
            rf"^[ \t]*(?:(?:async[ \t]+)?def[ \t]+{name}\b|class[ \t]+{name}\b"
            rf"|{name}[ \t]*(?::[^=\n]*)?=(?!=))",
            code,
            re.MULTILINE,
        )
    )
