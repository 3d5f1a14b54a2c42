"""Rows of the user's own, put into the user's folder: all of them or none.

What is to be added is checked together with what is there already before a file is touched, and a
file is replaced whole. The module must not know ours from theirs beyond what reading them takes.
"""

from __future__ import annotations

import csv
import os
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from mingan.errors import InputError, UsageError
from mingan.registry.facts import device_of, model_of, price_of, score_of, source_of
from mingan.registry.reading import TABLES, Registry, load, place_of, table_of

_MAKERS = {
    "models.csv": model_of, "scores.csv": score_of, "sources.csv": source_of,
    "prices.csv": price_of, "devices.csv": device_of,
}  # fmt: skip
_KEYS = {
    "models.csv": ("name",),
    "scores.csv": ("model", "benchmark", "shots", "source"),
    "sources.csv": ("source",),
    "prices.csv": ("model", "day", "source"),
    "devices.csv": ("class", "device"),
}
_TOLD = (
    ("scores.csv", {"model", "benchmark", "score"}), ("prices.csv", {"model", "price"}),
    ("devices.csv", {"class", "device"}), ("models.csv", {"name", "kind"}),
    ("sources.csv", {"source", "title"}),
)  # fmt: skip
"""Columns by which a table is told from others."""

_ORDER = ("sources.csv", "models.csv", "scores.csv", "prices.csv", "devices.csv")
"""In this order none of them names a row to come."""

Row = Mapping[str, str]


def rows_of(file: str | Path) -> tuple[str, list[dict[str, str]]]:
    """The table that a CSV file is for, told by its columns, and its rows.

    Raises:
        InputError: it cannot be read, its columns are of none of the tables, or a row makes no
            sense.
    """
    path = Path(file)
    heads, rows = table_of(path)
    name = next((name for name, needed in _TOLD if needed <= set(heads)), None)
    if name is None:
        raise InputError(
            f"{path.name} 的列认不出来：模型要有 name、kind、source，得分要有 model、benchmark、"
            "score、source，价格要有 model、day、price、source，设备要有 class、device、day、"
            "memory_gb、bandwidth_gbs、tops、source，来源要有 source、title。",
            f"The columns of {path.name} fit no table: models take name, kind, source; scores "
            "model, benchmark, score, source; prices model, day, price, source; devices class, "
            "device, day, memory_gb, bandwidth_gbs, tops, source; sources source, title.",
        )
    for number, row in enumerate(rows, start=2):
        _MAKERS[name](row, place_of(path.name, number))
    return name, rows


def add(folder: str | Path, added: Mapping[str, Sequence[Row]]) -> Registry:
    """Put rows into the folder's tables; a row of the same key takes the place of the old one.

    Args:
        folder: is made if it is not there.
        added: rows by table ("models.csv" …).

    Returns:
        The registry as it then is.

    Raises:
        InputError: nothing to add, or a row makes no sense; the folder is as it was.
        UsageError: the folder cannot be written to.
    """
    if not any(added.values()):
        raise InputError(
            "没有可加的：这些文件里除了列名没有别的行。",
            "There is nothing to add: these files hold headings and no rows.",
        )
    path = Path(folder)
    try:
        path.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".adding-", dir=path) as draft:
            for name in TABLES:
                rows = _joined(name, _there(path / name), added.get(name, ()))
                if rows:
                    _write(Path(draft) / name, rows)
            found = load(draft)  # all of it makes sense, or nothing is moved
            for name in _ORDER:
                if (new := Path(draft) / name).is_file():
                    new.replace(path / name)
    except OSError as fault:
        raise UsageError(
            f"文件夹 {path} 写不进去（{fault.strerror}）；请换一个。",
            f"The folder {path} cannot be written to ({fault.strerror}); name another.",
        ) from fault
    return found


def _there(file: Path) -> list[dict[str, str]]:
    return table_of(file)[1] if file.is_file() else []


def _joined(name: str, old: Sequence[Row], new: Sequence[Row]) -> list[Row]:
    """Old rows, but for those of a key that is new; of new rows with one key the last."""

    def key_of(row: Row) -> tuple[str, ...]:
        return tuple(row.get(key, "") for key in _KEYS[name])

    by_key = {key_of(row): row for row in new}
    return [*(row for row in old if key_of(row) not in by_key), *by_key.values()]


def _write(file: Path, rows: Sequence[Row]) -> None:
    """All rows, with the user's own columns behind ours."""
    heads = dict.fromkeys((*TABLES[file.name], *(head for row in rows for head in row)))
    with file.open("w", encoding="utf-8", newline="") as out:
        table = csv.DictWriter(out, heads, restval="", lineterminator="\n")
        table.writeheader()
        table.writerows(rows)
        out.flush()
        os.fsync(out.fileno())
