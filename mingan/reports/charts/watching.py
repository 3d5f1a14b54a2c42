"""A watch for drift: the score of every day against the baseline, and the evidence underneath.

The upper panel has the days with their intervals, the baseline as a band, and a line where the
model seems to have changed. The lower one has how many times over the days so far speak against
"no change", by powers of ten, and the mark from which on it is an alarm. The looks of the upper
panel decide nothing; the lower one does.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import date
from functools import partial

from mingan.language import Lang, Text
from mingan.reports.charts import svg
from mingan.reports.charts.chart import Chart, Column, Row
from mingan.reports.drift_sentences import drift_sentence
from mingan.reports.drifted import Drift, DriftDay
from mingan.reports.sentences import percent, points
from mingan.reports.words import WORDS

TITLE = Text("一天一天看", "Day by day")

_WIDE, _LEFT, _RIGHT = 660, 44, 600
_TOP, _BOTTOM = 30, 190
_UNDER, _END, _TALL = 236, 316, 348
_MOST = 1e6
"""The evidence beyond which the drawing does not go."""

_SCORE = Text("得分", "Score")
_EVIDENCE = Text("证据（倍）", "Evidence (times)")
_ALARM = Text("警报", "alarm")
_SINCE = Text("大约从 {day} 起变", "changed since about {day}")
_STATES = {"alarm": _ALARM, "baseline": Text("基准", "baseline")}

COLUMNS = (
    Column(key="day", heading=Text("日期", "Day")),
    Column(key="score", heading=WORDS["score"], kind="points"),
    Column(key="low", heading=Text("区间低端", "Interval from"), kind="points"),
    Column(key="high", heading=Text("区间高端", "to"), kind="points"),
    Column(key="change", heading=Text("变化", "Change"), kind="points"),
    Column(key="better", heading=Text("变好", "Better"), kind="count"),
    Column(key="worse", heading=Text("变差", "Worse"), kind="count"),
    Column(key="same", heading=Text("原话不变", "Same words"), kind="count"),
    Column(key="absent", heading=Text("不算数", "Absent"), kind="count"),
    Column(key="evidence", heading=Text("证据", "Evidence"), kind="figure"),
    Column(key="state", heading=Text("备注", "Note"), words=_STATES),
)  # fmt: skip


def watch_chart(row: Drift) -> Chart:
    """One watch; nothing is drawn before it was checked once."""
    return Chart(
        key=f"watch-{row.watch}",
        title=TITLE,
        finding=drift_sentence(row),
        draw=partial(_draw, row),
        columns=COLUMNS,
        rows=tuple(_row(day, first=day is row.days[0]) for day in row.days),
        notes=_notes(row) if row.checks else (),
    )


def _notes(row: Drift) -> tuple[Text, ...]:
    chance, times = percent(row.alpha), f"{row.threshold:.0f}"
    return (
        Text(
            "上面：点是当天的得分，竖线是区间，横的浅色带是基准的区间。下面：到那天为止，"
            f"证据有几倍不利于“没有变”；到了 {times} 倍才是警报，"
            f"这样一直看下去误报的机会至多 {chance}。",
            "Above: points are the day's score, upright bars its interval, the strip that of the "
            "baseline. Below: how many times over the days so far speak against “no change”; from "
            f"{times} times on it is an alarm, which a model without a change raises with a chance "
            f"of {chance} at most, however long one looks.",
        ),
    )


def _row(day: DriftDay, *, first: bool) -> Row:
    known = not math.isnan(day.score)
    changed = not first and not math.isnan(day.difference)
    return Row(
        values={
            "day": day.day,
            "score": day.score if known else None,
            "low": day.low if known else None,
            "high": day.high if known else None,
            "change": day.difference if changed else None,
            "better": None if first else day.better,
            "worse": None if first else day.worse,
            "same": None if first else day.same_text.count,
            "absent": sum(day.absent.values()),
            "evidence": None if first else day.evidence,
            "state": "baseline" if first else "alarm" if day.alarm else None,
        }
    )


# --- drawing ------------------------------------------------------------------------------------


def _draw(row: Drift, lang: Lang) -> str:
    if not row.checks:
        return ""
    when = [_ordinal(day.day) for day in row.days]
    x = svg.Scale(low=min(when), high=max(when), start=_LEFT + 14, end=_RIGHT)
    y = svg.Scale(low=0, high=1, start=_BOTTOM, end=_TOP)
    most = min(_MOST, max([10 * row.threshold, *(day.evidence for day in row.checks)]))
    under = svg.Scale(low=0.1, high=most, start=_END, end=_UNDER, log=True)
    drawn = [
        svg.unread([*_axes(row, x, y, lang), *_evidence_axes(row, under, lang)]),
        *_since(row, x, lang),
        *(_day(day, x, y) for day in row.days if not math.isnan(day.score)),
        svg.path("frontier", [(x(_ordinal(d.day)), under(_shown(d.evidence))) for d in row.checks]),
        *(_evidence(day, x, under, lang) for day in row.checks),
    ]
    return svg.sheet(
        drawn, ident=f"watch-{row.watch}", size=(_WIDE, _TALL), title=TITLE.say(lang),
        description=drift_sentence(row).say(lang),
    )  # fmt: skip


def _axes(row: Drift, x: svg.Scale, y: svg.Scale, lang: Lang) -> list[str]:
    found = [svg.label(_SCORE.say(lang), 0, 14, kind="axis")]
    base = row.baseline
    if not math.isnan(base.score):
        top, bottom = y(base.high), y(base.low)
        found.append(
            f'<rect class="band s0" x="{_LEFT}" y="{top:.1f}" width="{_WIDE - _LEFT}" '
            f'height="{max(bottom - top, 1):.1f}"/>'
        )
    for mark in (0.0, 0.25, 0.5, 0.75, 1.0):
        found.append(svg.line("grid", _LEFT, y(mark), _WIDE, y(mark)))
        text = f"{mark * 100:g}"
        found.append(svg.label(text, _LEFT - 8, y(mark) + 4, kind="tick", anchor="end"))
    for day, anchor in _ends(row.days):
        at = x(_ordinal(day))
        found.append(svg.label(day, at, _BOTTOM + 18, kind="tick", anchor=anchor))
        found.append(svg.label(day, at, _END + 22, kind="tick", anchor=anchor))
    return found


def _ends(days: Sequence[DriftDay]) -> list[tuple[str, str]]:
    return [(days[0].day, "start"), (days[-1].day, "middle")]


def _evidence_axes(row: Drift, under: svg.Scale, lang: Lang) -> list[str]:
    found = [svg.label(_EVIDENCE.say(lang), 0, _UNDER - 14, kind="axis")]
    power = 0
    while 10.0**power <= under.high:
        value = 10.0**power
        found.append(svg.line("grid", _LEFT, under(value), _WIDE, under(value)))
        text = f"{value:,.0f}" if value < 10_000 else f"10^{power}"
        found.append(svg.label(text, _LEFT - 8, under(value) + 4, kind="tick", anchor="end"))
        power += 2 if under.high > 1_000 else 1
    found.append(svg.line("parting", _LEFT, under(row.threshold), _WIDE, under(row.threshold)))
    text = f"{_ALARM.say(lang)} {row.threshold:.0f}"
    found.append(svg.label(text, _LEFT + 4, under(row.threshold) - 5, kind="tick"))
    return found


def _since(row: Drift, x: svg.Scale, lang: Lang) -> list[str]:
    """A line where the model seems to have changed."""
    if not row.since:
        return []
    at = x(_ordinal(row.since))
    text = _SINCE.say(lang).replace("{day}", row.since)
    late = at > (_LEFT + _RIGHT) / 2
    return [
        svg.line("parting", at, _TOP - 6, at, _END),
        svg.label(text, at + (-6 if late else 6), _TOP - 10, kind="warn",
                  anchor="end" if late else "start"),
    ]  # fmt: skip


def _day(day: DriftDay, x: svg.Scale, y: svg.Scale) -> str:
    at = x(_ordinal(day.day))
    said = f"{day.day}: {points(day.score)} ({points(day.low)}–{points(day.high)})"
    drawn = svg.line("whisker", at, y(day.low), at, y(day.high)) + svg.hit(at, y(day.score))
    shape: svg.Shape = "square" if day.role == "baseline" else "circle"
    drawn += svg.mark(shape, at, y(day.score), kind="suspect" if day.alarm else "dot", size=4)
    return svg.anchor("", said, drawn)


def _evidence(day: DriftDay, x: svg.Scale, under: svg.Scale, lang: Lang) -> str:
    at, height = x(_ordinal(day.day)), under(_shown(day.evidence))
    said = f"{day.day}: {_EVIDENCE.say(lang)} {day.evidence:.3g}"
    drawn = svg.mark("diamond", at, height, kind="suspect" if day.alarm else "dot", size=2.6)
    return svg.anchor("", said, drawn)


def _shown(evidence: float) -> float:
    return min(max(evidence, 0.1), _MOST)


def _ordinal(day: str) -> float:
    return float(date.fromisoformat(day).toordinal())
