"""JSON in the answer, checked against a JSON Schema, the reference's own value, or both."""

from __future__ import annotations

import json
import re
from typing import Any

from jsonschema import exceptions, validators

from mingan.grading.protocol import Finding
from mingan.grading.rules.base import param, simply
from mingan.grading.rules.checked import CheckedGrader
from mingan.language import Text
from mingan.normal import cap, without_thinking
from mingan.records import Question

LONGEST_JSON = 96_000
"""Characters of an answer in which JSON is looked for."""

DEEPEST = 100
"""Brackets within brackets that are read; deeper nesting is an attack, not an answer."""

_TOO_DEEP = re.compile(rf"(?:\s*[\[{{]){{{DEEPEST}}}")
_FENCED = re.compile(r"```(?:json)?\s*\n(.*?)```", re.DOTALL | re.IGNORECASE)


class JsonGrader(CheckedGrader):
    """Right when the last JSON value satisfies the parameter `schema` and equals the reference.

    Either may be missing. A reference that is no JSON (a remark) counts as missing beside a schema.
    """

    name = "json"
    version = "2"

    def judge(self, question: Question, text: str) -> Finding:
        """Judge the last JSON value in the text."""
        values = list(_values(cap(without_thinking(text), LONGEST_JSON)))
        if not values:
            return simply(
                "wrong", "回答里没有可读的 JSON。", "There is no readable JSON in the answer."
            )
        value, written = values[-1]
        schema = param(question, "schema")
        if schema is not None:
            broken = _breaks(schema, value, written)
            if broken is not None:
                return broken
        wanted, given = _reference(question)
        if not given:
            return simply(
                "right", "JSON 符合要求。", "The JSON satisfies the schema.", extracted=written
            )
        if _equal(value, wanted):
            return simply(
                "right",
                "JSON 与参考答案相同。",
                "The JSON equals the reference.",
                extracted=written,
            )
        return simply(
            "wrong",
            "JSON 与参考答案不同。",
            "The JSON differs from the reference.",
            extracted=written,
        )

    def is_answer(self, question: Question) -> bool:
        """Not looked at: beside a schema the reference may be a remark."""
        return False

    def slips(self, question: Question) -> list[Text]:
        """A schema that is none, or a reference that is no JSON."""
        schema = param(question, "schema")
        if schema is None:
            try:
                json.loads(question.answer or "")
            except ValueError:
                return [
                    Text(
                        "没有参数 schema，参考答案也不是 JSON，请补上其中一个。",
                        "There is no parameter schema and the reference is no JSON; give one.",
                    )
                ]
            return []
        try:
            validators.validator_for(schema).check_schema(schema)
        except (exceptions.SchemaError, AttributeError, TypeError) as error:
            detail = getattr(error, "message", str(error))[:80]
            return [
                Text(
                    f"参数 schema 不是有效的 JSON Schema：{detail}",
                    f"The parameter schema is no valid JSON Schema: {detail}",
                )
            ]
        return []


def _reference(question: Question) -> tuple[Any, bool]:
    """The reference read as JSON, and whether it could be."""
    try:
        return json.loads(question.answer or ""), True
    except ValueError:
        return None, False


def _equal(one: Any, other: Any) -> bool:
    """Equality as JSON sees it: 1 is 1.0, but true is not 1."""
    if isinstance(one, bool) != isinstance(other, bool):
        return False
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(_equal(one[k], other[k]) for k in one)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(_equal(a, b) for a, b in zip(one, other, strict=True))
    return bool(one == other)


def _breaks(schema: Any, value: Any, written: str) -> Finding | None:
    """The finding when the value breaks the schema."""
    error = exceptions.best_match(_validator(schema).iter_errors(value))
    if error is None:
        return None
    where = "/".join(str(p) for p in error.absolute_path) or "/"
    return simply(
        "wrong",
        f"JSON 在 {where} 处不符合要求：{error.validator}。",
        f"The JSON breaks the schema at {where}: {error.validator}.",
        extracted=written,
    )


def _validator(schema: Any) -> Any:
    return validators.validator_for(schema)(schema)


def _values(text: str) -> list[tuple[Any, str]]:
    """Every JSON object or array in the text, outermost only, with how it was written."""
    decoder = json.JSONDecoder()
    found: list[tuple[Any, str]] = []
    for piece in [m[1] for m in _FENCED.finditer(text)] or [text]:
        at, tries = 0, 0
        while tries < 200:
            match = re.compile(r"[{\[]").search(piece, at)
            if match is None:
                break
            tries += 1
            value, end = _decode(decoder, piece, match.start())
            if end < 0:
                at = match.start() + 1
                continue
            found.append((value, piece[match.start() : end]))
            at = end
    return found


def _decode(decoder: json.JSONDecoder, text: str, start: int) -> tuple[Any, int]:
    if _TOO_DEEP.match(text, start):
        return None, -1
    try:
        return decoder.raw_decode(text, start)
    except (ValueError, RecursionError):
        return None, -1
