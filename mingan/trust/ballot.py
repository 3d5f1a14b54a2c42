"""From the votes on record to a ranking of the models: whose votes, on which answers, what style.

A person who voted twice on a pair counts with the newer vote; both bad is a tie. This module must
not know how a ranking is fitted or shown.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from itertools import pairwise

import numpy as np

from mingan.errors import UsageError
from mingan.records import Answer, Vote
from mingan.reports.by_grader import Grader
from mingan.reports.gather import gather
from mingan.reports.ranked import VoteRanking
from mingan.statistics import Flip, Ranking, Votes, rank_votes, share_lead, votes_of, votes_to_flip
from mingan.store import Reader
from mingan.trust.styles import markdown_marks

_WON = {"a": 1.0, "b": 0.0, "tie": 0.5, "both bad": 0.5}


def rank(
    store: Reader, *, by: str = "all", bank: str | None = None,
    models: Collection[str] | None = None, style: bool = False, level: float = 0.95,
) -> VoteRanking:  # fmt: skip
    """The ranking that votes give.

    Args:
        by: "people", "all", or a voter: person:NAME, judge, judge:NAME.
        style: rank at equal length and markdown.

    Raises:
        UsageError: an unknown voter, no votes, or none by that voter.
    """
    gathered = gather(store, bank=bank, models=models)
    answers = {answer.content: answer for answer in gathered.answers.values()}
    everything = list(store.votes())
    mine = _newest(vote for vote in everything if _gave(vote, by))
    here = [v for v in mine if v.answer_a in answers and v.answer_b in answers]
    here = [v for v in here if answers[v.answer_a].model != answers[v.answer_b].model]
    if not here:
        raise _none(by, gathered.bank, everything, answers)
    votes = _votes(here, answers)
    ranking = rank_votes(votes, style=style, level=level)
    return VoteRanking(
        bank=gathered.bank, by=by, ranking=ranking, flips=_flips(votes, ranking, style=style),
        elsewhere=len(mine) - len(here), voters=tuple(sorted({vote.by for vote in here})),
        judges=tuple(sorted({vote.by for vote in here if vote.authority == "judge"})),
        turned=sum(v.authority == "judge" and len(set(v.said)) > 1 for v in here),
    )  # fmt: skip


def _gave(vote: Vote, by: str) -> bool:
    if by == "all":
        return True
    grader = Grader.parse("person" if by == "people" else by)
    if grader.authority == "rule":
        raise UsageError("规则不投票。", "Rules cast no votes.")
    return vote.authority == grader.authority and (not grader.name or vote.by == grader.name)


def _newest(votes: Iterable[Vote]) -> list[Vote]:
    """The newest vote of each person on each pair, and every vote of a judge."""
    kept: dict[object, Vote] = {}
    for vote in votes:
        pair = (vote.by, vote.question_hash, frozenset((vote.answer_a, vote.answer_b)))
        kept[pair if vote.authority == "person" else vote.key] = vote
    return list(kept.values())


def _votes(votes: list[Vote], answers: dict[str, Answer]) -> Votes:
    sides = [(answers[v.answer_a], answers[v.answer_b]) for v in votes]
    lengths = np.array([[len(a.text), len(b.text)] for a, b in sides], dtype=float)
    marks = np.array([[markdown_marks(x.text) for x in side] for side in sides], dtype=float)
    return votes_of(
        [a.model for a, _ in sides], [b.model for _, b in sides],
        [_WON[vote.choice] for vote in votes], prompts=[vote.question_hash for vote in votes],
        styles={
            "length": share_lead(lengths[:, 0], lengths[:, 1]),
            "markdown": share_lead(marks[:, 0], marks[:, 1]),
        },
    )  # fmt: skip


def _flips(votes: Votes, ranking: Ranking, *, style: bool) -> tuple[Flip, ...]:
    """For every two neighbours, how few votes changed would exchange them."""
    placed = [s for s in ranking.strengths if s.state == "placed"]
    return tuple(
        votes_to_flip(votes, ahead.model, behind.model, style=style)
        for ahead, behind in pairwise(placed)
        if ahead.value > behind.value
    )


def _none(by: str, bank: str, votes: list[Vote], answers: dict[str, Answer]) -> UsageError:
    there = sorted({
        f"{vote.authority}:{vote.by}" for vote in votes if vote.answer_a in answers
    })  # fmt: skip
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
