"""The one number that a short answer gives: 3 个, x=3, \\boxed{3}, 共三个, 更大的是7.5, 9×12-30=78.

What gives several numbers, or one in a form that cannot be read for sure (3:30, 大约 3, 不是 3),
gives none: a reading that could be wrong is no reading. It knows texts only, and no game.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction

from mingan.normal import fold
from mingan.numerals import NUMERALS, chinese

LONGEST = 200
"""Characters of an answer that are read."""


@dataclass(frozen=True, slots=True)
class Amount:
    """A number that an answer gives.

    `plain` says that nothing stands beside it but a unit and words such as 答案是; `percent` that
    it was written with a percent sign, of which `value` is the hundredth.
    """

    value: Fraction
    plain: bool
    percent: bool = False


_DRESS = re.compile(r"\\(?:boxed|text|mathrm|mathbf|textbf)\s*\{([^{}]*)\}")
_FRAC = re.compile(r"\\[dt]?frac\s*\{\s*(-?\d{1,15})\s*\}\s*\{\s*(\d{1,15})\s*\}")
_SPACING = re.compile(r"\\[()\[\],;!: ]|[$¥`“”\"'「」]|\*\*")
_ASIDE = re.compile(r"\([^()]*\)|\[[^\[\]]*\]")
_REASON = re.compile(r"[,。;:]?(?:因为|理由|由于|而?(?:不是|并非|非)).*$|[。;].*$", re.DOTALL)

_OPEN = re.compile(
    r"或|约|左右|以[上下内外]|至[少多]|最[多少](?!的)|超过|不[到足止]|[多少高低大小]于|可能|也许|大概|"
    r"接近|半|几|不是|并非|不等于|不会是|[~≈<>≤≥≠±√\\!]"
)
"""What makes a number one bound among others, or none at all."""

_FIGURE = r"-?(?:\d{1,3}(?:,\d{3})+(?!\d)|\d{1,30})(?:\.\d{1,30})?"
_FOUND = re.compile(
    rf"(?<![\d.A-Za-z])(?P<sign>负)?(?P<top>{_FIGURE})"
    r"(?:\s*/\s*(?P<under>\d{1,15})|\s*[×x*]\s*10\s*\^\s*\{?(?P<power>-?\d{1,2})\}?)?"
    r"(?:\s*(?P<times>万亿|[十百千]?万|亿|百|千(?![克米瓦焦卡帕赫伏安]))|\s*(?P<percent>\\?%))?"
)
_PARTS = re.compile(
    rf"(?P<under>[{NUMERALS}]{{1,12}}|\d{{1,12}})分之(?P<top>[{NUMERALS}点]{{1,12}}|\d{{1,12}})"
)
_WRITTEN = re.compile(rf"负?[{NUMERALS}]{{1,20}}(?:点[{NUMERALS}]{{1,12}})?")
_NO_NUMERAL = re.compile(
    r"一(?:共|样|定|直|般|起|下|些|切|致)|万一|统一|唯一|两(?:个?数|者)|千万别"
)
_TIMES = {"百": 100, "千": 1000, "十万": 10**5, "百万": 10**6, "千万": 10**7, "万": 10**4,
          "亿": 10**8, "万亿": 10**12}  # fmt: skip
_LEAD = re.compile(
    r"(?:所以|因此|综上|最终|最后|正确|我的|仍然?|还是|依然|应该?|就|这个|那个|净?增加|结果|答案|答|一?共|"
    r"总共|合计|得|有|是|为|等于|[更较]?大的|数|每(?:小时|分钟?|秒|天|周|月|年|组|人|个|次|斤|千克|米)|[a-z]|"
    r"[:,\s=])*+"
)
_UNIT = re.compile(
    r"\s*(?![xyznkw]\W*$)[^\W\d_]{0,4}(?:[/·][^\W\d_]{1,4})?(?:\^-?[23])?[\s.,。!]*",
    re.IGNORECASE,
)
_NO_UNIT = re.compile(
    r"[多来余折成点]\W*$|\s*[-+×÷*^:=]|/\s*\d|[π]|\.\d|e[-+]?\d|[xyznkw]\W*$", re.IGNORECASE
)


def amount(text: str) -> Amount | None:
    """The number that an answer gives; None if it gives none, several, or one not for sure."""
    body = _bare(text[: 4 * LONGEST])
    if len(body) > LONGEST or _OPEN.search(body):
        return None
    if body.count("=") > 1 and "," in body:
        return None
    if "=" in body:
        body = body.rpartition("=")[2]
    found = _western(body) or _chinese(body)
    if not found or len({number.value for number in found}) > 1:
        return None
    return found[0]


def _bare(text: str) -> str:
    """A text without LaTeX dress, asides in brackets and reasons given after the answer."""
    body = _SPACING.sub("", _FRAC.sub(r"\1/\2", fold(text).strip()))
    for _ in range(3):
        body = _DRESS.sub(r"\1", body)
    body = _ASIDE.sub("", body)
    head = _REASON.sub("", body).strip(" .,!:")
    return (head or body.strip(" .,!:")).lstrip("+")


def _western(body: str) -> list[Amount]:
    """The numbers in digits; none at all if one of them stands in a form that is not read."""
    found: list[Amount] = []
    for match in (*_PARTS.finditer(body), *_FOUND.finditer(_PARTS.sub(" ", body))):
        number = _read(match)
        if number is None:
            return []
        found.append(number)
    return found


def _read(match: re.Match[str]) -> Amount | None:
    groups = match.groupdict()
    top, under = _value(groups["top"]), _value(groups["under"] or "1")
    before, after = match.string[: match.start()], match.string[match.end() :]
    if (
        top is None
        or not under
        or _NO_UNIT.match(after)
        or before.rstrip().endswith(tuple("+×÷*^/:-第"))
    ):
        return None
    value = top / under * Fraction(10) ** int(groups.get("power") or 0)
    value *= _TIMES.get(groups.get("times") or "", 1)
    percent = bool(groups.get("percent"))
    plain = _LEAD.fullmatch(before) is not None and _UNIT.fullmatch(after) is not None
    value = -value if groups.get("sign") else value
    return Amount(value / 100 if percent else value, plain, percent)


def _value(written: str) -> Fraction | None:
    if written[-1:].isascii():
        return Fraction(written.replace(",", ""))
    return chinese(written)


def _chinese(body: str) -> list[Amount]:
    """The numbers in Chinese numerals, of a text that holds no digit."""
    if any(c.isdigit() for c in body):
        return []
    text = _NO_NUMERAL.sub("", body)
    found: list[Amount] = []
    for match in _WRITTEN.finditer(text):
        value = chinese(match[0].removeprefix("负"))
        after = text[match.end() :]
        if value is None or _NO_UNIT.match(after) or text[: match.start()].rstrip().endswith("第"):
            return []
        plain = _LEAD.fullmatch(text[: match.start()]) and _UNIT.fullmatch(after)
        found.append(Amount(-value if match[0][0] == "负" else value, plain is not None))
    return found
