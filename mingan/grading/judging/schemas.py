"""The form of a verdict as a JSON schema, for endpoints that can hold a model to one.

The keys and the words are those that the judge is told in its language, so that the strict
reader in `replies` needs to know one form only. This module must not know endpoints.
"""

from __future__ import annotations

from typing import Any

from mingan.grading.judging.criteria import LEVELS
from mingan.language import Lang

WORDS: dict[str, dict[Lang, tuple[str, str, list[str]]]] = {
    "reference": {
        "zh": ("理由", "判定", ["对", "错", "说不准"]),
        "en": ("reason", "verdict", ["right", "wrong", "unsure"]),
    },
    "pair": {
        "zh": ("理由", "更好", ["甲", "乙", "一样好", "都不好"]),
        "en": ("reason", "better", ["A", "B", "tie", "both bad"]),
    },
    "rubric": {"zh": ("理由", "得分", []), "en": ("reason", "scores", [])},
}
"""By kind and language: the key of the reason, that of the verdict, and what it may be."""


def of(kind: str, lang: Lang, criteria: int) -> dict[str, Any]:
    """The schema of a verdict of this kind."""
    reason, key, words = WORDS[kind][lang]
    if kind == "rubric":
        mark = {"type": "integer", "enum": list(range(LEVELS + 1))}
        verdict = _object({str(n): mark for n in range(1, criteria + 1)})
    else:
        verdict = {"type": "string", "enum": words}
    return _object({reason: {"type": "string"}, key: verdict})


def _object(properties: dict[str, Any]) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }
