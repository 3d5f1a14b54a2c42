"""Units: a member that converts a quantity where that is the whole question.

    Units().answer(Ask(messages=({"role": "user", "content": "3斤是多少克"},)))    # "1500 克"

Unlike dimensions, names with several meanings (gallon, ton, year; MB in KB) and quantities of
two parts (5 feet 11 inches) are left to others. What units there are is in `unit_table.py`.
"""

from __future__ import annotations

import re
from fractions import Fraction

from mingan.gateway.members.asked import fitting, plain, sole
from mingan.gateway.members.figures import NUMBER, exactly, number, roughly
from mingan.gateway.members.unit_table import UNITS, convert, unit
from mingan.gateway.policy import Ask

_PLACES, _LARGEST, _SMALLEST = 6, 10**15, Fraction(1, 10**6)
"""Decimals that are told as they are; values beyond the others would not be read."""

_OLD = frozenset({"里", "丈", "尺", "寸", "市里", "市丈", "市尺", "市寸"})

_SPOKEN = {c: Fraction(i) for i, c in enumerate("一二三四五六七八九十", 1)} | {
    "两": Fraction(2), "半": Fraction(1, 2), "a": Fraction(1), "an": Fraction(1),
    "one": Fraction(1),
}  # fmt: skip

_NAMES = "|".join(re.escape(name) for name in sorted(UNITS, key=len, reverse=True))
_OF = rf"(?P<value>-?{NUMBER}|[一二三四五六七八九十两半]|(?:an?|one)(?= ))\s*(?P<source>{_NAMES})"
_TO = rf"(?P<target>{_NAMES})"

_GAP = r"(?:\?+|_+|\( ?\))"

_ENGLISH = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"(?:(?:please )?convert |what(?: is|'s) |how much is )?{_OF} (?:in|to|into) {_TO}",
        rf"how many {_TO} (?:are |is )?(?:there )?(?:in )?{_OF}",
        rf"{_OF} (?:is|equals|are|=) how many {_TO}",
        rf"{_OF} ?= ?{_GAP} ?{_TO}",
    )
)
_CHINESE = tuple(
    re.compile(rf"(?:请问|请计算)? ?{pattern}[呢啊呀]?")
    for pattern in (
        rf"{_OF} ?(?:是|等于|有|合|为|=|相当于|(?:换算|转换)[成为]|折合)? ?(?:多少|几) ?{_TO}",
        rf"(?:请)?(?:把|将)? ?{_OF} ?(?:换算|转换|换|转)(?:成|为|到) ?{_TO}(?:是多少|等于多少)?",
        rf"{_OF} ?= ?{_GAP} ?{_TO}",
    )
)


class Units:
    """Answers a question that asks for a quantity in other units."""

    name = "units"

    def answer(self, ask: Ask) -> str | None:
        """The quantity with its unit; None where something else or more is asked."""
        text = sole(ask)
        return None if text is None else fitting(told(text), ask)


def told(text: str) -> str | None:
    """What is said to a question; None for any that is no conversion."""
    line = plain(text)
    if line is None or "—" in text or "–" in text:
        return None
    line = line.rstrip("?。. ")
    for chinese, patterns in ((False, _ENGLISH), (True, _CHINESE)):
        for pattern in patterns:
            if found := pattern.fullmatch(line):
                return _said(found["value"], found["source"], found["target"], chinese=chinese)
    return None


def _said(written: str, source: str, target: str, *, chinese: bool) -> str | None:
    value, one, other = _value(written), unit(source), unit(target)
    if value is None or one is None or other is None or one == other:
        return None
    if written.isalpha() and written.isascii() and one.kind == "temperature":
        return None
    if "寸" in (source, target) and not {source, target} <= _OLD:
        # In centimetres, a 寸 of a screen or a cake is an inch.
        return None
    found = convert(value, one, other)
    if found is None or abs(found) >= _LARGEST or (0 < abs(found) < _SMALLEST):
        return None
    shown = target.replace("^2", "²").replace("^3", "³")
    exact = exactly(found, _PLACES)
    if exact is not None:
        return f"{exact} {shown}"
    return f"{'约 ' if chinese else '≈ '}{roughly(found)} {shown}"


def _value(written: str) -> Fraction | None:
    if (spoken := _SPOKEN.get(written.casefold())) is not None:
        return spoken
    found = number(written.removeprefix("-"))
    return -found if found is not None and written.startswith("-") else found
