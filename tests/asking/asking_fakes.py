"""What the tests of asking are asked of and stored in."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from concurrent.futures import Future
from typing import Any

from mingan.models.protocol import Reply, Request
from mingan.records import Answer, Grade, ModelCard, Question


class MemoryStore:
    """A store in memory that resolves its futures at once, or fails as it is told to."""

    def __init__(self, fail: Callable[[Answer], Exception | None] | None = None) -> None:
        self.answers: list[Answer] = []
        self.grades: list[Grade] = []
        self.links: list[tuple[str, str]] = []
        self.fail = fail

    def finished(self, keys: Collection[str]) -> set[str]:
        there = {a.key for a in self.answers if a.state != "failed"}
        return there & set(keys)

    def link(self, run_id: str, keys: Collection[str]) -> None:
        self.links += [(run_id, key) for key in keys]

    def record(
        self, run_id: str, answers: Sequence[Answer], grades: Sequence[Grade] = ()
    ) -> Future[None]:
        future: Future[None] = Future()
        for answer in answers:
            if self.fail and (error := self.fail(answer)):
                future.set_exception(error)
                return future
        self.answers += answers
        self.grades += grades
        self.links += [(run_id, a.key) for a in answers]
        future.set_result(None)
        return future


class FunctionModel:
    """A model made of one async function of the request."""

    source = "api"

    def __init__(
        self, card: ModelCard, answer: Callable[[Request], Any], concurrency: int | None = None
    ) -> None:
        self.card = card
        self.concurrency = concurrency
        self.requests: list[Request] = []
        self._answer = answer

    async def answer(self, request: Request) -> Reply:
        self.requests.append(request)
        reply = self._answer(request)
        if hasattr(reply, "__await__"):
            reply = await reply
        if isinstance(reply, Exception):
            raise reply
        return reply if isinstance(reply, Reply) else Reply(text=str(reply))

    async def close(self) -> None:
        pass


def questions(count: int, **more: Any) -> list[Question]:
    return [
        Question(id=f"q{i:03d}", prompt=f"第 {i} 题", bank="b", answer=str(i), **more)
        for i in range(count)
    ]
