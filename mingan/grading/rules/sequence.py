"""A sequence of symbols: closing brackets, a block of figures, emoji; every symbol counts."""

from __future__ import annotations

import re
import unicodedata

from mingan.grading.given import given
from mingan.grading.protocol import Finding
from mingan.grading.refusals import is_refusal
from mingan.grading.rules.base import NO_REFERENCE, found, refused, silent, simply
from mingan.language import Text
from mingan.normal import cap, fold, unrepeated, without_thinking
from mingan.records import Question

_QUOTES = re.compile(r"[`“”\"'「」*$]")


class SequenceGrader:
    """Right when a line, or what stands in quotes or after a colon, is exactly the sequence."""

    name = "sequence"
    version = "3"

    def grade(self, question: Question, text: str) -> Finding:
        """Judge whether the text gives the symbols, alone or appended to the question's."""
        wanted = _symbols(question.answer or "")
        if not wanted:
            return Finding(verdict="ungraded", reason=NO_REFERENCE)
        shown = (question.answer or "").strip()
        body = unrepeated(fold(without_thinking(cap(text))))
        own = _given(question.prompt)
        candidates = _candidates(body)
        if any(c == wanted for c in candidates):
            others = [c for c in candidates if c != wanted and len(c) == len(wanted)]
            if others and wanted != candidates[-1]:
                return silent(shown)
            return found("right", shown, shown)
        if _declared(body, question, wanted):
            return found("right", shown, shown)
        if own and own + wanted in candidates:
            return found("right", shown, shown)
        if is_refusal(body):
            return refused(shown)
        if _pictures(wanted) and _pictures(body):
            return silent(shown)
        if len(wanted) > 1 and _BRACKETS.fullmatch(wanted):
            return _brackets(body, own, wanted, shown)
        if wanted not in _symbols(body):
            return simply(
                "wrong",
                f"回答里没有这串符号“{shown[:40]}”。",
                f'The answer does not have the sequence "{shown[:40]}".',
            )
        return silent(shown)

    def faults(self, question: Question) -> list[Text]:
        """No symbols in the reference."""
        return [] if _symbols(question.answer or "") else [NO_REFERENCE]


def _declared(body: str, question: Question, wanted: str) -> bool:
    """Whether every place where the text gives its answer gives this one."""
    han = any("\u4e00" <= c <= "\u9fff" for c in wanted)
    places = given(body, fold(question.prompt), len(wanted), han=han)
    return bool(places) and all(wanted in map(_symbols, place.readings) for place in places)


_BRACKETS = re.compile(r"[()\[\]{}<>]+")
_BRACKET_RUN = re.compile(r"[()\[\]{}<>](?:[ \t\xa0\n]*[()\[\]{}<>])*")


def _brackets(body: str, given: str, wanted: str, shown: str) -> Finding:
    """Closing brackets: the last run of brackets that is not the question's own decides."""
    runs = [_symbols(m[0]) for m in _BRACKET_RUN.finditer(body)]
    own = [r for r in runs if r != given and len(r) > 1]
    hits = [r for r in own if r in (wanted, given + wanted)]
    if not hits:
        taken = own[-1] if own else body[:40]
        return found("wrong", taken, shown)
    return found("right", hits[-1], shown) if own[-1] in hits else silent(shown)


def _given(prompt: str) -> str:
    """The longest run of symbols in the question, which an answer may repeat and complete."""
    runs = re.findall(r"[^\w\u4e00-\u9fff,。?:;、]{3,}", fold(prompt))
    return max((_symbols(r) for r in runs), key=len, default="")


def _pictures(text: str) -> bool:
    """Whether there are emoji in the text; many of them may mean the same."""
    return any(unicodedata.category(c) == "So" for c in text)


def _symbols(text: str) -> str:
    """The text without white space, quotes and the selectors that only colour an emoji."""
    kept = (c for c in fold(text) if not c.isspace() and unicodedata.category(c) != "Mn")
    return _QUOTES.sub("", "".join(kept)).replace("\ufe0f", "")


def _candidates(body: str) -> list[str]:
    """What the text may have meant as the sequence: lines, blocks of lines, quotes, tails."""
    blocks = [b for b in re.split(r"\n\s*\n|```", body) if b.strip()]
    lines = body.split("\n")
    quoted = [
        next(g for g in m.groups() if g)
        for m in re.finditer(
            r"`([^`\n]{1,400})`|“([^”\n]{1,400})”|\"([^\"\n]{1,400})\"|「([^」\n]{1,400})」", body
        )
    ]
    tails = [
        re.split(r"[:：]|(?<=[\u4e00-\u9fff])(?=[^\u4e00-\u9fff])", line)[-1] for line in lines
    ]
    wordless = ["".join(ln for ln in b.split("\n") if not re.search(r"[\u4e00-\u9fffA-Za-z]", ln))
                for b in [*blocks, body]]  # fmt: skip
    said = [*lines, *tails, *(re.split(r"[:：]", line)[-1] for line in lines)]
    found_all = [*blocks, *lines, *quoted, *(t.rstrip("。. ") for t in said), *wordless]
    return [s for s in (_symbols(c) for c in found_all) if s]
