"""How things change: “β 和 R^2 不变，t 变大” as an answer to “怎么变化”.

A reference of this kind gives every thing its way (up, down, the same); an answer is read for the
way that its last sentence about each thing gives it. This module knows no verdicts.
"""

from __future__ import annotations

import re

from mingan.normal import sentences

UP, DOWN, SAME = "up", "down", "same"

_WAYS = (
    (
        SAME,
        r"不变|不(?:会|发生)*(?:有|随[^,。;]{0,12})?(?:变化|改变)|没有(?:发生)?(?:变化|改变)|相同|相等|unchanged",
    ),
    (
        UP,
        r"变大|增[大加长]|上升|升高|提高|变高|变多|翻倍|加倍|扩大|倍增|两倍|乘以|原来的?\s*[2-9二三四八]\s*倍|increase",
    ),
    (DOWN, r"变小|减[小少]|下降|降低|变低|变少|缩小|减半|一半|decrease"),
)
_CLAUSES = re.compile(r"(?<=[\u4e00-\u9fff])[,;](?![^,;]{0,12}(?:都|均)|\s*[A-Za-zα-ω])|而(?!且)")
_WAY = re.compile("|".join(f"(?P<{name}>{pattern})" for name, pattern in _WAYS), re.IGNORECASE)
_WHOLE = re.compile(r"^(?P<things>.{1,24}?)(?:都|均|会|保持|将)*$")


def of_reference(reference: str) -> dict[str, str]:
    """The way of every thing in a reference; empty when it is not of this kind."""
    found: dict[str, str] = {}
    if len(reference) > 60:
        return {}
    for clause in re.split(r"\s*[,;、]\s*|\s+而\s*", reference.strip("。. ")):
        way = _WAY.search(clause)
        if way is None or way.end() != len(clause):
            return {}
        things = _WHOLE.match(clause[: way.start()].strip())
        if things is None:
            return {}
        for thing in re.split(r"\s*[和与及]\s*", things["things"]):
            if not 1 <= len(thing.strip()) <= 10:
                return {}
            found[thing.strip()] = str(way.lastgroup)
    return found if len(found) >= 2 and not re.search(r"可以|通过|因为", reference) else {}


def of_text(text: str, things: list[str]) -> dict[str, str]:
    """The way that the last sentence of the folded text about each thing gives it."""
    found: dict[str, str] = {}
    for sentence in sentences(text):
        for clause in re.split(
            r"(?<=[\u4e00-\u9fff])[,;](?![^,;]{0,12}(?:都|均)|\s*[A-Za-zα-ω])|而(?!且)", sentence
        ):
            for thing in things:
                at = _place(clause, thing)
                way = _WAY.search(clause, at) if at >= 0 else None
                if way is not None:
                    found[thing] = str(way.lastgroup)
    return found


def _place(clause: str, thing: str) -> int:
    pattern = rf"(?<![A-Za-z\\]){re.escape(thing)}(?![A-Za-z^'])"
    if re.fullmatch(r"[a-z]", thing):
        pattern = (
            rf"(?<![A-Za-z\\']){thing}(?=\s*(?:统计量|值|检验|[和与、变也都会不增减升降上下保$]))"
        )
    match = re.search(pattern, clause.replace("\\beta", "β").replace("{", "").replace("}", ""))
    return match.end() if match else -1
