"""Change over time: one panel a model, its score on every day it was asked.

A line joins only days that may be compared; a day with other questions or other graders stands
alone, hollow. Whether anything changed is told by the paired test between the last day and the
first, not by how the line looks.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from datetime import date
from functools import partial

from mingan.language import Lang, Text
from mingan.reports.charts import svg
from mingan.reports.charts.chart import Chart, Column, Link, Row, Spot
from mingan.reports.days import Days, DayScore
from mingan.reports.safe import fit, short_name
from mingan.reports.sentences import named, points, tidy
from mingan.reports.standing import claim
from mingan.reports.words import WORDS
from mingan.statistics.results import Comparison

TITLE = Text("随时间的变化", "Change over time")
MOST_MODELS = 12

_PANEL, _TALL, _GAP, _ACROSS = 350, 176, 20, 2
_HEAD, _FOOT, _SIDE, _EDGE = 34, 30, 30, 40
_NAMED = 3

COLUMNS = (
    Column(key="model", heading=WORDS["model"]),
    Column(key="day", heading=Text("日期", "Day")),
    Column(key="score", heading=WORDS["score"], kind="points"),
    Column(key="low", heading=Text("区间低端", "Interval from"), kind="points"),
    Column(key="high", heading=Text("区间高端", "to"), kind="points"),
    Column(key="questions", heading=WORDS["questions"], kind="count"),
    Column(key="stamp", heading=WORDS["stamp"]),
)


def days_chart(found: Days, link: Link) -> Chart:
    """Every model that was asked on several days."""
    models = list(dict.fromkeys(each.model for each in found.scores))
    return Chart(
        key="days",
        title=TITLE,
        finding=finding(found),
        draw=partial(_draw, found, models[:MOST_MODELS], link),
        columns=COLUMNS if found.scores else (),
        rows=tuple(_row(each, link) for each in found.scores),
        notes=_notes(models) if found.scores else (),
    )


def finding(found: Days) -> Text:
    """Who changed between the first day and the last, or how to find out."""
    if not found.scores:
        return _one_day(found.days)
    changes = found.changes or {}
    if not changes:
        return Text(
            "有模型在不同的日子问过，但每天的题目或判法不一样，不能连起来看。"
            "要看变化，请隔几天问同样的题。",
            "Some models were asked on several days, but with other questions or graders each "
            "day, so the days cannot be joined. To see change, ask the same questions again.",
        )
    moved = {model: pair for model, pair in changes.items() if _sure(pair)}
    if moved:
        return _moved(moved, len(changes))
    smallest = max((pair.detectable for pair in changes.values()), default=math.nan)
    gap = points(smallest)
    return Text(
        f"同样的题前后问过的 {len(changes)} 个模型，都没有看到可靠的变化；"
        f"小于约 {gap} 分的变化，这些题看不出来。",
        f"No reliable change in {len(changes)} "
        f"{'model' if len(changes) == 1 else 'models'} asked the same questions again; changes "
        f"below about {gap} points would go unseen.",
    )


def _one_day(days: Sequence[str]) -> Text:
    if not days:
        return Text(
            "这些回答没有记下日期，看不出变化。",
            "These answers carry no date, so change over time cannot be seen.",
        )
    return Text(
        "每个模型都只在一天问过，还看不出变化。改天把遍数加一，再问一次同样的题，这里就会画出来。",
        "Each model was asked on one day only, so no change can be seen. Ask the same questions "
        "on another day, once more than before, and it will be drawn here.",
    )


def _sure(pair: Comparison) -> bool:
    return claim(pair) in ("certain", "conditional")


def _moved(moved: Mapping[str, Comparison], count: int) -> Text:
    parts = []
    for model, pair in list(moved.items())[:_NAMED]:
        name, gap = named(model), points(abs(pair.difference))
        up = pair.difference > 0
        parts.append(
            tidy(
                f"{name.zh} 从 {pair.b} 到 {pair.a} {'升' if up else '降'}了 {gap} 分",
                f"{name.en} {'rose' if up else 'fell'} by {gap} points from {pair.b} to {pair.a}",
            )
        )
    zh, en = "；".join(p.zh for p in parts), "; ".join(p.en for p in parts)
    more = len(moved) - len(parts)
    if more:
        zh, en = f"{zh}；还有 {more} 个也变了", f"{en}; {more} more changed"
    still = count - len(moved)
    if still:
        zh = f"{zh}。其余 {still} 个没有看到可靠的变化"
        en = f"{en}. No reliable change in the other {still}"
    return Text(f"{zh}。", f"{en}.")


def _notes(models: Sequence[str]) -> tuple[Text, ...]:
    notes = [
        Text(
            "一格是一个模型，竖线是区间。只有题目、判法和参数都一样（可比印相同）的日子才连成线；"
            "空心方块是不能和别的日子比的。有没有变化，看最后一天和第一天的成对检验，不看线的样子。",
            "One panel a model; upright bars are intervals. A line joins days with the same "
            "questions, graders and settings (one stamp) only; hollow squares cannot be compared "
            "with other days. Whether there was a change is told by the paired test of the last "
            "day against the first, not by the looks of the line.",
        )
    ]
    if len(models) > MOST_MODELS:
        notes.append(
            Text(
                f"图里只画前 {MOST_MODELS} 个模型，其余的在表里。",
                f"Only the first {MOST_MODELS} models are drawn; the others are in the table.",
            )
        )
    return tuple(notes)


def _row(each: DayScore, link: Link) -> Row:
    score = each.score
    known = not math.isnan(score.score)
    return Row(
        values={
            "model": each.model,
            "day": each.day,
            "score": score.score if known else None,
            "low": score.low if known else None,
            "high": score.high if known else None,
            "questions": score.questions,
            "stamp": each.stamp[:8],
        },
        link=link(Spot(model=each.model)),
    )


# --- drawing ------------------------------------------------------------------------------------


def _draw(found: Days, models: Sequence[str], link: Link, lang: Lang) -> str:
    if not models:
        return ""
    across = min(_ACROSS, len(models))
    bands = math.ceil(len(models) / across)
    when = [_ordinal(each.day) for each in found.scores]
    size = (across * _PANEL + (across - 1) * _GAP, bands * _TALL)
    drawn = []
    for i, model in enumerate(models):
        left, top = (i % across) * (_PANEL + _GAP), (i // across) * _TALL
        x = svg.Scale(
            low=min(when), high=max(when), start=left + _SIDE + 16, end=left + _PANEL - _EDGE
        )
        y = svg.Scale(low=0, high=1, start=top + _TALL - _FOOT, end=top + _HEAD)
        series = [each for each in found.scores if each.model == model]
        drawn.append(_panel(model, series, x, y, left, link))
    return svg.sheet(
        drawn, ident="days", size=size, title=TITLE.say(lang),
        description=finding(found).say(lang), linked=True, kind="plot" if across > 1 else "small",
    )  # fmt: skip


def _panel(
    model: str,
    series: Sequence[DayScore],
    x: svg.Scale,
    y: svg.Scale,
    left: float,
    link: Link,
) -> str:
    end = left + _PANEL
    axis = [svg.label(fit(short_name(model), 34), left + _SIDE, y.end - 14, kind="head")]
    for mark in (0, 0.5, 1):
        axis.append(svg.line("grid", left + _SIDE, y(mark), end, y(mark)))
        axis.append(
            svg.label(f"{mark * 100:g}", left + _SIDE - 6, y(mark) + 4, kind="tick", anchor="end")
        )
    first, last = series[0].day, series[-1].day
    for day in dict.fromkeys((first, last)):
        axis.append(svg.label(day, x(_ordinal(day)), y.start + 18, kind="tick", anchor="middle"))
    known = [each for each in series if not math.isnan(each.score.score)]
    groups: dict[str, list[DayScore]] = {}
    for each in known:
        groups.setdefault(each.stamp, []).append(each)
    lines = [
        svg.path("frontier", [(x(_ordinal(e.day)), y(e.score.score)) for e in group])
        for group in groups.values()
        if len(group) > 1
    ]
    dots = [_dot(each, len(groups[each.stamp]) > 1, x, y, link) for each in known]
    return svg.unread([*axis, *lines]) + "".join(dots)


def _dot(each: DayScore, joined: bool, x: svg.Scale, y: svg.Scale, link: Link) -> str:
    score, at = each.score, x(_ordinal(each.day))
    drawn = svg.line("whisker", at, y(score.low), at, y(score.high)) + svg.hit(at, y(score.score))
    shape: svg.Shape = "circle" if joined else "square"
    drawn += svg.mark(shape, at, y(score.score), kind="dot" if joined else "hollow", size=4)
    said = (
        f"{short_name(each.model)} · {each.day}: {points(score.score)} "
        f"({points(score.low)}–{points(score.high)})"
    )
    return svg.anchor(link(Spot(model=each.model)), said, drawn)


def _ordinal(day: str) -> float:
    """A place in time for a day; one that is no date stands at the beginning."""
    try:
        return float(date.fromisoformat(day).toordinal())
    except ValueError:
        return 1.0
