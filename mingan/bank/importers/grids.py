"""Tables of recorded answers: which column holds what, and which question a row is about.

Shared by the wide and the long importer. Words for columns that a bank does not have (the model,
who asked it, when, which version of the app) are here; those of a bank are in
`mingan.bank.headings`.
"""

from __future__ import annotations

import difflib
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from mingan.bank import headings, rows
from mingan.bank.banks import Bank
from mingan.bank.cells import number
from mingan.bank.faults import Findings
from mingan.bank.importers.imported import Collector
from mingan.bank.layout import TITLE_ROWS, RawRow
from mingan.bank.tables import Record, Table, kind, read_bytes, read_records, read_tables
from mingan.language import Text
from mingan.records import Question

PROVENANCE: dict[str, tuple[str, ...]] = {
    "who": ("who", "谁", "记录人", "提问人", "操作人", "by"),
    "when": ("when", "at", "时间", "日期", "提问时间", "回答时间", "date", "time"),
    "app_version": ("app version", "version", "版本", "应用版本", "app", "应用"),
}
"""Columns that say where a recorded answer comes from; they go into `Answer.meta`."""

_BY_WORD = {headings.plain(w): key for key, words in PROVENANCE.items() for w in words}


@dataclass(slots=True)
class Line:
    """One row of a grid; its cells stand under the grid's headings."""

    number: int
    cells: list[str]

    def at(self, column: int | None) -> str:
        """The cell in a column; "" beyond the row's end."""
        return self.cells[column] if column is not None and column < len(self.cells) else ""


@dataclass(slots=True)
class Grid:
    """Headings and filled rows of one worksheet, CSV file or JSON Lines file."""

    headings: list[str]
    lines: list[Line]
    heading_row: int = 1
    sheet: str = ""
    spreadsheet: bool = True

    def column(self, means: Callable[[str], bool]) -> int | None:
        """The first column whose heading is meant; None when there is none."""
        return next((c for c, text in enumerate(self.headings) if text and means(text)), None)


def provenance_of(heading: str) -> str | None:
    """The key in `Answer.meta` that a heading means, if any."""
    return _BY_WORD.get(headings.plain(heading))


def read_grids(path: Path, found: Findings, wanted: Callable[[list[str]], bool]) -> list[Grid]:
    """The grids of a file whose heading row is `wanted`; title rows above it are passed over."""
    data = read_bytes(path)
    if kind(data) == "json":
        grids = [_of_records(read_records(data, found))]
        return [grid for grid in grids if wanted(grid.headings)]
    tables = [] if kind(data) == "empty" else read_tables(data, found)
    found_grids = [_of_table(table, len(tables) > 1, wanted) for table in tables]
    return [grid for grid in found_grids if grid is not None]


def _of_table(table: Table, several: bool, wanted: Callable[[list[str]], bool]) -> Grid | None:
    for index, row in enumerate(table.rows[:TITLE_ROWS]):
        names = [cell.strip() for cell in row.cells]
        if wanted(names):
            lines = [Line(r.number, r.cells) for r in table.rows[index + 1 :] if not r.blank]
            return Grid(names, lines, row.number, table.sheet if several else "")
    return None


def _of_records(records: list[Record]) -> Grid:
    names = list(dict.fromkeys(key for record in records for key in record.values))
    lines = [Line(r.number, [_text(r.values.get(name)) for name in names]) for r in records]
    return Grid(names, lines, spreadsheet=False)


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    return number(value) if isinstance(value, float) else json.dumps(value, ensure_ascii=False)


def meta_of(grid: Grid, line: Line) -> dict[str, str]:
    """Who, when and which version, as far as the row says so."""
    meta = {}
    for column, heading in enumerate(grid.headings):
        key = provenance_of(heading)
        text = line.at(column).strip()
        if key and text:
            meta[key] = text[:200]
    return meta


def moment_of(meta: dict[str, str]) -> str:
    """`when` as ISO 8601, "" where it is written in another way."""
    try:
        return datetime.fromisoformat(meta.get("when", "").replace("/", "-")).isoformat()
    except ValueError:
        return ""


@dataclass
class Asked:
    """Finds the question that a row is about: in the given bank, or written in the row itself."""

    into: Collector
    found: Findings
    bank: Bank | None = None
    fields: dict[int, str] = field(default_factory=dict)
    _by_prompt: dict[str, Question] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.bank is not None:
            for question in self.bank.questions:
                self._by_prompt.setdefault(question.prompt.strip(), question)

    def question(self, grid: Grid, line: Line) -> Question | None:
        """The question of this row; None, with a fault noted, when there is none."""
        values = {name: line.at(column) for column, name in self.fields.items()}
        identity, prompt = values.get("id", "").strip(), values.get("prompt", "").strip()
        if self.bank is not None:
            return self._known(grid, line, identity, prompt)
        if identity in self.into.questions and not prompt:
            return self.into.questions[identity]
        if not identity and prompt in self._by_prompt:
            return self._by_prompt[prompt]
        return self._new(grid, line, values)

    def _known(self, grid: Grid, line: Line, identity: str, prompt: str) -> Question | None:
        bank = self.bank
        assert bank is not None
        question = bank.by_id.get(identity) or bank.by_id.get(prompt) or self._by_prompt.get(prompt)
        if question is not None:
            return self.into.add_question(question)
        near = difflib.get_close_matches(identity or prompt, list(bank.by_id), n=1)
        hint = Text(f"是不是 {near[0]}？" if near else "", f"Is it {near[0]}? " if near else "")
        self.found.error(
            "unknown-question",
            Text(
                f"题库 {bank.name} 里没有这道题：{(identity or prompt)[:40]}",
                f"The bank {bank.name} has no such question: {(identity or prompt)[:40]}",
            ),
            Text(f"{hint.zh}改正编号或题目", f"{hint.en}Correct the id or the prompt"),
            sheet=grid.sheet, row=line.number,
        )  # fmt: skip
        return None

    def _new(self, grid: Grid, line: Line, values: dict[str, str]) -> Question | None:
        names = {name: grid.headings[column] for column, name in self.fields.items()}
        raw = RawRow(line.number, grid.sheet, grid.spreadsheet, dict(values), names)
        question = rows.to_question(raw, len(self.into.questions) + 1, self.found)
        if question is None:
            return None
        kept = self.into.add_question(question)
        if kept.asked != question.asked:
            self.found.error(
                "duplicate-id",
                Text(f"编号 {question.id} 有两道不同的题", f"The id {question.id} has two prompts"),
                Text("各用各的编号", "Give each its own id"),
                sheet=grid.sheet, row=line.number,
            )  # fmt: skip
        self._by_prompt.setdefault(question.prompt.strip(), kept)
        return kept


def no_headings(found: Findings, problem: Text, example: str) -> None:
    """Note that no row holds the headings that are needed."""
    found.error(
        "headings",
        problem,
        Text(
            f"第一行写列名，例如：{example}", f"Write headings in the first row, such as {example}"
        ),
        row=1,
    )
