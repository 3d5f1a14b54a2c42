"""Hidden rules as small data: what a function of a whole number, or of a word, does.

    {"kind": "linear", "a": 3, "b": 5}            3x + 5
    {"kind": "quadratic", "a": 1, "b": 0, "c": 2} ax² + bx + c
    {"kind": "mod", "m": 7}                       the rest of x by 7
    {"kind": "distance", "c": 10}                 |x - 10|
    {"kind": "digit-sum"}, {"kind": "digit-product"}, {"kind": "reverse-digits"},
    {"kind": "divisors"}, {"kind": "ones"}        digits, divisors, ones in binary, of |x|
    {"kind": "gcd", "n": 12}                      the greatest common divisor with 12
    {"kind": "clip", "low": 3, "high": 9}         x, but never below 3 or above 9
    {"kind": "piecewise", "at": 10, "below": {…}, "from": {…}}   one rule below 10, one from it on
    {"kind": "parity", "even": {…}, "odd": {…}}   one rule for even numbers, one for odd ones
    {"kind": "then", "first": {…}, "second": {…}} the second rule on what the first one gives

and of words of the letters a to z:

    {"kind": "backwards"}, {"kind": "length"}, {"kind": "vowels"}, {"kind": "sorted"},
    {"kind": "shift", "by": 1}, {"kind": "ends"}, {"kind": "without", "letters": "aeiou"},
    {"kind": "twice"}

A rule is made into a function once; nothing in it is ever run as code. It knows no game.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from typing import Any

Value = int | str
Function = Callable[[Any], Value]

LARGEST = 9_999
"""Whole numbers from minus this to this may be put in."""

LONGEST = 20
"""Letters of a word that may be put in."""

_BIGGEST = 10**6
_DEEPEST = 3


class BadRule(ValueError):
    """A rule that is not one of those above; the message names what is wrong."""


def function(rule: object, depth: int = 0, *, large: bool = False) -> Function:
    """The function that a rule describes.

    Args:
        depth: how deep within another rule it stands.
        large: whether values beyond `LARGEST` may come in, of which divisors take too long.

    Raises:
        BadRule: it is none of the kinds above, a number in it is missing or too large, or rules
            of numbers and of words are mixed.
    """
    if not isinstance(rule, Mapping) or depth > _DEEPEST:
        raise BadRule("rule")
    kind = str(rule.get("kind"))
    if kind == "divisors" and large:
        raise BadRule(kind)
    if kind in _PLAIN:
        return _PLAIN[kind]
    if kind in _WITH_NUMBERS:
        names, make = _WITH_NUMBERS[kind]
        return make(*(_number(rule, name) for name in names))
    if kind in _OF_RULES:
        return _of_rules(kind, rule, depth, large)
    if kind == "without":
        letters = frozenset(str(rule.get("letters", "")))
        return lambda word: "".join(c for c in word if c not in letters)
    raise BadRule(kind)


def of_words(rule: object) -> bool:
    """Whether a rule is about words rather than numbers."""
    if not isinstance(rule, Mapping):
        return False
    return rule.get("kind") in _WORDS or (
        rule.get("kind") == "then" and of_words(rule.get("first"))
    )


def _gives_words(rule: object) -> bool:
    if not isinstance(rule, Mapping):
        return False
    kind = rule.get("kind")
    if kind == "then":
        return _gives_words(rule.get("second"))
    return kind in _WORDS and kind not in ("length", "vowels")


def _of_rules(kind: str, rule: Mapping[str, Any], depth: int, large: bool) -> Function:
    name, second = _OF_RULES[kind]
    then = kind == "then"
    if of_words(rule.get(second)) is not (_gives_words(rule.get(name)) if then else False):
        raise BadRule(second)
    if of_words(rule.get(name)) and not then:
        raise BadRule(name)
    one = function(rule.get(name), depth + 1, large=large)
    other = function(rule.get(second), depth + 1, large=large or then)
    if kind == "piecewise":
        at = _number(rule, "at")
        return lambda x: one(x) if x < at else other(x)
    if kind == "parity":
        return lambda x: one(x) if x % 2 == 0 else other(x)
    return lambda x: other(one(x))


def _number(rule: Mapping[str, Any], name: str) -> int:
    value = rule.get(name, 0 if name in ("b", "c") else None)
    if not isinstance(value, int) or isinstance(value, bool) or abs(value) > _BIGGEST:
        raise BadRule(name)
    return value


def _mod(m: int) -> Function:
    if m < 1:
        raise BadRule("m")
    return lambda x: x % m


def _shift(by: int) -> Function:
    return lambda word: "".join(chr((ord(c) - 97 + by) % 26 + 97) for c in word)


def _digits(x: int) -> list[int]:
    return [int(digit) for digit in str(abs(x))]


def _divisors(x: int) -> int:
    n = abs(x)
    return sum(1 + (d * d != n) for d in range(1, math.isqrt(n) + 1) if n % d == 0)


_OF_RULES = {
    "piecewise": ("below", "from"), "parity": ("even", "odd"), "then": ("first", "second"),
}  # fmt: skip
_WITH_NUMBERS: dict[str, tuple[tuple[str, ...], Callable[..., Function]]] = {
    "linear": (("a", "b"), lambda a, b: lambda x: a * x + b),
    "quadratic": (("a", "b", "c"), lambda a, b, c: lambda x: a * x * x + b * x + c),
    "mod": (("m",), _mod),
    "distance": (("c",), lambda c: lambda x: abs(x - c)),
    "gcd": (("n",), lambda n: lambda x: math.gcd(x, n)),
    "clip": (("low", "high"), lambda low, high: lambda x: max(low, min(high, x))),
    "shift": (("by",), _shift),
}
_PLAIN: dict[str, Function] = {
    "digit-sum": lambda x: sum(_digits(x)),
    "digit-product": lambda x: math.prod(_digits(x)),
    "reverse-digits": lambda x: int(str(abs(x))[::-1]),
    "divisors": _divisors,
    "ones": lambda x: abs(x).bit_count(),
    "backwards": lambda word: word[::-1],
    "length": lambda word: len(word),
    "vowels": lambda word: sum(c in "aeiou" for c in word),
    "sorted": lambda word: "".join(sorted(word)),
    "ends": lambda word: word[:1] + word[-1:],
    "twice": lambda word: word + word,
}
_WORDS = frozenset({"backwards", "length", "vowels", "sorted", "ends", "twice", "shift", "without"})
_WORD = re.compile(rf"[a-z]{{1,{LONGEST}}}")


def fits(value: object, words: bool) -> bool:
    """Whether a value may be put into a rule: a bounded whole number, or a short word."""
    if words:
        return isinstance(value, str) and _WORD.fullmatch(value) is not None
    return isinstance(value, int) and not isinstance(value, bool) and abs(value) <= LARGEST
