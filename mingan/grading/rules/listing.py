"""Several things: in their order (list) or in any (set)."""

from __future__ import annotations

import re
from fractions import Fraction

from mingan.grading.echo import without_question
from mingan.grading.normal import fold, key, prepare, script, sentences
from mingan.grading.options import keyed
from mingan.grading.protocol import Finding
from mingan.grading.refusals import is_refusal
from mingan.grading.rules.base import (
    NO_REFERENCE,
    contradicts,
    found,
    param,
    references,
    refused,
    silent,
    simply,
)
from mingan.grading.wording import declared_sentences, other_language, overlap, sayings
from mingan.language import Text
from mingan.records import Question

_SEPARATOR = re.compile(r"\s*(?:、|,(?!\d{3}(?!\d))|;|\n|//)\s*")
_TUPLE = re.compile(r"[(\[{]\s*(-?\d+(?:\.\d+)?(?:\s*[,x×*]\s*-?\d+(?:\.\d+)?)+)\s*[)\]}]")
_SHAPE = re.compile(r"(?<![\d.])(\d+(?:\s*[x×*]\s*\d+)+)(?![\d.])")
_NAME_COMMA = re.compile(r",\s*(?=(?:Jr|Sr)\b)", re.IGNORECASE)


def items(question: Question) -> list[str]:
    """The reference's items."""
    refs = references(question)
    given = param(question, "items")
    if isinstance(given, list | tuple) and given:
        return [fold(str(i)) for i in given]
    if not refs:
        return []
    text = _NAME_COMMA.sub(" ", refs[0].strip("[]()。. "))
    return [i.strip(" .。") for i in _SEPARATOR.split(text) if i.strip(" .。")]


class ListGrader:
    """Right when the items stand in the reference's order; wrong when in another.

    The parameter `items` lists them where the reference does not separate them.
    """

    name = "list"
    version = "1"

    def grade(self, question: Question, text: str) -> Finding:
        """Judge the order of the items in the text."""
        wanted = items(question)
        if not wanted:
            return Finding(verdict="ungraded", reason=NO_REFERENCE)
        body, shown = prepare(text), references(question)[0]
        if key(body) == key(shown):
            return found("right", body, shown, firm=True)
        if all(re.fullmatch(r"-?\d{1,30}(?:\.\d{1,30})?", i) for i in wanted):
            return _figures(body, [Fraction(i) for i in wanted], shown)
        return _ordered(without_question(body, question.prompt), wanted, shown, question.prompt)

    def faults(self, question: Question) -> list[Text]:
        """A reference with fewer than two items."""
        return _too_few(question)


class SetGrader:
    """Right when the text says every item, in whatever order."""

    name = "set"
    version = "1"

    def grade(self, question: Question, text: str) -> Finding:
        """Judge whether all items are said."""
        wanted = items(question)
        if not wanted:
            return Finding(verdict="ungraded", reason=NO_REFERENCE)
        body, shown = prepare(text), references(question)[0]
        missing = [i for i in wanted if not any(not s.negated for s in sayings(body, [i]))]
        if not missing:
            return found("right", shown, shown)
        if is_refusal(body):
            return refused(shown)
        if any(_beyond(i, body) for i in missing):
            return silent(shown)
        if all(_absent(i, body) for i in missing) or (len(missing) < len(wanted) and any(
            overlap(i, body) == 0 for i in missing
        )):  # fmt: skip
            listed = "、".join(missing)
            return simply(
                "wrong", f"少了“{listed}”。", f'"{listed}" is missing.', extracted=body[:60]
            )
        return silent(shown)

    def faults(self, question: Question) -> list[Text]:
        """A reference with fewer than two items."""
        return _too_few(question)


def _beyond(item: str, body: str) -> bool:
    """Whether the item may be said in the other language; a code in capitals may not."""
    if item.isascii():
        return not item.isupper() and not re.search(r"\d", item) and script(body) == "zh"
    return len(key(item)) > 1 and other_language(item, body)


def _absent(item: str, body: str) -> bool:
    return overlap(item, body) < (1.0 if item.isascii() and len(item) < 5 else 0.5)


def _too_few(question: Question) -> list[Text]:
    if len(items(question)) >= 2:
        return []
    return [
        Text(
            "参考答案不足两项，请用顿号或逗号分开各项。",
            "The reference has fewer than two items; separate them with commas.",
        )
    ]


def _figures(body: str, wanted: list[Fraction], shown: str) -> Finding:
    """Figures in their order: the last bracketed or shape-like list, or the last line with all."""
    lists = sorted([(m.start(), _parse(m[1])) for p in (_TUPLE, _SHAPE) for m in p.finditer(body)])
    same_length = [(at, values) for at, values in lists if len(values) == len(wanted)]
    runs = [r for r in _runs(body) if sorted(r) == sorted(wanted) and len(r) > 2]
    if runs and not same_length:
        verdict = "right" if runs[-1] == wanted else "wrong"
        taken = ", ".join(str(v) for v in runs[-1])
        return found(verdict, taken, shown)  # type: ignore[arg-type]
    if not lists:
        return (
            refused(shown)
            if is_refusal(body)
            else silent(shown, "wrong" if len(wanted) < 4 or not runs else "unsure")
        )
    last = lists[-1][1]
    taken = "(" + ", ".join(str(v) for v in last) + ")"
    if last == wanted:
        return found("right", taken, shown)
    if any(values == wanted for _, values in lists):
        return contradicts(taken, shown)
    return found("wrong", taken, shown)


def _parse(text: str) -> list[Fraction]:
    return [Fraction(f) for f in re.findall(r"-?\d+(?:\.\d+)?", text) if len(f) <= 40]


def _runs(body: str) -> list[list[Fraction]]:
    """Figures separated by nothing but commas, arrows, comparison signs or line breaks."""
    pattern = re.compile(r"\d+(?:\.\d+)?(?:\s*(?:,|、|->|→|<|>|;|\n|\s)\s*\d+(?:\.\d+)?)+")
    return [_parse(m[0].replace("->", " ")) for m in pattern.finditer(body)]


def _ordered(body: str, wanted: list[str], shown: str, prompt: str) -> Finding:
    keys = [key(i) for i in wanted]
    whole = [s for s in sentences(body) if all(k in keyed(s)[0] for k in keys)]
    declared = [s for s in whole if s in declared_sentences(body)]
    best = declared or whole or ([body] if all(k in keyed(body)[0] for k in keys) else [])
    if not best:
        if is_refusal(body):
            return refused(shown)
        missing = [i for i in wanted if key(i) not in keyed(body)[0]]
        if missing and all(overlap(i, body) == 0 for i in missing):
            return found("wrong", body[:40], shown)
        return silent(shown)
    inside = list(range(len(keys)))
    orders = [_order(keyed(s)[0], keys) for s in best]
    if orders[-1] == inside and (whole or orders == [inside]):
        return found("right", best[-1], shown)
    if inside in orders or not _SORTS.search(prompt):
        return silent(shown)
    return found("wrong", best[-1], shown)


_SORTS = re.compile(
    r"排序|排列|顺序|次序|依次|从[大小高低早长短左]到|\bsort|\border", re.IGNORECASE
)


def _order(characters: str, keys: list[str]) -> list[int]:
    """The items' indices in the order in which they first stand."""
    return sorted(range(len(keys)), key=lambda i: characters.find(keys[i]))
