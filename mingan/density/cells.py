"""Columns and cells of a user's table, as people write them: 7B, 1.4T, 70亿, 62 %, 2023-07.

A heading may be one of several names and carry a unit in brackets, as in "Params (M)"; capitals,
underlines and hyphens make no difference. A cell that is empty is told from one that makes no
sense: the first is left to whoever reads, the second refused with its row and column. The module
must not know what a table is for.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from mingan.errors import InputError
from mingan.registry import place_of

Names = Mapping[str, tuple[str, ...]]

_UNITS = {
    "": 1.0, "k": 1e3, "thousand": 1e3, "万": 1e4, "m": 1e6, "million": 1e6, "亿": 1e8, "b": 1e9,
    "bn": 1e9, "billion": 1e9, "t": 1e12, "trillion": 1e12, "万亿": 1e12,
}  # fmt: skip
_BRACKETS = re.compile(r"\s*[(（\[]\s*([^)）\]]*?)\s*[)）\]]\s*$")
_NUMBER = re.compile(r"([-+]?[\d.]+(?:e[-+]?\d+)?)\s*([a-z万亿]*)", re.IGNORECASE)
_DAY = re.compile(r"(\d{4})(?:[-/.年](\d{1,2})(?:[-/.月](\d{1,2}))?)?[月日]?(?:[T ].*)?")
_NOTHING = frozenset({"", "-", "–", "—", "na", "n/a", "none", "null", "nan"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A column that was found: its heading, and what a bare number in it counts in."""

    head: str
    unit: float = 1.0


def columns_of(heads: list[str], names: Names) -> dict[str, Column]:
    """The columns that a table has of those that are known, by their keys in `names`."""
    found: dict[str, Column] = {}
    for head in heads:
        bare, unit = head, 1.0
        bracket = _BRACKETS.search(head)
        if bracket and bracket.group(1).lower() in _UNITS:
            bare, unit = head[: bracket.start()], _UNITS[bracket.group(1).lower()]
        plain = _plain(bare)
        for key, known in names.items():
            if key not in found and plain in known:
                found[key] = Column(head=head, unit=unit)
    return found


def _plain(head: str) -> str:
    return " ".join(re.split(r"[\s_-]+", head.strip().lower())).strip()


def empty(row: Mapping[str, str], column: Column) -> bool:
    """Whether a cell says that there is nothing."""
    return row[column.head].strip().lower() in _NOTHING


def amount(row: Mapping[str, str], column: Column, file: Path, number: int) -> float:
    """A number above 0, with a unit such as B or 亿 where it has one.

    Raises:
        InputError: it is none.
    """
    text = row[column.head].strip()
    match = _NUMBER.fullmatch(text.replace(",", "").replace("_", ""))
    value = math.nan
    if match and match.group(2).lower() in _UNITS:
        try:
            value = float(match.group(1))
        except ValueError:
            value = math.nan
        value *= _UNITS[match.group(2).lower()] if match.group(2) else column.unit
    if not 0 < value < math.inf:
        zh, en = place_of(file.name, number)
        raise InputError(
            f"{zh} “{column.head}”列：要写大于 0 的数（可以写 7B、70亿），而写的是 {text!r}。",
            f"{en}, column {column.head}: must be a number above 0 (7B will do), not {text!r}.",
        )
    return value


def score(row: Mapping[str, str], column: Column, file: Path, number: int) -> float:
    """A number, of 100 where it has a percent sign, else as it stands.

    Raises:
        InputError: it is no number from 0 to 100.
    """
    text = row[column.head].strip()
    try:
        value = float(text.rstrip("%％").strip())
    except ValueError:
        value = math.nan
    if not 0 <= value <= 100:
        zh, en = place_of(file.name, number)
        raise InputError(
            f"{zh} “{column.head}”列：得分要写 0 到 1 或者 0 到 100 的数，而写的是 {text!r}。",
            f"{en}, column {column.head}: a score is a number from 0 to 1, or to 100, not "
            f"{text!r}.",
        )
    return value / 100 if text.endswith(("%", "％")) else value


def day(row: Mapping[str, str], column: Column, file: Path, number: int) -> date:
    """A day; a month or a year alone is taken at its middle.

    Raises:
        InputError: it is none.
    """
    text = row[column.head].strip()
    match = _DAY.fullmatch(text)
    if match:
        year, month, one = (int(part) if part else None for part in match.groups())
        try:
            return date(year or 0, month or 7, one or (15 if month else 1))
        except ValueError:
            pass  # a month 13, a day 31 of June: said below, as of any other that is none
    zh, en = place_of(file.name, number)
    raise InputError(
        f"{zh} “{column.head}”列：日期要写成 2024-07-23 或 2024-07，而写的是 {text!r}。",
        f"{en}, column {column.head}: a date is written 2024-07-23 or 2024-07, not {text!r}.",
    )
