"""What stands at the top of a page about scores: the finding, the table, and what to note.

The one-file report and the bench show the same, so it is made here for both. Numbers become words
and positions; strings are cleaned of control characters but not escaped. The module knows no page
and no address: whoever places a count says where it leads.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from typing import Any

from markupsafe import Markup, escape

from mingan.language import Lang, Text, counted
from mingan.reports.charts.bars import interval_bar, verdict_bar
from mingan.reports.data import ReportData
from mingan.reports.safe import one_line, short_name
from mingan.reports.sentences import (
    FEW,
    compare_sentence,
    detectable_sentence,
    percent,
    points,
    rank_range,
)
from mingan.reports.standing import between, claim
from mingan.reports.units import DASH
from mingan.statistics.results import Score

Find = Callable[[str, str], str]
"""The address of the questions on which a model (its name) got a verdict (its letter)."""

_DOUBT = Text("分不出高下", "cannot be told apart")
_NOTEWORTHY = 0.05  # a share of undecided answers from which it is said beside the table


def eyebrow(data: ReportData, word: dict[str, str]) -> list[str]:
    """What was measured and how much of it, in a few words before the finding."""
    bank = data.bank
    sources = {model.source for model in data.models}
    return [
        one_line(data.title or bank.name, 120),
        f"{bank.questions} {word['questions']}"
        if bank.scored is None
        else f"{bank.scored} / {bank.questions} {word['scored_of']}",
        f"{len(data.scores)} {word['models']}",
        *(word[source] for source in ("measured", "recorded") if source in sources),
    ]


def underlined(finding: str, lang: Lang) -> Markup:
    """The finding, one sentence a line where it fits, with the words of doubt underlined."""
    doubt = _DOUBT.say(lang)
    sentences = [escape(part) for part in re.split(r"(?<=。)", finding) if part]
    marked = [part.replace(doubt, Markup("<u>{}</u>").format(doubt), 1) for part in sentences]
    return Markup("").join(Markup("<span>{}</span>").format(part) for part in marked)


def lede(data: ReportData, lang: Lang) -> list[str]:
    """What the table's signs mean, then the first two models against each other."""
    level = percent(data.level)
    said = [
        Text(
            f"区间为 {level}。名次写成一段，表示这一段里的先后这些题分不出来"
            "（成对检验，各对一起校正）。",
            f"Intervals are {level}. A rank written as a range means that these questions do not "
            "settle the order within it (paired tests, corrected over all pairs).",
        )
    ]
    ranked = [s for s in data.scores if s.questions >= FEW and not math.isnan(s.score)]
    if len(ranked) > 1:
        first = between(data.comparisons, ranked[0].model, ranked[1].model)
        if first is not None:
            said.append(compare_sentence(first))
    return [text.say(lang) for text in said]


def score_row(score: Score, find: Find | None) -> dict[str, Any]:
    """One model of the score table; `find` gives the addresses behind its counts."""
    known = not math.isnan(score.score)
    tally = [
        (score.right, "right", "r"),
        (score.wrong, "wrong", "w"),
        (score.unsure, "unsure", "u"),
        (score.ungraded, "ungraded", "g"),
        (_lost(score), "missing", "x"),
    ]
    return {
        "model": short_name(score.model),
        "rank": rank_range(score) or DASH,
        "score": points(score.score) if known else DASH,
        "ends": f"{points(score.low)}–{points(score.high)}" if known else DASH,
        "cases": f"{points(score.worst_case)}–{points(score.best_case)}" if known else DASH,
        "bar": Markup(interval_bar(score)),
        "counts": Markup(verdict_bar(score)),
        "tally": [
            {"count": n, "word": word, "href": find(score.model, letter) if find else ""}
            for n, word, letter in tally
            if n or letter in "rwu"
        ],
        "few": score.questions < FEW,
    }


def attention(data: ReportData, lang: Lang) -> list[dict[str, str]]:
    """What a reader should know before repeating the headline; alarms first."""
    cards: list[tuple[str, Text, Text]] = []
    failed = sum(model.states.get("failed", 0) for model in data.models)
    if failed:
        cards.append(
            (
                "alarm",
                Text(
                    f"{failed} 个回答没有要到",
                    f"{counted(failed, 'answer')} could not be obtained",
                ),
                Text(
                    "这不是模型答错，没有算进错题。接着再跑一次，会只补问这些。",
                    "That is no mistake of the model and does not count as wrong. Running it again "
                    "asks only for these.",
                ),
            )
        )
    total = sum(_asked(score) for score in data.scores)
    undecided = sum(score.unsure + score.ungraded for score in data.scores)
    if total and undecided / total >= _NOTEWORTHY:
        share = points(undecided / total)
        cards.append(
            (
                "unsure",
                Text(
                    f"{undecided:,} 个回答没有定论（{share}%）",
                    f"{counted(undecided, 'answer')} undecided ({share}%)",
                ),
                Text(
                    "规则判不出来的，不猜。它们最多能把得分推到哪里，见“最坏–最好”。",
                    "What the rules cannot tell is not guessed. How far these could move a score "
                    "is said under “Worst–best”.",
                ),
            )
        )
    conditional = sum(claim(pair) == "conditional" for pair in data.comparisons.values())
    if conditional:
        cards.append(
            (
                "unsure",
                Text(
                    f"{conditional} 对的高下还要看存疑的怎么判",
                    f"{counted(conditional, 'verdict')} on pairs may change with undecided answers",
                ),
                Text(
                    "没有定论的回答若全往不利的一边算，这样的结论就不成立。",
                    "Such a verdict would not stand if every undecided answer went against it.",
                ),
            )
        )
    if data.comparisons:
        sharpest = min(data.comparisons.values(), key=lambda pair: pair.detectable)
        cards.append(
            ("note", Text("能看出多小的差距", "How small a gap can be seen"),
             detectable_sentence(sharpest))
        )  # fmt: skip
    return [{"kind": k, "title": t.say(lang), "text": s.say(lang)} for k, t, s in cards]


def _lost(score: Score) -> int:
    return score.refused + score.truncated + score.empty + score.failed + score.absent


def undecided(score: Score) -> int:
    """Answers of which nobody can say whether they are right."""
    return score.unsure + score.ungraded + _lost(score)


def _asked(score: Score) -> int:
    return score.right + score.wrong + undecided(score)
