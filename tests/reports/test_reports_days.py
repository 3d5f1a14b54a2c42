"""Scores by day from what is stored: which days count as comparable, and what changed."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from mingan.records import Answer, Grade, ModelCard, Question
from mingan.reports.days import Days, by_day, day_of
from mingan.reports.gather import gather
from mingan.store import Store

FIRST, LATER = "2026-11-01T08:00:00.000+00:00", "2026-11-20T08:00:00.000+00:00"
QUESTIONS = [
    Question(id=f"q{i:03d}", prompt=f"{i}+{i}=?", bank="b", answer=str(2 * i), grader="number")
    for i in range(40)
]
CARD = ModelCard(name="m", kind="scripted")

Right = Callable[[int], bool]


def told(
    question: Question, right: bool, *, at: str = "", repeat: int = 0, day: str = "",
    card: ModelCard = CARD, grader: str = "number",
) -> tuple[Answer, Grade]:  # fmt: skip
    answer = Answer(
        question=question.id, asked=question.asked, model=card.name, model_hash=card.hash,
        bank="b", text="x", at=at, repeat=repeat, day=day,
    )  # fmt: skip
    grade = Grade(
        answer=answer.content, question_hash=question.hash,
        verdict="right" if right else "wrong", grader=grader, version="1",
    )  # fmt: skip
    return answer, grade


def keep(store: Store, given: list[tuple[Answer, Grade]], *cards: ModelCard) -> None:
    store.add_bank("b", QUESTIONS)
    store.add_cards(cards or [CARD])
    store.record("", [a for a, _ in given], [g for _, g in given]).result()


def on(at: str, right: Right, *, repeat: int = 0, count: int = 40, **more: str) -> list:  # type: ignore[type-arg]
    return [
        told(q, right(i), at=at, repeat=repeat, **more)  # type: ignore[arg-type]
        for i, q in enumerate(QUESTIONS[:count])
    ]


def found(store: Store) -> Days:
    return by_day(store, gather(store, bank="b"))


def test_the_same_questions_on_two_days_are_compared(store: Store) -> None:
    keep(store, [*on(FIRST, lambda i: i < 36), *on(LATER, lambda i: i < 12, repeat=1)])
    made = found(store)
    assert [(s.day, s.score.right, s.score.wrong) for s in made.scores] == [
        ("2026-11-01", 36, 4), ("2026-11-20", 12, 28),
    ]  # fmt: skip
    assert len({s.stamp for s in made.scores}) == 1
    assert made.changes is not None
    pair = made.changes["m"]
    assert (pair.a, pair.b) == ("2026-11-20", "2026-11-01")
    assert pair.verdict == "b"
    assert pair.difference == pytest.approx(-0.6)


def test_one_day_is_no_series(store: Store) -> None:
    keep(store, on(FIRST, lambda i: True))
    assert found(store) == Days(days=("2026-11-01",))


def test_answers_without_a_date_belong_to_no_day(store: Store) -> None:
    keep(store, [*on("", lambda i: True), *on(LATER, lambda i: False, repeat=1)])
    assert found(store).days == ("2026-11-20",)


def test_other_questions_and_other_graders_are_never_spliced(store: Store) -> None:
    keep(
        store,
        [
            *on(FIRST, lambda i: i % 2 == 0),
            *on(LATER, lambda i: True, repeat=1, count=30),
            *on("2026-11-25T00:00:00", lambda i: True, repeat=2, grader="text"),
        ],
    )
    made = found(store)
    assert len({s.stamp for s in made.scores}) == 3
    assert made.changes == {}


def test_a_drift_study_names_its_own_days(store: Store) -> None:
    keep(
        store,
        [
            *on(LATER, lambda i: True),
            *on(LATER, lambda i: i < 20, day="2026-12-01"),
            *on(LATER, lambda i: i < 21, day="2026-12-02"),
        ],
    )
    made = found(store)
    assert [s.day for s in made.scores] == ["2026-11-20", "2026-12-01", "2026-12-02"]
    assert day_of(told(QUESTIONS[0], True, at=LATER, day="2026-12-01")[0]) == "2026-12-01"


def test_two_models_are_corrected_for_each_other(store: Store) -> None:
    other = ModelCard(name="n", kind="scripted")
    given = [*on(FIRST, lambda i: i < 30), *on(LATER, lambda i: i < 20, repeat=1)]
    alone_store = given
    more = [
        told(q, i < k, at=at, repeat=r, card=other)
        for i, q in enumerate(QUESTIONS)
        for at, k, r in ((FIRST, 20, 0), (LATER, 21, 1))
    ]
    keep(store, [*alone_store, *more], CARD, other)
    made = found(store)
    assert made.changes is not None
    assert set(made.changes) == {"m", "n"}
    assert made.changes["m"].p_adjusted == pytest.approx(2 * made.changes["m"].p)
