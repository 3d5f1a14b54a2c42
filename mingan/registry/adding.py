"""Rows of the user's own, put into the user's folder: all of them or none.

What is to be added is checked together with what is there already before a file is touched, and a
file is replaced whole. The module must not know ours from theirs beyond what reading them takes.
"""

from __future__ import annotations

import csv
import io
import os
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from mingan.errors import InputError, UsageError
from mingan.registry.facts import (
    MODEL_COLUMNS,
    SCORE_COLUMNS,
    SOURCE_COLUMNS,
    model_of,
    score_of,
    source_of,
)
from mingan.registry.reading import Registry, load

TABLES = {"models.csv": MODEL_COLUMNS, "scores.csv": SCORE_COLUMNS, "sources.csv": SOURCE_COLUMNS}
_MAKERS = {"models.csv": model_of, "scores.csv": score_of, "sources.csv": source_of}
_KEYS = {
    "models.csv": ("name",),
    "scores.csv": ("model", "benchmark", "shots", "source"),
    "sources.csv": ("source",),
}

Row = Mapping[str, str]


def rows_of(file: str | Path) -> tuple[str, list[dict[str, str]]]:
    """The table that a CSV file is for, told by its columns, and its rows.

    Raises:
        InputError: it cannot be read, its columns are of none of the three tables, or a row makes
            no sense.
    """
    path = Path(file)
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as fault:
        raise InputError(
            f"{path.name} 读不了：要是一份存成 UTF-8 的 CSV。",
            f"{path.name} cannot be read: it must be CSV in UTF-8.",
        ) from fault
    table = csv.DictReader(io.StringIO(text))
    heads = set(table.fieldnames or ())
    kinds = (("scores.csv", {"model", "benchmark", "score"}), ("models.csv", {"name", "kind"}),
             ("sources.csv", {"source", "title"}))  # fmt: skip
    name = next((name for name, needed in kinds if needed <= heads), None)
    if name is None:
        raise InputError(
            f"{path.name} 的列认不出来：模型要有 name、kind、source，得分要有 model、benchmark、"
            "score、source，来源要有 source、title。",
            f"The columns of {path.name} fit no table: models take name, kind, source; scores "
            "model, benchmark, score, source; sources source, title.",
        )
    rows = [{key: (row.get(key) or "").strip() for key in TABLES[name]} for row in table]
    for number, row in enumerate(rows, start=2):
        _MAKERS[name](row, (f"{path.name} 第 {number} 行", f"{path.name}, row {number}"))
    return name, rows


def add(folder: str | Path, added: Mapping[str, Sequence[Row]]) -> Registry:
    """Put rows into the folder's tables; a row of the same key takes the place of the old one.

    Args:
        folder: is made if it is not there.
        added: rows by table ("models.csv" …).

    Returns:
        The registry as it then is.

    Raises:
        InputError: a row makes no sense; the folder is as it was.
        UsageError: the folder cannot be written to.
    """
    path = Path(folder)
    try:
        path.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".adding-", dir=path) as draft:
            for name, columns in TABLES.items():
                rows = _joined(name, _there(path / name), added.get(name, ()))
                if rows:
                    _write(Path(draft) / name, columns, rows)
            found = load(draft)  # all of it makes sense, or nothing is moved
            for name in ("sources.csv", "models.csv", "scores.csv"):  # none names a row to come
                if (new := Path(draft) / name).is_file():
                    new.replace(path / name)
    except OSError as fault:
        raise UsageError(
            f"文件夹 {path} 写不进去（{fault.strerror}）；请换一个。",
            f"The folder {path} cannot be written to ({fault.strerror}); name another.",
        ) from fault
    return found


def _there(file: Path) -> list[dict[str, str]]:
    return rows_of(file)[1] if file.is_file() else []


def _joined(name: str, old: Sequence[Row], new: Sequence[Row]) -> list[Row]:
    by_key = {tuple(row.get(key, "") for key in _KEYS[name]): row for row in (*old, *new)}
    return list(by_key.values())


def _write(file: Path, columns: Sequence[str], rows: Sequence[Row]) -> None:
    with file.open("w", encoding="utf-8", newline="") as out:
        table = csv.DictWriter(out, columns, restval="", extrasaction="ignore", lineterminator="\n")
        table.writeheader()
        table.writerows(rows)
        out.flush()
        os.fsync(out.fileno())
