"""Who had seen the questions: one row a model, how much better the public side is than it should.

The bar is the interval of the gap; the shaded strip is a gap too small to matter. Where the design
bears no p-value the bare difference is drawn hollow, and no bar. What is said of a model is the
verdict of `contaminated`, not the looks of its bar.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import partial
from typing import get_args

from mingan.language import Lang, Text
from mingan.reports.charts import svg
from mingan.reports.charts.chart import Chart, Column, Link, Row, Spot
from mingan.reports.contaminated import MARGIN, Contamination, ContaminationReport, Method, Verdict
from mingan.reports.contaminated_sentences import (
    contamination_headline,
    method_words,
    origin_words,
    verdict_words,
)
from mingan.reports.safe import fit, short_name
from mingan.reports.sentences import points
from mingan.reports.words import WORDS

TITLE = Text("明题比暗题多得几分", "How much better in public")
MOST_ROWS = 40

_LEFT, _PLOT, _RIGHT, _ROW, _HEAD, _FOOT = 190, 380, 110, 26, 34, 30
_NAME_COLUMNS = 24
_LEAST = 0.15  # of the axis to each side
_AXIS = Text("公开的题多得的分", "Points more on the public questions")
_AGAINST = {
    "coin": Text("封存的另一半", "sealed halves"),
    "made": Text("模板变出的暗题", "twins from templates"),
    "hidden": Text("暗题库", "a hidden bank"),
    "dated": Text("后来的题", "later questions"),
    "table": Text("参照题", "reference questions"),
}

COLUMNS = (
    Column(key="model", heading=WORDS["model"]),
    Column(key="against", heading=Text("和什么比", "Against"), words=_AGAINST),
    Column(key="questions", heading=WORDS["questions"], kind="count"),
    Column(key="public", heading=Text("明题", "Public"), kind="points"),
    Column(key="hidden", heading=Text("暗题", "Hidden"), kind="points"),
    Column(key="gap", heading=Text("多得", "Gap"), kind="points"),
    Column(key="low", heading=Text("区间低端", "Interval from"), kind="points"),
    Column(key="high", heading=Text("区间高端", "to"), kind="points"),
    Column(key="p", heading=Text("p", "p"), kind="figure"),
    Column(
        key="method", heading=Text("算法", "Method"),
        words={method: method_words(method) for method in get_args(Method) if method},
    ),
    Column(
        key="verdict", heading=Text("结论", "Verdict"),
        words={verdict.replace(" ", "-"): verdict_words(verdict) for verdict in get_args(Verdict)},
    ),
)  # fmt: skip


def gaps_chart(report: ContaminationReport, link: Link) -> Chart:
    """Every model with a gap to be drawn; those without are in the table."""
    drawn = [row for row in report.rows if not math.isnan(_gap(row))][:MOST_ROWS]
    return Chart(
        key="gaps",
        title=TITLE,
        finding=contamination_headline(report),
        draw=partial(_draw, drawn, contamination_headline(report), link),
        columns=COLUMNS if report.rows else (),
        rows=tuple(_row(row, link) for row in report.rows),
        notes=_notes(report.rows, len(drawn)) if drawn else (),
    )


def _notes(rows: Sequence[Contamination], drawn: int) -> tuple[Text, ...]:
    margin = points(MARGIN)
    notes = [
        Text(
            f"点越靠右，公开的题多得的分越多；线段是区间，中间的浅色带是正负 {margin} 分以内，"
            "小到不必在意。空心的点只是两边得分的差，题目难易没有扣掉，不能当证据。",
            "Further to the right is better in public; bars are intervals, and the strip is within "
            f"{margin} points, too small to matter. A hollow point is the bare difference, with "
            "nothing taken off for harder questions: it proves nothing.",
        )
    ]
    if len([row for row in rows if not math.isnan(_gap(row))]) > drawn:
        notes.append(
            Text(
                f"图里只画前 {drawn} 行，其余的在表里。",
                f"Only the first {drawn} rows are drawn; the others are in the table.",
            )
        )
    return tuple(notes)


def _gap(row: Contamination) -> float:
    return row.difference if row.refusal else row.gap


def _row(row: Contamination, link: Link) -> Row:
    known = not math.isnan(_gap(row))
    bounded = known and not row.refusal and not math.isnan(row.low)
    p = row.p if row.p_adjusted is None else row.p_adjusted
    return Row(
        values={
            "model": row.model,
            "against": row.origin,
            "questions": row.questions,
            "public": _number(row.public),
            "hidden": _number(row.hidden),
            "gap": _gap(row) if known else None,
            "low": row.low if bounded else None,
            "high": row.high if bounded else None,
            "p": p,
            "method": row.method,
            "verdict": row.verdict.replace(" ", "-"),
        },
        link=link(Spot(model=row.model)),
    )


def _number(value: float) -> float | None:
    return None if math.isnan(value) else value


# --- drawing ------------------------------------------------------------------------------------


def _draw(rows: Sequence[Contamination], finding: Text, link: Link, lang: Lang) -> str:
    if not rows:
        return ""
    ends = [abs(v) for row in rows for v in (_gap(row), *_bar(row)) if not math.isnan(v)]
    most = min(1.0, max(_LEAST, 1.05 * max(ends)))
    x = svg.Scale(low=-most, high=most, start=_LEFT, end=_LEFT + _PLOT)
    bottom = _HEAD + _ROW * len(rows)
    drawn = [svg.unread(_axis(x, most, bottom, lang))]
    for place, row in enumerate(rows):
        drawn.append(_mark(row, x, _HEAD + _ROW * place + _ROW / 2, link, lang))
    return svg.sheet(
        drawn, ident="gaps", size=(_LEFT + _PLOT + _RIGHT, bottom + _FOOT), title=TITLE.say(lang),
        description=finding.say(lang), linked=True,
    )  # fmt: skip


def _axis(x: svg.Scale, most: float, bottom: float, lang: Lang) -> list[str]:
    step = next(s for s in (0.05, 0.1, 0.25, 0.5) if most / s <= 4.5)
    found = [
        f'<rect class="band s0" x="{x(-MARGIN):.1f}" y="{_HEAD - 6}" '
        f'width="{x(MARGIN) - x(-MARGIN):.1f}" height="{bottom - _HEAD + 8:.1f}"/>'
    ]
    for i in range(-4, 5):
        mark = i * step
        if abs(mark) > most:
            continue
        kind = "zeroline" if i == 0 else "grid"
        found.append(svg.line(kind, x(mark), _HEAD - 6, x(mark), bottom + 2))
        text = ("+" if mark > 0 else "") + points(mark)
        found.append(svg.label(text, x(mark), bottom + 18, kind="tick", anchor="middle"))
    found.append(svg.label(_AXIS.say(lang), _LEFT + _PLOT, 14, kind="axis", anchor="end"))
    return found


def _bar(row: Contamination) -> tuple[float, float]:
    if row.refusal or math.isnan(row.low) or math.isnan(row.high):
        return math.nan, math.nan
    return row.low, row.high


def _mark(row: Contamination, x: svg.Scale, y: float, link: Link, lang: Lang) -> str:
    gap, (low, high) = _gap(row), _bar(row)
    verdict = verdict_words(row.verdict).say(lang)
    shape: svg.Shape = "circle" if row.origin == "coin" else "square"
    kind = "suspect" if row.accused else "hollow" if row.refusal else "dot"
    drawn = svg.label(
        fit(short_name(row.model), _NAME_COLUMNS),
        0,
        y + 4,
        kind="name warn" if row.accused else "name",
    )
    if not math.isnan(low):
        drawn += svg.line("whisker", x(low), y, x(high), y)
    drawn += svg.hit(x(gap), y) + svg.mark(shape, x(gap), y, kind=kind, size=4.5)
    drawn += svg.label(verdict, _LEFT + _PLOT + 14, y + 4, kind="warn" if row.accused else "tick")
    said = f"{short_name(row.model)} · {origin_words(row).say(lang)}: {points(gap)} · {verdict}"
    return svg.anchor(link(Spot(model=row.model)), said, drawn)
