"""One fact of the registry as it is used, made from one row of a table.

A row that makes no sense is refused with the file, the row, the column and what to write instead.
The module must not know where rows come from.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal, cast, get_args

from mingan.errors import InputError

Kind = Literal["base", "instruct", "distilled", "pruned", "quantised"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Where a fact is from."""

    id: str
    title: str
    url: str
    licence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelFacts:
    """A model as published.

    Attributes:
        parent: what it was distilled, pruned, tuned or quantised from; "" where not known.
        params_total, params_active, tokens: in units, not billions; None where not known. A
            dense model has no `params_active` of its own.
        bits: that a parameter takes as published: the file's size over the parameters, or the
            number in the name where the file is not known.
        verified: two independent sources agree on date and size.
    """

    name: str
    family: str
    maker: str
    kind: Kind
    parent: str
    released: date | None
    params_total: int | None
    params_active: int | None
    tokens: int | None
    source: str
    verified: bool
    bits: float = 16.0

    @property
    def active(self) -> int | None:
        """Parameters that take part in a token."""
        return self.params_active or self.params_total


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoreFact:
    """A score as somebody reported it, in [0, 1].

    `verified`: another source gives the same within one point.
    """

    model: str
    benchmark: str
    score: float
    shots: str
    source: str
    verified: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceFact:
    """What a model cost from a day on: US dollars for a million tokens, three in for one out."""

    model: str
    day: date
    price: float
    source: str
    verified: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceFact:
    """One device of a class, such as a telephone.

    Attributes:
        kind: the class; `day` when it could be bought.
        memory: bytes; `bandwidth` bytes a second.
        operations: a second, dense, on 8-bit numbers; of those stated for sparse or smaller
            numbers a half or a quarter was taken.
    """

    kind: str
    name: str
    day: date
    memory: float
    bandwidth: float
    operations: float
    source: str
    verified: bool


MODEL_COLUMNS = (
    "name", "family", "maker", "kind", "parent", "released", "params_total", "params_active",
    "tokens", "source", "verified", "bits",
)  # fmt: skip
SCORE_COLUMNS = ("model", "benchmark", "score", "shots", "source", "verified")
SOURCE_COLUMNS = ("source", "title", "url", "licence")
PRICE_COLUMNS = ("model", "day", "price", "source", "verified")
DEVICE_COLUMNS = (
    "class", "device", "day", "memory_gb", "bandwidth_gbs", "tops", "source", "verified",
)  # fmt: skip

_LARGEST = 10**16
_MOST = 1e12
_FIRST = date(2015, 1, 1)


def model_of(row: Mapping[str, str], where: tuple[str, str]) -> ModelFacts:
    """A model; `where` is the place of the row, in Chinese and English.

    Raises:
        InputError: something in it makes no sense.
    """
    total = _count(row, "params_total", where)
    active = _count(row, "params_active", where)
    if total is not None and active is not None and active > total:
        raise _wrong(where, "params_active", "比 params_total 还大", "is larger than params_total")
    return ModelFacts(
        name=_text(row, "name", where), family=row.get("family", "").strip(),
        maker=row.get("maker", "").strip(), kind=_kind(row, where),
        parent=row.get("parent", "").strip(), released=_day(row, "released", where),
        params_total=total, params_active=active, tokens=_count(row, "tokens", where),
        source=_text(row, "source", where), verified=_flag(row, where),
        bits=positive(row, "bits", where, most=_MOST) if row.get("bits", "").strip() else 16.0,
    )  # fmt: skip


def score_of(row: Mapping[str, str], where: tuple[str, str]) -> ScoreFact:
    """A score; see `model_of`."""
    text = row.get("score", "").strip()
    try:
        score = float(text)
    except ValueError:
        score = -1.0
    if not 0 <= score <= 1:
        raise _wrong(
            where, "score", f"要写 0 到 1 之间的数，而写的是 {text!r}（62% 写 0.62）",
            f"must be a number from 0 to 1, not {text!r} (write 0.62 for 62 %)",
        )  # fmt: skip
    return ScoreFact(
        model=_text(row, "model", where), benchmark=_text(row, "benchmark", where), score=score,
        shots=row.get("shots", "").strip(), source=_text(row, "source", where),
        verified=_flag(row, where),
    )  # fmt: skip


def source_of(row: Mapping[str, str], where: tuple[str, str]) -> Source:
    """A source; see `model_of`."""
    return Source(
        id=_text(row, "source", where), title=_text(row, "title", where),
        url=row.get("url", "").strip(), licence=row.get("licence", "").strip(),
    )  # fmt: skip


def price_of(row: Mapping[str, str], where: tuple[str, str]) -> PriceFact:
    """A price; see `model_of`."""
    return PriceFact(
        model=_text(row, "model", where), day=_must_day(row, where),
        price=positive(row, "price", where, most=_MOST), source=_text(row, "source", where),
        verified=_flag(row, where),
    )  # fmt: skip


def device_of(row: Mapping[str, str], where: tuple[str, str]) -> DeviceFact:
    """A device; see `model_of`."""
    return DeviceFact(
        kind=_text(row, "class", where), name=_text(row, "device", where),
        day=_must_day(row, where), memory=1e9 * positive(row, "memory_gb", where, most=_MOST),
        bandwidth=1e9 * positive(row, "bandwidth_gbs", where, most=_MOST),
        operations=1e12 * positive(row, "tops", where, most=_MOST),
        source=_text(row, "source", where), verified=_flag(row, where),
    )  # fmt: skip


# --- cells --------------------------------------------------------------------------------------


def _wrong(where: tuple[str, str], column: str, zh: str, en: str) -> InputError:
    return InputError(f"{where[0]} “{column}”列：{zh}。", f"{where[1]}, column {column}: {en}.")


def _text(row: Mapping[str, str], column: str, where: tuple[str, str]) -> str:
    value = row.get(column, "").strip()
    if not value:
        raise _wrong(where, column, "不能空着", "must not be empty")
    return value


def _count(row: Mapping[str, str], column: str, where: tuple[str, str]) -> int | None:
    text = row.get(column, "").strip().replace("_", "").replace(",", "")
    if not text:
        return None
    try:
        value = int(float(text))
    except (ValueError, OverflowError):
        value = 0
    if not 0 < value <= _LARGEST:
        raise _wrong(
            where, column, f"要写个数，如 7000000000（不是 7B），而写的是 {text!r}",
            f"must be a count such as 7000000000 (not 7B), not {text!r}",
        )  # fmt: skip
    return value


def positive(
    row: Mapping[str, str], column: str, where: tuple[str, str], *, most: float = math.inf
) -> float:
    """A cell that must hold a number above 0 and below `most`; `where` is its row in both tongues.

    Raises:
        InputError: it does not.
    """
    text = row.get(column, "").strip()
    try:
        value = float(text)
    except ValueError:
        value = 0.0
    if not 0 < value < most:
        raise _wrong(
            where, column, f"要写大于 0 的数，而写的是 {text!r}",
            f"must be a number above 0, not {text!r}",
        )  # fmt: skip
    return value


def _must_day(row: Mapping[str, str], where: tuple[str, str]) -> date:
    return _day({"day": _text(row, "day", where)}, "day", where) or date.min


def _day(row: Mapping[str, str], column: str, where: tuple[str, str]) -> date | None:
    text = row.get(column, "").strip()
    if not text:
        return None
    try:
        day = date.fromisoformat(text)
    except ValueError:
        day = date.min
    if day < _FIRST:
        raise _wrong(
            where, column, f"要写 2024-07-23 样子的日期，而写的是 {text!r}",
            f"must be a date such as 2024-07-23, not {text!r}",
        )  # fmt: skip
    return day


def _kind(row: Mapping[str, str], where: tuple[str, str]) -> Kind:
    text = row.get("kind", "").strip()
    if text not in get_args(Kind):
        known = "、".join(get_args(Kind))
        raise _wrong(
            where, "kind", f"要写 {known} 之一，而写的是 {text!r}",
            f"must be one of {', '.join(get_args(Kind))}, not {text!r}",
        )  # fmt: skip
    return cast(Kind, text)


def _flag(row: Mapping[str, str], where: tuple[str, str]) -> bool:
    text = row.get("verified", "").strip() or "no"
    if text not in ("yes", "no"):
        raise _wrong(
            where, "verified", f"写 yes 或 no，而写的是 {text!r}", f"is yes or no, not {text!r}"
        )
    return text == "yes"
