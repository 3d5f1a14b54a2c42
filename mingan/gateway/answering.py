"""Carries a choice out: one, cascade, vote or fuse, over whoever can be called.

    outcome = await carry_out(choice, ask, call)
    outcome.text, outcome.member, outcome.path

`call(member, ask, sample=k)` is given; how a member is reached, retried or paid is not known here.
A member that fails is skipped; one success is enough, and without one the last fault is raised.
What was still under way when the answer was settled is cancelled, and waited for.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Protocol

from mingan.errors import ModelError, ServerFault
from mingan.gateway.ballots import agreement, decided, gist, winner
from mingan.gateway.policy import Ask, Choice
from mingan.gateway.words import MERGE
from mingan.language import Lang
from mingan.models.protocol import Message, Reply
from mingan.records import Usage

ROUND_SECONDS = 90.0
"""A vote or a fusion goes on with whoever has answered by then."""


class Call(Protocol):
    """Asks one member once. Raises: children of `ModelError`."""

    async def __call__(self, member: str, ask: Ask, *, sample: int) -> Reply:
        """The reply to `ask`; samples are numbered, so that they can be told apart."""
        ...


class Sure(Protocol):
    """How sure a rule or a judge is that a reply is right, 0 to 1; None leaves it to others."""

    async def __call__(self, member: str, ask: Ask, reply: Reply) -> float | None:
        """Confidence in one reply."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One call.

    Attributes:
        state: taken, passed (its answer was not sure enough, or was outvoted), failed, abstained,
            late (still under way when the answer was settled).
        confidence: 0 to 1; None where nobody looked.
        started_s, seconds: since the choice began; of the call itself.
        cost: as `Reply.meta["cost"]` says; 0 where it does not.
    """

    member: str
    sample: int
    state: str
    seconds: float
    started_s: float = 0.0
    confidence: float | None = None
    cost: float = 0.0
    usage: Usage = field(default_factory=Usage)
    fault: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """An answer, who gave it, and what it took."""

    text: str
    member: str
    reply: Reply
    path: tuple[Step, ...]
    seconds: float
    mode: str

    @property
    def cost(self) -> float:
        """What all calls cost together, those in vain too."""
        return sum(step.cost for step in self.path)


@dataclass(slots=True)
class _Round:
    """The calls of one choice as they happen."""

    ask: Ask
    call: Call
    sure: Sure | None
    began: float = field(default_factory=time.monotonic)
    steps: list[Step] = field(default_factory=list)
    fault: ModelError | None = None

    async def one(self, member: str, sample: int, ask: Ask | None = None) -> Reply | None:
        """Ask once; a fault or an abstention becomes a step and None."""
        started = time.monotonic()
        step = Step(
            member=member, sample=sample, state="late", seconds=0.0, started_s=started - self.began
        )
        try:
            reply = await self.call(member, ask or self.ask, sample=sample)
        except ModelError as fault:
            self.fault = fault
            took = time.monotonic() - started
            self.steps.append(replace(step, state="failed", seconds=took, fault=fault.say("en")))
            return None
        except asyncio.CancelledError:
            self.steps.append(replace(step, seconds=time.monotonic() - started))
            raise
        state = "passed" if reply.text.strip() else "abstained"
        self.steps.append(
            replace(
                step, state=state, seconds=time.monotonic() - started, usage=reply.usage,
                cost=_cost(reply),
            )
        )  # fmt: skip
        return reply if reply.text.strip() else None

    def outcome(self, member: str, reply: Reply, mode: str, sample: int | None = None) -> Outcome:
        """The answer is settled: the step that gave it is marked."""
        path = list(self.steps)
        for i in range(len(path) - 1, -1, -1):
            if (
                path[i].member == member
                and path[i].state == "passed"
                and (sample is None or path[i].sample == sample)
            ):
                path[i] = replace(path[i], state="taken")
                break
        return Outcome(
            text=reply.text, member=member, reply=reply, path=tuple(path), mode=mode,
            seconds=time.monotonic() - self.began,
        )  # fmt: skip

    def nobody(self) -> ModelError:
        """What to raise when no member has answered."""
        return self.fault or ServerFault(
            "所有成员都没有作答。请换一个策略，或稍后再试。",
            "No member gave an answer. Use another policy, or try again later.",
        )


async def carry_out(
    choice: Choice, ask: Ask, call: Call, *, sure: Sure | None = None,
    round_seconds: float = ROUND_SECONDS,
) -> Outcome:  # fmt: skip
    """Do what a policy chose.

    Args:
        sure: a rule or judge that looks at a cascade's answers; where it says None or is missing,
            agreement of samples counts, else the reply's log-probability margin, else nothing, and
            the answer is passed on.
        round_seconds: how long a vote or a fusion waits for the slow.

    Raises:
        ModelError: no member has answered.
    """
    this = _Round(ask, call, sure)
    if choice.mode == "cascade":
        return await _cascade(choice, this)
    if choice.mode == "vote":
        return await _vote(choice, this, round_seconds)
    if choice.mode == "fuse":
        return await _fuse(choice, this, round_seconds)
    for member in choice.models:
        reply = await this.one(member, 0)
        if reply is not None:
            return this.outcome(member, reply, "one")
    raise this.nobody()


async def consistent(member: str, this: _Round, samples: int) -> tuple[Reply, float, int] | None:
    """Ask one member until it is clear what it says most; the reply, its share, its number.

    Samples run one after another, since most asks are clear after two or three.
    """
    had: list[tuple[Reply, int]] = []
    for sample in range(samples):
        reply = await this.one(member, sample)
        if reply is not None:
            had.append((reply, sample))
        if decided([gist(r.text) for r, _ in had], samples - sample - 1):
            break
    if not had:
        return None
    gists = [gist(r.text) for r, _ in had]
    leader, _ = winner([(member, said) for said in gists], {})
    reply, number = had[gists.index(leader)]
    return reply, agreement(gists), number


async def _cascade(choice: Choice, this: _Round) -> Outcome:
    kept: tuple[str, Reply, int] | None = None
    for place, member in enumerate(choice.models):
        last = place == len(choice.models) - 1
        found = await consistent(member, this, 1 if last else choice.samples)
        if found is None:
            continue
        reply, share, sample = found
        kept = (member, reply, sample)
        if last:
            break
        confidence = await _confidence(choice, this, member, reply, share)
        this.steps[-1] = replace(this.steps[-1], confidence=confidence)
        if confidence >= choice.accept.get(member, 1.0):
            break
    if kept is None:
        raise this.nobody()
    # If all above it failed, an unsure answer is better than none.
    return this.outcome(kept[0], kept[1], "cascade", kept[2])


async def _confidence(
    choice: Choice, this: _Round, member: str, reply: Reply, share: float
) -> float:
    if this.sure is not None:
        said = await this.sure(member, this.ask, reply)
        if said is not None:
            return said
    if choice.samples > 1:
        return share
    try:
        return min(max(float(reply.meta["margin"]), 0.0), 1.0)
    except (KeyError, ValueError):
        return 0.0


async def _all(
    members: Sequence[str], this: _Round, seconds: float, weights: dict[str, float] | None
) -> list[tuple[str, Reply]]:
    """Ask all at once; in the order of `members` those who answered.

    With weights, stops once nobody still out can change the winner.
    """
    tasks = {asyncio.create_task(this.one(m, 0)): m for m in dict.fromkeys(members)}
    had: dict[str, Reply] = {}
    end = time.monotonic() + seconds
    try:
        while pending := [task for task in tasks if not task.done()]:
            left = end - time.monotonic()
            if had and left <= 0:
                break
            # Without any answer yet, waiting on is better than giving up.
            done, _ = await asyncio.wait(
                pending, timeout=max(left, 0.0) if had else None,
                return_when=asyncio.FIRST_COMPLETED,
            )  # fmt: skip
            had |= {tasks[t]: r for t in done if (r := t.result()) is not None}
            out = [m for t, m in tasks.items() if not t.done()]
            if weights is not None and _settled(had, out, weights):
                break
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    return [(m, had[m]) for m in dict.fromkeys(members) if m in had]


def _settled(had: dict[str, Reply], out: Sequence[str], weights: dict[str, float]) -> bool:
    """Whether the leader is ahead of the second by more than all who are still out weigh."""
    totals: dict[str, float] = {}
    for member, reply in had.items():
        said = gist(reply.text)
        totals[said] = totals.get(said, 0.0) + weights.get(member, 1.0)
    ranked = sorted([*totals.values(), 0.0, 0.0], reverse=True)
    return ranked[0] - ranked[1] > sum(weights.get(member, 1.0) for member in out)


async def _vote(choice: Choice, this: _Round, seconds: float) -> Outcome:
    had = await _all(choice.models, this, seconds, choice.weights)
    if not had:
        raise this.nobody()
    order = {m: i for i, m in enumerate(choice.models)}
    ballots = [(m, gist(r.text)) for m, r in had]
    leader, _ = winner(ballots, choice.weights)
    agreed = [(m, r) for (m, r), (_, said) in zip(had, ballots, strict=True) if said == leader]
    member, reply = max(
        agreed, key=lambda pair: (choice.weights.get(pair[0], 1.0), -order[pair[0]])
    )
    return this.outcome(member, reply, "vote")


async def _fuse(choice: Choice, this: _Round, seconds: float) -> Outcome:
    *proposers, merger = choice.models
    had = await _all(proposers, this, seconds, None)
    if not had:
        raise this.nobody()
    if len(had) == 1:
        return this.outcome(*had[0], "fuse")
    merged = await this.one(merger, 1, merging(this.ask, [reply.text for _, reply in had]))
    if merged is not None:
        return this.outcome(merger, merged, "fuse", 1)
    member, reply = next((pair for pair in had if pair[0] == merger), had[0])
    return this.outcome(member, reply, "fuse", 0)


def merging(ask: Ask, answers: Sequence[str]) -> Ask:
    """What the merger is asked: the conversation, then the answers, fenced and numbered.

    An answer that holds the fence itself cannot close it: runs of its sign are cut to one.
    """
    fenced = "\n\n".join(
        f"<<<{i}\n{text.replace('<<<', '<').replace('>>>', '>')}\n>>>"
        for i, text in enumerate(answers, start=1)
    )
    lang: Lang = "zh" if any("\u3400" <= c <= "\u9fff" for c in ask.text) else "en"
    wish: Message = {"role": "user", "content": f"{ask.text}\n\n{MERGE.say(lang)}\n\n{fenced}"}
    at = max((i for i, m in enumerate(ask.messages) if m["role"] == "user"), default=-1)
    return replace(ask, messages=(*ask.messages[: max(at, 0)], wish))


def _cost(reply: Reply) -> float:
    try:
        return max(float(reply.meta.get("cost", 0.0)), 0.0)
    except ValueError:
        return 0.0
