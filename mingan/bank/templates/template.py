"""A template: a question with slots, from which any number of like questions can be made.

    slots   name = expression, in order; only here lots are drawn
    where   what must hold of the slots, else they are drawn again
    check   what must hold of the finished question: another way to the same answer

Texts carry expressions in braces: “{a} 个苹果每个 {b} 元”; {{ and }} are plain braces. A text that
is nothing but one expression takes its value as it is, so that parameters may be numbers or lists.
The twin of a question is the same template with other lots. It is no paraphrase: other content,
numbers of the same size, the same logic.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import msgspec

from mingan.bank.templates.draw import Draw
from mingan.bank.templates.expression import ExpressionFault, Meter, Names, evaluate
from mingan.bank.templates.functions import PURE, Lots
from mingan.bank.templates.values import keyed, plain, shown, sound
from mingan.errors import BankError
from mingan.records import Question

TRIES = 4_000
"""How often slots are drawn before a template is said to have no instance."""

_DEEPEST = 100
"""How deep the parameters of a question may nest, such as a JSON schema."""

FILLED = (
    "prompt", "answer", "aliases", "choices", "system", "turns", "params", "why", "note"
)  # fmt: skip
"""Fields of a question in which expressions are filled in."""


@dataclass(frozen=True, kw_only=True)
class Template:
    """A question with slots.

    Attributes:
        question: the question, with expressions in braces in its texts and parameters.
        slots: expressions by name, drawn in this order; later ones may use earlier ones.
        where: conditions on the slots.
        check: conditions on slots, `answer`, `choices` and `params`: an independent way to the
            answer, such as counting all cases where the answer comes from a formula.
    """

    question: Question
    slots: dict[str, str]
    where: tuple[str, ...] = ()
    check: tuple[str, ...] = ()

    @property
    def id(self) -> str:
        """The id that all its instances share."""
        return self.question.id


@dataclass(frozen=True, kw_only=True)
class Instance:
    """One question made from a template, with what was drawn for it."""

    question: Question
    slots: Names = field(default_factory=dict)


def instance(template: Template, *words: str | int, key: bytes = b"") -> Instance:
    """The instance of a template that these words (and this key) name; always the same one.

    Raises:
        BankError: the template cannot be filled in; names the template and what is wrong.
    """
    with _faults_of(template):
        draw = Draw(template.id, *words, key=key)
        meter = Meter()
        for _ in range(TRIES):
            drawn = _drawn(template, draw, meter)
            if drawn is not None:
                question = _filled(template.question, drawn, meter)
                return Instance(question=question, slots=drawn)
    raise _unusable(template, f"in {TRIES} draws the conditions under `where` never held together")


def instances(template: Template, count: int, *words: str | int) -> Iterator[Instance]:
    """Up to `count` instances that differ in what a model sees, in a fixed order."""
    seen: set[str] = set()
    for number in range(count * 20):
        if len(seen) == count:
            return
        made = instance(template, *words, number)
        if made.question.asked not in seen:
            seen.add(made.question.asked)
            yield made


def failed_checks(template: Template, made: Instance) -> list[str]:
    """The conditions under `check` that do not hold of an instance.

    Raises:
        BankError: a condition cannot be evaluated.
    """
    question = made.question
    names = {
        **PURE, **made.slots, "answer": question.answer or "", "choices": list(question.choices),
        "params": question.params, "prompt": question.prompt, "aliases": list(question.aliases),
    }  # fmt: skip
    meter = Meter()
    with _faults_of(template):
        return [test for test in template.check if not evaluate(test, names, meter)]
    raise AssertionError  # never: a fault leaves as a BankError


@contextmanager
def _faults_of(template: Template) -> Iterator[None]:
    """Whatever goes wrong inside is the template's fault, and is told as a BankError."""
    try:
        yield
    except BankError:
        raise
    except ExpressionFault as fault:
        raise _unusable(template, str(fault)) from None
    except Exception as fault:  # an author's slip may raise anything
        raise _unusable(template, f"{type(fault).__name__}: {fault}"[:300]) from None


def _drawn(template: Template, draw: Draw, meter: Meter) -> Names | None:
    """The slots as they fall, or None where a condition does not hold."""
    lots = Lots(draw)
    names = lots.names()
    own: Names = {}
    for name, source in template.slots.items():
        names[name] = own[name] = evaluate(source, names, meter)
    lots.open = False
    known = {**PURE, **own}
    return own if all(evaluate(test, known, meter) for test in template.where) else None


def _filled(question: Question, slots: Names, meter: Meter) -> Question:
    names = {**PURE, **slots}
    filled = {}
    for name in FILLED:
        value = fill(getattr(question, name), names, meter)
        if name in ("aliases", "choices", "turns"):
            value = tuple(shown(part) for part in _flat(value))
        elif name != "params" and value is not None:
            value = shown(value)
        filled[name] = value
    return msgspec.structs.replace(question, **filled)


def _flat(value: Any) -> list[Any]:
    """A list of values in which a value that is itself a list stands for its parts."""
    parts = value if isinstance(value, list | tuple) else [value]
    return [one for part in parts for one in (part if isinstance(part, list | tuple) else [part])]


def fill(value: Any, names: Names, meter: Meter, depth: int = 0) -> Any:
    """`value` with every expression in braces evaluated, in nested lists and objects too.

    Raises:
        ExpressionFault: an expression fails, gives what JSON cannot hold, or a brace has no
            partner.
    """
    if depth > _DEEPEST:
        raise ExpressionFault("lists nest too deeply")
    if isinstance(value, str):
        pieces = _pieces(value)
        if len(pieces) == 1 and pieces[0][0]:
            return _value(pieces[0][1], names, meter, plain)
        said = [
            _value(text, names, meter, _shown) if is_expression else text
            for is_expression, text in pieces
        ]
        meter.build(sum(map(len, said)))
        return sound("".join(said))
    if isinstance(value, dict):
        return keyed(
            (fill(key, names, meter, depth + 1), fill(part, names, meter, depth + 1))
            for key, part in value.items()
        )
    if isinstance(value, list | tuple):
        return [fill(part, names, meter, depth + 1) for part in value]
    return value


def _value(source: str, names: Names, meter: Meter, form: Callable[[Any, Meter], Any]) -> Any:
    """The value of an expression in one of its forms; a fault names the expression."""
    value = evaluate(source, names, meter)
    try:
        return form(value, meter)
    except ExpressionFault as fault:
        raise ExpressionFault(f"{source[:200]!r}: {fault}") from None


def _shown(value: Any, meter: Meter) -> str:
    return shown(value)


_QUOTED = re.compile(r"'(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\"")


@lru_cache(maxsize=8192)
def _pieces(text: str) -> tuple[tuple[bool, str], ...]:
    """A text as plain parts and expressions (True), in order."""
    pieces: list[tuple[bool, str]] = []
    plain, at = "", 0
    while at < len(text):
        sign = text[at]
        if text[at : at + 2] in ("{{", "}}"):
            plain, at = plain + sign, at + 2
        elif sign == "{":
            end = _closing(text, at)
            if plain:
                pieces.append((False, plain))
            pieces.append((True, text[at + 1 : end]))
            plain, at = "", end + 1
        elif sign == "}":
            raise ExpressionFault(f"a lone }} in {text[:60]!r}; a plain brace is written twice")
        else:
            plain, at = plain + sign, at + 1
    if plain:
        pieces.append((False, plain))
    return tuple(pieces)


def _closing(text: str, start: int) -> int:
    """Where the expression that opens at `start` closes; braces in quotes do not count."""
    depth, at = 0, start
    while at < len(text):
        quoted = _QUOTED.match(text, at) if depth else None
        if quoted:
            at = quoted.end()
            continue
        depth += {"{": 1, "}": -1}.get(text[at], 0)
        if depth == 0:
            return at
        at += 1
    raise ExpressionFault(f"{{ without }} in {text[:60]!r}; a plain brace is written twice")


def _unusable(template: Template, why: str) -> BankError:
    return BankError(
        f"模板 {template.id} 不能用：{why}",
        f"The template {template.id} cannot be used: {why}.",
    )
