"""From a workspace to rows: coin twins are tested, made twins refuse without references."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import pytest

from mingan import contamination
from mingan.bank.twins import set_name
from mingan.errors import UsageError
from mingan.records import Answer, Grade, Hidden, ModelCard, Question
from mingan.reports.contaminated import Contamination
from mingan.reports.contaminated_sentences import contamination_sentence
from mingan.store import Store


def question(i: int, bank: str = "b", hidden: Hidden = "") -> Question:
    mark = "secret" if hidden else "public"
    return Question(
        id=f"q{i:03d}", prompt=f"{mark} question {i}", bank=bank, answer="1", grader="number",
        hidden=hidden,
    )  # fmt: skip


def card(name: str, released: date | None = None) -> ModelCard:
    return ModelCard(name=name, kind="scripted", released=released)


def keep(
    store: Store, questions: Sequence[Question], right: dict[str, Sequence[bool]],
    cards: Sequence[ModelCard] = (),
) -> None:  # fmt: skip
    """Which questions each model got right."""
    cards = cards or [card(name) for name in right]
    by_name = {each.name: each for each in cards}
    store.add_bank(questions[0].bank, list(questions))
    store.add_cards(list(cards))
    answers, grades = [], []
    for name, verdicts in right.items():
        for q, good in zip(questions, verdicts, strict=True):
            answer = Answer(
                question=q.id, asked=q.asked, model=name, model_hash=by_name[name].hash,
                bank=q.bank, text="x", hidden=q.hidden,
            )  # fmt: skip
            answers.append(answer)
            grades.append(
                Grade(
                    answer=answer.content, question_hash=q.hash, grader="number", version="1",
                    verdict="right" if good else "wrong", hidden=q.hidden,
                )
            )  # fmt: skip
    store.record("", answers, grades).result()


def first(count: int, of: int) -> list[bool]:
    return [i < count for i in range(of)]


def by_model(rows: Sequence[Contamination]) -> dict[str, Contamination]:
    return {row.model: row for row in rows}


def test_a_leak_is_found_by_the_coin_and_an_honest_model_is_not_accused(store: Store) -> None:
    size = 200
    keep(
        store,
        [question(i) for i in range(size)],
        {"seen": first(170, size), "ok": first(120, size)},
    )
    twins = [question(i, set_name("b", 1), "sealed") for i in range(size)]
    keep(store, twins, {"seen": first(110, size), "ok": first(119, size)})
    report = contamination.look(store, bank="b")
    rows = by_model(report.rows)
    assert [row.model for row in report.rows] == ["seen", "ok"]
    assert rows["seen"].verdict == "contaminated"
    assert rows["seen"].gap == pytest.approx(0.3)
    assert rows["seen"].e is not None
    assert rows["seen"].e > 1000
    assert rows["ok"].verdict == "no sign of it"
    assert rows["ok"].equivalent
    assert rows["ok"].p_adjusted == pytest.approx(1.0 if rows["ok"].p == 1 else rows["ok"].p)
    assert report.alarms == (rows["seen"],)
    for row in report.rows:
        said = contamination_sentence(row)
        assert "secret" not in said.zh + said.en


def test_made_twins_bear_no_verdict_without_references(store: Store) -> None:
    keep(store, [question(i) for i in range(40)], {"m": first(36, 40)})
    keep(store, [question(i, set_name("b", 1), "private") for i in range(40)], {"m": first(9, 40)})
    (row,) = contamination.look(store, bank="b").rows
    assert (row.verdict, row.p, row.e, row.refusal) == ("cannot tell", None, None, "no-coin")
    assert row.gap == pytest.approx(27 / 40)
    assert "no p-value" in contamination_sentence(row).en


def test_a_model_that_was_not_asked_the_twins_is_said_so(store: Store) -> None:
    keep(store, [question(i) for i in range(10)], {"m": first(5, 10)})
    (row,) = contamination.look(store, bank="b").rows
    assert (row.verdict, row.refusal) == ("cannot tell", "no-hidden")
    assert "--twins" in contamination_sentence(row).en


def test_references_are_models_older_than_the_questions(store: Store) -> None:
    size, old = 60, date(2022, 1, 1)
    cards = [card(f"old{i:02d}", old) for i in range(20)] + [card("m", date(2024, 5, 1))]
    public = {f"old{i:02d}": first(30 + i % 3, size) for i in range(20)} | {"m": first(55, size)}
    hidden = {f"old{i:02d}": first(24 + i % 5, size) for i in range(20)} | {"m": first(25, size)}
    keep(store, [question(i) for i in range(size)], public, cards)
    keep(store, [question(i, set_name("b", 1), "private") for i in range(size)], hidden, cards)
    (row,) = contamination.look(store, bank="b", published=date(2023, 4, 1)).rows
    assert row.model == "m"
    assert len(row.references) == 20
    assert row.p == pytest.approx(1 / 21)
    assert row.verdict == "suspicious"
    (late,) = contamination.look(store, bank="b", published=date(2021, 4, 1), models=["m"]).rows
    assert (late.p, late.refusal) == (None, "not-frozen")
    (few,) = contamination.look(store, bank="b", references=["old01", "old02"], models=["m"]).rows
    assert (few.p, few.refusal) == (None, "few-references")
    with pytest.raises(UsageError, match="ghost"):
        contamination.look(store, bank="b", references=["ghost"])
