"""Numbers as people and models write them, Chinese and Western, found in running text.

三百二十, 两万, 1.5亿, 1,234.5, 3/4, 四分之三, \\frac{3}{4}, 75%, 3.2×10^5 and 2/7 are read into
exact fractions. Each number found knows whether it is only an operand of a calculation ("60 + 180
= 240": 60 and 180 are), because such a number is no answer. This module knows no questions.
"""

from __future__ import annotations

import re
from fractions import Fraction
from functools import lru_cache
from itertools import pairwise

import msgspec

from mingan.normal import REMEMBERED, SHORT
from mingan.numerals import NUMERALS, chinese

_UNDER_TWENTY_ONE = (
    *("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"),
    *("eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen"),
    *("eighteen", "nineteen", "twenty"),
)
_ENGLISH = {
    w: i
    for i, w in enumerate(
        _UNDER_TWENTY_ONE
    )
} | {"thirty": 30, "forty": 40, "fifty": 50, "sixty": 60, "seventy": 70, "eighty": 80,
     "ninety": 90, "hundred": 100, "thousand": 1000, "million": 10**6}  # fmt: skip

_PLAIN = r"\d{1,3}(?:,\d{3})+(?:\.\d+)?(?!\d)|\d+(?:\.\d+)?|\.\d+"
_FIRST = rf"\\\d.$+\-负{NUMERALS}" + "".join(sorted({w[0] for w in _ENGLISH}))
"""What a number begins with: most places of a text can be passed over at once."""
_NUMBER = re.compile(
    rf"(?=[{_FIRST}])(?:"
    r"(?P<frac>\\[dt]?frac\s*\{\s*(?P<fn>-?\d+(?:\.\d+)?)\s*\}\s*\{\s*(?P<fd>\d+(?:\.\d+)?)\s*\})"
    rf"|(?P<zhfrac>(?P<zd>[{NUMERALS}]+|\d+)分之(?P<zn>[{NUMERALS}]+(?:点[{NUMERALS}]+)?|\d+(?:\.\d+)?))"
    rf"|(?P<sign>(?<![\w)）\]])[-+]|(?<=[=:：≈是为得(,，]\s)-|(?<=[=:：≈是为得])-|负)?\$?"
    rf"(?P<num>{_PLAIN})"
    r"(?:\s*[x×*·]\s*10\s*\^?\s*\{?(?P<exp>[-+]?\d{1,3})\}?(?![\d.])|[eE](?P<e>[-+]?\d{1,3})\b)?"
    r"(?:\s*(?P<mul>千万|百万|十万|万亿|[万亿百千]|(?:[mb]illion|thousand|trillion)\b))?(?:\s*(?P<pct>\\?%|‰|个百分点))?"
    rf"|(?P<zhneg>负)?(?P<zh>(?:百分之)?[{NUMERALS}]+(?:点[{NUMERALS}]+)?)"
    r"|(?P<en>\b(?:" + "|".join(_ENGLISH) + r")\b))",
    re.IGNORECASE,
)
_MULTIPLIER = {
    "万": 10**4, "亿": 10**8, "千": 1000, "百": 100, "百万": 10**6, "千万": 10**7, "十万": 10**5,
    "万亿": 10**12, "thousand": 1000, "million": 10**6, "billion": 10**9, "trillion": 10**12,
}  # fmt: skip

# 一 and its like stand in hundreds of words that count nothing; these neighbours tell.
_NOT_COUNTING_AFTER = re.compile(
    r"^(?:样|般|些|直|起|定|旦|切|致|律|方面|共|下|步|边|时|同|并|概|向|贯|连|味|点|会儿|角形|者|元|"
    r"国|万一|番|度|再|经|流|名同|边形|律师|种|系列)"
)
_NOT_COUNTING_BEFORE = re.compile(r"(?:第|统|唯|万|之|专|同|另|某|任|每|这|那|其|单|进|有)$")
_OPERATOR_AFTER = re.compile(
    r"^[ \t]*\)?\^|^[ \t]*\)?[ \t]*(?:[^\W\d_]|[/·（(）)°$\\]){0,12}?(?:\^-?\d)?[ \t]*"
    r"(?:[+*÷×=≡<>≤≥√!]|-[ \t]*[\d(a-z]|"
    r"/[ \t]*[\d(]|≈|\\(?:times|div|cdot|le|ge)|乘以|除以|加上|减去|"
    r"[加减乘除][ \t]*\d|mod\b|[xX][ \t]*\d)"
)


class Number(msgspec.Struct, frozen=True):
    """A number in a text.

    `value` is what it says, `shown` the same without its percent sign (75% shows 75). `operand`
    marks a number that a calculation goes on from, `ordinal` one that only numbers a step or a
    thing (第三, "2."), `soft` a Chinese numeral that may be part of a word. `places` is the number
    of decimal places written; `tail` is the text right after it, where a unit stands.
    """

    value: Fraction
    shown: Fraction
    start: int
    end: int
    percent: bool = False
    operand: bool = False
    ordinal: bool = False
    soft: bool = False
    places: int = 0
    digits: int = 1
    fraction: bool = False
    tail: str = ""
    text: str = ""


_LONGEST_NUMBER = 120
"""Characters of the longest number that is read; beyond that it is noise."""


def numbers(text: str) -> list[Number]:
    """Every number in a folded text, in order."""
    return list(_short_numbers(text) if len(text) <= SHORT else _numbers(text))


def _numbers(text: str) -> tuple[Number, ...]:
    read = (_read(match, text) for match in _NUMBER.finditer(text))
    found = [number for number in read if number is not None]
    return tuple(_durations(_ratios(found, text), text))


_short_numbers = lru_cache(maxsize=REMEMBERED)(_numbers)


def _read(match: re.Match[str], text: str) -> Number | None:
    start, end = match.span()
    if end - start > _LONGEST_NUMBER:
        return None
    tail, before = text[end : end + 24], text[max(0, start - 8) : start]
    operand = _OPERATOR_AFTER.match(tail) is not None or _in_formula(before, tail)
    if match["zh"]:
        return _read_chinese(match, before, tail, operand)
    places, digits, percent, soft, fraction = 0, 1, False, False, False
    western = match["num"]
    if western:
        plain = western.replace(",", "")
        places = len(plain.partition(".")[2])
        digits = len(plain.replace(".", "").lstrip("0")) or 1
        shown, percent = _western(match, plain), bool(match["pct"])
        value = shown / (1000 if match["pct"] == "‰" else 100) if percent else shown
    elif match["frac"]:
        if Fraction(match["fd"]) == 0:
            return None
        value = shown = Fraction(match["fn"]) / Fraction(match["fd"])
        fraction = True
    elif match["zhfrac"]:
        over, under = _any(match["zn"]), _any(match["zd"])
        if over is None or not under:
            return None
        value, fraction, percent = over / under, True, match["zd"] in ("百", "100")
        shown = over if percent else value
    else:
        value = shown = Fraction(_ENGLISH[match["en"].lower()])
        soft = True
    ordinal = _is_ordinal(before, tail, text, start, bool(western))
    return Number(
        value, shown, start, end, percent, operand, ordinal, soft, places, digits, fraction,
        tail.lstrip()[:12], match[0],
    )  # fmt: skip


def _western(match: re.Match[str], plain: str) -> Fraction:
    """The digits of a Western number with their sign, power of ten and 万 or 亿."""
    shown = Fraction(int(plain)) if plain.isdecimal() else Fraction(plain)
    exponent, multiplier = match["exp"] or match["e"], match["mul"]
    if exponent:
        shown *= Fraction(10) ** int(exponent)
    if multiplier:
        shown *= _MULTIPLIER[multiplier.lower()]
    return -shown if match["sign"] in ("-", "负") else shown


def _in_formula(before: str, tail: str) -> bool:
    """Whether the number belongs to a formula or a condition: ln(x+1), a/0, 当 x = 0 时, 10^4."""
    if before.endswith(("^", "^{", "_", "_{")) or ("/" in before and _DIVISOR.search(before)):
        return True
    if tail.startswith(")") and _BRACKETED.search(before):
        return True
    if tail.startswith("]") and _INDEXED.search(before):
        return True  # the 0 of x[0]
    return _WHEN.match(tail) is not None and _COMPARED.search(before) is not None


_INDEXED = re.compile(r"[A-Za-z_\])]\[$")
_DIVISOR = re.compile(r"[^\d\s]/$")
_BRACKETED = re.compile(r"[a-zA-Z)\d]\s*[-+*/^]\s*$|ln\($|log\($")
_WHEN = re.compile(r"\s*\$?\s*[时处]")
_COMPARED = re.compile(r"[=≠><≥≤→]|等于|大于|小于|趋")


def _read_chinese(match: re.Match[str], before: str, tail: str, operand: bool) -> Number | None:
    written = match["zh"]
    percent = written.startswith("百分之")
    shown = chinese(written.removeprefix("百分之"))
    if shown is None or written in ("百", "千", "万", "亿", "点"):
        return None
    if match["zhneg"]:
        shown = -shown
    word = len(written) == 1 and bool(
        _NOT_COUNTING_AFTER.match(tail) or (written == "一" and _NOT_COUNTING_BEFORE.search(before))
    )
    ordinal = before.endswith("第") or bool(written in "一二三四五六七八九十" and tail[:1] in "、.")
    value = shown / 100 if percent else shown
    return Number(
        value, shown, match.start(), match.end(), percent, operand, ordinal,
        word or written == "一", 0, len(written), False, tail.lstrip()[:12], match[0],
    )  # fmt: skip


def _any(text: str) -> Fraction | None:
    return Fraction(text) if text[0].isascii() else chinese(text)


def _is_ordinal(before: str, tail: str, text: str, start: int, digits: bool) -> bool:
    if before.rstrip().endswith(("第", "步骤", "选项", "方程", "(选项")):
        return True
    if not digits or not _LISTED.match(tail) or "\n" in text[start : start + 5]:
        return False
    line_start = text.rfind("\n", 0, start) + 1
    return len(text) - start > 4 and not text[line_start:start].strip(" -*#(")


_LISTED = re.compile(r"\s*(?:[.、)](?!\d)|:\s)")


def _ratios(found: list[Number], text: str) -> list[Number]:
    """Join `a/b` into one fraction beside its parts, where nothing but a slash stands between."""
    if "/" not in text:
        return found
    joined = list(found)
    for a, b in pairwise(found):
        between = text[a.end : b.start]
        if between.strip() != "/" or len(between) > 3 or not b.value or a.percent or b.percent:
            continue
        if text[max(0, a.start - 1) : a.start] in ("^", "_", "/"):
            continue
        value = a.value / b.value
        joined.append(
            msgspec.structs.replace(
                b,
                value=value,
                shown=value,
                start=a.start,
                soft=False,
                ordinal=False,
                places=0,
                digits=a.digits + b.digits,
                fraction=True,
                text=text[a.start : b.end],
            )
        )
    return sorted(joined, key=lambda n: (n.end, -n.start))


_HOURS = re.compile(r"(\d{1,9}(?:\.\d{1,9})?)\s*个?\s*小时\s*(?:又|零|加)?\s*(\d{1,9})\s*分")


def _durations(found: list[Number], text: str) -> list[Number]:
    """2 小时 40 分 is also 160: whoever asks for minutes takes either."""
    if "小时" not in text:
        return found
    extra = [
        Number(
            Fraction(m[1]) * 60 + Fraction(m[2]),
            Fraction(m[1]) * 60 + Fraction(m[2]),
            m.start(),
            m.end(),
            digits=3,
            tail="分钟",
            text=m[0],
        )
        for m in _HOURS.finditer(text)
    ]
    return sorted(found + extra, key=lambda n: (n.end, -n.start)) if extra else found


def same(
    reference: Number, other: Number, *, tolerance: Fraction | None = None, rounded: bool = True
) -> bool:
    """Whether `other` says what `reference` says.

    With `tolerance` (absolute) the two may differ by that much. Without it they must be equal, or
    equal after rounding to the decimals that are written, as long as two significant digits stay:
    0.29 for 2/7 and 7.2 for 7.22 pass, 7 does not, and 79.6 never passes for a whole 80.
    """
    pairs = [(reference.value, other.value), (reference.shown, other.shown)]
    if reference.percent or other.percent or reference.fraction:
        pairs += [(reference.value, other.shown / 100)] if not other.fraction else []
        pairs += [(reference.shown, other.value)]
    for a, b in pairs:
        if a == b or (tolerance is not None and abs(a - b) <= tolerance):
            return True
        if tolerance is None and rounded and _rounds(a, b, reference, other):
            return True
    return False


def _rounds(a: Fraction, b: Fraction, reference: Number, other: Number) -> bool:
    if reference.places == 0 and not reference.fraction:
        return False
    if other.fraction and reference.fraction:
        return False
    if other.digits < 2:
        return False
    shift = 2 if other.percent and b == other.value else 0
    places = min(other.places + shift, reference.places) if reference.places else (
        other.places + shift
    )  # fmt: skip
    return places > 0 and abs(a - b) <= Fraction(6, 10) / 10**places


_EXPRESSION = re.compile(r"^[\d\s.+\-*/()]{1,80}$")
_OPERATOR = re.compile(r"[-+*/]")
_TOKEN = re.compile(r"\s*(\d+(?:\.\d+)?|[-+*/()])")


def evaluate(text: str) -> Fraction | None:
    """The value of a plain calculation such as (40*70)/(20*60); None for anything else."""
    if not _EXPRESSION.match(text) or not _OPERATOR.search(text):
        return None
    tokens = _TOKEN.findall(text)
    try:
        value, rest = _sum(tokens)
    except (ValueError, ZeroDivisionError, IndexError, RecursionError):
        return None
    return value if not rest else None


def _sum(tokens: list[str]) -> tuple[Fraction, list[str]]:
    value, tokens = _product(tokens)
    while tokens and tokens[0] in "+-":
        sign = tokens[0]
        term, tokens = _product(tokens[1:])
        value = value + term if sign == "+" else value - term
    return value, tokens


def _product(tokens: list[str]) -> tuple[Fraction, list[str]]:
    value, tokens = _factor(tokens)
    while tokens and tokens[0] in "*/":
        sign = tokens[0]
        factor, tokens = _factor(tokens[1:])
        value = value * factor if sign == "*" else value / factor
    return value, tokens


def _factor(tokens: list[str]) -> tuple[Fraction, list[str]]:
    head = tokens[0]
    if head == "-":
        value, rest = _factor(tokens[1:])
        return -value, rest
    if head == "(":
        value, rest = _sum(tokens[1:])
        return value, rest[1:] if rest and rest[0] == ")" else [")"]
    return Fraction(head), tokens[1:]
