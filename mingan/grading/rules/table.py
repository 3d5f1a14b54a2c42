"""A table that must hold these rows: Markdown, CSV or TSV, compared cell by cell.

The last table of the answer counts, or the last one with the wanted headings where there are
several. Headings and cells are compared after folding, numbers as numbers; columns may stand in
any order unless `column_order` is true, rows in any order unless `ordered` is.
"""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from mingan.grading.fences import blocks
from mingan.grading.protocol import Finding
from mingan.grading.rules.base import param
from mingan.grading.rules.checked import CheckedGrader
from mingan.language import Text, counted
from mingan.normal import cap, fold, shorten, without_thinking
from mingan.records import Question

READ = 96_000
"""Characters of an answer in which tables are looked for."""

WIDEST = 200
"""Cells of one row that are read."""

_RULE = re.compile(r"\|?(?:\s*:?-+:?\s*\|)*\s*:?-+:?\s*\|?")
_PIPE = re.compile(r"(?<!\\)\|")
_MARKS = re.compile(r"\*\*|__|`|<br\s*/?>|^\*|\*$")
_NUMBER = re.compile(r"([+-]?)((?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?|\.\d+)(%?)")
_NOTHING = {"-", "--", "---"}

_MISSING = Text("回答里没有表格。", "There is no table in the answer.")


@dataclass(frozen=True, slots=True)
class Table:
    """Headings and rows, with every cell as `canonical` makes it."""

    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


class TableGrader(CheckedGrader):
    """Right when the table has the columns of `columns` and the rows of `rows`, and no others.

    The score is the share of the wanted rows that are there.
    """

    name = "table"
    version = "1"

    def slips(self, question: Question) -> list[Text]:
        """Columns or rows that are missing or uneven."""
        return _slips(question)

    def is_answer(self, question: Question) -> bool:
        """A reference that is a table; it may also be a remark for people."""
        return bool(question.answer and _tables(question.answer))

    def judge(self, question: Question, text: str) -> Finding:
        """Judge the last table in the text."""
        return _judge(question, text)


def canonical(cell: str) -> str:
    """What a cell says, whatever its dress: marks, width, case, blanks; 1,200.0 is 1200."""
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


def _slips(question: Question) -> list[Text]:
    columns, rows = param(question, "columns"), param(question, "rows")
    if not _cells(columns) or not columns:
        return [
            Text(
                "参数 columns 应是列名的列表，至少一列。",
                "The parameter columns must be a list of at least one heading.",
            )
        ]
    found = []
    if len({canonical(str(c)) for c in columns}) != len(columns):
        found.append(
            Text("参数 columns 里有相同的列名。", "The parameter columns names a column twice.")
        )
    if not isinstance(rows, list | tuple):
        return [*found, Text("参数 rows 应是行的列表。", "The parameter rows must be a list.")]
    found += [_row_fault(place, len(columns)) for place, row in enumerate(rows, 1)
              if not _cells(row) or len(row) != len(columns)]  # fmt: skip
    for name in ("ordered", "column_order"):
        if not isinstance(param(question, name, False), bool):
            wrong = Text(
                f"参数 {name} 应是 true 或 false。", f"The parameter {name} must be true or false."
            )
            found.append(wrong)
    return found


def _row_fault(place: int, width: int) -> Text:
    return Text(
        f"参数 rows 的第 {place} 行应有 {width} 格，每格是文字或数。",
        f"Row {place} of the parameter rows must have {counted(width, 'cell')}, each a text or a "
        "number.",
    )


def _cells(row: Any) -> bool:
    return isinstance(row, list | tuple) and all(isinstance(c, str | int | float) for c in row)


def _judge(question: Question, text: str) -> Finding:
    columns = tuple(canonical(str(c)) for c in question.params["columns"])
    wanted = [tuple(canonical(str(c)) for c in row) for row in question.params["rows"]]
    tables = _tables(text)
    if not tables:
        return Finding(verdict="wrong", reason=_MISSING, score=0.0)
    fitting = [table for table in tables if sorted(table.heads) == sorted(columns)]
    table = (fitting or tables)[-1]
    extracted = shorten(" | ".join(table.heads) + " …", 120)
    fault = _column_fault(table, columns, in_order=bool(param(question, "column_order")))
    if fault is not None:
        return Finding(verdict="wrong", reason=fault, score=0.0, extracted=extracted)
    places = [table.heads.index(column) for column in columns]
    rows = [tuple(row[p] for p in places) for row in table.rows]
    fault = _row_difference(rows, wanted, in_order=bool(param(question, "ordered")))
    if fault is not None:
        there = sum((Counter(rows) & Counter(wanted)).values())
        score = there / max(len(rows), len(wanted), 1)
        return Finding(verdict="wrong", reason=fault, score=score, extracted=extracted)
    reason = Text(
        f"表格的 {len(columns)} 列 {len(wanted)} 行都对。",
        f"The table is right ({counted(len(columns), 'column')}, {counted(len(wanted), 'row')}).",
    )
    return Finding(verdict="right", reason=reason, score=1.0, extracted=extracted, firm=True)


def _column_fault(table: Table, columns: Sequence[str], *, in_order: bool) -> Text | None:
    missing = [column for column in columns if column not in table.heads]
    surplus = list((Counter(table.heads) - Counter(columns)).elements())
    if missing:
        listed = shorten("、".join(missing))
        return Text(f"表格缺少列：{listed}。", f"The table lacks columns: {listed}.")
    if surplus:
        listed = shorten("、".join(surplus))
        return Text(f"表格多出列：{listed}。", f"The table has more columns: {listed}.")
    if in_order and tuple(table.heads) != tuple(columns):
        return Text("表格的列次序不对。", "The columns are in the wrong order.")
    return None


def _row_difference(
    rows: Sequence[tuple[str, ...]], wanted: Sequence[tuple[str, ...]], *, in_order: bool
) -> Text | None:
    missing = list((Counter(wanted) - Counter(rows)).elements())
    surplus = list((Counter(rows) - Counter(wanted)).elements())
    if missing:
        row = shorten(" | ".join(missing[0]))
        return Text(
            f"表格缺少 {len(missing)} 行，如“{row}”。",
            f'The table lacks {counted(len(missing), "row")}, such as "{row}".',
        )
    if surplus:
        row = shorten(" | ".join(surplus[0]))
        return Text(
            f"表格多出 {len(surplus)} 行，如“{row}”。",
            f'The table has {counted(len(surplus), "row")} too many, such as "{row}".',
        )
    if in_order and list(rows) != list(wanted):
        return Text("表格的行次序不对。", "The rows are in the wrong order.")
    return None


def _tables(text: str) -> list[Table]:
    """Every table in a text, in order; those of fenced blocks last, since they are meant as such.

    Lines of prose with commas look like CSV, so unfenced CSV counts only where nothing else does.
    """
    said = cap(without_thinking(text), READ)
    drawn = _markdown(said.split("\n"))
    fenced = [block.text for block in blocks(said)]
    separated = [t for block in fenced for t in _separated(block.split("\n"))]
    return drawn + separated if drawn or separated else _separated(said.split("\n"))


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
        while at < len(lines) and "|" in lines[at]:
            rows.append(_piped(lines[at]))
            at += 1
        found.append(_table([heads, *rows]))
    return [table for table in found if table is not None]


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
