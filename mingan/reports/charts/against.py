"""Score against something one would rather have less of: money, or time.

The line joins the models that no other beats in both. It is drawn as stairs, with every interval,
and the finding says which neighbours on it cannot be told apart: a line through points that chance
moved is no law. There are no quadrants, because a cut at some middle would mean nothing. The module
knows neither prices nor clocks; `worth` does.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from itertools import pairwise

from mingan.language import Lang, Text
from mingan.reports.charts import svg
from mingan.reports.charts.chart import Chart, Column, Link, Row, Spot
from mingan.reports.charts.frontier import frontier, steps
from mingan.reports.charts.labels import Box, around, place
from mingan.reports.safe import fit, one_line, short_name
from mingan.reports.sentences import named, points, tidy
from mingan.reports.standing import Comparisons, between, claim
from mingan.reports.units import figures
from mingan.reports.words import WORDS
from mingan.statistics.results import Score

_WIDE, _TALL = 720, 430
_LEFT, _RIGHT, _TOP, _BOTTOM = 44, 700, 30, 372
_FREE = 62  # width of the column for what costs nothing, which no logarithm can hold
_NAMED, _LISTED = 4, 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Quantity:
    """What a score is set against, in words.

    Attributes:
        key: of the chart.
        title, axis: heading of the chart; what the axis shows, with its unit.
        less, more: what a model with less, or more, of it is, such as cheaper.
        corner: what the corner is where one would like to be.
        nothing: said where no model has a value.
        unknown: how the models without a value are introduced.
        notes: how the value comes about.
    """

    key: str
    title: Text
    axis: Text
    less: Text
    more: Text
    corner: Text
    nothing: Text
    unknown: Text
    notes: tuple[Text, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """One model: its score, and what that takes (0 or more), with an interval where it has one."""

    score: Score
    value: float
    low: float = math.nan
    high: float = math.nan

    @property
    def model(self) -> str:
        """The model's name."""
        return self.score.model


def against_chart(
    quantity: Quantity,
    given: Sequence[Point],
    *,
    unknown: Sequence[Score],
    comparisons: Comparisons,
    link: Link,
) -> Chart:
    """The chart of one quantity; `unknown` are the models of which it is not known."""
    on_line = best(given)
    return Chart(
        key=quantity.key,
        title=quantity.title,
        finding=finding(quantity, given, comparisons),
        draw=partial(_draw, quantity, given, comparisons, link),
        columns=_columns(quantity),
        rows=tuple(_rows(quantity, given, on_line, unknown, link)),
        notes=(*_notes(quantity, given), *_unknown(quantity, given, unknown)),
    )


def best(given: Sequence[Point]) -> list[Point]:
    """The points on the line, from the least to the most of the quantity."""
    return [given[i] for i in frontier([(point.value, point.score.score) for point in given])]


def finding(quantity: Quantity, given: Sequence[Point], comparisons: Comparisons) -> Text:
    """Who is on the line, and how far that is more than chance."""
    if not given:
        return quantity.nothing
    on_line = best(given)
    if len(given) == 1:
        name = named(given[0].model)
        return tidy(
            f"只有 {name.zh} 有这项数据，还不能比。",
            f"Only {name.en} has this on record, so there is nothing to compare with yet.",
        )
    parts = [_line_sentence(quantity, on_line, len(given))]
    parts += _blurred(quantity, on_line, comparisons)
    parts += _beaten(given, on_line, comparisons)
    return Text("".join(part.zh for part in parts), " ".join(part.en for part in parts))


def told_apart(a: Score, b: Score, comparisons: Comparisons) -> bool:
    """Whether two scores differ beyond chance: by the paired test, else by their intervals."""
    pair = between(comparisons, a.model, b.model)
    if pair is not None:
        return claim(pair) in ("certain", "conditional")
    return a.low > b.high or b.low > a.high


# --- sentences ----------------------------------------------------------------------------------


def _names(on_line: Sequence[Point], last_en: str = "and") -> Text:
    if len(on_line) > _NAMED:
        count = len(on_line)
        return Text(f"线上的 {count} 个模型", f"the {count} models on the line")
    every = [named(point.model) for point in on_line]
    zh = " 和 ".join(
        part for part in ("、".join(n.zh for n in every[:-1]), every[-1].zh) if part
    )  # fmt: skip
    heads = ", ".join(n.en for n in every[:-1])
    zh = f" {zh} "
    return Text(zh, f"{heads} {last_en} {every[-1].en}" if heads else every[-1].en)


def _line_sentence(quantity: Quantity, on_line: Sequence[Point], count: int) -> Text:
    names, less, more = _names(on_line, "or"), quantity.less, quantity.more
    if len(on_line) == count:
        return tidy(
            f"{count} 个模型里，没有一个比别的又{less.zh}又好：得分越高的越{more.zh}。",
            f"None of {count} models is both {less.en} and better than another: the higher the "
            f"score, the {more.en}.",
        )
    return tidy(
        f"没有哪个模型比{names.zh}又{less.zh}又好。",
        f"No model is both {less.en} and better than {names.en}.",
    )


def _blurred(
    quantity: Quantity, on_line: Sequence[Point], comparisons: Comparisons
) -> list[Text]:  # fmt: skip
    """Neighbours on the line whose scores cannot be told apart."""
    pairs = [
        (a, b) for a, b in pairwise(on_line) if not told_apart(a.score, b.score, comparisons)
    ]  # fmt: skip
    if not pairs:
        return []
    if len(pairs) == 1:
        a, b = (named(point.model) for point in pairs[0])
        return [
            tidy(
                f"其中 {a.zh} 和 {b.zh} 的得分分不出高下。",
                f"Of these the scores of {a.en} and {b.en} cannot be told apart.",
            )
        ]
    if len(pairs) == len(on_line) - 1:
        return [
            Text(
                "但线上相邻的都分不出高下。",
                "But no two neighbours on that line can be told apart.",
            )
        ]
    return [
        Text(
            f"线上相邻的 {len(on_line) - 1} 对里，{len(pairs)} 对分不出高下。",
            f"Of {len(on_line) - 1} neighbouring pairs on the line {len(pairs)} cannot be told "
            "apart.",
        )
    ]


def _beaten(
    given: Sequence[Point], on_line: Sequence[Point], comparisons: Comparisons
) -> list[Text]:
    """Models below the line that may well belong on it."""
    line = {point.model for point in on_line}
    below = [point for point in given if point.model not in line]
    open_ = [point for point in below if not _surely_beaten(point, on_line, comparisons)]
    if not open_:
        return []
    if len(open_) == len(below):
        return [
            Text(
                "不在线上的那一个，也和压过它的分不出高下。" if len(below) == 1 else
                "不在线上的几个，也和压过它们的分不出高下。",
                "The one below the line cannot be told apart from those that beat it either."
                if len(below) == 1 else
                "Those below the line cannot be told apart from those that beat them either.",
            )
        ]  # fmt: skip
    return [
        Text(
            f"不在线上的 {len(below)} 个里，{len(open_)} 个和压过它的分不出高下。",
            f"Of {len(below)} below the line {len(open_)} cannot be told apart from those that "
            f"beat {'it' if len(open_) == 1 else 'them'}.",
        )
    ]


def _surely_beaten(point: Point, on_line: Sequence[Point], comparisons: Comparisons) -> bool:
    """Whether some model with no more of the quantity scores higher beyond chance."""
    return any(
        other.value <= point.value
        and other.score.score > point.score.score
        and told_apart(other.score, point.score, comparisons)
        for other in on_line
    )


def _notes(quantity: Quantity, given: Sequence[Point]) -> list[Text]:
    if not given:
        return []
    return [
        Text(
            "实心的点在线上，空心的不在；竖线是得分的区间，横线是横轴的区间（如果有）。"
            "横轴上同样的距离是同样的倍数。",
            "Filled points are on the line, hollow ones are not. Upright bars are the intervals "
            "of the scores, level bars those of the other number where it has one. Along the axis "
            "the same distance is the same factor.",
        ),
        *quantity.notes,
    ]


def _unknown(quantity: Quantity, given: Sequence[Point], unknown: Sequence[Score]) -> list[Text]:
    """The models that are not drawn, by name."""
    if not unknown or not given:
        return []
    every = [named(score.model) for score in unknown[:_LISTED]]
    more = len(unknown) - len(every)
    return [
        tidy(
            f"{quantity.unknown.zh}：{'、'.join(n.zh for n in every)}"
            + (f" 等 {len(unknown)} 个。" if more else "。"),
            f"{quantity.unknown.en}: {', '.join(n.en for n in every)}"
            + (f" and {more} more." if more else "."),
        )
    ]


# --- numbers ------------------------------------------------------------------------------------


def _columns(quantity: Quantity) -> tuple[Column, ...]:
    return (
        Column(key="model", heading=WORDS["model"]),
        Column(key="score", heading=WORDS["score"], kind="points"),
        Column(key="low", heading=Text("区间低端", "Interval from"), kind="points"),
        Column(key="high", heading=Text("区间高端", "to"), kind="points"),
        Column(key=quantity.key, heading=quantity.axis, kind="figure"),
        Column(
            key="on_line", heading=Text("在线上", "On the line"), words={"yes": Text("是", "yes")}
        ),
    )


def _rows(
    quantity: Quantity,
    given: Sequence[Point],
    on_line: Sequence[Point],
    unknown: Sequence[Score],
    link: Link,
) -> list[Row]:
    key_of = {point.model: point for point in given}
    line = {point.model for point in on_line}
    found = []
    for score in (*(point.score for point in given), *unknown):
        point = key_of.get(score.model)
        found.append(
            Row(
                values={
                    "model": score.model,
                    "score": score.score,
                    "low": score.low,
                    "high": score.high,
                    quantity.key: point.value if point else None,
                    "on_line": "yes" if score.model in line else "",
                },
                link=link(Spot(model=score.model)),
            )
        )
    return found


# --- drawing ------------------------------------------------------------------------------------


def _draw(
    quantity: Quantity,
    given: Sequence[Point],
    comparisons: Comparisons,
    link: Link,
    lang: Lang,
) -> str:
    if not given:
        return ""
    x, zero = _across(given)
    y = _up(given)
    at = [(zero if point.value == 0 else x(point.value), y(point.score.score)) for point in given]
    places = dict(zip((point.model for point in given), at, strict=True))
    on_line = best(given)
    bars = [bar for point in given for bar in _whiskers(point, places[point.model], x, y)]
    stairs = steps([places[point.model] for point in on_line])
    drawn = [
        svg.unread(_axes(quantity, x, y, zero, lang)),
        *(svg.line("whisker", *bar) for bar in bars),
        svg.path("frontier", stairs),
        *_points(
            given,
            {point.model for point in on_line},
            places,
            link,
            lines=[around(*bar) for bar in (*bars, *(a + b for a, b in pairwise(stairs)))],
        ),
    ]
    return svg.sheet(
        drawn, ident=quantity.key, size=(_WIDE, _TALL), title=quantity.title.say(lang),
        description=finding(quantity, given, comparisons).say(lang), linked=True,
    )  # fmt: skip


def _across(given: Sequence[Point]) -> tuple[svg.Scale, float]:
    """The logarithmic axis, and the place of what costs nothing."""
    ends = [
        value
        for point in given
        for value in (point.value, point.low, point.high)
        if value > 0 and math.isfinite(value)
    ] or [1.0]
    free = any(point.value == 0 for point in given)
    low, high = min(ends) / 1.35, max(ends) * 1.35
    if high / low < 8:
        middle = math.sqrt(low * high)
        low, high = middle / math.sqrt(8), middle * math.sqrt(8)
    start = _LEFT + (_FREE if free else 0)
    return svg.Scale(low=low, high=high, start=start, end=_RIGHT, log=True), _LEFT + _FREE * 0.42


def _up(given: Sequence[Point]) -> svg.Scale:
    """Scores, not from 0: the points are no bars, and the intervals need the room."""
    low = math.floor(min(point.score.low for point in given) * 10) / 10
    high = math.ceil(max(point.score.high for point in given) * 10) / 10
    return svg.Scale(low=max(0.0, low), high=min(1.0, high), start=_BOTTOM, end=_TOP)


def _axes(
    quantity: Quantity, x: svg.Scale, y: svg.Scale, zero: float, lang: Lang
) -> list[str]:  # fmt: skip
    found = []
    step = 0.1 if y.high - y.low <= 0.61 else 0.2
    for i in range(round((y.high - y.low) / step) + 1):
        mark = y.low + i * step
        found.append(svg.line("grid", _LEFT, y(mark), _RIGHT, y(mark)))
        found.append(
            svg.label(f"{mark * 100:.0f}", _LEFT - 8, y(mark) + 4, kind="tick", anchor="end")
        )
    for value in svg.powers(x.low, x.high):
        found.append(svg.line("grid", x(value), _BOTTOM, x(value), _BOTTOM + 5))
        found.append(
            svg.label(figures(value), x(value), _BOTTOM + 19, kind="tick", anchor="middle")
        )
    if x.start > _LEFT:
        found.append(svg.line("parting", x.start - 4, _TOP, x.start - 4, _BOTTOM))
        found.append(svg.label("0", zero, _BOTTOM + 19, kind="tick", anchor="middle"))
    found.append(svg.label(WORDS["score"].say(lang), 0, 14, kind="axis"))
    found.append(svg.label(quantity.axis.say(lang), _RIGHT, _TALL - 12, kind="axis", anchor="end"))
    found.append(svg.label(f"↖ {quantity.corner.say(lang)}", _LEFT + 6, 14 + 0, kind="axis wish"))
    return found


_Bar = tuple[float, float, float, float]
"""Both ends of a line: x1, y1, x2, y2."""


def _whiskers(point: Point, at: tuple[float, float], x: svg.Scale, y: svg.Scale) -> list[_Bar]:
    found = [(at[0], y(point.score.low), at[0], y(point.score.high))]
    if point.value > 0 and point.low > 0 and point.high > 0:
        found.append((x(point.low), at[1], x(point.high), at[1]))
    return found


def _points(
    given: Sequence[Point],
    line: set[str],
    places: dict[str, tuple[float, float]],
    link: Link,
    lines: Sequence[Box],
) -> list[str]:
    order = sorted(given, key=lambda point: (point.model not in line, -point.score.score))
    shown = [fit(short_name(point.model), 22) for point in order]
    spots = [
        (*places[point.model], svg.text_width(name))
        for point, name in zip(order, shown, strict=True)
    ]
    frame = Box(_LEFT, _TOP - 14, _RIGHT + 18, _BOTTOM)
    found = []
    for point, name, put in zip(order, shown, place(spots, frame=frame, lines=lines), strict=True):
        on = point.model in line
        drawn = svg.hit(*places[point.model]) + svg.mark(
            "circle", *places[point.model], kind="dot" if on else "hollow", size=5
        )
        if put is not None:
            drawn += svg.label(name, put.x, put.y, kind="name strong" if on else "name")
        said = (
            f"{one_line(point.model, 60)}: {points(point.score.score)} "
            f"({points(point.score.low)}–{points(point.score.high)}) · {figures(point.value)}"
        )
        found.append(svg.anchor(link(Spot(model=point.model)), said, drawn))
    return found
