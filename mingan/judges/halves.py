"""Half a comparison: what a judge chose with the answers in the first order, before the second.

A pair is asked about twice, and the first reply is paid for before the second is asked for. So it
goes to disk at once; if the second cannot be had, or the process dies, the next sitting says the
kept reply again for the judge and asks only for the other order. It is kept as an opinion that is
no verdict, and counts for nothing by itself. The module must not know how judges are asked.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping

import msgspec

from mingan.grading import judging
from mingan.grading.judging import Case
from mingan.language import Text
from mingan.models.protocol import Model, Reply, Request, Source
from mingan.records import Grade, ModelCard, Usage, now
from mingan.store import Store

_WHY = Text("两种先后只问了一种", "only one of the two orders has been asked")
_MOST = 8_000

Place = tuple[str, str, str]
"""(case id, judge, version)."""


class _Kept(msgspec.Struct, frozen=True, omit_defaults=True):
    """The reply, and the second answer of the pair; the first is the grade's own."""

    half: str
    second: str
    usage: Usage = Usage()


class Halves:
    """The halves on record for some cases."""

    def __init__(self, store: Store, cases: Mapping[str, Case], grades: Iterable[Grade]) -> None:
        """`grades` is everything on record, oldest first."""
        self.cases = cases
        self._store = store
        self._said: dict[Place, Reply] = {}
        places = {(c.question.hash, *(a.content for a in c.answers)): c.id for c in cases.values()}
        pairs = [grade for grade in grades if grade.grader == judging.grader_of("pair")]
        paid = {_whose(grade) for grade in pairs if grade.cost is not None}
        for grade in pairs:
            kept = _read(grade)
            if kept is None:
                continue
            case = places.get((grade.question_hash, grade.answer, kept.second))
            if case is not None:
                # A comparison that came to nothing has the cost of its first order on record.
                usage = Usage() if _whose(grade) in paid else kept.usage
                self._said[case, grade.by, grade.version] = Reply(text=kept.half, usage=usage)

    def of(self, case: Case, card: ModelCard, repeat: int) -> Reply | None:
        """What the judge said of the pair in the first order; None where nothing is kept."""
        return self._said.get((case.id, card.name, judging.opinion_version(card, repeat)))

    async def keep(self, case: Case, card: ModelCard, repeat: int, reply: Reply) -> None:
        """Put a reply on disk, and wait until it is there."""
        kept = _Kept(reply.text, case.answers[1].content, reply.usage)
        grade = Grade(
            answer=case.answers[0].content,
            question_hash=case.question.hash,
            verdict="ungraded",
            grader=judging.grader_of("pair"),
            version=judging.opinion_version(card, repeat),
            reason=_WHY,
            extracted=msgspec.json.encode(kept).decode(),
            authority="judge",
            by=card.name,
            at=now(),
            hidden=case.question.hidden,
            opinion=True,
        )
        await asyncio.wrap_future(self._store.record("", (), [grade]))


class HalfwayJudge:
    """A judge of pairs whose first replies are kept, and said again when they are on record."""

    def __init__(self, model: Model, halves: Halves) -> None:
        self.card: ModelCard = model.card
        self.concurrency: int | None = model.concurrency
        self.source: Source = model.source
        self._model = model
        self._halves = halves

    async def answer(self, request: Request) -> Reply:
        """What was said before, or what the model says now."""
        case = self._halves.cases[request.question]
        said = [m["content"] for m in request.messages if m["role"] == "user"]
        if said[0] != case.asked.prompt:
            return await self._model.answer(request)
        kept = self._halves.of(case, self.card, request.repeat)
        if kept is not None and len(said) == 1:
            return kept
        reply = await self._model.answer(request)
        if len(reply.text) <= _MOST and case.readings([reply.text])[0].verdict:
            await self._halves.keep(case, self.card, request.repeat, reply)
        return reply

    async def close(self) -> None:
        """Let go of the model."""
        await self._model.close()


def _whose(grade: Grade) -> tuple[str, str, str]:
    return grade.answer, grade.by, grade.version


def _read(grade: Grade) -> _Kept | None:
    if grade.verdict != "ungraded" or not grade.extracted.startswith("{"):
        return None
    try:
        return msgspec.json.decode(grade.extracted, type=_Kept)
    except msgspec.MsgspecError:
        return None
