"""Chinese numerals: 三百二十, 两万, 二点五 and 一九五五 as exact numbers.

It reads a numeral that stands alone; where one stands in a text is for others to find. It knows
no questions and no grading.
"""

from __future__ import annotations

from fractions import Fraction

_DIGITS = {c: i for i, c in enumerate("零一二三四五六七八九")} | {
    "〇": 0, "两": 2, "壹": 1, "贰": 2, "叁": 3, "肆": 4, "伍": 5, "陆": 6, "柒": 7,
    "捌": 8, "玖": 9,
}  # fmt: skip
_TENS = {"十": 10, "百": 100, "千": 1000, "拾": 10, "佰": 100, "仟": 1000}
_GROUPS = {"万": 10**4, "亿": 10**8, "兆": 10**12}
NUMERALS = "零〇一二三四五六七八九两十百千万亿廿卅"
"""Every character of a whole Chinese numeral."""


def chinese(text: str) -> Fraction | None:
    """The value of a Chinese numeral such as 三百二十 or 二点五; None if it is none.

    一九五五 reads digit by digit, 三万五 is 35,000 as in speech.
    """
    whole, _, decimals = text.partition("点")
    value = _chinese_whole(whole)
    if value is None:
        return None
    if not decimals:
        return Fraction(value)
    if any(c not in _DIGITS for c in decimals):
        return None
    return value + Fraction(int("".join(str(_DIGITS[c]) for c in decimals)), 10 ** len(decimals))


def _chinese_whole(text: str) -> int | None:
    text = text.replace("廿", "二十").replace("卅", "三十")
    if not text or len(text) > 24:
        return None
    if all(c in _DIGITS for c in text):
        return int("".join(str(_DIGITS[c]) for c in text))
    total = section = digit = 0
    last_unit = 1
    for c in text:
        if c in _DIGITS:
            digit = _DIGITS[c]
            last_unit = 1 if digit == 0 else last_unit
        elif c in _TENS:
            section += (digit or 1) * _TENS[c]
            last_unit, digit = _TENS[c], 0
        elif c in _GROUPS:
            group = section + digit
            if c == "亿":
                total = (total + group) * _GROUPS[c]
            else:
                total += (group or 1) * _GROUPS[c]
            last_unit, section, digit = _GROUPS[c], 0, 0
        else:
            return None
    tail = digit * (last_unit // 10) if last_unit >= 100 and digit else digit
    return total + section + tail
