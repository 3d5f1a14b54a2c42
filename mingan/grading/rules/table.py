"""A table that must hold these rows, compared cell by cell.

The last table of the answer counts, or the last one with the wanted headings where there are
several. In a column of numbers a unit does not count (1184 元), and neither does one in a heading
(金额（元）). Columns may stand in any order unless `column_order` is true, rows in any order unless
`ordered` is. How a table may be written is for `tabular` to know.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

from mingan.grading.protocol import Finding
from mingan.grading.rules.base import param
from mingan.grading.rules.checked import CheckedGrader
from mingan.grading.rules.tabular import Table, amount, canonical, is_amount, named_alike, tables
from mingan.language import Text, counted
from mingan.normal import shorten
from mingan.records import Question

_MISSING = Text(
    "没有找到表格：Markdown、HTML、CSV、制表符分隔的都没有。",
    "No table was found: none in Markdown, in HTML, or separated by commas or tabs.",
)


class TableGrader(CheckedGrader):
    """Right when the table has the columns of `columns` and the rows of `rows`, and no others.

    The score is the share of the wanted rows that are there.
    """

    name = "table"
    version = "2"

    def slips(self, question: Question) -> list[Text]:
        """Columns or rows that are missing or uneven."""
        return _slips(question)

    def is_answer(self, question: Question) -> bool:
        """A reference that is a table; it may also be a remark for people."""
        return bool(question.answer and tables(question.answer))

    def judge(self, question: Question, text: str) -> Finding:
        """Judge the last table in the text."""
        return _judge(question, text)


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
    found = [_renamed(table, columns) for table in tables(text)]
    if not found:
        return Finding(verdict="wrong", reason=_MISSING, score=0.0)
    fitting = [table for table in found if sorted(table.heads) == sorted(columns)]
    table = (fitting or found)[-1]
    extracted = shorten(" | ".join(table.heads) + " …", 120)
    fault = _column_fault(table, columns, in_order=bool(param(question, "column_order")))
    if fault is not None:
        return Finding(verdict="wrong", reason=fault, score=0.0, extracted=extracted)
    places = [table.heads.index(column) for column in columns]
    plain = [all(is_amount(row[c]) for row in wanted) for c in range(len(columns))]
    rows = [
        tuple(amount(row[p]) if of_numbers else row[p]
              for p, of_numbers in zip(places, plain, strict=True))
        for row in table.rows
    ]  # fmt: skip
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


def _renamed(table: Table, columns: Sequence[str]) -> Table:
    """The table with the wanted headings in place of those that add or leave out a unit."""
    open_still = [column for column in columns if column not in table.heads]
    heads = []
    for head in table.heads:
        alike = [c for c in open_still if named_alike(c, head)] if head not in columns else []
        heads.append(alike[0] if len(alike) == 1 else head)
    return Table(tuple(heads), table.rows)


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
