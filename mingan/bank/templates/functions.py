"""What an expression may call: arithmetic, lists, arrangements, texts, dates, and drawing lots.

Every function is pure but for the draws, which work for slots only. Functions whose time grows with
what they are given take a meter first and count their steps; the others see numbers, whose length
is limited, or make a list, which counts when it is built. Sets are gone through in sorted order.
This module must not know what a template is.
"""

from __future__ import annotations

import itertools
import math
import statistics
from collections import Counter
from collections.abc import Callable, Iterator, Sequence, Sized
from datetime import date, timedelta
from fractions import Fraction
from typing import Any

from mingan.bank.templates import numbers, words
from mingan.bank.templates.draw import Draw
from mingan.bank.templates.operations import hashed
from mingan.bank.templates.values import (
    LENGTH,
    ExpressionFault,
    Function,
    Meter,
    built,
    each,
    listed,
    shown,
    sound,
    taken,
    weight,
)

__all__ = ["PURE", "Lots", "shown"]

_WEEK = "一二三四五六日"


# --- lists, and functions of lists ----------------------------------------------------------------


def _span(*ends: int) -> range:
    return range(*ends)


def _sum(meter: Meter, things: Any) -> Any:
    total: Any = 0
    for thing in taken(things, meter):
        total = built(total + thing, meter)
    return total


def _product_of(meter: Meter, things: Any) -> Any:
    total: Any = 1
    for thing in taken(things, meter):
        if not isinstance(thing, int | float | Fraction):
            raise ExpressionFault("prod() multiplies numbers")
        total = built(total * thing, meter)
    return total


def _sorted(meter: Meter, things: Any, key: Any = None, reverse: bool = False) -> list[Any]:
    found = listed(taken(things, meter))
    keys = found if key is None else [key(thing) for thing in found]
    meter.tick(weight(keys) * len(keys).bit_length() // 2)
    if key is None:
        return sorted(found, reverse=reverse)
    order = sorted(range(len(found)), key=keys.__getitem__, reverse=reverse)
    return [found[place] for place in order]


def _extreme(pick: Callable[..., Any]) -> Callable[..., Any]:
    """min or max: of a list, or of what is given."""

    def extreme(meter: Meter, *values: Any, key: Any = None) -> Any:
        things = listed(taken(values[0] if len(values) == 1 else values, meter))
        keys = things if key is None else [key(thing) for thing in things]
        meter.tick(weight(keys))
        return things[pick(range(len(things)), key=keys.__getitem__)]

    return extreme


def _counted(tuples: Iterator[tuple[Any, ...]], size: int, meter: Meter) -> Iterator[Any]:
    """Arrangements as they are wanted, a step and something for its length each."""
    steps = 1 + (size >> 2)
    for one in tuples:
        meter.left -= steps
        if meter.left < 0:
            meter.tick(0)
        yield one


def _arrangements(meter: Meter, things: Any, count: int | None = None) -> Any:
    found = listed(taken(things, meter))
    size = len(found) if count is None else count
    return _counted(itertools.permutations(found, size), size, meter)


def _selections(meter: Meter, things: Any, count: int) -> Any:
    return _counted(itertools.combinations(listed(taken(things, meter)), count), count, meter)


def _pairings(meter: Meter, *lists: Any, repeat: int = 1) -> Any:
    size = len(lists) * repeat
    if size > 100:
        raise ExpressionFault("product() makes up to 100 places")
    found = [listed(taken(things, meter)) for things in lists]
    return _counted(itertools.product(*found, repeat=repeat), size, meter)


def _map(meter: Meter, function: Callable[..., Any], *lists: Any) -> list[Any]:
    return listed(map(function, *[taken(things, meter) for things in lists]))


def _fold(meter: Meter, function: Callable[..., Any], things: Any, start: Any) -> Any:
    for thing in taken(things, meter):
        start = function(start, thing)
    return start


def _iterate(meter: Meter, function: Callable[..., Any], start: Any, times: int) -> list[Any]:
    """start, f(start), f(f(start)), …: times + 1 values."""
    values = [start]
    for _ in taken(built(range(times), meter), meter):
        values.append(function(values[-1]))
    return values


def _first(meter: Meter, things: Any) -> Any:
    for thing in each(things):
        return thing
    raise ExpressionFault("there is no first one: nothing was found")


def _length(meter: Meter, things: Any) -> int:
    return len(things) if isinstance(things, Sized) else sum(1 for _ in taken(things, meter))


def _zip(meter: Meter, *lists: Any) -> list[Any]:
    return listed(zip(*map(each, lists), strict=False))


def _enumerate(meter: Meter, things: Any, start: int = 0) -> list[Any]:
    return listed(enumerate(each(things), start))


def _set(meter: Meter, things: Any = ()) -> set[Any]:
    return {hashed(thing, meter) for thing in taken(things, meter)}


def _dict(meter: Meter, pairs: Any = ()) -> dict[Any, Any]:
    if isinstance(pairs, dict):
        return dict(pairs)
    made = {}
    for pair in taken(pairs, meter):
        key, value = each(pair)
        made[hashed(key, meter)] = value
    return made


def _index(meter: Meter, things: Any, x: Any) -> int:
    found = things if type(things) in (list, tuple) else listed(taken(things, meter))
    meter.tick(len(found) * weight(x))
    return int(found.index(x))


def _count(meter: Meter, things: Any, x: Any) -> int:
    """How often `x` occurs; in a text, a run of signs may be counted too."""
    if isinstance(things, str):
        meter.tick(len(things) >> 3)
        return things.count(x)
    found = listed(taken(things, meter))
    meter.tick(len(found) * weight(x))
    return found.count(x)


def _counts(meter: Meter, things: Any) -> dict[Any, int]:
    return dict(Counter(hashed(thing, meter) for thing in taken(things, meter)))


def _median(meter: Meter, things: Any) -> Fraction:
    found = _sorted(meter, [numbers.exact(thing) for thing in taken(things, meter)])
    return Fraction(statistics.median(found))


# --- dates ----------------------------------------------------------------------------------------


def _day(year: int, month: int, day: int) -> date:
    return date(year, month, day)


def _after(day: date, days: int) -> date:
    return day + timedelta(days=days)


def _days(a: date, b: date) -> int:
    return (b - a).days


def _weekday(day: date) -> int:
    return day.isoweekday()


# --- texts ----------------------------------------------------------------------------------------


def _text(meter: Meter, value: Any) -> str:
    said = shown(value)
    meter.tick(len(said))
    return said


def _cat(meter: Meter, *parts: Any) -> str:
    return "".join([_text(meter, part) for part in parts])


def _joined(meter: Meter, glue: str, parts: Any) -> str:
    texts: list[str] = []
    length = 0
    for part in taken(parts, meter):
        texts.append(_text(meter, part))
        length += len(texts[-1]) + len(glue)
        if length > LENGTH:
            raise ExpressionFault("the text grows too long")
    return glue.join(texts)


def _letter(index: int) -> str:
    return _sign(ord("A") + index)


def _sign(number: int) -> str:
    return sound(chr(number))


def _replace(meter: Meter, text: str, old: str, new: str) -> str:
    if (len(text) + 1) * (len(new) + 1) > LENGTH:
        raise ExpressionFault("the text grows too long")
    meter.tick(len(text) >> 3)
    return text.replace(old, new)


def _of_text(function: Callable[..., Any]) -> Callable[..., Any]:
    """A function of a text as one that takes steps by its length."""

    def metered(meter: Meter, text: str, *more: Any) -> Any:
        if not isinstance(text, str):
            raise TypeError(f"a text is wanted, not {type(text).__name__}")
        meter.tick(len(text) >> 2)
        return function(text, *more)

    return metered


def _of_list(function: Callable[..., Any]) -> Callable[..., Any]:
    """A function of a list as one that takes steps by its length."""

    def metered(meter: Meter, things: Any = ()) -> Any:
        return function(taken(things, meter))

    return metered


def _parsed(kind: Callable[..., Any]) -> Callable[..., Any]:
    """int or float: a long text takes long to read."""

    def metered(meter: Meter, value: Any = 0, *base: int) -> Any:
        if isinstance(value, str):
            meter.tick(len(value))
        return kind(value, *base)

    return metered


# --- the table ------------------------------------------------------------------------------------

_METERED: dict[str, Callable[..., Any]] = {
    "min": _extreme(min), "max": _extreme(max), "sum": _sum, "prod": _product_of,
    "factorial": numbers.limited_to(500, math.factorial),
    "comb": numbers.limited_to(2000, math.comb), "perm": numbers.limited_to(500, math.perm),
    "gcd": numbers.steps_by_length(math.gcd), "lcm": numbers.steps_by_length(math.lcm),
    "is_prime": numbers.is_prime, "digits": numbers.digits, "base": numbers.based,
    "int": _parsed(int), "float": _parsed(float), "from_base": _parsed(int),
    "median": _median, "len": _length, "list": _of_list(listed), "set": _set,
    "tuple": _of_list(lambda things: tuple(listed(things))), "dict": _dict,
    "sorted": _sorted, "reversed": _of_list(lambda things: listed(things)[::-1]), "zip": _zip,
    "enumerate": _enumerate, "all": _of_list(all), "any": _of_list(any), "map": _map,
    "fold": _fold, "iterate": _iterate, "first": _first, "index": _index, "count": _count,
    "counts": _counts, "permutations": _arrangements, "combinations": _selections,
    "product": _pairings, "text": _text, "str": _text, "cat": _cat, "join": _joined,
    "chars": _of_list(listed), "split": _of_text(lambda text, at=None: text.split(at)),
    "replace": _replace, "upper": _of_text(str.upper), "lower": _of_text(str.lower),
    "starts": _of_text(str.startswith), "ends": _of_text(str.endswith),
    "find": _of_text(str.find), "strip": _of_text(str.strip),
}  # fmt: skip
_SIMPLE: dict[str, Callable[..., Any]] = {
    "abs": abs, "round": numbers.rounded, "floor": math.floor, "ceil": math.ceil, "divmod": divmod,
    "isqrt": math.isqrt, "sqrt": math.sqrt, "exp": math.exp,
    "log": math.log, "log10": math.log10, "log2": math.log2, "sin": math.sin, "cos": math.cos,
    "tan": math.tan, "atan": math.atan, "asin": math.asin, "acos": math.acos,
    "radians": math.radians, "degrees": math.degrees, "bool": bool, "number": numbers.number,
    "numerator": lambda x: Fraction(numbers.number(x)).numerator,
    "denominator": lambda x: Fraction(numbers.number(x)).denominator,
    "range": _span, "keys": lambda d: list(d.keys()), "values": lambda d: list(d.values()),
    "items": lambda d: list(d.items()), "ord": ord, "chr": _sign,
    "fixed": numbers.fixed, "decimal": numbers.decimal, "zh": numbers.chinese, "letter": _letter,
    "date": _day, "add_days": _after, "days_between": _days, "weekday": _weekday,
    "week_zh": lambda day: "星期" + _WEEK[_weekday(day) - 1],
    "year": lambda d: d.year, "month": lambda d: d.month, "day": lambda d: d.day,
    "date_zh": lambda d: f"{d.year}年{d.month}月{d.day}日",
}  # fmt: skip
PURE: dict[str, Any] = {
    **{name: Function(call, metered=True) for name, call in _METERED.items()},
    **{name: Function(call, metered=False) for name, call in _SIMPLE.items()},
    "pi": math.pi,
    **words.POOLS,
}
"""Everything but the draws, by the name that templates use."""


class Lots:
    """The functions that draw: draw(a, b), pick(list), sample(list, n), shuffle(list).

    They work while `open`, which they are for slots alone: a slot may be a function that draws.
    """

    def __init__(self, draw: Draw) -> None:
        self._draw = draw
        self.open = True

    def names(self) -> dict[str, Any]:
        """All names, the draws included."""
        draws: dict[str, Callable[..., Any]] = {
            "draw": self._between, "pick": self._pick, "sample": self._sample,
            "shuffle": self._shuffle,
        }  # fmt: skip
        return {**PURE, **{name: Function(f, metered=True) for name, f in draws.items()}}

    def _between(self, meter: Meter, low: int, high: int, step: int = 1) -> int:
        self._start(meter, 1)
        return self._draw.between(low, high, step)

    def _pick(self, meter: Meter, things: Any) -> Any:
        self._start(meter, 1)
        return self._draw.pick(self._indexable(things, meter))

    def _sample(self, meter: Meter, things: Any, count: int) -> list[Any]:
        found = self._indexable(things, meter)
        self._start(meter, len(found))
        return self._draw.sample(found, count)

    def _shuffle(self, meter: Meter, things: Any) -> list[Any]:
        found = self._indexable(things, meter)
        self._start(meter, len(found))
        return self._draw.shuffle(found)

    def _start(self, meter: Meter, lots: int) -> None:
        if not self.open:
            raise ExpressionFault("only slots may draw")
        meter.tick(10 * lots)

    def _indexable(self, things: Any, meter: Meter) -> Sequence[Any]:
        return things if isinstance(things, Sequence) else _sorted(meter, things)
