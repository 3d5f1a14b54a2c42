"""Public question against hidden twin: a model on the diagonal did as well on both.

The upright bar is the interval of the gap, put where the twin's score would be: as long as it
crosses the diagonal, there may be no gap at all. What may be said of a model is not decided here
but in `twin_sentences`.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import partial
from typing import get_args

from mingan.language import Lang, Text
from mingan.reports.charts import svg
from mingan.reports.charts.chart import Chart, Column, Link, Row, Spot
from mingan.reports.charts.labels import Box, around, place
from mingan.reports.safe import fit, short_name
from mingan.reports.sentences import named, points, tidy
from mingan.reports.twin_pairs import TwinResult
from mingan.reports.twin_sentences import TwinVerdict, twin_sentence, twin_verdict, twin_words
from mingan.reports.words import WORDS

TITLE = Text("明题与暗题", "Public question and hidden twin")

_PUBLIC = Text("明题得分", "Score in public")
_HIDDEN = Text("暗题得分", "Score on the twins")
_ORIGINS = {
    "coin": Text("抛过硬币的对子", "pairs dealt by a coin"),
    "made": Text("模板变出的", "made from templates"),
}
_VERDICTS = {verdict.replace(" ", "-"): twin_words(verdict) for verdict in get_args(TwinVerdict)}
_WIDE, _TALL = 560, 520
_LEFT, _RIGHT, _TOP, _BOTTOM = 46, 536, 24, 464
_NAMED = 3

COLUMNS = (
    Column(key="model", heading=WORDS["model"]),
    Column(key="pairs", heading=Text("对数", "Pairs"), kind="count"),
    Column(key="origin", heading=Text("怎么来的", "Origin"), words=_ORIGINS),
    Column(key="public", heading=_PUBLIC, kind="points"),
    Column(key="hidden", heading=_HIDDEN, kind="points"),
    Column(key="gap", heading=Text("明减暗", "Gap"), kind="points"),
    Column(key="low", heading=Text("区间低端", "Interval from"), kind="points"),
    Column(key="high", heading=Text("区间高端", "to"), kind="points"),
    Column(key="p", heading=Text("p（校正后）", "p, corrected"), kind="figure"),
    Column(key="verdict", heading=Text("怎么看", "Verdict"), words=_VERDICTS),
)


def twins_chart(results: Sequence[TwinResult], link: Link) -> Chart:
    """Every model that answered both; without any, a sentence on how to ask twins."""
    shown = sorted((r for r in results if r.test.pairs), key=_urgency)
    return Chart(
        key="twins",
        title=TITLE,
        finding=finding(shown),
        draw=partial(_draw, shown, link),
        columns=COLUMNS if results else (),
        rows=tuple(_row(result, link) for result in results),
        notes=_notes(shown),
    )


def _urgency(result: TwinResult) -> tuple[bool, float]:
    """Accused models first: their names are written before the others take the room."""
    return result.p is None, 1.0 if result.p is None else result.p


def finding(results: Sequence[TwinResult]) -> Text:
    """Who is suspected of having seen the public questions, and whether one could tell at all."""
    if not results:
        return Text(
            "还没有问过这个题库的暗题，看不出有没有模型见过题。问一遍暗题，这里就有图。",
            "Nobody was asked the hidden twins of this bank, so it cannot be told whether a model "
            "had seen the questions. Ask the twins, and the chart is here.",
        )
    verdicts = {id(result): twin_verdict(result.test, p=result.p) for result in results}
    suspects = [r for r in results if verdicts[id(r)] in ("suspicious", "contaminated")]
    if suspects:
        return _accused(suspects, [verdicts[id(r)] for r in suspects])
    clean = [r for r in results if verdicts[id(r)] == "no sign"]
    if not clean:
        return Text(
            "说不准有没有模型见过题：这些对子太少，或者没有用抛硬币决定哪一道公开。",
            "It cannot be told whether any model had seen the questions: the pairs are too few, or "
            "no coin decided which half was published.",
        )
    models = {r.model for r in results}
    smallest = points(max(r.test.detectable for r in clean))
    if len({r.model for r in clean}) == len(models):
        return Text(
            f"{len(models)} 个模型都没有见过题的迹象；差 {smallest} 分以上，多半看得出来。",
            f"No sign that any of {len(models)} models had seen the questions; a gap of "
            f"{smallest} points or more would most likely have shown.",
        )
    cleared = len({r.model for r in clean})
    return Text(
        f"{len(models)} 个模型里，{cleared} 个没有见过题的迹象，其余的说不准。",
        f"No sign in {cleared} of {len(models)} models that they had seen the questions; of the "
        "others it cannot be told.",
    )


def _accused(suspects: Sequence[TwinResult], verdicts: Sequence[TwinVerdict]) -> Text:
    """Who, in one sentence; the numbers of each are said below the drawing."""
    names = [named(result.model) for result in suspects[:_NAMED]]
    more, one = len(suspects) - len(names), len(suspects) == 1
    zh, en = "、".join(n.zh for n in names), ", ".join(n.en for n in names)
    if more:
        zh, en = f"{zh} 等 {len(suspects)} 个模型", f"{en} and {more} more"
    else:
        zh += " "
    if all(verdict == "contaminated" for verdict in verdicts):
        return tidy(
            f"{zh}受了污染，见过这些题。",
            f"{en} {'is contaminated: it' if one else 'are contaminated: they'} had seen these "
            "questions.",
        )
    return tidy(
        f"{zh}可疑，像是见过这些题。",
        f"{en} {'is suspicious: it' if one else 'are suspicious: they'} may have seen these "
        "questions.",
    )


def _notes(results: Sequence[TwinResult]) -> tuple[Text, ...]:
    if not results:
        return ()
    reading = Text(
        "横轴是公开的题，纵轴是没有公开过的暗题，只算两边都有定论的对子。在斜线上，就是一样好；"
        "在斜线下方，是明题答得更好。竖线是差距的区间，碰到斜线，就可能没有差距。"
        "圆点是抛过硬币的对子；方块是模板变出的暗题，只看、不下结论。",
        "Across: public questions. Up: hidden twins, over the pairs with a verdict on both. On "
        "the diagonal a model is as good on both, below it better in public. The bars are "
        "intervals of the gap: one that touches the diagonal may be no gap. Discs are pairs dealt "
        "by a coin, squares twins made from templates, on which no verdict rests.",
    )
    verdicts = [(result, twin_verdict(result.test, p=result.p)) for result in results]
    suspects = [r for r, verdict in verdicts if verdict in ("suspicious", "contaminated")]
    return (*(twin_sentence(r.model, r.test, p=r.p) for r in suspects), reading)


def _row(result: TwinResult, link: Link) -> Row:
    test = result.test
    return Row(
        values={
            "model": result.model,
            "pairs": test.pairs,
            "origin": result.origin,
            "public": _number(test.public),
            "hidden": _number(test.hidden),
            "gap": _number(test.gap),
            "low": test.low if test.pairs else None,
            "high": test.high if test.pairs else None,
            "p": result.p,
            "verdict": twin_verdict(test, p=result.p).replace(" ", "-"),
        },
        link=link(Spot(model=result.model)),
    )


def _number(value: float) -> float | None:
    return None if math.isnan(value) else value


# --- drawing ------------------------------------------------------------------------------------


def _draw(results: Sequence[TwinResult], link: Link, lang: Lang) -> str:
    if not results:
        return ""
    x = svg.Scale(low=0, high=1, start=_LEFT, end=_RIGHT)
    y = svg.Scale(low=0, high=1, start=_BOTTOM, end=_TOP)
    bars = [_whisker(result, x, y) for result in results]
    drawn = [
        svg.unread(_axes(x, y, lang)),
        *(svg.line("whisker", *bar) for bar in bars),
        *_points(results, x, y, link, lang, lines=[around(*bar) for bar in bars]),
    ]
    return svg.sheet(
        drawn, ident="twins", size=(_WIDE, _TALL), title=TITLE.say(lang),
        description=finding(results).say(lang), linked=True, kind="small",
    )  # fmt: skip


def _axes(x: svg.Scale, y: svg.Scale, lang: Lang) -> list[str]:
    found = []
    for mark in (0.0, 0.25, 0.5, 0.75, 1.0):
        found.append(svg.line("grid", _LEFT, y(mark), _RIGHT, y(mark)))
        found.append(svg.line("grid", x(mark), _TOP, x(mark), _BOTTOM))
        text = f"{mark * 100:g}"
        found.append(svg.label(text, _LEFT - 8, y(mark) + 4, kind="tick", anchor="end"))
        found.append(svg.label(text, x(mark), _BOTTOM + 18, kind="tick", anchor="middle"))
    found.append(svg.line("diagonal", x(0), y(0), x(1), y(1)))
    found.append(svg.label(_HIDDEN.say(lang), 0, 13, kind="axis"))
    found.append(svg.label(_PUBLIC.say(lang), _RIGHT, _TALL - 16, kind="axis", anchor="end"))
    return found


def _whisker(result: TwinResult, x: svg.Scale, y: svg.Scale) -> tuple[float, float, float, float]:
    test = result.test
    at = x(test.public)
    return at, y(test.public - test.high), at, y(test.public - test.low)


def _points(
    results: Sequence[TwinResult],
    x: svg.Scale,
    y: svg.Scale,
    link: Link,
    lang: Lang,
    *,
    lines: Sequence[Box],
) -> list[str]:
    verdicts = [twin_verdict(result.test, p=result.p) for result in results]
    accused = [verdict in ("suspicious", "contaminated") for verdict in verdicts]
    shown = [
        fit(short_name(result.model), 18) + (f" · {twin_words(verdict).say(lang)}" if bad else "")
        for result, verdict, bad in zip(results, verdicts, accused, strict=True)
    ]
    spots = [
        (x(result.test.public), y(result.test.hidden), svg.text_width(name))
        for result, name in zip(results, shown, strict=True)
    ]
    frame = Box(_LEFT, _TOP - 12, _WIDE, _BOTTOM)
    found = []
    places = place(spots, frame=frame, lines=lines)
    for result, verdict, bad, name, spot, put in zip(
        results, verdicts, accused, shown, spots, places, strict=True
    ):
        shape: svg.Shape = "circle" if result.origin == "coin" else "square"
        drawn = svg.hit(*spot[:2]) + svg.mark(
            shape,
            *spot[:2],
            kind="suspect" if bad else "dot" if result.p is not None else "hollow",
            size=5,
        )
        if put is not None:
            drawn += svg.label(name, put.x, put.y, kind="name warn" if bad else "name")
        numbers = f"{points(result.test.public)} / {points(result.test.hidden)}"
        said = (
            f"{short_name(result.model)} ({_ORIGINS[result.origin].say(lang)}): {numbers} · "
            f"{twin_words(verdict).say(lang)}"
        )
        found.append(svg.anchor(link(Spot(model=result.model)), said, drawn))
    return found
