"""Runs on record: found again, gone on with, and their budgets counted over all goes."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from mingan import Budget, ModelCard, Question, UsageError, Workspace, runs
from mingan.bank import Bank
from mingan.errors import BusyError
from mingan.records import Generation
from mingan.store import Run

QUESTIONS = tuple(
    Question(id=f"q{i}", prompt=f"{i} 加 {i} 等于几？", answer=str(2 * i), bank="数")
    for i in range(1, 21)
)
BANK = Bank(name="数", questions=QUESTIONS)
CARD = ModelCard(
    name="甲", kind="scripted", price_in=10_000.0, price_out=10_000.0,
    generation=Generation(max_tokens=50),
    options={
        "answers": {
            q.id: {"text": q.answer, "tokens_in": 50, "tokens_out": 50} for q in QUESTIONS
        },
        "concurrency": 1,
    },
)  # fmt: skip


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    with Workspace.open(tmp_path / "w.db") as opened:
        yield opened


def test_a_run_goes_on_from_its_record_alone(workspace: Workspace) -> None:
    first = workspace.run(bank=BANK, models=[CARD], budget=Budget(questions=7), seed=5)
    newer = (*QUESTIONS, Question(id="新", prompt="新题", answer="1", bank="数"))
    workspace.store.add_bank("数", newer)
    outcome = asyncio.run(runs.go_on(workspace.store, first.run_id))
    assert (outcome.already, outcome.asked, outcome.state) == (7, 13, "finished")
    # The bank stays as it is now: going on with an old run does not bring old questions back.
    assert workspace.store.bank("数") == list(newer)
    assert workspace.store.verify() == []


def test_the_same_wish_finds_the_same_unfinished_run(workspace: Workspace) -> None:
    plan = runs.Wish(bank=BANK, cards=[CARD], limit=10).plan()
    store = workspace.store
    first = runs.put_on_record(store, BANK, plan, settings={"a": 1}, state="waiting")
    assert runs.status_of(store, first.id).state == "waiting"
    assert runs.status_of(store, first.id).ended == ""
    assert runs.put_on_record(store, BANK, plan, settings={"a": 1}).id == first.id
    assert runs.put_on_record(store, BANK, plan, settings={"a": 2}).id != first.id
    store.end_run(first.id, "finished")
    assert runs.put_on_record(store, BANK, plan, settings={"a": 1}).id != first.id


def test_what_is_left_of_a_budget(workspace: Workspace) -> None:
    plan = runs.Wish(bank=BANK, cards=[CARD]).plan()
    budget = {"money": 5.0, "currency": "CNY", "seconds": 60.0}
    run = runs.put_on_record(workspace.store, BANK, plan, settings={"budget": budget})
    assert runs.budget_left(workspace.store, run) == Budget(money=5.0, seconds=60.0)
    outcome = asyncio.run(
        runs.go_on(workspace.store, run.id, budget=runs.budget_left(workspace.store, run))
    )
    left = runs.budget_left(workspace.store, run)
    assert left is not None
    assert left.money == pytest.approx(5.0 - outcome.asked)
    granted = runs.budget_left(
        workspace.store, run, budget=Budget(money=9.0), since="2999-01-01T00:00:00"
    )
    assert granted == Budget(money=9.0)
    assert runs.budget_of(Run(id="x", settings={"budget": {"forged": 1}})) is None
    assert runs.budget_left(workspace.store, Run(id="x")) is None


def test_what_is_not_on_record_cannot_go_on(workspace: Workspace) -> None:
    with pytest.raises(UsageError):
        runs.status_of(workspace.store, "nothing")
    workspace.store.begin_run(Run(id="leer", bank="数", questions=("q1",), models=("m",)))
    with pytest.raises(UsageError):
        asyncio.run(runs.go_on(workspace.store, "leer"))
    workspace.store.add_bank("数", QUESTIONS)
    digest = workspace.store.banks()[0][1]
    gone = Run(id="ohne", bank="数", bank_hash=digest, questions=("q1",), models=("m",))
    workspace.store.begin_run(gone)
    with pytest.raises(UsageError):
        runs.plan_of(workspace.store, gone)


def test_only_one_process_asks(workspace: Workspace) -> None:
    with workspace.store.run_lock(), pytest.raises(BusyError):
        workspace.run(bank=BANK, models=[CARD])
    assert not workspace.store.somebody_asks()
