"""Pictures and grids made of characters, compared line by line or checked for what they show.

The grid is the last fenced block that may be meant as it, or the last run of lines of its shape,
or else the last block. Blanks at the ends of lines and those that all lines begin with do not
count; with the parameter `spaces` = "ignore" none do. The wanted grid is the reference, or the
parameter `checks` says what must be true of any.
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from mingan.grading.fences import blocks, outside, prose
from mingan.grading.protocol import Finding
from mingan.grading.rules.base import param
from mingan.grading.rules.checked import CheckedGrader
from mingan.grading.rules.checklist import Check, Kind, faults_in, judged
from mingan.grading.rules.values import CHAR, COUNT, PLACE, TEXT, one_of
from mingan.language import Text, counted
from mingan.normal import cap, shorten, without_thinking
from mingan.records import Question

READ = 48_000
"""Characters of an answer in which a grid is looked for."""

MOST_LINES = 2_000
MOST_BLOCKS = 40

# What may stand before a row and after it and is no part of it: a quotation mark of Markdown, a
# list mark, the row's number, a backtick. It is taken off only where no grid fits with it on.
_NUMBER = r"(?:第[ ]?)?\d{1,2}[ ]?行?[ ]*[:：.|、)][ ]?"
_DRESS = re.compile(
    rf"^[ \t]*(?:>[ ]?)+(?=.)|^[ \t]*(?:[-*+][ ]+(?=`))?(?:{_NUMBER})?`(?=[^`\n]+`)"
    rf"|^[ \t]*{_NUMBER}|`[ \t]*$",
    re.MULTILINE,
)

Lines = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Shape:
    """What is known of the wanted grid: the lengths of its lines, and the signs it is made of."""

    widths: tuple[int, ...]
    signs: frozenset[str]

    def is_like(self, lines: Lines) -> bool:
        """Whether lines are meant as this grid: as large, or made of nothing but its signs."""
        large = len(lines) == len(self.widths)
        large = large and max(map(len, lines)) == max(self.widths)
        return large or set("".join(lines)) - {" "} <= self.signs


_MISSING = Text(
    "没有找到字符图：代码块里没有，正文里也没有排成行的字符。",
    "No grid was found, neither a fenced block nor lines of characters.",
)
_NO_REFERENCE = Text(
    "没有要比的图：请写参考答案，或参数 checks。",
    "There is nothing to compare with; write a reference, or the parameter checks.",
)
_SPACES = Text('参数 spaces 只能是 "ignore"。', 'The parameter spaces can only be "ignore".')


class GridGrader(CheckedGrader):
    """Right when the grid equals the reference, or passes every check where there are `checks`."""

    name = "grid"
    version = "2"

    def slips(self, question: Question) -> list[Text]:
        """Nothing to compare with, or checks that are not well formed."""
        found = [] if param(question, "spaces", "ignore") == "ignore" else [_SPACES]
        if "checks" in question.params:
            return found + faults_in(question, "checks", _KINDS)
        if not _tidy((question.answer or "").split("\n"), question):
            found.append(_NO_REFERENCE)
        return found

    def is_answer(self, question: Question) -> bool:
        """A reference with checks; without them it is what answers are compared with."""
        return "checks" in question.params and bool(question.answer)

    def judge(self, question: Question, text: str) -> Finding:
        """Judge the last grid in the text."""
        said = _plain(cap(without_thinking(text), READ))
        checks = param(question, "checks")
        if checks is not None:
            lines = _checked_lines(said, question, checks)
            if not lines:
                return Finding(verdict="wrong", reason=_MISSING, score=0.0)
            failures = [_RUN[check["kind"]](check, lines) for check in checks]
            return judged(failures, " / ".join(lines))
        wanted = _reference(question)
        widths = tuple(len(line) for line in wanted)
        lines = _shaped_lines(said, question, _Shape(widths, frozenset("".join(wanted))))
        if not lines:
            return Finding(verdict="wrong", reason=_MISSING, score=0.0)
        return _compared(lines, wanted)


def _plain(text: str) -> str:
    """The text with blanks that are blanks and nothing else."""
    return text.replace("\r", "").expandtabs(4).replace("\xa0", " ")


def _reference(question: Question) -> Lines:
    written = _plain(question.answer or "")
    fenced = blocks(written)
    return _tidy((fenced[-1].text if fenced else written).split("\n"), question)


def _compared(lines: Lines, wanted: Lines) -> Finding:
    extracted = shorten(" / ".join(lines), 120)
    if lines == wanted:
        reason = Text("字符图与参考答案相同。", "The grid equals the reference.")
        return Finding(verdict="right", reason=reason, extracted=extracted, score=1.0, firm=True)
    same = sum(one == other for one, other in zip(lines, wanted, strict=False))
    score = same / max(len(lines), len(wanted))
    if len(lines) != len(wanted):
        reason = Text(
            f"应有 {len(wanted)} 行，实际 {len(lines)} 行。",
            f"It should have {counted(len(wanted), 'line')}; it has {len(lines)}.",
        )
        return Finding(verdict="wrong", reason=reason, extracted=extracted, score=score)
    place = next(i for i, line in enumerate(lines) if line != wanted[i])
    right, actual = shorten(wanted[place]), shorten(lines[place])
    reason = Text(
        f"第 {place + 1} 行应是“{right}”，实际是“{actual}”。",
        f'Line {place + 1} should be "{right}"; it is "{actual}".',
    )
    return Finding(verdict="wrong", reason=reason, extracted=extracted, score=score)


def _tidy(lines: Sequence[str], question: Question) -> Lines:
    """The lines without blank ones around them, blanks behind them and common indentation."""
    lines = [line.rstrip() for line in lines[:MOST_LINES]]
    if param(question, "spaces") == "ignore":
        lines = ["".join(line.split()) for line in lines]
    while lines and not lines[0]:
        lines = lines[1:]
    while lines and not lines[-1]:
        lines = lines[:-1]
    return tuple(textwrap.dedent("\n".join(lines)).split("\n")) if lines else ()


def _shaped_lines(said: str, question: Question, wanted: _Shape) -> Lines:
    """The last fenced block that may be the grid, or the last lines that are, or the last grid."""
    fenced = _fenced(said)
    for text in reversed(fenced):
        views = [view.split("\n") for view in (text, _DRESS.sub("", text))]
        for view in views:
            lines = _tidy(view, question)
            if lines and wanted.is_like(lines):
                return lines
        for view in views:
            lines = _window(view, question, wanted.widths)
            if lines:
                return lines
    rest = outside(said)
    for plain in (rest, _DRESS.sub("", rest)):
        lines = _window(plain.split("\n")[-MOST_LINES:], question, wanted.widths)
        if lines:
            return lines
    return _last_grid(said, fenced, question)


def _window(lines: Sequence[str], question: Question, widths: Sequence[int]) -> Lines:
    """The last lines with these widths that are no part of a larger grid; none if none are so."""
    for end in range(len(lines), len(widths) - 1, -1):
        start = end - len(widths)
        window = lines[start:end]
        if not window[0].strip() or not window[-1].strip():
            continue
        tidied = _tidy(window, question)
        if [len(line) for line in tidied] != list(widths):
            continue
        signs = set("".join(window))
        beside = [*lines[max(0, start - 1) : start], *lines[end : end + 1]]
        if not any(line.strip() and set(line) <= signs for line in beside):
            return tidied
    return ()


def _checked_lines(said: str, question: Question, checks: Sequence[Check]) -> Lines:
    """The lines of the size that the checks want, or else the last grid."""
    sizes = [check for check in checks if check["kind"] == "size"]
    if sizes:
        signs = [set(check["chars"]) for check in checks if check["kind"] == "alphabet"]
        widths = (sizes[0]["cols"],) * sizes[0]["rows"]
        return _shaped_lines(said, question, _Shape(widths, frozenset().union(*signs)))
    return _last_grid(said, _fenced(said), question)


def _fenced(said: str) -> list[str]:
    return [block.text for block in prose(blocks(said)) if block.text.strip()][-MOST_BLOCKS:]


def _last_grid(said: str, fenced: Sequence[str], question: Question) -> Lines:
    if fenced:
        return _tidy(fenced[-1].split("\n"), question)
    return _last_run(said.split("\n")[-MOST_LINES:], question)


def _last_run(lines: Sequence[str], question: Question) -> Lines:
    """The last lines without a blank one between them: those of one width, if there are such."""
    runs = [_tidy(run, question) for run in _unbroken(lines)]
    even = [run for run in runs if len(run) > 1 and len({len(line) for line in run}) == 1]
    return (even or runs or [()])[-1]


def _unbroken(lines: Sequence[str]) -> Iterator[list[str]]:
    run: list[str] = []
    for line in [*lines, ""]:
        if line.strip():
            run.append(line)
        elif run:
            yield run
            run = []


def _size(check: Check, lines: Lines) -> Text | None:
    rows, widest = len(lines), max(map(len, lines))
    # Blanks at the ends of lines are gone; where blanks are part of the picture, that is no fault.
    blank = any(" " in line for line in lines) or not all(lines)
    even = blank or all(len(line) == check["cols"] for line in lines)
    if rows == check["rows"] and widest == check["cols"] and even:
        return None
    narrow = min(map(len, lines))
    actual = f"{widest}" if widest == narrow or blank else f"{narrow}–{widest}"
    return Text(
        f"应是 {check['rows']} 行 {check['cols']} 列，实际是 {rows} 行 {actual} 列。",
        f"It should have {counted(check['rows'], 'row')} and {counted(check['cols'], 'column')}; "
        f"it has {counted(rows, 'row')}, {actual} wide.",
    )


def _count(check: Check, lines: Lines) -> Text | None:
    char, actual = check["char"], sum(line.count(check["char"]) for line in lines)
    if actual == check["count"]:
        return None
    return Text(
        f"“{char}”应有 {check['count']} 个，实际 {actual} 个。",
        f'"{char}" should occur {counted(check["count"], "time")}; it occurs '
        f"{counted(actual, 'time')}.",
    )


def _symmetry(check: Check, lines: Lines) -> Text | None:
    widest = max(map(len, lines))
    even = [line.ljust(widest) for line in lines]
    upright = check["axis"] == "vertical"
    turned = [line[::-1] for line in even] if upright else even[::-1]
    if turned == even:
        return None
    return (
        Text("左右不对称。", "The left and right halves do not mirror each other.")
        if upright
        else Text("上下不对称。", "The top and bottom halves do not mirror each other.")
    )


def _alphabet(check: Check, lines: Lines) -> Text | None:
    strange = dict.fromkeys(c for line in lines for c in line if c not in check["chars"])
    if not strange:
        return None
    listed = shorten("".join("␠" if c == " " else c for c in strange))
    return Text(
        f"只能用 {check['chars']}，却出现了 {listed}。",
        f"Only {check['chars']} may be used; there is {listed}.",
    )


def _cell(check: Check, lines: Lines) -> Text | None:
    row, column = check["row"] - 1, check["col"] - 1
    widest = max(map(len, lines))
    there = row < len(lines) and column < widest
    actual = lines[row].ljust(widest)[column] if there else ""
    if actual == check["char"]:
        return None
    return Text(
        f"第 {row + 1} 行第 {column + 1} 列应是“{check['char']}”，实际是“{actual}”。",
        f'Row {row + 1}, column {column + 1} should be "{check["char"]}"; it is "{actual}".',
    )


_KINDS: Mapping[str, Kind] = {
    "size": Kind({"rows": PLACE, "cols": PLACE}),
    "count": Kind({"char": CHAR, "count": COUNT}),
    "symmetry": Kind({"axis": one_of("vertical", "horizontal")}),
    "alphabet": Kind({"chars": TEXT}),
    "cell": Kind({"row": PLACE, "col": PLACE, "char": CHAR}),
}

_RUN: dict[str, Callable[[Check, Lines], Text | None]] = {
    "size": _size, "count": _count, "symmetry": _symmetry, "alphabet": _alphabet, "cell": _cell,
}  # fmt: skip
