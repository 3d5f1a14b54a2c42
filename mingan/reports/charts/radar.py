"""The abilities around a circle, for those who want to see a shape; the bars say more.

A band shows each interval, so that two shapes that overlap look as if they do. Models differ by
the shape of their marks as well as by colour. The module computes nothing: it draws what
`abilities` has.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import partial

from mingan.language import Lang, Text
from mingan.reports.charts import svg
from mingan.reports.charts.abilities import COLUMNS, big_parts, finding, usable
from mingan.reports.charts.chart import Chart, Link, Row, Spot
from mingan.reports.data import Breakdown
from mingan.reports.safe import one_line, short_name
from mingan.reports.sentences import points
from mingan.statistics.results import Score

TITLE = Text("雷达图", "Radar")
MOST_MODELS, FEWEST_AXES, MOST_AXES = 5, 3, 10

_WIDE, _TALL, _RADIUS = 720, 470, 186
_MIDDLE = (282.0, 244.0)
_LEGEND = 562


def radar_chart(
    parts: Sequence[Breakdown], models: Sequence[str], link: Link, rows: Sequence[Row] = ()
) -> Chart | None:
    """The first models on the abilities that all of them answered; None if these are too few."""
    shown = models[:MOST_MODELS]
    axes = [part for part in big_parts(parts) if _complete(part, shown)][:MOST_AXES]
    if len(axes) < FEWEST_AXES or not shown:
        return None
    labels, names = {part.label for part in axes}, set(shown)
    return Chart(
        key="radar",
        title=TITLE,
        finding=finding(axes, shown),
        draw=partial(_draw, axes, shown, link),
        columns=COLUMNS,
        rows=tuple(r for r in rows if r.values["ability"] in labels and r.values["model"] in names),
        notes=(
            Text(
                "离中心越远得分越高，色带是区间。面积大小和能力的次序没有意义。"
                f"最多画 {MOST_MODELS} 个模型、{MOST_AXES} 种能力。",
                "Farther out is better; the bands are intervals. The area and the order of the "
                f"abilities mean nothing. At most {MOST_MODELS} models and {MOST_AXES} abilities.",
            ),
        ),
    )


def _complete(part: Breakdown, models: Sequence[str]) -> bool:
    by_model = {score.model: score for score in part.scores}
    return all(usable(by_model.get(model)) for model in models)


def _draw(axes: Sequence[Breakdown], models: Sequence[str], link: Link, lang: Lang) -> str:
    by_model = [
        [next(score for score in part.scores if score.model == model) for part in axes]
        for model in models
    ]
    drawn = [svg.unread([*_rings(len(axes)), *_names(axes)])]
    drawn += [_band(scores, i) for i, scores in enumerate(by_model)]
    drawn += [_shape(scores, axes, i, link) for i, scores in enumerate(by_model)]
    drawn.append(svg.unread(_legend(models)))
    return svg.sheet(
        drawn, ident="radar", size=(_WIDE, _TALL), title=TITLE.say(lang),
        description=finding(axes, models).say(lang), linked=True,
    )  # fmt: skip


def spot(axis: int, axes: int, value: float) -> tuple[float, float]:
    """The place of a value on an axis; the first axis points up, the others follow clockwise."""
    angle = 2 * math.pi * axis / axes
    far = _RADIUS * min(1.0, max(0.0, value))
    return _MIDDLE[0] + far * math.sin(angle), _MIDDLE[1] - far * math.cos(angle)


def _rings(axes: int) -> list[str]:
    rings = [
        svg.path("grid", [spot(i, axes, share) for i in range(axes)], closed=True)
        for share in (0.25, 0.5, 0.75, 1.0)
    ]
    spokes = [svg.line("grid", *_MIDDLE, *spot(i, axes, 1.0)) for i in range(axes)]
    marks = [
        svg.label(
            f"{share * 100:g}", _MIDDLE[0] + 4, _MIDDLE[1] - _RADIUS * share + 11, kind="tick"
        )
        for share in (0.5, 1.0)
    ]
    return [*rings, *spokes, *marks]


def _names(axes: Sequence[Breakdown]) -> list[str]:
    found = []
    for i, part in enumerate(axes):
        x, y = spot(i, len(axes), 1.0)
        dx, dy = x - _MIDDLE[0], y - _MIDDLE[1]
        side = "middle" if abs(dx) < 20 else "start" if dx > 0 else "end"
        away = 12 if side != "middle" else 0
        at = (x + math.copysign(away, dx), y + 4.5 + (16 * dy / _RADIUS))
        found.append(svg.label(one_line(part.label, 40), *at, anchor=side, columns=13))
    return found


def _band(scores: Sequence[Score], series: int) -> str:
    count = len(scores)
    outer = [spot(i, count, score.high) for i, score in enumerate(scores)]
    inner = [spot(i, count, score.low) for i, score in enumerate(scores)]
    steps = "".join(f"M{'L'.join(f'{x:.1f} {y:.1f}' for x, y in ring)}Z" for ring in (outer, inner))
    return f'<path class="band s{series}" fill-rule="evenodd" d="{steps}"/>'


def _shape(scores: Sequence[Score], axes: Sequence[Breakdown], series: int, link: Link) -> str:
    count = len(scores)
    at = [spot(i, count, score.score) for i, score in enumerate(scores)]
    drawn = [svg.path(f"stroke s{series}", at, closed=True)]
    for (x, y), score, part in zip(at, scores, axes, strict=True):
        name = (
            f"{short_name(score.model)} · {one_line(part.label, 40)}: {points(score.score)} "
            f"({points(score.low)}–{points(score.high)})"
        )
        where = link(Spot(model=score.model, ability=part.label))
        point = svg.mark(svg.SHAPES[series], x, y, kind=f"mark s{series}")
        drawn.append(svg.anchor(where, name, svg.hit(x, y) + point))
    return "".join(drawn)


def _legend(models: Sequence[str]) -> list[str]:
    found = []
    for i, model in enumerate(models):
        y = 80 + 26 * i
        found.append(svg.mark(svg.SHAPES[i], _LEGEND, y, kind=f"mark s{i}"))
        found.append(svg.label(short_name(model), _LEGEND + 14, y + 4.5, columns=20))
    return found
