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
from datetime import date, time, timedelta
from typing import Any
from xml.etree import ElementTree

from mingan.bank import cells
from mingan.bank.faults import Findings
from mingan.bank.tables import Merged, Oddity, Row, Table
from mingan.language import Text

LARGEST = 1 << 30
"""Most bytes that a workbook may unpack to: beyond it, it is not a question bank but a bomb."""

_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_CELL = re.compile(r"([A-Z]+)(\d+)")
_MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_LINK = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"

Spoilt = dict[tuple[int, int], Oddity]


def read_workbook(data: bytes, found: Findings) -> list[Table]:
    """Every visible worksheet that holds something; a broken or locked file goes into `found`."""
    import python_calamine as calamine

    if _ENCRYPTED in data[:65536] or not _fits(data, found):
        _locked(found) if _ENCRYPTED in data[:65536] else None
        return []
    try:
        with calamine.CalamineWorkbook.from_filelike(io.BytesIO(data)) as book:
            return _tables(book, _spoilt_cells(data))
    except calamine.PasswordError:
        _locked(found)
    except (calamine.CalamineError, OSError, ValueError):
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


def _fits(data: bytes, found: Findings) -> bool:
    if not data.startswith(b"PK"):
        return True
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            size = sum(member.file_size for member in archive.infolist())
    except (zipfile.BadZipFile, OSError, ValueError):
        _broken(found)
        return False
    if size > LARGEST:
        found.error(
            "too-large",
            Text(
                f"工作簿解压后有 {size >> 20} MB，太大了",
                f"The workbook unpacks to {size >> 20} MB, which is too much",
            ),
            Text("请拆成几个文件，或改用 JSONL", "Split it into several files, or use JSONL"),
        )
    return size <= LARGEST


def _spoilt_cells(data: bytes) -> dict[str, Spoilt]:
    """Cells with a failed formula, or one whose result was never stored, by sheet."""
    if not data.startswith(b"PK"):
        return {}
    spoilt: dict[str, Spoilt] = {}
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            for name, member in _sheet_files(archive).items():
                xml = archive.read(member)
                if b't="e"' in xml or b"<f" in xml:
                    spoilt[name] = _spoilt_in(xml)
    except (KeyError, zipfile.BadZipFile, ElementTree.ParseError):
        return spoilt  # the reader library could open it, so only these remarks are missing
    return spoilt


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
