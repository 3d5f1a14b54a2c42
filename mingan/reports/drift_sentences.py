"""Did the model behind a name change? The verdict on one watch, in words.

*Changed* is said only on an alarm, whose chance to be false is held over the whole life of a
watch, never on one day's test. *No change* is said only together with what could have been seen.
The module must not know where the sentence is shown.
"""

from __future__ import annotations

import math
from collections.abc import Iterable

from mingan.language import Text, counted
from mingan.reports.drifted import (
    ClassChange,
    Drift,
    DriftVerdict,
    GraderChange,
    JudgeChange,
    SameModel,
)
from mingan.reports.safe import one_line
from mingan.reports.sentences import named, percent, points, tidy
from mingan.reports.trusted import Share

FLIP = 0.2
"""Two classes that move against each other by so much look like another default answer."""

_CLASSES = {"yes": Text("应答“是”", "answer yes"), "no": Text("应答“否”", "answer no")}
_WHY = {
    "failed": Text("没有要到", "could not be had"),
    "refused": Text("被拦下", "were blocked"),
    "empty": Text("是空的", "were empty"),
    "truncated": Text("没答完", "were cut off"),
    "unsure": Text("判不准", "could not be decided"),
    "ungraded": Text("没有判", "were not graded"),
    "not asked": Text("还没有问", "were not asked"),
}


def drift_words(verdict: DriftVerdict, since: str = "") -> Text:
    """The verdict as a table shows it."""
    if verdict == "changed":
        return Text(f"从 {since} 起变了", f"changed since {since}")
    return {
        "no change": Text("没有变", "no change"),
        "cannot tell yet": Text("还说不准", "cannot tell yet"),
    }[verdict]


def drift_sentence(row: Drift) -> Text:
    """The verdict on one watch, with the change that it rests on."""
    if not row.checks:
        return _only_a_baseline(row)
    name, size = named(row.model), _size(row)
    if row.verdict == "changed":
        chance, size = percent(row.alpha), _size_changed(row)
        return tidy(
            f"{name.zh} 变了：大约从 {row.since} 起，{size.zh}。警报是 {row.alarm_day} 拉响的；"
            f"模型一直没变的话，这样问一辈子也只有至多 {chance} 的机会误报。",
            f"{name.en} changed: since about {row.since}, {size.en}. The alarm was raised on "
            f"{row.alarm_day}; were there no change, however long one went on asking, it would be "
            f"raised with a chance of {chance} at most.",
        )
    if row.verdict == "no change":
        return tidy(
            f"没有看到 {name.zh} 变化（{_span(row).zh}）：{size.zh}。{_seen(row).zh}",
            f"No change seen in {name.en} ({_span(row).en}): {size.en}. {_seen(row).en}",
        )
    return tidy(
        f"{name.zh} 变没变，还说不准（{_span(row).zh}）：{size.zh}。{_more(row).zh}",
        f"Whether {name.en} changed cannot be told yet ({_span(row).en}): {size.en}. "
        f"{_more(row).en}",
    )


def drift_notes(row: Drift) -> list[Text]:
    """What should be known beside the verdict, one sentence each."""
    found = [_kept() if row.kept else noise_sentence(row)]
    flip = flip_sentence(row.classes)
    if flip is not None:
        found.append(flip)
    if row.grader_change is not None:
        found.append(grader_sentence(row.grader_change))
    if row.judge_change is not None:
        found.append(judge_sentence(row.judge_change))
    found += _absent(row)
    if row.unfinished:
        found.append(
            Text(
                f"{row.days[-1].day} 的复查没有问完：同一天再运行一次，只问缺的。",
                f"The check of {row.days[-1].day} was not finished: run it again on the same day, "
                "and only what is missing is asked.",
            )
        )
    if row.verdict == "changed" and not row.ended:
        found.append(
            Text(
                "要以今天的模型为准接着看，请加 --anew 重新定一个基准；旧的记录都在。",
                "To go on from the model as it is today, add --anew for a new baseline; what is on "
                "record stays.",
            )
        )
    if row.ended:
        found.append(
            Text(
                "这是从前的一个基准：后来重新定过（模型的设置改了，或有人要求重来），不再复查。",
                "This is an earlier baseline: another was begun since (the model's settings were "
                "changed, or somebody wanted it anew), and it is not checked any more.",
            )
        )
    return found


def noise_sentence(row: Drift) -> Text:
    """How much varies without any change: the baseline against itself."""
    noise = row.noise
    if not noise.of:
        return Text(
            "基准里没有两次都判得出的题，所以不知道它自己和自己差多少。",
            "No question of the baseline was decided twice, so it is not known how much the model "
            "varies by itself.",
        )
    low, high = noise.ends
    return Text(
        f"同一天问两遍，自己和自己判得不一样的有 {_percent(noise.value)}"
        f"（{noise.of:,} 对里 {noise.count:,} 对，{percent(noise.level)} 区间 "
        f"{_percent(low)} 到 {_percent(high)}）。",
        f"Asked twice within a day it differs from itself in {_percent(noise.value)} of verdicts "
        f"({noise.count:,} of {counted(noise.of, 'pair')}, {percent(noise.level)} interval "
        f"{_percent(low)} to {_percent(high)}).",
    )


def flip_sentence(classes: Iterable[ClassChange]) -> Text | None:
    """That the default answer flipped, where two classes moved against each other; else None."""
    moved = [c for c in classes if not math.isnan(c.difference)]
    up = max(moved, key=lambda c: c.difference, default=None)
    down = min(moved, key=lambda c: c.difference, default=None)
    if up is None or down is None or up.difference < FLIP or down.difference > -FLIP:
        return None
    rise, fall = class_words(up.name), class_words(down.name)
    return Text(
        f"像是换了默认的答法：{rise.zh}的题，答对的从 {_percent(up.before.value)} 升到 "
        f"{_percent(up.now.value)}；{fall.zh}的题，从 {_percent(down.before.value)} 降到 "
        f"{_percent(down.now.value)}。这说的是它偏向哪个答案，不等于它会的多了或少了。",
        f"It looks like another default answer: of questions to {rise.en} it gets "
        f"{_percent(up.now.value)} right after {_percent(up.before.value)}, of those to {fall.en} "
        f"{_percent(down.now.value)} after {_percent(down.before.value)}. This is about which "
        "answer it leans to, not about how much it knows.",
    )


def class_words(name: str) -> Text:
    """A class of questions, by its right answer."""
    label = one_line(name, 20)
    return _CLASSES.get(name, Text(f"答案是“{label}”", f"answer “{label}”"))


def grader_sentence(change: GraderChange) -> Text:
    """That the grader changed, and what it would have passed off as drift."""
    zh, en = "、".join(change.before), ", ".join(change.before)
    now_zh, now_en = "、".join(change.now), ", ".join(change.now)
    seeming = Text("", "")
    if change.changed and not math.isnan(change.seeming) and change.seeming:
        size = points(abs(change.seeming))
        up = change.seeming > 0
        seeming = Text(
            f"；若沿用旧的判定，会显得{'高' if up else '低'}了 {size} 分，那不是模型变了",
            f"; with the old verdicts it would have seemed {size} points "
            f"{'higher' if up else 'lower'}, which is no change of the model",
        )
    return Text(
        f"判分规则换过版本（从 {zh} 到 {now_zh}），{change.answers:,} 个旧回答都按今天的规则"
        f"重判了，其中 {change.changed:,} 个的判定变了{seeming.zh}。",
        f"The grader changed (from {en} to {now_en}); {counted(change.answers, 'old answer')} "
        f"{'was' if change.answers == 1 else 'were'} graded again by today's, and "
        f"{change.changed:,} got another verdict{seeming.en}.",
    )


def judge_sentence(change: JudgeChange) -> Text:
    """Whether the judge is still the judge of then."""
    name = named(change.judge)
    share = f"{change.changed:,}/{change.again:,}"
    shift = points(abs(change.shift))
    if change.drifted:
        up = change.shift > 0
        return tidy(
            f"裁判 {name.zh} 变了，这不是模型变了：{change.day} 它把基准的 {change.again:,} 个"
            f"旧回答又判了一遍，{share} 换了判定，给的分{'高' if up else '低'}了 {shift} 分。",
            f"The judge {name.en} changed, which is no change of the model: on {change.day} it "
            f"judged {counted(change.again, 'old answer')} of the baseline again, gave {share} "
            f"another verdict, and {shift} points {'more' if up else 'less'}.",
        )
    return tidy(
        f"裁判 {name.zh} 在 {change.day} 把基准的 {change.again:,} 个旧回答又判了一遍，{share} 换了"
        "判定，看不出它变了。",
        f"On {change.day} the judge {name.en} judged {counted(change.again, 'old answer')} of the "
        f"baseline again and gave {share} another verdict; no sign that it changed.",
    )


def same_sentence(found: SameModel) -> Text:
    """Whether two endpoints behave as one model."""
    a, b = named(found.a), named(found.b)
    basis = Text(
        f"（{found.prompts} 道题，每道各 {found.samples} 个回答，{_chance(found.p)}）",
        f" ({counted(found.prompts, 'prompt')}, {found.samples} outputs each, {_chance(found.p)})",
    )
    if found.verdict == "differ":
        return tidy(
            f"{a.zh} 和 {b.zh} 的输出不一样，背后不是同一个东西（模型、量化、参数或提示总有一样"
            f"不同）{basis.zh}。",
            f"{a.en} and {b.en} do not give the same outputs: something behind them differs (the "
            f"model, its quantisation, its parameters or a prompt){basis.en}.",
        )
    if found.verdict == "no difference seen":
        return tidy(
            f"没有看到 {a.zh} 和 {b.zh} 的输出有差别{basis.zh}。这不证明是同一个模型，只是这么多"
            "回答里看不出。",
            f"No difference seen between the outputs of {a.en} and {b.en}{basis.en}. This does "
            "not prove that they are one model, only that so many outputs do not show it.",
        )
    if max(found.distinct_a, found.distinct_b) <= 1:
        why = Text(
            "同一道题每次都说一样的话（可能有缓存，或种子是固定的），没有分布可比",
            "to a prompt each says the same every time (a cache, or a fixed seed), which shows no "
            "distribution",
        )
    else:
        why = Text("能用的回答太少", "too few usable outputs")
    return tidy(
        f"{a.zh} 和 {b.zh} 是不是一样，说不准{basis.zh}：{why.zh}。",
        f"Whether {a.en} and {b.en} are alike cannot be told{basis.en}: {why.en}.",
    )


def same_notes(found: SameModel) -> list[Text]:
    """What should be known beside it."""
    notes = []
    if found.settings_differ:
        names = ", ".join(found.settings_differ)
        notes.append(
            Text(
                f"两边的生成参数不一样（{names}），不同也可能只是因为这个。",
                f"The generation parameters differ ({names}), which alone may make a difference.",
            )
        )
    if found.absent:
        notes.append(
            Text(
                f"有 {found.absent:,} 个回答没有要到，没有算。",
                f"{counted(found.absent, 'output')} could not be had and does not count."
                if found.absent == 1
                else f"{found.absent:,} outputs could not be had and do not count.",
            )
        )
    return notes


# --- pieces of sentences ------------------------------------------------------------------------


def _only_a_baseline(row: Drift) -> Text:
    name, first = named(row.model), row.baseline
    score = "?" if math.isnan(first.score) else points(first.score)
    return tidy(
        f"{name.zh} 的基准定在 {first.day}：{row.questions} 道题问了 {row.repeats} 遍，{score} 分。"
        f"还没有复查过，变没变还说不准；从 {row.due} 起再运行一次。",
        f"The baseline of {name.en} is that of {first.day}: {counted(row.questions, 'question')} "
        f"asked {row.repeats} times, {score} points. It was not checked since, so whether it "
        f"changed cannot be told yet; run this again from {row.due} on.",
    )


def _size(row: Drift) -> Text:
    if math.isnan(row.estimate):
        return Text("没有一道题前后都判得出", "no question was decided both then and now")
    level, low, high = "95%", points(row.low), points(row.high)
    size = points(abs(row.estimate))
    if not round(100 * row.estimate, 1):
        return Text(
            f"得分和基准一样（{level} 区间 {low} 到 {high}）",
            f"the score is that of the baseline ({level} interval of the change {low} to {high})",
        )
    up = row.estimate > 0
    return Text(
        f"得分比基准（{row.baseline.day}）{'高' if up else '低'} {size} 分"
        f"（差的 {level} 区间 {low} 到 {high}）",
        f"the score is {size} points {'above' if up else 'below'} the baseline of "
        f"{row.baseline.day} ({level} interval of the change {low} to {high})",
    )


def _size_changed(row: Drift) -> Text:
    """The change of the score; where only what was said changed, that too."""
    size = _size(row)
    if row.stream != "said" or not row.low <= 0 <= row.high:
        return size
    return Text(
        f"说的答案和以前不一样了，而{size.zh}",
        f"what it answers is not what it answered before, while {size.en}",
    )


def _span(row: Drift) -> Text:
    count, last = len(row.checks), row.checks[-1].day
    return Text(
        f"{row.baseline.day} 至 {last}，复查 {count} 次",
        f"{row.baseline.day} to {last}, {counted(count, 'check')}",
    )


def _seen(row: Drift) -> Text:
    same = row.checks[-1].same_text
    if same.of and same.count == same.of:
        return Text(
            f"最近一次的 {same.of:,} 个回答和基准一字不差。",
            "The newest answer is that of the baseline to the letter."
            if same.of == 1
            else f"The newest {same.of:,} answers are those of the baseline to the letter.",
        )
    return _could_see(row)


def _could_see(row: Drift) -> Text:
    if math.isnan(row.detectable):
        return Text("", "")
    gap = points(row.detectable)
    return Text(
        f"一次复查若真差 {gap} 分以上，多半（80%）看得出来；更小的要多几次。",
        f"A change of {gap} points or more would most likely (80%) show in one check; a smaller "
        "one takes more of them.",
    )


def _more(row: Drift) -> Text:
    seen = _could_see(row)
    return Text(
        f"{seen.zh}接着每天复查，证据会积累起来。",
        f"{seen.en} Keep checking: evidence adds up from day to day.".strip(),
    )


def _kept() -> Text:
    return Text(
        "基准里同一道题问几遍，长长的回答一字不差，而 temperature 不是 0：像是路上有谁把回答存起来"
        "再给一次。几遍只算一遍，它自己和自己差多少就不知道了；请关掉缓存，用 --anew 重新定基准。",
        "Asked several times for the baseline, long answers came out the same to the letter though "
        "the temperature is not 0, as if something on the way kept them. They count as one, and "
        "how much the model varies by itself is not known; switch the cache off and begin with "
        "--anew.",
    )


def _absent(row: Drift) -> list[Text]:
    found = []
    for day in (row.days[0], row.days[-1])[: len(row.days)]:
        total = sum(day.absent.values())
        if not total:
            continue
        zh = "、".join(f"{count:,} 个{_why(why).zh}" for why, count in day.absent.items())
        en = ", ".join(f"{count:,} {_why(why).en}" for why, count in day.absent.items())
        found.append(
            Text(
                f"{day.day} 的 {day.asked:,} 个回答里有 {total:,} 个不算数（{zh}），也不算变化。",
                f"Of {counted(day.asked, 'answer')} of {day.day}, {total:,} do not count ({en}), "
                "nor are they a change.",
            )
        )
    return found


def _why(why: str) -> Text:
    return _WHY.get(why, Text(why, why))


def share_words(share: Share) -> str:
    """A share as a table shows it: 12/15 (80%)."""
    return f"{share.count:,}/{share.of:,} ({_percent(share.value)})" if share.of else "–"


def _percent(value: float) -> str:
    return "–" if math.isnan(value) else f"{100 * value:.0f}%"


def _chance(p: float) -> str:
    return "p < 0.0001" if p < 0.0001 else f"p = {p:.2g}"
