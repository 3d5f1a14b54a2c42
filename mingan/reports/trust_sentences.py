"""How far a judge can be trusted, in words that need no statistics and claim no more than they may.

A judge is called better than chance, or in agreement, only where the whole interval is; that
nobody has checked it is said as plainly. A corrected score stands beside that of people alone and
of the judge alone, so that everybody sees what the judge adds. The module knows numbers about a
judge, never the judge.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

from mingan.language import Text, counted
from mingan.reports.agreement_sentences import RELIABLE, TENTATIVE
from mingan.reports.ruled import ruled
from mingan.reports.safe import short_name
from mingan.reports.sentences import named, percent, points, tidy
from mingan.reports.trusted import Foresight, Gap, ModelTrust, Share, TrackRecord, TrustTable
from mingan.statistics import Bias
from mingan.statistics.agreement import Agreement
from mingan.statistics.ppi import About

if TYPE_CHECKING:
    from rich.table import Table

_ADDS = 0.95
"""The corrected interval must be this much narrower for the judge to be said to help."""


def record_sentence(record: TrackRecord) -> Text:
    """How far a judge goes with people: the headline of its track record."""
    name, found = named(record.judge), record.agreement
    if found is None or not found.things:
        if record.unread and not record.judged:
            return tidy(
                f"裁判 {name.zh} 看了 {record.unread:,} 个回答，一个也没判成，没有人知道它有多准。",
                f"The judge {name.en} looked at {counted(record.unread, 'answer')} and reached no "
                "verdict; nobody knows how good it is.",
            )
        if not record.judged:
            return tidy(
                f"裁判 {name.zh} 还没有在这里判过，没有人知道它有多准。",
                f"The judge {name.en} has not judged here yet, and nobody knows how good it is.",
            )
        return tidy(
            f"没有人判过裁判 {name.zh} 判过的回答，所以不知道它有多准。",
            f"Nobody has judged what the judge {name.en} judged, so nobody knows how good it is.",
        )
    same = round(found.raw * found.things)
    low, high = points(found.raw_low), points(found.raw_high)
    level = percent(found.level)
    how = _how_good(found)
    return tidy(
        f"裁判 {name.zh} 和人都判过的 {found.things:,} 个回答里，{same:,} 个判得一样"
        f"（{points(found.raw)}%，{level} 区间 {low}% 到 {high}%）；{how.zh}。",
        f"Of {counted(found.things, 'answer')} that people judged too, the judge {name.en} says "
        f"the same of {same:,} ({points(found.raw)}%, {level} interval {low}% to {high}%); "
        f"{how.en}.",
    )


def kappa_sentence(found: Agreement) -> Text:
    """Agreement with chance taken off."""
    if math.isnan(found.value):
        return Text(
            "有一方只给过一种判定，扣掉碰巧的一致性算不出来。",
            "One side only ever gave one verdict, so agreement beyond chance cannot be had.",
        )
    value = _decimal(found.value)
    if math.isnan(found.low):
        return Text(
            f"扣掉碰巧一致的，一致性 {value}；回答太少，给不出区间。",
            f"With chance taken off, agreement is {value}; too few answers for an interval.",
        )
    return Text(
        f"扣掉碰巧一致的，一致性 {value}（{percent(found.level)} 区间 {_decimal(found.low)} 到 "
        f"{_decimal(found.high)}）；1 是完全一致，0 等于瞎猜。",
        f"With chance taken off, agreement is {value} ({percent(found.level)} interval "
        f"{_decimal(found.low)} to {_decimal(found.high)}); 1 is perfect, 0 is guessing.",
    )


def errors_sentence(record: TrackRecord) -> Text:
    """Its errors in both directions."""
    passed, failed = _share(record.passed), _share(record.failed)
    return tidy(
        f"人判错的 {record.passed.of:,} 个里，它判对 {record.passed.count:,} 个{passed.zh}；"
        f"人判对的 {record.failed.of:,} 个里，它判错 {record.failed.count:,} 个{failed.zh}。",
        f"Of {record.passed.of:,} that people call wrong it calls {record.passed.count:,} right"
        f"{passed.en}; of {record.failed.of:,} that people call right it calls "
        f"{record.failed.count:,} wrong{failed.en}.",
    )


def bias_sentences(biases: Sequence[Bias]) -> list[Text]:
    """What it leans to more, or less, than people do; said only where the interval bears it."""
    if not biases:
        return []
    sure = [b for b in biases if not math.isnan(b.low) and not b.low <= 0 <= b.high]
    if not sure:
        names = [_LEANS[b.name or b.kind][0] for b in biases]
        zh, en = "、".join(n.zh for n in names), ", ".join(n.en for n in names)
        return [
            Text(
                f"{zh}：没看出它比人偏向哪边（不等于没有偏向）。",
                f"{en}: no leaning beyond people's has shown (which does not say there is none).",
            )
        ]
    return [_bias(bias) for bias in sure]


def _bias(bias: Bias) -> Text:
    """The sentence of a bias that is one."""
    _, more, less = _LEANS[bias.name or bias.kind]
    what = more if bias.bias > 0 else less
    ends = sorted((abs(bias.low), abs(bias.high)))
    size = f"{points(abs(bias.bias))}", f"{points(ends[0])}–{points(ends[1])}"
    return Text(
        f"{what.zh} {size[0]} 分（区间 {size[1]}）。",
        f"{what.en} by {size[0]} points (interval {size[1]}).",
    )


_LEANS: dict[str, tuple[Text, Text, Text]] = {
    "length": (
        Text("回答长短", "length"),
        Text("比人更偏爱长的回答：长度每翻一倍，多给",
             "It favours long answers more than people do: for every doubling of length"),
        Text("比人更不爱长的回答：长度每翻一倍，少给",
             "It favours long answers less than people do: for every doubling of length"),
    ),
    "markdown": (
        Text("有没有排版", "markdown"),
        Text("比人更偏爱有排版的回答，多给", "It favours markdown more than people do"),
        Text("比人更不爱有排版的回答，少给", "It favours markdown less than people do"),
    ),
    "self": (
        Text("自己的回答", "its own answers"),
        Text("比人更偏爱自己的回答，多给", "It favours its own answers more than people do"),
        Text("对自己的回答比人更严，少给", "It favours its own answers less than people do"),
    ),
    "position": (
        Text("先后", "position"),
        Text("比人更偏爱排在前面的回答，多给", "It favours what stands first more than people do"),
        Text("比人更偏爱排在后面的回答，多给", "It favours what stands second more than people do"),
    ),
}  # fmt: skip


def record_sentences(record: TrackRecord) -> list[Text]:
    """The whole track record, the headline first."""
    said = [record_sentence(record)]
    if record.agreement is not None and record.pairs:
        said += [kappa_sentence(record.agreement), errors_sentence(record)]
        if record.alongside is not None:
            said += _among_people(record)
        said += bias_sentences(record.biases)
    if record.before:
        said.append(
            Text(
                f"另有 {record.before:,} 个人判过的回答，是这个裁判从前的版本判的（换了模型、参数或"
                "提示词），不算在这份记录里。",
                f"{counted(record.before, 'answer')} more that people judged were judged by an "
                "earlier version of this judge (another model, parameters or prompts), which "
                "does not count in this record.",
            )
        )
    if record.unread and record.judged:
        said.append(
            Text(
                f"另有 {record.unread:,} 个回答它没判成；不算模型答错。",
                f"It reached no verdict on {counted(record.unread, 'answer')} more; they are not "
                "the models' mistakes.",
            )
        )
    return said


def _among_people(record: TrackRecord) -> list[Text]:
    """The judge's agreement beside that of people with one another."""
    among = record.alongside
    if among is None or math.isnan(among.people_raw.value):
        return []
    start = Text(
        f"人和人判得一样的有 {points(among.people_raw.value)}%，"
        f"它和人有 {points(among.judge_raw.value)}%",
        f"People agree with one another on {points(among.people_raw.value)}%, it with them on "
        f"{points(among.judge_raw.value)}%",
    )
    behind = among.behind_raw
    if math.isnan(behind.low) or behind.low <= 0 <= behind.high:
        end = Text("；差别还在误差之内。", "; the difference is within the error.")
    elif behind.high < 0:
        end = Text("：不如人。", ": less than people do.")
    else:
        end = Text("：不比人差。", ": no less than people do.")
    return [tidy(start.zh + end.zh, start.en + end.en)]


def corrected_sentence(row: ModelTrust) -> Text:
    """One model: the corrected score, people alone and the judge alone."""
    name, found = named(row.model), row.corrected
    by_judge = Text(
        f"裁判自己说是 {points(found.judge)} 分", f"by the judge itself {points(found.judge)}"
    )
    if math.isnan(found.judge):
        by_judge = Text("裁判一个也没判成", "the judge reached no verdict")
    if math.isnan(found.score):
        return tidy(
            f"{name.zh}：人只判了 {found.people} 个，校正不了；{by_judge.zh}，不能当真。",
            f"{name.en}: people judged {found.people}, too few to correct by; {by_judge.en}, which "
            "is not to be relied on.",
        )
    level = percent(found.level)
    if not found.judged:
        return tidy(
            f"{name.zh} 得 {points(found.score)} 分（{level} 区间 {points(found.low)} 到 "
            f"{points(found.high)}）：规则全都判得了，没有要裁判判的。",
            f"{name.en} scores {points(found.score)} ({level} interval {points(found.low)} to "
            f"{points(found.high)}): rules could grade everything.",
        )
    return tidy(
        f"{name.zh} 校正后 {points(found.score)} 分（{level} 区间 {points(found.low)} 到 "
        f"{points(found.high)}）；只靠人判的 {found.people} 个是 {points(found.alone)} 分"
        f"（{points(found.alone_low)} 到 {points(found.alone_high)}），{by_judge.zh}。"
        f"{_adds(row).zh}",
        f"{name.en}: corrected {points(found.score)} ({level} interval {points(found.low)} to "
        f"{points(found.high)}); by the {counted(found.people, 'verdict')} of people alone "
        f"{points(found.alone)} ({points(found.alone_low)} to {points(found.alone_high)}), "
        f"{by_judge.en}. {_adds(row).en}",
    )


def _adds(row: ModelTrust) -> Text:
    """What the judge adds to people's verdicts."""
    found = row.corrected
    if found.people >= found.judged:
        return Text("人全都判过，用不着裁判。", "People judged them all, and no judge is needed.")
    if found.high - found.low > _ADDS * (found.alone_high - found.alone_low):
        return Text("裁判几乎没帮上忙。", "The judge hardly helps.")
    worth = math.floor(found.worth)
    return Text(
        f"有这个裁判帮忙，相当于人判了约 {worth} 个。",
        f"With this judge it is as if people had judged about {worth}.",
    )


def gap_sentence(gap: Gap) -> Text:
    """Whether one model is better than another by the corrected scores."""
    a, b, found = named(gap.first), named(gap.second), gap.difference
    if math.isnan(found.score) or found.low <= 0 <= found.high:
        return tidy(
            f"校正以后，{a.zh} 和 {b.zh} 谁好还说不准。",
            f"With the correction, which of {a.en} and {b.en} is better cannot be said yet.",
        )
    if found.score < 0:
        a, b = b, a
    ends = sorted((abs(found.low), abs(found.high)))
    of = Text("", "")
    if gap.pairs > 1:
        of = Text(
            f"，已按 {gap.pairs:,} 对一起比放宽", f", widened for the {gap.pairs:,} pairs compared"
        )
    return tidy(
        f"校正以后，{a.zh} 比 {b.zh} 高 {points(abs(found.score))} 分"
        f"（区间 {points(ends[0])}–{points(ends[1])}{of.zh}）。",
        f"With the correction, {a.en} is {points(abs(found.score))} points above {b.en} "
        f"(interval {points(ends[0])}–{points(ends[1])}{of.en}).",
    )


def table_notes(table: TrustTable) -> list[Text]:
    """What the scores are about, and on what they rest."""
    said = []
    unseen = table.left_out.get("unjudged", 0)
    late = table.left_out.get("late", 0)
    if unseen:
        said.append(
            Text(
                f"裁判还有 {unseen:,} 个回答没看，所以这些得分只说它看过的回答，不是整个题库。",
                f"The judge has yet to look at {counted(unseen, 'answer')}, so these scores are "
                "about those it has seen, not the whole bank.",
            )
        )
    if late:
        said.append(
            Text(
                f"有 {late:,} 个回答不在抽样里（后来才有，或抽样时规则已经判了），所以得分只说抽样"
                "抽的那些回答。",
                f"{counted(late, 'answer')} had no part in the draw (newer, or settled by rule "
                "when it was made), so the scores are about those that were drawn from.",
            )
        )
    if table.drawn:
        said.append(
            Text(
                "人判的是按已知机会抽出来的回答，得分已按机会加权。",
                "People judged answers drawn by known chances, which the scores are weighted by.",
            )
        )
    elif any(row.corrected.people for row in table.models):
        said.append(
            Text(
                "校正的前提是：人判哪些回答不是挑出来的。专挑难的、专挑怀疑判错的，校正就不准。",
                "The correction takes it that nobody picked which answers people judged. Where "
                "hard or doubtful ones were picked, it is off.",
            )
        )
    said += [*_not_counted(table), *_how_corrected(table)]
    said += [_about(row.corrected.about) for row in table.models[:1]]
    return said


def _not_counted(table: TrustTable) -> list[Text]:
    """Answers that the scores are not about."""
    said = []
    rest = {k: n for k, n in table.left_out.items() if k in ("nothing", "hidden") and n}
    if rest:
        said.append(
            Text(
                f"没有算进来的回答：没有内容或是游戏 {rest.get('nothing', 0)}，暗题 "
                f"{rest.get('hidden', 0)}。",
                f"Answers not counted: empty or games {rest.get('nothing', 0)}, hidden "
                f"{rest.get('hidden', 0)}.",
            )
        )
    return said


def _how_corrected(table: TrustTable) -> list[Text]:
    """Which word of the judge was corrected, and where another way of reckoning disagrees."""
    said = []
    marked = [short_name(row.model) for row in table.models if row.marked]
    if marked:
        zh, en = "、".join(marked), ", ".join(marked)
        said.append(
            Text(
                f"{zh}：裁判打的分比它判的对错更有用，校正用的是它打的分。",
                f"{en}: the judge's marks tell more than its verdicts, so they are what was "
                "corrected.",
            )
        )
    off = [
        row.model for row in table.models
        if row.check is not None and not math.isnan(row.corrected.score)
        and not (row.check.low <= row.corrected.high and row.corrected.low <= row.check.high)
    ]  # fmt: skip
    if off:
        names = "、".join(off)
        said.append(
            Text(
                f"按裁判的错误率另算一遍，{names} 的得分对不上：请再多判一些，先别下结论。",
                f"Worked out another way, by the judge's errors, the score of {names} does not "
                "fit: judge more before concluding.",
            )
        )
    return said


def _about(about: About) -> Text:
    """What the intervals are about."""
    if about == "these answers":
        return Text(
            "得分的区间只说这些回答：人要是全都判过，会判成多少分。",
            "The scores' intervals are about these answers only: what people would give them all.",
        )
    return Text(
        "得分的区间说的是这一类题，和成绩表一样：换一批题，得分也会变。",
        "The scores' intervals are about questions like these, as in the table of scores: other "
        "questions would give another score.",
    )


def foresight_sentence(found: Foresight) -> Text:
    """What so many verdicts would buy."""
    row = found.likely[0]
    before, after, alone = (points(w) for w in (row.before, row.after, row.alone))
    return tidy(
        f"题库 {found.bank} 的全部 {row.total:,} 个回答一起算：人再判 {found.more:,} 个，得分的区间"
        f"大约从 {before} 分宽缩到 {after} 分宽；不用裁判、只靠人，是 {alone} 分。",
        f"All {counted(row.total, 'answer')} to {found.bank} together: with {found.more:,} more "
        f"verdicts by people the score's interval would shrink from about {before} points to "
        f"about {after}; without the judge it would be {alone}.",
    )


def foresight_notes(found: Foresight) -> list[Text]:
    """How sure that is, what it is about, and how many there is room for."""
    said = []
    if found.more < found.wanted:
        said.append(
            Text(
                f"还等着人判的只有 {found.more:,} 个，所以按 {found.more:,} 个算。",
                f"Only {counted(found.more, 'answer')} wait for a person, so this is for "
                f"{found.more:,}.",
            )
        )
    weak, strong = points(found.weak.after), points(found.strong.after)
    if not found.pairs:
        said.append(
            Text(
                f"没有人检查过这个裁判：这里假定它和人有 {found.agreement:.0%} 判得一样。差的裁判"
                f"是 {weak} 分，好的是 {strong} 分。",
                f"Nobody has checked this judge: it is taken to agree with people on "
                f"{found.agreement:.0%}. For a poor judge it is {weak}, for a good one {strong}.",
            )
        )
    else:
        said.append(
            Text(
                f"按它和人都判过的 {found.pairs:,} 个回答推算（{found.agreement:.0%} 判得一样）；"
                "是估计，不是保证。",
                f"Worked out from the {counted(found.pairs, 'answer')} that people judged too "
                f"({found.agreement:.0%} the same); an expectation, not a promise.",
            )
        )
    said.append(
        Text(
            "这里的宽窄只说这些回答；说到这一类题，区间还要宽一些，那一部分多请人判也窄不了。",
            "These widths are about these answers; about questions like these the interval is "
            "wider still, and more verdicts do not narrow that part.",
        )
    )
    return said


def trust_table(table: TrustTable) -> Table:
    """Corrected, people alone, judge alone; model by model."""
    heads = (Text("模型", "Model"), Text("校正后", "Corrected"), Text("区间", "Interval"),
             Text("只靠人", "People"), Text("区间", "Interval"), Text("裁判", "Judge"),
             Text("人判/裁判判", "Judged by people/judge"))  # fmt: skip
    rows = (
        (short_name(row.model), points(found.score), f"{points(found.low)}–{points(found.high)}",
         points(found.alone), f"{points(found.alone_low)}–{points(found.alone_high)}",
         points(found.judge), f"{found.people}/{found.judged}")
        for row in table.models
        for found in (row.corrected,)
    )  # fmt: skip
    return ruled(heads, rows)


def _how_good(found: Agreement) -> Text:
    """Of the kappa, what its whole interval bears."""
    if math.isnan(found.low):
        return Text("这样还说不清它有多准", "that does not say yet how good it is")
    if found.low >= RELIABLE:
        return Text("和人很一致", "it agrees with people well")
    if found.low >= TENTATIVE:
        return Text("和人够一致，可以先用", "it agrees with people enough to go by for now")
    if found.low > 0:
        short = found.high < TENTATIVE
        return Text(
            "比瞎猜好，但和人不够一致" if short else "比瞎猜好，够不够一致还说不准",
            "better than guessing, but not in agreement enough" if short
            else "better than guessing; whether it agrees enough cannot be said yet",
        )  # fmt: skip
    if found.high < 0:
        return Text("比瞎猜还差", "it does worse than guessing")
    return Text("分不清它是不是比瞎猜强", "whether it beats guessing cannot be said")


def _share(share: Share) -> Text:
    if not share.of:
        return Text("", "")
    low, high = share.ends
    said = f"{points(low)}% {{}} {points(high)}%"
    return Text(f"（区间 {said.format('到')}）", f" (interval {said.format('to')})")


def _decimal(value: float) -> str:
    return f"{value:.2f}".replace("-", "−")
