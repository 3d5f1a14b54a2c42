"""A number, with or without a unit, in whatever way it is written."""

from __future__ import annotations

import re
from fractions import Fraction
from typing import Any

from mingan.grading.final_number import FinalNumber, corrected, final_number
from mingan.grading.formula import solved
from mingan.grading.formula import value as formula_value
from mingan.grading.numerals import Number, evaluate, numbers, same
from mingan.grading.protocol import Finding
from mingan.grading.refusals import is_refusal, says_undecidable
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
from mingan.language import Text
from mingan.normal import fold, prepare, sentences
from mingan.records import Question

_UNDEFINED = re.compile(
    r"没有(?:定义|意义)|无(?:定义|意义|解)|不存在|无穷大|无法(?:计算|求)|undefined|infinit"
)
_FORMULA = re.compile(r"[A-Za-z0-9()+*/^=.\-]{4,}")


class NumberGrader:
    """Right when the text's final number equals the reference.

    Parameters: `tolerance` (absolute) or `relative` (a share of the reference, 0.01 is one
    percent). Without them the number must be equal, or equal as far as decimals are written.
    """

    name = "number"
    version = "4"

    def grade(self, question: Question, text: str) -> Finding:
        """Judge the final number of the text."""
        wanted = _wanted(question)
        if not wanted:
            return Finding(verdict="ungraded", reason=NO_REFERENCE)
        body = _without_formulas(solved(prepare(text)), question.prompt)
        given = final_number(body, question.prompt)
        shown = references(question)[0]
        tolerances = [_tolerance(question, w) for w in wanted]

        def hits(n: Number) -> bool:
            pairs = zip(wanted, tolerances, strict=True)
            return any(same(w, n, tolerance=t) or _less(w, n, body) for w, t in pairs)

        if not any(hits(n) for n in given.all):
            return _absent(body, given, shown)
        if given.number is None:
            return silent(shown, "wrong" if _UNDEFINED.search(body) else "unsure")
        return _present(body, given, shown, hits)

    def faults(self, question: Question) -> list[Text]:
        """A reference in which there is no number, or a tolerance that is none."""
        if not references(question):
            return [NO_REFERENCE]
        problems = []
        if not _wanted(question):
            problems.append(
                Text(
                    f"参考答案“{question.answer}”里没有数，请写成一个数，或换一种判法。",
                    f'There is no number in the reference "{question.answer}"; write one, or take '
                    "another grader.",
                )
            )
        for name in ("tolerance", "relative"):
            value = param(question, name)
            if value is not None and not (isinstance(value, int | float) and value >= 0):
                problems.append(
                    Text(
                        f"参数 {name} 应是不小于 0 的数，现在是 {value!r}。",
                        f"The parameter {name} must be a number of at least 0, not {value!r}.",
                    )
                )
        return problems


def _wanted(question: Question) -> list[Number]:
    wanted = []
    pieces = [p for r in references(question) for p in re.split(r"\s*(?://|或者?|\bor\b)\s*", r)]
    for reference in pieces:
        value = evaluate(reference)
        if value is None:
            root = formula_value(reference)
            if root is not None:
                wanted.append(Number(root, root, 0, 0, digits=12, fraction=True, places=10))
                continue
        if value is not None:
            wanted.append(Number(value, value, 0, 0, fraction=value.denominator != 1))
            continue
        inside = [n for n in numbers(reference) if not n.operand]
        if inside:
            wanted.append(max(inside, key=lambda n: (n.fraction, -n.start)))
    return wanted


def _tolerance(question: Question, wanted: Number) -> Fraction | None:
    absolute, relative = param(question, "tolerance"), param(question, "relative")
    if isinstance(absolute, int | float):
        return Fraction(absolute)
    if isinstance(relative, int | float):
        return abs(wanted.value) * Fraction(relative)
    return None


def _without_formulas(body: str, prompt: str) -> str:
    """The text without the formulas that the question itself contains, such as ln(x+1)/x."""
    for formula in _FORMULA.findall(fold(prompt).replace(" ", "")):
        if re.search(r"[A-Za-z(]", formula) and re.search(r"[-+*/^(]", formula):
            spaced = r"\s*".join(re.escape(c) for c in formula)
            body = re.sub(spaced, " ", body)
    return body


_LESS = re.compile(r"轻|少|低|矮|亏|减|下降|小|短|慢|负|less|lower|fewer|lighter|loss")


def _less(wanted: Number, given: Number, body: str) -> bool:
    """Whether the text says a negative reference in words: 轻 2 公斤 for -2."""
    if wanted.value >= 0 or given.shown != -wanted.shown:
        return False
    return _LESS.search(body[max(0, given.start - 8) : given.end + 8]) is not None


def _absent(body: str, given: FinalNumber, shown: str) -> Finding:
    """The reference's number stands nowhere in the text."""
    if is_refusal(body):
        return refused(shown)
    if given.number is None:
        return silent(shown, "wrong")
    return found("wrong", given.number.text, shown, firm=given.firm)


def _present(body: str, given: FinalNumber, shown: str, hits: Any) -> Finding:
    """It stands somewhere: is it the answer, a step, or one of several answers?"""
    number = given.number
    assert number is not None
    if hits(number):
        ending = sentences(body)[-1]
        if says_undecidable(ending) and number.text not in ending:
            return silent(shown)
        if given.first is not None and not hits(given.first) and not given.concluded:
            return contradicts(number.text, shown)
        return found("right", number.text, shown, firm=given.firm)
    if given.first is not None and hits(given.first) and not given.concluded:
        return found("right", given.first.text, shown)
    if any(hits(n) for n in given.others) or (given.first is not None and hits(given.first)):
        return contradicts(number.text, shown)
    if not given.concluded and not corrected(body):
        return silent(shown)
    note = Text("它只是中间一步", "it is only a step on the way")
    if not given.concluded:
        return simply("unsure", note.zh, note.en, extracted=number.text)
    return found("wrong", number.text, shown, firm=given.firm)
