"""Hiding in an answer the names that give away who wrote it.

A model that says 「我是文心一言」 ends a blind test. Every name of a model that stands in an answer
is replaced by a visible placeholder, so that whoever reads it knows that something was there; how
it was written (full width, with blanks or invisible characters in between) makes no difference.
Names that the question itself uses stay, except in a sentence in which the answer speaks of
itself. Style cannot be hidden: a reader who knows a model's manner may still guess. The module
knows texts and names; not where an answer is shown.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache
from typing import NamedTuple

from mingan.grading.people.names import MAKERS, MODELS, VERSIONED, WORDS

PLACEHOLDER = "〔名字已隐去〕"

LIMIT = 60_000
"""Longest text that is looked through; nobody reads more than that at a desk."""

_SEPARATORS = frozenset(" \t\n-_.·・")
_BETWEEN = r"[\s\-_.·・‐-―]{0,3}"
_VERSION = (
    r"(?:[\s\-_]{0,2}(?:v?\d[\d.]{0,6}[a-z]{0,3}|turbo|plus|pro|mini|max|flash|lite|chat|instruct|coder|math|omni|ultra"
    r"|preview|opus|sonnet|haiku|大模型|模型)(?![a-z]))*"
)
# What a sentence about oneself has in it. 作为 and "as" alone would do for too many others.
_MAKING = "(?:开发|训练|研发|推出|创造|打造|发布|设计|研制|提供)"
_SELF = re.compile(
    r"我是|我叫|我的名字|我由|我来自|我被|本模型|本助手|作为一[个名款]|作为由|作为人工智能|作为ai"
    r"|语言模型|大模型|ai助手|聊天机器人|智能助手"
    rf"|{_MAKING}[的了][^，,]{{0,12}}(?:模型|助手|机器人|ai|人工智能|我)"
    r"|\bi ?(?:am|'m|’m|was)\b|\bmy name\b|\bcall me\b|\bas an? (?:ai|large|language|assistant)"
    r"|language model|\bai assistant\b|\bchat ?bot\b|\bvirtual assistant\b"
    r"|\b(?:assistant|model|ai|bot)\b[^,]{0,40}\b(?:developed|created|trained|made|built) by\b"
    r"|\b(?:trained|created|developed|made|built|designed) me\b|\bas (?=[^\s,，]{1,20}[,，]? ?i\b)"
)
_SENTENCE = re.compile(r"[^。！？!?\n；;]*(?:[。！？!?\n；;]|$)")
_LATIN = re.compile(r"[a-z0-9]")


class Masked(NamedTuple):
    """A text without names, and how many were taken out."""

    text: str
    hidden: int


class _Folded(NamedTuple):
    """A text as it is compared, and for each of its characters the place in the original."""

    text: str
    places: list[int]


def mask(text: str, *, names: Iterable[str] = (), asked: str = "") -> Masked:
    """`text` with what names its writer hidden.

    Args:
        names: what the models of this comparison are called here.
        asked: the question and its reference; names that stand there tell nothing.
    """
    folded = _fold(text[:LIMIT])
    own = tuple(sorted({name.strip() for name in names if len(_fold(name.strip()).text) > 1}))
    anywhere, near = _patterns(own)
    given = _fold(asked).text
    spans: list[tuple[int, int]] = []
    for sentence in _SENTENCE.finditer(folded.text):
        if not sentence[0]:
            continue
        own_words = bool(_SELF.search(sentence[0]))
        for found in anywhere.finditer(sentence[0]):
            if own_words or found["name"] not in given:
                spans.append((sentence.start() + found.start(), sentence.start() + found.end()))
        if own_words:
            spans += [
                (sentence.start() + found.start(), sentence.start() + found.end())
                for found in near.finditer(sentence[0])
            ]
    return _replaced(text[:LIMIT], folded, spans)


def _replaced(text: str, folded: _Folded, spans: list[tuple[int, int]]) -> Masked:
    parts: list[str] = []
    done, hidden = 0, 0
    for low, high in sorted(spans, key=lambda span: (span[0], -span[1])):
        start, end = folded.places[low], folded.places[high - 1] + 1
        if start < done:
            continue
        parts += [text[done:start], PLACEHOLDER]
        done, hidden = end, hidden + 1
    return Masked("".join([*parts, text[done:]]), hidden)


def _fold(text: str) -> _Folded:
    """Lower case, full width made narrow, what nobody sees left out."""
    if text.isascii():
        return _Folded(text.lower(), list(range(len(text))))
    letters: list[str] = []
    places: list[int] = []
    for place, letter in enumerate(text):
        if unicodedata.category(letter) in ("Cf", "Mn", "Cc") and letter not in "\n\t":
            continue
        for plain in unicodedata.normalize("NFKC", letter).lower():
            letters.append(plain)
            places.append(place)
    return _Folded("".join(letters), places)


@lru_cache(maxsize=64)
def _patterns(own: tuple[str, ...]) -> tuple[re.Pattern[str], re.Pattern[str]]:
    """What is hidden anywhere, and what only in a sentence about oneself."""
    ordinary = {_fold(word).text for word in WORDS}
    unmistakable = [name for name in own if _fold(name).text not in ordinary]
    versioned = [f"{_loose(word)}{_BETWEEN}v?\\d[\\d.]*" for word in VERSIONED]
    always = [_loose(name) for name in (*unmistakable, *MODELS)] + versioned
    near = [_loose(name) for name in (*WORDS, *MAKERS)]
    return _one(always), _one(near)


def _one(pieces: list[str]) -> re.Pattern[str]:
    longest_first = sorted(pieces, key=len, reverse=True)
    return re.compile(rf"(?P<name>{'|'.join(longest_first)}){_VERSION}")


def _loose(name: str) -> str:
    """A pattern for a name however it is spaced, and not inside another word."""
    folded = _fold(name).text
    letters = [letter for letter in folded if letter not in _SEPARATORS] or list(folded)
    body = _BETWEEN.join(re.escape(letter) for letter in letters)
    before = r"(?<![a-z0-9])" if _LATIN.match(letters[0]) else ""
    after = r"(?![a-z])" if letters[-1].isascii() and letters[-1].isalpha() else ""
    after = r"(?!\d)" if letters[-1].isdigit() else after
    return f"{before}{body}{after}"
