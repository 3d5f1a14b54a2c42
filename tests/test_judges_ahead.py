"""Foretelling what judging takes: how many opinions, what they cost, how long they need."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from mingan import Bank, ModelCard, Question, UsageError, Workspace, judges
from mingan.judges.ahead import look_ahead
from mingan.models.protocol import Request
from mingan.models.scripted import ScriptedModel
from mingan.records import Generation

BANK = Bank(
    name="谈",
    questions=tuple(
        Question(id=f"q{i}", prompt=f"说说 {i} 的好处。", grader="judge", bank="谈",
                 hidden="sealed" if i == 7 else "")
        for i in range(8)
    ),
)  # fmt: skip
MODELS = [
    ModelCard(name=name, kind="scripted", options={"default": f"{name}说：好。"})
    for name in ("甲", "乙")
]
JUDGE = ModelCard(
    name="裁判", kind="scripted", price_in=10.0, price_out=10.0,
    generation=Generation(max_tokens=200),
)  # fmt: skip


def say(request: Request) -> dict[str, object]:
    return {"text": '{"得分": {"1": 2, "2": 2, "3": 2}}', "tokens_in": 900, "tokens_out": 100}


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    with Workspace.open(tmp_path / "w.db") as opened:
        opened.run(bank=BANK, models=MODELS)
        yield opened


def test_without_earlier_opinions_it_is_a_guess_with_wide_ends(workspace: Workspace) -> None:
    found = look_ahead(workspace.store, workspace.gather(), judges=[JUDGE])
    assert (found.cases, found.hidden, found.seen) == (16, 1, 0)
    assert (found.estimate.left, found.estimate.answers) == (16, 16)
    money = found.estimate.money["CNY"]
    assert 0 < money.low < money.high
    assert found.estimate.models[0].basis == "guess"
    assert found.estimate.seconds is None


def test_earlier_opinions_tell_money_and_time(workspace: Workspace) -> None:
    made = {"裁判": ScriptedModel(JUDGE, say)}
    first = judges.judge(workspace, judges=[JUDGE], limit=8, made=made)
    found = look_ahead(workspace.store, workspace.gather(), judges=[JUDGE])
    assert found.seen == 7
    assert (found.estimate.left, found.estimate.answers) == (8, 16)
    money = found.estimate.money["CNY"]
    assert money.low <= first.outcome.spent["CNY"] <= money.high + 1e-9
    assert found.estimate.models[0].basis == "earlier"
    assert found.estimate.seconds is not None
    judges.judge(workspace, judges=[JUDGE], made=made)
    assert look_ahead(workspace.store, workspace.gather(), judges=[JUDGE]).estimate.left == 0


def test_other_settings_are_another_judge(workspace: Workspace) -> None:
    judges.judge(workspace, judges=[JUDGE], made={"裁判": ScriptedModel(JUDGE, say)})
    warmer = ModelCard(name="裁判", kind="scripted", generation=Generation(temperature=1.0))
    found = look_ahead(workspace.store, workspace.gather(), judges=[warmer])
    assert (found.seen, found.estimate.left) == (0, 16)


def test_pairs_and_repeats_are_counted(workspace: Workspace) -> None:
    gathered = workspace.gather()
    pairs = look_ahead(workspace.store, gathered, judges=[JUDGE], kind="pair", repeats=2)
    assert (pairs.cases, pairs.estimate.answers) == (8, 16)
    few = look_ahead(workspace.store, gathered, judges=[JUDGE], limit=5, repeats=3)
    assert (few.cases, few.estimate.answers) == (5, 15)


def test_nothing_to_judge_is_said(workspace: Workspace) -> None:
    with pytest.raises(UsageError, match="没有要判的回答"):
        look_ahead(workspace.store, workspace.gather(), judges=[JUDGE], kind="reference")
    assert not any(grade.authority == "judge" for grade in workspace.store.all_grades())
