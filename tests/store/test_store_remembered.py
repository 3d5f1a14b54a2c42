"""A reader with a memory says at every moment what a reader without one says."""

from __future__ import annotations

from typing import Any

from mingan.records import Answer, Grade, ModelCard, Question
from mingan.store import Remembered, Store

QUESTION = Question(id="q", prompt="一加一？", bank="b", answer="2")
CARD = ModelCard(name="m", kind="recorded")


def _answer(**more: Any) -> Answer:
    return Answer(
        question="q", asked=QUESTION.asked, model="m", model_hash=CARD.hash, bank="b", **more
    )


def _alike(memory: Remembered, store: Store) -> None:
    memory.look()
    assert list(memory.answers()) == list(store.answers())
    assert memory.grades() == store.grades()
    assert list(memory.answers(bank="x")) == []
    assert list(memory.answers(models=[CARD.hash])) == list(store.answers(models=[CARD.hash]))


def test_it_follows_answers_corrections_failures_and_grades(store: Store) -> None:
    memory = Remembered(store)
    empty = memory.look()
    store.add_bank("b", [QUESTION])
    store.add_cards([CARD])
    assert memory.look() != empty
    _alike(memory, store)
    store.record("", [_answer(state="failed", repeat=1)]).result()
    first = _answer(text="3")
    store.record("", [first]).result()
    _alike(memory, store)
    store.record("", [_answer(text="2", revision=1, supersedes=first.content)]).result()
    store.record("", [_answer(text="2", repeat=1)]).result()
    _alike(memory, store)
    grade = Grade(answer=first.content, question_hash=QUESTION.hash, verdict="wrong", grader="g")
    store.add_grades([grade])
    _alike(memory, store)
    assert memory.look() == memory.look()


def test_rows_that_become_visible_late_are_not_missed(store: Store) -> None:
    memory = Remembered(store)
    store.record("", [_answer(text="1"), _answer(text="2", repeat=1)]).result()
    memory.look()
    # As if the first row had been committed by another process after the second was read.
    del memory._answers[_answer(text="1").key]
    memory._answers_to = (memory._answers_to[0], 1)
    _alike(memory, store)
