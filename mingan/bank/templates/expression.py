"""The small language of templates: expressions in Python's notation, read and run by ourselves.

Nothing is handed to Python's `eval`. An expression is parsed, every node is looked at, and what is
not on the list below is refused: there are no attributes, no imports, no assignments and no names
but those of the template and the functions in `functions.py`. What it does and what it builds is
counted (see `values.py`), so that a template stops after some seconds and some hundred megabytes
at worst, and whatever fails inside comes out as an `ExpressionFault`.

    numbers, texts, True, False, None; [lists], (tuples), {sets}, {key: value}
    + - * / // % **      / is exact: 7 / 2 is the fraction 7/2, and 6 / 3 is 2
    == != < <= > >= in, not in; and, or, not; a if c else b
    f(x), f(x, key=g), x[i], x[a:b], lambda x: …, [… for … in … if …]

An expression becomes nested closures. Names that a lambda or a loop binds have their places fixed
beforehand, in a tuple that is extended and never changed, so that a function keeps what it saw.
Steps are counted by loops, calls and operations on lists; the rest of an expression runs as often
as these say, and is counted with them. This module must not know what a template is.
"""

from __future__ import annotations

import ast
import warnings
from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache
from types import GeneratorType
from typing import Any, NamedTuple

from mingan.bank.templates.operations import BINARY, COMPARE, UNARY, WHOLE, hashed, test_of
from mingan.bank.templates.values import (
    LENGTH,
    SHORT,
    SIZED,
    ExpressionFault,
    Function,
    Meter,
    built,
    each,
    listed,
    weight,
)

__all__ = ["ExpressionFault", "Meter", "Names", "compiled", "evaluate"]

SOURCE = 10_000
"""The longest expression, in characters."""

Names = dict[str, Any]
Frame = tuple[Any, ...]
"""First the names of the template and the functions, then what lambdas and loops have bound."""

Scope = tuple[str, ...]
"""The name of each place of a frame; the first has none."""

Run = Callable[[Frame, Meter], Any]


class Compiled(NamedTuple):
    """An expression as a function, and the steps it takes outside its loops and calls."""

    run: Run
    steps: int


@lru_cache(maxsize=8192)
def compiled(source: str) -> Compiled:
    """An expression as a function of the names it may use.

    Raises:
        ExpressionFault: it cannot be read, or holds something that is not allowed.
    """
    if len(source) > SOURCE:
        raise ExpressionFault(f"{source[:60]!r}… is too long")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # an odd backslash is the author's to see, not ours
            tree = ast.parse(source.strip(), mode="eval")
        return Compiled(_build(tree.body, ("",)), _steps(tree.body))
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        why = str(error) or "it nests too deeply"
        raise ExpressionFault(f"{source!r} cannot be read: {why}") from None


def evaluate(source: str, names: Names, meter: Meter) -> Any:
    """The value of an expression; what is still to be worked out in the end becomes a list.

    Raises:
        ExpressionFault: it is not allowed, fails, or takes too much.
    """
    try:
        run, steps = compiled(source)
        meter.tick(steps)
        value = run((names,), meter)
        return built(listed(value), meter) if type(value) is GeneratorType else value
    except ExpressionFault as fault:
        raise ExpressionFault(f"{source[:200]!r}: {fault}") from None
    except MemoryError:
        raise ExpressionFault(f"{source[:200]!r} takes too much memory") from None
    except RecursionError:
        raise ExpressionFault(f"{source[:200]!r} calls itself too often") from None
    except Exception as error:  # an author's slip may raise anything: each is his to mend
        why = f"{type(error).__name__}: {error}"[:300]
        raise ExpressionFault(f"{source[:200]!r} fails: {why}") from None


def _steps(node: ast.AST) -> int:
    """The nodes that run once when `node` does; a lambda and a loop count their own."""
    if isinstance(node, ast.Lambda):
        return 1
    if isinstance(node, ast.ListComp | ast.SetComp | ast.GeneratorExp | ast.DictComp):
        return 1 + _steps(node.generators[0].iter)
    parts = (part for part in ast.iter_child_nodes(node) if not isinstance(part, _NO_STEPS))
    return 1 + sum(_steps(part) for part in parts)


_NO_STEPS = (ast.expr_context, ast.operator, ast.unaryop, ast.boolop, ast.cmpop)


def _build(node: ast.expr, scope: Scope) -> Run:
    maker = _MAKERS.get(type(node))
    if maker is None:
        raise ExpressionFault(f"{type(node).__name__} is not allowed in a template")
    return maker(node, scope)


def _constant(node: ast.Constant, scope: Scope) -> Run:
    value = node.value
    if not (value is None or isinstance(value, bool | int | float | str)):
        raise ExpressionFault(f"{value!r} is not allowed in a template")
    built(value, Meter())
    return lambda frame, meter: value


def _place(name: str, scope: Scope) -> int:
    """Where in a frame a name lies; 0 where neither a lambda nor a loop binds it."""
    return len(scope) - 1 - scope[::-1].index(name) if name in scope else 0


def _name(node: ast.Name, scope: Scope) -> Run:
    name, place = node.id, _place(node.id, scope)
    if place:
        return lambda frame, meter: frame[place]

    def run(frame: Frame, meter: Meter) -> Any:
        try:
            value = frame[0][name]
        except KeyError:
            raise ExpressionFault(f"there is no slot or function {name!r}") from None
        return value.bound(meter) if type(value) is Function else value

    return run


# --- operations ---------------------------------------------------------------------------------


def _binary(node: ast.BinOp, scope: Scope) -> Run:
    kind = type(node.op)
    if kind not in BINARY:
        raise ExpressionFault(f"{kind.__name__} is not allowed in a template")
    apply, whole = BINARY[kind], WHOLE.get(kind, BINARY[kind])
    left, right = _build(node.left, scope), _build(node.right, scope)

    def run(frame: Frame, meter: Meter) -> Any:
        a, b = left(frame, meter), right(frame, meter)
        if type(a) is int and type(b) is int:
            value = whole(a, b)
            if type(value) is int and -SHORT < value < SHORT:
                return value
            return built(value, meter)
        if type(a) is set or type(a) is dict:
            meter.tick(len(a) + (len(b) if type(b) in SIZED else 0))
        return built(apply(a, b), meter)

    return run


def _unary(node: ast.UnaryOp, scope: Scope) -> Run:
    apply, value = UNARY.get(type(node.op)), _build(node.operand, scope)
    if apply is None:
        raise ExpressionFault(f"{type(node.op).__name__} is not allowed in a template")
    return lambda frame, meter: apply(value(frame, meter))


def _boolean(node: ast.BoolOp, scope: Scope) -> Run:
    parts, wanted = [_build(part, scope) for part in node.values], isinstance(node.op, ast.Or)

    def run(frame: Frame, meter: Meter) -> Any:
        value: Any = not wanted
        for part in parts:
            value = part(frame, meter)
            if bool(value) is wanted:
                return value
        return value

    return run


def _comparison(node: ast.Compare, scope: Scope) -> Run:
    first, *others = [_build(part, scope) for part in (node.left, *node.comparators)]
    if len(others) == 1 and type(node.ops[0]) in COMPARE:
        return _single(COMPARE[type(node.ops[0])], first, others[0])
    tests = [test_of(op) for op in node.ops]

    def run(frame: Frame, meter: Meter) -> Any:
        left = first(frame, meter)
        for test, other in zip(tests, others, strict=True):
            right = other(frame, meter)
            if not test(left, right, meter):
                return False
            left = right
        return True

    return run


def _single(apply: Callable[[Any, Any], Any], left: Run, right: Run) -> Run:
    """a == b and the like, which loops ask most of all."""

    def run(frame: Frame, meter: Meter) -> Any:
        a, b = left(frame, meter), right(frame, meter)
        if type(a) in SIZED:
            meter.tick(weight(a))
        return apply(a, b)

    return run


def _choice(node: ast.IfExp, scope: Scope) -> Run:
    test, yes, no = (_build(part, scope) for part in (node.test, node.body, node.orelse))
    return lambda frame, meter: (yes if test(frame, meter) else no)(frame, meter)


# --- lists and their parts ----------------------------------------------------------------------


def _several(make: Callable[[list[Any]], Any]) -> Callable[[Any, Scope], Run]:
    def maker(node: ast.List | ast.Tuple | ast.Set, scope: Scope) -> Run:
        parts = [_build(part, scope) for part in node.elts]
        if make is not set:
            return lambda frame, meter: built(make([p(frame, meter) for p in parts]), meter)

        def run(frame: Frame, meter: Meter) -> Any:
            return built({hashed(part(frame, meter), meter) for part in parts}, meter)

        return run

    return maker


def _dictionary(node: ast.Dict, scope: Scope) -> Run:
    if any(key is None for key in node.keys):
        raise ExpressionFault("** is not allowed in a template")
    keys = [_build(key, scope) for key in node.keys if key is not None]
    pairs = list(zip(keys, [_build(value, scope) for value in node.values], strict=True))

    def run(frame: Frame, meter: Meter) -> Any:
        made = {hashed(k(frame, meter), meter): value(frame, meter) for k, value in pairs}
        return built(made, meter)

    return run


def _subscript(node: ast.Subscript, scope: Scope) -> Run:
    thing = _build(node.value, scope)
    if not isinstance(node.slice, ast.Slice):
        place = _build(node.slice, scope)

        def pick(frame: Frame, meter: Meter) -> Any:
            found, at = thing(frame, meter), place(frame, meter)
            return found[at if type(at) is int else hashed(at, meter)]

        return pick

    ends = [
        _build(end, scope) if end is not None else None
        for end in (node.slice.lower, node.slice.upper, node.slice.step)
    ]

    def run(frame: Frame, meter: Meter) -> Any:
        found = [end(frame, meter) if end is not None else None for end in ends]
        return built(thing(frame, meter)[slice(*found)], meter)

    return run


# --- functions ----------------------------------------------------------------------------------


def _call(node: ast.Call, scope: Scope) -> Run:
    if not isinstance(node.func, ast.Name):
        raise ExpressionFault("only functions can be called, by their names")
    if any(isinstance(a, ast.Starred) for a in node.args) or any(
        k.arg is None for k in node.keywords
    ):
        raise ExpressionFault("* and ** are not allowed in a template")
    name, place = node.func.id, _place(node.func.id, scope)
    args = [_build(arg, scope) for arg in node.args]
    named = {str(keyword.arg): _build(keyword.value, scope) for keyword in node.keywords}
    only = args[0] if len(args) == 1 else None

    def run(frame: Frame, meter: Meter) -> Any:
        called = frame[place] if place else frame[0].get(name, _NOTHING)
        given = [only(frame, meter)] if only else [arg(frame, meter) for arg in args]
        extra = {key: value(frame, meter) for key, value in named.items()} if named else {}
        if type(called) is Function:
            if called.metered:
                return built(called.call(meter, *given, **extra), meter)
            return built(called.call(*given, **extra), meter)
        if not callable(called):
            what = f"there is no function {name!r}" if called is _NOTHING else f"{name!r} is none"
            raise ExpressionFault(what)
        return called(
            *given, **extra
        )  # a lambda, or a function handed on: both count by themselves

    return run


_NOTHING = object()


def _function(node: ast.Lambda, scope: Scope) -> Run:
    given = node.args
    if given.vararg or given.kwarg or given.kwonlyargs or given.defaults or given.posonlyargs:
        raise ExpressionFault("a lambda takes plain arguments only")
    parameters = tuple(argument.arg for argument in given.args)
    body, steps = _build(node.body, (*scope, *parameters)), 1 + _steps(node.body)

    def run(frame: Frame, meter: Meter) -> Any:
        def called(*given: Any) -> Any:
            if len(given) != len(parameters):
                raise ExpressionFault(f"the lambda takes {len(parameters)} arguments")
            meter.tick(steps)
            return body(frame + given, meter)

        return called

    return run


# --- loops --------------------------------------------------------------------------------------

Rounds = Callable[[Frame, Meter], Iterator[Frame]]
_Level = Callable[[Iterable[Frame], Meter], Iterator[Frame]]


def _list_comprehension(node: ast.ListComp, scope: Scope) -> Run:
    rounds, inside = _loops(node.generators, [node.elt], scope)
    element = _build(node.elt, inside)

    def run(frame: Frame, meter: Meter) -> Any:
        made: list[Any] = []
        for inner in rounds(frame, meter):
            made.append(element(inner, meter))
            if len(made) > LENGTH:
                raise ExpressionFault("a list or text grows too long")
        return built(made, meter)

    return run


def _set_comprehension(node: ast.SetComp, scope: Scope) -> Run:
    rounds, inside = _loops(node.generators, [node.elt], scope)
    element = _build(node.elt, inside)

    def run(frame: Frame, meter: Meter) -> Any:
        made = {hashed(element(inner, meter), meter) for inner in rounds(frame, meter)}
        return built(made, meter)

    return run


def _generator(node: ast.GeneratorExp, scope: Scope) -> Run:
    rounds, inside = _loops(node.generators, [node.elt], scope)
    element = _build(node.elt, inside)
    return lambda frame, meter: (element(inner, meter) for inner in rounds(frame, meter))


def _dictionary_comprehension(node: ast.DictComp, scope: Scope) -> Run:
    rounds, inside = _loops(node.generators, [node.key, node.value], scope)
    key, value = _build(node.key, inside), _build(node.value, inside)

    def run(frame: Frame, meter: Meter) -> Any:
        made = {hashed(key(f, meter), meter): value(f, meter) for f in rounds(frame, meter)}
        return built(made, meter)

    return run


def _loops(
    generators: list[ast.comprehension], results: list[ast.expr], scope: Scope
) -> tuple[Rounds, Scope]:
    """All rounds of `for … in … if …`, each with its frame; and the names inside."""
    levels: list[_Level] = []
    for part, after in zip(generators, [*generators[1:], None], strict=True):
        if part.is_async:
            raise ExpressionFault("async is not allowed in a template")
        things = _build(part.iter, scope)
        names, unpack = _target(part.target)
        scope = (*scope, *names)
        tests = [_build(test, scope) for test in part.ifs]
        within = [*part.ifs, *([after.iter] if after else results)]
        levels.append(_level(things, unpack, tests, 1 + sum(map(_steps, within))))

    def rounds(frame: Frame, meter: Meter) -> Iterator[Frame]:
        frames: Iterable[Frame] = (frame,)
        for level in levels:
            frames = level(frames, meter)
        return iter(frames)

    return rounds, scope


def _level(
    things: Run, unpack: Callable[[Any], Frame] | None, tests: list[Run], steps: int
) -> _Level:
    """One `for … in … if …`: every frame, extended by each thing that passes the tests."""
    first, more = (tests[0] if tests else None), tests[1:]

    def level(frames: Iterable[Frame], meter: Meter) -> Iterator[Frame]:
        for frame in frames:
            for thing in each(things(frame, meter)):
                meter.left -= steps
                if meter.left < 0:
                    meter.tick(0)
                inner = (*frame, thing) if unpack is None else frame + unpack(thing)
                if first and not first(inner, meter):
                    continue
                if not more or all(test(inner, meter) for test in more):
                    yield inner

    return level


def _target(node: ast.expr) -> tuple[Scope, Callable[[Any], Frame] | None]:
    """The names that a loop binds, and how they come out of a thing; None where it is the one."""
    if isinstance(node, ast.Name):
        return (node.id,), None
    if not isinstance(node, ast.Tuple | ast.List):
        raise ExpressionFault("a loop needs a plain name")
    parts = [_target(part) for part in node.elts]
    names = tuple(name for inner, _ in parts for name in inner)
    unpackers = [unpack for _, unpack in parts]
    nested = any(unpackers)

    def unpack(thing: Any) -> Frame:
        found = thing if type(thing) is tuple else tuple(listed(each(thing)))
        if len(found) != len(unpackers):
            raise ExpressionFault(f"a loop has {len(unpackers)} names for {len(found)} things")
        if not nested:
            return found
        frame: Frame = ()
        for inner, one in zip(unpackers, found, strict=True):
            frame += (one,) if inner is None else inner(one)
        return frame

    return names, unpack


_MAKERS: dict[type[ast.expr], Callable[[Any, Scope], Run]] = {
    ast.Constant: _constant, ast.Name: _name, ast.BinOp: _binary, ast.UnaryOp: _unary,
    ast.BoolOp: _boolean, ast.Compare: _comparison, ast.IfExp: _choice, ast.List: _several(list),
    ast.Tuple: _several(tuple), ast.Set: _several(set), ast.Dict: _dictionary,
    ast.Subscript: _subscript, ast.Call: _call, ast.Lambda: _function,
    ast.ListComp: _list_comprehension, ast.SetComp: _set_comprehension,
    ast.GeneratorExp: _generator, ast.DictComp: _dictionary_comprehension,
}  # fmt: skip
