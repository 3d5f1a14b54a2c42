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
    """How far people agree, and what to make of it: a headline."""
    if found is None or found.things == 0:
        return Text(
            "没有哪一条由两个人都判过，所以说不了一致不一致。",
            "No item was judged by two people, so nothing can be said of their agreement.",
        )
    who, items = _who(names), counted(found.things, "item")
    if found.same == found.things:
        return _all_the_same(found, who)
    same_zh = f"{found.things} 条里有 {found.same} 条判得一样"
    same_en = f"they agree on {found.same} of {items}"
    if not found.low < TENTATIVE:
        how = _enough(found.low)
        return tidy(f"{who.zh} {how.zh}：{same_zh}。", f"{who.en} {how.en}: {same_en}.")
    if found.high < TENTATIVE:
        return tidy(
            f"{who.zh} 判得不够一致：{same_zh}。先把判分的标准说清楚，再下结论。",
            f"{who.en} do not agree enough: {same_en}. Settle how to judge before concluding.",
        )
    return tidy(
        f"{who.zh} 判得够不够一致，还说不准：{same_zh}。多判一些再看。",
        f"Whether {who.en} agree enough cannot be said yet: {same_en}. Judge more items first.",
    )


def agreement_detail(found: Agreement) -> Text:
    """The numbers behind the headline, with their interval."""
    level = percent(found.level)
    if math.isnan(found.low):
        low, high = points(found.raw_low), points(found.raw_high)
        return Text(
            f"按这么多条推算，判得一样的比例在 {low}% 到 {high}% 之间（{level} 区间）。",
            f"From so many items, the share on which they agree lies between {low}% and {high}% "
            f"({level} interval).",
        )
    value, low, high = (_decimal(number) for number in (found.value, found.low, found.high))
    return Text(
        f"扣掉碰巧一致的，一致性是 {value}（{level} 区间 {low} 到 {high}）；"
        "1 是完全一致，0 等于瞎猜。",
        f"With chance taken off, agreement is {value} ({level} interval {low} to {high}); 1 is "
        "perfect, 0 is guessing.",
    )


def _who(names: Sequence[str]) -> Text:
    if len(names) > _NAMED:
        return Text(f"{len(names)} 个人", f"{len(names)} people")
    return Text(
        f"{'、'.join(names[:-1])} 和 {names[-1]}",
        f"{', '.join(names[:-1])} and {names[-1]}",
    )


def _all_the_same(found: Agreement, who: Text) -> Text:
    if math.isnan(found.value):
        return tidy(
            f"{who.zh} 把 {found.things} 条都判成了同一种，分不清是标准一致还是碰巧。",
            f"{who.en} gave the same verdict to all {counted(found.things, 'item')}, which cannot "
            "tell a shared standard from luck.",
        )
    return tidy(
        f"{who.zh} 判过的 {found.things} 条全都一样。",
        f"{who.en} agree on all {counted(found.things, 'item')}.",
    )


def _enough(low: float) -> Text:
    if low >= RELIABLE:
        return Text("判得很一致，判定靠得住", "agree well, and their verdicts can be relied on")
    return Text("判得够一致，可以先下结论", "agree enough to draw first conclusions")


def _decimal(value: float) -> str:
    return f"{value:.2f}".replace("-", "−")
