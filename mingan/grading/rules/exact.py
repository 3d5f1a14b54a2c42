"""A string that is right to the letter or wrong: the grader `text` with the parameter `exact`.

It compares; where in a text its answer stands is for `given` to say.
"""

from __future__ import annotations

import re

from mingan.grading.given import Given, given
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
)
from mingan.language import Text
from mingan.normal import cap, fold, unmarked, unrepeated, without_thinking
from mingan.records import Question

SWITCHES = ("exact", "case")
"""The parameters, each true or false."""

_OF_NUMBER_OR_LETTER = re.compile(r"[^\W_]|(?<![^\W_])-(?=\d)|(?<=\d)\.(?=\d)")
_PICTOGRAMS = re.compile("[\u2600-\u27bf\U0001f300-\U0001faff\ufe0f]")
_SIGNS_ONLY = Text("只差标点", "only the punctuation differs")


def is_exact(question: Question) -> bool:
    """Whether the answer has to be the reference to the character."""
    return param(question, "exact") is True


def slips(question: Question) -> list[Text]:
    """Switches that are neither on nor off."""
    given_ones = [name for name in SWITCHES if name in question.params]
    return [
        Text(
            f"参数 {name} 只能写 true 或 false。",
            f"The parameter {name} must be true or false.",
        )
        for name in given_ones
        if not isinstance(question.params[name], bool)
    ]


def judged(question: Question, text: str) -> Finding:
    """Right if the string that the text gives is the reference or an alias, white space aside."""
    written = references(question)
    if not written:
        return Finding(verdict="ungraded", reason=NO_REFERENCE)
    case = param(question, "case") is True
    shown, wanted = written[0], {_compact(r, case=case) for r in written}
    body = unrepeated(fold(without_thinking(cap(text))))
    if not any(map(_PICTOGRAMS.search, wanted)):
        body = _PICTOGRAMS.sub("", body)
    body = body.strip()
    if _compact(body, case=case) in wanted:
        return found("right", body, shown, firm=True)
    if not _letters(body, case=case):
        return silent(shown, "wrong")
    size = max(map(len, wanted))
    han = any("\u4e00" <= c <= "\u9fff" for r in wanted for c in r)
    places = given(_headed(body), fold(question.prompt), size, han=han)
    if is_refusal(body) and not any(p.declared for p in places):
        return refused(shown)
    if not places:
        return silent(shown)
    return _settled(places, wanted, shown, case=case)


def _settled(places: list[Given], wanted: set[str], shown: str, *, case: bool) -> Finding:
    """What the places come to: all the same, one that takes the others back, or a contradiction."""
    since = max((i for i, p in enumerate(places) if p.corrected), default=0)
    places = places[since:]
    hits = [any(_compact(r, case=case) in wanted for r in p.readings) for p in places]
    last = places[-1]
    taken = min(last.readings, key=len)
    if all(hits):
        return found("right", shown, shown, firm=last.declared)
    if any(hits):
        return contradicts(taken, shown)
    letters = {_letters(w, case=case) for w in wanted} - {""}
    if any(_letters(r, case=case) in letters for r in last.readings):
        return found("unsure", taken, shown, note=_SIGNS_ONLY)
    return found("wrong", taken, shown, firm=last.declared)


def _headed(body: str) -> str:
    """The text with 答： spelt out, and its bold print kept."""
    return unmarked(body.replace("**", "\0")).replace("\0", "**")


def _compact(text: str, *, case: bool) -> str:
    """What is compared: every character but white space; without `case`, A is a."""
    joined = "".join(text.split())
    return joined if case else joined.casefold()


def _letters(text: str, *, case: bool) -> str:
    """What no slip of punctuation changes: letters, digits, and the sign and point of a number."""
    return "".join(_OF_NUMBER_OR_LETTER.findall(_compact(text, case=case)))
