"""Every question as a point: how many got it right, and whether those who did are the good models.

A question that everybody or nobody got right tells nothing apart, so it has no place on the map
and lies in the strip below it. Suspect keys differ in shape and are named. With many questions the
ordinary ones become dust: light to draw, and found in the table.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import partial

from mingan.language import Lang, Text, counted
from mingan.reports.charts import svg
from mingan.reports.charts.chart import Chart, Column, Link, Row, Spot
from mingan.reports.charts.labels import Box, around, place
from mingan.reports.item_sentences import (
    FLAGS,
    correlation,
    flag_words,
    flags,
    item_notes,
    items_headline,
)
from mingan.reports.items import ItemReport, ItemRow
from mingan.reports.safe import fit, one_line
from mingan.reports.sentences import points
from mingan.statistics.intervals import wilson

TITLE = Text("题目地图", "Map of the questions")
MOST_LINKED = 500
"""With more questions than this only suspect ones can be pointed at."""

MOST_NAMED = 12
_WIDE, _TALL = 760, 500
_LEFT, _RIGHT, _TOP, _BOTTOM = 50, 744, 30, 376
_STRIP = 444  # where the strip below the map begins
_TALLEST = 6  # questions on top of each other in the strip
_STEP = 8.0
_LAYERS = 5

_RIGHT_SHARE = Text("答对的模型（%）", "Models that got it right (%)")
_DISCRIMINATION = Text("与其余各题的相关", "Correlation with the other questions")
_NOBODY = Text("无人答对：{n} 道", "Nobody right: {n}")
_EVERYBODY = Text("人人答对：{n} 道", "Everybody right: {n}")
_SUSPECT = Text("参考答案可疑", "suspect key")

COLUMNS = (
    Column(key="question", heading=Text("题目", "Question")),
    Column(key="difficulty", heading=Text("答对%", "Right %"), kind="points"),
    Column(key="low", heading=Text("区间低端", "Interval from"), kind="points"),
    Column(key="high", heading=Text("区间高端", "to"), kind="points"),
    Column(key="item_rest", heading=_DISCRIMINATION, kind="signed"),
    Column(key="discrimination", heading=Text("D", "D"), kind="signed"),
    Column(key="models", heading=Text("模型", "Models"), kind="count"),
    Column(key="flags", heading=Text("要看的", "To look at"), words=FLAGS),
)


def item_map(report: ItemReport | None, link: Link) -> Chart:
    """The map of a bank; `None` where its questions were not looked through."""
    if report is None or not report.rows:
        return Chart(
            key="items",
            title=TITLE,
            finding=Text(
                "还没有一道题有定论，画不出题目地图。",
                "No question has a verdict yet, so there is no map of them.",
            ),
        )
    return Chart(
        key="items",
        title=TITLE,
        finding=items_headline(report),
        draw=partial(_draw, report, link),
        columns=COLUMNS,
        rows=tuple(_row(row, link) for row in report.rows),
        notes=(_reading(report), _doubt(report), *item_notes(report)),
    )


def _reading(report: ItemReport) -> Text:
    much = len(report.rows) > MOST_LINKED
    return Text(
        "每个点是一道题。越靠左越难；越靠上，答得好的模型越容易答对它，越能分出高下。低于 0 的，"
        "答得好的模型反而答错。菱形是参考答案可疑的题。下面一条是无人答对和人人答对的题。"
        + ("题太多，只有可疑的能点开，其余的在表里。" if much else "点一下，看这道题的回答。"),
        "Each point is a question: the farther left the harder, the higher the better it tells "
        "good models from weak ones. Below 0 the good models get it wrong. Diamonds are questions "
        "with a suspect key. The strip below holds those that nobody or everybody got right. "
        + (
            "There are so many that only suspect ones can be clicked; the others are in the table."
            if much
            else "Click one to read the answers."
        ),
    )


def _doubt(report: ItemReport) -> Text:
    """How far off a share right may be: the intervals of all points would cover the map."""
    models = report.models
    middle = wilson(models / 2, models)
    reach = points((middle.high - middle.low) / 2)
    return Text(
        f"只有 {models} 个模型，一道题的答对率大约可偏 {reach} 分（95% 区间）；"
        "图里只画出可疑的题的区间，其余的在表里。",
        f"With {counted(models, 'model')} the share right of a question may be off by about "
        f"{reach} points (95% interval); only suspect questions have theirs drawn, the others "
        "are in the table.",
    )


def _interval(row: ItemRow) -> tuple[float, float]:
    """The 95 % interval of the share right, models being the sample."""
    count = row.item.models
    if not count:
        return math.nan, math.nan
    low, high = wilson(row.item.difficulty * count, count)
    return low, high


def _row(row: ItemRow, link: Link) -> Row:
    item = row.item
    low, high = _interval(row)
    return Row(
        values={
            "question": item.question,
            "difficulty": _number(item.difficulty),
            "low": _number(low),
            "high": _number(high),
            "item_rest": _number(item.item_rest),
            "discrimination": _number(item.discrimination),
            "models": item.models,
            "flags": " ".join(flags(row)),
        },
        link=link(Spot(question=item.question)),
    )


def _number(value: float) -> float | None:
    return value if math.isfinite(value) else None


# --- drawing ------------------------------------------------------------------------------------


def _draw(report: ItemReport, link: Link, lang: Lang) -> str:
    on_map = [row for row in report.rows if math.isfinite(row.item.item_rest)]
    suspect = [row for row in on_map if row.item.suspicions]
    usual = [row for row in on_map if not row.item.suspicions]
    x, y = scales(on_map)
    linked = len(report.rows) <= MOST_LINKED
    dots = [Box(a - 4, b - 4, a + 4, b + 4) for a, b in (_at(row, x, y) for row in usual)]
    drawn = [
        svg.unread(_axes(x, y, lang)),
        _usual(usual, x, y, link if linked else None, lang),
        *_strip(report.rows, x, link, lang, each=linked),
        *_suspects(suspect, x, y, link, lang, dots=dots),
    ]
    return svg.sheet(
        drawn, ident="items", size=(_WIDE, _TALL), title=TITLE.say(lang),
        description=items_headline(report).say(lang), linked=True,
    )  # fmt: skip


def scales(rows: Sequence[ItemRow]) -> tuple[svg.Scale, svg.Scale]:
    """The axes: share right as it is, correlation from the lowest, or -0.3, to 1."""
    low = min((row.item.item_rest for row in rows), default=0.0)
    bottom = min(-0.3, math.floor(low * 10) / 10)
    return (
        svg.Scale(low=0, high=1, start=_LEFT + 10, end=_RIGHT - 10),
        svg.Scale(low=max(-1.0, bottom), high=1, start=_BOTTOM, end=_TOP),
    )


def _axes(x: svg.Scale, y: svg.Scale, lang: Lang) -> list[str]:
    found = [
        svg.line("grid", x(mark), _TOP, x(mark), _BOTTOM) for mark in (0.0, 0.25, 0.5, 0.75, 1.0)
    ]
    for mark in (1.0, 0.5, 0.0, -0.5, -1.0):
        if mark >= y.low:
            kind = "zeroline" if mark == 0 else "grid"
            found.append(svg.line(kind, _LEFT, y(mark), _RIGHT, y(mark)))
            text = f"{mark:g}".replace("-", "−")
            found.append(svg.label(text, _LEFT - 8, y(mark) + 4, kind="tick", anchor="end"))
    for mark in (0.0, 0.25, 0.5, 0.75, 1.0):
        found.append(
            svg.label(f"{mark * 100:g}", x(mark), _BOTTOM + 18, kind="tick", anchor="middle")
        )
    found.append(svg.label(_DISCRIMINATION.say(lang), 0, 14, kind="axis"))
    found.append(
        svg.label(_RIGHT_SHARE.say(lang), x(0.5), _BOTTOM + 36, kind="axis", anchor="middle")
    )
    found.append(svg.line("grid", _LEFT, _STRIP - 24, _RIGHT, _STRIP - 24))
    return found


def _at(row: ItemRow, x: svg.Scale, y: svg.Scale) -> tuple[float, float]:
    return x(row.item.difficulty), y(row.item.item_rest)


def _said(row: ItemRow, lang: Lang) -> str:
    item = row.item
    numbers = f"{points(item.difficulty)}%"
    if math.isfinite(item.item_rest):
        numbers += f" · {correlation(item.item_rest)}"
    words = flag_words(row).say(lang) if item.suspicions else ""
    return f"{one_line(item.question, 60)}: {numbers}" + (f" · {words}" if words else "")


def _usual(
    rows: Sequence[ItemRow], x: svg.Scale, y: svg.Scale, link: Link | None, lang: Lang
) -> str:
    if link is None:
        # In layers, so that it is darker where many lie on top of each other.
        at = [_at(row, x, y) for row in rows]
        return svg.unread([svg.dust("dust", at[i::_LAYERS]) for i in range(_LAYERS)])
    return "".join(
        svg.anchor(
            link(Spot(question=row.item.question)), _said(row, lang),
            svg.mark("circle", *_at(row, x, y), kind="item", size=3.6), skipped=True,
        )
        for row in rows
    )  # fmt: skip


def _suspects(
    rows: Sequence[ItemRow],
    x: svg.Scale,
    y: svg.Scale,
    link: Link,
    lang: Lang,
    *,
    dots: Sequence[Box],
) -> list[str]:
    names = [fit(one_line(row.item.question, 40), 20) for row in rows]
    spots = [(*_at(row, x, y), svg.text_width(name)) for row, name in zip(rows, names, strict=True)]
    bars = [_bar(row, x, y) for row in rows]
    places = place(
        spots[:MOST_NAMED],
        frame=Box(_LEFT, _TOP - 10, _RIGHT, _BOTTOM),
        lines=[*dots, *(around(*bar) for bar in bars)],
    )
    found = []
    for i, (row, name) in enumerate(zip(rows, names, strict=True)):
        at = spots[i][:2]
        drawn = svg.line("whisker", *bars[i]) + svg.hit(*at)
        drawn += svg.mark("diamond", *at, kind="suspect", size=5)
        put = places[i] if i < len(places) else None
        if put is not None:
            drawn += svg.label(name, put.x, put.y, kind="warn")
        found.append(svg.anchor(link(Spot(question=row.item.question)), _said(row, lang), drawn))
    return found


def _bar(row: ItemRow, x: svg.Scale, y: svg.Scale) -> tuple[float, float, float, float]:
    low, high = _interval(row)
    return x(low), y(row.item.item_rest), x(high), y(row.item.item_rest)


def _strip(
    rows: Sequence[ItemRow], x: svg.Scale, link: Link, lang: Lang, *, each: bool
) -> list[str]:
    """Nobody right at the left, everybody right at the right, stacked; `each` has its own link."""
    nobody = [row for row in rows if row.item.floor]
    everybody = [row for row in rows if row.item.ceiling]
    return [
        *_pile(nobody, x.start, _NOBODY, Spot(outcome="all_wrong"), link, lang, each=each),
        *_pile(everybody, x.end, _EVERYBODY, Spot(outcome="all_right"), link, lang, each=each),
    ]


def _pile(
    rows: Sequence[ItemRow], start: float, words: Text, spot: Spot, link: Link, lang: Lang, *,
    each: bool,
) -> list[str]:  # fmt: skip
    left = start < _WIDE / 2
    said = words.say(lang).replace("{n}", str(len(rows)))
    name = svg.label(said, start, _STRIP, kind="name", anchor="start" if left else "end")
    if not rows:
        return [svg.unread([name])]
    found = [svg.anchor(link(spot), said, name)]
    at = stacked(len(rows), start, _STEP if left else -_STEP)
    placed = list(zip(rows, at, strict=True))
    usual = [spot for row, spot in placed if not row.item.suspicions]
    if not each:
        found.append(svg.unread([svg.dust("dust", usual)]))
    for row, place_ in placed:
        if row.item.suspicions:
            dot = svg.mark("diamond", *place_, kind="suspect", size=3.4)
        elif each:
            dot = svg.mark("circle", *place_, kind="item", size=2.8)
        else:
            continue
        href = link(Spot(question=row.item.question))
        found.append(svg.anchor(href, _said(row, lang), dot, skipped=not row.item.suspicions))
    return found


def stacked(count: int, start: float, step: float) -> list[tuple[float, float]]:
    """Places in columns of a few, from `start` inwards; closer together where they are many."""
    columns = math.ceil(count / _TALLEST)
    room = (_RIGHT - _LEFT) / 2 - 20
    across = math.copysign(min(abs(step), room / max(columns, 1)), step)
    base = _STRIP + 10
    return [
        (start + across * (i // _TALLEST + 0.5), base + 4 + (i % _TALLEST) * 6.5)
        for i in range(count)
    ]
