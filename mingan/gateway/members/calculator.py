"""Sums, exactly: a member that answers when the whole question is one, and abstains otherwise.

    Calculator().answer(Ask(messages=({"role": "user", "content": "37 x 41 = ?"},)))    # "1517"

Nor does it answer what may be no sum at all (9/11, 1920x1080, 24/7). It must not know how an
answer is judged, and it never evaluates code.
"""

from __future__ import annotations

import re
from fractions import Fraction
from typing import Literal

from mingan.gateway.members.arithmetic import BINARY, Token, Unsure, tokens_of, value_of
from mingan.gateway.members.asked import fitting, plain, sole
from mingan.gateway.members.figures import NUMBER, exactly, number, roughly
from mingan.gateway.policy import Ask

Clear = Literal["bare", "asked", "surely"]
"""How plainly a text asks for a value: not at all, "what is …", or "… = ?"."""

_PLACES, _SHORT_PLACES, _LONGEST_FRACTION = 20, 6, 80

_SURE_START = re.compile(
    r"(?:(?:请你?|请?帮我|麻烦)?(?:计算|算|求)(?:一下|一算|出|算)?(?:下面的算式|下式)?"
    r"|(?:please )?(?:calculate|compute|evaluate|work out|how much is|what(?: is|'s) the "
    r"(?:value|result) of)(?: the (?:value|result) of)?(?![a-z]))\s*:?\s*",
    re.IGNORECASE,
)
_START = re.compile(r"what(?: is|'s)(?![a-z])\s*:?\s*", re.IGNORECASE)
_STARTS: tuple[tuple[re.Pattern[str], Clear], ...] = (
    (re.compile(r"请问\s*:?\s*"), "asked"),
    (_SURE_START, "surely"),
    (_START, "asked"),
)
_SURE_END = re.compile(
    r"\s*(?:(?:=|等于|是|得)\s*(?:多少|几)[呢啊呀]?|等于什么|=\s*(?:_+|\( ?\))?"
    r"|的(?:值|结果|得数)(?:是多少|是|等于多少)?|equals?(?: to)?(?: what)?)\Z",
    re.IGNORECASE,
)
_DAY = re.compile(r"[0-9]{4}[-/][0-9]{1,2}[-/][0-9]{1,2}")
"""2024-11-27 is a day, whatever is asked of it."""

_PLEASE = re.compile(r",? please\Z", re.IGNORECASE)
_SHARE = re.compile(rf"({NUMBER})\s?% of ({NUMBER})", re.IGNORECASE)
_SHARE_ZH = re.compile(rf"({NUMBER})\s?的\s?({NUMBER})\s?%")
_WORDS = (
    (re.compile(r"\s*(?:加上?|(?<=\s)plus(?=\s))\s*"), " + "),
    (re.compile(r"\s*(?:减去?|(?<=\s)minus(?=\s))\s*"), " - "),
    (re.compile(r"\s*(?:乘以?|(?<=\s)(?:times|multiplied by)(?=\s))\s*"), " × "),
    (re.compile(r"\s*(?:除以|(?<=\s)divided by(?=\s))\s*"), " ÷ "),
)


class Calculator:
    """Answers a question that is a sum."""

    name = "calculator"

    def answer(self, ask: Ask) -> str | None:
        """The value; None where the question is no sum, or one that is read in two ways."""
        text = sole(ask)
        return None if text is None else fitting(told(text), ask)


def told(text: str) -> str | None:
    """What is said to a question; None for any that is not surely a sum."""
    line = plain(text)
    if line is None or "—" in text:
        return None
    asked, clear = _unwrapped(line)
    if _DAY.fullmatch(asked):
        return None
    if share := _SHARE.fullmatch(asked) or _SHARE_ZH.fullmatch(asked):
        one, other = number(share[1]), number(share[2])
        return None if one is None or other is None else _said(one * other / 100, slashed=False)
    signed = asked.casefold()
    for pattern, sign in _WORDS:
        signed = pattern.sub(sign, signed)
    try:
        tokens = tokens_of(signed)
        if not _is_sum(tokens, clear, spoken=signed != asked.casefold()):
            return None
        value = value_of(tokens)
    except Unsure:
        return None
    return _said(value, slashed="/" in signed and set(".%万亿").isdisjoint(signed))


def _unwrapped(line: str) -> tuple[str, Clear]:
    """The sum without what asks for it, and how plainly that asks."""
    clear: Clear = "asked" if line.endswith("?") else "bare"
    line = _PLEASE.sub("", line.rstrip("?。. "))
    for pattern, how in _STARTS:
        if start := pattern.match(line):
            line, clear = line[start.end() :], how
    if end := _SURE_END.search(line):
        line, clear = line[: end.start()], "surely"
    return line.strip(), clear


def _is_sum(tokens: list[Token], clear: Clear, *, spoken: bool) -> bool:
    """Whether the signs are surely meant as arithmetic, given how plainly a value is asked for."""
    signs = [token for token in tokens if token.sign in BINARY]
    if spoken:
        # Nobody hears the parentheses in "3 plus 4 times 5".
        return len(signs) == 1
    if clear == "surely":
        return bool(signs)
    if any(token.sign in "+*÷^" for token in signs):
        return True
    return clear == "asked" and any(token.loose or token.sign == "×" for token in signs)


def _said(value: Fraction, *, slashed: bool) -> str | None:
    """A number as it is told: whole, as a decimal, or as a fraction with its decimals beside it."""
    if value.denominator == 1:
        return str(value.numerator)
    short = exactly(value, _SHORT_PLACES if slashed else _PLACES)
    if short is not None:
        return f"{value} = {short}" if slashed else short
    said = f"{value} ≈ {roughly(value)}"
    return said if len(said) <= _LONGEST_FRACTION else None
