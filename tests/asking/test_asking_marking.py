"""Grading in passing: between the events of the loop, a batch at a time, and never in the way."""

from __future__ import annotations

import asyncio
from concurrent.futures import Future

from asking_fakes import MemoryStore, questions

from mingan.asking.marking import BATCH, Marking
from mingan.errors import DiskFullError
from mingan.records import Answer, Grade, Question


def answer(question: Question, **more: object) -> Answer:
    values = {"text": "x", **more}
    return Answer(question=question.id, asked=question.asked, model="m", model_hash="h", **values)


def right(question: Question, said: Answer) -> Grade:
    return Grade(answer=said.content, question_hash=question.hash, verdict="right", grader="g")


async def test_everything_is_graded_and_stored_in_batches(store: MemoryStore) -> None:
    marking = Marking(store, "r", right)
    for question in questions(3 * BATCH):
        marking.add(question, answer(question))
    await marking.finish()
    assert len(store.grades) == 3 * BATCH
    assert marking.failed == 0


async def test_a_slow_grader_lets_others_in_between(store: MemoryStore) -> None:
    turns = 0

    async def other() -> None:
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    marking = Marking(store, "r", right)
    task = asyncio.create_task(other())
    for question in questions(20):
        marking.add(question, answer(question))
    await marking.finish()
    task.cancel()
    assert turns >= 19


async def test_what_could_not_be_had_or_graded_is_no_verdict(store: MemoryStore) -> None:
    def broken(question: Question, said: Answer) -> Grade:
        raise ZeroDivisionError

    marking = Marking(store, "r", broken)
    first, second = questions(2)
    marking.add(first, answer(first, state="failed"))
    marking.add(second, answer(second))
    await marking.finish()
    assert (store.grades, marking.failed) == ([], 1)


async def test_a_full_disk_is_told_at_the_end() -> None:
    class Full(MemoryStore):
        def record(self, run_id, answers, grades=()):  # type: ignore[no-untyped-def]
            future: Future[None] = Future()
            future.set_exception(DiskFullError("满", "full"))
            return future

    marking = Marking(Full(), "r", right)
    (question,) = questions(1)
    marking.add(question, answer(question))
    await marking.finish()
    assert isinstance(marking.error, DiskFullError)
