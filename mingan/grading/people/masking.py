"""Hiding in an answer the names that give away who wrote it.

A model that says 「我是文心一言」 ends a blind test. Every name of a model that stands in an answer
is replaced by a visible placeholder, so that whoever reads it knows that something was there. The
common ways to write it otherwise make no difference: full width, accents, blanks or emphasis in
between, a line's end within a longer name, letters of other alphabets that look the same. Names
that the question itself uses stay, except where the answer speaks of itself: in such a sentence,
before the colon that opens it, in a signature at its end, or anywhere when it was asked who it
is. Nothing here is proof against a writer who wants to be known, nor can style be hidden: a
reader who knows a model's manner may still guess. The module knows texts and names; not where an
answer is shown.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple

from mingan.grading.people.lookalikes import LATIN
from mingan.grading.people.names import MAKERS, MODELS, VERSIONED, WORDS

PLACEHOLDER = "〔名字已隐去〕"

LIMIT = 60_000
"""Longest text that is looked through, where nobody asks for more; what is beyond is dropped."""

_EDGE = 200  # at a cut half a name may stand, which nobody would know for one

_SEPARATORS = frozenset(" \t\n-_.·・")
_BLANK = r" \t\r\f\v\u1680\u2028\u2029"
_BETWEEN = rf"[{_BLANK}\-_.·・‐-―]{{0,3}}"
# In a longer name emphasis may stand too, and a line end; a short one would be met by chance.
_WITHIN = rf"[{_BLANK}\-_.·・‐-―*]{{0,4}}(?:\n[{_BLANK}>*]{{0,4}})?"
_LONG = 4
_BOLD = r"(?:\*\*)?"
_NUMBER = rf"{_BETWEEN}v?\d[\d.]*"
_VERSION = (
    rf"(?:[{_BLANK}\-_]{{0,2}}(?:v?\d[\d.]{{0,6}}[a-z]{{0,3}}|turbo|plus|pro|mini|max|flash|lite"
    r"|chat|instruct|coder|math|omni|ultra|preview|opus|sonnet|haiku|大模型|模型)(?![a-z]))*"
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
_UNSEEN = frozenset({"Cf", "Mn", "Cc"})
_LATIN = re.compile(r"[a-z0-9]")
# Asked who it is, an answer speaks of itself from one end to the other.
_WHO = re.compile(
    rf"你是谁|你叫什么|你的名字|你自己|自我介绍|你是(?:什么|哪|由)|谁{_MAKING}了?你"
    r"|who are you|your name|what are you\b|yourself|(?:made|created|trained|developed|built) you"
)
_OPENING = re.compile(r"[\s*_#>「【\[(]*")
_COLON = re.compile(r"[\s*_」】\])]*:")
_SIGNING = re.compile(r"[\s*_>]*(?:-{2,}|[–—―]+|by\b|署名)[\s:*_]*")
_SIGNED = re.compile(r"[\s*_.。!~]*$")


class Masked(NamedTuple):
    """A text without names, and how many were taken out."""

    text: str
    hidden: int


class _Folded(NamedTuple):
    """A text as it is compared, and for each of its characters the place in the original."""

    text: str
    places: list[int]


class _Patterns(NamedTuple):
    """What is hidden anywhere; what only where an answer speaks of itself; of that, no makers."""

    anywhere: re.Pattern[str]
    near: re.Pattern[str]
    words: re.Pattern[str]


class Ends(NamedTuple):
    """The start and the end of a text without names, and how many characters between them are
    left out; of a text that is there as a whole, `end` is empty."""

    start: str
    left: int
    end: str
    hidden: int


def mask_ends(text: str, longest: int, *, names: Iterable[str] = (), asked: str = "") -> Ends:
    """`text` without names, its middle left out where it is (clearly) longer than `longest`."""
    if len(text) <= longest + longest // 5:
        whole = mask(text, names=names, asked=asked, longest=len(text))
        return Ends(whole.text, 0, "", whole.hidden)
    at = longest * 3 // 5
    start, end = text[: at + _EDGE], text[at - longest - _EDGE :]
    first = mask(start, names=names, asked=asked, longest=len(start))
    last = mask(end, names=names, asked=asked, longest=len(end))
    hidden = first.hidden + last.hidden
    return Ends(first.text[:-_EDGE], len(text) - longest, last.text[_EDGE:], hidden)


def mask(text: str, *, names: Iterable[str] = (), asked: str = "", longest: int = LIMIT) -> Masked:
    """`text` with what names its writer hidden.

    Args:
        names: what the models of this comparison are called here.
        asked: the question and its reference; names that stand there tell nothing.
        longest: so much of the text is looked through and given back.
    """
    text = text[:longest]
    folded = _fold(text)
    own = tuple(sorted({name.strip() for name in names if len(_fold(name.strip()).text) > 1}))
    patterns = _patterns(own)
    given = _fold(asked).text
    speaks = _Speaking(folded.text)
    whole = bool(_WHO.search(given))
    spans = [found.span() for found in _presented(folded.text, patterns.words, given)]
    for found in patterns.anywhere.finditer(folded.text):
        if found["name"] not in given or speaks.of_itself(*found.span()):
            spans.append(found.span())
    for found in patterns.near.finditer(folded.text):
        if speaks.of_itself(*found.span()) or (whole and found["name"] not in given):
            spans.append(found.span())
    return _replaced(text, folded, spans)


class _Speaking:
    """Where in a text its writer speaks of itself, sentence by sentence."""

    def __init__(self, text: str) -> None:
        found = [sentence for sentence in _SENTENCE.finditer(text) if sentence[0]]
        self._starts = [sentence.start() for sentence in found]
        self._of_itself = [bool(_SELF.search(sentence[0])) for sentence in found]

    def of_itself(self, low: int, high: int) -> bool:
        """Whether a sentence that reaches into a stretch is one about oneself."""
        first, last = bisect_right(self._starts, low) - 1, bisect_left(self._starts, high)
        return any(self._of_itself[first:last])


def _presented(text: str, words: re.Pattern[str], given: str) -> Iterator[re.Match[str]]:
    """A name before the colon with which an answer opens, and one that signs its last line."""
    opening = _OPENING.match(text)
    found = words.match(text, opening.end() if opening else 0)
    if found and _COLON.match(text, found.end()) and found["name"] not in given:
        yield found
    end = len(text.rstrip())
    signing = _SIGNING.match(text, text.rfind("\n", 0, end) + 1)
    found = words.match(text, signing.end()) if signing else None
    if found and _SIGNED.match(text, found.end()) and found["name"] not in given:
        yield found


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
    """Lower case, full width made narrow, without accents and what nobody sees, look-alikes
    replaced by what they look like."""
    if text.isascii():
        return _Folded(text.lower(), list(range(len(text))))
    letters: list[str] = []
    places: list[int] = []
    for place, letter in enumerate(text):
        if "\u4e00" <= letter <= "\u9fff":  # most of a Chinese text, and never anything else
            letters.append(letter)
            places.append(place)
            continue
        for part in letter if letter in LATIN else unicodedata.normalize("NFKD", letter):
            if unicodedata.category(part) in _UNSEEN and part not in "\n\t":
                continue
            for plain in LATIN.get(part) or part.lower():
                letters.append(plain)
                places.append(place)
    return _Folded("".join(letters), places)


@lru_cache(maxsize=64)
def _patterns(own: tuple[str, ...]) -> _Patterns:
    ordinary = {_fold(word).text for word in WORDS}
    unmistakable = [name for name in own if _fold(name).text not in ordinary]
    return _Patterns(
        _one((*unmistakable, *MODELS), VERSIONED), _one((*WORDS, *MAKERS)), _one(WORDS)
    )


def _one(names: Sequence[str], more: Sequence[str] = ()) -> re.Pattern[str]:
    """One pattern for all names, and for those of `more` with a number behind them.

    It begins with the letters that a name may begin with: most places in a text are passed over
    by that alone.
    """
    pieces = [_loose(name) for name in names]
    pieces += [_loose(name) + (_BOLD if len(name) >= _LONG else "") + _NUMBER for name in more]
    first = {_letters(name)[0] for name in (*names, *more)}
    longest_first = "|".join(sorted(pieces, key=len, reverse=True))
    return re.compile(
        rf"(?=[{re.escape(''.join(sorted(first)))}])(?P<name>{longest_first}){_VERSION}"
    )


def _letters(name: str) -> list[str]:
    folded = _fold(name).text
    return [letter for letter in folded if letter not in _SEPARATORS] or list(folded)


def _loose(name: str) -> str:
    """A pattern for a name however it is spaced, and not inside another word."""
    letters = _letters(name)
    body = (_WITHIN if len(letters) >= _LONG else _BETWEEN).join(
        re.escape(letter) for letter in letters
    )
    before = r"(?<![a-z0-9])" if _LATIN.match(letters[0]) else ""
    after = r"(?![a-z])" if letters[-1].isascii() and letters[-1].isalpha() else ""
    after = r"(?!\d)" if letters[-1].isdigit() else after
    return f"{before}{body}{after}"
