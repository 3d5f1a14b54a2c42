"""What expressions work with, how much of it there may be, and how it is written.

A value is None, a truth, a number, a text, a date, a function, something still to be worked out
(a generator), or a list, tuple, set, dictionary or range of values. Nothing else comes out of an
operation or a function. A `Meter` counts what one instance takes: a step for what is done and for
each thing that a loop, a search or a copy touches, and room for everything built. Sets are gone
through in sorted order, because Python's own order of texts changes from run to run.

This module must not know how an expression is written, nor what a template is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import date
from fractions import Fraction
from functools import partial
from itertools import chain, islice
from types import FunctionType, GeneratorType
from typing import Any

STEPS = 3_000_000
"""Steps that the expressions of one instance may take together."""

ROOM = 5_000_000
"""Elements and characters that the expressions of one instance may build together."""

BITS = 4_096
"""The longest whole number, in bits."""

LENGTH = 200_000
"""The longest text, list or range."""

DEPTH = 20
"""How many lists may lie one in another."""

SHORT = 1 << 62
"""Whole numbers below this are never too big."""

_NESTS = frozenset({list, tuple, set, dict})
SIZED = _NESTS | {str}
"""What takes the longer to compare and to copy, the more it holds."""


class ExpressionFault(Exception):
    """An expression that is not allowed, or that failed. The text is a person's, in English."""


class Meter:
    """Counts steps and room, and stops whoever takes too much."""

    __slots__ = ("left", "room")

    def __init__(self, steps: int = STEPS, room: int = ROOM) -> None:
        self.left = steps
        self.room = room

    def tick(self, steps: int = 1) -> None:
        """Take steps."""
        self.left -= steps
        if self.left < 0:
            raise ExpressionFault("it takes too many steps; simplify it or draw smaller numbers")

    def build(self, size: int) -> None:
        """Take room for so many elements or characters."""
        self.room -= size
        if self.room < 0:
            raise ExpressionFault("it builds too much; make its lists and texts smaller")


class Function:
    """A function of the language: `call` counts its own steps where `metered`."""

    __slots__ = ("call", "metered")

    def __init__(self, call: Callable[..., Any], *, metered: bool) -> None:
        self.call = call
        self.metered = metered

    def bound(self, meter: Meter) -> Callable[..., Any]:
        """The function as a value that can be handed on; its steps count on `meter`."""
        return partial(self._checked, meter)

    def _checked(self, meter: Meter, *given: Any, **named: Any) -> Any:
        meter.tick()
        if self.metered:
            return built(self.call(meter, *given, **named), meter)
        return built(self.call(*given, **named), meter)


def built(value: Any, meter: Meter) -> Any:
    """`value`, just made, if it is of a known kind and not too big; its room is taken.

    Raises:
        ExpressionFault: it is too big, nests too deeply, or is of no kind that templates know.
    """
    kind = type(value)
    if kind is int:
        return value if -SHORT < value < SHORT else _whole_number(value, meter)
    if kind in _NESTS:
        meter.build(len(value) + 4)
        _count_nested(value, meter, 1)
    elif kind is str:
        _check_length(value)
        meter.build(len(value))
        meter.tick(len(value) >> 4)
    elif kind is Fraction:
        return _fraction(value, meter)
    elif kind is float:
        if value - value != 0:
            raise ExpressionFault("a number grows too big")
    elif kind is range:
        _check_length(value)
    elif kind not in _OTHERS:
        raise ExpressionFault(f"it gives a {kind.__name__}, which templates do not know")
    return value


_OTHERS = frozenset({bool, type(None), date, FunctionType, partial, GeneratorType, Function})


def _whole_number(value: int, meter: Meter) -> int:
    bits = value.bit_length()
    if bits > BITS:
        raise ExpressionFault("a number grows too big")
    meter.tick(bits >> 6)
    meter.build(bits >> 5)
    return value


def _fraction(value: Fraction, meter: Meter) -> int | Fraction:
    _whole_number(value.numerator, meter)
    _whole_number(value.denominator, meter)
    return value.numerator if value.denominator == 1 else value


def _check_length(value: Any) -> None:
    if len(value) > LENGTH:
        raise ExpressionFault("a list or text grows too long")


def _parts(value: Any) -> Iterable[Any]:
    """All that lies in a list or the like, without an order."""
    return chain(value, value.values()) if type(value) is dict else value


def _count_nested(value: Any, meter: Meter, depth: int) -> None:
    """A step for each thing in `value` and in what it holds, wherever a thing is held twice too.

    So no value comes to be that takes longer to go through than an instance may take.
    """
    _check_length(value)
    if depth > DEPTH:
        raise ExpressionFault("lists nest too deeply")
    meter.tick(len(value))
    if _NESTS.isdisjoint(map(type, _parts(value))):
        return
    for part in _parts(value):
        if type(part) in _NESTS:
            _count_nested(part, meter, depth + 1)


def weight(value: Any) -> int:
    """The steps it takes to compare or to hash `value`, at worst."""
    kind = type(value)
    if kind not in SIZED:
        return 1
    if kind is str:
        return 1 + (len(value) >> 6)
    if SIZED.isdisjoint(map(type, _parts(value))):
        return 1 + len(value)
    return 1 + sum(weight(part) for part in _parts(value))


def ordered(things: set[Any]) -> list[Any]:
    """The things in a set, from the smallest on.

    Raises:
        ExpressionFault: they cannot be put in order.
    """
    try:
        return sorted(things)
    except TypeError:
        raise ExpressionFault(
            "the things in a set have no order here, as they are of several kinds; use a list"
        ) from None


def each(things: Any) -> Iterable[Any]:
    """What a loop goes through; nothing is counted.

    Raises:
        ExpressionFault: nobody can go through it.
    """
    kind = type(things)
    if kind is set:
        return ordered(things)
    if kind in SIZED or kind is range or kind is GeneratorType:
        found: Iterable[Any] = things
        return found
    raise ExpressionFault(f"{_named(things)} is nothing to go through one by one")


def taken(things: Any, meter: Meter) -> Iterable[Any]:
    """What a function goes through: counted here, or by the generator as it runs."""
    if type(things) is not GeneratorType:
        meter.tick(len(things) if type(things) in SIZED or type(things) is range else 1)
    return each(things)


def listed(things: Iterable[Any]) -> list[Any]:
    """A list of `things`.

    Raises:
        ExpressionFault: there are too many.
    """
    found = list(islice(things, LENGTH + 1))
    _check_length(found)
    return found


def shown(value: Any) -> str:
    """A value as it is written into a text: a fraction as 3/4, a float without idle digits.

    Raises:
        ExpressionFault: it has no form in which people would read it, or a very long one.
    """
    if type(value) is str:
        return value
    pieces: list[str] = []
    _show(value, pieces, [LENGTH])
    return "".join(pieces)


def _show(value: Any, pieces: list[str], left: list[int], quote: bool = False) -> None:
    """Add a value to `pieces`; with `quote`, in Python's notation, as inside a dictionary."""
    kind = type(value)
    if kind in _NESTS or kind is range:
        before, between, after = _MARKS[kind] if quote or kind is dict else ("", "、", "")
        pieces.append(before)
        for number, part in enumerate(value.items() if kind is dict else each(value)):
            _spend(1, left)
            if number:
                pieces.append(between)
            if kind is dict:
                _show(part[0], pieces, left, quote=True)
                pieces.append(": ")
            _show(part[1] if kind is dict else part, pieces, left, quote=quote or kind is dict)
        pieces.append(",)" if quote and kind is tuple and len(value) == 1 else after)
        return
    said = repr(value) if quote and kind in (str, bool) else _said(value)
    _spend(len(said), left)
    pieces.append(said)


_MARKS: dict[type, tuple[str, str, str]] = {
    dict: ("{", ", ", "}"), list: ("[", ", ", "]"), tuple: ("(", ", ", ")"),
    set: ("{", ", ", "}"), range: ("[", ", ", "]"),
}  # fmt: skip


def _spend(length: int, left: list[int]) -> None:
    left[0] -= length
    if left[0] < 0:
        raise ExpressionFault("the text grows too long")


def _said(value: Any) -> str:
    """One thing that is no list."""
    kind = type(value)
    if kind is bool:
        return "是" if value else "否"
    if kind is float:
        whole = value.is_integer() and abs(value) < 1e15
        return str(int(value)) if whole else repr(float(built(value, Meter())))
    if kind is date:
        return str(value.isoformat())
    if kind in (int, str, Fraction) or value is None:
        return str(value)
    raise ExpressionFault(f"{_named(value)} cannot be written into a text")


def _named(value: Any) -> str:
    if isinstance(value, Function | FunctionType | partial):
        return "a function"
    if isinstance(value, Iterator):
        return "something still to be worked out (put list(…) around it)"
    return "None" if value is None else f"a value of the kind {type(value).__name__}"


def plain(value: Any, meter: Meter) -> Any:
    """A value as JSON can hold it: tuples become lists, fractions and dates become texts.

    Raises:
        ExpressionFault: JSON has no form for it.
    """
    kind = type(value)
    if kind is str:
        meter.build(len(value))
        return sound(value)
    if kind is bool or kind is int or value is None:
        return value
    if kind is float:
        return built(value, meter)
    if kind is Fraction or kind is date:
        return shown(value)
    if kind is dict:
        return keyed([(k, plain(part, meter)) for k, part in value.items()])
    if kind in _NESTS or kind is range:
        meter.build(len(value))
        return [plain(part, meter) for part in each(value)]
    raise ExpressionFault(f"{_named(value)} cannot be kept in a question")


def keyed(pairs: Iterable[tuple[Any, Any]]) -> dict[str, Any]:
    """A dictionary whose keys are texts, as JSON wants them.

    Raises:
        ExpressionFault: a key is no text, number or date, or two become the same text.
    """
    found: dict[str, Any] = {}
    for key, value in pairs:
        if type(key) not in (str, int, float, Fraction, date):
            raise ExpressionFault(f"{_named(key)} cannot be a key in a question")
        name = sound(shown(key))
        if name in found:
            raise ExpressionFault(f"the key {name[:40]!r} is there twice")
        found[name] = value
    return found


def sound(text: str) -> str:
    """`text`, if it can be written to a file.

    Raises:
        ExpressionFault: it holds half a character.
    """
    if not text.isascii():
        try:
            text.encode()
        except UnicodeEncodeError:
            raise ExpressionFault("a text holds half a character (a lone surrogate)") from None
    return text
