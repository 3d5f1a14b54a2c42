"""What a judge's reply says, read strictly: one clear verdict in the form asked for, or nothing.

A reply may be fenced, have prose around it, Chinese quotation marks, full-width digits, thinking
tags, or several verdicts. A verdict counts where it stands in an object or in a line of its own
that names it (结论：对; "verdict": "wrong"); words within sentences never do, since a judge that
weighs an answer says 对 and 错 many times. It must be the judge's own last word: one that may be
quoted, or that is followed by second thoughts, is none (see `places`). Two verdicts that differ
are none. What cannot be read comes back with the reason why; it is never guessed and never
becomes a number. This module must not know whom the verdict is about.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from operator import attrgetter
from typing import Any, Literal

from mingan.grading.judging import places
from mingan.grading.judging.criteria import LEVELS
from mingan.grading.judging.templates import MARK
from mingan.language import Text
from mingan.normal import fold, shorten, without_thinking
from mingan.records import NO_TEXT

Kind = Literal["reference", "rubric", "pair"]

LONGEST = 20_000
"""Characters of a reply that are read, from its end; a verdict is asked for in one object."""

MOST_BRACES = 200
"""Braces that a reply may open; one with more is no verdict, and slow to read."""

REASON = 300
"""Characters of a judge's reason that are kept."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What one reply said.

    `verdict` is right, wrong or unsure; of a pair first, second, tie or both bad; of a rubric
    "marks", with one mark a criterion in `marks`; "" where the reply could not be read, and
    `fault` says why. `whole` says that the verdict stood in an object that was closed, so that
    even a reply that was cut off has it.
    """

    verdict: str = ""
    marks: tuple[int, ...] = ()
    reason: str = ""
    fault: Text = NO_TEXT
    whole: bool = False


EMPTY = Text("裁判没有写任何东西", "the judge wrote nothing")
NOTHING = Text("裁判的回复里没有判定", "there is no verdict in the judge's reply")
ODD = Text("裁判的判定不是规定的几种之一", "the judge's verdict is none of those that it was given")
TWO = Text("裁判给了不止一个判定，互相矛盾", "the judge gave verdicts that contradict each other")
AMONG = Text(
    "裁判的判定夹在别的话里，或者后面又有别的话，看不出是不是它自己的判定",
    "the verdict stands among other words or is followed by some, so that it may not be the "
    "judge's own",
)
UNFINISHED = Text("裁判的回复没有写完", "the judge's reply breaks off")

_WORDS: dict[Kind, dict[str, tuple[str, ...]]] = {
    "reference": {
        "right": ("right", "correct", "对", "正确", "答对", "答对了"),
        "wrong": ("wrong", "incorrect", "not correct", "not right", "错", "错误", "不对", "不正确",
                  "答错", "答错了"),
        "unsure": ("unsure", "not sure", "cannot tell", "说不准", "不确定", "拿不准", "无法判断"),
    },
    "pair": {
        "first": ("a", "甲", "answer a", "甲的回答", "甲更好"),
        "second": ("b", "乙", "answer b", "乙的回答", "乙更好"),
        "tie": ("tie", "一样好", "平局", "差不多"),
        "both bad": ("both bad", "都不好", "两个都不好"),
    },
    "rubric": {},
}  # fmt: skip
_SAID = {
    kind: {word: verdict for verdict, words in found.items() for word in words}
    for kind, found in _WORDS.items()
}
_KEYS: dict[Kind, tuple[str, ...]] = {
    "reference": ("verdict", "判定", "结论", "判断", "final verdict", "最终判定", "最后的判定"),
    "pair": ("better", "更好", "哪个更好", "winner", "verdict", "判定"),
    "rubric": ("scores", "score", "得分", "分数", "打分", "marks"),
}
_REASONS = ("reason", "reasons", "理由", "原因", "explanation", "说明")

_LINE = {
    kind: re.compile(
        r"^[\s#*_\-•\d.]{0,12}[【\[]{0,2}(?:"
        + "|".join(sorted(map(re.escape, keys), key=len, reverse=True))
        + r")[】\]]{0,2}[*_\s]{0,4}(?:[:：]|是|为|(?<=[】\]])|\bis\b)\s*(.{1,40})$",
        re.IGNORECASE | re.MULTILINE,
    )
    for kind, keys in _KEYS.items()
}
_WRAPPING = " \t*_`~#>\"'“”‘’「」『』《》<>()（）[]【】{}｛｝。.，,!！;；:："
_PLACEHOLDER = re.compile(r"[|/、…]|\.\.\.|\bor\b|或")
_JSON_SIGNS = str.maketrans("｛｝［］：，“”„‟＂", '{}[]:,"""""')
_TRAILING_COMMA = re.compile(r",\s*([}\]])")


def read(text: str, kind: Kind, *, criteria: Sequence[str] = ()) -> Reading:
    """What a judge's reply says.

    Args:
        kind: what was asked for.
        criteria: what the marks of a rubric are for, in order, in the words the judge was given.
    """
    said = without_thinking(text)[-LONGEST:].strip()
    if not said:
        return Reading(fault=UNFINISHED if text.strip() else EMPTY)
    if sum(said.count(brace) for brace in "{｛") > MOST_BRACES:
        return Reading(fault=ODD)
    found = [
        _Found(start, end, reading)
        for start, end, reading in _all(said, kind, criteria)
        if not places.quoted(said, start)
    ]
    return _one_of(sorted(found, key=attrgetter("end")), said, kind)


@dataclass(frozen=True, slots=True)
class _Found:
    """A reading, and where it stands."""

    start: int
    end: int
    reading: Reading


def _all(said: str, kind: Kind, criteria: Sequence[str]) -> Iterator[tuple[int, int, Reading]]:
    """Everything that looks like a verdict, wherever it stands."""
    for start, end, found in _objects(said, _KEYS[kind]):
        reading = _marks(found, criteria) if kind == "rubric" else _word(found, kind)
        if reading is not None:
            yield start, end, reading
    if kind != "rubric":
        yield from _lines(said, kind)


def _one_of(found: Sequence[_Found], said: str, kind: Kind) -> Reading:
    """The one verdict that all readings agree on, the last of them the judge's last word."""
    if _opened(said) > 0:
        return Reading(fault=UNFINISHED)
    clear = [one.reading for one in found if one.reading.verdict]
    if len({(reading.verdict, reading.marks) for reading in clear}) > 1:
        return Reading(fault=TWO)
    if len(clear) < len(found):  # beside it, something that is none
        return Reading(fault=TWO if clear else ODD)
    if clear:
        if not places.alone(said, found[-1].start, found[-1].end):
            return Reading(fault=AMONG)
        return next((r for r in clear if r.whole), clear[0])
    bare = _bare(said)
    if bare in _SAID[kind]:
        return Reading(verdict=_SAID[kind][bare])
    return Reading(fault=NOTHING)


# -- objects ---------------------------------------------------------------------------------


def _objects(said: str, keys: Sequence[str]) -> Iterator[tuple[int, int, dict[str, Any]]]:
    """Every JSON object in the text that has one of `keys`, its own keys in lower case.

    With each goes where it begins and ends; of one within another that is where the outer does.
    """
    at = 0
    text = said.replace("｛", "{").replace("｝", "}")
    while (start := text.find("{", at)) >= 0:
        found, end = _decoded(text, start)
        if found is None:  # what is looked for may stand within
            at = start + 1
            continue
        at = end
        inner = _within(found, keys)
        if inner is not None:
            yield start, end, inner


_WRAPPERS = frozenset({"tool", "name", "function", "type", "id"})
"""Keys that may stand beside an object within another: those of calling a tool."""


def _within(found: Mapping[str, Any], keys: Sequence[str]) -> dict[str, Any] | None:
    """The object itself if it has one of `keys`, else the one that it merely wraps.

    An object that says more than that may quote the inner one.
    """
    while True:
        lowered = {_plain(key): value for key, value in found.items()}
        if any(key in lowered for key in keys):
            return lowered
        beside = {key for key, value in lowered.items() if not isinstance(value, Mapping)}
        inner = [value for value in lowered.values() if isinstance(value, Mapping)]
        if len(inner) != 1 or not beside <= {*_REASONS, *_WRAPPERS}:
            return None
        found = inner[0]


def _decoded(text: str, start: int) -> tuple[dict[str, Any] | None, int]:
    """The object that begins at `start`, as strictly as it can be read, and where it ends."""
    decoder = json.JSONDecoder(strict=False, object_pairs_hook=_once)
    try:
        found, end = decoder.raw_decode(text, start)
        return (found, end) if isinstance(found, dict) else (None, start)
    except (ValueError, RecursionError):
        pass  # not strictly JSON: it is tried once more below, with its signs put right
    end = _end_of(text, start)
    if end < 0:
        return None, start
    piece = _TRAILING_COMMA.sub(r"\1", fold_digits(text[start:end]).translate(_JSON_SIGNS))
    for candidate in (piece, piece.replace("'", '"')):
        try:
            found = decoder.decode(candidate)
        except (ValueError, RecursionError):
            continue
        if isinstance(found, dict):
            return found, end
    fields = _fields(text[start:end])
    return (fields, end) if fields else (None, start)


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in pairs:
        if key in found and found[key] != value:
            found[key] = [found[key], value]  # neither of them can be the verdict
        else:
            found[key] = value
    return found


def _end_of(text: str, start: int) -> int:
    """The place behind the brace that closes the one at `start`; -1 if none does."""
    depth = 0
    for at in range(start, len(text)):
        depth += (text[at] == "{") - (text[at] == "}")
        if depth == 0:
            return at + 1
    return -1


_FIELD = re.compile(
    r"(?:^\{|[,，\n])\s*[\"“”']([\w\u4e00-\u9fff ]{1,20})[\"“”']\s*[:：]\s*[\"“”']"
    r"([^\"“”'{}\n]{1,40})[\"“”']\s*"
    r"(?=[}｝\n]|[,，]\s*[\"“”'}｝])"
)


def _fields(piece: str) -> dict[str, Any]:
    """The short fields of an object whose long ones hold bare quotation marks.

    Braces within may be a quotation, and then nothing is sure.
    """
    if piece.count("{") > 1:
        return {}
    return _once([(m[1], m[2]) for m in _FIELD.finditer(piece)])


def _word(found: Mapping[str, Any], kind: Kind) -> Reading | None:
    """The verdict in an object; a mere repetition of the form counts as nothing."""
    values = [found[key] for key in _KEYS[kind] if key in found]
    words = [_bare(value) if isinstance(value, str) else "" for value in values]
    if any(isinstance(v, str) and w not in _SAID[kind] and _PLACEHOLDER.search(v)
           for v, w in zip(values, words, strict=True)):  # fmt: skip
        return None
    verdicts = {_SAID[kind][word] for word in words if word in _SAID[kind]}
    if len(verdicts) != 1:
        return Reading()
    return Reading(verdict=verdicts.pop(), reason=_reason(found), whole=True)


def _marks(found: Mapping[str, Any], criteria: Sequence[str]) -> Reading | None:
    """One mark a criterion, by number or by name, or as a list in order; else unreadable."""
    values = [found[key] for key in _KEYS["rubric"] if key in found]
    if len(values) != 1:
        return Reading()
    given = values[0]
    if isinstance(given, Mapping):
        named = {_plain(key): value for key, value in given.items()}
        names = [(str(n), _plain(what)) for n, what in enumerate(criteria, 1)]
        if not all(any(name in named for name in pair) for pair in names) or len(named) != len(
            criteria
        ):
            return Reading()
        ordered = [next(named[name] for name in pair if name in named) for pair in names]
    elif isinstance(given, list) and len(given) == len(criteria):
        ordered = given
    else:
        return Reading()
    marks = [_mark(value) for value in ordered]
    if MARK in ordered:  # a mere repetition of the form
        return None
    if any(mark is None for mark in marks):
        return Reading()
    return Reading(
        verdict="marks", marks=tuple(m for m in marks if m is not None), reason=_reason(found),
        whole=True,
    )  # fmt: skip


def _mark(value: Any) -> int | None:
    if isinstance(value, str):
        plain = fold_digits(value).strip()
        value = int(plain) if re.fullmatch(r"[0-9]", plain) else None
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= LEVELS:
        return None
    return value


def _reason(found: Mapping[str, Any]) -> str:
    said = next((found[key] for key in _REASONS if isinstance(found.get(key), str)), "")
    return shorten(" ".join(said.split()), REASON)


# -- lines -----------------------------------------------------------------------------------


def _lines(said: str, kind: Kind) -> Iterator[tuple[int, int, Reading]]:
    """Verdicts in lines of their own that name them: 结论：对 or **Verdict:** [[wrong]].

    A line that goes on in prose is prose.
    """
    for match in _LINE[kind].finditer(said):
        word = _bare(match[1])
        if word in _SAID[kind]:
            start = match.end() - len(match[0].lstrip())
            yield start, match.end(), Reading(verdict=_SAID[kind][word])


def _opened(said: str) -> int:
    """How many braces are opened and not closed."""
    return sum(said.count(c) for c in "{｛") - sum(said.count(c) for c in "}｝")


def _bare(value: str) -> str:
    """A word without what is put around words."""
    return " ".join(fold(value).strip(_WRAPPING).casefold().split())


def _plain(key: Any) -> str:
    return _bare(str(key))


_DIGITS = str.maketrans("０１２３４５６７８９", "0123456789")


def fold_digits(text: str) -> str:
    """Full-width digits as plain ones."""
    return text.translate(_DIGITS)
