"""Votes between two answers, brought together for one bank: a ranking, and how firmly it stands.

Votes are people's and judges'. On a pair of answers that people have voted on, judges are not
heard: a person goes before a judge here as everywhere. How often each judge votes as people do,
and how often it chose otherwise when the answers stood the other way round, is counted beside.
The module writes no sentence and draws nothing.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise

from mingan.grading.judging import asked_as
from mingan.normal import without_thinking
from mingan.records import Answer, Choice, Vote
from mingan.reports.gather import Gathered
from mingan.reports.styles import markdown_marks
from mingan.statistics import Flip, Ranking, rank_votes, share_lead, votes_of, votes_to_flip
from mingan.statistics.votes import Votes

STYLED = 30
"""Votes from which on style is taken out beside."""

_TRIES = 400
_WON: dict[Choice, float] = {"a": 1.0, "b": 0.0, "tie": 0.5, "both bad": 0.5}

Pair = tuple[str, frozenset[str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgeVotes:
    """What is known of one judge's votes.

    Attributes:
        votes: all that it gave; `turned`: those where it chose otherwise with the order.
        both, same: pairs that people voted on too, and those on which they chose the same.
    """

    judge: str
    votes: int
    turned: int
    both: int
    same: int


@dataclass(frozen=True, slots=True, kw_only=True)
class VoteResult:
    """A ranking by votes.

    Attributes:
        styled: the same at equal length and markdown; None where the votes are too few.
        flips: by the model that is ahead, what it takes to exchange it with the next one.
        people, judges: how many of the votes used are whose.
    """

    ranking: Ranking
    styled: Ranking | None
    flips: dict[str, Flip]
    people: int
    judges: int
    by_judge: tuple[JudgeVotes, ...]


def rank_by_votes(votes: Iterable[Vote], gathered: Gathered) -> VoteResult | None:
    """The ranking by all votes on a bank's answers; None where there are none.

    Args:
        votes: oldest first; of one voter's votes on a pair the newest counts.
    """
    answers = {answer.content: answer for answer in gathered.answers.values()}
    known = {question.hash: question.id for question in gathered.questions}
    people, judges = _standing(votes, answers, known)
    used = [*people.values()]
    heard = {(vote.question_hash, _contents(vote)) for vote in used}
    used += [vote for (_, pair, _), vote in judges.items() if pair not in heard]
    used = [v for v in used if answers[v.answer_a].model != answers[v.answer_b].model]
    if not used:
        return None
    table = _table(used, answers, known)
    ranking = rank_votes(table)
    return VoteResult(
        ranking=ranking,
        styled=rank_votes(table, style=True) if len(used) >= STYLED else None,
        flips=_flips(table, ranking),
        people=sum(vote.authority == "person" for vote in used),
        judges=sum(vote.authority == "judge" for vote in used),
        by_judge=_by_judge(list(judges.values()), list(people.values())),
    )


def judges_beside_people(votes: Iterable[Vote], gathered: Gathered) -> tuple[JudgeVotes, ...]:
    """What is known of every judge that voted on a bank's answers, whoever's votes are ranked.

    Args:
        votes: everybody's, oldest first.
    """
    answers = {answer.content: answer for answer in gathered.answers.values()}
    known = {question.hash: question.id for question in gathered.questions}
    people, judges = _standing(votes, answers, known)
    return _by_judge(list(judges.values()), list(people.values()))


def _standing(
    votes: Iterable[Vote], answers: dict[str, Answer], known: dict[str, str]
) -> tuple[dict[tuple[str, Pair], Vote], dict[tuple[str, Pair, str], Vote]]:
    """The newest vote of every person and of every judge's every repeat, on these answers."""
    people: dict[tuple[str, Pair], Vote] = {}
    judges: dict[tuple[str, Pair, str], Vote] = {}
    newest: dict[tuple[str, Pair], str] = {}
    for vote in votes:
        there = vote.answer_a in answers and vote.answer_b in answers
        if not there or vote.question_hash not in known:
            continue
        pair = (vote.question_hash, _contents(vote))
        if vote.authority == "person":
            people[vote.by, pair] = vote
        else:
            judges[vote.by, pair, vote.version] = vote
            newest[vote.by, pair] = asked_as(vote.version)
    return people, {
        key: vote
        for key, vote in judges.items()
        if asked_as(vote.version) == newest[key[0], key[1]]
    }


def _contents(vote: Vote) -> frozenset[str]:
    return frozenset((vote.answer_a, vote.answer_b))


def _table(used: list[Vote], answers: dict[str, Answer], known: dict[str, str]) -> Votes:
    first = [answers[vote.answer_a] for vote in used]
    second = [answers[vote.answer_b] for vote in used]
    return votes_of(
        [answer.model for answer in first],
        [answer.model for answer in second],
        [_WON[vote.choice] for vote in used],
        prompts=[known[vote.question_hash] for vote in used],
        styles={
            "length": share_lead(list(map(_length, first)), list(map(_length, second))),
            "markdown": share_lead(list(map(_marks, first)), list(map(_marks, second))),
        },
    )


def _length(answer: Answer) -> int:
    return len(without_thinking(answer.text))


def _marks(answer: Answer) -> int:
    return markdown_marks(answer.text)


def _flips(table: Votes, ranking: Ranking) -> dict[str, Flip]:
    """What it takes to exchange neighbours; models whose strength is the very same are left out."""
    placed = [s for s in ranking.strengths if s.state == "placed"]
    return {
        ahead.model: votes_to_flip(table, ahead.model, behind.model, tries=_TRIES)
        for ahead, behind in pairwise(placed)
        if ahead.value - behind.value > 1e-9 and not math.isnan(ahead.value)
    }


def _by_judge(judged: list[Vote], people: list[Vote]) -> tuple[JudgeVotes, ...]:
    """Each judge beside people; a person's vote may name the answers in the other order."""
    human: dict[Pair, list[Vote]] = {}
    for vote in people:
        human.setdefault((vote.question_hash, _contents(vote)), []).append(vote)
    found = []
    for judge in dict.fromkeys(vote.by for vote in judged):
        mine = [vote for vote in judged if vote.by == judge]
        both = [
            _for(vote, vote.answer_a) == _for(theirs, vote.answer_a)
            for vote in mine
            for theirs in human.get((vote.question_hash, _contents(vote)), ())
        ]
        found.append(
            JudgeVotes(
                judge=judge, votes=len(mine), turned=sum(len(set(v.said)) > 1 for v in mine),
                both=len(both), same=sum(both),
            )
        )  # fmt: skip
    return tuple(found)


def _for(vote: Vote, answer: str) -> float:
    """How far a vote is for one of its two answers."""
    won = _WON[vote.choice]
    return won if vote.answer_a == answer else 1 - won
