"""A file as rows of text: CSV in any of its dialects, XLSX, JSON and JSON Lines.

What kind of file it is, is read from its first bytes, not from its name: many a `.csv` is an
XLSX that was renamed. Nothing is interpreted here; headings and questions come later. Faults go
into `Findings` and reading goes on, so that everything wrong is found at once.
"""

from __future__ import annotations

import csv
import io
import json
import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from mingan.bank.encoding import decode
from mingan.bank.faults import Findings
from mingan.errors import BankError
from mingan.language import Text

Oddity = Literal["date", "digits", "error", "uncalculated"]
"""What a spreadsheet did to a cell: made it a date, cut its digits, or failed to compute it."""


@dataclass(slots=True)
class Row:
    """One row: its number as a spreadsheet shows it (from 1), its cells, and what is odd."""

    number: int
    cells: list[str]
    oddities: dict[int, Oddity] = field(default_factory=dict)

    @property
    def blank(self) -> bool:
        """Whether no cell holds anything visible."""
        return not any(cell.strip() for cell in self.cells)


@dataclass(frozen=True, slots=True)
class Merged:
    """A merged range of cells; rows and columns from 0, ends included."""

    top: int
    left: int
    bottom: int
    right: int


@dataclass(slots=True)
class Table:
    """One worksheet, or the whole of a CSV file."""

    sheet: str
    rows: list[Row]
    merged: tuple[Merged, ...] = ()


@dataclass(slots=True)
class Record:
    """One JSON object and the line (or, in a list, the place) it stands on, from 1."""

    number: int
    values: dict[str, Any]


def read_bytes(path: Path) -> bytes:
    """The file's bytes.

    Raises:
        BankError: there is no such file, it is a directory, a lock file, or cannot be opened.
    """
    if path.name.startswith("~$"):
        raise BankError(
            f"{path} 是 Excel 打开文件时留下的锁文件，不是题库。请给出去掉“~$”的那个文件名。",
            f"{path} is a lock file that Excel leaves while a file is open, not a bank. "
            "Give the name without “~$”.",
        )
    if path.is_dir():
        raise BankError(
            f"{path} 是一个文件夹。请给出里面的一个 CSV、XLSX 或 JSONL 文件。",
            f"{path} is a directory. Give a CSV, XLSX or JSONL file in it.",
        )
    try:
        return path.read_bytes()
    except FileNotFoundError:
        raise BankError(
            f"找不到文件 {path}。请检查文件名和所在的文件夹。",
            f"There is no file {path}. Check its name and the directory.",
        ) from None
    except OSError as error:
        why = os.strerror(error.errno or 0)
        raise BankError(
            f"打不开文件 {path}（{why}）。请检查权限，或换一个位置。",
            f"{path} cannot be opened ({why}). Check its permissions, or put it elsewhere.",
        ) from None


def kind(data: bytes) -> Literal["empty", "workbook", "json", "text"]:
    """What a file is, by its first bytes."""
    if not data.strip():
        return "empty"
    if data.startswith((b"PK\x03\x04", b"PK\x05\x06", b"\xd0\xcf\x11\xe0")):
        return "workbook"
    head = data[:4096].lstrip(b"\xef\xbb\xbf \t\r\n")
    return "json" if head[:1] in (b"{", b"[") else "text"


def read_tables(data: bytes, found: Findings) -> list[Table]:
    """The tables of a CSV or XLSX file."""
    if kind(data) == "workbook":
        from mingan.bank.workbook import read_workbook  # only those with a workbook pay for it

        return read_workbook(data, found)
    text = decode(data, found)
    return [] if text is None else [Table("", list(_delimited(text, found)))]


def read_records(data: bytes, found: Findings) -> list[Record]:
    """The objects of a JSON Lines file, or of one JSON list of objects."""
    text = decode(data, found)
    if text is None:
        return []
    whole = _whole_json(text)
    if isinstance(whole, list):
        return list(_objects(enumerate(whole, start=1), found))
    if isinstance(whole, dict):
        return [Record(1, whole)]
    return list(_objects(_json_lines(text, found), found))


def _whole_json(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def _json_lines(text: str, found: Findings) -> Iterator[tuple[int, Any]]:
    for number, line in enumerate(text.split("\n"), start=1):
        if not line.strip():
            continue
        try:
            yield number, json.loads(line)
        except (ValueError, RecursionError) as error:
            zh, en = "嵌套太深，或数字太长", "nested too deeply, or a number too long"
            if isinstance(error, json.JSONDecodeError):
                zh = en = f"{error.msg}, {error.colno}"
            found.error(
                "json",
                Text(f"这一行不是有效的 JSON（{zh}）", f"This line is not valid JSON ({en})"),
                Text(
                    "每行写一个 JSON 对象，检查引号和逗号",
                    "Write one JSON object a line; check quotes and commas",
                ),
                row=number,
            )


def _objects(numbered: Any, found: Findings) -> Iterator[Record]:
    for number, item in numbered:
        if isinstance(item, dict):
            yield Record(number, item)
            continue
        found.error(
            "json-object",
            Text("这里要一个 JSON 对象（{…}）", "A JSON object ({…}) is wanted here"),
            Text(
                '写成 {"id": …, "prompt": …, "answer": …}',
                'Write it as {"id": …, "prompt": …, "answer": …}',
            ),
            row=number,
        )


def _delimited(text: str, found: Findings) -> Iterator[Row]:
    first, _, rest = text.partition("\n")
    if first.strip().lower().startswith("sep=") and len(first.strip()) <= 5:
        delimiter, text = first.strip()[4:] or "\t", rest
    else:
        delimiter = _delimiter(text)
    lines = _parse(text, delimiter, strict=True, found=found)
    if lines is None:
        lines = _parse(text, delimiter, strict=False, found=found) or []
    for number, cells in enumerate(lines, start=1):
        yield Row(number, cells)


def _delimiter(text: str) -> str:
    """The comma, semicolon or tab that occurs most in the first line with any, outside quotes."""
    for line in text[:100_000].splitlines():
        bare = "".join(line.split('"')[0::2])
        most = max(",;\t", key=bare.count)
        if most in bare:
            return most
    return ","


def _parse(text: str, delimiter: str, *, strict: bool, found: Findings) -> list[list[str]] | None:
    """All records; None when a strict reading fails, which is then in `found`."""
    before = csv.field_size_limit(sys.maxsize)
    records: list[list[str]] = []
    try:
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=strict)
        records.extend(reader)
    except csv.Error:
        found.error(
            "quotes",
            Text(
                "引号没有配对，从这一行起读不准",
                "A quotation mark is not closed; from this row on nothing is certain",
            ),
            Text(
                '单元格里的双引号要写成两个（""），整格再用双引号括起来',
                'Write a double quote inside a cell twice ("") and put the cell in double quotes',
            ),
            row=len(records) + 1,
        )
        return None
    finally:
        csv.field_size_limit(before)
    return records
