"""/v1/chat/completions: what a policy chose is carried out, and told as OpenAI's API tells it.

One member: its own bytes are handed on, so that tools, pictures and fields unknown to us work; a
member that fails before its first word is replaced by the next, and after it the visitor gets an
error event, never a stop that was none. Cascade, vote and fusion: the answer is settled first and
then told. Whatever happens, the ask is settled and booked, a visitor's leaving included.
"""

from __future__ import annotations

import asyncio
import functools
import time
from collections import Counter
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal, TypeVar

from mingan.errors import ModelError
from mingan.gateway.answering import Outcome, carry_out
from mingan.gateway.policy import Ask, Choice
from mingan.gateway.server import events, faults
from mingan.gateway.server.hub import Hub, Visit, counted, not_a_member, told
from mingan.gateway.server.ledger import Trip
from mingan.gateway.server.ruled import Ruled
from mingan.gateway.server.upstream import Body, Flow, Whole, messages_of, settled
from mingan.gateway.server.visitors import header
from mingan.language import Text
from mingan.models import openai_wire as wire
from mingan.models.protocol import Reply
from mingan.records import Usage

AUTO = ("mingan", "auto")
"""Names by which a visitor leaves the choice to the policy."""

T = TypeVar("T", Whole, Flow)
State = Literal["ok", "failed", "broken", "gone", "stopped"]


@dataclass(slots=True)
class Asking:
    """One ask of a chat, from its body to its last byte."""

    hub: Hub
    visit: Visit
    body: Body
    size: int
    began: float = field(default_factory=time.perf_counter)
    choice: Choice = field(default_factory=lambda: Choice(models=("",)))
    member: str = ""
    path: list[dict[str, Any]] = field(default_factory=list)
    waited: float = 0.0
    first: float | None = None
    overhead: float | None = None

    def decide(self) -> None:
        """Who is to answer, and money set aside for it.

        Raises:
            Told: nobody can, or the budget has ended.
        """
        ask = self._ask()
        asked = str(self.body["model"])
        if asked in AUTO:
            self.choice = self._by_rule() or self._by_policy(ask)
        elif asked in self.visit.names():
            if ask.needs and self.hub.members[asked].words_only:
                raise faults.bad(
                    f"{asked} 只会文字，不会工具和图片。请换一个模型。",
                    f"{asked} knows words only, no tools or pictures. Ask another model.",
                )
            why = Text(f"点名要 {asked}", f"{asked} was asked for by name")
            self.choice = Choice(models=(asked,), why=why)
        else:
            raise not_a_member(asked)
        many = Counter(self.choice.models)
        if self.choice.mode == "cascade":
            many = Counter(dict.fromkeys(self.choice.models, self.choice.samples))
        together = self.choice.mode != "one"
        self.visit.reserve(self.body, self.size, many, together=together)

    def _by_rule(self) -> Choice | None:
        """A rule that is sure of its answer goes before all that costs something."""
        for name in self.hub.members:
            rule = self.hub.members[name]
            if isinstance(rule, Ruled) and name in self.visit.names() and rule.says(self.body):
                why = Text(f"{name} 按规则答得出", f"{name} has the answer by rule")
                return Choice(models=(name,), why=why)
        return None

    def _by_policy(self, ask: Ask) -> Choice:
        with told():
            choice = self.hub.policy.choose(ask)
        here = tuple(n for n in choice.models if n in (ask.members or ()))
        if not here:
            raise not_a_member(str(self.body["model"]))
        return _single(replace(choice, models=here), ask)

    def _ask(self) -> Ask:
        needs = set()
        if self.body.get("tools") or self.body.get("functions"):
            needs.add("tools")
        if any(_has_pictures(m.get("content")) for m in self.body["messages"]):
            needs.add("images")
        out = self.body.get("max_completion_tokens") or self.body.get("max_tokens")
        members = self.visit.names()
        if needs:
            members = frozenset(n for n in members if not self.hub.members[n].words_only)
        return Ask(
            messages=messages_of(self.body), needs=frozenset(needs),
            tokens_out=out if isinstance(out, int) else None,
            members=self.hub.up(members),
        )  # fmt: skip

    # ---------------------------------------------------------------- in one piece

    async def whole(self) -> tuple[bytes, dict[str, str]]:
        """The body to tell and its headers.

        Raises:
            Told: no member has answered.
        """
        try:
            if self.choice.mode == "one":
                got = await self._first_of(lambda m: self.hub.members[m].whole(self.body))
                payload = got.payload
                cost = self._cost(got.seen.usage, got.seen.letters)
                self._book("ok", cost, got.seen.usage)
            else:
                outcome = await self._settled()
                payload = wire.encode_any(events.completion(outcome.reply, self.member))
                cost = outcome.cost
            return payload, {**self.headers(), **_money(cost)}
        except ModelError as fault:
            self._book("failed", 0.0, None, fault=fault.say("en"))
            raise faults.of_member(fault) from None
        except asyncio.CancelledError:
            # What was under way may have been billed: what was set aside is kept.
            self._book("gone", None, None)
            raise

    async def _first_of(self, one: Callable[[str], Awaitable[T]]) -> T:
        """The first member that answers, in the order of the choice."""
        last: ModelError | None = None
        for name in self.choice.models:
            started = time.perf_counter()
            try:
                got = await self.hub.through(name, functools.partial(one, name))
            except ModelError as fault:
                last = fault
                self._step(name, started, "failed", fault.say("en"))
                continue
            finally:
                self.waited += time.perf_counter() - started
            self._step(name, started, "taken")
            self.member = name
            self.first = time.perf_counter() - self.began
            self.overhead = self.first - self.waited
            return got
        assert last is not None
        raise last

    def _step(self, name: str, started: float, state: str, fault: str = "") -> None:
        took = time.perf_counter() - started
        step = {"member": name, "state": state, "seconds": round(took, 4)}
        self.path.append({**step, "fault": fault} if fault else step)

    async def _settled(self) -> Outcome:
        """Carry out a cascade, a vote or a fusion, and book it."""
        outcome = await carry_out(self.choice, self._ask(), self._call)
        self.member, self.waited = outcome.member, outcome.seconds
        self.first = time.perf_counter() - self.began
        self.overhead = self.first - self.waited
        self.path = [
            {"member": s.member, "state": s.state, "seconds": round(s.seconds, 4),
             "cost": s.cost, **({"fault": s.fault} if s.fault else {})}
            for s in outcome.path
        ]  # fmt: skip
        usage = Usage(
            tokens_in=sum(s.usage.tokens_in or 0 for s in outcome.path),
            tokens_out=sum(s.usage.tokens_out or 0 for s in outcome.path),
        )
        unsure = any(s.state == "late" for s in outcome.path)
        self._book("ok", outcome.cost, usage, settle=None if unsure else outcome.cost)
        return outcome

    async def _call(self, member: str, ask: Ask, *, sample: int) -> Reply:
        """One member's reply, for whoever carries a choice out."""
        body = {**self.body, "n": 1}
        if ask.messages != messages_of(self.body):
            body["messages"] = list(ask.messages)
        if sample and isinstance(body.get("seed"), int):
            body["seed"] += sample
        upstream = self.hub.members[member]
        got = await self.hub.through(member, lambda: upstream.whole(body))
        cost = counted(upstream.card, got.seen.usage, self.size, got.seen.letters)
        text, reasoning, finish = _said(got.payload)
        return Reply(
            text=text, reasoning=reasoning, finish=finish, usage=got.seen.usage or Usage(),
            meta={"cost": repr(cost or 0.0)}, cost=cost,
        )  # fmt: skip

    # ---------------------------------------------------------------- in events

    async def opened(self) -> Flow:
        """Wait for the first word; headers can be told after it.

        Raises:
            Told: no member has said one.
        """
        try:
            if self.choice.mode == "one":
                return await self._first_of(lambda m: self.hub.members[m].flow(self.body))
            outcome = await self._settled()
        except ModelError as fault:
            self._book("failed", 0.0, None, fault=fault.say("en"))
            raise faults.of_member(fault) from None
        except asyncio.CancelledError:
            self._book("gone", None, None)
            raise
        return settled(outcome.reply, self.member)

    async def told(self, flow: Flow) -> AsyncGenerator[bytes]:
        """The events as they go out; to be closed by whoever iterates, to the end or not."""
        options = self.body.get("stream_options")
        wants_usage = isinstance(options, dict) and bool(options.get("include_usage"))
        state: State = "gone"
        fault = ""
        try:
            async for payload, seen in flow:
                if wants_usage or seen.choices or seen.usage is None:
                    yield events.data(payload)
                self.visit.more(flow.letters, self.hub.members[self.member].card)
            state = "ok"
            yield events.DONE
        except ModelError as broke:
            state, fault = "broken", broke.say("en")
            self.hub.breaker(self.member).leave(ok=False)
            yield events.data(wire.encode_any(faults.of_member(broke).body()))
        except faults.Told as stop:
            state, fault = "stopped", stop.text.en
            yield events.data(wire.encode_any(stop.body()))
        finally:
            await flow.close()
            if self.choice.mode == "one":
                cost = self._cost(flow.usage, flow.letters)
                self._book(state, cost, flow.usage, fault=fault)

    # ---------------------------------------------------------------- accounts

    def headers(self) -> dict[str, str]:
        """Which member answered, why, and how long the gateway itself took."""
        why = self.choice.why.say("en")
        return {
            "x-mingan-model": header(self.member), "x-mingan-mode": self.choice.mode,
            "x-mingan-why": header(why),
            "x-mingan-path": header(",".join(f"{s['member']}:{s['state']}" for s in self.path)),
            "x-mingan-overhead-ms": f"{1000 * (self.overhead or 0):.2f}",
        }  # fmt: skip

    def _cost(self, usage: Usage | None, letters: int) -> float | None:
        return counted(self.hub.members[self.member].card, usage, self.size, letters)

    def _book(
        self, state: State, cost: float | None, usage: Usage | None, *, fault: str = "",
        settle: float | Literal["cost"] | None = "cost",
    ) -> None:  # fmt: skip
        self.visit.settle(cost if settle == "cost" else settle)
        self.hub.book(
            Trip(
                asked=str(self.body["model"])[:200], member=self.member, mode=self.choice.mode,
                why=self.choice.why.say("en"), path=self.path, cost=cost, state=state, fault=fault,
                key=self.visit.key.name if self.visit.key else "",
                currency=self.hub.members[self.member].card.currency if self.member else "",
                tokens_in=usage.tokens_in if usage else None,
                tokens_out=usage.tokens_out if usage else None,
                seconds=time.perf_counter() - self.began, first_s=self.first,
                overhead_s=self.overhead,
            )
        )  # fmt: skip


def checked(body: Any) -> Mapping[str, Any]:
    """The body of a chat, if it can be used; fields that are not known here are left alone.

    Raises:
        Told: it is no object, or `model` or `messages` is missing or odd.
    """
    if not isinstance(body, dict):
        raise faults.bad("正文应当是一个 JSON 对象。", "The body should be a JSON object.")
    model, messages = body.get("model"), body.get("messages")
    if not isinstance(model, str) or not model:
        raise faults.bad("model 应当是一个模型的名字。", "model should be the name of a model.")
    if not isinstance(messages, list) or not messages:
        raise faults.bad("messages 应当有至少一条。", "messages should have at least one message.")
    for number, each in enumerate(messages):
        if not isinstance(each, dict) or not isinstance(each.get("role"), str):
            raise faults.bad(
                f"messages 第 {number} 条应当是带 role 的对象。",
                f"messages[{number}] should be an object with a role.",
            )
    return body


def _single(choice: Choice, ask: Ask) -> Choice:
    """Tools and pictures cannot be voted on: the best of those chosen answers alone."""
    if not ask.needs or choice.mode == "one":
        return choice
    order = sorted(choice.models, key=lambda n: -choice.gains.get(n, 0.0))
    if choice.mode == "cascade" and not choice.gains:
        order = list(reversed(choice.models))
    return replace(choice, mode="one", models=tuple(dict.fromkeys(order)))


def _has_pictures(content: Any) -> bool:
    return isinstance(content, list) and any(
        isinstance(part, dict) and str(part.get("type", "")).endswith(("image_url", "image"))
        for part in content
    )


def _said(payload: bytes) -> tuple[str, str, str]:
    said = wire.Said()
    said.add(wire.decode(payload))
    return said.whole()


def _money(cost: float | None) -> dict[str, str]:
    return {} if cost is None else {"x-mingan-cost": f"{cost:.8f}"}
