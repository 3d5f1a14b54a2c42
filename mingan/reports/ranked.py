"""A ranking of models by pairwise votes: its shape, its sentences and its table.

It says no more than the votes bear: a place is a range of ranks, and how few votes would exchange
two neighbours stands beside it. The module must not know how the ranking was fitted.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from mingan.language import Text, counted
from mingan.reports.ruled import ruled
from mingan.reports.safe import short_name
from mingan.reports.sentences import named, percent, tidy
from mingan.statistics import Flip, Ranking, Strength, StyleEffect

if TYPE_CHECKING:
    from rich.table import Table

STYLES = {"length": Text("长", "length"), "markdown": Text("排版符号", "markdown")}
_STATES = {
    "above": Text("没输过", "never lost"),
    "below": Text("没赢过", "never won"),
    "apart": Text("连不上", "not joined"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class VoteRanking:
    """Models by votes.

    Attributes:
        by, whose: whose votes, as asked and in words; `voters` their names. Where people voted on a
            pair, judges' votes on it do not count.
        flips: for every two neighbours that have a place; none where style was taken out.
        elsewhere: votes on answers that are not of this bank and these models.
        turned: judges' votes that changed with the order of the two answers.
        judges: those of the voters that are judges, whose track record must stand beside it.
    """

    bank: str
    by: str
    whose: Text
    ranking: Ranking
    flips: tuple[Flip, ...]
    elsewhere: int
    turned: int
    voters: tuple[str, ...]
    judges: tuple[str, ...] = ()


def ranking_sentence(found: VoteRanking) -> Text:
    """Who comes first by the votes, if anybody does for certain."""
    ranking = found.ranking
    placed = [s for s in ranking.strengths if s.state == "placed"]
    start = Text(
        f"{ranking.votes:,} 票、{ranking.prompts:,} 道题（{found.whose.zh}）：",
        f"{counted(ranking.votes, 'vote')} on {counted(ranking.prompts, 'question')} "
        f"({found.whose.en}):",
    )
    if len(placed) < 2:
        every = ranking.votes + ranking.left_out  # no place, and so none of them was used
        return tidy(
            f"有 {every:,} 票（{found.whose.zh}），还排不出名次：没有两个模型既赢过又输过。",
            f"{counted(every, 'vote')} ({found.whose.en}) and no ranking yet, since no two models "
            "have both won and lost.",
        )
    first = [s for s in placed if s.rank_low == 1]
    if len(first) == 1 and first[0].rank_high == 1:
        name = named(first[0].model)
        end = Text(f"{name.zh} 排第一。", f"{name.en} comes first.")
    elif len(first) == len(placed):
        end = Text("谁排第一还说不准。", "who comes first cannot be said yet.")
    else:
        names = [named(s.model) for s in first[:3]]
        more = len(first) - len(names)
        zh, en = "、".join(n.zh for n in names), ", ".join(n.en for n in names)
        end = Text(
            f"第一名在 {zh}{f' 等 {len(first)} 个' if more else ''} 之中，还分不出。",
            f"the first is one of {en}{f' and {more} more' if more else ''}; which, cannot be "
            "said yet.",
        )
    return tidy(start.zh + end.zh, f"{start.en} {end.en}")


def flip_sentence(flip: Flip) -> Text:
    """How few votes would exchange two neighbours."""
    a, b = named(flip.ahead), named(flip.behind)
    if flip.enough is None:
        return tidy(
            f"{a.zh} 和 {b.zh} 换名次，至少要改 {flip.at_least} 票。",
            f"To exchange {a.en} and {b.en}, at least {flip.at_least} votes would have to change.",
        )
    start = "只要" if flip.exact else "最多只要"
    return tidy(
        f"{start}改 {flip.enough} 票（共 {flip.votes:,} 票），{b.zh} 就排到 {a.zh} 前面。",
        f"{'' if flip.exact else 'At most '}{counted(flip.enough, 'vote')} of {flip.votes:,} "
        f"changed would put {b.en} before {a.en}.",
    )


def style_sentence(effect: StyleEffect) -> Text:
    """Whether the voters lean to a style, all else equal."""
    style = STYLES.get(effect.style, Text(effect.style, effect.style))
    if math.isnan(effect.low) or effect.low <= 0 <= effect.high:
        return Text(
            f"看不出投票的人或裁判偏向{style.zh}。", f"No leaning to {style.en} shows in the votes."
        )
    more = effect.value > 0
    return Text(
        f"同样好的两个回答，{style.zh}{'多' if more else '少'}的更容易赢（系数 {effect.value:.2f}，"
        f"区间 {effect.low:.2f} 到 {effect.high:.2f}）；名次已经扣掉这一点。",
        f"Of two answers as good, the one with {'more' if more else 'less'} {style.en} wins more "
        f"often (coefficient {effect.value:.2f}, {effect.low:.2f} to {effect.high:.2f}); the "
        "ranks have that taken out.",
    )


def notes(found: VoteRanking) -> list[Text]:
    """What else should be known: ties, votes that do not count, changed minds of judges."""
    said = [
        Text(
            f"平手占 {found.ranking.ties:.0%}；名次范围的把握是 {percent(found.ranking.level)}，"
            "几个模型一起算。",
            f"{found.ranking.ties:.0%} are ties; the ranges of ranks hold together at "
            f"{percent(found.ranking.level)}.",
        )
    ]
    if found.turned:
        said.append(
            Text(
                f"裁判有 {found.turned:,} 票换了先后就改口，算平手。",
                f"{counted(found.turned, 'vote')} of judges changed with the order and count as "
                "ties.",
            )
        )
    if found.elsewhere or found.ranking.left_out:
        said.append(
            Text(
                f"没有算进来的：别处的 {found.elsewhere:,} 票，排不上名次的模型的 "
                f"{found.ranking.left_out:,} 票。",
                f"Not counted: {counted(found.elsewhere, 'vote')} on other answers, "
                f"{found.ranking.left_out:,} about models without a place.",
            )
        )
    return said


def ranking_table(found: VoteRanking) -> Table:
    """Rank range, Elo with its interval, share won."""
    heads = (Text("名次", "Rank"), Text("模型", "Model"), Text("Elo", "Elo"),
             Text("区间", "Interval"), Text("胜率", "Won"), Text("票", "Votes"))  # fmt: skip
    rows = (
        (_rank(row), short_name(row.model), _elo(row.elo),
         f"{_elo(row.low)} … {_elo(row.high)}" if row.state == "placed" else "–",
         f"{row.won:.0%}", f"{row.votes:,}")
        for row in found.ranking.strengths
    )  # fmt: skip
    return ruled(heads, rows, left=(1,))


def ranking_document(found: VoteRanking) -> dict[str, Any]:
    """What `mingan votes --json` prints."""
    sentence = ranking_sentence(found)
    return {
        "bank": found.bank,
        "by": found.by,
        "voters": list(found.voters),
        "sentence_zh": sentence.zh,
        "sentence_en": sentence.en,
        "votes": found.ranking.votes,
        "prompts": found.ranking.prompts,
        "left_out": found.ranking.left_out,
        "elsewhere": found.elsewhere,
        "turned": found.turned,
        "ties": found.ranking.ties,
        "level": found.ranking.level,
        "models": [
            {
                "model": row.model, "state": row.state, "elo": row.elo, "low": row.low,
                "high": row.high, "rank_low": row.rank_low, "rank_high": row.rank_high,
                "votes": row.votes, "won": row.won,
            }
            for row in found.ranking.strengths
        ],
        "styles": [
            {"style": one.style, "value": one.value, "low": one.low, "high": one.high}
            for one in found.ranking.styles
        ],
        "flips": [
            {
                "ahead": flip.ahead, "behind": flip.behind, "enough": flip.enough,
                "at_least": flip.at_least, "votes": flip.votes,
            }
            for flip in found.flips
        ],
    }  # fmt: skip


def _rank(row: Strength) -> str:
    if row.state != "placed":
        return _STATES[row.state].say()
    if not row.rank_low:
        return "–"
    low, high = row.rank_low, row.rank_high
    return str(low) if low == high else f"{low}–{high}"


def _elo(value: float) -> str:
    if math.isnan(value):
        return "–"
    if math.isinf(value):
        return "∞" if value > 0 else "−∞"
    return f"{value:+.0f}".replace("-", "−")
