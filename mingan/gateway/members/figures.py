"""Numbers as people write them and as they are told, exactly.

It reads a number that stands alone and writes one; what is asked about it is for others.
"""

from __future__ import annotations

import re
from decimal import ROUND_HALF_UP, Decimal, localcontext
from fractions import Fraction

NUMBER = (
    r"(?:[1-9][0-9]{0,2}(?:,[0-9]{3})+(?![0-9])|0(?![0-9])|[1-9][0-9]*)"
    r"(?:\.[0-9]+)?(?:\s?(?:万亿|万|亿))?"
)
"""A pattern: 1,234.5 and 3.5万. What starts with 0 is more likely a code or a date."""

_MANY = {"万亿": 10**12, "万": 10**4, "亿": 10**8}
_PARTS = re.compile(r"([0-9.]+)\s?(万亿|万|亿)?")
_SIGNIFICANT, _PLACES = 7, 4


def number(text: str) -> Fraction | None:
    """The value of a text that `NUMBER` matches; None for any other."""
    if not re.fullmatch(NUMBER, text):
        return None
    parts = _PARTS.fullmatch(text.replace(",", ""))
    return Fraction(parts[1]) * _MANY.get(parts[2], 1) if parts else None


def exactly(value: Fraction, places: int) -> str | None:
    """The value as a decimal number; None if that takes more than `places` decimals."""
    scaled = abs(value) * 10**places
    if scaled.denominator != 1:
        return None
    digits = str(scaled.numerator).rjust(places + 1, "0")
    cut = len(digits) - places
    decimals = digits[cut:].rstrip("0")
    sign = "-" if value < 0 else ""
    return sign + digits[:cut] + (f".{decimals}" if decimals else "")


def roughly(value: Fraction) -> str:
    """The value to 7 digits, and to 4 decimals where more digits stand before the point."""
    with localcontext() as context:
        whole = len(str(abs(value.numerator) // value.denominator))
        context.prec = max(_SIGNIFICANT, whole + _PLACES)
        context.rounding = ROUND_HALF_UP
        said = format(Decimal(value.numerator) / Decimal(value.denominator), "f")
    return said.rstrip("0").rstrip(".") if "." in said else said
