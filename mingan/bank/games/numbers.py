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
_EQUAL = re.compile(rf"(?:就是|是|等于|为|=)?(?:数字|整数)?{_N}")
_WRITTEN = re.compile(rf"(?<!第)(?:[{NUMERALS}]{{2,12}}|[{NUMERALS}](?![位个]))")

_Test = Callable[[int, list[int]], bool]

_FORMS: tuple[tuple[re.Pattern[str], _Test], ...] = tuple(
    (re.compile(rf"(?:是|是个|是一个|能|可以|会)?{form}(?:的)?(?:数|整数)?"), test)
    for form, test in (
        (rf"(?:大于(?:或|或者)?等于|至少是?|>=|≥|不小于|到){_N}", lambda x, n: x >= n[0]),
        (rf"(?:小于(?:或|或者)?等于|至多是?|最多是?|<=|≤|不大于){_N}", lambda x, n: x <= n[0]),
        (rf"(?:大于|超过|高于|多于|>){_N}", lambda x, n: x > n[0]),
        (rf"(?:小于|低于|少于|<){_N}", lambda x, n: x < n[0]),
        (rf"比{_N}(?:更|还|要)?大", lambda x, n: x > n[0]),
        (rf"比{_N}(?:更|还|要)?小", lambda x, n: x < n[0]),
        (
            rf"(?:在|介于|处于|位于)?{_N}(?:到|至|-|~|和|与|,|、){_N}(?:之间|之内|以内|范围内?|中|里)*",
            lambda x, n: min(n) <= x <= max(n),
        ),
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
)  # fmt: skip


def truth(number: int, predicate: str) -> bool | None:
    """Whether a predicate is true of a number; None where it cannot be read."""
    text = _in_digits(predicate)
    for form, test in _FORMS:
        match = form.fullmatch(text)
        if match:
            return test(number, [int(n) for n in match.groups()])
    return None


def guessed(predicate: str) -> int | None:
    """The number that a predicate or a name says outright: 是33, 33, 三十三."""
    match = _EQUAL.fullmatch(_in_digits(predicate))
    return int(match[1]) if match else None


def _in_digits(text: str) -> str:
    """三十二 as 32; the numerals of 一个 and 十位 stay, because they say something else."""
    return _WRITTEN.sub(_written, text)


def _written(match: re.Match[str]) -> str:
    value = chinese(match[0])
    return match[0] if value is None else str(value)


def _prime(number: int) -> bool:
    return number > 1 and all(number % d for d in range(2, isqrt(number) + 1))
