"""Density over time, with the frontier and the growth of the densest tenth; and score against size.

The band is where the line may run when its slope is drawn anew, turned about the middle of the
time; beside it runs the pace that the densing law states. Points beyond the reference family are
hollow: they are the reference stretched. Nothing is said here that `dense_words` does not say.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import date, timedelta
from functools import partial

from mingan.language import Lang, Text
from mingan.reports.charts import svg
from mingan.reports.charts.chart import Chart, Column, Row
from mingan.reports.charts.timeline import power_axis, time_scale, year_axis
from mingan.reports.dense import COMBINED, PAPER, DenseModel, DensityReport, Trend
from mingan.reports.dense_words import (
    bend_sentence,
    change_sentence,
    density_headline,
    density_notes,
    times,
)
from mingan.reports.safe import one_line, short_name
from mingan.reports.sentences import points
from mingan.reports.units import size
from mingan.scaling.density import Reference
from mingan.scaling.prices import YEAR
from mingan.scaling.trend import Growth, frontier

TITLE = Text("密度随时间", "Density over time")
SIZE_TITLE = Text("得分和大小", "Score against size")

_WIDE, _LEFT, _RIGHT = 660, 58, 640
_TOP, _BOTTOM, _TALL = 30, 330, 360
_DENSITY = Text("密度（参照 = 1）", "Density (reference = 1)")
_SCORE = Text("得分", "Score")
_PARAMETERS = Text("参数", "Parameters")
_PAPER = Text("论文的快慢", "the paper's pace")
_LEAST, _MOST = 1e-3, 1e4
"""Densities beyond these are drawn at the edge."""

COLUMNS = (
    Column(key="model", heading=Text("模型", "Model")),
    Column(key="released", heading=Text("日期", "Released")),
    Column(key="parameters", heading=Text("参数", "Parameters"), kind="count"),
    Column(key="density", heading=Text("密度", "Density"), kind="figure"),
    Column(key="low", heading=Text("区间低端", "Interval from"), kind="figure"),
    Column(key="high", heading=Text("区间高端", "to"), kind="figure"),
    Column(key="active", heading=Text("按激活参数", "By active"), kind="figure"),
    Column(key="cost", heading=Text("按推理开销", "By cost"), kind="figure"),
    Column(key="benchmarks", heading=Text("题目", "Benchmarks"), kind="count"),
)
SIZE_COLUMNS = (
    Column(key="model", heading=Text("模型", "Model")),
    Column(key="released", heading=Text("日期", "Released")),
    Column(key="parameters", heading=Text("参数", "Parameters"), kind="count"),
    Column(key="score", heading=Text("得分", "Score"), kind="points"),
    Column(key="density", heading=Text("密度", "Density"), kind="figure"),
)


def density_chart(report: DensityReport) -> Chart:
    """Every model by date, the records, and how the densest tenth grows."""
    trend = next(trend for trend in report.trends if trend.benchmark == COMBINED)
    rows = _joined(report)
    return Chart(
        key="density", title=TITLE, finding=density_headline(report),
        draw=partial(_draw, report, trend, rows), columns=COLUMNS,
        rows=tuple(_row(row) for row in report.rows),
        notes=(
            Text(
                "点是模型，空心的超出参照家族，是外推；折线过历次最高；实线是最密的那一成，浅色带是"
                "斜率的 90% 区间；虚线按论文的快慢画，穿过同一点。",
                "Points are models, hollow ones lie beyond the reference family and are "
                "extrapolated; the stairs go through the records; the line is the densest tenth, "
                "the strip the 90 % interval of its slope; the dashed line has the paper's pace "
                "through the same point.",
            ),
            change_sentence(report.trends),
            *([said] if (said := bend_sentence(report.trends)) is not None else []),
            *density_notes(report),
        ),
    )  # fmt: skip


def _joined(report: DensityReport) -> list[DenseModel]:
    """Models on most benchmarks, as the combined trend has them."""
    enough = len(report.families) / 2
    return [row for row in report.rows if not row.whole.out and len(row.single) > enough]


def _row(row: DenseModel) -> Row:
    whole = row.whole
    known = not whole.out
    return Row(
        values={
            "model": row.facts.name, "released": str(row.released),
            "parameters": row.facts.params_total, "density": whole.density if known else None,
            "low": whole.low if known else None, "high": whole.high if known else None,
            "active": row.active.density if not row.active.out else None,
            "cost": row.cost.density if not row.cost.out else None,
            "benchmarks": len(row.single),
        }
    )  # fmt: skip


# --- density over time --------------------------------------------------------------------------


def _draw(report: DensityReport, trend: Trend, rows: Sequence[DenseModel], lang: Lang) -> str:
    if not rows:
        return ""
    days = [row.released for row in rows]
    x = time_scale(days, _LEFT + 12, _RIGHT)
    heights = [_kept(row.whole.density) for row in rows]
    y = svg.Scale(low=min(heights) / 1.5, high=max(heights) * 1.5, start=_BOTTOM, end=_TOP,
                  log=True)  # fmt: skip
    axis = [
        svg.label(_DENSITY.say(lang), 0, 14, kind="axis"), *year_axis(x, _TOP, _BOTTOM),
        *power_axis(y, _LEFT, _WIDE),
    ]  # fmt: skip
    drawn = [
        svg.unread([*axis, *_growth(trend.quantile, x, y, lang), _records(rows, x, y)]),
        *(_point(row, x, y) for row in rows),
    ]
    return svg.sheet(
        drawn, ident="density", size=(_WIDE, _TALL), title=TITLE.say(lang),
        description=density_headline(report).say(lang),
    )  # fmt: skip


def _kept(density: float) -> float:
    return min(max(density, _LEAST), _MOST)


def _growth(growth: Growth | None, x: svg.Scale, y: svg.Scale, lang: Lang) -> list[str]:
    """The line of the densest tenth with its band, and the paper's pace through its middle."""
    if growth is None:
        return []
    start, end = x.low / YEAR, x.high / YEAR
    middle = (start + end) / 2
    height = growth.level_at_0 + growth.slope * middle

    def places(slope: float) -> list[tuple[float, float]]:
        return [
            (x(when * YEAR), y(math.exp(min(height + slope * (when - middle), 700.0))))
            for when in (start, end)
        ]

    fast, slow = _slope(growth.low), _slope(growth.high)
    one, other = places(fast), places(slow)
    pivot = (x(middle * YEAR), y(math.exp(min(height, 700.0))))
    paper = places(_slope(sum(PAPER) / 2))
    said = _PAPER.say(lang)
    at = _RIGHT - svg.text_width(said)
    label = svg.label(said, _RIGHT, _BOTTOM - 8, kind="tick", anchor="end")
    return [
        svg.path("band s0", [one[0], pivot, other[0]], closed=True),
        svg.path("band s0", [one[1], pivot, other[1]], closed=True),
        svg.path("stroke s0", places(growth.slope)),
        svg.path("stroke s1", paper), label,
        svg.path("stroke s1", [(at - 40, _BOTTOM - 12), (at - 8, _BOTTOM - 12)]),
    ]  # fmt: skip


def _slope(months: float) -> float:
    """Of ln density a year, from a doubling time."""
    if math.isnan(months) or math.isinf(months) or months <= 0:
        return 0.0
    return 12 * math.log(2) / months


def _records(rows: Sequence[DenseModel], x: svg.Scale, y: svg.Scale) -> str:
    when = [row.released.toordinal() for row in rows]
    logs = [math.log(row.whole.density) for row in rows]
    steps: list[tuple[float, float]] = []
    for place in frontier(when, logs).tolist():
        at, height = x(when[place]), y(_kept(rows[place].whole.density))
        if steps:
            steps.append((at, steps[-1][1]))
        steps.append((at, height))
    return svg.path("frontier", steps)


def _point(row: DenseModel, x: svg.Scale, y: svg.Scale) -> str:
    whole = row.whole
    at, height = x(row.released.toordinal()), y(_kept(whole.density))
    said = (
        f"{short_name(row.facts.name)} · {row.released}: {times(whole.density)} "
        f"({times(whole.low)}–{times(whole.high)})"
    )
    kind = "hollow" if whole.beyond else "dot"
    drawn = svg.hit(at, height) + svg.mark("circle", at, height, kind=kind, size=3.6)
    return svg.anchor("", said, drawn)


# --- score against size -------------------------------------------------------------------------


def size_chart(report: DensityReport, benchmark: str) -> Chart:
    """Scores on one benchmark against sizes, beside the reference family."""
    rows = [row for row in report.rows if benchmark in row.read]
    return Chart(
        key="size", title=SIZE_TITLE, finding=size_sentence(rows, benchmark),
        draw=partial(_draw_sizes, report, rows, benchmark), columns=SIZE_COLUMNS,
        rows=tuple(
            Row(
                values={
                    "model": row.facts.name, "released": str(row.released),
                    "parameters": row.facts.params_total, "score": row.read[benchmark].score,
                    "density": row.single[benchmark].density
                    if not row.single[benchmark].out else None,
                }
            )
            for row in rows
        ),
        notes=(
            Text(
                f"竖着是 {one_line(benchmark, 30)} 的得分，横着是参数量；线是参照家族的（密度 1）；"
                "在线上面的，给定大小比参照强。实心是这两年的，空心是更早的。",
                f"Upwards the score on {one_line(benchmark, 30)}, across the parameters; the line "
                "is the reference family's (density 1), and what lies above it is abler for its "
                "size. Filled are the last two years, hollow the years before.",
            ),
        ),
    )  # fmt: skip


def size_sentence(rows: Sequence[DenseModel], benchmark: str) -> Text:
    """How much smaller a model of the score of an old one may be."""
    name = one_line(benchmark, 30)
    known = sorted((r for r in rows if r.facts.params_total), key=lambda r: r.released)
    if not known:
        return Text(f"{name} 上没有大小已知的模型。", f"No model of known size on {name}.")
    first = max(
        (r for r in known if r.released <= known[0].released + timedelta(days=365)),
        key=lambda r: r.read[benchmark].score,
    )
    least = first.read[benchmark].score
    small = min(
        (r for r in known if r.read[benchmark].score >= least),
        key=lambda r: r.facts.params_total or 0,
    )
    a, b = short_name(first.facts.name), short_name(small.facts.name)
    old, new = first.facts.params_total or 1, small.facts.params_total or 1
    if small is first:
        return Text(
            f"{name} 上还没有比 {a} 小、得分又不比它低的。",
            f"On {name} nothing smaller than {a} scores as much yet.",
        )
    return Text(
        f"{name} 上，{a}（{first.released.year}，{size(old, 'zh')}）的 {points(least)} 分，"
        f"{b}（{small.released.year}）用 {size(new, 'zh')}参数就到了：小了 {times(old / new)} 倍。",
        f"On {name}, the {points(least)} of {a} ({first.released.year}, {size(old, 'en')}) are "
        f"reached by {b} ({small.released.year}) with {size(new, 'en')}: {times(old / new)} times "
        "smaller.",
    )


def _draw_sizes(
    report: DensityReport, rows: Sequence[DenseModel], benchmark: str, lang: Lang
) -> str:
    if not rows:
        return ""
    sizes = [float(row.facts.params_total or 1) for row in rows]
    x = svg.Scale(low=min(sizes) / 1.3, high=max(sizes) * 1.3, start=_LEFT, end=_RIGHT, log=True)
    y = svg.Scale(low=0, high=1, start=_BOTTOM, end=_TOP)
    axis = [svg.label(_SCORE.say(lang), 0, 14, kind="axis"),
            svg.label(_PARAMETERS.say(lang), _WIDE, 14, kind="axis", anchor="end")]  # fmt: skip
    for mark in (0.0, 0.25, 0.5, 0.75, 1.0):
        axis.append(svg.line("grid", _LEFT, y(mark), _WIDE, y(mark)))
        text = f"{mark * 100:g}"
        axis.append(svg.label(text, _LEFT - 8, y(mark) + 4, kind="tick", anchor="end"))
    for value in svg.powers(x.low, x.high):
        axis.append(svg.line("grid", x(value), _TOP, x(value), _BOTTOM))
        shown = size(int(value), lang)
        axis.append(svg.label(shown, x(value), _BOTTOM + 18, kind="tick", anchor="middle"))
    newest = max(row.released for row in rows) - timedelta(days=730)
    drawn = [
        svg.unread([*axis, _family(report.families.get(benchmark), x, y)]),
        *(_sized(row, benchmark, x, y, newest) for row in rows),
    ]
    return svg.sheet(
        drawn, ident="size", size=(_WIDE, _TALL), title=SIZE_TITLE.say(lang),
        description=size_sentence(rows, benchmark).say(lang),
    )  # fmt: skip


def _family(family: Reference | None, x: svg.Scale, y: svg.Scale) -> str:
    if family is None:
        return ""
    steps = 40
    low, high = math.log(x.low), math.log(x.high)
    places = []
    for k in range(steps + 1):
        n = math.exp(low + (high - low) * k / steps)
        share = 1 / (1 + math.exp(-(family.level + family.slope * math.log(n))))
        places.append((x(n), y(family.floor + (1 - family.floor) * share)))
    return svg.path("stroke s0", places)


def _sized(row: DenseModel, benchmark: str, x: svg.Scale, y: svg.Scale, newest: date) -> str:
    share, parameters = row.read[benchmark].score, row.facts.params_total or 1
    at, height = x(parameters), y(share)
    said = f"{short_name(row.facts.name)} · {row.released}: {points(share)}"
    kind = "dot" if row.released >= newest else "hollow"
    drawn = svg.hit(at, height) + svg.mark("circle", at, height, kind=kind, size=3.4)
    return svg.anchor("", said, drawn)
