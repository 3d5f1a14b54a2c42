"""What a run will take and could show, said before it begins; every number with what it rests on.

Ranges, never bare points; what is not known is said to be unknown. The module knows estimates
and must not know where they are shown.
"""

from __future__ import annotations

from mingan.asking.budget import GUESS_OUT
from mingan.asking.estimate import Estimate, Range, Resolution
from mingan.language import Text, counted
from mingan.reports.sentences import FEW, named, points, rounded_up
from mingan.reports.units import figures

_WANTED = 0.1  # a difference of ten points: what people mostly want to see
_NAMED = 3


def effort(estimate: Estimate) -> Text:
    """How many answers are to be had, and how many are there already."""
    models = len(estimate.models)
    zh = f"{estimate.questions} 道题，{models} 个模型"
    en = f"{counted(estimate.questions, 'question')}, {counted(models, 'model')}"
    if estimate.repeats > 1:
        zh += f"，每题 {estimate.repeats} 次"
        en += f", each asked {estimate.repeats} times"
    there = estimate.answers - estimate.left
    if not estimate.left:
        return Text(
            f"{zh}：{estimate.answers} 个回答全都有了，不用再问。",
            f"{en}: all {estimate.answers:,} answers are there already; nothing will be asked.",
        )
    if there:
        return Text(
            f"{zh}：要问 {estimate.left} 个回答，另有 {there} 个已经有了，不会重问。",
            f"{en}: {counted(estimate.left, 'answer')} to ask for; {there:,} already there, not "
            "asked again.",
        )
    return Text(
        f"{zh}：要问 {estimate.left} 个回答。",
        f"{en}: {counted(estimate.left, 'answer')} to ask for.",
    )


def cost(estimate: Estimate) -> Text:
    """What it will probably cost, and for which models that is not known."""
    if not estimate.left:
        return Text("不花钱。", "Costs nothing.")
    sums = [amount(total, currency) for currency, total in sorted(estimate.money.items())]
    free = all(total.high == 0 for total in estimate.money.values())
    if not estimate.money:
        said = Text("花费未知", "Cost unknown")
    elif free and not estimate.unpriced:
        said = Text("不花钱", "Costs nothing")
    elif free:
        said = Text("其余不花钱", "The others cost nothing")
    else:
        said = Text("大约花 " + " 加 ".join(sums), "About " + " plus ".join(sums))
    if not estimate.unpriced:
        return Text(f"{said.zh}。", f"{said.en}.")
    who = _some(estimate.unpriced)
    return Text(
        f"{said.zh}；{who.zh} 没有写明价格，花多少算不出来。",
        f"{said.en}; no price is given for {who.en}, so what that costs cannot be told.",
    )


def cost_basis(estimate: Estimate) -> Text:
    """What the cost and the tokens rest on."""
    if not estimate.left:
        return Text("", "")
    total = Range(
        sum(model.tokens.low for model in estimate.models),
        sum(model.tokens.high for model in estimate.models),
    )
    tokens = Text(f"约 {_whole(total)} 个 token。", f"About {_whole(total)} tokens.")
    guessed = [m.model for m in estimate.models if m.basis == "guess" and m.left]
    seen = sum(model.seen for model in estimate.models if model.basis == "earlier")
    if not guessed:
        return Text(
            f"{tokens.zh}按这些模型以前的 {seen} 个回答推算。",
            f"{tokens.en} Foretold from {counted(seen, 'earlier answer')} of these models.",
        )
    who = _some(tuple(guessed))
    return Text(
        f"{tokens.zh}{who.zh} 还没有足够的回答可以参考，只能按题目长度猜："
        f"从一句话到允许的最长（没写明就按 {GUESS_OUT} 个 token），差得很远是正常的。"
        "会思考的模型可能更多。",
        f"{tokens.en} There are too few earlier answers of {who.en} to go by: this is a guess from "
        "the length of the questions: from one short line to the longest answer allowed "
        f"({GUESS_OUT} tokens where none is set). Models that think aloud may take more.",
    )


def time(estimate: Estimate) -> Text:
    """How long it will probably take."""
    if not estimate.left:
        return Text("马上就好。", "Done at once.")
    if estimate.seconds is not None:
        zh, en = span(estimate.seconds)
        return Text(f"大约要 {zh}。", f"About {en}.")
    who = _some(estimate.untimed)
    return Text(
        f"要多久还不知道：{who.zh} 还没有足够的回答可以参考，开始以后很快就能看出来。",
        f"How long is not known yet: too few earlier answers of {who.en} to go by; it shows "
        "soon after the start.",
    )


def smallest(found: Resolution) -> Text:
    """The smallest difference between two models that a run could show, as the finding."""
    count = counted(found.questions, "question")
    if not found.questions:
        return Text(
            "这些题都要人来判，判完才能比较。",
            "All of these questions need a person's verdict; only then can models be compared.",
        )
    if found.questions < FEW:
        return Text(
            f"只有 {found.questions} 道题：够看看样子，分不出高下。",
            f"Only {count}: enough for a look, too few to tell who is better.",
        )
    zh, en = _gap(found)
    return Text(
        f"{found.questions} 道题，能看出的最小差距大约是 {zh} 分。",
        f"With {count}, the smallest difference that shows is about {en} points.",
    )


def smallest_basis(found: Resolution) -> Text:
    """What that rests on, and how many questions ten points would take."""
    if found.questions < FEW:
        return Text("", "")
    if found.pairs:
        rests = Text(
            f"按以前 {found.pairs} 对模型在这些题上的表现推算",
            f"Going by how {counted(found.pairs, 'pair')} of models did on these questions before",
        )
    else:
        rests = Text(
            "还没有可以参考的回答，这里假定：每 4 道题到每 2 道题里，有 1 道只有一个模型答对",
            "Nothing was measured here yet, so it is assumed that one question in four to one in "
            "two is answered by only one of two models",
        )
    zh = f"{rests.zh}；真差这么多时，五次里有四次能看出来。差得更少，多半只能说「分不出」。"
    en = (
        f"{rests.en}; a true difference of that size is seen four times out of five. Of a smaller "
        "one the verdict will mostly be “cannot tell”."
    )
    more = _for_ten_points(found)
    if more is not None:
        zh += f"要看出 10 分的差距，大约要 {more} 道题。"
        en += f" To see a difference of 10 points takes about {more:,} questions."
    return Text(zh, en)


def amount(total: Range, currency: str) -> str:
    """A range of money, such as "0.12–0.3 CNY"."""
    low, high = figures(total.low, 2), figures(total.high, 2)
    return f"{low if low == high else f'{low}–{high}'} {currency}"


def span(seconds: Range) -> Text:
    """A range of time, in the unit that a person would use."""
    high = max(seconds.high, 1.0)
    if high < 90:
        unit, name, names = 1.0, "秒", "s"
    elif high < 5400:
        unit, name, names = 60.0, "分钟", "min"
    else:
        unit, name, names = 3600.0, "小时", "h"
    ends = (max(seconds.low, 1.0) / unit, high / unit)
    # Nobody reads tenths of a second.
    low, top = (f"{end:.0f}" if unit == 1.0 else figures(end, 2) for end in ends)
    said = low if low == top else f"{low}–{top}"
    return Text(f"{said} {name}", f"{said} {names}")


def _gap(found: Resolution) -> Text:
    low, high = points(found.low), points(found.high)
    return Text(low, low) if low == high else Text(f"{low} 到 {high}", f"{low} to {high}")


def _for_ten_points(found: Resolution) -> int | None:
    """About how many questions would show ten points; None if these are enough."""
    if found.high <= _WANTED or found.high >= 1:
        return None
    # From the same formula backwards: the variance behind `high`, whatever the level was.
    scale = (found.high / _WANTED) ** 2
    return rounded_up(round(found.questions * scale))


def _whole(total: Range) -> str:
    low, high = f"{rounded_up(round(total.low)):,}", f"{rounded_up(round(total.high)):,}"
    return low if low == high else f"{low}–{high}"


def _some(names: tuple[str, ...]) -> Text:
    first = [named(name) for name in names[:_NAMED]]
    zh, en = "、".join(n.zh for n in first), ", ".join(n.en for n in first)
    rest = len(names) - _NAMED
    return Text(f"{zh} 等 {len(names)} 个", f"{en} and {rest} more") if rest > 0 else Text(zh, en)
