"""What + or `in` does to two values, with a step for each thing that it has to look at.

This module must not know how an expression is written, beyond the names of Python's operators.
"""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable
from fractions import Fraction
from types import GeneratorType
from typing import Any

from mingan.bank.templates.values import BITS, LENGTH, SIZED, ExpressionFault, Meter, weight


def divide(a: Any, b: Any) -> Any:
    """Exact division: whole numbers and fractions give fractions."""
    if isinstance(a, int | Fraction) and isinstance(b, int | Fraction):
        return Fraction(a) / Fraction(b)
    return a / b


def _quotient(a: int, b: int) -> int | Fraction:
    return a // b if b and not a % b else Fraction(a, b)


def _multiply(a: Any, b: Any) -> Any:
    if type(b) in SIZED:
        a, b = b, a
    if type(a) in SIZED and not isinstance(b, int):
        raise ExpressionFault("a list or text is repeated a whole number of times")
    if type(a) in SIZED and len(a) * b > LENGTH:
        raise ExpressionFault("a list or text grows too long")
    return a * b


def _remainder(a: Any, b: Any) -> Any:
    if isinstance(a, str):
        raise ExpressionFault("texts are put together with cat(…)")
    return a % b


def _power(a: Any, b: Any) -> Any:
    if isinstance(b, int) and isinstance(a, int | Fraction):
        size = max(abs(Fraction(a).numerator), Fraction(a).denominator).bit_length()
        if size * abs(b) > BITS:
            raise ExpressionFault("a power grows too big")
        return Fraction(a) ** b
    return a**b


BINARY: dict[type[ast.operator], Callable[[Any, Any], Any]] = {
    ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: _multiply, ast.Div: divide,
    ast.FloorDiv: operator.floordiv, ast.Mod: _remainder, ast.Pow: _power,
    ast.BitAnd: operator.and_, ast.BitOr: operator.or_, ast.BitXor: operator.xor,
}  # fmt: skip
WHOLE: dict[type[ast.operator], Callable[[Any, Any], Any]] = {
    ast.Mult: operator.mul, ast.Mod: operator.mod, ast.Div: _quotient,
}  # fmt: skip
"""The same for two whole numbers, where that is simpler."""

COMPARE: dict[type[ast.cmpop], Callable[[Any, Any], Any]] = {
    ast.Eq: operator.eq, ast.NotEq: operator.ne, ast.Lt: operator.lt, ast.LtE: operator.le,
    ast.Gt: operator.gt, ast.GtE: operator.ge,
}  # fmt: skip
UNARY: dict[type[ast.unaryop], Callable[[Any], Any]] = {
    ast.USub: operator.neg, ast.UAdd: operator.pos, ast.Not: operator.not_,
}  # fmt: skip


def test_of(op: ast.cmpop) -> Callable[[Any, Any, Meter], Any]:
    """The comparison that an operator stands for.

    Raises:
        ExpressionFault: it is not allowed.
    """
    if isinstance(op, ast.In):
        return _holds
    if isinstance(op, ast.NotIn):
        return lambda a, b, meter: not _holds(a, b, meter)
    apply = COMPARE.get(type(op))
    if apply is None:
        raise ExpressionFault(f"{type(op).__name__} is not allowed in a template")

    def compare(a: Any, b: Any, meter: Meter) -> Any:
        if type(a) in SIZED:
            meter.tick(weight(a))
        return apply(a, b)

    return compare


def _holds(a: Any, b: Any, meter: Meter) -> bool:
    kind = type(b)
    if kind is list or kind is tuple:
        meter.tick(len(b) * weight(a))
    elif kind is str:
        meter.tick(len(b) >> 3)
    elif kind is set or kind is dict:
        hashed(a, meter)
    elif kind is range:
        meter.tick(1 if type(a) is int else len(b))
    elif kind is GeneratorType:
        return any(_same(a, thing, meter) for thing in b)
    return a in b


def _same(a: Any, b: Any, meter: Meter) -> bool:
    meter.tick(weight(a))
    return a is b or bool(a == b)


def hashed(key: Any, meter: Meter) -> Any:
    """`key`, which a set or a dictionary is about to be asked for."""
    if type(key) in SIZED:
        meter.tick(weight(key))
    return key
