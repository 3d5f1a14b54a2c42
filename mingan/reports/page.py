"""What the one-file report shows, as plain rows and strings ready for a template.

Here numbers become words and positions; the template only places them. Strings are cleaned of
control characters but not escaped: the template escapes all of them. The module knows no HTML
beyond marking which drawings are safe.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlencode

from markupsafe import Markup

from mingan.language import Lang
from mingan.reports.charts.bars import interval_bar, interval_chart
from mingan.reports.data import Breakdown, GraderUse, ReportData
from mingan.reports.page_charts import report_charts
from mingan.reports.page_facts import cost_rows, fact_rows, state_rows
from mingan.reports.page_questions import SIGNS, question_rows
from mingan.reports.page_scores import (
    attention,
    eyebrow,
    lede,
    score_row,
    undecided,
    underlined,
)
from mingan.reports.safe import one_line, short_name, visible
from mingan.reports.sentences import (
    FEW,
    headline,
    percent,
    points,
    unknown_sentence,
)
from mingan.reports.standing import Standing, between, claim, standing
from mingan.reports.units import DASH
from mingan.reports.words import words
from mingan.statistics.results import Score

_MARKS = {("a", "certain"): "▲", ("b", "certain"): "▼", ("a", "conditional"): "△"}
_MARKS["b", "conditional"] = "▽"


def page(data: ReportData, lang: Lang) -> dict[str, Any]:
    """Everything the template names, in one language."""
    word = words(lang)
    finding = headline(data.scores, data.comparisons).say(lang)
    names = [score.model for score in data.scores]
    find = _find if data.questions else None
    return {
        "lang": {"zh": "zh-Hans", "en": "en"}[lang],
        "w": SimpleNamespace(**word),
        "title": one_line(data.title or data.bank.name, 120),
        "eyebrow": eyebrow(data, word),
        "finding": finding,
        "headline": underlined(finding, lang),
        "lede": lede(data, lang),
        "rows": [score_row(score, find) for score in data.scores],
        "judges": [visible(said.say(lang)) for said in data.judges],
        "attention": attention(data, lang),
        "chart": Markup(
            interval_chart(data.scores, ident="chart", title=word["chart"], description=finding)
        ),
        "unknown": [unknown_sentence(score).say(lang) for score in data.scores if undecided(score)],
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
        "charts": report_charts(data, lang),
        "questions": question_rows(data, names, word),
        "tag_names": sorted({one_line(tag, 40) for q in data.questions for tag in q.tags if tag}),
        "tier_names": sorted({one_line(q.tier) for q in data.questions if q.tier}),
    }


def _grader(use: GraderUse, word: dict[str, str], lang: Lang) -> str:
    name = f"{one_line(use.name, 40)} {one_line(use.version, 20)}".strip()
    kind = word[use.authority]
    return (
        f"{name}（{kind}）× {use.grades:,}" if lang == "zh" else f"{name} ({kind}) × {use.grades:,}"
    )


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


def _find(model: str, letter: str) -> str:
    """The address that filters the questions to those where `model` got this verdict."""
    return "#" + urlencode({"a": short_name(model), "av": SIGNS[letter]})
