"""The small language of templates: expressions in Python's notation, read and run by ourselves.

Nothing is handed to Python's `eval`. An expression is parsed, every node is looked at, and what is
not on the list below is refused: there are no attributes, no imports, no assignments and no names
but those of the template and the functions in `functions.py`. Steps, sizes of numbers and lengths
of lists are limited, so that a template can neither hang nor fill a machine.

    numbers, texts, True, False, None; [lists], (tuples), {sets}, {key: value}
    + - * / // % **      / is exact: 7 / 2 is the fraction 7/2, and 6 / 3 is 2
    == != < <= > >= in, not in; and, or, not; a if c else b
    f(x), f(x, key=g), x[i], x[a:b], lambda x: …, [… for … in … if …]

This module must not know what a template is.
"""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable, Iterable, Iterator
from fractions import Fraction
from functools import lru_cache
from typing import Any

STEPS = 3_000_000
"""Steps that the expressions of one instance may take together."""

BITS = 4_096
"""The longest whole number, in bits."""

LENGTH = 200_000
"""The longest text, list or range."""

Names = dict[str, Any]
Run = Callable[[Names, "Meter"], Any]


class ExpressionFault(Exception):
    """An expression that is not allowed, or that failed. The text is a person's, in English."""


class Meter:
    """Counts steps, and stops whoever takes too many."""

    def __init__(self, steps: int = STEPS) -> None:
        self.left = steps

    def tick(self, steps: int = 1) -> None:
        """Take steps."""
        self.left -= steps
        if self.left < 0:
            raise ExpressionFault("it takes too many steps; simplify it or draw smaller numbers")

    def each(self, things: Iterable[Any]) -> Iterator[Any]:
        """`things`, a step for each."""
        for thing in things:
            self.tick()
            yield thing


@lru_cache(maxsize=8192)
def compiled(source: str) -> Run:
    """An expression as a function of the names it may use.

    Raises:
        ExpressionFault: it cannot be read, or holds something that is not allowed.
    """
    try:
        tree = ast.parse(source.strip(), mode="eval")
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        raise ExpressionFault(f"{source!r} cannot be read: {error}") from None
    return _build(tree.body)


def evaluate(source: str, names: Names, meter: Meter) -> Any:
    """The value of an expression.

    Raises:
        ExpressionFault: it is not allowed, fails, or takes too long.
    """
    try:
        return compiled(source)(names, meter)
    except ExpressionFault as fault:
        raise ExpressionFault(f"{source!r}: {fault}") from None
    except (ArithmeticError, LookupError, TypeError, ValueError, RecursionError) as error:
        raise ExpressionFault(f"{source!r} fails: {type(error).__name__}: {error}") from None


def sized(value: Any) -> Any:
    """`value`, if it is not too big to go on with."""
    if isinstance(value, int) and value.bit_length() > BITS:
        raise ExpressionFault("a number grows too big")
    if isinstance(value, Fraction):
        return int(value) if value.denominator == 1 else sized_fraction(value)
    if isinstance(value, str | list | tuple | set | dict) and len(value) > LENGTH:
        raise ExpressionFault("a list or text grows too long")
    return value


def sized_fraction(value: Fraction) -> Fraction:
    """`value`, if neither part is too big."""
    if max(value.numerator.bit_length(), value.denominator.bit_length()) > BITS:
        raise ExpressionFault("a fraction grows too big")
    return value


def divide(a: Any, b: Any) -> Any:
    """Exact division: whole numbers and fractions give fractions."""
    if isinstance(a, int | Fraction) and isinstance(b, int | Fraction):
        return Fraction(a) / Fraction(b)
    return a / b


def _multiply(a: Any, b: Any) -> Any:
    for thing, times in ((a, b), (b, a)):
        if isinstance(thing, str | list | tuple):
            if not isinstance(times, int) or len(thing) * max(times, 0) > LENGTH:
                raise ExpressionFault("a list or text grows too long")
            return thing * times
    return a * b


def _power(a: Any, b: Any) -> Any:
    if isinstance(b, int) and isinstance(a, int | Fraction):
        size = max(abs(Fraction(a).numerator), Fraction(a).denominator).bit_length()
        if size * abs(b) > BITS:
            raise ExpressionFault("a power grows too big")
        return Fraction(a) ** b
    return a**b


_BINARY: dict[type[ast.operator], Callable[[Any, Any], Any]] = {
    ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: _multiply, ast.Div: divide,
    ast.FloorDiv: operator.floordiv, ast.Mod: operator.mod, ast.Pow: _power,
    ast.BitAnd: operator.and_, ast.BitOr: operator.or_, ast.BitXor: operator.xor,
}  # fmt: skip
_COMPARE: dict[type[ast.cmpop], Callable[[Any, Any], Any]] = {
    ast.Eq: operator.eq, ast.NotEq: operator.ne, ast.Lt: operator.lt, ast.LtE: operator.le,
    ast.Gt: operator.gt, ast.GtE: operator.ge, ast.In: lambda a, b: a in b,
    ast.NotIn: lambda a, b: a not in b,
}  # fmt: skip
_UNARY: dict[type[ast.unaryop], Callable[[Any], Any]] = {
    ast.USub: operator.neg, ast.UAdd: operator.pos, ast.Not: operator.not_,
}  # fmt: skip


def _build(node: ast.expr) -> Run:
    """One node as a function; a step is counted each time it runs."""
    maker = _MAKERS.get(type(node))
    if maker is None:
        raise ExpressionFault(f"{type(node).__name__} is not allowed in a template")
    run = maker(node)

    def counted(names: Names, meter: Meter) -> Any:
        meter.left -= 1
        if meter.left < 0:
            meter.tick(0)
        return run(names, meter)

    return counted


def _constant(node: ast.Constant) -> Run:
    value = node.value
    if not (value is None or isinstance(value, bool | int | float | str)):
        raise ExpressionFault(f"{value!r} is not allowed in a template")
    return lambda names, meter: value


def _name(node: ast.Name) -> Run:
    name = node.id

    def run(names: Names, meter: Meter) -> Any:
        if name not in names:
            raise ExpressionFault(f"there is no slot or function {name!r}")
        return names[name]

    return run


def _binary(node: ast.BinOp) -> Run:
    apply = _BINARY.get(type(node.op))
    if apply is None:
        raise ExpressionFault(f"{type(node.op).__name__} is not allowed in a template")
    left, right = _build(node.left), _build(node.right)

    def run(names: Names, meter: Meter) -> Any:
        a, b = left(names, meter), right(names, meter)
        if isinstance(a, str) and isinstance(node.op, ast.Mod):
            raise ExpressionFault("texts are put together with cat(…)")
        return sized(apply(a, b))

    return run


def _unary(node: ast.UnaryOp) -> Run:
    apply, value = _UNARY.get(type(node.op)), _build(node.operand)
    if apply is None:
        raise ExpressionFault(f"{type(node.op).__name__} is not allowed in a template")
    return lambda names, meter: apply(value(names, meter))


def _boolean(node: ast.BoolOp) -> Run:
    parts, wanted = [_build(part) for part in node.values], isinstance(node.op, ast.Or)

    def run(names: Names, meter: Meter) -> Any:
        value: Any = not wanted
        for part in parts:
            value = part(names, meter)
            if bool(value) is wanted:
                return value
        return value

    return run


def _comparison(node: ast.Compare) -> Run:
    first, others = _build(node.left), [_build(other) for other in node.comparators]
    unknown = [type(op).__name__ for op in node.ops if type(op) not in _COMPARE]
    if unknown:
        raise ExpressionFault(f"{unknown[0]} is not allowed in a template")
    tests = [_COMPARE[type(op)] for op in node.ops]

    def run(names: Names, meter: Meter) -> Any:
        left = first(names, meter)
        for test, other in zip(tests, others, strict=True):
            right = other(names, meter)
            if not test(left, right):
                return False
            left = right
        return True

    return run


def _choice(node: ast.IfExp) -> Run:
    test, yes, no = _build(node.test), _build(node.body), _build(node.orelse)
    return lambda names, meter: (yes if test(names, meter) else no)(names, meter)


def _several(make: Callable[[list[Any]], Any]) -> Callable[[Any], Run]:
    def maker(node: ast.List | ast.Tuple | ast.Set) -> Run:
        parts = [_build(part) for part in node.elts]
        return lambda names, meter: make([part(names, meter) for part in parts])

    return maker


def _dictionary(node: ast.Dict) -> Run:
    if any(key is None for key in node.keys):
        raise ExpressionFault("** is not allowed in a template")
    keys = [_build(key) for key in node.keys if key is not None]
    values = [_build(value) for value in node.values]

    def run(names: Names, meter: Meter) -> Any:
        pairs = zip(keys, values, strict=True)
        return {key(names, meter): value(names, meter) for key, value in pairs}

    return run


def _subscript(node: ast.Subscript) -> Run:
    thing = _build(node.value)
    if not isinstance(node.slice, ast.Slice):
        place = _build(node.slice)
        return lambda names, meter: thing(names, meter)[place(names, meter)]
    ends = [
        _build(end) if end is not None else None
        for end in (node.slice.lower, node.slice.upper, node.slice.step)
    ]

    def run(names: Names, meter: Meter) -> Any:
        found = [end(names, meter) if end is not None else None for end in ends]
        return thing(names, meter)[slice(*found)]

    return run


def _call(node: ast.Call) -> Run:
    if not isinstance(node.func, ast.Name):
        raise ExpressionFault("only functions can be called, by their names")
    if any(isinstance(a, ast.Starred) for a in node.args) or any(
        k.arg is None for k in node.keywords
    ):
        raise ExpressionFault("* and ** are not allowed in a template")
    function = _name(node.func)
    args = [_build(arg) for arg in node.args]
    named = {str(keyword.arg): _build(keyword.value) for keyword in node.keywords}

    def run(names: Names, meter: Meter) -> Any:
        called = function(names, meter)
        if not callable(called):
            raise ExpressionFault(f"{ast.unparse(node.func)!r} is no function")
        given = [arg(names, meter) for arg in args]
        extra = {name: value(names, meter) for name, value in named.items()}
        if getattr(called, "metered", False):
            return sized(called(meter, *given, **extra))
        return sized(called(*given, **extra))

    return run


def _function(node: ast.Lambda) -> Run:
    arguments = node.args
    if arguments.vararg or arguments.kwarg or arguments.kwonlyargs or arguments.defaults:
        raise ExpressionFault("a lambda takes plain arguments only")
    parameters, body = [a.arg for a in arguments.args], _build(node.body)

    def run(names: Names, meter: Meter) -> Any:
        def called(*given: Any) -> Any:
            if len(given) != len(parameters):
                raise ExpressionFault(f"the lambda takes {len(parameters)} arguments")
            return body({**names, **dict(zip(parameters, given, strict=True))}, meter)

        return called

    return run


def _comprehension(make: Callable[[Iterator[Any]], Any]) -> Callable[[Any], Run]:
    def maker(node: ast.ListComp | ast.SetComp | ast.GeneratorExp) -> Run:
        element, loops = _build(node.elt), _loops(node.generators)

        def run(names: Names, meter: Meter) -> Any:
            return make(element(inner, meter) for inner in loops(names, meter))

        return run

    return maker


def _dictionary_comprehension(node: ast.DictComp) -> Run:
    key, value, loops = _build(node.key), _build(node.value), _loops(node.generators)

    def run(names: Names, meter: Meter) -> Any:
        return {key(n, meter): value(n, meter) for n in loops(names, meter)}

    return run


def _loops(generators: list[ast.comprehension]) -> Callable[[Names, Meter], Iterator[Names]]:
    """All rounds of `for … in … if …`, each with its names."""
    parts = [
        (_target(part.target), _build(part.iter), [_build(test) for test in part.ifs])
        for part in generators
    ]

    def rounds(names: Names, meter: Meter, depth: int = 0) -> Iterator[Names]:
        if depth == len(parts):
            yield names
            return
        assign, things, tests = parts[depth]
        for thing in meter.each(things(names, meter)):
            inner = dict(names)
            assign(inner, thing)
            if all(test(inner, meter) for test in tests):
                yield from rounds(inner, meter, depth + 1)

    return rounds


def _target(node: ast.expr) -> Callable[[Names, Any], None]:
    if isinstance(node, ast.Name):
        name = node.id
        return lambda names, value: names.__setitem__(name, value)
    if isinstance(node, ast.Tuple | ast.List):
        parts = [_target(part) for part in node.elts]

        def assign(names: Names, value: Any) -> None:
            for part, thing in zip(parts, value, strict=True):
                part(names, thing)

        return assign
    raise ExpressionFault("a loop needs a plain name")


_MAKERS: dict[type[ast.expr], Callable[[Any], Run]] = {
    ast.Constant: _constant, ast.Name: _name, ast.BinOp: _binary, ast.UnaryOp: _unary,
    ast.BoolOp: _boolean, ast.Compare: _comparison, ast.IfExp: _choice, ast.List: _several(list),
    ast.Tuple: _several(tuple), ast.Set: _several(set), ast.Dict: _dictionary,
    ast.Subscript: _subscript, ast.Call: _call, ast.Lambda: _function,
    ast.ListComp: _comprehension(list), ast.SetComp: _comprehension(set),
    ast.GeneratorExp: _comprehension(iter), ast.DictComp: _dictionary_comprehension,
}  # fmt: skip
