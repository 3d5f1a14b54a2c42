"""Whose verdicts count when two graders are compared, and what is said of the difference."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from mingan import Grade, ModelCard, Question, UsageError, Workspace
from mingan.bank import Bank
from mingan.reports.by_grader import (
    Grader,
    change_document,
    change_of_grader,
    change_sentence,
    change_table,
    left_out_sentence,
    verdicts_of,
)
from mingan.reports.table import plain

PLACE = ("a", "q")


def given(verdict: str, authority: str = "judge", by: str = "", **more: object) -> Grade:
    return Grade(
        answer="a", question_hash="q", verdict=verdict, grader="g", authority=authority,  # type: ignore[arg-type]
        by=by, **more,  # type: ignore[arg-type]
    )  # fmt: skip


def test_only_its_own_verdicts_count() -> None:
    grades = [
        given("right", "rule"),
        given("wrong", "judge", "甲"),
        given("unsure", "person", "周"),
    ]
    for text, wanted in (
        ("rule", "right"),
        ("judge", "wrong"),
        ("judge:甲", "wrong"),
        ("person:周", "unsure"),
    ):
        assert verdicts_of(grades, Grader.parse(text))[PLACE].verdict == wanted
    assert verdicts_of(grades, Grader.parse("judge:乙")) == {}
    assert verdicts_of([given("ungraded", "judge", "甲")], Grader("judge")) == {}


def test_a_judge_heard_only_in_a_panel_counts_with_what_it_mostly_said() -> None:
    said = [given(v, by="甲", opinion=True) for v in ("right", "wrong", "right")]
    panel = given("unsure", by="乙+甲")
    assert verdicts_of([*said, panel], Grader("judge", "甲"))[PLACE].verdict == "right"
    assert verdicts_of(said[:2], Grader("judge", "甲")) == {}
    assert verdicts_of([*said, panel], Grader("judge"))[PLACE].verdict == "unsure"


@pytest.mark.parametrize("text", ["", "rules", "rule@", "model:x", "人", "person@2"])
def test_a_grader_that_is_none(text: str) -> None:
    with pytest.raises(UsageError):
        Grader.parse(text)


def test_a_version_is_a_grader_of_its_own() -> None:
    old = given("wrong", "rule", version="3")
    new = given("right", "rule", version="4")
    for text, wanted in (("rule", "right"), ("rule@first", "wrong"), ("rule:g@3", "wrong")):
        assert verdicts_of([old, new], Grader.parse(text))[PLACE].verdict == wanted
    assert verdicts_of([old, new], Grader.parse("rule:g@5")) == {}
    assert verdicts_of([old, new], Grader.parse("rule:h")) == {}
    said = [
        given("wrong", by="甲", version="1-ta-jb"),
        given("right", by="甲", version="1-ta-jc-r2"),
    ]
    for text, wanted in (("judge:甲@1-ta-jb", "wrong"), ("judge:甲@1-ta-jc", "right")):
        assert str(Grader.parse(text)) == text
        assert verdicts_of(said, Grader.parse(text))[PLACE].verdict == wanted


def test_versions_are_listed_where_there_are_several(workspace: Workspace) -> None:
    judged(workspace, 3)
    judged(workspace, 4, version="2")
    with pytest.raises(UsageError, match="judge:裁判@1、judge:裁判@2"):
        change_of_grader(workspace.store, Grader("rule"), Grader("judge", "裁判", "3"))
    change = change_of_grader(
        workspace.store, Grader("judge", "裁判", "1"), Grader("judge", "裁判", "2")
    )
    assert change.rows[0].moved == 1
    assert "judge “裁判@2”" in change_sentence(change).en


def test_a_name_may_hold_an_at_sign(workspace: Workspace) -> None:
    judged(workspace, 3, by="周@家")
    change = change_of_grader(workspace.store, Grader("rule"), Grader.parse("judge:周@家"))
    assert change.second == Grader("judge", "周@家")


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    questions = tuple(
        Question(id=f"q{i}", prompt=f"{i} 加 {i} 等于几？", answer=str(2 * i)) for i in range(1, 21)
    )
    answers = {q.id: q.answer or "" for q in questions}
    card = ModelCard(name="甲", kind="scripted", options={"answers": answers})
    with Workspace.open(tmp_path / "w.db") as opened:
        opened.run(bank=Bank(name="数", questions=questions), models=[card])
        yield opened


def judged(
    workspace: Workspace, wrong: int, count: int = 20, *, by: str = "裁判", version: str = "1"
) -> None:
    gathered = workspace.gather()
    by_id = {question.id: question.hash for question in gathered.questions}
    answers = [a for a in gathered.answers.values() if int(a.question[1:]) <= count]
    workspace.store.add_grades(
        [
            Grade(
                answer=a.content, question_hash=by_id[a.question], grader="judge-reference",
                verdict="wrong" if int(a.question[1:]) <= wrong else "right",
                authority="judge", by=by, version=version,
            )
            for a in answers
        ]
    )  # fmt: skip


def test_a_difference_that_is_one(workspace: Workspace) -> None:
    judged(workspace, wrong=12)
    change = change_of_grader(workspace.store, Grader("rule"), Grader("judge", "裁判"))
    (row,) = change.rows
    assert (row.answers, row.moved, change.left_out) == (20, 12, 0)
    assert row.comparison.difference == pytest.approx(-0.6)
    sentence = change_sentence(change)
    assert "20 个回答" in sentence.zh
    assert "低 60 分" in sentence.zh
    assert "60 points lower" in sentence.en
    table = plain(change_table(change))
    assert "−60" in table
    assert change_document(change)["rows"][0]["verdicts"] == {"right>right": 8, "right>wrong": 12}


def test_a_difference_within_the_error(workspace: Workspace) -> None:
    judged(workspace, wrong=1, count=10)
    change = change_of_grader(workspace.store, Grader("rule"), Grader("judge"))
    assert change.left_out == 10
    assert "误差之内" in change_sentence(change).zh
    assert "10" in left_out_sentence(change).zh
    with pytest.raises(UsageError, match=r"judge、judge:裁判、rule"):
        change_of_grader(workspace.store, Grader("rule"), Grader("person"))
