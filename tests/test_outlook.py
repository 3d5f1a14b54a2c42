"""Looking ahead from what a workspace holds: earlier answers, and how differently models did."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from mingan import ModelCard, Question, Workspace, outlook, runs
from mingan.bank import Bank

QUESTIONS = tuple(
    Question(id=f"q{i}", prompt=f"{i} 加 {i} 等于几？", answer=str(2 * i), bank="数")
    for i in range(1, 31)
)
BANK = Bank(name="数", questions=QUESTIONS)


def card(name: str, wrong: int = 0) -> ModelCard:
    said = {
        q.id: {"text": "答案是 0" if i < wrong else f"答案是 {q.answer}", "tokens_in": 9,
               "tokens_out": 11}
        for i, q in enumerate(QUESTIONS)
    }  # fmt: skip
    return ModelCard(
        name=name, kind="scripted", price_in=1.0, price_out=1.0,
        options={"answers": said, "concurrency": 2},
    )  # fmt: skip


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    with Workspace.open(tmp_path / "w.db") as opened:
        yield opened


def test_an_empty_workspace_foretells_by_guessing(workspace: Workspace) -> None:
    plan = runs.Wish(bank=BANK, cards=[card("甲")]).plan()
    found = outlook.look_ahead(workspace.store, plan)
    assert found.models[0].basis == "guess"
    assert found.seconds is None
    assert (found.resolution.questions, found.resolution.pairs) == (30, 0)


def test_earlier_answers_of_the_same_model_are_what_it_goes_by(workspace: Workspace) -> None:
    workspace.run(bank=BANK, models=[card("甲")], limit=20)
    plan = runs.Wish(bank=BANK, cards=[card("甲"), card("乙", 3)]).plan()
    found = outlook.look_ahead(workspace.store, plan)
    first, second = found.models
    assert (first.basis, first.seen, first.left) == ("earlier", 20, 10)
    assert (first.tokens.low, first.tokens.high) == (200, 200)
    assert first.seconds is not None
    assert (second.basis, second.left) == ("guess", 30)
    assert found.untimed == ("乙",)


def test_the_variance_is_that_of_models_seen_on_these_questions(workspace: Workspace) -> None:
    workspace.run(bank=BANK, models=[card("甲"), card("乙", 15)])
    gathered = workspace.gather(bank="数")
    plan = runs.Wish(bank=BANK, cards=[card("甲"), card("丙")]).plan()
    (variance,) = outlook.variances(gathered, plan)
    assert variance == pytest.approx(0.2586, abs=1e-3)
    found = outlook.look_ahead(workspace.store, plan, gathered=gathered)
    assert found.resolution.pairs == 1
    few = runs.Wish(bank=BANK, cards=[card("甲")], limit=5).plan()
    assert outlook.variances(gathered, few) == []


def test_questions_for_a_person_do_not_count_towards_what_can_be_seen(workspace: Workspace) -> None:
    open_ended = Question(id="诗", prompt="写一首诗。", bank="数", grader="judge")
    bank = Bank(name="数", questions=(*QUESTIONS, open_ended))
    found = outlook.look_ahead(workspace.store, runs.Wish(bank=bank, cards=[card("甲")]).plan())
    assert (found.questions, found.resolution.questions) == (31, 30)
