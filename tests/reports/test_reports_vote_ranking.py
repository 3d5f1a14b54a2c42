"""Votes of people and judges brought together: who counts, what stands beside, and the chart."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import combinations
from pathlib import Path
from typing import get_args

import pytest

from mingan.language import Lang
from mingan.records import Answer, Choice, ModelCard, Question, Vote
from mingan.reports.charts.chart import nowhere
from mingan.reports.charts.votes import votes_chart
from mingan.reports.gather import Gathered
from mingan.reports.vote_ranking import VoteResult, rank_by_votes
from mingan.workspace import Workspace

MODELS = ("甲", "乙", "丙")


@pytest.fixture
def gathered(tmp_path: Path) -> Iterator[Gathered]:
    questions = [Question(id=f"q{i}", prompt=f"第 {i} 题", bank="谈") for i in range(12)]
    cards = [ModelCard(name=name, kind="recorded") for name in MODELS]
    with Workspace.open(tmp_path / "w.db") as workspace:
        workspace.store.add_bank("谈", questions)
        workspace.store.add_cards(cards)
        answers = [
            Answer(
                question=q.id, asked=q.asked, bank="谈", model=card.name, model_hash=card.hash,
                text=f"{card.name}说" * (i + 1),
            )
            for i, card in enumerate(cards)
            for q in questions
        ]  # fmt: skip
        workspace.store.record("", answers, []).result()
        yield workspace.gather()


def vote(
    gathered: Gathered,
    question: str,
    a: str,
    b: str,
    choice: Choice,
    by: str = "小林",
    **more: object,
) -> Vote:
    hashes = {q.id: q.hash for q in gathered.questions}
    return Vote(
        question_hash=hashes[question], answer_a=gathered.answers[a, question, 0].content,
        answer_b=gathered.answers[b, question, 0].content, choice=choice, by=by, **more,
    )  # type: ignore[arg-type]  # fmt: skip


def in_order(gathered: Gathered, by: str = "小林", **more: object) -> list[Vote]:
    """甲 mostly beats 乙, which mostly beats 丙."""
    return [
        vote(gathered, f"q{i}", a, b, "b" if i % 6 == 0 else "a", by, **more)
        for a, b in combinations(MODELS, 2)
        for i in range(12)
    ]


def judge(gathered: Gathered, said: tuple[Choice, Choice] = ("a", "a")) -> list[Vote]:
    return in_order(gathered, "裁判", authority="judge", version="1", said=said)


def names(result: VoteResult | None) -> list[str]:
    assert result is not None
    return [s.model for s in result.ranking.strengths]


def test_votes_make_a_ranking_with_what_would_turn_it_round(gathered: Gathered) -> None:
    result = rank_by_votes(in_order(gathered), gathered)
    assert result is not None
    assert names(result) == list(MODELS)
    assert (result.people, result.judges, result.by_judge) == (36, 0, ())
    assert set(result.flips) == {"甲", "乙"}
    assert all(flip.enough and flip.enough > 1 for flip in result.flips.values())
    assert result.styled is not None


def test_where_a_person_voted_no_judge_is_heard(gathered: Gathered) -> None:
    people = [v for v in in_order(gathered) if v.choice == "a"]
    result = rank_by_votes([*judge(gathered), *people], gathered)
    assert result is not None
    assert (result.people, result.judges) == (30, 6)
    known = result.by_judge[0]
    assert (known.votes, known.both, known.same, known.turned) == (36, 30, 30, 0)


def test_the_newest_vote_of_a_voter_counts_and_sides_do_not_matter(gathered: Gathered) -> None:
    once = vote(gathered, "q1", "甲", "乙", "a", at="2026-01-01")
    again = vote(gathered, "q1", "乙", "甲", "a", at="2026-01-02")
    result = rank_by_votes([once, again], gathered)
    assert result is not None
    assert result.people == 1
    assert [s.won for s in result.ranking.strengths if s.model == "乙"] == [1.0]
    turned = vote(gathered, "q1", "甲", "乙", "b", "裁判", authority="judge", version="1")
    seen = rank_by_votes([again, turned], gathered)
    assert seen is not None
    assert seen.by_judge[0].same == 1


def test_votes_of_a_judges_older_version_do_not_count_beside_the_newer(gathered: Gathered) -> None:
    def voted(version: str, choice: Choice) -> Vote:
        return vote(
            gathered, "q1", "甲", "乙", choice, "裁判", authority="judge", version=version,
            said=(choice, choice),
        )  # fmt: skip

    old, new = "1-t1111-jaaaaaaaa", "1-t2222-jaaaaaaaa"
    given = [voted(old, "a"), voted(f"{old}-r2", "a"), voted(new, "b"), voted(f"{new}-r2", "b")]
    result = rank_by_votes(given, gathered)
    assert result is not None
    assert (result.judges, result.by_judge[0].votes) == (2, 2)
    assert {s.model: s.won for s in result.ranking.strengths} == {"甲": 0.0, "乙": 1.0}
    fewer = rank_by_votes(given[:3], gathered)  # asked anew, and only once
    assert fewer is not None
    assert fewer.judges == 1


def test_votes_on_other_answers_are_no_votes_here(gathered: Gathered) -> None:
    other = Vote(question_hash="x", answer_a="y", answer_b="z", choice="a", by="小林")
    assert rank_by_votes([other], gathered) is None
    assert rank_by_votes([], gathered) is None


@pytest.mark.parametrize("lang", get_args(Lang))
def test_the_chart_says_what_the_votes_bear(gathered: Gathered, lang: Lang) -> None:
    chart = votes_chart(rank_by_votes(in_order(gathered), gathered), nowhere)
    said = chart.finding.say(lang)
    assert "甲" in said
    assert re.search(r"\d", said)
    drawn = chart.drawing(lang)
    assert drawn.startswith("<svg")
    assert drawn.count('class="dot"') == 3
    assert "style=" not in drawn
    assert [row.values["model"] for row in chart.rows] == list(MODELS)


def test_a_judges_votes_never_stand_without_what_is_known_of_it(gathered: Gathered) -> None:
    alone = votes_chart(rank_by_votes(judge(gathered, ("a", "b")), gathered), nowhere)
    assert any("还没有人核对过" in note.zh and "100% 换了先后" in note.zh for note in alone.notes)
    checked = votes_chart(rank_by_votes([*judge(gathered), *in_order(gathered)], gathered), nowhere)
    assert any("36 对里，它和人一样的有 36 对（100%" in note.zh for note in checked.notes)


def test_without_votes_there_is_a_sentence_and_no_drawing() -> None:
    chart = votes_chart(None, nowhere)
    assert chart.drawing("zh") == ""
    assert chart.rows == ()
    assert "两两" in chart.finding.zh


def test_models_without_a_place_are_in_the_numbers_only(gathered: Gathered) -> None:
    votes = [v for v in in_order(gathered) if v.choice == "a"]  # nobody ever loses upwards
    chart = votes_chart(rank_by_votes(votes, gathered), nowhere)
    assert chart.drawing("zh") == ""
    assert {"above", "below"} <= {row.values["state"] for row in chart.rows}
    assert {row.values["elo"] for row in chart.rows} == {None}
    assert "排不出" in chart.finding.zh
