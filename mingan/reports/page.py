"""What the one-file report shows, as plain rows and strings ready for a template.

Here numbers become words and positions; the template only places them. Strings are cleaned of
control characters but not escaped: the template escapes all of them. The module knows no HTML
beyond marking which drawings are safe.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlencode

from markupsafe import Markup, escape

from mingan.language import Lang, Text
from mingan.reports.chart import interval_bar, interval_chart, verdict_bar
from mingan.reports.data import Breakdown, GraderUse, ReportData
from mingan.reports.page_facts import cost_rows, fact_rows, state_rows
from mingan.reports.page_questions import SIGNS, question_rows
from mingan.reports.safe import one_line, short_name, visible
from mingan.reports.sentences import (
    FEW,
    compare_sentence,
    detectable_sentence,
    headline,
    percent,
    points,
    rank_range,
    unknown_sentence,
)
from mingan.reports.standing import Standing, between, claim, standing
from mingan.reports.units import DASH
from mingan.reports.words import words
from mingan.statistics.results import Score

_DOUBT = Text("分不出高下", "cannot be told apart")
_MARKS = {("a", "certain"): "▲", ("b", "certain"): "▼", ("a", "conditional"): "△"}
_MARKS["b", "conditional"] = "▽"
_NOTEWORTHY = 0.05  # a share of undecided answers from which it is said beside the table


def page(data: ReportData, lang: Lang) -> dict[str, Any]:
    """Everything the template names, in one language."""
    word = words(lang)
    finding = headline(data.scores, data.comparisons).say(lang)
    names = [score.model for score in data.scores]
    return {
        "lang": {"zh": "zh-Hans", "en": "en"}[lang],
        "w": SimpleNamespace(**word),
        "title": one_line(data.title or data.bank.name, 120),
        "eyebrow": _eyebrow(data, word),
        "finding": finding,
        "headline": _underlined(finding, lang),
        "lede": _lede(data, lang),
        "rows": [_score_row(score, bool(data.questions)) for score in data.scores],
        "attention": _attention(data, lang),
        "chart": Markup(
            interval_chart(data.scores, ident="chart", title=word["chart"], description=finding)
        ),
        "unknown": [
            unknown_sentence(score).say(lang) for score in data.scores if _undecided(score)
        ],
        "pairs": [_pair_row(place, lang) for place in _standings(data)],
        "matrix": _matrix(data),
        "tiers": _parts_by_model(data.tiers, names, word),
        "abilities": _parts_by_label(data.abilities, names, word),
        "states": state_rows(data.models, names),
        "facts": fact_rows(data.models, names, lang),
        "costs": cost_rows(data, lang),
        "notes": [visible(note.say(lang)) for note in data.notes],
        "graders": [_grader(use, word, lang) for use in data.graders],
        "stamp": one_line(str(data.stamp)),
        "bank": {"name": one_line(data.bank.name, 80), "hash": one_line(data.bank.hash)},
        "level": percent(data.level),
        "made_at": one_line(data.made_at),
        "names": [short_name(name) for name in names],
        "questions": question_rows(data, names, word),
        "tier_names": sorted({one_line(q.tier) for q in data.questions if q.tier}),
    }


def _eyebrow(data: ReportData, word: dict[str, str]) -> list[str]:
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


def _grader(use: GraderUse, word: dict[str, str], lang: Lang) -> str:
    name = f"{one_line(use.name, 40)} {one_line(use.version, 20)}".strip()
    kind = word[use.authority]
    return (
        f"{name}（{kind}）× {use.grades:,}" if lang == "zh" else f"{name} ({kind}) × {use.grades:,}"
    )


def _underlined(finding: str, lang: Lang) -> Markup:
    """The finding, one sentence a line where it fits, with the words of doubt underlined."""
    doubt = _DOUBT.say(lang)
    sentences = [escape(part) for part in re.split(r"(?<=。)", finding) if part]
    marked = [part.replace(doubt, Markup("<u>{}</u>").format(doubt), 1) for part in sentences]
    return Markup("").join(Markup("<span>{}</span>").format(part) for part in marked)


def _lede(data: ReportData, lang: Lang) -> list[str]:
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


def _score_row(score: Score, linked: bool) -> dict[str, Any]:
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
            {"count": n, "word": word, "href": _find(score.model, letter) if linked else ""}
            for n, word, letter in tally
            if n or letter in "rwu"
        ],
        "few": score.questions < FEW,
    }


def _find(model: str, letter: str) -> str:
    """The address that filters the questions to those where `model` got this verdict."""
    return "#" + urlencode({"a": short_name(model), "av": SIGNS[letter]})


def _attention(data: ReportData, lang: Lang) -> list[dict[str, str]]:
    """What a reader should know before repeating the headline; alarms first."""
    cards: list[tuple[str, Text, Text]] = []
    failed = sum(model.states.get("failed", 0) for model in data.models)
    if failed:
        cards.append(
            (
                "alarm",
                Text(f"{failed} 个回答没有要到", f"{failed} answers were not obtained"),
                Text(
                    "这不是模型答错，没有算进错题。再运行一次同样的命令，会只补问这些。",
                    "They are no mistakes of the model and do not count as wrong. The same "
                    "command, run again, asks only for these.",
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
                    f"{undecided:,} answers are undecided ({share}%)",
                ),
                Text(
                    "规则判不出来的，不猜。它们最多能把得分推到哪里，见区间图里的细线。",
                    "What the rules cannot tell is not guessed. How far these could move a score "
                    "is the thin line in the chart of intervals.",
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
                    f"{conditional} verdicts on pairs hang on undecided answers",
                ),
                Text(
                    "没有定论的回答若全往不利的一边算，这些结论就不成立。",
                    "They would not stand if every undecided answer went against them.",
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


def _standings(data: ReportData) -> list[Standing]:
    names = [s.model for s in data.scores if s.questions >= FEW and not math.isnan(s.score)]
    if not data.comparisons:
        return []
    return [
        standing(name, [other for other in names if other != name], data.comparisons)
        for name in names
    ]


def _pair_row(place: Standing, lang: Lang) -> dict[str, str]:
    """The others by what can be said; a long list is counted, with the names on demand."""
    groups = {
        key: [short_name(name) for name in getattr(place, key)]
        for key in ("above", "above_if", "open", "below_if", "below")
    }
    comma = {"zh": "、", "en": ", "}[lang]
    row = {"model": short_name(place.model)}
    for key, names in groups.items():
        row[key] = comma.join(names)
        row[f"{key}_count"] = str(len(names)) if names else DASH
    return row


def _matrix(data: ReportData) -> dict[str, Any]:
    """The difference of every pair in points, with a mark for the verdict."""
    names = [score.model for score in data.scores]
    rows = []
    for a in names:
        cells = [_pair_cell(data, a, b) for b in names]
        rows.append({"model": short_name(a), "cells": cells})
    return {"names": [short_name(name) for name in names], "rows": rows}


def _pair_cell(data: ReportData, a: str, b: str) -> dict[str, str]:
    pair = None if a == b else between(data.comparisons, a, b)
    if pair is None:
        return {"text": "·" if a == b else DASH, "mark": "", "kind": "self"}
    mark = _MARKS.get((pair.verdict, claim(pair)), "")
    sign = "+" if pair.difference > 0 else ""
    kind = {"▲": "up", "△": "up", "▼": "down", "▽": "down"}.get(mark, "open")
    return {"text": f"{sign}{points(pair.difference)}", "mark": mark, "kind": kind}


def _parts_by_model(
    parts: Sequence[Breakdown], names: Sequence[str], word: dict[str, str]
) -> dict[str, Any]:
    """Few parts: one column each, with the interval drawn."""
    columns = [{s.model: s for s in part.scores} for part in parts]
    return {
        "heads": [_part_head(part, word) for part in parts],
        "rows": [
            {"name": short_name(name), "cells": [_cell(column.get(name)) for column in columns]}
            for name in names
        ],
    }


def _parts_by_label(
    parts: Sequence[Breakdown], names: Sequence[str], word: dict[str, str]
) -> dict[str, Any]:
    """Many parts: one row each, models across; those with few questions apart, as `few`."""
    rows = []
    for part in sorted(parts, key=lambda part: -part.questions):
        by_model = {score.model: score for score in part.scores}
        cells = [_cell(by_model.get(name), part.questions) for name in names]
        rows.append(_part_head(part, word) | {"cells": cells})
    few = [row for row in rows if row["few"]]
    return {
        "heads": [short_name(name) for name in names],
        "enough": [row for row in rows if not row["few"]],
        "few": few,
        "few_title": word["few_abilities"].replace("{n}", str(len(few))),
    }


def _part_head(part: Breakdown, word: dict[str, str]) -> dict[str, Any]:
    label = one_line(part.label, 40) or word["no_label"]
    return {"label": label, "questions": part.questions, "few": part.questions < FEW}


def _cell(score: Score | None, questions: int | None = None) -> dict[str, Any]:
    """A score with its interval, or counts where the questions are few."""
    if score is None or math.isnan(score.score):
        return {"text": DASH, "ends": "", "bar": "", "few": True}
    few = min(score.questions, score.questions if questions is None else questions) < FEW
    decided = score.right + score.wrong
    return {
        "text": f"{score.right}/{decided}" if few else points(score.score),
        "ends": f"{points(score.low)}–{points(score.high)}",
        "bar": Markup("" if few else interval_bar(score)),
        "few": few,
    }


def _lost(score: Score) -> int:
    return score.refused + score.truncated + score.empty + score.failed + score.absent


def _undecided(score: Score) -> int:
    return score.unsure + score.ungraded + _lost(score)


def _asked(score: Score) -> int:
    return score.right + score.wrong + _undecided(score)
