"""The ranking by votes: strengths with their intervals, rank ranges, and what would turn it round.

Drawn as the score table is: the interval is the bar and the point sits on it. Between two
neighbours stands how many votes would exchange them, since an order that two votes turn round is
one to be careful with. A judge's votes never stand here without what is known of that judge.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import partial
from itertools import pairwise

from mingan.language import Lang, Text, counted
from mingan.reports.charts import svg
from mingan.reports.charts.chart import Chart, Column, Link, Row, Spot
from mingan.reports.safe import fit, short_name
from mingan.reports.sentences import named, percent, tidy
from mingan.reports.vote_ranking import JudgeVotes, VoteResult
from mingan.reports.words import WORDS
from mingan.statistics import Flip, Strength, wilson

TITLE = Text("按投票排名", "Ranking by votes")

_STATES = {
    "placed": Text("排上了", "placed"),
    "above": Text("没输过", "never lost"),
    "below": Text("没赢过", "never won"),
    "apart": Text("没法比", "not comparable"),
}
_WIDE, _LEFT, _RIGHT, _TOP, _STEP = 720, 190, 560, 44, 44
_NAME = 18
_ROOM = 60.0  # Elo beyond the outermost points
_STRENGTH = Text("强弱（Elo，平均 0）", "strength (Elo, mean 0)")
_VOTES = Text("改几票就换位", "votes to exchange")

COLUMNS = (
    Column(key="model", heading=WORDS["model"]),
    Column(key="state", heading=Text("名次", "Place"), words=_STATES),
    Column(key="rank_low", heading=Text("名次最好", "Rank from"), kind="count"),
    Column(key="rank_high", heading=Text("名次最差", "to"), kind="count"),
    Column(key="elo", heading=Text("Elo", "Elo"), kind="figure"),
    Column(key="low", heading=Text("区间低端", "Interval from"), kind="figure"),
    Column(key="high", heading=Text("区间高端", "to"), kind="figure"),
    Column(key="styled", heading=Text("同样文风的 Elo", "Elo at equal style"), kind="figure"),
    Column(key="votes", heading=Text("票数", "Votes"), kind="count"),
    Column(key="won", heading=Text("赢的", "Won"), kind="points"),
    Column(key="flip", heading=Text("改几票就换到下一名", "Votes to fall a place"), kind="count"),
)


def votes_chart(result: VoteResult | None, link: Link) -> Chart:
    """The ranking; without any votes, a sentence on how to get some."""
    strengths = result.ranking.strengths if result else ()
    return Chart(
        key="votes",
        title=TITLE,
        finding=finding(result),
        draw=partial(_draw, result, link),
        columns=COLUMNS if strengths else (),
        rows=tuple(_row(result, each, link) for each in strengths) if result else (),
        notes=_notes(result) if result else (),
    )


def finding(result: VoteResult | None) -> Text:
    """Who is ahead by the votes, and how little it would take to change that."""
    if result is None:
        return Text(
            "还没有人或裁判两两投过票。盲评选「两两相比」，或请裁判两两比较，这里就有图。",
            "Nobody has voted on pairs yet. Grade pairs blind, or have a judge compare in pairs, "
            "and the chart is here.",
        )
    placed = _placed(result)
    if len(placed) < 2:
        return Text(
            "票还排不出名次：还没有两个模型互有胜负。",
            "The votes do not make a ranking yet: no two models have each won something of the "
            "other.",
        )
    first, second = placed[0], placed[1]
    a, b = named(first.model), named(second.model)
    many = Text(f"按 {result.ranking.votes} 票", f"By {counted(result.ranking.votes, 'vote')}")
    tied = [s for s in placed[1:] if s.rank_low == 1]
    if not tied:
        said = tidy(f"{many.zh}，{a.zh} 排第一", f"{many.en}, {a.en} comes first")
    elif len(tied) == 1:
        c = named(tied[0].model)
        said = tidy(
            f"{many.zh}，{a.zh} 和 {c.zh} 分不出高下", f"{many.en}, {a.en} and {c.en} cannot be "
            "told apart",
        )  # fmt: skip
    else:
        said = tidy(
            f"{many.zh}，{a.zh} 等 {len(tied) + 1} 个模型分不出高下",
            f"{many.en}, {a.en} and {len(tied)} more cannot be told apart",
        )
    flip = result.flips.get(first.model)
    if flip is None or flip.enough is None:
        return Text(f"{said.zh}。", f"{said.en}.")
    return tidy(
        f"{said.zh}；{'' if flip.exact else '最多'}改 {flip.enough} 票，{b.zh} 就排到它前面。",
        f"{said.en}; {'' if flip.exact else 'at most '}{counted(flip.enough, 'changed vote')} would"
        f" put {b.en} ahead of it.",
    )


def _placed(result: VoteResult) -> list[Strength]:
    return [s for s in result.ranking.strengths if s.state == "placed"]


def _notes(result: VoteResult) -> tuple[Text, ...]:
    ties = f"{result.ranking.ties:.0%}"
    level = percent(result.ranking.level)
    reading = Text(
        f"点是强弱，横条是 {level} 区间（按题重抽）；平票（{ties}）两边各算半个胜。右边的数是：至少"
        "改掉几票，这个模型就和下一个换位；票越少，这个先后越不牢。名次写成一段，表示段内分不出。",
        f"Points are strengths, bars {level} intervals (questions drawn anew); a tie ({ties}) is "
        "half a win for each. The number on the right is how many votes would have to change for "
        "the model to fall behind the next: the fewer, the less firm. A range of ranks means the "
        "order within it is not settled.",
    )
    whose = Text(
        f"用到的票：人 {result.people}，裁判 {result.judges}。人投过的对子，不再听裁判的。",
        f"Votes used: {result.people} by people, {result.judges} by judges. Where people have "
        "voted on a pair, judges are not heard.",
    )
    return (*map(judge_sentence, result.by_judge), whose, reading)


def judge_sentence(judge: JudgeVotes) -> Text:
    """What is known of a judge's votes; said wherever they are shown."""
    name = named(judge.judge)
    turned = f"{judge.turned / judge.votes:.0%}"
    start = Text(
        f"裁判 {name.zh} 投了 {judge.votes} 票，{turned} 换了先后就改口",
        f"The judge {name.en} gave {counted(judge.votes, 'vote')}, {turned} of which changed with "
        "the order",
    )
    if not judge.both:
        return tidy(
            f"{start.zh}；还没有人核对过它的票。", f"{start.en}; nobody has checked its votes yet."
        )
    low, high = wilson(judge.same, judge.both)
    share, ends = f"{judge.same / judge.both:.0%}", f"{low:.0%}–{high:.0%}"
    return tidy(
        f"{start.zh}；人也投过的 {judge.both} 对里，它和人一样的有 {judge.same} 对"
        f"（{share}，区间 {ends}）。",
        f"{start.en}; of {counted(judge.both, 'pair')} that people voted on too, it chose the same "
        f"on {judge.same} ({share}, interval {ends}).",
    )


def _row(result: VoteResult, strength: Strength, link: Link) -> Row:
    flip = result.flips.get(strength.model)
    styled = {s.model: s for s in result.styled.strengths} if result.styled else {}
    beside = styled.get(strength.model)
    return Row(
        values={
            "model": strength.model,
            "state": strength.state,
            "rank_low": strength.rank_low or None,
            "rank_high": strength.rank_high or None,
            "elo": _number(strength.elo),
            "low": _number(strength.low),
            "high": _number(strength.high),
            "styled": _number(beside.elo) if beside else None,
            "votes": strength.votes,
            "won": _number(strength.won),
            "flip": flip.enough if flip else None,
        },
        link=link(Spot(model=strength.model)),
    )


def _number(value: float) -> float | None:
    return value if math.isfinite(value) else None


# --- drawing ------------------------------------------------------------------------------------


def _draw(result: VoteResult | None, link: Link, lang: Lang) -> str:
    placed = _placed(result) if result else []
    if result is None or len(placed) < 2:
        return ""
    ends = [e for s in placed for e in (s.low, s.elo, s.high) if math.isfinite(e)]
    scale = svg.Scale(
        low=min(ends) - _ROOM / 4, high=max(ends) + _ROOM / 4, start=_LEFT, end=_RIGHT
    )
    tall = _TOP + _STEP * len(placed)
    parts = [svg.unread(_axes(scale, tall, lang))]
    for i, strength in enumerate(placed):
        parts.append(_strength(strength, scale, _TOP + _STEP * i + 10, link, lang))
    for i, (ahead, _) in enumerate(pairwise(placed)):
        parts.append(_flip(result.flips.get(ahead.model), _TOP + _STEP * i + _STEP // 2 + 10))
    return svg.sheet(
        parts, ident="votes", size=(_WIDE, tall), title=TITLE.say(lang),
        description=finding(result).say(lang), linked=True, kind="plot",
    )  # fmt: skip


def _axes(scale: svg.Scale, tall: float, lang: Lang) -> list[str]:
    found = []
    for mark in _marks(scale.low, scale.high):
        kind = "zeroline" if mark == 0 else "grid"
        found.append(svg.line(kind, scale(mark), _TOP - 14, scale(mark), tall - 14))
        text = _signed(mark)
        found.append(svg.label(text, scale(mark), _TOP - 20, kind="tick", anchor="middle"))
    found.append(svg.label(_STRENGTH.say(lang), _LEFT - 2, 10, kind="axis"))
    found.append(svg.label(_VOTES.say(lang), _WIDE, 10, kind="axis", anchor="end"))
    return found


def _marks(low: float, high: float) -> Sequence[float]:
    """Round values along the axis, zero among them."""
    span = high - low
    step = next((s for s in (10, 20, 50, 100, 200, 500, 1000) if span / s <= 7), 2000)
    first, last = math.ceil(low / step), math.floor(high / step)
    return [step * k for k in range(first, last + 1)]


def _strength(strength: Strength, scale: svg.Scale, y: float, link: Link, lang: Lang) -> str:
    ranks = _ranks(strength)
    low = strength.low if math.isfinite(strength.low) else scale.low
    high = strength.high if math.isfinite(strength.high) else scale.high
    name = short_name(strength.model)
    drawn = (
        svg.label(ranks, 0, y + 4, kind="rank")
        + svg.label(fit(name, _NAME), 46, y + 4, kind="name")
        + svg.line("range", scale(low), y, scale(high), y)
        + svg.hit(scale(strength.elo), y)
        + svg.mark("circle", scale(strength.elo), y, kind="dot", size=4)
        + svg.label(_signed(strength.elo), _RIGHT + 14, y + 4, kind="value")
    )
    said = Text(
        f"{name}：Elo {strength.elo:.0f}，名次 {ranks}，{strength.votes} 票",
        f"{name}: Elo {strength.elo:.0f}, rank {ranks}, {counted(strength.votes, 'vote')}",
    )
    return svg.anchor(link(Spot(model=strength.model)), said.say(lang), drawn)


def _signed(elo: float) -> str:
    return f"{elo:+.0f}".replace("-", "−") if round(elo) else "0"


def _ranks(strength: Strength) -> str:
    low, high = strength.rank_low, strength.rank_high
    return f"{low}" if low == high else f"{low}–{high}"


def _flip(flip: Flip | None, y: float) -> str:
    """How many votes would exchange the two rows between which it stands."""
    if flip is None:
        number = "0"
    elif flip.enough is None:
        number = f">{flip.at_least}"
    else:
        number = f"{flip.enough}" if flip.exact else f"≤{flip.enough}"
    x = _WIDE - 16
    return svg.line("frontier", x - 44, y, x - 26, y) + svg.label(
        number, x, y + 4, kind="head", anchor="end"
    )
