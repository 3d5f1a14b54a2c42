"""Yes-or-no questions about a hidden whole number: 大于 32 吗, 是偶数吗, 能被 3 整除吗, 是 33 吗.

It reads a predicate that `reading.asked` cut out of a model's turn, and says whether it is true of
a number. Ranges hold their ends. It knows no game.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from math import isqrt

from mingan.numerals import NUMERALS, chinese

_N = r"(-?\d{1,9})"
_R = r"(-?\d{1,9}(?:\.\d{1,4})?)"
_EQUAL = re.compile(rf"(?:就是|是|等于|为|=)?(?:数字|整数)?{_N}")
_WRITTEN = re.compile(rf"(?<!第)(?:[{NUMERALS}]{{2,12}}|[{NUMERALS}](?![位个端头者]))")
_AND = re.compile(r"而且|并且|同时又?|[且又]|(?<=\d)(?=不?[大小]于|[<>≤≥]=?\d)")
_OR = re.compile(r"或者?")

# Whether a bound is held itself may be said aside: 在 1 到 9 之间（不含 9）.
_ASIDE = re.compile(r"\(([^()]*)\)")
_HELD = re.compile(
    r"(不?)(?:包含|包括|含有?)(?:(?:两端|两头|首尾|端点|边界|本身|本数|两者|它们)(?:点|值)?|"
    r"(-?\d{1,9}(?:[,、和]-?\d{1,9})*))?[,、和]?"
)

_WITHIN = r"(?:之间|之内|以内|这个|这一|闭?区间|范围|内|中|里)"
_SEVERAL = re.compile(
    r"是?(\d{1,9}(?:(?:、|或者?是?|和)\d{1,9})+)(?:(?:其?中的?|里的?)?(?:一个|之一))?"
)

_Test = Callable[[int, list[float]], bool | None]
_Form = tuple[re.Pattern[str], _Test]


def _forms(*written: tuple[str, _Test]) -> tuple[_Form, ...]:
    lead = r"(?:是|是个|是一个|能|可以|会)?"
    return tuple((re.compile(rf"{lead}{form}(?:的)?(?:数|整数)?"), test) for form, test in written)


_BOUNDS = _forms(
    (rf"(?:大于(?:或|或者)?等于|至少是?|>=|≥|不小于|到){_R}", lambda x, n: x >= n[0]),
    (rf"(?:小于(?:或|或者)?等于|至多是?|最多是?|<=|≤|不大于){_R}", lambda x, n: x <= n[0]),
    (rf"(?:在|大于)?{_R}[及或]以上", lambda x, n: x >= n[0]),
    (rf"(?:在|小于)?{_R}[及或]以下", lambda x, n: x <= n[0]),
    # Not all count the bound itself to 以上 and 以下.
    (rf"在?{_R}以上", lambda x, n: None if x == n[0] else x > n[0]),
    (rf"在?{_R}(?:以下|以内)", lambda x, n: None if x == n[0] else x < n[0]),
    (rf"(?:大于|超过|高于|多于|>){_R}", lambda x, n: x > n[0]),
    (rf"(?:小于|低于|少于|<){_R}", lambda x, n: x < n[0]),
    (rf"比{_R}(?:更|还|要)?大", lambda x, n: x > n[0]),
    (rf"比{_R}(?:更|还|要)?小", lambda x, n: x < n[0]),
    (rf"{_R}<[nx]", lambda x, n: x > n[0]),
    (rf"{_R}(?:<=|≤)[nx]", lambda x, n: x >= n[0]),
    (
        rf"(?:在|介于|处于|位于|属于)?(?:区间|范围)?{_R}(?:(?:到|至){_R}{_WITHIN}*|(?:和|与|,|、)"
        rf"{_R}{_WITHIN}+)",
        lambda x, n: min(n) <= x <= max(n),
    ),
)
_OTHERS = _forms(
    (rf"(?:等于|=)?{_N}", lambda x, n: x == n[0]),
    (r"(?:偶数|双数)", lambda x, n: x % 2 == 0),
    (r"(?:奇数|单数)", lambda x, n: x % 2 == 1),
    (r"(?:质数|素数)", lambda x, n: _prime(x)),
    (r"合数", lambda x, n: x > 3 and not _prime(x)),
    (r"(?:完全)?平方数", lambda x, n: x >= 0 and isqrt(x) ** 2 == x),
    (rf"(?:被)?{_N}(?:的倍数|整除)", lambda x, n: n[0] != 0 and x % n[0] == 0),
    (
        rf"(?:除以|被){_N}(?:除)?(?:的)?(?:余数?|余数(?:是|为|等于))(?:是|为|等于)?{_N}",
        lambda x, n: n[0] != 0 and x % n[0] == n[1],
    ),
    (rf"个位(?:数字?|上)?(?:是|为|等于){_N}", lambda x, n: abs(x) % 10 == n[0]),
    (rf"十位(?:数字?|上)?(?:是|为|等于){_N}", lambda x, n: abs(x) // 10 % 10 == n[0]),
    (r"(?:一|1)位", lambda x, n: abs(x) < 10),
    (r"(?:两|二|2)位", lambda x, n: 10 <= abs(x) < 100),
    (r"(?:三|3)位", lambda x, n: 100 <= abs(x) < 1000),
)


def truth(number: int, predicate: str) -> bool | None:
    """Whether a predicate is true of a number; None where it cannot be read."""
    text = re.sub(r"(?<=\d)--?(?=\d)", "到", in_digits(predicate).lower())
    text = re.sub(r"(?<=[<≤=])[nx](?=[<≤])", "n且", text)
    whole = _truth(number, text)
    if whole is not None:
        return whole
    for joint, every in ((_AND, True), (_OR, False)):
        parts = [_truth(number, part) for part in joint.split(text) if part]
        if len(parts) > 1 and None not in parts:
            return all(parts) if every else any(parts)
    return None


def _truth(number: int, text: str) -> bool | None:
    asides = _ASIDE.findall(text)
    text = _ASIDE.sub("", text)
    for form, test in _BOUNDS:
        match = form.fullmatch(text)
        if match:
            ends = [float(n) for n in match.groups() if n is not None]
            held = _held(asides, ends)
            if held is None or (len(ends) == 1 and _denied(held, ends[0], test)):
                return None
            return held.get(number, test(number, ends))
    for form, test in () if asides else _OTHERS:
        match = form.fullmatch(text)
        if match:
            return test(number, [int(n) for n in match.groups()])
    several = None if asides else _SEVERAL.fullmatch(text)
    return None if several is None else str(number) in re.findall(r"\d+", several[1])


def _held(asides: list[str], ends: list[float]) -> dict[float, bool] | None:
    """Which ends are said to be held or not; None where what is said cannot be read."""
    held: dict[float, bool] = {}
    for aside in asides:
        if not re.fullmatch(rf"(?:{_HELD.pattern})+", aside):
            return None
        for no, numbers in ((m[1], m[2]) for m in _HELD.finditer(aside)):
            named = [float(n) for n in re.findall(r"-?\d+", numbers or "")] or ends
            if not set(named) <= set(ends):
                return None
            held |= dict.fromkeys(named, not no)
    return held


def _denied(held: dict[float, bool], end: float, test: _Test) -> bool:
    """Whether an end is said not to be held where the words hold it: 大于等于 9（不含 9）."""
    return held.get(end) is False and end.is_integer() and test(int(end), [end]) is True


def guessed(predicate: str) -> int | None:
    """The number that a predicate or a name says outright: 是33, 33, 三十三."""
    match = _EQUAL.fullmatch(in_digits(predicate))
    return int(match[1]) if match else None


def in_digits(text: str) -> str:
    """三十二 as 32; the numerals of 一个 and 十位 stay, because they say something else."""
    return _WRITTEN.sub(_written, text)


def _written(match: re.Match[str]) -> str:
    value = chinese(match[0])
    return match[0] if value is None else str(value)


def _prime(number: int) -> bool:
    return number > 1 and all(number % d for d in range(2, isqrt(number) + 1))
