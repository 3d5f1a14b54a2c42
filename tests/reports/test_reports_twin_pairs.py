"""Twins from what is stored: pairs by how their halves came about, one test for each model."""

from __future__ import annotations

import pytest

from mingan.bank.twins import set_name
from mingan.records import Answer, Grade, Hidden, ModelCard, Question
from mingan.reports.gather import gather
from mingan.reports.twin_pairs import twin_results
from mingan.store import Store

CARDS = [ModelCard(name=name, kind="scripted") for name in ("m", "n")]


def question(i: int, bank: str = "b", hidden: Hidden = "") -> Question:
    mark = "hidden" if hidden else "public"
    return Question(
        id=f"q{i:02d}", prompt=f"{mark} {i}", bank=bank, answer="1", grader="number", hidden=hidden
    )


def keep(store: Store, questions: list[Question], right: dict[str, int]) -> None:
    """The first so many right, for each model."""
    store.add_bank(questions[0].bank, questions)
    store.add_cards(CARDS)
    answers, grades = [], []
    for card in CARDS:
        for i, q in enumerate(questions if card.name in right else ()):
            answer = Answer(
                question=q.id, asked=q.asked, model=card.name, model_hash=card.hash, bank=q.bank,
                text="x", hidden=q.hidden,
            )  # fmt: skip
            verdict = "right" if i < right[card.name] else "wrong"
            answers.append(answer)
            grades.append(
                Grade(
                    answer=answer.content, question_hash=q.hash, verdict=verdict,  # type: ignore[arg-type]
                    grader="number", version="1", hidden=q.hidden,
                )
            )  # fmt: skip
    store.record("", answers, grades).result()


def test_pairs_are_kept_apart_by_origin_and_corrected_over_models(store: Store) -> None:
    keep(store, [question(i) for i in range(40)], {"m": 36, "n": 20})
    twins = [
        question(i, set_name("b", 1), "sealed" if i < 30 else "private") for i in range(40)
    ]  # fmt: skip
    keep(store, twins, {"m": 10, "n": 20})
    found = twin_results(store, gather(store, bank="b"))
    assert [(r.model, r.origin, r.test.pairs) for r in found] == [
        ("m", "coin", 30), ("n", "coin", 30), ("m", "made", 10), ("n", "made", 10),
    ]  # fmt: skip
    m, n, *made = found
    assert m.test.gap == pytest.approx(20 / 30)
    assert n.test.gap == 0
    assert m.test.p is not None
    assert m.p == pytest.approx(2 * m.test.p)
    assert [(r.p, r.test.refusal) for r in made] == [(None, "no-coin")] * 2


def test_a_bank_without_twins_and_twins_that_nobody_answered_give_nothing(store: Store) -> None:
    keep(store, [question(i) for i in range(10)], {"m": 5})
    assert twin_results(store, gather(store, bank="b")) == ()
    store.add_bank(set_name("b", 1), [question(0, set_name("b", 1), "sealed")])
    assert twin_results(store, gather(store, bank="b")) == ()


def test_only_models_that_answered_both_have_a_result(store: Store) -> None:
    keep(store, [question(i) for i in range(10)], {"m": 5, "n": 5})
    keep(store, [question(i, set_name("b", 1), "sealed") for i in range(10)], {"n": 5})
    assert [r.model for r in twin_results(store, gather(store, bank="b"))] == ["n"]
