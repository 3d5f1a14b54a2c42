"""The values that an answer lists: in one line, one a line, or each behind the input it belongs to.

    41，125，305        f(12)=41，f(40)=125，f(100)=305        12: 41
                                                              40: 125 …

An answer may hold more than its values, such as the rule in words, so that it is read in every
way in which as many values are found as were asked for. It knows texts only, and no rule.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from mingan.bank.games.reading import INTEGER, clean, integers
from mingan.numerals import NUMERALS, chinese

Value = int | str

_APPLIED = re.compile(
    r"f\s*\([^()\n]{0,40}\)\s*(?:=|是|为|:)?|\b[xn]\s*=\s*-?\d+\s*(?:时|:|,|->|→)+"
)
_APPLIED_WORD = re.compile(r"f\s*\([^()\n]{0,40}\)\s*(?:=|是|为|:)?")
_GROUPED = re.compile(r"(?<![\d,.])-?\d{1,3}(?:,\d{3})+(?!\d|,\d)")
_WORD = re.compile(r"(?<![a-z])[a-z]+(?![a-z])")
_NUMERAL = re.compile(rf"(?<![{NUMERALS}第])[{NUMERALS}]{{1,12}}(?![{NUMERALS}])")
_ORDINAL = re.compile(r"^[\s|*-]*(?:第?\s*\d{1,2}\s*(?:[.、)]|个?\s*:)|[-*•])\s*")
_LABELLED = re.compile(
    r"^[\s|*\-•\d.]{0,8}?(?:f\s*\(\s*|x\s*=\s*|试\s*:?\s*)?(?P<input>-?\d{1,15}|[a-z]{1,20})[\s)]*"
    r"(?:(?:的?(?:值|结果|输出)?(?:是|为))|时|[:=|,]|->|=>|→)+(?P<rest>.{0,200})$"
)
_BREAK = re.compile(r"\n|[;。]|,\s|、")
_PROSE = re.compile(r"[^\W\d_]")
_REASON = re.compile(r"[,。;(]?\s*(?:因为|由于|理由)[^\n]*")
_HEAD = re.compile(
    r"(?:最终|最后|我的)?(?:答案|结果|作答|回答|答|(?:它们?)?的?值)(?:分别|依次)*(?:是|为)?\s*:?"
)


def readings(text: str, inputs: Sequence[Value], *, words: bool) -> list[list[Value]]:
    """Every list of as many values as `inputs` that an answer may be taken to give.

    Lists of nothing but values come first; sentences in which as many happen to stand are read
    only where there are none. Equal lists are given once.

    Args:
        inputs: what the values belong to, in order.
        words: whether values are words of the letters a to z rather than whole numbers.
    """
    body, count = _folded(text), len(inputs)
    lines = [line for line in body.split("\n") if line.strip()]
    labelled = _labelled(body, inputs, words)
    if labelled:
        return [labelled]
    lists = [*_lists([*lines, body], inputs, words), _column(lines, words)]
    sentences = [_values(text, words) for text in (*lines, body)]
    for found in (lists, sentences):
        fitting = [values for at, values in enumerate(found) if values not in found[:at]]
        fitting = [values for values in fitting if len(values) == count]
        if fitting:
            return fitting
    return []


def most_of(text: str, *, words: bool) -> list[Value]:
    """The values of an answer that gives too few or too many: of its only list, or of it all."""
    body = _folded(text)
    lists = [_values(line, words) for line in body.split("\n") if _only_values(line, words)]
    return lists[0] if len(lists) == 1 else _values(body, words)


def _folded(text: str) -> str:
    body = _REASON.sub("", clean(text).lower())
    return _NUMERAL.sub(_in_digits, body) if not any(c.isdigit() for c in body) else body


def _in_digits(match: re.Match[str]) -> str:
    value = chinese(match[0])
    return match[0] if value is None else str(value)


def _lists(lines: list[str], inputs: Sequence[Value], words: bool) -> Iterator[list[Value]]:
    """The lines of nothing but values; one that only says the inputs again is none."""
    for line in lines:
        if not _only_values(line, words):
            continue
        for values in (_values(line, words), _values(_GROUPED.sub(_ungrouped, line), words)):
            if list(map(str, values)) != list(map(str, inputs)):
                yield values


def _ungrouped(match: re.Match[str]) -> str:
    return match[0].replace(",", "")


def _only_values(line: str, words: bool) -> bool:
    """Whether a line holds values, and no words around them but 答案：, f(3)= and the like."""
    rest = _HEAD.sub("", _bare(line, words))
    rest = (_WORD if words else INTEGER).sub("", rest)
    return rest != line and _PROSE.search(rest.replace("和", "")) is None


def _labelled(body: str, inputs: Sequence[Value], words: bool) -> list[Value]:
    """The values that stand behind their inputs, if every input has one; else none."""
    given: dict[str, set[Value]] = {}
    for segment in _BREAK.split(body):
        match = _LABELLED.match(segment)
        values = _values(match["rest"], words) if match else []
        if match and values:
            given.setdefault(match["input"], set()).add(values[-1])
    chosen = [given.get(str(value), set()) for value in inputs]
    sure = all(len(values) == 1 for values in chosen)
    return [next(iter(values)) for values in chosen] if sure else []


def _column(lines: list[str], words: bool) -> list[Value]:
    """The values of lines that hold one each, numbered or not."""
    values = [_values(_ORDINAL.sub("", line), words) for line in lines if _numbered(line, words)]
    return [value[0] for value in values if len(value) == 1]


def _numbered(line: str, words: bool) -> bool:
    rest = _ORDINAL.sub("", line)
    return rest != line and _only_values(rest, words)


def _values(text: str, words: bool) -> list[Value]:
    """The values in a text, of a calculation what follows its last equals sign."""
    bare = _bare(text, words)
    parts = [part.rpartition("=")[2] if "=" in part else part for part in _BREAK.split(bare)]
    if words:
        return [word for part in parts for word in _WORD.findall(part)]
    return [number for part in parts for number in integers(part)]


def _bare(text: str, words: bool) -> str:
    return (_APPLIED_WORD if words else _APPLIED).sub(" ", text)
