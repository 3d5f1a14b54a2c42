"""References that are whole sentences: quoted from the question, transformed, put together.

Where a question asks for one of its own sentences, another of them is a wrong answer; where it asks
to change or to arrange one, a sentence left as it was, or with another pronoun, is wrong as well.
Translations and explanations can be worded in many ways and are left alone, unless they share next
to nothing. This module finds such sentences and knows no verdicts.
"""

from __future__ import annotations

import re
from difflib import SequenceMatcher

from mingan.normal import key, sentences

SHORTEST = 10
"""Characters of a key from which on a reference counts as a sentence that may be quoted."""

_TRANSFORMS = re.compile(
    r"更正|改正|纠正|转换|转化|转为|改写|改成|改为|变成|correct|rewrite|convert|change",
    re.IGNORECASE,
)
_ARRANGES = re.compile(
    r"(?:组成|连成|排列?成|组织成|拼成|整理成)[^。]{0,6}句|make a sentence", re.IGNORECASE
)
_PRONOUNS = frozenset("我你他她它")
_QUOTED = re.compile(r"[“\"「『]([^“”\"「」『』\n]{6,400})[”\"」』]")


def another_quoted(reference: str, text: str, prompt: str) -> str:
    """Another sentence of the question that the text quotes where the reference is one of them."""
    wanted, asked = key(reference), key(prompt)
    if len(wanted) < SHORTEST or wanted not in asked:
        return ""
    pieces = [m[1] for m in _QUOTED.finditer(text)] + sentences(text)
    for piece in pieces:
        k = key(re.sub(r"^[^:]{0,30}:\s*", "", piece))
        if len(k) >= 8 and k in asked and k not in wanted and wanted not in k:
            return piece
    return ""


def nearly(reference: str, text: str) -> str:
    """The quotation in the text that is the reference but for a word; `""` if there is none."""
    wanted = key(reference)
    if len(wanted) < 2 * SHORTEST:
        return ""
    for match in _QUOTED.finditer(text):
        k = key(match[1])
        if abs(len(k) - len(wanted)) <= 0.15 * len(wanted) and _likeness(wanted, k) >= 0.92:
            return match[1]
    return ""


def not_as_asked(reference: str, text: str, prompt: str) -> str:
    """The text's sentence when it is the given one unchanged, or has another pronoun."""
    wanted, asked = key(reference), key(prompt)
    if len(wanted) < 5 or not _TRANSFORMS.search(prompt[:40]):
        return ""
    for piece in [m[1] for m in _QUOTED.finditer(text)] + sentences(text)[:1]:
        k = key(piece)
        if len(k) >= 4 and k in asked and k != wanted and 2 * len(k) >= len(wanted):
            return piece
        if abs(len(k) - len(wanted)) <= 6 and _likeness(wanted, k) >= 0.7 and (
            _PRONOUNS & set(wanted)
        ) != (_PRONOUNS & set(k)):  # fmt: skip
            return piece
    return ""


def not_arranged(reference: str, text: str, prompt: str) -> str:
    """The text's sentence when it does not use the words that were to be put together."""
    wanted = key(reference)
    if len(wanted) < 5 or not _ARRANGES.search(prompt):
        return ""
    pieces = [m[1] for m in _QUOTED.finditer(text)] + sentences(text)
    own = sorted(wanted.replace("的", ""))
    if any(sorted(key(p).replace("的", "")) == own and key(p) not in key(prompt) for p in pieces):
        return ""
    return pieces[0] if pieces else ""


_SMALL = frozenset(["the", "a", "an", "of", "to", "in", "is", "are", "was", "were", "that", "and"])


def far_in_english(reference: str, text: str, prompt: str) -> bool:
    """Whether an asked-for English sentence has half of the reference's words or fewer."""
    if not re.search(r"English|英语|英文|翻译", prompt, re.IGNORECASE):
        return False
    words = set(re.findall(r"[a-z']+", reference.casefold())) - _SMALL
    if not reference.isascii() or not 3 <= len(words) <= 12:
        return False
    said = [set(re.findall(r"[a-z']+", s.casefold())) for s in sentences(text)]
    written = [s for s in said if len(s - _SMALL) >= 3]
    return bool(written) and all(2 * len(words & s) <= len(words) for s in written)


def _likeness(one: str, other: str) -> float:
    return SequenceMatcher(None, one, other, autojunk=False).ratio()


def order_kept(reference: str, text: str, prompt: str) -> bool | None:
    """Whether the text gives the question's own clauses in the reference's order.

    None where the reference is not a new order of at least four clauses of the question, or where
    the text does not have nearly all of them.
    """
    clauses = [key(c) for c in re.split(r"[。,;!?\n]", reference) if len(key(c)) >= 4]
    asked, said = key(prompt), key(text)
    if len(clauses) < 4 or not all(c in asked for c in clauses):
        return None
    places = [said.rfind(c) for c in clauses]
    if sum(p < 0 for p in places) > 1:
        return None
    kept = [p for p in places if p >= 0]
    return kept == sorted(kept) and len(kept) == len(clauses)
