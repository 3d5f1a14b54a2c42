"""Asking: a plan goes in, answers come to rest in the store, and an account comes back.

Every endpoint has workers that take the next question, ask it (with retries, under the limiter),
grade the answer in passing, hand both to the store, and wait until they are on disk before they
take another. So whatever kills the process, only what was under way is asked again. A run stops
by closing its gate: on a wish, on a budget, on a store that cannot write, or, for one endpoint,
by its breaker; what is under way is still finished and kept. This module must not know HTTP, SQL
or how verdicts are found.
"""

from __future__ import annotations

import asyncio
import math
import random
from collections.abc import Callable, Collection, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, replace
from functools import partial
from typing import Literal, Protocol

from mingan import plugins
from mingan.asking.budget import Budget, Ledger
from mingan.asking.conversation import BrokenGame, Conversations
from mingan.asking.durable import Landing
from mingan.asking.gate import Gate
from mingan.asking.lanes import Endpoint, Lane, check, check_kinds, lay_out
from mingan.asking.limiter import Slot
from mingan.asking.marking import GradeOne, IsSlow, Marking
from mingan.asking.plan import Item, Plan, missing, render
from mingan.asking.progress import Progress
from mingan.asking.retry import Attempt, GaveWay, Retry
from mingan.asking.states import answer_of, failed_answer, keepable
from mingan.bank.games import Move
from mingan.errors import MinganError, ModelError, RequestRejected, StoreError, Unreachable
from mingan.language import Text
from mingan.models.protocol import Message, Model, Reply, Request
from mingan.records import Answer, Grade, State

TICK_S = 0.25


class Recorder(Protocol):
    """What asking needs of a store."""

    def finished(self, keys: Collection[str]) -> set[str]:
        """Those of `keys` that have an answer that did not fail."""
        ...

    def link(self, run_id: str, keys: Collection[str]) -> None:
        """Note that a run uses answers that are there already."""
        ...

    def record(
        self, run_id: str, answers: Sequence[Answer], grades: Sequence[Grade] = ()
    ) -> Future[None]:
        """Store answers and grades; the future resolves once they are durable."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """The account of one run.

    Attributes:
        state: `finished` (everything was asked), `stopped` (something was left for the next
            run), or `failed` (the store could not write); as the store's `end_run` wants it.
        asked: answers that were recorded, failed ones included; `already`: those that were
            there before; `left`: those not asked.
        states: recorded answers by state.
        spent: money by currency; tokens and seconds likewise.
        reasons: why something was left, one sentence each.
        lost: answers that came but could not be stored.
        ungraded: answers stored without a grade because the grader itself failed.
    """

    run_id: str
    state: Literal["finished", "stopped", "failed"]
    asked: int
    already: int
    left: int
    lost: int
    ungraded: int
    states: dict[State, int]
    spent: dict[str, float]
    tokens_in: int
    tokens_out: int
    requests: int
    seconds: float
    reasons: tuple[Text, ...] = ()
    error: MinganError | None = None


async def ask(
    plan: Plan,
    models: Mapping[str, Model],
    store: Recorder,
    *,
    run_id: str,
    grade: GradeOne | None = None,
    slow: IsSlow | None = None,
    concurrency: int | None = None,
    retry: Retry | None = None,
    budget: Budget | None = None,
    progress: Callable[[Progress], None] | None = None,
    stop: asyncio.Event | None = None,
    abandon: asyncio.Event | None = None,
    rng: random.Random | None = None,
    registry: plugins.Registry = plugins.registry,
) -> Outcome:
    """Ask everything in `plan` that `store` does not have yet.

    Neither begins nor ends the run in the store and does not close the models: both belong to
    the caller.

    Args:
        models: by the name of their card.
        run_id: the run that answers are recorded for.
        grade: judges an answer in passing; called with every answer that did not fail.
        slow: which questions take so long to grade that a thread of its own must do it.
        concurrency: requests at once and endpoint. Given, the run starts with as many and goes
            down if it must; not given, it starts with 8 and works its way up to 64. What a
            model says it can bear goes before it.
        progress: called about four times a second, and once at the end, with one live object.
        stop: once set, no new request starts and those under way are finished.
        abandon: once set, those under way are dropped too.
        registry: where the games are found that questions with a `kind` name.

    Raises:
        UsageError: the plan, the models or the budget make no sense; nothing was asked.
        InputError: a question is of a kind that nobody installed; nothing was asked.
        StoreError: the store could not be read at the start; nothing was asked.
    """
    asking = Asking(
        plan, models, store, run_id=run_id, grade=grade, slow=slow, concurrency=concurrency,
        retry=retry or Retry(), budget=budget or Budget(), rng=rng or random.Random(),
        registry=registry,
    )  # fmt: skip
    return await asking.run(progress, stop, abandon)


class Asking:
    """One run, from the missing keys to the account."""

    def __init__(
        self,
        plan: Plan,
        models: Mapping[str, Model],
        store: Recorder,
        *,
        run_id: str,
        grade: GradeOne | None,
        slow: IsSlow | None = None,
        concurrency: int | None,
        retry: Retry,
        budget: Budget,
        rng: random.Random,
        registry: plugins.Registry = plugins.registry,
    ) -> None:
        check(plan, models, concurrency)
        self._talk = Conversations(plan.questions, registry)
        check_kinds(plan, models, self._talk.wordless)
        budget.check([c for c in plan.cards if models[c.name].source == "api"])
        items = plan.items()
        todo, there = missing(items, store)
        store.link(run_id, there)
        self.run_id = run_id
        self.gate = Gate()
        self.error: MinganError | None = None
        self.lost = 0
        self._store = store
        self._marking = Marking(store, run_id, grade, slow)
        self._retry = retry
        self._budget = budget
        self._rng = rng
        self._mute = False
        self._landing = Landing()
        self._ledger = Ledger(budget, self.gate, turns=self._talk.most)
        self.endpoints = lay_out(plan, models, self.gate, concurrency=concurrency)
        self._lanes = {hash_: lane for e in self.endpoints for hash_, lane in e.lanes.items()}
        self._count(items, todo, set(there))
        self.progress = Progress({lane.tally.name: lane.tally for lane in self._lanes.values()})

    async def run(
        self,
        progress: Callable[[Progress], None] | None,
        stop: asyncio.Event | None,
        abandon: asyncio.Event | None,
    ) -> Outcome:
        """Ask until everything is there, or the gate closes and what is under way is done."""
        workers = [
            asyncio.create_task(self._work(endpoint))
            for endpoint in self.endpoints
            for _ in range(min(endpoint.limiter.most, endpoint.waiting))
        ]
        helpers = [asyncio.create_task(self._tick(progress))]
        if stop is not None:
            helpers.append(asyncio.create_task(self._stop_on(stop)))
        if abandon is not None:
            helpers.append(asyncio.create_task(self._abandon_on(abandon, workers)))
        if self._budget.seconds is not None:
            helpers.append(asyncio.create_task(self._stop_after(self._budget.seconds)))
        try:
            await _all(workers)
        finally:
            for task in [*workers, *helpers]:
                task.cancel()
            await asyncio.gather(*workers, *helpers, return_exceptions=True)
        await self._marking.finish()
        self.error = self.error or self._marking.error
        self._show(progress, finished=True)
        return self._account()

    # -- one question ------------------------------------------------------------------------

    async def _work(self, endpoint: Endpoint) -> None:
        slot = Slot(endpoint.limiter)
        for item in endpoint.queue:
            lane = self._lanes[item.model_hash]
            if lane.gate.closed:
                if endpoint.gate.closed:
                    return
                continue
            need = await self._ledger.reserve(item)
            if need is None:
                return
            answer: Answer | None = None
            lane.tally.in_flight += 1
            try:
                answer = await self._answer(item, lane, endpoint, slot)
                if answer is not None:
                    await self._keep(item, lane, answer)
            finally:
                lane.tally.in_flight -= 1
                self._ledger.settle(item, need, answer)
                slot.give()

    async def _answer(
        self, item: Item, lane: Lane, endpoint: Endpoint, slot: Slot
    ) -> Answer | None:
        """The answer, or the record that it could not be had, or None to leave it unasked."""
        source = lane.model.source
        attempt = Attempt(
            self._patience(item, source),
            slot,
            lane.gate,
            rng=self._rng,
            reached=lambda: endpoint.breaker.reached,
        )
        try:
            replies, moves = await self._converse(item, lane, attempt)
        except GaveWay:
            return None
        except ModelError as error:
            if lane.gate.closed and not isinstance(error, RequestRejected):
                return None
            if not isinstance(error, BrokenGame):  # which says nothing about the endpoint
                self._gave_up(error, lane, endpoint)
            return failed_answer(
                item, error, source=source, tries=attempt.tries, seconds=attempt.elapsed
            )
        lane.breaker.answered()
        endpoint.breaker.answered()
        return answer_of(item, replies, moves, source=source, tries=attempt.tries)

    def _patience(self, item: Item, source: str) -> Retry:
        """How stubborn to be: a game may take as long as its turns would take one by one."""
        if source == "pasted":  # a person who pastes takes the time that it takes
            return replace(self._retry, deadline=math.inf)
        turns = self._talk.most(item.question) if item.question.kind else 1
        return replace(self._retry, deadline=self._retry.deadline * turns)

    async def _converse(
        self, item: Item, lane: Lane, attempt: Attempt
    ) -> tuple[list[Reply], list[Move]]:
        """Ask turn by turn, feeding the model's answers back, until no more is to be said.

        Gives the replies and what was said before each of them but the first.
        """
        first = messages = render(item.question, item.card)
        generation = lane.generation(item.repeat)
        replies: list[Reply] = []
        moves: list[Move] = []
        while True:
            request = Request(
                messages=messages,
                generation=generation,
                question=item.question.id,
                asked=item.asked,
                repeat=item.repeat,
                day=item.day,
                shown=self._talk.shown(item.question),
            )
            replies.append(await attempt.get(partial(lane.model.answer, request)))
            move = self._talk.after(item.question, replies)
            if move is None:
                break
            moves.append(move)
            messages = _continued(first, messages, replies[-1], move)
        return replies, moves

    async def _keep(self, item: Item, lane: Lane, answer: Answer) -> None:
        """Store the answer, wait until it is durable, and put it in line for its grade."""
        try:
            await self._landing.wait(self._store.record(self.run_id, (answer,)))
        except StoreError as error:
            self.lost += answer.state != "failed"
            self.error = self.error or error
            self.gate.close(error.message)
            return
        lane.tally.take(answer)
        self._marking.add(item.question, answer)

    def _gave_up(self, error: ModelError, lane: Lane, endpoint: Endpoint) -> None:
        if isinstance(error, Unreachable):
            if sentence := endpoint.breaker.gave_up(error):
                endpoint.gate.close(sentence)
        elif sentence := lane.breaker.gave_up(error):
            lane.gate.close(sentence)

    # -- around it ---------------------------------------------------------------------------

    def _count(self, items: Sequence[Item], todo: Sequence[Item], there: set[str]) -> None:
        for item in items:
            tally = self._lanes[item.model_hash].tally
            tally.total += 1
            tally.already += item.key in there
        for endpoint in self.endpoints:
            endpoint.load(todo)

    async def _tick(self, progress: Callable[[Progress], None] | None) -> None:
        while progress is not None:
            self._show(progress)
            await asyncio.sleep(TICK_S)

    def _show(self, progress: Callable[[Progress], None] | None, *, finished: bool = False) -> None:
        if progress is None or self._mute:
            return
        for endpoint in self.endpoints:
            for lane in endpoint.lanes.values():
                lane.tally.concurrency = int(endpoint.limiter.window)
                lane.tally.stopped = lane.gate.reason.say() if lane.gate.reason else ""
        self.progress.mark()
        self.progress.finished = finished
        try:
            progress(self.progress)
        except Exception:
            self._mute = True  # a closed terminal must not cost the answers that are under way

    async def _stop_on(self, stop: asyncio.Event) -> None:
        await stop.wait()
        self.gate.close(
            Text(
                "按要求停下了；已得到的回答都在，再运行一次会接着问。",
                "Stopped as asked; all answers so far are kept, run again to go on.",
            )
        )

    async def _stop_after(self, seconds: float) -> None:
        await asyncio.sleep(seconds)
        self.gate.close(
            Text(
                f"到了时间预算（{seconds:g} 秒），已停下；再运行一次会接着问。",
                f"The budget of {seconds:g} seconds is used up; run again to go on.",
            )
        )

    async def _abandon_on(
        self, abandon: asyncio.Event, workers: Sequence[asyncio.Task[None]]
    ) -> None:
        await abandon.wait()
        self.gate.close(
            Text(
                "按要求立即停下，正在等的回答放弃了；再运行一次会重新问这几题。",
                "Stopped at once as asked; the answers under way were dropped and will be asked "
                "again by the next run.",
            )
        )
        for worker in workers:
            worker.cancel()

    def _account(self) -> Outcome:
        shown = self.progress
        tallies = shown.models.values()
        asked = sum(tally.asked for tally in tallies)
        already = sum(tally.already for tally in tallies)
        left = shown.total - already - asked
        gates = [self.gate, *(e.gate for e in self.endpoints)]
        gates += [lane.gate for lane in self._lanes.values()]
        reasons = dict.fromkeys(gate.reason for gate in gates if gate.reason)
        return Outcome(
            run_id=self.run_id,
            state="failed" if self.error else "stopped" if left else "finished",
            asked=asked,
            already=already,
            left=left,
            lost=self.lost,
            ungraded=self._marking.failed,
            states=shown.states,
            spent=shown.costs,
            tokens_in=sum(tally.tokens_in for tally in tallies),
            tokens_out=sum(tally.tokens_out for tally in tallies),
            requests=sum(tally.requests for tally in tallies),
            seconds=shown.elapsed_s,
            reasons=tuple(reasons) if left else (),
            error=self.error,
        )


def _continued(
    first: tuple[Message, ...], messages: tuple[Message, ...], reply: Reply, move: Move
) -> tuple[Message, ...]:
    """The messages of the next request: all so far and the move, or a conversation begun anew."""
    user: Message = {"role": "user", "content": move.text}
    if move.fresh:
        return (*first[:-1], user)
    # Many endpoints reject a message without any text.
    text = keepable(reply.text)
    said: Message = {"role": "assistant", "content": text if text.strip() else "……"}
    return (*messages, said, user)


async def _all(workers: Sequence[asyncio.Task[None]]) -> None:
    """Wait for all; an abandoned worker is no fault, any other fault is raised at once."""
    if not workers:
        return
    done, _ = await asyncio.wait(workers, return_when=asyncio.FIRST_EXCEPTION)
    for task in done:
        if not task.cancelled() and (fault := task.exception()):
            raise fault
