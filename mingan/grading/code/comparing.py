"""Whether what a program gave back is what was expected, as JSON sees it, and how to show it.

What is compared came out of the sandbox (see `inside/encoding.py` for its form) and may be
anything: what makes no sense is unequal. This module must not know programs or limits.
"""

from __future__ import annotations

import json
import math
from typing import Any

from mingan.normal import shorten

SHOWN, LONG = 60, 3000
"""Characters of a value that a reason shows; digits (base 16) from which on it is not converted."""


def equal(expected: Any, got: Any, tolerance: float) -> bool:
    """Equality of values: 1 is 1.0 but not True, a set is its members in any order, nan is nan.

    A float may be off by `tolerance`, relative to what is expected where that is beyond 1.
    """
    try:
        return _equal(expected, got, tolerance)
    except (TypeError, ValueError, KeyError, OverflowError, RecursionError):
        return False


def _equal(expected: Any, got: Any, tolerance: float) -> bool:
    if isinstance(got, dict):
        return _equal_tagged(expected, got, tolerance)
    if expected is None or isinstance(expected, bool | str):
        return type(expected) is type(got) and bool(expected == got)
    if isinstance(expected, int | float):
        return _same_number(expected, got, tolerance)
    if isinstance(expected, list | tuple):
        return isinstance(got, list) and _equal_rows(list(expected), got, tolerance)
    return False


def _equal_tagged(expected: Any, got: dict[str, Any], tolerance: float) -> bool:
    if "i" in got:
        return _same_number(expected, int(got["i"], 16), tolerance)
    if "s" in got and isinstance(expected, list | tuple):
        return _equal_rows(sorted(expected, key=_order), sorted(got["s"], key=_order), tolerance)
    if "d" in got and isinstance(expected, dict):
        pairs = dict(got["d"])
        return (
            len(got["d"]) == len(expected)
            and pairs.keys() == expected.keys()
            and all(_equal(expected[key], pairs[key], tolerance) for key in expected)
        )
    return False


def _equal_rows(expected: list[Any], got: list[Any], tolerance: float) -> bool:
    return len(expected) == len(got) and all(
        _equal(one, other, tolerance) for one, other in zip(expected, got, strict=True)
    )


def _same_number(expected: Any, got: Any, tolerance: float) -> bool:
    numbers = [type(n) in (int, float) for n in (expected, got)]
    if not all(numbers):
        return False
    if expected == got:
        return True
    if isinstance(expected, int) and isinstance(got, int):
        return False
    one, other = float(expected), float(got)
    if math.isnan(one) or math.isnan(other):
        return math.isnan(one) and math.isnan(other)
    if math.isinf(one) or math.isinf(other):
        return False
    return abs(one - other) <= tolerance * max(1.0, abs(one))


def _order(value: Any) -> tuple[int, float, str, tuple[Any, ...]]:
    """A place in a row for members of sets of any kind."""
    if isinstance(value, dict) and "i" in value:
        value = int(value["i"], 16)
    if isinstance(value, dict):
        value = sorted(value.get("s", ()), key=_order)
    if isinstance(value, int | float):
        return (0, value, "", ())
    if isinstance(value, str):
        return (1, 0, value, ())
    if isinstance(value, list | tuple):
        return (2, len(value), "", tuple(_order(member) for member in value))
    return (3, 0, "", ())


def same_output(expected: str, got: str, tolerance: float | None) -> bool:
    """Whether two printed texts are the same but for spaces at the ends of lines and of the text.

    With a tolerance, the words of a line that are numbers may be off by it.
    """
    wanted, printed = _lines(expected), _lines(got)
    if wanted == printed:
        return True
    if tolerance is None or len(wanted) != len(printed):
        return False
    return all(
        _same_words(a.split(), b.split(), tolerance) for a, b in zip(wanted, printed, strict=True)
    )


def _lines(text: str) -> list[str]:
    return [line.rstrip() for line in text.replace("\r\n", "\n").rstrip().split("\n")]


def _same_words(wanted: list[str], printed: list[str], tolerance: float) -> bool:
    if len(wanted) != len(printed):
        return False
    for one, other in zip(wanted, printed, strict=True):
        if one == other:
            continue
        try:
            if not _same_number(float(one), float(other), tolerance):
                return False
        except ValueError:
            return False
    return True


def shown(value: Any) -> str:
    """A value as a reason shows it: one short line."""
    try:
        text = value if isinstance(value, str) and "\n" in value else _as_json(value)
    except (TypeError, ValueError, RecursionError):
        text = "?"
    return shorten(text.encode("utf-8", "replace").decode(), SHOWN)


def shown_result(value: Any) -> str:
    """What came out of the sandbox, as a reason shows it."""
    try:
        if isinstance(value, dict) and "o" in value:
            return shorten(_plain(value), SHOWN)
        return shown(_plain(value))
    except (TypeError, ValueError, KeyError, RecursionError):
        return "?"


def shown_arguments(arguments: Any) -> str:
    """The arguments of a call, as a reason shows them."""
    return shorten(", ".join(shown(argument) for argument in arguments), SHOWN)


def _as_json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


def _plain(value: Any) -> Any:
    """A value without the marks that kept its types apart."""
    if isinstance(value, list | tuple):
        return [_plain(member) for member in value[:SHOWN]]
    if not isinstance(value, dict):
        return value[: 2 * SHOWN] if isinstance(value, str) else value
    if "i" in value:
        return int(value["i"], 16) if len(value["i"]) < LONG else f"0x{value['i']}"[:SHOWN]
    if "s" in value:
        return _plain(sorted(value["s"], key=_order))
    if "d" in value:
        return {str(key): _plain(held) for key, held in value["d"][:SHOWN]}
    return f"<{value.get('o', '?')}>"
