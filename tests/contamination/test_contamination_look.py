"""From a workspace to rows: coin twins are tested, made twins refuse without references."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

import msgspec
import numpy as np
import pytest

from mingan import contamination
from mingan.bank.twins import set_name
from mingan.errors import UsageError
from mingan.records import Answer, Grade, Hidden, ModelCard, Question
from mingan.reports.contaminated import Contamination
from mingan.reports.contaminated_sentences import contamination_notes, contamination_sentence
from mingan.reports.contaminated_table import contamination_document
from mingan.store import Store


def question(i: int, bank: str = "b", hidden: Hidden = "") -> Question:
    mark = "secret" if hidden or bank == "new" else "public"
    return Question(
        id=f"q{i:03d}", prompt=f"{mark} question {i}", bank=bank, answer="1", grader="number",
        hidden=hidden,
    )  # fmt: skip


def card(name: str, released: date | None = None) -> ModelCard:
    return ModelCard(name=name, kind="scripted", released=released)


def keep(
    store: Store, questions: Sequence[Question], right: Mapping[str, Sequence[bool]],
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


def leaks(rng: np.random.Generator, size: int, ability: float, leaked: float) -> list[list[bool]]:
    """Public and hidden results of one model; hidden twins are a little harder."""
    base = np.random.default_rng(1).normal(0, 1.2, size)
    public = rng.random(size) < 1 / (1 + np.exp(base - ability))
    hidden = rng.random(size) < 1 / (1 + np.exp(base + 0.4 - ability))
    return [(public | (rng.random(size) < leaked)).tolist(), hidden.tolist()]


def answered(leaked: float) -> tuple[dict[str, list[bool]], dict[str, list[bool]]]:
    rng = np.random.default_rng(9)
    names = {f"old{i}": (i - 4) / 3 for i in range(9)} | {"honest": 0.2, "seen": 0.2}
    both = {
        name: leaks(rng, 150, ability, leaked if name == "seen" else 0.0)
        for name, ability in names.items()
    }
    return {n: b[0] for n, b in both.items()}, {n: b[1] for n, b in both.items()}


def test_a_public_bank_is_held_against_a_hidden_bank_pair_by_pair(store: Store) -> None:
    public, hidden = answered(0.6)
    keep(store, [question(i) for i in range(150)], public)
    keep(store, [question(i, "new") for i in range(150)], hidden)
    references = [name for name in public if name.startswith("old")]
    report = contamination.look(store, bank="b", hidden="new", references=references)
    rows = by_model(report.rows)
    assert set(rows) == {"seen", "honest"}
    assert (rows["seen"].method, rows["seen"].origin) == ("mixed", "hidden")
    assert rows["seen"].accused
    assert not rows["honest"].accused
    assert [cross.method for cross in rows["seen"].crosses] == ["conformal", "spline"]
    assert rows["seen"].low < rows["seen"].gap < rows["seen"].high


def test_without_pairs_the_two_scores_are_compared(store: Store) -> None:
    public, hidden = answered(0.6)
    keep(store, [question(i) for i in range(150)], public)
    other = [msgspec.structs.replace(question(i, "new"), id=f"other{i}") for i in range(150)]
    keep(store, other, hidden)
    references = [name for name in public if name.startswith("old")]
    rows = by_model(contamination.look(store, bank="b", hidden="new", references=references).rows)
    assert (rows["seen"].method, rows["seen"].against) == ("spline", "new")
    assert rows["seen"].accused
    assert not rows["honest"].accused
    bare = by_model(contamination.look(store, bank="b", hidden="new").rows)
    assert {row.refusal for row in bare.values()} == {"no-coin"}


def test_twins_with_larger_numbers_soften_the_verdict(store: Store) -> None:
    public, hidden = answered(0.6)
    keep(store, [question(i) for i in range(150)], public)
    larger = [
        msgspec.structs.replace(question(i, "new"), prompt=f"secret {i + 5000} and {i * 999}")
        for i in range(150)
    ]
    keep(store, larger, hidden)
    references = [name for name in public if name.startswith("old")]
    rows = by_model(contamination.look(store, bank="b", hidden="new", references=references).rows)
    row = rows["seen"]
    assert row.softened_by == "unlike"
    assert row.verdict != "contaminated"
    assert any("size of their numbers" in note.en for note in contamination_notes(row))
    assert "secret" not in str(contamination_document(contamination.look(store, bank="b")))


def test_questions_with_dates_are_parted_by_the_day_of_release(store: Store) -> None:
    rng = np.random.default_rng(4)
    dated = [
        msgspec.structs.replace(question(i), tags=(f"date:2023-{1 + i // 12:02d}-05",))
        for i in range(144)
    ]
    cards = [card(f"m{i}", date(2023, 7, 1)) for i in range(6)] + [card("late")]
    right = {each.name: (rng.random(144) < 0.3 + 0.08 * i).tolist() for i, each in enumerate(cards)}
    right["m2"] = [i < 72 or one for i, one in enumerate(right["m2"])]
    keep(store, dated, right, cards)
    rows = by_model(contamination.look(store, bank="b").rows)
    assert rows["m2"].verdict == "contaminated"
    assert rows["m2"].cut == "2023-07-01"
    assert rows["late"].refusal == "no-date"
    assert not rows["m4"].accused
    parted = by_model(contamination.look(store, bank="b", cut=date(2023, 7, 1)).rows)
    assert parted["late"].p is not None


def test_a_set_of_twins_stands_for_its_bank(store: Store) -> None:
    keep(store, [question(i) for i in range(20)], {"m": first(15, 20)})
    keep(store, [question(i, set_name("b", 1), "sealed") for i in range(20)], {"m": first(9, 20)})
    assert contamination.look(store) == contamination.look(store, bank="b")
