"""Findings in words, Chinese and English side by side, never more than the numbers bear.

Scores are spoken in whole points from 0 to 100. "Better" is said only where the comparison's
verdict says it, "for certain" only where all pairs were compared together (Holm) and no unknown
answer could overturn it, and nowhere that two models are equal. The module knows scores and
comparisons; it must not know where they are shown.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from itertools import pairwise

from mingan.language import Text
from mingan.reports.safe import is_plain_name, short_name
from mingan.reports.standing import Comparisons, Standing, between, claim, flipped, standing
from mingan.statistics.results import Comparison, Score

FEW = 10
"""Below this many questions a score is shown as counts, is called small, and is never ranked."""

_NAMED = 3  # how many models a sentence names before it only counts them
_HOPELESS = 100_000  # more questions than this would not be asked by anybody
_LOOSE = re.compile(r" *([「」，。（）：；、]) *")


def points(value: float) -> str:
    """A score or difference in [-1, 1] as points: whole, or one decimal if it would round to 0."""
    if math.isnan(value):
        return "?"
    scaled = abs(value) * 100
    whole = math.floor(scaled + 0.5)
    if whole == 0:
        small = f"{scaled:.1f}"
        return "0" if small == "0.0" else f"{_sign(value)}{small}"
    return f"{_sign(value)}{whole}"


def percent(level: float) -> str:
    """A confidence level such as 0.95 as 95%."""
    return f"{level * 100:.4g}%"


def named(name: str) -> Text:
    """A model's name, put in quotation marks where it could be misread in a sentence."""
    if is_plain_name(name):
        return Text(name, name)
    short = short_name(name)
    zh = short.replace("「", "‹").replace("」", "›")
    en = short.replace("“", "‹").replace("”", "›")
    return Text(f"「{zh}」", f"“{en}”")


def tidy(zh: str, en: str) -> Text:
    """A pair, with the blanks that names bring removed around Chinese punctuation."""
    return Text(_LOOSE.sub(r"\1", zh).strip(), en.strip())


def rounded_up(number: int) -> int:
    """`number` rounded up to two leading digits: what is only about right should look it."""
    step: int = 10 ** max(0, len(str(number)) - 2)
    return -(-number // step) * step


def more_questions(comparison: Comparison) -> int | None:
    """About how many questions more would show a difference like the one seen; None if unknown."""
    if comparison.questions_needed is None:
        return None
    more = comparison.questions_needed - comparison.questions
    return rounded_up(more) if more > 0 else None


def headline(scores: Sequence[Score], comparisons: Comparisons) -> Text:
    """The finding in one or two sentences that a person could repeat to a colleague.

    `scores` come best first. Models without a score, or with one from fewer than `FEW`
    questions, are never ranked.
    """
    known = [score for score in scores if not math.isnan(score.score)]
    if not known:
        return Text("还没有可以下结论的得分。", "There is no score yet to draw a conclusion from.")
    ranked = [score for score in known if score.questions >= FEW]
    if len(ranked) < 2:
        return score_sentence((ranked or known)[0])
    names = [score.model for score in ranked]
    first = standing(names[0], names[1:], comparisons)
    return _joined([_about_first(first, names[1:]), _about_rest(names[1:], comparisons)])


def score_sentence(score: Score) -> Text:
    """One model's score, its interval and its counts."""
    name = named(score.model)
    if math.isnan(score.score):
        return tidy(
            f"{name.zh} 没有可以算分的回答。", f"{name.en} has no answer that can be scored."
        )
    level, low, high = percent(score.level), points(score.low), points(score.high)
    said = tidy(
        f"{name.zh} 得 {points(score.score)} 分（{level} 区间 {low} 到 {high}）："
        f"{score.questions} 道题，对 {score.right}、错 {score.wrong}、存疑 {score.unsure}。",
        f"{name.en} scores {points(score.score)} ({level} interval {low} to {high}): "
        f"{_count(score.questions, 'question')}, {score.right} right, {score.wrong} wrong, "
        f"{score.unsure} unsure.",
    )
    return _joined([said, _few(score.questions)])


def compare_sentence(comparison: Comparison) -> Text:
    """Who is better, by how much, or that the data cannot tell (yet)."""
    lead = comparison if comparison.difference >= 0 else flipped(comparison)
    a, b = named(lead.a), named(lead.b)
    if math.isnan(comparison.difference) or comparison.questions == 0:
        a, b = named(comparison.a), named(comparison.b)
        return tidy(
            f"{a.zh} 和 {b.zh} 没有共同的、有定论的题，无法比较。",
            f"{a.en} and {b.en} share no decided question, so they cannot be compared.",
        )
    opening, closing = _verdict_words(lead, a, b)
    return _joined(
        [
            tidy(
                f"{opening.zh}：{_margin(lead, a).zh}{closing.zh}。",
                f"{opening.en}: {_margin(lead, a).en}{closing.en}.",
            ),
            _few(lead.questions),
        ]
    )


def unknown_sentence(score: Score) -> Text:
    """How many answers have no verdict, and how far they could move the score."""
    name = named(score.model)
    kinds = [
        (score.unsure, "存疑", "unsure"),
        (score.ungraded, "没有判", "not graded"),
        (score.refused, "被拒答", "refused"),
        (score.truncated, "被截断", "cut off"),
        (score.empty, "是空的", "empty"),
        (score.failed, "没有要到", "not obtained"),
        (score.absent, "没有问", "never asked for"),
    ]
    present = [(count, zh, en) for count, zh, en in kinds if count]
    if not present:
        return tidy(f"{name.zh} 的每个回答都有定论。", f"Every answer of {name.en} has a verdict.")
    zh = "、".join(f"{count} 个{word}" for count, word, _ in present)
    en = ", ".join(f"{count} {word}" for count, _, word in present)
    worst, best = points(score.worst_case), points(score.best_case)
    return tidy(
        f"{name.zh} 的回答里 {zh}：全算错是 {worst} 分，全算对是 {best} 分。",
        f"Among the answers of {name.en}: {en}. If all of these were wrong it would score "
        f"{worst}, if all were right {best}.",
    )


def rank_range(score: Score) -> str:
    """The ranks that the data do not rule out, such as "1–2"; "" where there is none."""
    if not score.rank_low or score.questions < FEW:
        return ""
    if score.rank_low == score.rank_high:
        return str(score.rank_low)
    return f"{score.rank_low}–{score.rank_high}"


def tie_group(score: Score) -> Text:
    """What a model's rank is worth."""
    name = named(score.model)
    if not rank_range(score):
        return tidy(f"{name.zh} 没有名次。", f"{name.en} has no rank.")
    if score.rank_low == score.rank_high:
        return tidy(f"{name.zh} 是第 {score.rank_low} 名。", f"{name.en} ranks {score.rank_low}.")
    return tidy(
        f"{name.zh} 的名次在第 {score.rank_low} 到第 {score.rank_high} 之间，"
        "这些题分不出更细的先后。",
        f"{name.en} ranks somewhere from {score.rank_low} to {score.rank_high}; "
        "these questions cannot say it more finely.",
    )


def detectable_sentence(comparison: Comparison) -> Text:
    """The smallest gap that this many questions can show."""
    gap = points(comparison.detectable)
    if gap == "?" or comparison.questions == 0:
        return Text("题太少，看不出任何差距。", "There are too few questions to show any gap.")
    return Text(
        f"这 {comparison.questions} 道题能看出的差距最小约 {gap} 分（80% 的把握）；"
        "比这小的差距，多半看不出来。",
        f"These {comparison.questions} questions show gaps of about {gap} points or more "
        "(with 80% power); smaller ones will mostly go unseen.",
    )


# --- pieces of sentences ------------------------------------------------------------------------


def _about_first(first: Standing, others: Sequence[str]) -> Text:
    clauses = [*_beaten(first, others), *_not_beaten(first, others)]
    if not (first.above or first.above_if):
        clauses.insert(0, Text("得分最高", "has the highest score"))
    name = named(first.model)
    said = tidy(
        f"{name.zh} {'，'.join(clause.zh for clause in clauses)}。",
        f"{name.en} {', '.join(clause.en for clause in clauses)}.",
    )
    if first.above or not first.above_if:
        return said
    return Text(f"按目前判出的回答，{said.zh}", f"Going by the answers decided so far, {said.en}")


def _beaten(first: Standing, others: Sequence[str]) -> list[Text]:
    """Whom the first is better than; "going by the answers decided" where unknowns could tell
    otherwise (said by the caller where there is nothing else)."""
    clauses = []
    if first.above:
        group = _group(first.above, others)
        clauses.append(Text(f"确定高于{_set(group)}", f"is better than {group.en} for certain"))
    if first.above_if:
        group = _group(first.above_if, () if first.above else others)
        clauses.append(
            Text(
                f"按目前判出的回答也高于{_set(group)}",
                f"going by the answers decided so far also better than {group.en}",
            )
            if first.above
            else Text(f"高于{_set(group)}", f"is better than {group.en}")
        )
    return clauses


def _not_beaten(first: Standing, others: Sequence[str]) -> list[Text]:
    """With whom the first cannot be told apart, who did better in pairs, who was not compared."""
    clauses = []
    if first.open:
        group = _group(first.open, others)
        clauses.append(
            Text(f"但和{_set(group)}分不出高下", f"but cannot be told apart from {group.en}")
        )
    if first.below or first.below_if:
        group = _group(first.below + first.below_if, others)
        clauses.append(
            Text(f"但成对比较里{_set(group)}反而更好", f"but {group.en} did better in pairs")
        )
    if first.untested:
        group = _group(first.untested, others)
        clauses.append(
            Text(f"和{_set(group)}没有成对比较", f"and was not compared with {group.en}")
        )
    return clauses


def _about_rest(names: Sequence[str], comparisons: Comparisons) -> Text:
    """What the neighbours below the first say, where there are enough of them to say anything."""
    pairs = [between(comparisons, a, b) for a, b in pairwise(names)]
    if len(names) < 3 or any(pair is None for pair in pairs):
        return Text("", "")
    blurred = sum(pair is not None and claim(pair) in ("none", "hint") for pair in pairs)
    if 2 * blurred <= len(pairs):
        return Text("", "")
    if blurred == len(pairs):
        return Text(
            f"其余 {len(names)} 个模型里，相邻的都分不出高下。",
            f"Among the other {len(names)}, no two neighbours can be told apart.",
        )
    return Text(
        f"其余 {len(names)} 个模型里，相邻的 {len(pairs)} 对有 {blurred} 对分不出高下。",
        f"Among the other {len(names)}, {blurred} of the {len(pairs)} neighbouring pairs cannot "
        "be told apart.",
    )


def _group(names: Sequence[str], others: Sequence[str]) -> Text:
    """Some of the others, by name if they are few, else by number; "more" if `others` is empty."""
    count = len(names)
    if count <= _NAMED:
        quoted = [named(name) for name in names]
        zh, en = [name.zh for name in quoted], [name.en for name in quoted]
        last = f" 和 {zh[-1]}" if count > 1 else zh[-1]
        return Text(
            "、".join(zh[:-1]) + last,
            " and ".join(filter(None, [", ".join(en[:-1]), en[-1]])),
        )
    if not others:
        return Text(f"另外 {count} 个模型", f"{count} more models")
    if count == len(others):
        return Text(f"其余 {count} 个模型", f"all {count} others")
    if tuple(names) == tuple(others[-count:]):
        return Text(f"后 {count} 个模型", f"the last {count} models")
    return Text(f"{count} 个模型", f"{count} models")


def _verdict_words(lead: Comparison, a: Text, b: Text) -> tuple[Text, Text]:
    """How the sentence opens (who, against whom) and closes (what to add)."""
    strength = claim(lead)
    if strength == "certain":
        return tidy(f"{a.zh} 确定高于 {b.zh}", f"{a.en} is better than {b.en} for certain"), _NONE
    if strength == "conditional":
        return tidy(f"{a.zh} 高于 {b.zh}", f"{a.en} is better than {b.en}"), Text(
            "；但没有定论的回答若都对它不利，这个结论就不成立",
            "; but this would not stand if every undecided answer went against it",
        )
    undecided = tidy(f"{a.zh} 和 {b.zh} 分不出高下", f"{a.en} and {b.en} cannot be told apart")
    if strength == "hint":
        return undecided, Text(
            "；单看这一对够得上差别，和其他各对一起算就不能确定",
            "; the pair alone would show a difference, but not with all pairs counted together",
        )
    if lead.difference == 0:
        return undecided, Text(
            "；没有看到差别，但这不等于两者一样好",
            "; no difference was seen, which does not mean that there is none",
        )
    more = more_questions(lead)
    if more is None:
        return undecided, _NONE
    yet = tidy(f"{a.zh} 和 {b.zh} 还分不出高下", f"{a.en} and {b.en} cannot be told apart yet")
    if more > _HOPELESS:
        return undecided, Text(
            f"；差距若真这么小，再加 {_HOPELESS} 道题也未必看得出",
            f"; if the gap is really this small, even {_HOPELESS} more questions may not show it",
        )
    return yet, Text(
        f"；差距若真有这么大，大约还要 {more} 道题才看得出",
        f"; if the gap is really this large, about {more} more questions would show it",
    )


def _margin(lead: Comparison, a: Text) -> Text:
    """The difference with its interval, and the tally of questions."""
    gap, level = points(lead.difference), percent(lead.level)
    low, high = points(lead.low), points(lead.high)
    rest = _undecided(lead)
    return Text(
        f"{a.zh} 高 {gap} 分（{level} 区间 {low} 到 {high}），同样的 {lead.questions} 道题上 "
        f"{lead.wins} 胜 {lead.losses} 负、{lead.ties} 题相同{rest.zh}",
        f"{a.en} is {gap} points ahead ({level} interval {low} to {high}), with {lead.wins} won, "
        f"{lead.losses} lost and {lead.ties} drawn{rest.en} on the same "
        f"{_count(lead.questions, 'question')}",
    )


def _undecided(pair: Comparison) -> Text:
    """The questions of a pair that are neither won, lost nor drawn, so that the tally adds up."""
    number = pair.questions - pair.wins - pair.losses - pair.ties
    if number <= 0:
        return _NONE
    return Text(f"、{number} 题没有定论", f" ({number} undecided)")


def _few(questions: int) -> Text:
    if questions >= FEW:
        return _NONE
    return Text(
        f"只有 {questions} 道题，只能当线索，不能当结论。",
        f"With only {_count(questions, 'question')} this is a lead, not a conclusion.",
    )


_NONE = Text("", "")


def _set(text: Text) -> str:
    """The Chinese of `text` with a blank on each side that is not Chinese."""
    left, right = ("" if ord(text.zh[i]) > 0x2E80 else " " for i in (0, -1))
    return f"{left}{text.zh}{right}"


def _joined(parts: Sequence[Text]) -> Text:
    return Text("".join(p.zh for p in parts), " ".join(p.en for p in parts if p.en))


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def _sign(value: float) -> str:
    return "−" if value < 0 else ""
