"""Which of the numbers in a text is its answer.

A calculation is full of numbers. The answer is the last result (no operand, no step's number)
of the last sentence that concludes, or of the last sentence that has a result at all; a first
sentence that answers outright counts as well, and where the two differ the text contradicts itself.
This module does not know which number is right.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache

from mingan.grading.commitment import CONCLUSION, CORRECTION
from mingan.grading.numerals import Number, numbers
from mingan.normal import fold, key, sentences

_DECLARES = re.compile(
    r"答案(?:应该|应当|应)?(?:是|为|:|就是)?|\\boxed|####|answer\s*(?:is|:)|结果(?:是|为|:)|最终(?:结果|答案)",
    re.IGNORECASE,
)
_ASKED_UNIT = re.compile(
    r"(?:多少|几)\s*(?:的\s*)?([^\s,。?!:;\d(多少几]{1,3})|how many\s+(\w+)", re.IGNORECASE
)
_SPLIT = re.compile(r"(?<=[\d元次只种人杯个%)])(?=因此|所以|综上|故|那么)")
_ASIDE = re.compile(
    r"^\W*(?:注意|需要注意|请注意|但是?|然而|不过|值得|此外|另外|note|however|also)", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class FinalNumber:
    """What a text gives as its number.

    `number` is None when it gives none. `others` are results it gives with the same weight beside
    it, `all` every number in the text. `firm`: declared as the answer; `concluded`: at least in a
    concluding sentence; `first`: what the first sentence answers outright, if anything.
    """

    number: Number | None
    others: tuple[Number, ...] = ()
    all: tuple[Number, ...] = ()
    firm: bool = False
    concluded: bool = False
    first: Number | None = None


@dataclass(frozen=True, slots=True)
class _Asked:
    """What the prompt asks for; read once for all answers to it.

    `whole` is its key, `words` the characters of its last clause, `variable` the x of x 的值,
    `which` whether it asks for the how-manieth.
    """

    whole: str
    unit: str
    variable: str
    words: frozenset[str]
    which: bool


@lru_cache(maxsize=512)
def _asked(prompt: str) -> _Asked:
    variable = _VARIABLE.search(prompt)
    return _Asked(
        whole=key(prompt),
        unit=asked_unit(prompt),
        variable=variable[1] if variable else "",
        words=_asked_words(prompt),
        which=_WHICH.search(prompt) is not None,
    )


@dataclass(frozen=True, slots=True)
class _Line:
    text: str
    results: tuple[Number, ...]
    weight: int
    place: int


def final_number(text: str, prompt: str = "") -> FinalNumber:
    """The final number of a folded text, as an answer to `prompt`."""
    everything = tuple(numbers(text))
    if not everything:
        return FinalNumber(None)
    boxed = _boxed(text)
    if boxed is not None:
        return FinalNumber(boxed, (), everything, True, True)
    asked = _asked(prompt)
    given = _given(text, asked)
    if not given:
        return FinalNumber(None, all=everything)
    chosen = _chosen(given)
    number, others = _pick(chosen, asked, prompt)
    first = _first(given, chosen)
    return FinalNumber(number, others, everything, chosen.weight >= 3, chosen.weight >= 2, first)


_BOXED = re.compile(r"\\boxed\s*\{((?:[^{}\n]|\{[^{}\n]{0,40}\}){1,80})\}")


def _boxed(text: str) -> Number | None:
    """The number in the last \\boxed{…}, when there is exactly one in it."""
    boxes = _BOXED.findall(text) if "\\boxed" in text else []
    inside = [n for n in numbers(boxes[-1]) if not n.operand] if boxes else []
    whole = [n for n in inside if n.fraction] or inside
    return whole[0] if len(whole) == 1 else None


def asked_unit(prompt: str) -> str:
    """The unit that the question asks in: 页 for 多少页, % for 百分比; `""` if none is plain."""
    if _SHARE.search(prompt):
        return "%"
    found = list(_ASKED_UNIT.finditer(fold(prompt)))
    return next((g for g in found[-1].groups() if g), "") if found else ""


def _given(text: str, asked: _Asked) -> list[_Line]:
    """The text's sentences that have results, in order."""
    unit, short = asked.unit[:1], len(key(text)) < 12
    lines = []
    joined = _OPEN_END.sub(lambda m: m[0][0] + " ", text)
    for i, sentence in enumerate(s for part in sentences(joined) for s in _SPLIT.split(part)):
        names = asked.which and _answers(sentence, asked.words)
        found = [n for n in numbers(sentence) if _is_result(n, sentence, unit, names, short)]
        found = [n for n in found if not _part_of_fraction(n, found)]
        if found and len(key(sentence)) > 8 and key(sentence) in asked.whole:
            found = []
        if found:
            lines.append(_Line(sentence, tuple(found), _weight(sentence, asked.words), i))
    return lines


def _part_of_fraction(number: Number, found: list[Number]) -> bool:
    """Whether a number is only the numerator or denominator of a fraction found as a whole."""
    return any(
        whole.fraction
        and whole.end - whole.start > number.end - number.start
        and whole.start <= number.start
        and number.end <= whole.end
        for whole in found
    )


def _is_result(number: Number, sentence: str, unit: str, names: bool, short: bool) -> bool:
    """Whether a number may be an answer; 第二 may where the question asks which one (`names`)."""
    before = sentence[: number.start].rstrip()
    if number.operand or _BESIDES.search(before):
        return False
    if before.endswith("第"):
        return names and not re.search(r"不[^,。]{0,4}第$", before)
    if number.ordinal:
        return False
    return not number.soft or short or bool(unit and number.tail.startswith(unit))


_VARIABLE = re.compile(r"([A-Za-zα-ω])\s*的值")
_SHARE = re.compile(r"百分(?:之几|比|率|之多少)|占比|percent")
_OPEN_END = re.compile(r"[:=]\s*\n+")
_WHICH = re.compile(r"第几|哪一?[页座个年层章天站排位名间号行]")
_BESIDES = re.compile(r"(?:另外|其他|其余|其它|除了|别的)\s*$")


def _answers(sentence: str, asked: frozenset[str]) -> bool:
    """Whether the sentence repeats the question's own words, as an answer in full does."""
    return len(asked) >= 3 and len(asked & set(key(sentence))) / len(asked) >= 0.75


def _asked_words(prompt: str) -> frozenset[str]:
    """The characters of the question's last clause, without those that ask."""
    clauses = (key(c) for c in reversed(_CLAUSE_END.split(fold(prompt))))
    last = next((clause for clause in clauses if len(clause) >= 3), "")
    return frozenset(c for c in last if c not in _ASKING and not c.isascii())


_CLAUSE_END = re.compile(r"[,。?!;\n]")
_ASKING = "多少几什么哪请问是的了有吗呢"


def _weight(sentence: str, asked: frozenset[str]) -> int:
    if _DECLARES.search(sentence):
        return 3
    if _ASIDE.match(sentence):
        return 0
    if CONCLUSION.search(sentence) or _answers(sentence, asked):
        return 2
    return 1


def _chosen(given: list[_Line]) -> _Line:
    """The last declared line if nothing concluding follows, else the last concluding one."""
    declared = [line for line in given if line.weight == 3 and _solid(line)]
    concluding = [line for line in given if line.weight >= 2 and _solid(line)]
    if declared and (not concluding or concluding[-1].place <= declared[-1].place):
        return declared[-1]
    if concluding:
        last = given[-1]
        bare = re.fullmatch(r"[\s=≈:*$]*[^\u4e00-\u9fff]{0,40}[^\d]{0,4}", last.text)
        return (
            last
            if last.place > concluding[-1].place and bare and "=" in last.text
            else concluding[-1]
        )
    solid = [line for line in given if _solid(line) and line.weight]
    return (solid or given)[-1]


def _solid(line: _Line) -> bool:
    return bool(line.results)


def _pick(line: _Line, asked: _Asked, prompt: str) -> tuple[Number, tuple[Number, ...]]:
    """The line's answer: the last result in the asked unit, or the last that was not given."""
    pool, unit = list(line.results), asked.unit
    named = _named(line.text, pool, asked.variable)
    if named is not None:
        return named, ()
    if len(pool) == 1:
        return pool[0], ()
    in_unit = [n for n in pool if unit and (n.percent if unit == "%" else n.tail.startswith(unit))]
    declared = list(_DECLARES.finditer(line.text))
    after = [n for n in pool if declared and n.start >= declared[-1].start()]
    if len(after) == 1 and not in_unit and not _in_brackets(line.text, after[0]):
        return after[0], _others(line.text, pool, after[0])
    outside = [n for n in pool if not _in_brackets(line.text, n)] or pool
    if not unit or not in_unit:
        known = {n.value for n in numbers(fold(prompt))}
        fresh = [n for n in outside if n.value not in known and n.shown not in known]
        outside = fresh or outside
    after = [n for n in outside if declared and n.start >= declared[-1].start()]
    if after and not in_unit:
        pick = after[0] if "=" not in line.text[after[0].start :] else after[-1]
    else:
        pick = (in_unit or outside)[-1]
    return pick, _others(line.text, pool, pick)


def _others(sentence: str, pool: list[Number], pick: Number) -> tuple[Number, ...]:
    """The other results of a sentence since its last conclusion before the pick."""
    concluded = [m.start() for m in CONCLUSION.finditer(sentence) if m.start() <= pick.start]
    since = concluded[-1] if concluded else 0
    return tuple(n for n in pool if n is not pick and n.start >= since)


def _named(sentence: str, pool: list[Number], variable: str) -> Number | None:
    """The number that the sentence gives to the variable asked for: 5 of x 的值为 5, y 的值为 3."""
    if not variable:
        return None
    given = re.compile(rf"(?<![A-Za-z]){variable}\s*(?:的值)?\s*(?:=|是|为|等于)+\s*$")
    return next((n for n in pool if given.search(sentence[: n.start])), None)


def _in_brackets(sentence: str, number: Number) -> bool:
    before = sentence[: number.start]
    return before.count("(") > before.count(")") and ")" in sentence[number.end :]


def _first(given: list[_Line], chosen: _Line) -> Number | None:
    """What the opening sentence answers outright, when it is not itself the chosen one."""
    line = given[0]
    if line.place > 1 or line.place == chosen.place or "=" in line.text:
        return None
    return line.results[-1] if len(line.results) == 1 else None


def stated(reference: Fraction, found: FinalNumber) -> bool:
    """Whether the number stands anywhere in the text, even as a step."""
    return any(reference in (n.value, n.shown) for n in found.all)


def corrected(text: str) -> bool:
    """Whether the text says that it takes something back."""
    return CORRECTION.search(text) is not None
