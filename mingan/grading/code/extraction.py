"""Finding the program in an answer, without parsing it.

What a model wrote is never given to Python's own parser in this process: a parser can be brought
down by a text that nests deeply enough, and must be so only inside the sandbox. This module knows
fenced blocks and what code looks like; it must not know what is tested.
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Sequence
from dataclasses import dataclass

from mingan.grading.fences import Block, blocks, outside
from mingan.normal import without_thinking

_PYTHON = frozenset({"python", "py", "python3", "py3", "python-exec"})
_LOOKS_LIKE_CODE = re.compile(
    r"^[ \t]*(?:def |class |import |from |for |while |print\(|\w+ *=)", re.M
)
# A line that begins a statement, closes a bracket, or is a remark; prose is none of this.
_CODE_LINE = re.compile(
    r"(?:async +)?(?:def|class|for|with) +\w|(?:import|from|global|nonlocal|del|assert|raise) +\w"
    r"|(?:if|elif|while|except|match|case)\b.*:|(?:else|try|finally) *:|(?:return|yield)\b|@\w"
    r"|[\w.\[\]'\", ()*]+?(?::[^=]+)?(?:[-+*/%&|^@]|//|\*\*|<<|>>)?=(?!=)|[A-Za-z_][\w.]*\(.*"
    r"|(?:pass|break|continue|\.\.\.)\s*(?:#|$)|[\])}#]|\"\"\"|'''"
)
_OPENS_PROGRAM = re.compile(r"(?:async +)?def +\w|class +\w|import +\w|from +[\w.]+ +import\b|@\w")
_QUOTES = re.compile(r"\"\"\"|'''")
_REMARK = re.compile(r"\s*#[^'\"]*$")
_NO_BODY = re.compile(r"(?:\.\.\.|…|pass|#.*|[rR]?\"\"\".*\"\"\"|'''.*''')?\s*")
_LEFT_OUT = re.compile(r"(?:\.\.\.|…+)")


@dataclass(frozen=True, slots=True)
class Program:
    """A program as it stood in the answer; `bare` if it was no fenced block."""

    code: str
    bare: bool = False


def programs(text: str, function: str = "", prompt: str = "") -> tuple[Program, ...]:
    """What may be the program of an answer, the likeliest first; more than one only without fences.

    It is the last block that defines `function`, or else the last one that says it is Python, or
    else the last block. A block that only quotes the prompt, or leaves the body out, is taken only
    where there is nothing else. A text without blocks (or, with a `function`, without one that
    defines it) holds a program if it looks like one; then the lines that look like code are
    tried, and the text as a whole.
    """
    text = without_thinking(text).replace("\r\n", "\n")
    found = [block for block in blocks(text) if block.text.strip()]
    python = [block for block in found if block.language in _PYTHON]
    defining = [block for block in found if function and defines(block.text, function)]
    likely = (defining,) if function else (python, found)
    for some in likely:
        own = [block for block in some if not _is_aside(block.text, function, prompt)]
        if own:
            return (_fenced(own),)
    bare = _bare(outside(text), function) if function or not found else ()
    if bare:
        return bare
    return next(((_fenced(some),) for some in (defining, python, found) if some), ())


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


def _fenced(some: Sequence[Block]) -> Program:
    return Program(textwrap.dedent(some[-1].text))


def _is_aside(code: str, function: str, prompt: str) -> bool:
    """Whether a block only quotes the prompt, or shows where the function would stand."""
    quoted = f"\n{_squeezed(code)}\n" in f"\n{_squeezed(prompt)}\n"
    return quoted or _is_sketch(code, function)


def _squeezed(code: str) -> str:
    """Code without remarks and blank lines, and without blanks at the ends of lines."""
    lines = (_REMARK.sub("", line).rstrip() for line in textwrap.dedent(code).split("\n"))
    return "\n".join(line for line in lines if line.strip())


def _is_sketch(code: str, function: str) -> bool:
    """Whether the function has no body, or one with a line that stands for what is left out."""
    lines = textwrap.dedent(code).split("\n")
    head = re.compile(rf"(?:async +)?def +{re.escape(function)}\b")
    at = next((place for place, line in enumerate(lines) if head.match(line)), None)
    if at is None:
        return False
    body = [lines[at].rpartition(":")[2].strip()] if "#" not in lines[at] else []
    for line in lines[at + 1 :]:
        if line.strip() and not line[0].isspace() and line[0] != ")":
            break
        body.append(line.strip())
    if all(_NO_BODY.fullmatch(line) for line in body):
        return True
    return any(_LEFT_OUT.fullmatch(_REMARK.sub("", line)) for line in body)


def _bare(text: str, function: str) -> tuple[Program, ...]:
    """The program in a text without fences: its lines that look like code, or all of it."""
    looks = defines(text, function) if function else bool(_LOOKS_LIKE_CODE.search(text))
    if not looks:
        return ()
    cut = "\n".join(_code_lines(text.split("\n"), function))
    found = dict.fromkeys((cut, textwrap.dedent(text).strip("\n")))
    return tuple(Program(code, bare=True) for code in found if code.strip())


def _code_lines(lines: Sequence[str], function: str) -> list[str]:
    """From the first line that looks like code to the last before prose, without indentation."""
    opens = _OPENS_PROGRAM if function else _CODE_LINE
    start = next((place for place, line in enumerate(lines) if opens.match(line.lstrip())), None)
    if start is None:
        return []
    while start and lines[start - 1].strip() and _CODE_LINE.match(lines[start - 1].lstrip()):
        start -= 1
    indented = len(lines[start]) - len(lines[start].lstrip())
    kept: list[str] = []
    quoted = False
    for line in lines[start:]:
        outer = line.strip() and len(line) - len(line.lstrip()) <= indented
        if outer and not quoted and not _CODE_LINE.match(line.lstrip()):
            break
        quoted ^= len(_QUOTES.findall(line)) % 2 == 1
        kept.append(line)
    return textwrap.dedent("\n".join(kept)).strip("\n").split("\n")
