"""A bank back into a file: JSON Lines and CSV, such that reading it gives the same questions.

JSON Lines leaves out what is at its default. CSV is UTF-8 with a mark, so that spreadsheet
programs show Chinese, has only the columns that are used, and guards cells that would run as
formulas (see `mingan.bank.cells.guard`).
"""

from __future__ import annotations

import csv
import errno
import io
import json
import os
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from mingan.bank import cells
from mingan.bank.templates import Template
from mingan.errors import DiskFullError, StoreError, UsageError
from mingan.records import Question

COLUMNS = (
    "id", "tier", "tags", "prompt", "answer", "aliases", "grader", "params", "choices", "system",
    "turns", "kind", "pair", "slots", "where", "check", "cluster", "why", "note",
)  # fmt: skip
"""Keys of a bank row, in the order in which they are written."""

_TEMPLATE = ("slots", "where", "check")
_ALWAYS = ("id", "prompt", "answer")


def to_jsonl(questions: Iterable[Question], *, templates: Iterable[Template] = ()) -> Iterator[str]:
    """One JSON object for each question, without a line break at its end."""
    for row in _rows(questions, templates):
        yield json.dumps(row, ensure_ascii=False)


def to_csv(questions: Iterable[Question], *, templates: Iterable[Template] = ()) -> Iterator[str]:
    """The lines of a CSV file (without byte order mark), headings first."""
    kept = list(_rows(questions, templates))
    used = {key for row in kept for key in row}
    columns = [column for column in COLUMNS if column in used or column in _ALWAYS]
    yield _line(columns)
    for row in kept:
        yield _line([cells.guard(_cell(row.get(column), column)) for column in columns])


def write(
    questions: Iterable[Question], path: str | Path, *, templates: Iterable[Template] = ()
) -> None:
    """Write questions to `path`; its ending (.jsonl or .csv) says how.

    The file appears only when it is complete. A question that one of `templates` makes is written
    as that template.

    Raises:
        UsageError: the ending is neither.
        StoreError: it cannot be written there; what was there before is untouched.
    """
    path = Path(path)
    check_ending(path)
    if path.suffix.lower() == ".csv":
        _replace(path, "".join(to_csv(questions, templates=templates)), "utf-8-sig")
        return
    lines = to_jsonl(questions, templates=templates)
    _replace(path, "".join(line + "\n" for line in lines), "utf-8")


def check_ending(path: Path) -> None:
    """See that the ending of a file's name says how a bank is written to it.

    Raises:
        UsageError: it does not.
    """
    if path.suffix.lower() not in (".csv", ".jsonl", ".ndjson"):
        raise UsageError(
            f"不知道怎样写 {path.name}。文件名请以 .jsonl 或 .csv 结尾。",
            f"{path.name} does not say how to write it. End the name in .jsonl or .csv.",
        )


def _row(question: Question) -> dict[str, Any]:
    """The question's keys that are not at their default, in the order of COLUMNS."""
    row: dict[str, Any] = {}
    for column in COLUMNS:
        value = getattr(question, column, None)
        if value or column in ("id", "prompt"):
            row[column] = list(value) if isinstance(value, tuple) else value
    return row


def _rows(questions: Iterable[Question], templates: Iterable[Template]) -> Iterator[dict[str, Any]]:
    """The row of each question; of one that a template makes, the template's row."""
    made_by = {template.id: template for template in templates}
    for question in questions:
        template = made_by.get(question.id)
        if template is None:
            yield _row(question)
            continue
        row = _row(template.question)
        parts = (template.slots, list(template.where), list(template.check))
        yield row | {name: part for name, part in zip(_TEMPLATE, parts, strict=True) if part}


def _cell(value: Any, column: str) -> str:
    if value is None:
        return ""
    if column in _TEMPLATE:
        lines = [f"{k} = {v}" for k, v in value.items()] if isinstance(value, dict) else value
        return "\n".join(lines)
    if isinstance(value, list):
        return cells.join(tuple(value))
    if isinstance(value, dict):
        return json.dumps(value, ensure_ascii=False)
    return str(value)


def _line(row: list[str]) -> str:
    line = io.StringIO()
    csv.writer(line, lineterminator="\r\n").writerow(row)
    return line.getvalue()


def _replace(path: Path, text: str, encoding: str) -> None:
    handle = None
    try:
        handle, draft = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        with os.fdopen(handle, "w", encoding=encoding, newline="") as file:
            file.write(text)
        os.chmod(draft, 0o644)
        os.replace(draft, path)
    except OSError as error:
        if handle is not None:
            Path(draft).unlink(missing_ok=True)
        _cannot_write(path, error)


def _cannot_write(path: Path, error: OSError) -> None:
    if error.errno == errno.ENOSPC:
        raise DiskFullError(
            f"磁盘满了，{path} 没有写成，原有的文件没有动。请腾出空间再试。",
            f"The disk is full; {path} was not written, and nothing was changed. "
            "Free some space and try again.",
        ) from None
    why = os.strerror(error.errno or 0)
    raise StoreError(
        f"写不了 {path}（{why}）。请检查文件夹和权限。",
        f"{path} cannot be written ({why}). Check the directory and its permissions.",
    ) from None
