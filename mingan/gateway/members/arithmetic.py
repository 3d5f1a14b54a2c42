"""A sum read by precedence, with fractions all the way and bounds on everything.

    value_of(tokens_of("(3+4) * 5"))    # Fraction(35)

What people read in two ways is no sum here: 6/2(1+2), -2^2, 2^3^2, 200 + 10%, 1/2 ÷ 1/4. It must
not know what was asked around the sum.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction

from mingan.gateway.members.figures import NUMBER, number

DEEPEST, MOST_BITS, LARGEST_EXPONENT = 20, 4096, 1000
"""Parentheses in one another; bits of any number on the way; exponents."""

BINARY = frozenset("+-*×x÷/^")
"""Signs that stand between two values."""

_TOKEN = re.compile(rf"\s*(?:({NUMBER})|(\*\*|[-+*×÷/^()%xX]))")


class Unsure(Exception):
    """The text is no sum, or one that is better left alone."""


@dataclass(frozen=True, slots=True)
class Token:
    """A number or a sign; `neg` is a minus before a number. `loose`: blanks stand beside it."""

    sign: str
    value: Fraction | None = None
    loose: bool = False


_END = Token("")


def tokens_of(text: str) -> list[Token]:
    """The numbers and signs of a text.

    Raises:
        Unsure: it has others, or a sign that is read in two ways.
    """
    tokens: list[Token] = []
    at = 0
    while at < len(text):
        found = _TOKEN.match(text, at)
        if found is None:
            raise Unsure
        at = found.end()
        if found[1]:
            tokens.append(Token("number", number(found[1])))
            continue
        blank, after = found.start(2) > found.start(), text[at : at + 1]
        sign = {"**": "^", "X": "x"}.get(found[2], found[2])
        last = tokens[-1].sign if tokens else "("
        if sign == "-" and (last in BINARY or last == "("):
            # 2x -3 and 5--3 are read in two ways, and "- 3" is an item of a list.
            if last == "x" or (last in "+-" and not blank) or after == " ":
                raise Unsure
            sign = "neg"
        if sign == "x" and (
            blank != (after == " ")
            or not (blank or (last == "number" and after.isdigit()))
        ):  # fmt: skip
            # x(2+1), 2x +3: here it may well be a letter.
            raise Unsure
        tokens.append(Token(sign, loose=blank and after == " "))
    return tokens


def value_of(tokens: list[Token]) -> Fraction:
    """What a sum comes to.

    Raises:
        Unsure: it is no sum, is read in two ways, has no value, or one beyond the bounds.
    """
    return _Reader(tokens).value()


@dataclass(frozen=True, slots=True)
class _Part:
    """A value, and whether it is written as a percentage."""

    value: Fraction
    percent: bool = False


class _Reader:
    """Reads tokens by precedence: sums of products of powers."""

    def __init__(self, tokens: list[Token]) -> None:
        self._tokens = tokens
        self._at = 0
        self._depth = 0

    def value(self) -> Fraction:
        """The value of all tokens."""
        found = self._sum()
        if self._at != len(self._tokens):
            raise Unsure
        return found.value

    def _peek(self) -> Token:
        return self._tokens[self._at] if self._at < len(self._tokens) else _END

    def _take(self) -> Token:
        token = self._peek()
        self._at += 1
        return token

    def _sum(self) -> _Part:
        total = self._product()
        while self._peek().sign in ("+", "-"):
            sign = self._take().sign
            part = self._product()
            if total.percent or part.percent:
                # 200 + 10% is 220 to a shopkeeper.
                raise Unsure
            found = total.value + part.value if sign == "+" else total.value - part.value
            total = _Part(_bounded(found))
        return total

    def _product(self) -> _Part:
        total = self._signed()
        divisions: set[tuple[str, bool]] = set()
        while self._peek().sign in ("*", "×", "x", "÷", "/"):
            token = self._take()
            part = self._signed()
            if token.sign in "÷/":
                divisions.add((token.sign, token.loose))
                if len(divisions) > 1 or not part.value:
                    # In 1/2 ÷ 1/4 the fractions bind first, to the eye.
                    raise Unsure
                total = _Part(_bounded(total.value / part.value))
            elif divisions and token.sign == "x" and not token.loose:
                # 6/2x3 may mean 6/(2x3).
                raise Unsure
            else:
                total = _Part(_bounded(total.value * part.value))
        return total

    def _signed(self) -> _Part:
        if self._peek().sign != "neg":
            return self._power(self._atom())
        self._take()
        part = self._atom()
        if self._peek().sign == "^":
            # -2^2 is 4 in a spreadsheet.
            raise Unsure
        return _Part(-part.value, part.percent)

    def _power(self, base: _Part) -> _Part:
        if self._peek().sign != "^":
            return base
        self._take()
        negative = self._peek().sign == "neg"
        if negative:
            self._take()
        power = self._atom()
        after = self._peek()
        # 2^3^2 and 2^1/2 are read in two ways.
        unclear = after.sign == "^" or (after.sign == "/" and not after.loose)
        if unclear or base.percent or power.percent:
            raise Unsure
        return _Part(_raised(base.value, -power.value if negative else power.value))

    def _atom(self) -> _Part:
        token = self._take()
        if token.sign == "(":
            self._depth += 1
            if self._depth > DEEPEST:
                raise Unsure
            part = self._sum()
            if self._take().sign != ")":
                raise Unsure
            self._depth -= 1
        elif token.value is not None:
            part = _Part(token.value)
        else:
            raise Unsure
        if self._peek().sign == "%":
            self._take()
            part = _Part(part.value / 100, percent=True)
        return part


def _raised(base: Fraction, power: Fraction) -> Fraction:
    if power.denominator != 1 or abs(power) > LARGEST_EXPONENT or (not base and power <= 0):
        raise Unsure
    bits = max(base.numerator.bit_length(), base.denominator.bit_length())
    if bits * abs(power) > MOST_BITS:
        raise Unsure
    return _bounded(Fraction(base ** int(power)))


def _bounded(value: Fraction) -> Fraction:
    if max(value.numerator.bit_length(), value.denominator.bit_length()) > MOST_BITS:
        raise Unsure
    return value
