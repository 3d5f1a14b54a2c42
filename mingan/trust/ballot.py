"""Whose votes make a ranking: people's, one judge's, or all of them.

How votes on one bank are brought together is in `reports.vote_ranking`. This module must not know
how a ranking is fitted or shown.
"""

from __future__ import annotations

from collections.abc import Collection

from mingan.errors import UsageError
from mingan.language import Text
from mingan.records import Vote
from mingan.reports.by_grader import Grader
from mingan.reports.gather import gather
from mingan.reports.ranked import VoteRanking
from mingan.reports.vote_ranking import STYLED, rank_by_votes
from mingan.store import Reader


def rank(
    store: Reader, *, by: str = "all", bank: str | None = None,
    models: Collection[str] | None = None, style: bool = False,
) -> VoteRanking:  # fmt: skip
    """The ranking that votes give.

    Args:
        by: "people", "all", or a voter: person:NAME, judge, judge:NAME.
        style: rank at equal length and markdown.

    Raises:
        UsageError: an unknown voter, no votes, none by that voter, or too few to tell style.
    """
    grader = _grader(by)
    gathered = gather(store, bank=bank, models=models)
    everything = list(store.votes())
    mine = [vote for vote in everything if grader is None or _gave(vote, grader)]
    found = rank_by_votes(mine, gathered)
    contents = {answer.content for answer in gathered.answers.values()}
    if found is None:
        raise _none(by, gathered.bank, everything, contents)
    if style and found.styled is None:
        raise UsageError(
            f"票太少（{found.ranking.votes}），扣不掉长短和排版的影响；至少要 {STYLED} 票。",
            f"{found.ranking.votes} votes are too few to take style out; {STYLED} are needed.",
        )
    here = [vote for vote in mine if {vote.answer_a, vote.answer_b} <= contents]
    return VoteRanking(
        bank=gathered.bank, by=by,
        whose=Text("人和裁判", "people and judges") if grader is None else grader.words,
        ranking=found.styled if style and found.styled else found.ranking,
        flips=() if style else tuple(found.flips.values()),
        elsewhere=len(mine) - len(here),
        voters=tuple(sorted({vote.by for vote in here})),
        judges=tuple(one.judge for one in found.by_judge),
        turned=sum(one.turned for one in found.by_judge),
    )  # fmt: skip


def _grader(by: str) -> Grader | None:
    """Whom `by` names; None is everybody."""
    if by == "all":
        return None
    grader = Grader.parse("person" if by == "people" else by)
    if grader.authority == "rule":
        raise UsageError("规则不投票。", "Rules cast no votes.")
    return grader


def _gave(vote: Vote, grader: Grader) -> bool:
    return vote.authority == grader.authority and (not grader.name or vote.by == grader.name)


def _none(by: str, bank: str, votes: list[Vote], contents: set[str]) -> UsageError:
    there = sorted({f"{v.authority}:{v.by}" for v in votes if v.answer_a in contents})
    if there:
        return UsageError(
            f"{by} 没有在题库 {bank} 投过票。投过的有：{'、'.join(there)}。",
            f"There are no votes of {by} on {bank}. Those that voted: {', '.join(there)}.",
        )
    return UsageError(
        f"题库 {bank} 还没有投票。请人在网页上两两比较（mingan serve），或请裁判："
        "mingan grade --judge 模型 --kind pair",
        f"There are no votes on {bank} yet. Have people compare pairs (mingan serve), or a judge: "
        "mingan grade --judge NAME --kind pair",
    )
