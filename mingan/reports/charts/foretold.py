"""Prices falling in stairs, and the dates on which capabilities fit devices.

A staircase ends where prices stop being known; what is foretold beyond stands as a whisker at the
end, with its interval. A date is a whisker from the fast to the slow pace with a point for the
middle one; what fits already has no whisker and is in the table. Nothing is said here that
`forecast_words` does not say.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import date
from functools import partial

from mingan.language import Lang, Text
from mingan.reports.charts import svg
from mingan.reports.charts.chart import Chart, Column, Row
from mingan.reports.charts.timeline import power_axis, time_scale, year_axis
from mingan.reports.forecast_words import (
    BOUNDS,
    dates_record_sentence,
    device_words,
    dollars,
    forecast_headline,
    forecast_notes,
    level_words,
    month,
    tried_sentence,
)
from mingan.reports.foretold import DeviceDate, ForecastReport, Staircase
from mingan.reports.safe import short_name
from mingan.scaling.devices import Fit
from mingan.scaling.prices import YEAR

PRICE_TITLE = Text("价格怎样降", "How prices fall")
DEVICE_TITLE = Text("什么时候装进设备", "When it fits a device")

_WIDE, _LEFT, _RIGHT = 720, 58, 530
_TOP, _BOTTOM, _TALL = 30, 330, 360
_ROW, _NAMES, _HEAD = 26, 290, 34
_PRICE = Text("美元，每百万词元", "US$ a million tokens")
_KINDS = 5
_LAST_YEAR = 2045
"""Slow dates beyond are drawn at the edge."""

PRICE_COLUMNS = (
    Column(key="level", heading=Text("水平", "Level")),
    Column(key="day", heading=Text("日期", "Since")),
    Column(key="model", heading=Text("模型", "Model")),
    Column(key="price", heading=_PRICE, kind="figure"),
    Column(key="score", heading=Text("得分", "Score"), kind="points"),
    Column(key="low", heading=Text("区间低端", "Interval from"), kind="figure"),
    Column(key="high", heading=Text("区间高端", "to"), kind="figure"),
)
DEVICE_COLUMNS = (
    Column(key="device", heading=Text("设备", "Device")),
    Column(key="level", heading=Text("水平", "Level")),
    Column(key="fast", heading=Text("快", "Fast")),
    Column(key="middle", heading=Text("中", "Middle")),
    Column(key="slow", heading=Text("慢", "Slow")),
    Column(
        key="bound",
        heading=Text("卡在", "Bound by"),
        words={str(key): said for key, said in BOUNDS.items()},
    ),
    Column(key="model", heading=Text("从哪个算起", "Reckoned from")),
    Column(key="total", heading=Text("参数", "Parameters"), kind="count"),
)


def price_chart(report: ForecastReport) -> Chart:
    """The staircases of levels that have two steps or more."""
    steps = [step for step in report.prices if len(step.steps) > 1]
    tried = (tried_sentence(each, Text("价格", "prices")) for each in report.tried_prices)
    return Chart(
        key="prices", title=PRICE_TITLE, finding=forecast_headline(report),
        draw=partial(_draw_prices, report, steps), columns=PRICE_COLUMNS,
        rows=tuple(row for step in report.prices for row in _price_rows(step)),
        notes=(
            *(said for said in tried if said is not None), *forecast_notes(report)[-1:],
        ),
    )  # fmt: skip


def _price_rows(step: Staircase) -> list[Row]:
    name = level_words(step.level)
    rows = [
        Row(values={"level": name, "day": str(offer.day), "model": offer.model,
                    "price": offer.price, "score": offer.score, "low": None, "high": None})
        for offer in step.steps
    ]  # fmt: skip
    rows += [
        Row(values={"level": name, "day": str(ahead.day), "model": None, "price": ahead.price,
                    "score": None, "low": ahead.low, "high": ahead.high})
        for ahead in step.ahead
    ]  # fmt: skip
    return rows


def _draw_prices(report: ForecastReport, steps: Sequence[Staircase], lang: Lang) -> str:
    if not steps:
        return ""
    days = [o.day for s in steps for o in s.steps] + [a.day for s in steps for a in s.ahead]
    prices = [o.price for s in steps for o in s.steps]
    prices += [price for s in steps for a in s.ahead for price in (a.low, a.high)]
    x = time_scale(days, _LEFT + 12, _RIGHT)
    y = svg.Scale(low=min(prices) / 1.3, high=max(prices) * 1.3, start=_BOTTOM, end=_TOP, log=True)
    axis = [svg.label(_PRICE.say(lang), 0, 14, kind="axis"), *year_axis(x, _TOP, _BOTTOM),
            *power_axis(y, _LEFT, _RIGHT + 8, prefix="$")]  # fmt: skip
    drawn = [svg.unread(axis)]
    for place, step in enumerate(steps):
        drawn.append(_staircase(step, place, x, y))
    names = [
        _legend(step, place, _TOP + 8 + 20 * place) for place, step in enumerate(steps)
    ]  # fmt: skip
    return svg.sheet(
        [*drawn, svg.unread(names)], ident="prices", size=(_WIDE, _TALL),
        title=PRICE_TITLE.say(lang), description=forecast_headline(report).say(lang),
    )  # fmt: skip


def _staircase(step: Staircase, place: int, x: svg.Scale, y: svg.Scale) -> str:
    kind, shape = f"s{place % _KINDS}", svg.SHAPES[place // _KINDS % len(svg.SHAPES)]
    corners: list[tuple[float, float]] = []
    for offer in step.steps:
        at, height = x(offer.day.toordinal()), y(offer.price)
        if corners:
            corners.append((at, corners[-1][1]))
        corners.append((at, height))
    parts = [svg.path(f"stroke {kind}", corners)]
    for offer in step.steps:
        at, height = x(offer.day.toordinal()), y(offer.price)
        said = (
            f"{level_words(step.level)} · {offer.day}: {dollars(offer.price)} "
            f"({short_name(offer.model)})"
        )
        mark = svg.hit(at, height) + svg.mark(shape, at, height, kind=f"mark {kind}", size=3.6)
        parts.append(svg.anchor("", said, mark))
    for ahead in step.ahead:
        at = x(ahead.day.toordinal()) - 7 * place
        said = (
            f"{level_words(step.level)} · {ahead.day}: {dollars(ahead.price)} "
            f"({dollars(ahead.low)}–{dollars(ahead.high)})"
        )
        drawn = svg.line("whisker", at, y(ahead.low), at, y(ahead.high))
        drawn += svg.mark(shape, at, y(ahead.price), kind="hollow", size=3)
        parts.append(svg.anchor("", said, drawn))
    return "".join(parts)


def _legend(step: Staircase, place: int, height: float) -> str:
    kind, shape = f"s{place % _KINDS}", svg.SHAPES[place // _KINDS % len(svg.SHAPES)]
    left = _RIGHT + 16
    return (
        svg.mark(shape, left, height - 4, kind=f"mark {kind}", size=3.6)
        + svg.label(level_words(step.level), left + 10, height, kind="tick", columns=26)
    )  # fmt: skip


# --- devices ------------------------------------------------------------------------------------


def device_chart(report: ForecastReport) -> Chart:
    """Dates of what does not fit yet."""
    open_ = [row for row in report.dates if _open(row)]
    return Chart(
        key="devices", title=DEVICE_TITLE, finding=device_finding(report),
        draw=partial(_draw_devices, report, open_), columns=DEVICE_COLUMNS,
        rows=tuple(_device_row(row) for row in report.dates),
        notes=(dates_record_sentence(report), *forecast_notes(report)[:-1]),
    )  # fmt: skip


def device_finding(report: ForecastReport) -> Text:
    """How much fits already, and how much has a date."""
    known = [row for row in report.dates if row.fits]
    there = [row for row in known if not _open(row)]
    none = len(report.dates) - len(known)
    return Text(
        f"{len(report.dates)} 对设备和水平里，{len(there)} 对已经装得下、跑得动，"
        f"{len(known) - len(there)} 对有日期，{none} 对还没有大小已知的模型到过，算不出。",
        f"Of {len(report.dates)} pairs of device and level, {len(there)} fit and run already, "
        f"{len(known) - len(there)} have a date, and {none} have none, since no model of known "
        "size has reached the level.",
    )


def _open(row: DeviceDate) -> bool:
    """Whether it has a date that is still to come at some pace."""
    return bool(row.fits) and row.fits["slow"].year * YEAR > row.since.toordinal()


def _device_row(row: DeviceDate) -> Row:
    shown = {
        pace: month(row.fits.get(pace), row.since) for pace in ("fast", "middle", "slow")
    }  # fmt: skip
    middle = row.fits.get("middle")
    return Row(
        values={
            "device": row.device, "level": level_words(row.level), "fast": shown["fast"].zh,
            "middle": shown["middle"].zh, "slow": shown["slow"].zh,
            "bound": middle.bound if middle else None, "model": row.model or None,
            "total": round(row.total) or None,
        }
    )  # fmt: skip


def _draw_devices(report: ForecastReport, rows: Sequence[DeviceDate], lang: Lang) -> str:
    if not rows:
        return ""
    days = [day for row in rows for fit in row.fits.values() if (day := _day(fit)) is not None]
    days += [row.since for row in rows]
    x = time_scale(days, _NAMES + 10, _WIDE - 14)
    tall = _HEAD + _ROW * len(rows) + 34
    bottom = tall - 30
    drawn = [svg.unread(year_axis(x, _HEAD - 12, bottom))]
    for place, row in enumerate(rows):
        drawn.append(_date(row, _HEAD + _ROW * place + 8, x, lang))
    return svg.sheet(
        drawn, ident="devices", size=(_WIDE, tall), title=DEVICE_TITLE.say(lang),
        description=device_finding(report).say(lang),
    )  # fmt: skip


def _date(row: DeviceDate, height: float, x: svg.Scale, lang: Lang) -> str:
    where = f"{device_words(row.device).say(lang)} · {level_words(row.level)}"
    fast, middle, slow = (_day(row.fits.get(pace)) for pace in ("fast", "middle", "slow"))
    last = date(_LAST_YEAR, 12, 31)
    ends = [x((day or last).toordinal()) for day in (fast, middle, slow)]
    shown = [month(row.fits.get(pace), row.since).say(lang) for pace in ("fast", "middle", "slow")]
    said = f"{where}: {shown[0]}, {shown[1]}, {shown[2]}"
    drawn = svg.label(where, _NAMES, height + 4, kind="tick", anchor="end", columns=46)
    drawn += svg.line("whisker", ends[0], height, ends[2], height)
    drawn += svg.mark("circle", ends[1], height, kind="dot", size=4.2)
    return svg.anchor("", said, drawn)


def _day(fit: Fit | None) -> date | None:
    """The day of a date; None for never, or far off."""
    if fit is None or not math.isfinite(fit.year):
        return None
    day = date.fromordinal(max(min(round(fit.year * YEAR), date.max.toordinal()), 1))
    return min(day, date(_LAST_YEAR, 12, 31))
