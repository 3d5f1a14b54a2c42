"""XLSX (and old XLS) worksheets as tables of text.

Numbers come back as people wrote them (3.0 is 3), dates as ISO text with a remark, since Excel
turns answers such as 3/4 into dates unasked. The reader library gives an empty cell where a
formula failed or was never computed; those are looked up in the XML, so that they are not
mistaken for cells left empty.
"""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from datetime import date, time, timedelta
from typing import Any
from xml.etree import ElementTree

from mingan.bank import cells
from mingan.bank.faults import Findings
from mingan.bank.tables import Merged, Oddity, Row, Table
from mingan.language import Text

LARGEST = 1 << 30
"""Most bytes that a workbook may unpack to: beyond it, it is not a question bank but a bomb."""

MOST_CELLS = 20_000_000
"""Cells that a sheet may span, empty ones included."""

_DAMAGE = (
    zipfile.BadZipFile, zlib.error, ElementTree.ParseError, NotImplementedError, OSError, EOFError,
    ValueError, KeyError,
)  # fmt: skip
"""What Python's own readers raise on a damaged workbook; NotImplementedError is zipfile's word for
a compression or an encryption that it does not know."""

_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_CELL = re.compile(r"([A-Z]+)(\d+)")
_PLACE = re.compile(rb' r="([A-Z]{1,4})([0-9]{1,9})"')
_MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_LINK = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"

Spoilt = dict[tuple[int, int], Oddity]


def read_workbook(data: bytes, found: Findings) -> list[Table]:
    """Every visible worksheet that holds something; a broken or locked file goes into `found`."""
    import python_calamine as calamine

    if _ENCRYPTED in data[:65536]:
        _locked(found)
        return []
    try:
        spoilt = _look_inside(data, found) if data.startswith(b"PK") else {}
        if found.errors:
            return []
        with calamine.CalamineWorkbook.from_filelike(io.BytesIO(data)) as book:
            return _tables(book, spoilt)
    except calamine.PasswordError:
        _locked(found)
    except (calamine.CalamineError, *_DAMAGE):
        _broken(found)
    return []


def _tables(book: Any, spoilt: dict[str, Spoilt]) -> list[Table]:
    import python_calamine as calamine

    tables = []
    for meta in book.sheets_metadata:
        if meta.typ != calamine.SheetTypeEnum.WorkSheet:
            continue
        if meta.visible != calamine.SheetVisibleEnum.Visible:
            continue
        sheet = book.get_sheet_by_name(meta.name)
        if sheet.end is not None:
            tables.append(_table(sheet, spoilt.get(meta.name, {})))
    return tables


def _table(sheet: Any, spoilt: Spoilt) -> Table:
    rows = []
    for number, values in enumerate(sheet.to_python(skip_empty_area=False), start=1):
        row = Row(number, [])
        for column, value in enumerate(values):
            text, oddity = _cell(value)
            oddity = spoilt.get((number, column), oddity)
            row.cells.append(text)
            if oddity:
                row.oddities[column] = oddity
        rows.append(row)
    merged = tuple(
        Merged(top, left, bottom, right)
        for (top, left), (bottom, right) in sheet.merged_cell_ranges or []
    )
    return Table(sheet.name, rows, merged)


def _cell(value: Any) -> tuple[str, Oddity | None]:
    if isinstance(value, str):
        return value, None
    if isinstance(value, bool):
        return ("TRUE" if value else "FALSE"), None
    if isinstance(value, (int, float)):
        return cells.number(value), "digits" if abs(value) >= 1e15 else None
    if isinstance(value, (date, time, timedelta)):
        return cells.moment(value), "date"
    return str(value), None


def _look_inside(data: bytes, found: Findings) -> dict[str, Spoilt]:
    """Spoilt cells by sheet, after making sure that the workbook fits into memory."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        size = sum(member.file_size for member in archive.infolist())
        if size > LARGEST:
            _too_large(found, size)
            return {}
        sheets = {
            member: archive.read(member) for member in archive.namelist() if _is_sheet(member)
        }
        for xml in sheets.values():
            _check_extent(xml, found)
        names = _sheet_files(archive)
    spoilt = {
        name: _spoilt_in(sheets[member]) for name, member in names.items() if member in sheets
    }
    return {} if found.errors else spoilt


def _is_sheet(member: str) -> bool:
    return member.startswith("xl/worksheets/") and member.endswith(".xml")


def _check_extent(xml: bytes, found: Findings) -> None:
    """Refuse a sheet whose farthest cell spans a table that no memory holds.

    The reader library lays out the whole rectangle, so one stray blank in the last cell of a
    sheet would need hundreds of gigabytes.
    """
    rows, columns, farthest = 1, 1, ""
    for match in _PLACE.finditer(xml):
        column, row = _column(match[1].decode()) + 1, int(match[2])
        if row > rows or column > columns:
            rows, columns, farthest = max(rows, row), max(columns, column), match[0].decode()[4:-1]
    if rows * columns > MOST_CELLS:
        found.error(
            "stray-cell",
            Text(
                f"单元格 {farthest} 远在表格之外，整张表大得读不下",
                f"The cell {farthest} lies far outside the table, which makes the sheet too large",
            ),
            Text(
                "删掉表格右边和下面的空行空列，再保存一次",
                "Delete the empty rows and columns beyond the table and save it again",
            ),
        )


def _too_large(found: Findings, size: int) -> None:
    found.error(
        "too-large",
        Text(
            f"工作簿解压后有 {size >> 20} MB，太大了",
            f"The workbook unpacks to {size >> 20} MB, which is too much",
        ),
        Text("请拆成几个文件，或改用 JSONL", "Split it into several files, or use JSONL"),
    )


def _sheet_files(archive: zipfile.ZipFile) -> dict[str, str]:
    links = ElementTree.fromstring(archive.read("xl/_rels/workbook.xml.rels"))
    targets = {link.get("Id", ""): link.get("Target", "") for link in links}
    book = ElementTree.fromstring(archive.read("xl/workbook.xml"))
    files = {}
    for sheet in book.iter(_MAIN + "sheet"):
        target = targets.get(sheet.get(_LINK, ""), "")
        files[sheet.get("name", "")] = target[1:] if target[:1] == "/" else "xl/" + target
    return files


def _spoilt_in(xml: bytes) -> Spoilt:
    spoilt: Spoilt = {}
    if b't="e"' not in xml and b"<f" not in xml:
        return spoilt
    for _, element in ElementTree.iterparse(io.BytesIO(xml)):
        if element.tag != _MAIN + "c":
            continue
        empty = not element.findtext(_MAIN + "v")
        place = _CELL.fullmatch(element.get("r", ""))
        if place and element.get("t") == "e":
            spoilt[int(place[2]), _column(place[1])] = "error"
        elif place and element.find(_MAIN + "f") is not None and empty and not element.get("t"):
            spoilt[int(place[2]), _column(place[1])] = "uncalculated"
        element.clear()
    return spoilt


def _column(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number - 1


def _locked(found: Findings) -> None:
    found.error(
        "password",
        Text("这个工作簿有密码", "This workbook is protected by a password"),
        Text(
            "在表格软件里去掉打开密码后另存一份",
            "Remove the password in the spreadsheet program and save it again",
        ),
    )


def _broken(found: Findings) -> None:
    found.error(
        "workbook",
        Text(
            "这个工作簿打不开，文件坏了或没有存完",
            "This workbook cannot be opened; it is damaged or was not saved to the end",
        ),
        Text(
            "用表格软件打开它另存一份，或改存成 CSV UTF-8",
            "Open it in a spreadsheet program and save it again, or save it as CSV UTF-8",
        ),
    )
