"""What a program gave back, as JSON that keeps apart what JSON alone would mix up.

    null, true, "text", 1, 1.5, [..]   themselves; a tuple is a list
    {"i": "ff"}                        a whole number too long to be written in decimals
    {"s": [..]}                        a set
    {"d": [[key, value], ..]}          a dictionary, its keys as JSON writes them
    {"o": "name"}                      anything else: JSON has no word for it, so it equals nothing

It must not trust what it encodes: only the built-in types' own methods are called. What comes out
is no more trusted by those who read it than what a program prints.
"""

from __future__ import annotations

try:
    from _json import encode_basestring_ascii as _quoted
except ImportError:  # an interpreter without its fast half
    from json.encoder import py_encode_basestring_ascii as _quoted

TYPE_CHECKING = False  # the module typing takes longer to load than all of this
if TYPE_CHECKING:
    from typing import Any

LONGEST, DEEPEST, DECIMALS = 1 << 20, 150, 1 << 53


class TooLarge(Exception):
    """The value takes more characters than anybody wants to read, or nests too deeply."""


def encode(value: Any) -> str:
    """The value as JSON.

    Raises:
        TooLarge: it is.
    """
    pieces: list[str] = []
    _Encoder(pieces).add(value, 0)
    return "".join(pieces)


def quoted(text: str) -> str:
    """A text as JSON, cut to what a reason can hold."""
    return str(_quoted(str.__str__(text)[:300]))


class _Encoder:
    def __init__(self, pieces: list[str]) -> None:
        self._pieces = pieces
        self._left = LONGEST

    def add(self, value: Any, depth: int) -> None:
        if depth > DEEPEST:
            raise TooLarge
        kind = type(value)
        if value is None or kind is bool:
            self._put("null" if value is None else "true" if value else "false")
        elif issubclass(kind, str):
            self._text(str.__str__(value))
        elif issubclass(kind, int):
            self._whole(int.__pos__(value))
        elif issubclass(kind, float):
            self._put(_number(float.__pos__(value)))
        elif issubclass(kind, (list, tuple)):
            plain = list.__iter__(value) if issubclass(kind, list) else tuple.__iter__(value)
            self._row("[", plain, "]", depth)
        elif issubclass(kind, (set, frozenset)):
            self._row('{"s":[', set.__iter__(set().union(value)), "]}", depth)
        elif issubclass(kind, dict):
            pairs = ((_key(k), v) for k, v in dict.items(value))
            self._row('{"d":[', pairs, "]}", depth)
        else:
            self._put(f'{{"o":{quoted(type.__dict__["__name__"].__get__(kind))}}}')

    def _put(self, piece: str) -> None:
        self._left -= len(piece)
        if self._left < 0:
            raise TooLarge
        self._pieces.append(piece)

    def _text(self, text: str) -> None:
        if len(text) > self._left:
            raise TooLarge
        self._put(str(_quoted(text)))

    def _whole(self, number: int) -> None:
        if -DECIMALS < number < DECIMALS:
            self._put(int.__repr__(number))
        elif number.bit_length() > 4 * self._left:
            raise TooLarge
        else:
            self._put(f'{{"i":"{number:x}"}}')

    def _row(self, before: str, values: Any, after: str, depth: int) -> None:
        self._put(before)
        comma = ""
        for value in values:
            self._put(comma)
            self.add(value, depth + 1)
            comma = ","
        self._put(after)


def _number(number: float) -> str:
    """A float as Python's own reader of JSON takes it."""
    if number != number:
        return "NaN"
    if number in (float("inf"), float("-inf")):
        return "Infinity" if number > 0 else "-Infinity"
    return float.__repr__(number)


def _key(key: Any) -> Any:
    """A key as JSON writes it: true, 1 and null become texts."""
    if key is None or type(key) is bool:
        return {None: "null", True: "true", False: "false"}[key]
    if issubclass(type(key), int):
        return int.__repr__(int.__pos__(key))
    if issubclass(type(key), float):
        return _number(float.__pos__(key))
    return key
