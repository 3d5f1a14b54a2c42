"""Reading the documentation: pages, the files that they show, and the commands that they give.

A command stands in a fenced block of the language `console`, behind `$ `; a backslash at the end
of a line continues it; the other lines are what it says. These comments may stand before a block:

    <!-- file: NAME -->      the block is the content of that file
    <!-- exit: 2 -->         the commands of the block end with that status, not with 0
    <!-- typed: a ⏎ b ⏎ -->  what the reader types, line by line, when a command of it asks

This module reads; it must not know how a command is run.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
DOCS = ROOT / "docs"

_FENCE = re.compile(r"^(?P<indent> *)```(?P<lang>[\w+-]*)\s*$")
_COMMENT = re.compile(r"^\s*<!--\s*(?P<key>file|exit|typed):\s*(?P<value>.+?)\s*-->\s*$")
_HAN = re.compile(r"[\u4e00-\u9fff]")


@dataclass(frozen=True, slots=True)
class Fence:
    """One fenced block: its language, its lines, and what the comments before it say."""

    line: int
    lang: str
    body: tuple[str, ...]
    file: str = ""
    exit: int = 0
    typed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Command:
    """One command, the status it should end with, and the lines that the page shows for it."""

    line: int
    text: str
    exit: int
    shown: tuple[str, ...]
    typed: tuple[str, ...] = ()


def pages() -> list[Path]:
    """Every page for readers: Markdown in the root and under docs/."""
    return sorted([*ROOT.glob("*.md"), *DOCS.rglob("*.md")])


def name_of(page: Path) -> str:
    """How a page is called in test names."""
    return page.relative_to(ROOT).as_posix()


def language(page: Path) -> str:
    """The language that a page is written in, by its place, its name, or its characters."""
    name = name_of(page)
    if name.startswith(("docs/zh/", "docs/en/")):
        return name[5:7]
    marked = re.search(r"\.(zh|en)\.md$", name)
    if marked:
        return marked[1]
    text = page.read_text("utf-8")
    return "zh" if len(_HAN.findall(text)) > len(text) / 10 else "en"


def fences(page: Path) -> Iterator[Fence]:
    """The fenced blocks of a page, in order."""
    said: dict[str, str] = {}
    lines = iter(enumerate(page.read_text("utf-8").splitlines(), start=1))
    for number, line in lines:
        comment, opening = _COMMENT.match(line), _FENCE.match(line)
        if comment:
            said[comment["key"]] = comment["value"]
        elif opening:
            indent = len(opening["indent"])
            body = []
            for _, inner in lines:
                if inner.strip() == "```":
                    break
                body.append(inner[indent:])
            yield Fence(
                number, opening["lang"], tuple(body),
                file=said.get("file", ""), exit=int(said.get("exit", 0)),
                typed=tuple(part.strip() for part in said.get("typed", "").split("⏎")[:-1]),
            )  # fmt: skip
            said = {}
        elif line.strip():
            said = {}


def commands(fence: Fence) -> list[Command]:
    """The commands of one block."""
    if fence.lang != "console":
        return []
    found: list[Command] = []
    lines = iter(enumerate(fence.body, start=fence.line + 1))
    for number, line in lines:
        if not line.startswith("$ "):
            if found and line.strip():
                last = found[-1]
                found[-1] = replace(last, shown=(*last.shown, line))
            continue
        text = line[2:].rstrip()
        while text.endswith("\\"):
            text = text[:-1].rstrip() + " " + next(lines)[1].strip()
        found.append(Command(number, text, fence.exit, (), fence.typed))
    return found


def steps(page: Path) -> list[Fence | Command]:
    """What a reader does, in order: writes the files that are shown, gives the commands."""
    done: list[Fence | Command] = []
    for fence in fences(page):
        done += [fence] if fence.file else commands(fence)
    return done


def all_commands(page: Path) -> list[Command]:
    """The commands of a page, in order."""
    return [step for step in steps(page) if isinstance(step, Command)]


def inline_commands(page: Path) -> list[str]:
    """The commands that are only mentioned in a sentence, between backquotes."""
    prose = re.sub(r"^ *```.*?^ *```", "", page.read_text("utf-8"), flags=re.S | re.M)
    return re.findall(r"`(mingan [^`]+)`", prose)


def links(page: Path) -> list[str]:
    """The targets of the links and pictures of a page."""
    prose = re.sub(r"^ *```.*?^ *```", "", page.read_text("utf-8"), flags=re.S | re.M)
    plain = re.findall(r"\]\(([^)\s]+)(?:\s+\"[^\"]*\")?\)", prose)
    return plain + re.findall(r"(?:src|href)=\"([^\"]+)\"", prose)


def project() -> dict[str, Any]:
    """The project's own pyproject.toml."""
    return tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
