"""Grading in passing: between the events of the loop, a batch at a time, and never in the way."""

from __future__ import annotations

import asyncio
import threading
import time
from concurrent.futures import Future

from asking_fakes import MemoryStore, questions

from mingan.asking.marking import BATCH, SLOW_AT_ONCE, Marking
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


async def test_what_takes_long_is_graded_in_a_thread_and_nobody_waits_for_it(
    store: MemoryStore,
) -> None:
    slow, quick = questions(2)
    may_end = threading.Event()

    def grade(question: Question, said: Answer) -> Grade:
        if question is slow:
            assert threading.current_thread() is not threading.main_thread()
            assert may_end.wait(10)
        return right(question, said)

    marking = Marking(store, "r", grade, lambda question: question is slow)
    marking.add(slow, answer(slow))
    marking.add(quick, answer(quick))
    while not store.grades:  # the loop turns, and the quick one is done first
        await asyncio.sleep(0)
    assert [grade.question_hash for grade in store.grades] == [quick.hash]
    may_end.set()
    await marking.finish()
    assert {grade.question_hash for grade in store.grades} == {quick.hash, slow.hash}


async def test_only_a_few_slow_ones_are_graded_at_once(store: MemoryStore) -> None:
    under_way, most, lock = 0, 0, threading.Lock()

    def grade(question: Question, said: Answer) -> Grade:
        nonlocal under_way, most
        with lock:
            under_way += 1
            most = max(most, under_way)
        time.sleep(0.005)
        with lock:
            under_way -= 1
        if question is asked[7]:
            raise ZeroDivisionError
        return right(question, said)

    marking = Marking(store, "r", grade, lambda question: True)
    asked = questions(20)
    for question in asked:
        marking.add(question, answer(question))
    await marking.finish()
    assert (len(store.grades), marking.failed) == (19, 1)
    assert 1 < most <= SLOW_AT_ONCE
