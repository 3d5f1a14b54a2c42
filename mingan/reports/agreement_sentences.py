"""What it means that people agree, in words that need no statistics.

Agreement beyond chance is called enough only where its whole interval is: above 0.8 to conclude
from, above 0.667 to conclude from for now (the customary bounds of Krippendorff). The module
knows numbers of agreement; not who judged what.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from mingan.language import Text, counted
from mingan.reports.sentences import percent, points, tidy
from mingan.statistics.agreement import Agreement

RELIABLE, TENTATIVE = 0.8, 2 / 3
_NAMED = 4


def agreement_sentence(found: Agreement | None, names: Sequence[str]) -> Text:
    """How far people agree, with an interval, and what to make of it."""
    if found is None or found.things == 0:
        return Text(
            "没有哪一条由两个人都判过，所以说不了一致不一致。",
            "No item was judged by two people, so nothing can be said of their agreement.",
        )
    zh, en = _who(names)
    same = tidy(
        f"{zh} 都判过的 {found.things} 条里，有 {found.same} 条判得一样。"
        if found.raters == 2
        else f"{zh} 里至少两个人判过的有 {found.things} 条，其中 {found.same} 条大家判得一样。",
        f"Of {counted(found.things, 'item')} that "
        f"{f'{en} both' if found.raters == 2 else f'at least two of {en}'} judged, they agree on "
        f"{found.same}.",
    )
    meaning = _meaning(found)
    return Text(same.zh + meaning.zh, f"{same.en} {meaning.en}")


def _who(names: Sequence[str]) -> tuple[str, str]:
    if len(names) > _NAMED:
        return f"{len(names)} 个人", f"{len(names)} people"
    return (
        f"{'、'.join(names[:-1])} 和 {names[-1]}",
        f"{', '.join(names[:-1])} and {names[-1]}",
    )


def _meaning(found: Agreement) -> Text:
    level = percent(found.level)
    if math.isnan(found.value):
        return Text(
            "可是所有的判定都是同一种，分不清是标准一致还是碰巧。",
            "But every verdict was the same one, which cannot tell a shared standard from luck.",
        )
    if math.isnan(found.low):
        low, high = points(found.raw_low), points(found.raw_high)
        return Text(
            f"按这么多条推算，判得一样的比例在 {low}% 到 {high}% 之间（{level} 区间）。",
            f"From so many items, the share on which they agree lies between {low}% and {high}% "
            f"({level} interval).",
        )
    value, low, high = (_decimal(number) for number in (found.value, found.low, found.high))
    verdict = _verdict(found)
    return Text(
        f"扣掉碰巧一致的，一致性是 {value}（{level} 区间 {low} 到 {high}；1 是完全一致，"
        f"0 等于瞎猜）：{verdict.zh}",
        f"With chance taken off, agreement is {value} ({level} interval {low} to {high}; 1 is "
        f"perfect, 0 is guessing): {verdict.en}",
    )


def _verdict(found: Agreement) -> Text:
    if found.low >= RELIABLE:
        return Text("很一致，判定靠得住。", "they agree well, and the verdicts can be relied on.")
    if found.low >= TENTATIVE:
        return Text("够一致，可以先下结论。", "they agree enough to draw first conclusions.")
    if found.high < TENTATIVE:
        return Text(
            "不够一致。先把判分的标准说清楚，再下结论。",
            "they do not agree enough. Settle how to judge before drawing conclusions.",
        )
    return Text(
        "够不够一致还说不准，多判一些再看。",
        "whether that is enough cannot be said yet; judge more items first.",
    )


def _decimal(value: float) -> str:
    return f"{value:.2f}".replace("-", "−")
