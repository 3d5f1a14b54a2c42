"""What an expression may call: arithmetic, lists, arrangements, texts, dates, and drawing lots.

Every function is pure but for the draws, which only slots may use. Functions that take their time
carry the mark `metered` and count their steps. This module must not know what a template is.
"""

from __future__ import annotations

import itertools
import math
import statistics
from collections import Counter
from collections.abc import Callable, Iterable, Sequence, Sized
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from typing import Any

from mingan.bank.templates import words
from mingan.bank.templates.draw import Draw
from mingan.bank.templates.expression import LENGTH, ExpressionFault, Meter, sized

_DIGITS = "零一二三四五六七八九"
_WEEK = "一二三四五六日"


def shown(value: Any) -> str:
    """A value as it is written into a text: a fraction as 3/4, a float without idle digits."""
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    if isinstance(value, list | tuple):
        return "、".join(shown(part) for part in value)
    if isinstance(value, date):
        return value.isoformat()
    return str(value)


def _metered(function: Callable[..., Any]) -> Callable[..., Any]:
    function.metered = True  # type: ignore[attr-defined]
    return function


def _span(*ends: int) -> range:
    numbers = range(*ends)
    if len(numbers) > LENGTH:
        raise ExpressionFault("the range is too long")
    return numbers


@_metered
def _listed(meter: Meter, things: Iterable[Any]) -> list[Any]:
    return list(meter.each(things))


@_metered
def _sum(meter: Meter, things: Iterable[Any]) -> Any:
    return sum(meter.each(things), 0)


@_metered
def _product_of(meter: Meter, things: Iterable[Any]) -> Any:
    total: Any = 1
    for thing in meter.each(things):
        total = sized(total * thing)
    return total


@_metered
def _all(meter: Meter, things: Iterable[Any]) -> bool:
    return all(meter.each(things))


@_metered
def _any(meter: Meter, things: Iterable[Any]) -> bool:
    return any(meter.each(things))


@_metered
def _sorted(meter: Meter, things: Iterable[Any], key: Any = None, reverse: bool = False) -> Any:
    return sorted(meter.each(things), key=key, reverse=reverse)


@_metered
def _arrangements(meter: Meter, things: Iterable[Any], count: int | None = None) -> Any:
    return meter.each(itertools.permutations(list(things), count))


@_metered
def _selections(meter: Meter, things: Iterable[Any], count: int) -> Any:
    return meter.each(itertools.combinations(list(things), count))


@_metered
def _pairings(meter: Meter, *lists: Iterable[Any], repeat: int = 1) -> Any:
    return meter.each(itertools.product(*[list(things) for things in lists], repeat=repeat))


@_metered
def _map(meter: Meter, function: Callable[..., Any], *lists: Iterable[Any]) -> list[Any]:
    return list(meter.each(map(function, *lists)))


@_metered
def _fold(meter: Meter, function: Callable[..., Any], things: Iterable[Any], start: Any) -> Any:
    for thing in meter.each(things):
        start = function(start, thing)
    return start


@_metered
def _iterate(meter: Meter, function: Callable[..., Any], start: Any, times: int) -> list[Any]:
    """start, f(start), f(f(start)), …: times + 1 values."""
    values = [start]
    for _ in meter.each(_span(times)):
        values.append(function(values[-1]))
    return values


@_metered
def _first(meter: Meter, things: Iterable[Any]) -> Any:
    for thing in meter.each(things):
        return thing
    raise ExpressionFault("there is no first one: nothing was found")


@_metered
def _length(meter: Meter, things: Iterable[Any]) -> int:
    return len(things) if isinstance(things, Sized) else sum(1 for _ in meter.each(things))


def _round(value: Any, places: int = 0) -> Any:
    """Half up, as at school: round(2.5) is 3; exact for fractions."""
    exact = Fraction(value) if not isinstance(value, float) else Fraction(repr(value))
    scaled = exact * 10**places
    whole = math.floor(abs(scaled) + Fraction(1, 2)) * (1 if scaled >= 0 else -1)
    result = Fraction(whole, 10**places)
    return int(result) if result.denominator == 1 else result


def _fixed(value: Any, places: int) -> str:
    """`value` with just so many decimal places, rounded half up."""
    rounded = Fraction(_round(value, places))
    number = Decimal(rounded.numerator) / Decimal(rounded.denominator)
    return str(number.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP))


def _decimal(value: Any) -> str:
    """A fraction that comes out even as a decimal: 7/4 is 1.75."""
    exact = Fraction(value) if not isinstance(value, float) else Fraction(repr(value))
    for places in range(13):
        if (exact * 10**places).denominator == 1:
            return _fixed(exact, places)
    raise ExpressionFault(f"{value} has no end as a decimal; round it with fixed(…)")


def _number(text: Any) -> Any:
    """The number that a text is: 12, -3.5, 3/4, 20%."""
    if not isinstance(text, str):
        return text
    plain = text.strip().replace(",", "").replace("，", "")
    try:
        exact = Fraction(plain[:-1]) / 100 if plain.endswith("%") else Fraction(plain)
    except (ValueError, ZeroDivisionError):
        raise ExpressionFault(f"{text!r} is no number") from None
    return int(exact) if exact.denominator == 1 else exact


def _chinese(number: int) -> str:
    """A whole number below 100,000,000 in Chinese: 十二, 一百零五, 三万二千."""
    if not 0 <= number < 10**8:
        raise ExpressionFault("zh() writes whole numbers from 0 to 99,999,999")
    if number >= 10_000:
        high, low = divmod(number, 10_000)
        gap = "零" if 0 < low < 1000 else ""
        return _chinese(high) + "万" + (gap + _thousands(low, leading=True) if low else "")
    return _thousands(number)


def _thousands(number: int, *, leading: bool = False) -> str:
    if number == 0:
        return "零"
    said, gap = "", False
    for unit, name in ((1000, "千"), (100, "百"), (10, "十"), (1, "")):
        digit, number = divmod(number, unit)
        if digit:
            said += ("零" if gap and said else "") + _DIGITS[digit] + name
            gap = False
        elif said:
            gap = True
    return said[1:] if said.startswith("一十") and not leading else said


def _day(year: int, month: int, day: int) -> date:
    return date(year, month, day)


def _after(day: date, days: int) -> date:
    return day + timedelta(days=days)


def _days(a: date, b: date) -> int:
    return (b - a).days


def _weekday(day: date) -> int:
    return day.isoweekday()


def _limited(function: Callable[..., int], most: int) -> Callable[..., int]:
    """`function` for numbers up to `most`: beyond, its values are too big to go on with."""

    def limited(*numbers: int) -> int:
        if any(number > most for number in numbers):
            raise ExpressionFault(f"{function.__name__}() takes numbers up to {most}")
        return function(*numbers)

    return limited


def _joined(glue: str, parts: Iterable[Any]) -> str:
    texts = [shown(part) for part in parts]
    if sum(map(len, texts)) + len(glue) * len(texts) > LENGTH:
        raise ExpressionFault("the text grows too long")
    return glue.join(texts)


def _count(things: Any, x: Any) -> int:
    """How often `x` occurs; in a text, a run of signs may be counted too."""
    return things.count(x) if isinstance(things, str) else list(things).count(x)


def _letter(index: int) -> str:
    return chr(ord("A") + index)


def _replace(text: str, old: str, new: str) -> str:
    if len(text) * (len(new) + 1) > LENGTH:
        raise ExpressionFault("the text grows too long")
    return text.replace(old, new)


def _range_of(values: Iterable[Any], pick: Callable[..., Any], key: Any) -> Any:
    return pick(values, key=key) if key is not None else pick(values)


def _smallest(*values: Any, key: Any = None) -> Any:
    return _range_of(values[0] if len(values) == 1 else values, min, key)


def _largest(*values: Any, key: Any = None) -> Any:
    return _range_of(values[0] if len(values) == 1 else values, max, key)


def _digits(number: int) -> list[int]:
    return [int(sign) for sign in str(abs(number))]


def _based(number: int, base: int) -> str:
    """A whole number in another base, from 2 to 36."""
    if not 2 <= base <= 36 or number < 0:
        raise ExpressionFault("base() takes a number from 0 and a base from 2 to 36")
    signs = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    said = ""
    while number or not said:
        number, digit = divmod(number, base)
        said = signs[digit] + said
    return said


def _is_prime(number: int) -> bool:
    if number > 10**9:
        raise ExpressionFault("is_prime() takes numbers up to 1,000,000,000")
    return number > 1 and all(number % d for d in range(2, math.isqrt(number) + 1))


PURE: dict[str, Any] = {
    "abs": abs, "min": _smallest, "max": _largest, "sum": _sum, "prod": _product_of,
    "round": _round, "floor": math.floor, "ceil": math.ceil, "divmod": divmod, "gcd": math.gcd,
    "lcm": math.lcm, "factorial": _limited(math.factorial, 500), "comb": _limited(math.comb, 2000),
    "perm": _limited(math.perm, 500),
    "isqrt": math.isqrt, "sqrt": math.sqrt, "exp": math.exp, "log": math.log, "log10": math.log10,
    "log2": math.log2, "sin": math.sin, "cos": math.cos, "tan": math.tan, "atan": math.atan,
    "asin": math.asin, "acos": math.acos, "radians": math.radians, "degrees": math.degrees,
    "pi": math.pi, "float": float, "int": int, "bool": bool, "is_prime": _is_prime,
    "digits": _digits, "base": _based, "from_base": int, "number": _number,
    "numerator": lambda x: Fraction(x).numerator, "denominator": lambda x: Fraction(x).denominator,
    "median": lambda xs: statistics.median(Fraction(x) for x in xs),
    "range": _span, "len": _length, "list": _listed, "set": set, "tuple": tuple, "dict": dict,
    "sorted": _sorted, "reversed": lambda things: list(things)[::-1], "zip": zip,
    "enumerate": enumerate, "all": _all, "any": _any, "map": _map, "fold": _fold,
    "iterate": _iterate, "first": _first, "keys": lambda d: list(d),
    "values": lambda d: list(d.values()), "items": lambda d: list(d.items()),
    "index": lambda things, x: list(things).index(x), "count": _count,
    "counts": lambda things: dict(Counter(things)),
    "permutations": _arrangements, "combinations": _selections, "product": _pairings,
    "text": shown, "str": shown, "cat": lambda *parts: "".join(shown(p) for p in parts),
    "join": _joined, "chars": list,
    "split": lambda text, at=None: text.split(at), "replace": _replace,
    "upper": lambda t: t.upper(), "lower": lambda t: t.lower(), "ord": ord, "chr": chr,
    "starts": lambda t, x: t.startswith(x), "ends": lambda t, x: t.endswith(x),
    "find": lambda t, x: t.find(x), "strip": lambda t: t.strip(),
    "fixed": _fixed, "decimal": _decimal, "zh": _chinese, "letter": _letter,
    "date": _day, "add_days": _after, "days_between": _days, "weekday": _weekday,
    "week_zh": lambda day: "星期" + _WEEK[_weekday(day) - 1],
    "year": lambda d: d.year, "month": lambda d: d.month, "day": lambda d: d.day,
    "date_zh": lambda d: f"{d.year}年{d.month}月{d.day}日",
    **words.POOLS,
}  # fmt: skip
"""Everything but the draws, by the name that templates use."""


def with_draws(draw: Draw) -> dict[str, Any]:
    """All names, the draws included: draw(a, b), pick(list), sample(list, n), shuffle(list)."""

    def indexable(things: Iterable[Any]) -> Sequence[Any]:
        return things if isinstance(things, Sequence) else sorted(things)

    return {
        **PURE,
        "draw": draw.between,
        "pick": lambda things: draw.pick(indexable(things)),
        "sample": lambda things, count: draw.sample(indexable(things), count),
        "shuffle": lambda things: draw.shuffle(indexable(things)),
    }
