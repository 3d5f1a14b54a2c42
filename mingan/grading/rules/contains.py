"""Words that must stand in the answer: all of them, or any."""

from __future__ import annotations

from mingan.grading.protocol import Finding
from mingan.grading.rules.base import param, references, simply
from mingan.grading.wording import sayings
from mingan.language import Text
from mingan.normal import fold, prepare
from mingan.records import Question


class ContainsGrader:
    """Right when the text has every word of `all` and at least one of `any`, none of `none`.

    Without these parameters the reference itself, or one of its aliases, must stand in it.
    """

    name = "contains"
    version = "2"

    def grade(self, question: Question, text: str) -> Finding:
        """Judge which of the words the text says, not counting those it denies."""
        every, some, never = (_words(question, n) for n in ("all", "any", "none"))
        if not (every or some or never):
            some = list(references(question))
        if not (every or some or never):
            return Finding(verdict="ungraded", reason=_FAULT)
        body = prepare(text)
        missing = [w for w in every if not _says(body, w)]
        if some and not any(_says(body, w) for w in some):
            missing.append("/".join(some))
        unwanted = [w for w in never if _says(body, w)]
        if missing or unwanted:
            lacks, has = "、".join(missing) or "—", "、".join(unwanted) or "—"
            return simply(
                "wrong",
                f"缺少：{lacks}；不该有：{has}。",
                f"Missing: {lacks}; should not be there: {has}.",
            )
        return simply("right", "该有的词都有。", "Every word that should be there is there.")

    def faults(self, question: Question) -> list[Text]:
        """Nothing to look for."""
        looked_for = any(_words(question, n) for n in ("all", "any", "none"))
        return [] if looked_for or references(question) else [_FAULT]


_FAULT = Text(
    "没有要找的词，请写参考答案，或参数 all、any、none。",
    "There are no words to look for; write a reference, or the parameters all, any, none.",
)


def _words(question: Question, name: str) -> list[str]:
    given = param(question, name, ())
    given = [given] if isinstance(given, str) else given
    return [fold(str(w)) for w in given] if isinstance(given, list | tuple) else []


def _says(body: str, word: str) -> bool:
    return any(not s.negated for s in sayings(body, [word])) or (
        not any(c.isalnum() for c in word) and word in body
    )
