"""Score by ability: one panel each with the intervals of all models, the same order everywhere.

An ability with fewer than `FEW` questions is counted and not drawn. What is said of the others is
said of intervals only: they were not tested pair by pair, and the sentence must not sound as if
they had been.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Sequence
from functools import partial

from mingan.language import Lang, Text
from mingan.reports.charts import svg
from mingan.reports.charts.chart import Chart, Column, Link, Row, Spot
from mingan.reports.data import Breakdown
from mingan.reports.safe import one_line, short_name
from mingan.reports.sentences import FEW, named, points, tidy
from mingan.reports.words import WORDS
from mingan.statistics.results import Score

TITLE = Text("按能力看得分", "Score by ability")
MOST_MODELS = 16
"""More models than this are in the table only."""

_NAMES, _PANEL, _GAP, _ACROSS = 138, 178, 16, 4
_HEAD, _ROW, _BELOW = 46, 21, 22
_NAMED = 3

COLUMNS = (
    Column(key="ability", heading=WORDS["ability"]),
    Column(key="model", heading=WORDS["model"]),
    Column(key="questions", heading=WORDS["questions"], kind="count"),
    Column(key="score", heading=WORDS["score"], kind="points"),
    Column(key="low", heading=Text("区间低端", "Interval from"), kind="points"),
    Column(key="high", heading=Text("区间高端", "to"), kind="points"),
    Column(key="right", heading=WORDS["right"], kind="count"),
    Column(key="wrong", heading=WORDS["wrong"], kind="count"),
)


def abilities_chart(
    parts: Sequence[Breakdown], models: Sequence[str], link: Link, *, inside: Sequence[Chart] = ()
) -> Chart:
    """Every ability with enough questions; `models` says in which order, best first."""
    enough = big_parts(parts)
    return Chart(
        key="abilities",
        title=TITLE,
        finding=finding(enough, models),
        draw=partial(_draw, enough, models[:MOST_MODELS], link),
        columns=COLUMNS,
        rows=tuple(_rows(parts, models, link)),
        notes=tuple(_notes(parts, enough, models)),
        inside=tuple(inside),
    )


def big_parts(parts: Sequence[Breakdown]) -> tuple[Breakdown, ...]:
    """Those a conclusion can rest on, the largest first; no label is no ability."""
    kept = [part for part in parts if part.label and part.questions >= FEW]
    return tuple(sorted(kept, key=lambda part: -part.questions))


def usable(score: Score | None) -> bool:
    """Whether a score rests on enough questions to be drawn."""
    return score is not None and score.questions >= FEW and not math.isnan(score.score)


def finding(enough: Sequence[Breakdown], models: Sequence[str]) -> Text:
    """Who scores highest in how many abilities, and where the intervals bear that out."""
    ranked = {part.label: _ranked(part, models) for part in enough}
    ranked = {label: scores for label, scores in ranked.items() if scores}
    if not ranked:
        return Text(
            f"还没有一种能力有 {FEW} 道题，看不出谁长于什么。",
            f"No ability has {FEW} questions yet, so nothing can be said of who is good at what.",
        )
    if max(len(scores) for scores in ranked.values()) == 1:
        return _alone({label: scores[0] for label, scores in ranked.items()})
    tops = Counter(scores[0].model for scores in ranked.values() if _leads(scores))
    clear = [label for label, scores in ranked.items() if _clear(scores)]
    first, second = _most(tops, len(ranked)), _borne_out(clear, len(ranked))
    return Text(f"{first.zh}{second.zh}", f"{first.en} {second.en}")


# --- sentences ----------------------------------------------------------------------------------


def _ranked(part: Breakdown, models: Sequence[str]) -> list[Score]:
    found = [score for score in part.scores if usable(score) and score.model in models]
    return sorted(found, key=lambda score: -score.score)


def _leads(scores: Sequence[Score]) -> bool:
    return len(scores) > 1 and scores[0].score > scores[1].score


def _clear(scores: Sequence[Score]) -> bool:
    return len(scores) > 1 and all(scores[0].low > other.high for other in scores[1:])


def _most(tops: Counter[str], count: int) -> Text:
    if not tops:
        return tidy(
            f"{count} 种能力里，没有哪个模型独自得分最高。",
            f"In none of {count} abilities does one model alone score highest.",
        )
    model, wins = tops.most_common(1)[0]
    name = named(model)
    if wins == count:
        return tidy(
            f"{count} 种能力里， {name.zh} 样样得分都最高。",
            f"{name.en} scores highest in all {count} abilities."
            if count > 1
            else f"{name.en} scores highest in the one ability with enough questions.",
        )
    return tidy(
        f"{count} 种能力里， {name.zh} 在 {wins} 种得分最高。",
        f"{name.en} scores highest in {wins} of {count} abilities.",
    )


def _borne_out(clear: Sequence[str], count: int) -> Text:
    if not clear:
        return Text(
            "但单看区间，没有一种能力说得准谁最好。",
            "But going by the intervals alone, in none can it be told who is best.",
        )
    if len(clear) == count:
        return Text(
            "每一种里，第一名的区间都和其余模型不重叠。",
            "In each, the interval of the first overlaps no other.",
        )
    labels = [named(one_line(label, 30)) for label in clear[:_NAMED]]
    zh, en = "、".join(each.zh for each in labels), ", ".join(each.en for each in labels)
    more = len(clear) - len(labels)
    return tidy(
        f"第一名的区间和其余模型都不重叠的，只有 {zh} {f'等 {len(clear)} 种' if more else ''}。",
        f"Only in {en}{f' and {more} more' if more else ''} does the interval of the first "
        "overlap no other.",
    )


def _alone(scores: dict[str, Score]) -> Text:
    """One model: what it is best and worst at, if the intervals say so."""
    order = sorted(scores, key=lambda label: -scores[label].score)
    best, worst = order[0], order[-1]
    name = named(scores[best].model)
    high, low = named(one_line(best, 30)), named(one_line(worst, 30))
    if len(order) == 1:
        return tidy(
            f"{name.zh} 在 {high.zh} 得 {points(scores[best].score)} 分。",
            f"{name.en} scores {points(scores[best].score)} in {high.en}.",
        )
    apart = scores[best].low > scores[worst].high
    return tidy(
        f"{name.zh} 得分最高的能力是 {high.zh} ，最低的是 {low.zh} ，"
        + ("两者的区间不重叠。" if apart else "但两者的区间重叠，说不准哪样更强。"),
        f"{name.en} scores highest in {high.en} and lowest in {low.en}, "
        + (
            "and the two intervals do not overlap."
            if apart
            else "but the two intervals overlap, so it cannot be told which it is better at."
        ),
    )


def _notes(
    parts: Sequence[Breakdown], enough: Sequence[Breakdown], models: Sequence[str]
) -> Iterator[Text]:
    yield Text(
        "每一格是一种能力：点是得分，粗条是区间，各格里模型的次序一样。一道题可以算进几种能力。",
        "Each panel is an ability: the dot is the score, the bar its interval; models stand in "
        "the same order everywhere. A question may count for several abilities.",
    )
    few = sum(bool(part.label) for part in parts) - len(enough)
    if few:
        said = WORDS["few_abilities"]
        yield Text(
            said.zh.replace("{n}", str(few)) + "。",
            said.en.replace("{n}", str(few)) + ".",
        )
    if len(models) > MOST_MODELS:
        yield Text(
            f"图里只画前 {MOST_MODELS} 个模型，其余的在表里。",
            f"Only the first {MOST_MODELS} models are drawn; the others are in the table.",
        )


# --- numbers ------------------------------------------------------------------------------------


def _rows(parts: Sequence[Breakdown], models: Sequence[str], link: Link) -> Iterator[Row]:
    place = {model: i for i, model in enumerate(models)}
    for part in sorted(parts, key=lambda part: -part.questions):
        shown = [score for score in part.scores if score.model in place]
        for score in sorted(shown, key=lambda score: place[score.model]):
            drawn = usable(score) and part.questions >= FEW
            yield Row(
                values={
                    "ability": part.label,
                    "model": score.model,
                    "questions": part.questions,
                    "score": score.score if drawn else None,
                    "low": score.low if drawn else None,
                    "high": score.high if drawn else None,
                    "right": score.right,
                    "wrong": score.wrong,
                },
                link=link(Spot(model=score.model, ability=part.label)),
            )


# --- drawing ------------------------------------------------------------------------------------


def _draw(parts: Sequence[Breakdown], models: Sequence[str], link: Link, lang: Lang) -> str:
    if not parts or not models:
        return ""
    bands = math.ceil(len(parts) / _ACROSS)
    across = math.ceil(len(parts) / bands)
    tall = _HEAD + _ROW * len(models) + _BELOW
    size = (_NAMES + across * (_PANEL + _GAP), bands * tall - _BELOW + 8)
    drawn: list[str] = []
    for i, part in enumerate(parts):
        top, column = (i // across) * tall, i % across
        left = _NAMES + _GAP + column * (_PANEL + _GAP)
        if column == 0:
            drawn.append(_side(models, top))
        drawn.append(_panel(part, models, left, top, link, lang))
    return svg.sheet(
        drawn, ident="abilities", size=size, title=TITLE.say(lang),
        description=finding(parts, models).say(lang), linked=True,
        kind="wide" if across > 3 else "plot" if across > 2 else "small",
    )  # fmt: skip


def _side(models: Sequence[str], top: float) -> str:
    names = [
        svg.label(short_name(model), 0, top + _HEAD + _ROW * i + 14.5, kind="name", columns=20)
        for i, model in enumerate(models)
    ]
    return svg.unread(names)


def _panel(
    part: Breakdown, models: Sequence[str], left: float, top: float, link: Link, lang: Lang
) -> str:
    by_model = {score.model: score for score in part.scores}
    x = svg.Scale(low=0, high=1, start=left, end=left + _PANEL)
    foot = top + _HEAD + _ROW * len(models)
    count = f"{part.questions} {WORDS['questions'].say(lang)}"
    label = one_line(part.label, 40)
    axis = [
        svg.label(label, left, top + 14, kind="head", columns=18),
        svg.label(count, left + _PANEL, top + 14, kind="tick", anchor="end"),
        *(
            svg.line("grid", x(mark), top + _HEAD - 8, x(mark), foot)
            + svg.label(f"{mark * 100:g}", x(mark), top + _HEAD - 13, kind="tick", anchor=side)
            for mark, side in ((0, "start"), (0.5, "middle"), (1, "end"))
        ),
    ]
    rows = [
        _bar(by_model.get(model), part, x, top + _HEAD + _ROW * i + _ROW / 2, link)
        for i, model in enumerate(models)
    ]
    return svg.unread(axis) + "".join(rows)


def _bar(score: Score | None, part: Breakdown, x: svg.Scale, y: float, link: Link) -> str:
    if score is None or math.isnan(score.score):
        return ""
    spot = Spot(model=score.model, ability=part.label)
    label = one_line(part.label, 40)
    if not usable(score):
        counts = f"{score.right}/{score.right + score.wrong}"
        drawn = svg.label(counts, x.start + 4, y + 4, kind="tick")
        return svg.anchor(link(spot), f"{short_name(score.model)} · {label}: {counts}", drawn)
    said = f"{points(score.score)} ({points(score.low)}–{points(score.high)})"
    drawn = (
        svg.line("range", x(score.low), y, x(score.high), y)
        + svg.hit(x(score.score), y)
        + svg.mark("circle", x(score.score), y, kind="dot", size=3.5)
    )
    return svg.anchor(link(spot), f"{short_name(score.model)} · {label}: {said}", drawn)
