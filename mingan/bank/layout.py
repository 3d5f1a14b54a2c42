"""Where in a table the questions are: the heading row, the columns, the filled rows.

People put a title above the headings, merge the cells of a group, leave rows blank and colour
half a column. This module makes of all that plain rows of `field -> what stands there`, and says
what it could not use. It does not know what a field is good for.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from mingan.bank import headings
from mingan.bank.faults import Findings
from mingan.bank.tables import Merged, Oddity, Record, Row, Table
from mingan.language import Text

TITLE_ROWS = 10
"""So many rows from the top may the headings stand below titles and blank rows."""

_SHARED = {"tier", "tags", "cluster", "grader", "params", "system"}
"""Fields whose merged cells mean “the same for all these rows”."""


@dataclass(slots=True)
class RawRow:
    """One question as it was written: what stands in each field, and how the column is called.

    `spreadsheet` tells cells, which are all text and may carry a guarding apostrophe, from the
    typed values of JSON.
    """

    number: int
    sheet: str = ""
    spreadsheet: bool = False
    values: dict[str, Any] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)
    oddities: dict[str, Oddity] = field(default_factory=dict)

    def column(self, name: str) -> str:
        """What the file calls a field; our own word where it has no such column."""
        return self.names.get(name, headings.shown(name) if name in headings.FIELDS else name)


def letter(index: int) -> str:
    """The letter over a spreadsheet column; 0 is A."""
    name = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        name = chr(65 + rest) + name
    return name


def from_records(records: list[Record], found: Findings) -> list[RawRow]:
    """Raw rows of JSON objects; an unknown key is reported once, where it first occurs."""
    rows, reported = [], set[str]()
    for record in records:
        row = RawRow(record.number)
        for key, value in record.values.items():
            name = headings.field_of(key)
            if headings.ignored(key) or name is None:
                if not headings.ignored(key) and key not in reported:
                    reported.add(key)
                    _unknown(key, key, found, row=record.number)
            elif name in row.values:
                _twice(key, name, found, row=record.number)
            else:
                row.values[name], row.names[name] = value, key
        rows.append(row)
    return rows


def from_tables(tables: list[Table], found: Findings) -> list[RawRow]:
    """Raw rows of all tables that have a heading for the prompt."""
    tables = [table for table in tables if any(not row.blank for row in table.rows)]
    headed = [(table, _heading_row(table)) for table in tables]
    usable = [(table, at) for table, at in headed if at is not None]
    several = len(tables) > 1
    if tables and not usable:
        _no_prompt_heading(tables[0], several, found)
    for table, at in headed:
        if at is None and usable:
            found.warn(
                "sheet",
                Text(
                    "没有“题目”一列，整张表略过", "No column for the prompt; the sheet is left out"
                ),
                Text("若这里有题目，请补上列名", "If it holds questions, add the headings"),
                sheet=table.sheet,
            )
    rows: list[RawRow] = []
    for table, at in usable:
        rows.extend(_raw_rows(table, at, table.sheet if several else "", found))
    return rows


def _heading_row(table: Table) -> int | None:
    for index, row in enumerate(table.rows[:TITLE_ROWS]):
        if any(headings.field_of(cell) == "prompt" for cell in row.cells):
            return index
    return None


def _raw_rows(table: Table, at: int, sheet: str, found: Findings) -> Iterator[RawRow]:
    heading = table.rows[at]
    fields = _columns(table, at, sheet, found)
    shared = _spread_merged(table, at, fields, sheet, found)
    if "answer" not in fields.values():
        _no_answer_heading(heading.number, sheet, found)
    blank = _inner_blank_rows(table.rows[at + 1 :])
    if blank:
        found.warn(
            "blank-row",
            Text(f"空行略过（共 {len(blank)} 行）", f"Blank rows left out ({len(blank)} in all)"),
            Text("不要紧；想要整齐可以删掉", "No harm; delete them to be tidy"),
            sheet=sheet, row=blank[0],
        )  # fmt: skip
    names = {name: heading.cells[column].strip() for column, name in fields.items()}
    for row in table.rows[at + 1 :]:
        if row.blank and not row.oddities:
            continue
        raw = RawRow(row.number, sheet, spreadsheet=True, names=names)
        for column, name in fields.items():
            raw.values[name] = row.cells[column] if column < len(row.cells) else ""
            if column in row.oddities:
                raw.oddities[name] = row.oddities[column]
        raw.values.update(shared.get(row.number, {}))
        _check_width(row, heading, sheet, found)
        yield raw


def _columns(table: Table, at: int, sheet: str, found: Findings) -> dict[int, str]:
    """Column number to field, for the columns that are understood; the others are reported."""
    fields: dict[int, str] = {}
    row = table.rows[at]
    for column, cell in enumerate(row.cells):
        name = headings.field_of(cell)
        if not cell.strip() or headings.ignored(cell):
            if not cell.strip() and _used(table.rows[at + 1 :], column):
                _no_heading(letter(column), row.number, sheet, found)
        elif name is None:
            _unknown(cell.strip(), letter(column), found, row=row.number, sheet=sheet)
        elif name in fields.values():
            _twice(cell.strip(), name, found, row=row.number, sheet=sheet)
        else:
            fields[column] = name
    return fields


def _used(rows: list[Row], column: int) -> bool:
    return any(column < len(row.cells) and row.cells[column].strip() for row in rows)


def _inner_blank_rows(rows: list[Row]) -> list[int]:
    filled = [index for index, row in enumerate(rows) if not row.blank]
    last = filled[-1] if filled else -1
    return [row.number for row in rows[:last] if row.blank]


def _check_width(row: Row, heading: Row, sheet: str, found: Findings) -> None:
    extra = [cell for cell in row.cells[len(heading.cells) :] if cell.strip()]
    if extra:
        found.error(
            "extra-cells",
            Text(
                f"这一行有 {len(row.cells)} 格，列名只有 {len(heading.cells)} 个",
                f"This row has {len(row.cells)} cells, but there are {len(heading.cells)} headings",
            ),
            Text(
                "多半是文字里有逗号：把那一格用双引号括起来，或用表格软件编辑",
                "Most likely a comma in the text: put that cell in double quotes, "
                "or edit in a spreadsheet program",
            ),
            sheet=sheet, row=row.number,
        )  # fmt: skip


def _spread_merged(
    table: Table, at: int, fields: dict[int, str], sheet: str, found: Findings
) -> dict[int, dict[str, str]]:
    """What merged cells say about the rows below their first one, by row number."""
    shared: dict[int, dict[str, str]] = {}
    for merged in table.merged:
        name = fields.get(merged.left)
        if merged.bottom <= at or name is None:
            continue
        if merged.left == merged.right and name in _SHARED:
            text = table.rows[merged.top].cells[merged.left]
            for index in range(merged.top + 1, merged.bottom + 1):
                shared.setdefault(index + 1, {})[name] = text
        else:
            _merged(merged, name, sheet, found)
    return shared


def _merged(merged: Merged, name: str, sheet: str, found: Findings) -> None:
    place = f"{letter(merged.left)}{merged.top + 1}:{letter(merged.right)}{merged.bottom + 1}"
    found.error(
        "merged",
        Text(f"合并了单元格 {place}，分不清属于哪一题", f"Cells {place} are merged"),
        Text(
            "取消合并，每格各写各的；小标题行请删掉，改用“层级”或“组”一列",
            "Unmerge them; delete rows that are subtitles and use the column “tier” or “cluster”",
        ),
        sheet=sheet, row=merged.top + 1, column=headings.shown(name) if ":" not in name else name,
    )  # fmt: skip


def _unknown(heading: str, place: str, found: Findings, *, row: int, sheet: str = "") -> None:
    near = headings.nearest(heading)
    hint = Text(
        f"是不是想写“{near}”？" if near else "若是某个模型的回答，用 mingan import wide。",
        f"Did you mean {near!r}? " if near else "For a model's answers use mingan import wide. ",
    )
    found.error(
        "unknown-heading",
        Text(f"不认识列名“{heading[:40]}”", f"Unknown heading {heading[:40]!r}"),
        Text(
            f"{hint.zh}若要明暗略过这一列，在列名前加 #",
            f"{hint.en}To have Mingan leave the column out, begin its heading with #",
        ),
        sheet=sheet, row=row, column=place,
    )  # fmt: skip


def _twice(heading: str, name: str, found: Findings, *, row: int, sheet: str = "") -> None:
    found.error(
        "heading-twice",
        Text(
            f"有两列都表示“{headings.shown(name) if name in headings.FIELDS else heading}”",
            f"Two columns mean {name!r}",
        ),
        Text("只留一列", "Keep one of them"),
        sheet=sheet, row=row, column=heading[:40],
    )  # fmt: skip


def _no_heading(column: str, row: int, sheet: str, found: Findings) -> None:
    found.error(
        "no-heading",
        Text("这一列有内容，却没有列名", "This column holds text but has no heading"),
        Text("补上列名，或删掉这一列", "Give it a heading, or delete the column"),
        sheet=sheet, row=row, column=column,
    )  # fmt: skip


def _no_answer_heading(row: int, sheet: str, found: Findings) -> None:
    found.warn(
        "missing-reference",
        Text("没有“参考答案”一列，规则一题也判不了", "No column for references: no rule can grade"),
        Text(
            "补上这一列；不补就全留给裁判模型或人来判",
            "Add one; without it, a judge model or a person has to grade everything",
        ),
        sheet=sheet, row=row,
    )  # fmt: skip


def _no_prompt_heading(table: Table, several: bool, found: Findings) -> None:
    first = next(row for row in table.rows if not row.blank)
    seen = "、".join(cell.strip()[:20] for cell in first.cells if cell.strip())[:120]
    near = next((cell for cell in first.cells if headings.nearest(cell)), "")
    known = headings.nearest(near) if near else ""
    hint = Text(
        f"“{near.strip()[:40]}”是不是想写“{known}”？" if known else "",
        f"Did you mean {known!r} by {near.strip()[:40]!r}? " if known else "",
    )
    found.error(
        "no-prompt-heading",
        Text(
            f"没有“题目”一列（看到的列名：{seen}）",
            f"There is no column for the prompt (headings seen: {seen})",
        ),
        Text(
            f"{hint.zh}第一行写列名，至少要有：编号,题目,参考答案",
            f"{hint.en}Write headings in the first row, at least: id,prompt,answer",
        ),
        sheet=table.sheet if several else "", row=first.number,
    )  # fmt: skip
