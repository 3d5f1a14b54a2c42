"""Every table in a text, whether it is drawn in Markdown or HTML or separated by commas or tabs.

Cells come as people read them: numbers as numbers, without marks. This module knows neither the
wanted table nor any verdict.
"""

from __future__ import annotations

import csv
import html
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from mingan.grading.fences import blocks
from mingan.normal import cap, fold, without_thinking

READ = 96_000
"""Characters of an answer in which tables are looked for."""

WIDEST = 200
"""Cells of one row that are read."""

_RULE = re.compile(r"\|?(?:\s*:?-+:?\s*\|)*\s*:?-+:?\s*\|?")
_PIPE = re.compile(r"(?<!\\)\|")
_QUOTED = re.compile(r"^[ \t]{0,3}(?:>[ \t]?){1,9}", re.MULTILINE)
_HTML_TABLE = re.compile(r"<table\b[^<>]{0,300}>", re.IGNORECASE)
_HTML_ROW = re.compile(r"<tr\b[^<>]{0,300}>", re.IGNORECASE)
_HTML_CELL = re.compile(r"<t[hd]\b[^<>]{0,300}>", re.IGNORECASE)
_TAG = re.compile(r"</table\b.*|<[^<>]{0,300}>", re.IGNORECASE | re.DOTALL)
_TEX = re.compile(r"\$([^$]{1,60})\$")
_AMOUNT = re.compile(r"-?\d+(?:\.\d+)?")
_DRESSED = re.compile(
    r"(-?)[¥$€£]?\s*([\d,]+(?:\.\d+)?)\s*"
    r"(?:元|块|角|分|个|人|名|位|件|台|次|只|条|本|页|天|日|年|岁|小时|分钟|秒|个?月|周|公?斤|千?克|吨|[厘毫]?米|"
    r"公里|平方米|升|度|箱|包|袋|张|把|辆|套|份|户|家|座|间|yuan|usd|rmb|cny|kg|km|cm)?"
)
_UNIT = re.compile(r"\s*[(\[/]\s*[^()\[\]]{1,8}[)\]]?$")
_MARKS = re.compile(r"\*\*|__|`|<br\s*/?>|^\*|\*$")
_NUMBER = re.compile(r"([+-]?)((?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?|\.\d+)(%?)")
_NOTHING = {"-", "--", "---"}


@dataclass(frozen=True, slots=True)
class Table:
    """Headings and rows, with every cell as `canonical` makes it."""

    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def canonical(cell: str) -> str:
    """What a cell says, whatever its dress: marks, width, case, blanks; 1,200.0 is 1200."""
    cell = _TEX.sub(r"\1", cell) if "$" in cell else cell
    plain = " ".join(_MARKS.sub(" ", fold(cell)).casefold().split())
    if plain in _NOTHING:
        return ""
    number = _NUMBER.fullmatch(plain)
    if number is None or len(plain) > 25:
        return plain
    try:
        value = Decimal(number[1] + number[2].replace(",", ""))
    except InvalidOperation:
        return plain
    return f"{value.normalize() + 0:f}{number[3]}"


def is_amount(cell: str) -> bool:
    """Whether a canonical cell is a number without a unit, or empty."""
    return not cell or _AMOUNT.fullmatch(cell) is not None


def amount(cell: str) -> str:
    """A canonical cell without the unit of its number, be it before (¥) or after it (元)."""
    dressed = _DRESSED.fullmatch(cell)
    return canonical(dressed[1] + dressed[2]) if dressed else cell


def named_alike(one: str, other: str) -> bool:
    """Whether two canonical headings differ only in that one of them names a unit."""
    return _UNIT.sub("", one) == _UNIT.sub("", other) and _UNIT.sub("", one) in (one, other)


def tables(text: str) -> list[Table]:
    """Every table in a text, in order; those of fenced blocks last, since they are meant as such.

    Lines of prose with commas look like CSV, so unfenced CSV counts only where nothing else does;
    the same is true of lines with | that have no rule under the first.
    """
    said = _QUOTED.sub("", cap(without_thinking(text), READ))
    lines = said.split("\n")
    drawn = _markdown(lines) + _html(said)
    fenced = [block.text for block in blocks(said)]
    separated = [t for block in fenced for t in _separated(block.split("\n"))]
    return drawn + separated or _unruled(lines) or _separated(lines)


def _markdown(lines: Sequence[str]) -> list[Table]:
    """Tables with a rule (|---|---|) under their headings."""
    found = []
    at = 1
    while at < len(lines):
        rule = lines[at].strip()
        at += 1
        if not _ruled(rule) or "|" not in lines[at - 2]:
            continue
        heads, rows = _piped(lines[at - 2]), []
        while (row := _next_row(lines, at, len(heads))) < len(lines):
            rows.append(_piped(lines[row]))
            at = row + 1
        found.append(_table([heads, *rows]))
    return [table for table in found if table is not None]


def _next_row(lines: Sequence[str], at: int, width: int) -> int:
    """The place of a table's next row, which a blank line may precede; else the end of the text.

    After a blank line only what looks like a row of this table is one, and no row that a rule
    follows: there another table begins.
    """
    if at + 1 < len(lines) and not lines[at].strip():
        at += 1
        apart = at + 1 < len(lines) and _ruled(lines[at + 1].strip())
        if apart or not lines[at].lstrip().startswith("|") or len(_piped(lines[at])) != width:
            return len(lines)
    return at if at < len(lines) and "|" in lines[at] else len(lines)


def _unruled(lines: Sequence[str]) -> list[Table]:
    """Runs of lines with | that have no rule under the first one."""
    runs: list[list[list[str]]] = [[]]
    for line in lines:
        cells = _piped(line) if "|" in line else []
        if len(cells) > 1 and (not runs[-1] or len(cells) == len(runs[-1][0])):
            runs[-1].append(cells)
        elif runs[-1] and line.strip():
            runs.append([cells] if len(cells) > 1 else [])
    found = [_table(run) for run in runs if len(run) > 1]
    return [table for table in found if table is not None]


def _html(said: str) -> list[Table]:
    """Tables in HTML, each row of which begins with <tr."""
    if "<t" not in said.casefold():
        return []
    found = []
    for inside in _HTML_TABLE.split(said)[1:]:
        rows = [_HTML_CELL.split(row)[1:][:WIDEST] for row in _HTML_ROW.split(inside)[1:]]
        written = [[html.unescape(_TAG.sub(" ", cell)) for cell in row] for row in rows if row]
        table = _table(written) if len(written) > 1 else None
        found += [table] if table is not None else []
    return found


def _ruled(rule: str) -> bool:
    """Whether a line is the rule under the headings of a Markdown table."""
    return {"|", "-"} <= set(rule) <= set("|-: \t") and _RULE.fullmatch(rule) is not None


def _piped(line: str) -> list[str]:
    cells = _PIPE.split(line.strip().removeprefix("|"))
    if len(cells) > 1 and not cells[-1].strip():
        cells.pop()
    return [cell.replace("\\|", "|") for cell in cells[:WIDEST]]


def _separated(lines: Sequence[str]) -> list[Table]:
    """CSV and TSV: runs of at least two lines with equally many cells, two or more."""
    found = []
    for sign in ("\t", ",", "，"):
        for run in _runs([line.strip("\r ") for line in lines], sign):
            table = _table(run)
            if table is not None and table.rows:
                found.append(table)
    return found


def _runs(lines: Sequence[str], sign: str) -> Iterator[list[list[str]]]:
    run: list[list[str]] = []
    for line in lines:
        cells = _split(line, sign) if sign in line else []
        if run and len(cells) != len(run[0]):
            yield run
            run = []
        if len(cells) > 1:
            run.append(cells)
    if run:
        yield run


def _split(line: str, sign: str) -> list[str]:
    try:
        return next(
            csv.reader([line.replace("\0", "")], delimiter=sign, skipinitialspace=True), []
        )[:WIDEST]
    except csv.Error:
        return []


def _table(rows: Sequence[Sequence[str]]) -> Table | None:
    """A table of canonical cells; short rows are filled up, long ones make it no table."""
    heads = tuple(canonical(cell) for cell in rows[0])
    if any(len(row) > len(heads) for row in rows):
        rows = [row[: len(heads)] if not any(row[len(heads) :]) else row for row in rows]
    filled = [
        tuple(canonical(cell) for cell in row) + ("",) * (len(heads) - len(row)) for row in rows[1:]
    ]
    if any(len(row) != len(heads) for row in filled):
        return None
    return Table(heads, tuple(filled))
