"""What is wrong with a table of questions and answers."""

from __future__ import annotations

from pathlib import Path

from mingan.errors import InputError
from mingan.reports.safe import one_line


def unreadable(path: str | Path) -> InputError:
    """It is not there, or no CSV."""
    where = one_line(str(path), 200)
    return InputError(
        f"读不了问答表 {where}。请检查路径；文件应是 UTF-8 的 CSV。",
        f"Cannot read the table of answers {where}. Check the path; it must be a CSV in UTF-8.",
    )


def no_column(path: str | Path, name: str) -> InputError:
    """A column is missing."""
    where = one_line(str(path), 200)
    return InputError(
        f"{where} 第 1 行没有 {name} 一列。第一行应是 question,answer（可加 aliases）。",
        f"Row 1 of {where} has no column {name}. It must read question,answer (and maybe aliases).",
    )


def no_rows(path: str | Path) -> InputError:
    """There is a heading and nothing else."""
    where = one_line(str(path), 200)
    return InputError(
        f"{where} 第 2 行起没有内容。请至少写一行问答。",
        f"{where} has nothing from row 2 on. Write at least one question and its answer.",
    )


def empty_cell(path: str | Path, row: int, name: str) -> InputError:
    """A question or an answer is missing."""
    where = one_line(str(path), 200)
    return InputError(
        f"{where} 第 {row} 行的 {name} 是空的。请补上，或删掉这一行。",
        f"Row {row} of {where} has no {name}. Fill it in, or delete the row.",
    )


def ragged(path: str | Path, row: int) -> InputError:
    """More cells than columns: most likely a comma without quotation marks."""
    where = one_line(str(path), 200)
    return InputError(
        f"{where} 第 {row} 行的格子比表头多。带逗号的内容请用英文双引号括起来。",
        f"Row {row} of {where} has more cells than the heading. Put what has commas in quotation "
        "marks.",
    )


def broken(path: str | Path, row: int) -> InputError:
    """Quotation marks that do not match, or a cell that is far too long."""
    where = one_line(str(path), 200)
    return InputError(
        f"{where} 第 {row} 行起读不下去。请检查英文双引号是否成对。",
        f"Cannot read {where} from row {row} on. Check that quotation marks come in pairs.",
    )


def twice(path: str | Path, row: int, first: int, question: str) -> InputError:
    """The same question with two answers."""
    where, shown = one_line(str(path), 200), one_line(question, 60)
    return InputError(
        f"{where} 第 {row} 行的“{shown}”在第 {first} 行已有另一个答案。请只留一个。",
        f"Row {row} of {where}: “{shown}” has another answer in row {first}. Keep one of them.",
    )
