"""A ladder drawn: losses against compute with the registered prediction, and curves while they run.

Each width has a stroke and a shape of its own; the band around a stroke holds nine in ten of the
laws that the points allow. The held-out rung is a whisker (what was registered)
with a hollow point, and a diamond for what came. The module knows no folder.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial

import numpy as np

from mingan.language import Lang, Text
from mingan.reports.charts import svg
from mingan.reports.charts.chart import Chart, Column, Row
from mingan.reports.ladder_words import outcome_notes, outcome_sentence
from mingan.reports.units import size
from mingan.tunnel.ladder import Outcome

TITLE = Text("损失和算力", "Loss against compute")
CURVES = Text("训练中", "Under way")

_WIDE, _LEFT, _RIGHT = 660, 58, 640
_TOP, _BOTTOM, _TALL = 30, 300, 330
_KINDS = 5
_STEPS_OF_A_LINE = 9
_LOSS = Text("损失（每字节的奈特）", "Loss (nats a byte)")
_COMPUTE = Text("参数 × 词元", "Parameters × tokens")
_STEPS = Text("步", "Steps")

COLUMNS = (
    Column(key="rung", heading=Text("级", "Rung")),
    Column(key="parameters", heading=Text("参数", "Parameters"), kind="count"),
    Column(key="tokens", heading=Text("词元", "Tokens"), kind="count"),
    Column(key="loss", heading=Text("损失", "Loss"), kind="figure"),
    Column(key="low", heading=Text("区间低端", "Interval from"), kind="figure"),
    Column(key="high", heading=Text("区间高端", "to"), kind="figure"),
)
CURVE_COLUMNS = (
    Column(key="rung", heading=Text("级", "Rung")),
    Column(key="step", heading=Text("步", "Step"), kind="count"),
    Column(key="loss", heading=Text("损失", "Loss"), kind="figure"),
)

Curve = Sequence[tuple[int, float]]
"""(step, loss) of a run, in order."""


def ladder_chart(found: Outcome) -> Chart:
    """Points of rungs, the registered prediction, and what came."""
    return Chart(
        key="ladder", title=TITLE, finding=outcome_sentence(found), draw=partial(_draw, found),
        columns=COLUMNS, rows=tuple(_rows(found)), notes=tuple(outcome_notes(found)),
    )  # fmt: skip


def _rows(found: Outcome) -> list[Row]:
    rows = [
        Row(values={"rung": f"s{seed}", "parameters": n, "tokens": d, "loss": loss, "low": None,
                    "high": None})
        for n, d, loss, seed in found.points
    ]  # fmt: skip
    said = found.registered
    if said is not None:
        for rung, loss in (("registered", said.loss), ("truth", found.truth)):
            if loss is not None:
                rows.append(
                    Row(values={"rung": rung, "parameters": said.parameters, "tokens": said.tokens,
                                "loss": loss, "low": said.low if rung == "registered" else None,
                                "high": said.high if rung == "registered" else None})
                )  # fmt: skip
    return rows


def _draw(found: Outcome, lang: Lang) -> str:
    if not found.points:
        return ""
    said = found.registered
    compute = [float(n) * d for n, d, _, _ in found.points]
    losses = [loss for _, _, loss, _ in found.points]
    if said is not None:
        compute.append(float(said.parameters) * said.tokens)
        losses += [said.low, said.high] + ([found.truth] if found.truth else [])
    x = svg.Scale(low=min(compute) / 1.3, high=max(compute) * 1.3, start=_LEFT, end=_RIGHT,
                  log=True)  # fmt: skip
    y = _loss_scale(losses)
    axis = _axes(x, y, lang, _COMPUTE, svg.powers(x.low, x.high))
    widths = sorted({n for n, *_ in found.points})
    drawn = [svg.unread([*axis, *_law(found, widths, x, y)])]
    for n, d, loss, seed in found.points:
        place = widths.index(n)
        at, height = x(float(n) * d), y(loss)
        said_so = f"{size(n, lang)} × {d:,} (s{seed}): {loss:.4f}"
        mark = svg.mark(svg.SHAPES[place % len(svg.SHAPES)], at, height,
                        kind=f"mark s{place % _KINDS}", size=3.8)  # fmt: skip
        drawn.append(svg.anchor("", said_so, svg.hit(at, height) + mark))
    drawn.append(_held_out(found, x, y, lang))
    return svg.sheet(drawn, ident="ladder", size=(_WIDE, _TALL), title=TITLE.say(lang),
                     description=outcome_sentence(found).say(lang))  # fmt: skip


def _loss_scale(losses: Sequence[float]) -> svg.Scale:
    low, high = min(losses), max(losses)
    room = 0.06 * (high - low) or 0.1
    return svg.Scale(low=low - room, high=high + room, start=_BOTTOM, end=_TOP)


def _axes(
    x: svg.Scale, y: svg.Scale, lang: Lang, across: Text, marks: Sequence[float]
) -> list[str]:
    found = [svg.label(_LOSS.say(lang), 0, 14, kind="axis"),
             svg.label(across.say(lang), _WIDE, 14, kind="axis", anchor="end")]  # fmt: skip
    for k in range(5):
        value = y.low + (y.high - y.low) * k / 4
        found.append(svg.line("grid", _LEFT, y(value), _WIDE, y(value)))
        found.append(svg.label(f"{value:.2f}", _LEFT - 8, y(value) + 4, kind="tick", anchor="end"))
    for value in marks:
        found.append(svg.line("grid", x(value), _TOP, x(value), _BOTTOM))
        shown = f"{value:.0e}".replace("e+", "e") if value >= 1e6 else f"{value:,.0f}"
        found.append(svg.label(shown, x(value), _BOTTOM + 18, kind="tick", anchor="middle"))
    return found


def _law(found: Outcome, widths: Sequence[int], x: svg.Scale, y: svg.Scale) -> list[str]:
    """What the laws say of each width over its lengths, and how far they are apart: a band.

    The held-out width is drawn from the shortest length of the others to its own.
    """
    if found.law is None:
        return []
    lengths = {n: sorted({d for m, d, _, _ in found.points if m == n}) for n in widths}
    if found.registered is not None:
        first = min(d for _, d, _, _ in found.points)
        lengths[found.registered.parameters] = [first, found.registered.tokens]
    lines = []
    for place, (n, own) in enumerate(lengths.items()):
        kind = f"s{place % _KINDS}"
        tokens = np.geomspace(own[0], own[-1], _STEPS_OF_A_LINE)
        told = [(x(float(n) * d), found.law.predict(n, d)) for d in tokens.tolist()]
        low = [(at, y(each.law_low)) for at, each in told]
        high = [(at, y(each.law_high)) for at, each in told]
        lines.append(svg.path(f"band {kind}", [*low, *reversed(high)], closed=True))
        lines.append(svg.path(f"stroke {kind}", [(at, y(each.loss)) for at, each in told]))
    return lines


def _held_out(found: Outcome, x: svg.Scale, y: svg.Scale, lang: Lang) -> str:
    said = found.registered
    if said is None:
        return ""
    at = x(float(said.parameters) * said.tokens)
    drawn = svg.line("whisker", at, y(said.low), at, y(said.high)) + svg.hit(at, y(said.loss))
    drawn += svg.mark("circle", at, y(said.loss), kind="hollow", size=4)
    if found.truth is not None:
        drawn += svg.mark("diamond", at, y(found.truth), kind="suspect", size=4)
    return svg.anchor("", outcome_sentence(found).say(lang), drawn)


# --- while it runs ------------------------------------------------------------------------------


def curves_chart(curves: Mapping[str, Curve]) -> Chart:
    """Losses of every rung by step, as far as they have got."""
    known = {name: curve for name, curve in curves.items() if len(curve) > 1}
    return Chart(
        key="curves", title=CURVES, finding=curves_sentence(curves),
        draw=partial(_draw_curves, known), columns=CURVE_COLUMNS,
        rows=tuple(
            Row(values={"rung": name, "step": curve[-1][0], "loss": curve[-1][1]})
            for name, curve in curves.items() if curve
        ),
        notes=(
            Text("训练时一批一批的损失，学习率还没有衰减完，比最后的高；不进拟合。",
                 "Losses of single batches in training, before the rate has decayed: higher than "
                 "in the end, and never fitted."),
        ),
    )  # fmt: skip


def curves_sentence(curves: Mapping[str, Curve]) -> Text:
    """How far the runs have got."""
    begun = {name: curve for name, curve in curves.items() if curve}
    if not begun:
        return Text("还没有开始训练。", "Nothing is being trained yet.")
    name, curve = max(begun.items(), key=lambda each: each[1][-1][0])
    return Text(
        f"{len(begun)} 级已经开始；走得最远的是 {name}，第 {curve[-1][0]:,} 步，"
        f"损失 {curve[-1][1]:.3f}。",
        f"{len(begun)} rungs have begun; {name} has got furthest, step {curve[-1][0]:,}, loss "
        f"{curve[-1][1]:.3f}.",
    )


def _draw_curves(curves: Mapping[str, Curve], lang: Lang) -> str:
    if not curves:
        return ""
    steps = [step for curve in curves.values() for step, _ in curve]
    losses = [loss for curve in curves.values() for _, loss in curve]
    x = svg.Scale(low=0, high=max(steps), start=_LEFT, end=_RIGHT)
    y = _loss_scale(losses)
    marks = [max(steps) * k / 4 for k in range(1, 5)]
    drawn = [svg.unread(_axes(x, y, lang, _STEPS, marks))]
    for place, (name, curve) in enumerate(sorted(curves.items())):
        line = svg.path(f"stroke s{place % _KINDS}", [(x(step), y(loss)) for step, loss in curve])
        drawn.append(svg.anchor("", f"{name}: {curve[-1][1]:.3f}", line))
    return svg.sheet(drawn, ident="curves", size=(_WIDE, _TALL), title=CURVES.say(lang),
                     description=curves_sentence(curves).say(lang))  # fmt: skip
