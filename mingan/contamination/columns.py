"""Tables of scores that people bring: which column holds what, and what stands in a cell.

Any spelling that people use for a column is taken, in Chinese and English; what is missing is
said with the columns that are there. Scores may be shares, percentages or of any other scale. It
must not know what is made of the numbers.
"""

from __future__ import annotations

import gzip
import math
import re
import tempfile
import zlib
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from mingan.bank.faults import Findings
from mingan.bank.headings import plain
from mingan.bank.importers.grids import Grid, Line, read_grids
from mingan.errors import UsageError

Wanted = Mapping[str, tuple[str, ...]]
"""The words for every field, the likeliest first."""

Settle = Callable[[Grid, dict[str, int]], dict[str, int]]

_DIGITS = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)(e[+-]?\d+)?", re.IGNORECASE)
_TRUE = {"true", "yes", "right", "correct", "passed", "pass", "是", "对", "正确", "通过"}
_FALSE = {"false", "no", "wrong", "incorrect", "failed", "fail", "否", "错", "错误", "未通过"}
_DATE = re.compile(r"(\d{4})\D{1,2}(\d{1,2})(?:\D{1,2}(\d{1,2}))?.*")
_EPOCH = re.compile(r"\d{10}(\d{3})?(\.0)?")
_GZIP_LIMIT = 512 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Sheet:
    """A table with its columns found: `places` says where each field stands."""

    name: str
    headings: tuple[str, ...]
    lines: tuple[Line, ...]
    places: Mapping[str, int]

    def at(self, line: Line, field: str) -> str:
        """The cell of a field; "" where the table has no such column."""
        return line.at(self.places.get(field)).strip()


def read_sheet(
    path: Path, wanted: Wanted, needed: Sequence[str], *, settle: Settle | None = None
) -> Sheet:
    """The table of a CSV, XLSX or JSON Lines file, gzipped or not.

    Args:
        wanted: the words for every field that may be there.
        needed: the fields that must be.
        settle: may move a field to another column once it has seen the table.

    Raises:
        BankError: the file cannot be read.
        UsageError: a column that is needed is not there, or there is no row.
    """
    found = Findings(str(path))
    with _unpacked(path) as plain_file:
        grids = read_grids(plain_file, found, lambda headings: len(_filled(headings)) >= 2)
    found.raise_errors()
    if grids and not any(grid.lines for grid in grids):
        raise UsageError(f"{path} 里没有一行数据。", f"There is no row of data in {path}.")
    placed = [(grid, _places(grid, wanted)) for grid in grids if grid.lines]
    if settle is not None:
        placed = [(grid, settle(grid, places)) for grid, places in placed]
    usable = [(grid, places) for grid, places in placed if all(f in places for f in needed)]
    if not usable:
        raise _lacking(path, wanted, needed, placed[0] if placed else None)
    grid, places = usable[0]
    return Sheet(path.name, tuple(grid.headings), tuple(grid.lines), places)


def kept(sheet: Sheet, conditions: Collection[str], path: Path) -> Sheet:
    """Only the rows that fulfil every `column=value`.

    Raises:
        UsageError: a condition that is none, a column that is not there, or no row left.
    """
    lines = list(sheet.lines)
    for condition in conditions:
        name, equals, value = condition.partition("=")
        columns = [i for i, text in enumerate(sheet.headings) if plain(text) == plain(name)]
        if not equals or not columns:
            there = "、".join(_filled(sheet.headings))
            raise UsageError(
                f"--where 要写成“列名=值”，而 {path} 没有 {name} 这一列。有的列：{there}。",
                f"--where takes COLUMN=VALUE, and {path} has no column {name}. It has: "
                f"{there.replace('、', ', ')}.",
            )
        lines = [
            line for line in lines if line.at(columns[0]).strip().casefold() == value.casefold()
        ]
    if not lines:
        raise UsageError(
            f"{path} 里没有符合 --where {' '.join(conditions)} 的行。",
            f"No row of {path} fulfils --where {' '.join(conditions)}.",
        )
    return Sheet(sheet.name, sheet.headings, tuple(lines), sheet.places)


def number_of(cell: str) -> float:
    """The number in a cell: 0.5, 50%, 1,234, true, the mean of [1, 0]; NaN for what is none."""
    if cell.strip().startswith("["):
        return _mean_of(cell)
    text = cell.strip().replace("％", "%").replace(",", "").casefold()
    share = text.endswith("%")
    text = text.rstrip("% ")
    if text in _TRUE or text in _FALSE:
        return float(text in _TRUE)
    if not _DIGITS.fullmatch(text):
        return math.nan
    value = float(text)
    return value / 100 if share else value


def date_of(cell: str) -> date | None:
    """The day in a cell: 2023-09-01, 2023/9/1, 2023年9月1日, with a time or without a day."""
    text = cell.strip()
    if _EPOCH.fullmatch(text):
        seconds = float(text)
        return datetime.fromtimestamp(seconds / 1000 if seconds > 1e11 else seconds).date()
    match = _DATE.fullmatch(text)
    if match is None:
        return None
    try:
        return date(int(match[1]), int(match[2]), int(match[3] or 1))
    except ValueError:
        return None


def top_of(scores: Sequence[float], *, given: float | None = None) -> float:
    """The highest score there can be: as given, else 1 for shares, 100 for anything larger."""
    if given is not None:
        return given
    largest = max((s for s in scores if not math.isnan(s)), default=1.0)
    return 1.0 if largest <= 1.0 else 100.0 if largest <= 100.0 else largest


# --- pieces -------------------------------------------------------------------------------------


def _mean_of(cell: str) -> float:
    """The mean of a list of verdicts or numbers, as several samples are often written."""
    values = [number_of(part.strip(" '\"")) for part in cell.strip()[1:-1].split(",")]
    return math.nan if not values else sum(values) / len(values)


def _places(grid: Grid, wanted: Wanted) -> dict[str, int]:
    """Where every field stands; a column serves one field, the word higher up in a list wins."""
    by_heading = {plain(text): i for i, text in reversed(list(enumerate(grid.headings)))}
    places: dict[str, int] = {}
    for rank in range(max(map(len, wanted.values()))):
        for field, words in wanted.items():
            if field in places or rank >= len(words):
                continue
            column = by_heading.get(plain(words[rank]))
            if column is not None and column not in places.values():
                places[field] = column
    return places


def _filled(headings: Sequence[str]) -> list[str]:
    return [text.strip() for text in headings if text.strip()]


def _lacking(
    path: Path, wanted: Wanted, needed: Sequence[str],
    best: tuple[Grid, dict[str, int]] | None,
) -> UsageError:  # fmt: skip
    places = best[1] if best else {}
    there = _filled(best[0].headings) if best else []
    missing = [wanted[field][0] for field in needed if field not in places]
    return UsageError(
        f"{path} 缺这些列：{'、'.join(missing)}。"
        + (f"有的列：{'、'.join(there)}。请改列名。" if there else "第一行要是列名。"),
        f"{path} lacks these columns: {', '.join(missing)}. "
        + (
            f"It has: {', '.join(there)}. Rename one." if there else "The first row must name them."
        ),
    )


@contextmanager
def _unpacked(path: Path) -> Iterator[Path]:
    """The file itself, or for a while what a .gz file holds.

    Raises:
        UsageError: it is not gzip, or far too large.
    """
    if path.suffix != ".gz" or not path.is_file():
        yield path
        return
    try:
        with gzip.open(path) as packed:
            data = packed.read(_GZIP_LIMIT + 1)
    except (OSError, EOFError, zlib.error):
        data = b""
    if not data or len(data) > _GZIP_LIMIT:
        raise UsageError(
            f"{path} 解不开。请先解压成 CSV。", f"{path} does not unpack. Unpack it to CSV first."
        )
    with tempfile.TemporaryDirectory(prefix="mingan-") as folder:
        target = Path(folder) / path.stem
        target.write_bytes(data)
        yield target
