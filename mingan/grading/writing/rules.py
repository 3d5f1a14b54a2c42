"""The rules that a text can be asked to keep: how long, how many lines, what rhymes, what may not
occur.

Each rule is one function from the rule and the lines of a text to None (kept) or the sentence
that says how it was broken. Chinese text is compared in simplified characters, so that 東 is 东.
Words of Latin letters are looked for as whole words; a single letter anywhere. The module does
not know which part of an answer the lines are.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import Any

from mingan.grading.rules.checklist import Check, Kind, limits, wanted
from mingan.grading.rules.pattern import search
from mingan.grading.rules.values import COUNT, FLAG, PLACES, REGEX, TEXT, TEXTS, Form, one_of
from mingan.grading.writing.pinyin import rhymes, tones
from mingan.language import Text, counted
from mingan.normal import fold, packed, shorten

Lines = tuple[str, ...]

_READ_BY_PATTERN = 4_000
"""Characters of a text that an author's pattern is tried on."""

_HAN = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff〇]")
_WORD = re.compile(r"[^\W_]+(?:['’-][^\W_]+)*")
_SENTENCE = re.compile(r"[。！？!?…]+[”’」』\"）)]*|(?<=[A-Za-z]{2})\.(?=\s|$)")
_Unit = tuple[str, str, str]
"""What is counted: in Chinese, and in English one of it and several."""

_OF: Mapping[str, _Unit] = {
    "chars": (
        "个字（不计标点和空白）",
        "character (without punctuation and blanks)",
        "characters (without punctuation and blanks)",
    ),
    "han": ("个汉字", "Chinese character", ""),
    "words": ("个词", "word", ""),
}


class Undecided(Exception):
    """A rule could not be looked at; `reason` says why."""

    def __init__(self, zh: str, en: str) -> None:
        super().__init__(en)
        self.reason = Text(zh, en)


@lru_cache(maxsize=16_384)
def is_han(character: str) -> bool:
    """Whether a character is a Chinese one."""
    return _HAN.fullmatch(character) is not None


@lru_cache(maxsize=16_384)
def is_mark(character: str) -> bool:
    """Whether a character is punctuation."""
    return unicodedata.category(character).startswith("P") or character in "～~`^|"


def amount(text: str, of: str) -> int:
    """How many there are: "han" Chinese characters, "chars" all but blanks and punctuation (marks
    that combine with the character before do not count), "words" runs of letters and digits with
    every Chinese character a word of its own."""
    if of == "han":
        return len(_HAN.findall(text))
    if of == "words":
        return len(_HAN.findall(text)) + len(_WORD.findall(_HAN.sub(" ", text)))
    return len(_letters(text))


def _letters(text: str) -> list[str]:
    """The characters that are no blanks, no punctuation and no parts of other characters."""
    return [
        c
        for c in unicodedata.normalize("NFC", text)
        if not c.isspace() and not is_mark(c) and unicodedata.category(c) not in ("Mn", "Cf", "Me")
    ]


def _joined(lines: Lines) -> str:
    return "\n".join(lines)


def occurrences(text: str, sought: str) -> int:
    """How often `sought` occurs in a text, whatever its script, width and case."""
    plain = fold(sought).casefold().strip()
    if len(plain) > 1 and plain.isascii() and plain[0].isalnum() and plain[-1].isalnum():
        edges = rf"(?<![a-z0-9]){re.escape(plain)}(?![a-z0-9])"
        return len(re.findall(edges, fold(text).casefold()))
    wanted_part = packed(sought)
    return packed(text).count(wanted_part) if wanted_part else text.count(sought)


def _limit(rule: Check, actual: int, what: Text, unit: _Unit) -> Text | None:
    if limits(rule, actual):
        return None
    in_chinese, one, several = unit
    want = wanted(rule, one, several)
    return Text(
        f"{what.zh}应有{want.zh} {in_chinese}，实际 {actual}。",
        f"{what.en} should have {want.en}; it has {actual}.",
    )


_THE_TEXT = Text("正文", "The text")


def _length(rule: Check, lines: Lines) -> Text | None:
    of = rule.get("of", "chars")
    return _limit(rule, amount(_joined(lines), of), _THE_TEXT, _OF[of])


def _lines(rule: Check, lines: Lines) -> Text | None:
    return _limit(rule, len(lines), _THE_TEXT, ("行", "line", ""))


def _line_length(rule: Check, lines: Lines) -> Text | None:
    of = rule.get("of", "han")
    lengths = [amount(line, of) for line in lines]
    each = rule.get("each")
    if each is not None and len(each) != len(lines):
        return Text(
            f"正文应有 {len(each)} 行，实际 {len(lines)} 行。",
            f"The text should have {counted(len(each), 'line')}; it has {len(lines)}.",
        )
    for place, length in enumerate(lengths):
        limit = {**rule, "exact": each[place]} if each is not None else rule
        line = Text(f"第 {place + 1} 行", f"Line {place + 1}")
        broken = _limit(limit, length, line, _OF[of])
        if broken is not None:
            return broken
    return None


def _sentences(rule: Check, lines: Lines) -> Text | None:
    pieces = _SENTENCE.split(_joined(lines))
    count = sum(any(c.isalnum() for c in piece) for piece in pieces)
    return _limit(rule, count, _THE_TEXT, ("句", "sentence", ""))


def _forbid(rule: Check, lines: Lines) -> Text | None:
    text = _joined(lines)
    there = [sought for sought in rule["texts"] if occurrences(text, sought)]
    if not there:
        return None
    listed = shorten("、".join(there))
    return Text(f"不该出现：{listed}。", f"This should not occur: {listed}.")


def _require(rule: Check, lines: Lines) -> Text | None:
    text = _joined(lines)
    for sought in rule["texts"]:
        count = occurrences(text, sought)
        least = rule.get("min_times", rule.get("times", 1))
        if "times" in rule and count != rule["times"]:
            want, actual = counted(rule["times"], "time"), counted(count, "time")
            return Text(
                f"“{sought}”应出现 {rule['times']} 次，实际 {count} 次。",
                f'"{sought}" should occur {want}; it occurs {actual}.',
            )
        if count < least:
            want, actual = counted(least, "time"), counted(count, "time")
            return Text(
                f"“{sought}”至少应出现 {least} 次，实际 {count} 次。",
                f'"{sought}" should occur at least {want}; it occurs {actual}.',
            )
    return None


def _acrostic(rule: Check, lines: Lines) -> Text | None:
    at = 0 if rule.get("position", "first") == "first" else -1
    letters = [_letters(line) for line in lines]
    actual = "".join(found[at] if found else "·" for found in letters)
    if packed(actual) == packed("".join(_letters(rule["text"]))):
        return None
    place = Text("首字", "first") if at == 0 else Text("末字", "last")
    return Text(
        f"各行{place.zh}应连成“{rule['text']}”，实际是“{shorten(actual)}”。",
        f'The {place.en} characters of the lines should spell "{rule["text"]}"; they spell '
        f'"{shorten(actual)}".',
    )


def _rhyme(rule: Check, lines: Lines) -> Text | None:
    places: Sequence[int] = rule.get("lines") or range(1, len(lines) + 1)
    if max(places) > len(lines):
        return Text(
            f"没有第 {max(places)} 行，押韵无从谈起。",
            f"There is no line {max(places)} that could rhyme.",
        )
    last = [(_HAN.findall(lines[place - 1]) or [""])[-1] for place in places]
    classes = [rhymes(character) if character else frozenset() for character in last]
    if frozenset.intersection(*classes):
        return None
    listed = "、".join(character or "—" for character in last[:12])
    return Text(f"韵脚 {listed} 不押韵。", f"The last characters {listed} do not rhyme.")


def _starts(rule: Check, lines: Lines) -> Text | None:
    text = "".join(_letters(_joined(lines)))
    sought = "".join(_letters(rule["text"]))
    if packed(text).startswith(packed(sought)):
        return None
    actual = shorten(lines[0], 20)
    return Text(
        f"应以“{rule['text']}”开头，实际开头是“{actual}”。",
        f'It should start with "{rule["text"]}"; it starts with "{actual}".',
    )


def _ends(rule: Check, lines: Lines) -> Text | None:
    text = "".join(_letters(_joined(lines)))
    sought = "".join(_letters(rule["text"]))
    if packed(text).endswith(packed(sought)):
        return None
    actual = shorten(lines[-1][-20:], 20)
    return Text(
        f"应以“{rule['text']}”结尾，实际结尾是“{actual}”。",
        f'It should end with "{rule["text"]}"; it ends with "{actual}".',
    )


def _no_repeat(rule: Check, lines: Lines) -> Text | None:
    seen: set[str] = set()
    for character in _HAN.findall(_joined(lines)):
        if character in seen:
            return Text(f"“{character}”字重复了。", f'The character "{character}" is repeated.')
        seen.add(character)
    return None


_ONLY: Mapping[str, tuple[Callable[[str], bool], Text]] = {
    "han": (is_han, Text("汉字", "Chinese characters")),
    "ascii": (str.isascii, Text("ASCII 字符", "ASCII characters")),
    "digits": (lambda c: c in "0123456789", Text("数字", "digits")),
}


def _only(rule: Check, lines: Lines) -> Text | None:
    fits, what = _ONLY[rule["of"]]
    strange = next((c for c in _letters(_joined(lines)) if not fits(c)), None)
    if strange is None:
        return None
    return Text(
        f"只能用{what.zh}，却出现了“{strange}”。",
        f'Only {what.en} may be used; there is "{strange}".',
    )


def _order(rule: Check, lines: Lines) -> Text | None:
    text, at = packed(_joined(lines)), 0
    for sought in rule["texts"]:
        place = text.find(packed(sought), at)
        if place < 0:
            return Text(f"“{sought}”没有按次序出现。", f'"{sought}" does not occur in its turn.')
        at = place + len(packed(sought))
    return None


def _pattern(rule: Check, lines: Lines) -> Text | None:
    text = _joined(lines)
    half = _READ_BY_PATTERN // 2
    text = text if len(text) <= 2 * half else f"{text[:half]}\n{text[-half:]}"
    found = search(rule["regex"].replace("\0", ""), 0, text.replace("\0", ""))
    if found is None:
        raise Undecided(
            "参数 rules 里的正则表达式没有及时跑完，请写得简单些。",
            "A pattern in the parameter rules did not finish in time; make it simpler.",
        )
    if found.startswith("+"):
        return None
    shown = shorten(rule["regex"])
    return Text(f"不符合格式 {shown}。", f"It does not match the pattern {shown}.")


_TONES = ("一声", "二声", "三声", "四声", "轻声")


def _tone(rule: Check, lines: Lines) -> Text | None:
    tone = rule["tone"]
    for character in _HAN.findall(_joined(lines)):
        if tone not in tones(character):
            return Text(
                f"“{character}”不读{_TONES[tone - 1]}。", f'"{character}" is not of tone {tone}.'
            )
    return None


def _punctuation(rule: Check, lines: Lines) -> Text | None:
    mark = next((c for c in _joined(lines) if is_mark(c)), None)
    if rule["forbid"] and mark is not None:
        return Text(f"不该有标点，却有“{mark}”。", f'There should be no punctuation: "{mark}".')
    if not rule["forbid"] and mark is None:
        return Text("应当有标点。", "There should be punctuation.")
    return None


def _are_counts(value: Any) -> bool:
    return isinstance(value, list | tuple) and bool(value) and all(map(COUNT.fits, value))


_LIMITS: Mapping[str, Form] = {"exact": COUNT, "min": COUNT, "max": COUNT}
_SOME = ("exact", "min", "max")
_UNIT = one_of(*_OF)
_EACH = Form(Text("各行字数的列表", "a list of lengths, one a line"), _are_counts)
_TONE = Form(
    Text("1 到 5（5 是轻声）", "a number from 1 to 5, which is the neutral tone"),
    lambda v: COUNT.fits(v) and 1 <= v <= 5,
)

KINDS: dict[str, Kind] = {
    "length": Kind({}, {**_LIMITS, "of": _UNIT}, _SOME),
    "lines": Kind({}, _LIMITS, _SOME),
    "line_length": Kind({}, {**_LIMITS, "each": _EACH, "of": _UNIT}, (*_SOME, "each")),
    "sentences": Kind({}, _LIMITS, _SOME),
    "forbid": Kind({"texts": TEXTS}),
    "require": Kind({"texts": TEXTS}, {"times": COUNT, "min_times": COUNT}),
    "acrostic": Kind({"text": TEXT}, {"position": one_of("first", "last")}),
    "rhyme": Kind({}, {"lines": PLACES}),
    "starts": Kind({"text": TEXT}),
    "ends": Kind({"text": TEXT}),
    "no_repeat": Kind(),
    "only": Kind({"of": one_of(*_ONLY)}),
    "order": Kind({"texts": TEXTS}),
    "pattern": Kind({"regex": REGEX}),
    "tone": Kind({"tone": _TONE}),
    "punctuation": Kind({"forbid": FLAG}),
}
"""Every kind of rule and its keys."""

SLOW = ("pattern",)
"""The kinds that may not finish in time."""

_RUN: dict[str, Callable[[Check, Lines], Text | None]] = {
    "length": _length, "lines": _lines, "line_length": _line_length, "sentences": _sentences,
    "forbid": _forbid, "require": _require, "acrostic": _acrostic, "rhyme": _rhyme,
    "starts": _starts, "ends": _ends, "no_repeat": _no_repeat, "only": _only, "order": _order,
    "pattern": _pattern, "tone": _tone, "punctuation": _punctuation,
}  # fmt: skip


def failure(rule: Check, lines: Lines) -> Text | None:
    """None when the lines (at least one) keep the rule, else the sentence that says how not.

    Raises:
        Undecided: the rule could not be looked at.
    """
    return _RUN[rule["kind"]](rule, lines)
