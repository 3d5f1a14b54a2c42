"""Did a model earn its score on the public questions? The verdict on its twins, in words.

An accusation needs more than one test in twenty: at 5 % a gap is *suspicious*, at 1 % it is
called *contaminated*. "No sign" is said only together with the smallest gap that the pairs could
have shown, and only where that is small enough to mean something. The module must not know where
the sentence is shown.
"""

from __future__ import annotations

import math
from typing import Literal

from mingan.language import Text
from mingan.reports.sentences import named, percent, points
from mingan.statistics.twins import TwinTest, references_needed

TwinVerdict = Literal["no sign", "suspicious", "contaminated", "cannot tell"]

SUSPICIOUS, CONTAMINATED = 0.05, 0.01
"""The p-values, corrected for the number of models, from which down each word is used."""

TELLING = 0.15
"""If only gaps larger than this could have been seen, that none was seen says nothing."""


def twin_verdict(test: TwinTest, *, p: float | None = None) -> TwinVerdict:
    """What may be said of one model.

    Args:
        test: its result.
        p: its p-value after a correction for all models tested together; None if it is the
            only one.
    """
    if test.p is None or test.least_p is None:
        return "cannot tell"
    corrected = test.p if p is None else p
    if corrected <= SUSPICIOUS and _beyond(test) > 0:
        return "contaminated" if corrected <= CONTAMINATED else "suspicious"
    if test.least_p > SUSPICIOUS or test.detectable > TELLING:
        return "cannot tell"
    return "no sign"


def twin_words(verdict: TwinVerdict) -> Text:
    """The verdict as a table shows it."""
    return {
        "no sign": Text("没有迹象", "no sign of it"),
        "suspicious": Text("可疑", "suspicious"),
        "contaminated": Text("见过题", "contaminated"),
        "cannot tell": Text("说不准", "cannot tell"),
    }[verdict]


def twin_sentence(model: str, test: TwinTest, *, p: float | None = None) -> Text:
    """The verdict on one model, with the gap that it rests on; arguments as in `twin_verdict`."""
    name = named(model)
    if not test.pairs:
        return Text(
            f"{name.zh}：说不准。没有一对题两边都有定论。",
            f"{name.en}: cannot tell. There is no pair with a verdict on both sides.",
        )
    verdict = twin_verdict(test, p=p)
    head = {
        "no sign": Text("没有看到它见过这些题的迹象", "no sign that it had seen these questions"),
        "suspicious": Text("可疑，像是见过这些题", "suspicious: it may have seen these questions"),
        "contaminated": Text("受了污染，它见过这些题", "contaminated: it had seen these questions"),
        "cannot tell": Text("说不准", "cannot tell"),
    }[verdict]
    gap, why = _gap(test), _why(test, verdict, test.p if p is None else p)
    return Text(
        f"{name.zh}：{head.zh}。{gap.zh}{why.zh}", f"{name.en}: {head.en}. {gap.en} {why.en}"
    )


# --- pieces of sentences ------------------------------------------------------------------------


def _beyond(test: TwinTest) -> float:
    """The gap that is not explained by anything but a leak."""
    return test.gap if test.excess is None else test.excess


def _gap(test: TwinTest) -> Text:
    level, low, high = percent(test.level), points(test.low), points(test.high)
    out = test.left_out
    return Text(
        f"{test.pairs} 对题里，明题 {points(test.public)} 分，暗题 {points(test.hidden)} 分，"
        f"相差 {points(test.gap)} 分（{level} 区间 {low} 到 {high}）"
        + (f"，另有 {out} 对没有定论、未计。" if out else "。"),
        f"On {test.pairs} {'pair' if test.pairs == 1 else 'pairs'} it scores "
        f"{points(test.public)} in public and {points(test.hidden)} on the hidden twins, a gap of "
        f"{points(test.gap)} ({level} interval {low} to {high})"
        + (f"; {out} more without a verdict left out." if out else "."),
    )


def _why(test: TwinTest, verdict: TwinVerdict, p: float | None) -> Text:
    if test.refusal or p is None:
        return _refused(test)
    if verdict in ("suspicious", "contaminated"):
        chance = _chance(p)
        if test.method == "conformal":
            excess = points(_beyond(test))
            return Text(
                f"比没有见过题的 {test.references} 个参照模型多差 {excess} 分，碰巧这样的机会是 "
                f"{chance}。",
                f"That is {excess} points more than the {test.references} reference models show; "
                f"it comes about by chance with {chance}.",
            )
        return Text(
            f"没有见过题而碰巧差这么多的机会是 {chance}。",
            f"Without having seen them, a gap like this comes about with {chance}.",
        )
    if verdict == "no sign":
        return _could_have_seen(test)
    return _too_little(test)


def _refused(test: TwinTest) -> Text:
    if test.refusal == "no-pairs":
        return Text(
            "参照模型没有答过这些题，无从比较。",
            "The reference models have no verdicts on these pairs to compare with.",
        )
    needed = references_needed()
    return Text(
        "这些题没有用抛硬币决定哪一道公开，差距也可能只是暗题更难；"
        f"要下结论，请加上至少 {needed} 个不可能见过题的参照模型。",
        "No coin decided which of each pair was published, so the hidden ones may simply be "
        f"harder. To tell, add at least {needed} reference models that cannot have seen them.",
    )


def _could_have_seen(test: TwinTest) -> Text:
    gap = points(test.detectable)
    return Text(
        f"若真差 {gap} 分以上，多半（80%）看得出来；更小的看不出来。",
        f"A gap of {gap} points or more would most likely (80%) have been seen; a smaller one not.",
    )


def _too_little(test: TwinTest) -> Text:
    if test.method == "conformal" and test.least_p is not None and test.least_p > SUSPICIOUS:
        needed = references_needed(SUSPICIOUS)
        return Text(
            f"参照模型只有 {test.references} 个，至少要 {needed} 个才可能下结论。",
            f"There are only {test.references} reference models; it takes at least {needed}.",
        )
    gap = points(test.detectable)
    return Text(
        f"题太少，要差 {gap} 分以上才看得出来。",
        f"There are too few pairs: only a gap of {gap} points or more would show.",
    )


def _chance(p: float) -> str:
    if math.isclose(p, 0) or p < 0.0001:
        return "p < 0.0001"
    return f"p = {p:.2g}"
