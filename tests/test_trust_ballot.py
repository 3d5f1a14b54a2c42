"""Votes on record, counted: whose, on which answers, and what is said of the ranking."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from mingan import UsageError, Workspace
from mingan.records import Choice, Vote, now
from mingan.reports.ranked import (
    flip_sentence,
    notes,
    ranking_document,
    ranking_sentence,
    ranking_table,
    style_sentence,
)
from mingan.reports.table import plain
from mingan.trust import ballot


@pytest.fixture
def here(tmp_path: Path) -> Workspace:
    text = "编号,题目,甲,乙,丙\n" + "".join(
        f"q{i},说说 {i}。,甲 {i},乙乙乙 {i},丙丙丙丙丙丙 {i}\n" for i in range(60)
    )
    (tmp_path / "a.csv").write_text(text, "utf-8")
    workspace = Workspace.open(tmp_path / "w.db")
    workspace.import_(tmp_path / "a.csv", name="谈")
    return workspace


def vote(
    workspace: Workspace, number: int, first: str, second: str, choice: Choice, by: str = "小周",
    *, judge: bool = False, said: tuple[Choice, ...] = (),
) -> Vote:  # fmt: skip
    gathered = workspace.gather()
    digest = next(q.hash for q in gathered.questions if q.id == f"q{number}")
    a, b = (gathered.answers[name, f"q{number}", 0].content for name in (first, second))
    return Vote(
        question_hash=digest, answer_a=a, answer_b=b, choice=choice, by=by, said=said, at=now(),
        authority="judge" if judge else "person",
    )  # fmt: skip


def cast(workspace: Workspace) -> None:
    """甲 beats 乙 four times of five, 乙 beats 丙 six of ten; a judge likes 丙, the longest."""
    votes = []
    for i in range(60):
        votes.append(vote(workspace, i, "甲", "乙", "a" if i % 5 else "b"))
        votes.append(vote(workspace, i, "丙", "乙", "b" if i % 10 > 3 else "a"))
        said: tuple[Choice, ...] = ("a", "b") if i < 6 else ("b", "b")
        choice: Choice = "tie" if i < 6 else ("a" if i == 7 else "b")
        votes.append(vote(workspace, i, "甲", "丙", choice, "裁判", judge=True, said=said))
    workspace.store.add_votes(votes)


def test_people_and_judges_rank_apart(here: Workspace) -> None:
    cast(here)
    people = ballot.rank(here.store, by="people")
    assert [s.model for s in people.ranking.strengths] == ["甲", "乙", "丙"]
    assert (people.voters, people.judges) == (("小周",), ())
    assert "「甲」排第一" in ranking_sentence(people).zh
    assert people.ranking.strengths[0].rank_high == 1
    judge = ballot.rank(here.store, by="judge:裁判")
    assert judge.ranking.strengths[0].model == "丙"
    assert (judge.judges, judge.turned) == (("裁判",), 6)
    everybody = ballot.rank(here.store)
    assert everybody.ranking.votes == 180
    flips = [flip_sentence(flip) for flip in people.flips]
    assert [(f.ahead, f.behind) for f in people.flips] == [("甲", "乙"), ("乙", "丙")]
    assert 1 <= (people.flips[1].enough or 0) < (people.flips[0].enough or 0)
    assert "就排到" in flips[0].zh
    assert any("换了先后就改口" in said.zh for said in notes(judge))


def test_at_equal_style(here: Workspace) -> None:
    cast(here)
    found = ballot.rank(here.store, style=True)
    assert found.flips == ()
    assert {effect.style for effect in found.ranking.styles} == {"length", "markdown"}
    assert all(style_sentence(effect).en for effect in found.ranking.styles)


def test_the_newer_vote_of_a_person_counts(here: Workspace) -> None:
    first = [vote(here, i, "甲", "乙", "a") for i in range(4)]
    again = [vote(here, i, "乙", "甲", "a") for i in range(2)]
    here.store.add_votes([*first, *again])
    found = ballot.rank(here.store, by="person:小周")
    assert found.ranking.votes == 4
    assert found.ranking.strengths[0].won == 0.5
    assert "谁排第一还说不准" in ranking_sentence(found).zh
    with pytest.raises(UsageError, match="票太少"):
        ballot.rank(here.store, style=True)
    assert "Elo" in plain(ranking_table(found))
    assert json.loads(json.dumps(ranking_document(found)))["votes"] == 4


def test_who_never_lost_has_no_number(here: Workspace) -> None:
    here.store.add_votes([vote(here, i, "甲", "乙", "a") for i in range(4)])
    found = ballot.rank(here.store)
    assert found.flips == ()
    assert ranking_sentence(found).zh.startswith("有 4 票（人和裁判），还排不出名次")
    assert ranking_sentence(found).en.startswith("4 votes (people and judges) and no ranking yet")
    assert "没输过" in plain(ranking_table(found))


def test_whose_votes_there_are_not(here: Workspace) -> None:
    with pytest.raises(UsageError, match="还没有投票"):
        ballot.rank(here.store)
    cast(here)
    with pytest.raises(UsageError, match="judge:裁判、person:小周"):
        ballot.rank(here.store, by="judge:别人")
    with pytest.raises(UsageError, match="不认识的判分者"):
        ballot.rank(here.store, by="谁")
    with pytest.raises(UsageError, match="规则不投票"):
        ballot.rank(here.store, by="rule")
    assert ballot.rank(here.store, models=["甲", "乙"]).elsewhere == 120
