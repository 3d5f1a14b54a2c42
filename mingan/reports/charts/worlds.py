"""The world drawn: how far off a clip is as time goes by, and every law with what costs nothing.

A stroke for each predictor, from the cut on; a row for each law, its free predictors hollow, the
ceiling a whisker, models in shapes of their own with their intervals. The module plays nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial

import numpy as np

from mingan.language import Lang, Text
from mingan.reports.charts import svg
from mingan.reports.charts.chart import Chart, Column, Row
from mingan.reports.world_words import law_of, who
from mingan.statistics.special import Floats
from mingan.world.baselines import BEATEN, FREE
from mingan.world.scenes import FPS, GIVEN
from mingan.world.scoring import CEILING, LawScore

ERRORS = Text("差多少，随时间", "How far off, over time")
LAWS_TITLE = Text("一条一条规律", "Law by law")

_WIDE, _LEFT, _RIGHT, _TOP, _BOTTOM, _TALL = 660, 48, 520, 30, 270, 300
_KINDS = 5
_LINE = 15
"""Pixels between two names beside strokes."""

ERROR_COLUMNS = (
    Column(key="who", heading=Text("谁", "Who")),
    Column(key="second", heading=Text("第几秒", "Second"), kind="figure"),
    Column(key="off", heading=Text("差画面宽的多少", "Widths off"), kind="figure"),
)
LAW_COLUMNS = (
    Column(key="law", heading=Text("规律", "Law")),
    Column(key="who", heading=Text("谁", "Who")),
    Column(key="score", heading=Text("得分", "Score"), kind="figure"),
    Column(key="low", heading=Text("区间低端", "Interval from"), kind="figure"),
    Column(key="high", heading=Text("区间高端", "to"), kind="figure"),
    Column(key="position", heading=Text("位置差", "Position off"), kind="figure"),
    Column(key="kept", heading=Text("还在", "Kept"), kind="figure"),
)


def errors_chart(errors: Mapping[str, Floats], *, chaotic: bool) -> Chart:
    """Distance from the truth over time, a stroke for each predictor.

    Args:
        errors: by predictor, (48,) in widths of the picture; NaN where nothing is to be seen.
        chaotic: of a law whose course does not count.
    """
    drawn = {name: line for name, line in errors.items() if not np.isnan(line).all()}
    return Chart(
        key="errors", title=ERRORS, finding=_furthest(drawn, chaotic), columns=ERROR_COLUMNS,
        draw=partial(_draw_errors, drawn),
        rows=tuple(
            Row(values={"who": name, "second": (GIVEN + k + 1) / FPS, "off": float(value)})
            for name, line in drawn.items() for k, value in enumerate(line)
            if (k + 1) % 8 == 0 and not np.isnan(value)
        ),
        notes=(
            Text("差多少：每样东西离真的位置有多远，占画面宽的几分之几；该看到却没有的，按画面对角线算。",
                 "Off: how far each thing is from where it really is, in widths of the picture; "
                 "one that should be seen and is not counts as a diagonal."),
        ),
    )  # fmt: skip


def _furthest(errors: Mapping[str, Floats], chaotic: bool) -> Text:
    if chaotic:
        return Text(
            "这条规律是混沌的：差一根头发就走另一条路，看守恒，不看轨迹。",
            "This law is chaotic: a hair's breadth leads elsewhere; what is conserved counts, not "
            "the course.",
        )
    last = {name: float(np.nanmean(line[-8:])) for name, line in errors.items()
            if not np.isnan(line[-8:]).all()}  # fmt: skip
    models = {name: value for name, value in last.items() if name not in FREE and name != CEILING}
    if not models or not last:
        return Text("这里只有免费的预言者。", "Here are only free predictors.")
    best = min(models, key=lambda name: models[name])
    free = min(BEATEN, key=lambda name: last.get(name, float("inf")))
    name, other = who(best), who(free)
    return Text(
        f"最后半秒，{name.zh} 平均差画面宽的 {models[best]:.0%}；免费的最好是{other.zh}，差 "
        f"{last.get(free, float('nan')):.0%}。这只是一个场景。",
        f"In the last half second {name.en} is {models[best]:.0%} of the width off on average; "
        f"the best free predictor, {other.en}, {last.get(free, float('nan')):.0%}. This is one "
        "scene.",
    )


def _draw_errors(errors: Mapping[str, Floats], lang: Lang) -> str:
    if not errors:
        return ""
    most = max(0.02, *(float(np.nanmax(line)) for line in errors.values()))
    x = svg.Scale(low=GIVEN / FPS, high=GIVEN / FPS + 3, start=_LEFT, end=_RIGHT)
    y = svg.Scale(low=0, high=most * 1.05, start=_BOTTOM, end=_TOP)
    axis = [
        svg.label(Text("差画面宽的", "Widths off").say(lang), 0, 14, kind="axis"),
        svg.label(Text("秒", "seconds").say(lang), _RIGHT, 14, kind="axis", anchor="end"),
    ]
    for k in range(5):
        value = y.high * k / 4
        axis.append(svg.line("grid", _LEFT, y(value), _RIGHT, y(value)))
        axis.append(svg.label(f"{value:.0%}", _LEFT - 6, y(value) + 4, kind="tick", anchor="end"))
    for second in range(2, 6):
        axis.append(svg.line("grid", x(second), _TOP, x(second), _BOTTOM))
        axis.append(svg.label(f"{second}", x(second), _BOTTOM + 16, kind="tick", anchor="middle"))
    drawn, names = [svg.unread(axis)], _places(errors, y)
    for place, (name, line) in enumerate(errors.items()):
        at = [(x((GIVEN + k + 0.5) / FPS), y(float(v))) for k, v in enumerate(line)
              if not np.isnan(v)]  # fmt: skip
        said = who(name).say(lang)
        stroke = svg.path(f"stroke s{place % _KINDS}", at)
        told = svg.label(said, _RIGHT + 8, names[name], columns=20)
        drawn.append(svg.anchor("", f"{said}: {float(np.nanmean(line)):.1%}", stroke + told))
    return svg.sheet(drawn, ident="errors", size=(_WIDE, _TALL), title=ERRORS.say(lang),
                     description=ERRORS.say(lang))  # fmt: skip


def _places(errors: Mapping[str, Floats], y: svg.Scale) -> dict[str, float]:
    """Heights of names beside the strokes' ends, none upon another."""
    ends = sorted(
        (y(float(line[~np.isnan(line)][-1])), name) for name, line in errors.items()
    )  # fmt: skip
    found, last = {}, -1e9
    for height, name in ends:
        last = max(height + 4, last + _LINE)
        found[name] = last
    over = last - (_TALL - 4)
    return {name: at - max(0.0, over) for name, at in found.items()}


# --- law by law ---------------------------------------------------------------------------------


def laws_chart(rows: Sequence[LawScore], models: Sequence[str]) -> Chart:
    """Every law and split: free predictors, ceiling, models."""
    return Chart(
        key="laws", title=LAWS_TITLE, finding=_laws_sentence(rows, models), columns=LAW_COLUMNS,
        draw=partial(_draw_laws, rows, models),
        rows=tuple(
            Row(values={"law": law_of(row).en, "who": row.predictor, "score": row.score,
                        "low": row.low, "high": row.high, "kept": row.kept,
                        "position": None if np.isnan(row.position) else row.position})
            for row in rows
        ),
        notes=(
            Text("空心的是免费预言者，浅色的横条是上限，实心的是模型和它的 95% 区间。一条规律"
                 "是一条。",
                 "Hollow: free predictors; the pale bar: the ceiling; solid: models with 95 % "
                 "intervals. Every law by itself."),
        ),
    )  # fmt: skip


def _laws_sentence(rows: Sequence[LawScore], models: Sequence[str]) -> Text:
    kinds = len({(row.law, row.split) for row in rows})
    return Text(
        f"{kinds} 种场景，{len(models)} 个模型；空心的旁边没有实心的，就是不如不花钱的。",
        f"{kinds} kind{'s' * (kinds != 1)} of scene, {len(models)} "
        f"model{'s' * (len(models) != 1)}; a solid mark left of the hollow ones is "
        "worse than what costs nothing.",
    )


def _draw_laws(rows: Sequence[LawScore], models: Sequence[str], lang: Lang) -> str:
    kinds = list(dict.fromkeys((row.law, row.split) for row in rows))
    if not kinds:
        return ""
    tall, left = 22, 190
    x = svg.Scale(low=0, high=100, start=left, end=_WIDE - 20)
    height = 34 + tall * len(kinds) + 18 * (1 + len(models) // 4)
    axis = []
    for value in range(0, 101, 25):
        axis.append(svg.line("grid", x(value), 24, x(value), 26 + tall * len(kinds)))
        axis.append(svg.label(str(value), x(value), 16, kind="tick", anchor="middle"))
    drawn = [svg.unread(axis)]
    for place, kind in enumerate(kinds):
        y = 36 + tall * place
        mine = [row for row in rows if (row.law, row.split) == kind]
        drawn.append(svg.label(law_of(mine[0]).say(lang), left - 10, y + 4, anchor="end",
                               columns=26))  # fmt: skip
        drawn += [_law_mark(row, models, x, y, lang) for row in mine]
    for place, name in enumerate(models):
        at, y = left + (place % 4) * 115, height - 8 - 18 * ((len(models) - 1 - place) // 4)
        drawn.append(svg.mark(svg.SHAPES[place % len(svg.SHAPES)], at, y - 4,
                              kind=f"mark s{place % _KINDS}"))  # fmt: skip
        drawn.append(svg.label(who(name).say(lang), at + 9, y, columns=14))
    return svg.sheet(drawn, ident="laws", size=(_WIDE, height), title=LAWS_TITLE.say(lang),
                     description=_laws_sentence(rows, models).say(lang))  # fmt: skip


def _law_mark(
    row: LawScore, models: Sequence[str], x: svg.Scale, y: float, lang: Lang
) -> str:  # fmt: skip
    said = f"{who(row.predictor).say(lang)}: {row.score:.0f} ({row.low:.0f}–{row.high:.0f})"
    if row.predictor == CEILING:
        return svg.anchor("", said, svg.line("whisker", x(row.low), y, x(row.high), y))
    if row.predictor in BEATEN:
        hollow = svg.mark("circle", x(row.score), y, kind="hollow", size=3)
        return svg.anchor("", said, svg.hit(x(row.score), y) + hollow)
    if row.predictor not in models:
        return ""
    place = list(models).index(row.predictor)
    kind = place % _KINDS
    inner = svg.line(f"stroke s{kind}", x(row.low), y, x(row.high), y) + svg.mark(
        svg.SHAPES[place % len(svg.SHAPES)], x(row.score), y, kind=f"mark s{kind}", size=4
    )
    return svg.anchor("", said, svg.hit(x(row.score), y) + inner)
