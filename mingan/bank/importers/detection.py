"""Which importer is a file for? A guess from its content, never from its name alone."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

from mingan.bank import headings
from mingan.bank.faults import Findings
from mingan.bank.importers import inspect_log, lm_eval, long, verdicts, wide, zbench
from mingan.bank.layout import TITLE_ROWS
from mingan.bank.tables import Record, kind, read_bytes, read_records, read_tables

BANK = "bank"
"""What `detect` says of a file that holds questions and nobody's answers."""

VERDICTS = "verdicts"
"""What it says of a file that holds what people think of answers; see `mingan.verdicts`."""


def detect(path: str | Path) -> str:
    """The name of the importer for a file or directory; "bank" or "verdicts" where it is that.

    Raises:
        BankError: there is no such file, or it is a directory with nothing that we know.
    """
    path = Path(path)
    if path.is_dir():
        return _directory(path)
    data = read_bytes(path)
    if data.startswith(b"PK") and _is_inspect_archive(data):
        return "inspect"
    found = Findings(str(path))
    match kind(data):
        case "json":
            return _of_records(read_records(data, found))
        case "empty":
            return BANK
        case _:
            tables = read_tables(data, found)
    rows = [[cell.strip() for cell in row.cells] for t in tables for row in t.rows[:TITLE_ROWS]]
    return _of_headings(rows)


def _directory(path: Path) -> str:
    if zbench.is_zbench(path):
        return "zbench"
    if next(path.glob("*.eval"), None):
        return "inspect"
    if next(path.rglob("samples_*.jsonl"), None):
        return "lm-eval"
    read_bytes(path)  # says in a sentence that a directory is not a file
    return BANK


def _is_inspect_archive(data: bytes) -> bool:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            names = archive.namelist()
    except (zipfile.BadZipFile, NotImplementedError, OSError, ValueError):
        return False  # no archive, or one of a make that zipfile does not know: not an Inspect log
    return "header.json" in names or "_journal/start.json" in names


def _of_records(records: list[Record]) -> str:
    if not records:
        return BANK
    first = records[0].values
    if inspect_log.is_log(first):
        return "inspect"
    if lm_eval.is_sample(first):
        return "lm-eval"
    return _of_headings([list(first)])


def _of_headings(rows: list[list[str]]) -> str:
    if any(long.is_long(row) for row in rows):
        return "long"
    if any(verdicts.is_verdicts(row) for row in rows):
        return VERDICTS
    heads = (row for row in rows if wide.names_questions(row))
    head = next(heads, [])
    unknown = [name for name in head if name and headings.field_of(name) is None]
    models = [n for n in unknown if not headings.ignored(n) and not headings.nearest(n)]
    return "wide" if models else BANK
