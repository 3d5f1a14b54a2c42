"""Reading coordinates out of what a model wrote: lines, or JSON, whatever stands around them.

    places = read(text, names=("A", "B"), seconds=(2.5, 3.0))

Lines `t=2.5: A 12.3 45.6; B 7 8` in any order, a heading for each time with a line for each thing,
a table, or JSON of any likely shape. Full-width figures and signs, units, bullets, fences and
thinking before the answer do no harm. What is said twice counts as it is said last. Only the names
and seconds asked for are kept; what is missing is missing. The module must not know what is true.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Collection, Iterator
from typing import Any

from mingan.normal import cap, fold, without_thinking

LARGEST = 1e4
"""Coordinates beyond this are no places."""

_NUMBER = r"[-+]?\d{1,7}(?:\.\d{1,9})?(?![\d.]*\d)"
_BEFORE = r"(?<![\d.])"
_TIME = re.compile(
    rf"(?<![a-z])(?:t|time|时间|时刻|第)\s*(?:\([^()\n]{{0,6}}\))?\s*[=:≈]?\s*(?P<said>{_NUMBER})|"
    rf"^[\s>*#|+`\-]*(?P<first>{_NUMBER})\s*(?:秒|s(?:ec(?:onds?)?)?\b|时|(?=[:|,\t(])|(?= +[A-Z])|"
    rf"(?=\s+[-+]?[\d.]{{1,9}}\s+[-+]?[\d.]{{1,9}}\s*$))|"
    rf"{_BEFORE}(?P<unit>{_NUMBER})\s*(?:秒|seconds?\b)",
    re.IGNORECASE,
)
_JOIN = r"[\s,;:、()\[\]|=\"']{0,6}"
_PAIR = (
    rf"{_JOIN}(?:x{_JOIN})?(?P<x>{_NUMBER})(?:\s*(?:单位|units?))?"
    rf"{_JOIN}(?:y{_JOIN})?(?P<y>{_NUMBER})"
)
_ANY = re.compile(_BEFORE + _NUMBER)
_SAID = r"(?:\s*(?:点|球|的?(?:位置|坐标|中心))?\s*(?:是|为|在|约|位于|is|will be)?\s*(?:at\b)?)"
_JSON = re.compile(r"[\[{]")
_TIME_KEYS = ("t", "time", "时间", "时刻", "second", "seconds")
_NAME_KEYS = ("name", "object", "id", "thing", "物体", "名称")
_TRIES = 40
"""Places at which JSON is looked for; a text full of brackets is no reason to be slow."""

Places = dict[tuple[float, str], tuple[float, float]]


def read(text: str, names: Collection[str], seconds: Collection[float]) -> Places:
    """Where the text says that things are.

    Args:
        names: single letters, of what is asked for.
        seconds: that are asked for.
    """
    body = fold(without_thinking(cap(text)))
    reader = _Reader(names, seconds)
    for value in _documents(body):
        reader.walk(value, None, None)
    if not reader.places:
        reader.lines(body)
    return reader.places


def _documents(body: str) -> Iterator[Any]:
    """JSON objects and lists in a text that are not within one another, in order."""
    decoder, at = json.JSONDecoder(), 0
    for _ in range(_TRIES):
        found = _JSON.search(body, at)
        if found is None:
            return
        try:
            value, at = decoder.raw_decode(body, found.start())
        except (ValueError, RecursionError):
            at = found.end()
            continue
        yield value


class _Reader:
    """Keeps what is said about the names and seconds asked for."""

    def __init__(self, names: Collection[str], seconds: Collection[float]) -> None:
        self.places: Places = {}
        self._names = {fold(name).strip().lower(): name for name in names}
        self._seconds = tuple(seconds)
        letters = "".join(self._names)
        self._named = re.compile(
            rf"(?<![a-z])(?P<name>[{re.escape(letters)}])(?![a-z]){_SAID}" + _PAIR,
            re.IGNORECASE,
        )

    def _keep(self, second: float | None, name: str | None, x: Any, y: Any) -> None:
        if second is None or name is None:
            return
        place = _number(x), _number(y)
        if all(abs(value) <= LARGEST for value in place):  # false of NaN too
            self.places[second, name] = place

    def _second(self, value: Any) -> float | None:
        """The second asked for that a value names."""
        said = _number(re.sub(r"^\s*t\s*=?|\s*(?:秒|s)\s*$", "", value) if isinstance(value, str)
                       else value)  # fmt: skip
        return next((s for s in self._seconds if abs(s - said) < 1e-3), None)

    def _name(self, value: Any) -> str | None:
        if isinstance(value, str):
            return self._names.get(fold(value).strip().lower())
        return None

    def _alone(self) -> str | None:
        """The one thing that is asked for."""
        return next(iter(self._names.values())) if len(self._names) == 1 else None

    # -- JSON ------------------------------------------------------------------------------------

    def walk(self, value: Any, second: float | None, name: str | None, depth: int = 0) -> None:
        """Whatever a document says, with the second and the name that it is about."""
        if depth > 8:
            return
        if isinstance(value, dict):
            self._object(value, second, name, depth)
        elif isinstance(value, list):
            if len(value) in (2, 3) and not any(isinstance(v, dict | list | str) for v in value):
                at = self._second(value[0]) if len(value) == 3 else second
                self._keep(at, name or self._alone(), *value[-2:])
                return
            for each in value:
                self.walk(each, second, name, depth + 1)

    def _object(
        self, value: dict[str, Any], second: float | None, name: str | None, depth: int
    ) -> None:
        keys = {str(key).strip().lower(): inner for key, inner in value.items()}
        for key in _TIME_KEYS:
            if key in keys and not isinstance(keys[key], dict | list):
                second = self._second(keys[key])
        for key in _NAME_KEYS:
            if key in keys and isinstance(keys[key], str):
                name = self._name(keys[key])
        if "x" in keys and "y" in keys:
            self._keep(second, name or self._alone(), keys["x"], keys["y"])
        for key, inner in keys.items():
            if not isinstance(inner, dict | list):
                continue
            at, who = self._second(key), self._name(key)
            self.walk(inner, second if at is None else at, name if who is None else who, depth + 1)

    # -- lines -----------------------------------------------------------------------------------

    def lines(self, body: str) -> None:
        """Line by line; a line without a time is about the time named last."""
        second: float | None = None
        for line in body.split("\n"):
            marks = list(_TIME.finditer(line))
            if not marks:
                self._line(line, second)
                continue
            ends = [mark.start() for mark in marks[1:]] + [len(line)]
            for mark, end in zip(marks, ends, strict=True):
                second = self._second(next(part for part in mark.groups() if part))
                self._line(line[mark.end() : end], second)

    def _line(self, line: str, second: float | None) -> None:
        if second is None:
            return
        found = list(self._named.finditer(line))
        for each in found:
            self._keep(second, self._names[each["name"].lower()], each["x"], each["y"])
        bare = [] if found else _ANY.findall(line)
        if len(bare) == 2 * len(self._names):  # a row of a table: in the order that was asked for
            for name, x, y in zip(self._names.values(), bare[::2], bare[1::2], strict=True):
                self._keep(second, name, x, y)


def _number(value: Any) -> float:
    """A number, or one that is written; NaN for anything else."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return math.nan
    try:
        return float(value) if not isinstance(value, str) or len(value) < 40 else math.nan
    except (ValueError, OverflowError):
        return math.nan
