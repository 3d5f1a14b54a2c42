"""What may stand in one cell: several values, parameters, numbers, and how they are written back.

Several values in one cell are parted by `|`, else by line breaks, else by `；`; the first of
these that occurs decides, so that `a；b | c` is two values. Tags, being short words, may also be
parted by commas, `、`, `;` and backticks. A cell that is a JSON list of strings is taken as it
is, and that is how values that contain a separator are written.

A spreadsheet program runs a cell that begins with = + - or @ as a formula. Cells we write to CSV
therefore carry an apostrophe before such a beginning, unless they are plain numbers, and the
reader takes that apostrophe away again. This module knows no file and no field but their values.
"""

from __future__ import annotations

import json
import re
from datetime import date, datetime, time, timedelta
from typing import Any

_TAGS = re.compile(r"[|\n；;、,，`]+")
_RISKY = re.compile(r"[=+\-@\t\r#＝＋－＠']")
_NUMBER = re.compile(r"[+-]?\d+(\.\d+)?%?")
_PAIR = re.compile(r"\s*([A-Za-z_]\w*)\s*[=＝]\s*(.*?)\s*", re.DOTALL)

FORMULA_ERRORS = frozenset(
    {"#REF!", "#N/A", "#NAME?", "#VALUE!", "#DIV/0!", "#NULL!", "#NUM!", "#SPILL!", "#CALC!"}
)
"""What spreadsheet programs show where a formula failed."""


def values(cell: str) -> tuple[str, ...]:
    """The values in a cell, trimmed, empty ones left out."""
    listed = _json_list(cell)
    if listed is not None:
        return listed
    for separator in ("|", "\n", "；"):
        if separator in cell:
            return _trimmed(cell.split(separator))
    return _trimmed([cell])


def sentences(cell: str) -> tuple[str, ...]:
    """Like `values`, for whole sentences: `；` belongs to them and parts nothing."""
    listed = _json_list(cell)
    if listed is not None:
        return listed
    return _trimmed(cell.split("|" if "|" in cell else "\n"))


def labels(cell: str) -> tuple[str, ...]:
    """Like `values`, for short words: any separator parts them; each is kept once."""
    listed = _json_list(cell)
    parts = listed if listed is not None else _trimmed(_TAGS.split(cell))
    return tuple(dict.fromkeys(parts))


def join(parts: tuple[str, ...]) -> str:
    """One cell for several values: parted by `|` where that is safe, else a JSON list."""
    if not parts:
        return ""
    together = " | ".join(parts)
    if labels(together) == values(together) == sentences(together) == parts:
        return together
    return json.dumps(parts, ensure_ascii=False)


def _json_list(cell: str) -> tuple[str, ...] | None:
    text = cell.strip()
    if not text.startswith("["):
        return None
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return None
    if isinstance(found, list) and all(isinstance(item, str) for item in found):
        return _trimmed(found)
    return None


def _trimmed(parts: list[str]) -> tuple[str, ...]:
    return tuple(part.strip() for part in parts if part.strip())


def params(cell: str) -> dict[str, Any] | None:
    """Parameters of a grader: a JSON object, or `tolerance=0.01; unit=m`. None if neither."""
    text = cell.strip()
    if text.startswith("{"):
        try:
            found = json.loads(text)
        except (ValueError, RecursionError):
            return None
        return found if isinstance(found, dict) else None
    pairs = [part for part in re.split(r"[;；\n]", text) if part.strip()]
    matches = [_PAIR.fullmatch(part) for part in pairs]
    if not pairs or not all(matches):
        return None
    return {match[1]: _value(match[2]) for match in matches if match}


def _value(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return text


def number(value: float) -> str:
    """A number as a person would write it: 3.0 is 3, and 15 digits are all a cell holds."""
    if float(value).is_integer() and abs(value) < 1e15:
        return str(int(value))
    return format(value, ".15g")


def moment(value: date | time | timedelta) -> str:
    """A date, time or duration of a spreadsheet as ISO 8601 text, without an empty time."""
    if isinstance(value, datetime):
        if value.time() == time():
            return value.date().isoformat()
        return value.isoformat(sep=" ", timespec="seconds")
    if isinstance(value, timedelta):
        minutes, seconds = divmod(int(value.total_seconds()), 60)
        return f"{minutes // 60}:{minutes % 60:02}:{seconds:02}"
    return value.isoformat()


def guard(text: str) -> str:
    """`text` as a CSV cell that no spreadsheet program runs as a formula; see `unguard`."""
    if text.startswith("'"):
        return "'" + text if _RISKY.match(text, 1) else text
    return "'" + text if _RISKY.match(text) and not _NUMBER.fullmatch(text) else text


def unguard(cell: str) -> str:
    """What `guard` was given."""
    return cell[1:] if cell[:1] == "'" and _RISKY.match(cell, 1) else cell
