"""Functions of numbers: rounding as at school, numbers out of texts and into them, primes.

Lengths and exponents are bounded, so that each takes a moment at most. This module must not know
what a template is.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from fractions import Fraction
from typing import Any

from mingan.bank.templates.values import ExpressionFault, Meter

_DIGITS = "零一二三四五六七八九"
_POWER = re.compile(r"[eE][+-]?([0-9_]+)")
_LONGEST = 1_000
_MOST_PLACES = 100


def exact(value: Any) -> Fraction:
    """A number as a fraction: a float as it is written, a text as number() reads it."""
    if isinstance(value, float):
        return Fraction(repr(value))
    return Fraction(number(value))


def _places(places: Any, least: int) -> int:
    if not isinstance(places, int) or not least <= places <= _MOST_PLACES:
        raise ExpressionFault(f"places are whole numbers from {least} to {_MOST_PLACES}")
    return places


def rounded(value: Any, places: int = 0) -> Any:
    """Half up, as at school: round(2.5) is 3; exact for fractions."""
    power = Fraction(10) ** _places(places, -_MOST_PLACES)
    scaled = exact(value) * power
    whole = math.floor(abs(scaled) + Fraction(1, 2)) * (1 if scaled >= 0 else -1)
    result = whole / power
    return int(result) if result.denominator == 1 else result


def fixed(value: Any, places: int) -> str:
    """`value` with just so many decimal places, rounded half up."""
    scaled = Fraction(rounded(value, _places(places, 0))) * 10**places
    digits = str(abs(int(scaled))).rjust(places + 1, "0")
    whole, part = digits[: len(digits) - places], digits[len(digits) - places :]
    return ("-" if scaled < 0 else "") + (f"{whole}.{part}" if part else whole)


def decimal(value: Any) -> str:
    """A fraction that comes out even as a decimal: 7/4 is 1.75."""
    found = exact(value)
    for places in range(13):
        if (found * 10**places).denominator == 1:
            return fixed(found, places)
    raise ExpressionFault(f"{value} has no end as a decimal; round it with fixed(…)")


def number(text: Any) -> Any:
    """The number that a text is: 12, -3.5, 3/4, 20%."""
    if not isinstance(text, str):
        return text
    plain = text[:_LONGEST].strip().replace(",", "").replace("，", "")
    power = _POWER.search(plain)
    if len(text) >= _LONGEST or (power and len(power[1].lstrip("0_")) > 3):
        raise ExpressionFault(f"{text[:40]!r} is too long a number")
    try:
        found = Fraction(plain[:-1]) / 100 if plain.endswith("%") else Fraction(plain)
    except (ValueError, ZeroDivisionError):
        raise ExpressionFault(f"{text!r} is no number") from None
    return int(found) if found.denominator == 1 else found


def chinese(number: int) -> str:
    """A whole number below 100,000,000 in Chinese: 十二, 一百零五, 三万二千."""
    if not 0 <= number < 10**8:
        raise ExpressionFault("zh() writes whole numbers from 0 to 99,999,999")
    if number >= 10_000:
        high, low = divmod(number, 10_000)
        gap = "零" if 0 < low < 1000 else ""
        return chinese(high) + "万" + (gap + _thousands(low, leading=True) if low else "")
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


def limited_to(most: int, function: Callable[..., int]) -> Callable[..., int]:
    """`function` for numbers up to `most`: beyond, its values are too big to go on with."""

    def limited(meter: Meter, *numbers: int) -> int:
        if any(number > most for number in numbers):
            raise ExpressionFault(f"{function.__name__}() takes numbers up to {most}")
        meter.tick(max(0, *numbers) >> 2)
        return function(*numbers)

    return limited


def steps_by_length(function: Callable[..., int]) -> Callable[..., int]:
    """`function` of whole numbers, such as gcd, with steps for very long ones."""

    def metered(meter: Meter, *given: int) -> int:
        meter.tick(sum(one.bit_length() for one in given) >> 4)
        return function(*given)

    return metered


def digits(meter: Meter, number: int) -> list[int]:
    """The digits of a whole number, from the left."""
    return [int(sign) for sign in str(abs(number))]


def based(meter: Meter, number: int, base: int) -> str:
    """A whole number in another base, from 2 to 36."""
    if not 2 <= base <= 36 or number < 0:
        raise ExpressionFault("base() takes a number from 0 and a base from 2 to 36")
    meter.tick(number.bit_length())
    signs = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    said = ""
    while number or not said:
        number, digit = divmod(number, base)
        said = signs[digit] + said
    return said


def is_prime(meter: Meter, number: int) -> bool:
    """Whether a whole number is prime: certain below 4,759,123,141 (Miller and Rabin)."""
    if number > 10**9:
        raise ExpressionFault("is_prime() takes numbers up to 1,000,000,000")
    meter.tick(20)
    if number < 62:
        return number in _SMALL_PRIMES
    twos = ((number - 1) & (1 - number)).bit_length() - 1
    odd = (number - 1) >> twos
    return bool(number % 2) and all(_passes(number, base, odd, twos) for base in (2, 7, 61))


_SMALL_PRIMES = {2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47, 53, 59, 61}


def _passes(number: int, base: int, odd: int, twos: int) -> bool:
    power = pow(base, odd, number)
    if power in (1, number - 1):
        return True
    return any((power := power * power % number) == number - 1 for _ in range(twos - 1))
