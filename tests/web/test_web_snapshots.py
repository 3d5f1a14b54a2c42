"""Snapshots: kept while nothing changes, fresh when somebody here changed something."""

from __future__ import annotations

from mingan.records import Answer, Grade
from mingan.web.snapshots import Snapshots
from mingan.workspace import Workspace


def _answer(workspace: Workspace, repeat: int) -> None:
    gathered = workspace.gather()
    question, card = gathered.questions[0], gathered.cards[0]
    answer = Answer(
        question=question.id, asked=question.asked, model=card.name, model_hash=card.hash,
        bank="小题库", text="0", repeat=repeat,
    )  # fmt: skip
    grade = Grade(
        answer=answer.content, question_hash=question.hash, verdict="right", grader="number"
    )
    workspace.store.record("", [answer], [grade]).result()


def test_it_says_what_the_workspace_says(workspace: Workspace) -> None:
    found, table = Snapshots(workspace.store).of(), workspace.scores()
    assert found.bank == "小题库"
    assert found.scores == table.scores
    assert found.comparisons == table.comparisons
    assert found.names == tuple(score.model for score in table.scores)
    assert [r.question.id for r in found.items.rows] == [
        r.question.id for r in workspace.items().rows
    ]


def test_the_same_is_given_until_something_changes(workspace: Workspace) -> None:
    snapshots = Snapshots(workspace.store)
    first = snapshots.of()
    assert snapshots.of("小题库") is first
    assert first.keep("k", lambda s: object()) is first.keep("k", lambda s: object())
    _answer(workspace, repeat=1)
    snapshots.changed()
    second = snapshots.of()
    assert second is not first
    assert len(second.gathered.answers) == len(first.gathered.answers) + 1


def test_a_dear_snapshot_may_be_a_little_old_unless_somebody_here_changed_it(
    workspace: Workspace,
) -> None:
    snapshots = Snapshots(workspace.store)
    first = snapshots.of()
    marks, made, _, kept = snapshots._made["小题库"]
    snapshots._made["小题库"] = (marks, made, 1_000.0, kept)  # as if it had taken so long
    _answer(workspace, repeat=1)
    assert snapshots.of() is first
    snapshots.changed()
    assert snapshots.of() is not first


def test_a_bank_without_verdicts_says_why(workspace: Workspace) -> None:
    from mingan.records import Question

    question = Question(id="x", prompt="写一首诗", bank="诗", grader="judge")
    card = workspace.gather().cards[0]
    workspace.store.add_bank("诗", [question])
    answer = Answer(
        question="x",
        asked=question.asked,
        model=card.name,
        model_hash=card.hash,
        bank="诗",
        text="诗",
    )
    workspace.store.record("", [answer]).result()
    found = Snapshots(workspace.store).of("诗")
    assert found.scores == ()
    assert found.why_not is not None
    assert found.names == (card.name,)
