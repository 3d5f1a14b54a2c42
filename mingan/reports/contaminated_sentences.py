"""Did a model earn its score? One row of what was found, in words that claim no more than it.

"No sign" is said only together with the gap that could have been seen; an accusation only with
the chance that it is none; and where the design bears no verdict, the sentence says what would
take. The module must not know where it is shown.
"""

from __future__ import annotations

from mingan.language import Text
from mingan.reports.contaminated import (
    SUSPICIOUS,
    Contamination,
    ContaminationReport,
    Method,
    Refusal,
    Verdict,
)
from mingan.reports.sentences import named, percent, points
from mingan.statistics.twins import references_needed

_FEWEST = 5


def verdict_words(verdict: Verdict) -> Text:
    """The verdict as a table shows it."""
    return {
        "no sign of it": Text("没有迹象", "no sign of it"),
        "suspicious": Text("可疑", "suspicious"),
        "contaminated": Text("受污染", "contaminated"),
        "cannot tell": Text("说不准", "cannot tell"),
    }[verdict]


def method_words(method: Method) -> Text:
    """What the p-value rests on, in a few words."""
    return {
        "": Text("", ""),
        "mcnemar": Text("硬币，McNemar", "coin, McNemar"),
        "sign-flip": Text("硬币，翻转正负号", "coin, sign flips"),
        "conformal": Text("在参照模型中的名次", "rank among references"),
        "spline": Text("参照曲线（ConStat）", "curve (ConStat)"),
        "mixed": Text("混合模型", "mixed model"),
        "dated": Text("日期前后，与别的模型比", "by date, against others"),
    }[method]


def origin_words(row: Contamination) -> Text:
    """What the public questions were held against."""
    return {
        "coin": Text("封存的另一半（抛过硬币）", "sealed halves (by a coin)"),
        "made": Text("模板变出的暗题", "twins made from templates"),
        "hidden": Text(f"暗题库 {row.against}".rstrip(), f"hidden bank {row.against}".rstrip()),
        "dated": Text(f"{row.cut} 起的题".lstrip(), f"from {row.cut or 'later'} on"),
        "table": Text("参照题的得分", "scores on reference questions"),
    }[row.origin]


def contamination_sentence(row: Contamination) -> Text:
    """The verdict on one model, with the numbers that it rests on."""
    name = named(row.model)
    head = {
        "no sign of it": Text(
            "没有看到它见过这些题的迹象", "no sign that it had seen the questions"
        ),
        "suspicious": Text("可疑，可能见过这些题", "suspicious: it may have seen the questions"),
        "contaminated": Text(
            "受了污染，像是见过这些题", "contaminated, as if it had seen the questions"
        ),
        "cannot tell": Text("说不准", "cannot tell"),
    }[row.verdict]
    parts = [_scores(row), _why(row)]
    zh = "".join(part.zh for part in parts)
    en = " ".join(part.en for part in parts if part.en)
    return Text(f"{name.zh}：{head.zh}。{zh}", f"{name.en}: {head.en}. {en}")


def contamination_notes(row: Contamination) -> tuple[Text, ...]:
    """What should stand beside the verdict: twins unlike the questions, other methods."""
    found = []
    if row.match is not None and not row.match.alike:
        found.append(_unlike(row))
    for cross in row.crosses:
        if cross.p is not None:
            method, p = method_words(cross.method), _chance(cross.p)
            found.append(
                Text(
                    f"换一种算法（{method.zh}）：多出 {points(cross.gap)} 分，{p}。",
                    f"By another method ({method.en}): {points(cross.gap)} points, {p}.",
                )
            )
    return tuple(found)


def contamination_headline(report: ContaminationReport) -> Text:
    """The whole in one sentence."""
    if not report.rows:
        return Text("没有可以核对的模型。", "There is no model to check.")
    alarms = report.alarms
    if alarms:
        names = [named(name) for name in dict.fromkeys(row.model for row in alarms)]
        return Text(
            f"有迹象见过题的：{'、'.join(n.zh for n in names)}。",
            f"With signs of having seen the questions: {', '.join(n.en for n in names)}.",
        )
    told = sum(row.verdict == "no sign of it" for row in report.rows)
    if not told:
        return Text(
            "现在还说不准谁见过题。",
            "It cannot be told yet whether anybody had seen the questions.",
        )
    return Text(
        f"没有看到谁见过题：{len(report.rows)} 项核对里，{told} 项没有迹象，其余说不准。",
        f"No sign that anybody had seen the questions: of {len(report.rows)} checks {told} show "
        "none, the rest cannot tell.",
    )


# --- pieces of sentences ------------------------------------------------------------------------


def _scores(row: Contamination) -> Text:
    """The two scores, and how far apart."""
    if row.public != row.public or row.hidden != row.hidden:
        return Text("", "")
    public, hidden, out = points(row.public), points(row.hidden), row.left_out
    apart = points(row.difference)
    zh_out = f"，另有 {out} 道没有定论、未计。" if out else "。"
    en_out = f"; {out} more without a verdict left out." if out else "."
    count, pairs = row.questions, "pair" if row.questions == 1 else "pairs"
    if row.origin == "dated":
        return Text(
            f"{count} 道题里，{row.cut} 之前的得 {public} 分，之后的得 {hidden} 分{zh_out}",
            f"Of {count} questions it scores {public} on those before {row.cut} and {hidden} on "
            f"later ones{en_out}",
        )
    if row.origin in ("coin", "made") or (row.origin == "hidden" and count):
        return Text(
            f"{count} 对题里，明题 {public} 分，暗题 {hidden} 分，相差 {apart} 分{zh_out}",
            f"On {count} {pairs} it scores {public} in public and {hidden} on the hidden twins, "
            f"a gap of {apart} points{en_out}",
        )
    return Text(
        f"公开的题 {public} 分，用来对照的题 {hidden} 分。",
        f"It scores {public} on the public questions and {hidden} on those held against them.",
    )


def _why(row: Contamination) -> Text:
    if row.refusal:
        return _refused(row)
    p = row.p if row.p_adjusted is None else row.p_adjusted
    if p is None:
        return Text("", "")
    rests = _beyond(row)
    if row.accused or row.softened:
        chance = _chance(p)
        said = Text(
            f"{rests.zh}没有见过题而碰巧这样的机会是 {chance}。",
            f"{rests.en} Without having seen them, this comes about with {chance}.",
        )
        return said if not row.softened else _softened(row, said)
    if row.verdict == "no sign of it":
        return _seen(row, rests)
    return _too_little(row, rests)


def _beyond(row: Contamination) -> Text:
    """The gap that counts, and what it is beyond."""
    level, gap, count = percent(row.level), points(row.gap), len(row.references)
    low, high = points(row.low), points(row.high)
    span = Text(f"{level} 区间 {low} 到 {high}", f"{level} interval {low} to {high}")
    if row.origin == "coin":
        return Text(f"差距 {gap} 分（{span.zh}）。", f"The gap is {gap} points ({span.en}).")
    dated = row.origin == "dated"
    side = Text("较早的题", "earlier") if dated else Text("明题", "public")
    than = (
        Text(f"和另外 {count} 个模型相比", f"Next to {count} other models")
        if dated
        else Text(f"和没有见过题的 {count} 个参照模型相比", f"Next to {count} reference models")
    )
    if row.gap <= 0:
        return Text(
            f"{than.zh}，它在{side.zh}上并不多得分（{gap} 分，{span.zh}）。",
            f"{than.en} it gains nothing on the {side.en} ones ({gap} points, {span.en}).",
        )
    return Text(
        f"{than.zh}，它在{side.zh}上多得 {gap} 分（{span.zh}）。",
        f"{than.en} it gains {gap} points on the {side.en} ones ({span.en}).",
    )


def _softened(row: Contamination, said: Text) -> Text:
    if row.softened_by == "scatter":
        return Text(
            said.zh + "但参照模型之间也差得这么远，结论放轻了一级。",
            said.en + " But the references scatter as far themselves, so the verdict is one step "
            "milder.",
        )
    return Text(
        said.zh + "但暗题和明题本身不像，结论放轻了一级。",
        said.en + " But the twins are unlike the public questions, so the verdict is one step "
        "milder.",
    )


def _seen(row: Contamination, rests: Text) -> Text:
    margin = points(row.margin)
    if row.equivalent:
        return Text(
            f"{rests.zh}可以认为差距不超过 {margin} 分。",
            f"{rests.en} It can be held that the gap is no larger than {margin} points.",
        )
    gap = points(row.detectable if row.detectable is not None else 1.0)
    return Text(
        f"{rests.zh}若真差 {gap} 分以上，多半（80%）看得出来；更小的看不出来。",
        f"{rests.en} A gap of {gap} points or more would most likely (80%) have been seen; a "
        "smaller one not.",
    )


def _too_little(row: Contamination, rests: Text) -> Text:
    if row.least_p is not None and row.least_p > SUSPICIOUS:
        return Text(
            f"{rests.zh}题太少，再大的差距也说明不了什么。",
            f"{rests.en} There are too few for any gap to show.",
        )
    gap = points(row.detectable if row.detectable is not None else 1.0)
    return Text(
        f"{rests.zh}要差 {gap} 分以上才多半看得出来，所以没看到不说明什么。",
        f"{rests.en} Only a gap of {gap} points or more would most likely show, so that none is "
        "seen says little.",
    )


_REFUSALS: dict[Refusal, Text] = {
    "no-hidden": Text(
        "没有问过它暗题。先运行：mingan run --bank 题库 --twins --model 模型名；"
        "题库没有暗题的，用 --hidden 写明一个没有公开过的题库来比。",
        "It was not asked any hidden question. First: mingan run --bank BANK --twins --model "
        "NAME. Where a bank has no twins, name one that was never public with --hidden.",
    ),
    "no-pairs": Text("没有一对题两边都有定论。", "There is no pair with a verdict on both sides."),
    "no-coin": Text(
        "这些题没有用抛硬币决定哪一道公开，差距也可能只是暗题更难，"
        "所以不给 p 值；要下结论，请用 --references 写出不可能见过题的模型。",
        "No coin decided which of each pair was published, so the hidden ones may simply be "
        "harder, and no p-value is given. To tell, name models that cannot have seen them "
        "with --references.",
    ),
    "no-references": Text(
        "没有指明哪些模型是参照（不可能见过题的），不给 p 值。请用 --references 写出它们，至少 "
        f"{_FEWEST} 个。",
        "No model is named as a reference (one that cannot have seen the questions), so no "
        f"p-value is given. Name {_FEWEST} at least with --references.",
    ),
    "no-spread": Text(
        "参照模型的得分都差不多，定不出一条曲线，不给 p 值。",
        "The references score so much alike that no curve can be laid through them; no "
        "p-value is given.",
    ),
    "not-frozen": Text(
        "没有一个模型确知在题目公开之前就已定型，不给 p 值。",
        "No model is known to be older than the publication of the questions; no p-value is given.",
    ),
    "is-reference": Text(
        "它自己是参照模型，剩下的参照太少。",
        "It is a reference itself, and too few others are left.",
    ),
    "beyond": Text(
        "它落在参照模型的范围之外，曲线到不了那里，不给 p 值。",
        "It lies outside of what the references cover, where the curve means nothing; no "
        "p-value is given.",
    ),
    "few-questions": Text(
        "日期一边的题太少，不给 p 值。",
        "There are too few questions on one side of the date for a p-value.",
    ),
    "no-date": Text(
        "不知道它是哪天发布的，也没有给出 --cut，分不出先后。",
        "Neither its date of release nor a --cut is known, so nothing parts the questions.",
    ),
    "few-models": Text(
        "没有足够的别的模型可比，题的难易会算到它头上，不给 p 值。",
        "There are not enough other models to compare with, and harder questions would count "
        "against it; no p-value is given.",
    ),
}
"""Why no p-value is given, but for too few references, whose number is said."""


def _refused(row: Contamination) -> Text:
    if row.refusal != "few-references":
        return _REFUSALS.get(row.refusal, Text("", ""))
    needed = references_needed(SUSPICIOUS)
    return Text(
        f"参照模型只有 {len(row.references)} 个，太少，不给 p 值（成对的题要 {needed} 个，"
        f"曲线至少要 {_FEWEST} 个）。",
        f"There are only {len(row.references)} references, too few for a p-value (pairs take "
        f"{needed}, a curve takes {_FEWEST} at least).",
    )


def _unlike(row: Contamination) -> Text:
    assert row.match is not None
    numbers, lengths = row.match.numbers_p <= SUSPICIOUS, row.match.lengths_p <= SUSPICIOUS
    zh = "、".join(word for word, on in (("数字的大小", numbers), ("题目的长短", lengths)) if on)
    both = (("size of their numbers", numbers), ("length of their prompts", lengths))
    en = " and in the ".join(word for word, on in both if on)
    if row.origin == "coin":
        return Text(
            f"注意：明题和暗题的{zh}不一样。公平的硬币很少分成这样；请核对封存的记录。",
            f"Note: the two halves differ in the {en}. A fair coin seldom deals them so; check the "
            "record of the seal.",
        )
    return Text(
        f"注意：明题和暗题的{zh}不一样，差距可能由此而来。",
        f"Note: public questions and twins differ in the {en}; a gap may come from that.",
    )


def _chance(p: float) -> str:
    return "p < 0.0001" if p < 0.0001 else f"p = {p:.2g}"
