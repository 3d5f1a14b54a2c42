"""/v1/responses and /v1/embeddings: passed through to a member's endpoint as they are.

A response may be left to the policy, which sees its words; an embedding may not, since vectors of
two models cannot be compared. A member that fails before it has said anything is replaced; what
was used is read beside the bytes, and booked.
"""

from __future__ import annotations

import functools
import time
from dataclasses import dataclass
from typing import Any

import msgspec
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from mingan.errors import ModelError, ServerFault
from mingan.gateway.policy import Ask
from mingan.gateway.server import faults, relayed
from mingan.gateway.server.chat import AUTO
from mingan.gateway.server.events import data
from mingan.gateway.server.faults import Told
from mingan.gateway.server.hub import Hub, Visit, counted, not_a_member, told
from mingan.gateway.server.ledger import Trip
from mingan.gateway.server.upstream import Endpoint, Raw
from mingan.gateway.server.visitors import (
    header,
    json_of,
    our_fault,
    parsed,
    read,
    secret_of,
    unless_gone,
)
from mingan.models import openai_wire as wire
from mingan.records import Usage


@dataclass(slots=True)
class _Heard:
    """What has come so far."""

    size: int = 0
    usage: Usage | None = None


class Passed(Response):
    """One such ask."""

    def __init__(self, hub: Hub, path: str) -> None:
        self.hub, self.path = hub, path
        self.background = None
        self.begun = False
        self.state = "gone"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let the visitor in, pass his body on, and tell what came of it."""
        request = Request(scope, receive)
        try:
            secret = secret_of(request, open_door=self.hub.open_door)
            with self.hub.visit(secret) as visit:
                payload = await read(request)
                body = parsed(payload)
                names = self._members(visit, body)
                visit.reserve(body, len(payload), dict.fromkeys(names, 1), together=False)
                await unless_gone(receive, self._answer(visit, names, body, len(payload), send))
        except ClientDisconnect:
            return
        except Exception as fault:
            said = fault if isinstance(fault, Told) else our_fault(fault)
            if self.begun:
                body = b"event: error\n" + data(wire.encode_any(_broken(said)))
                await send({"type": "http.response.body", "body": body, "more_body": False})
                return
            await json_of(said.body(), said.status, said.headers())(scope, receive, send)

    def _members(self, visit: Visit, body: Any) -> list[str]:
        """Who may answer, in order.

        Raises:
            Told: the body cannot be used, or nobody can.
        """
        if not isinstance(body, dict) or not isinstance(body.get("model"), str):
            raise faults.bad("model 应当是一个模型的名字。", "model should be the name of a model.")
        asked = body["model"]
        reachable = {n for n in visit.names() if isinstance(self.hub.members[n], Endpoint)}
        if asked in reachable:
            return [asked]
        if asked not in AUTO or self.path == "embeddings" or not reachable:
            raise not_a_member(asked)
        text = _words(body.get("input"))
        members = self.hub.up(frozenset(reachable))
        ask = Ask(messages=({"role": "user", "content": text},), members=members)
        with told():
            choice = self.hub.policy.choose(ask)
        order = choice.models if choice.mode in ("one", "vote") else tuple(reversed(choice.models))
        return [n for n in dict.fromkeys(order) if n in reachable] or sorted(members)

    async def _answer(
        self, visit: Visit, names: list[str], body: dict[str, Any], size: int, send: Send
    ) -> None:
        began, member, fault = time.perf_counter(), "", ""
        heard = _Heard()
        try:
            member, raw = await self._first(names, body)
            await self._hand_on(raw, member, heard, send)
        except ModelError as broke:
            self.state, fault = ("broken" if self.begun else "failed"), broke.say("en")
            raise faults.of_member(broke) from None
        finally:
            card = self.hub.members[member].card if member else None
            wrote = 0 if self.path == "embeddings" else heard.size
            cost = counted(card, heard.usage, size, wrote) if card else 0.0
            if card is None and self.state == "gone":
                cost = None  # what was under way may have been billed
            visit.settle(cost)
            self.hub.book(
                Trip(
                    asked=body["model"][:200], member=member, mode=self.path, cost=cost,
                    key=visit.key.name if visit.key else "", state=self.state, fault=fault,
                    currency=card.currency if card else "",
                    tokens_in=heard.usage.tokens_in if heard.usage else None,
                    tokens_out=heard.usage.tokens_out if heard.usage else None,
                    seconds=time.perf_counter() - began,
                )
            )  # fmt: skip

    async def _hand_on(self, raw: Raw, member: str, heard: _Heard, send: Send) -> None:
        events, whole = relayed.Events(), bytearray()
        streams = raw.content_type == "text/event-stream"
        try:
            await send(_start(raw.content_type, member))
            self.begun = True
            async for chunk in raw:
                heard.size += len(chunk)
                if streams:
                    events.spoke(chunk)
                    heard.usage = events.usage
                else:
                    whole += chunk
                await send({"type": "http.response.body", "body": chunk, "more_body": True})
            heard.usage = heard.usage or _usage(bytes(whole))
            if streams and not events.ended:
                raise ServerFault(
                    f"{member} 的回答流到一半就断了。",
                    f"The stream of {member} ended before its answer did.",
                )
            self.state = "broken" if events.failed else "ok"
            await send({"type": "http.response.body", "body": b"", "more_body": False})
        finally:
            await raw.rest.aclose()

    async def _first(self, names: list[str], body: dict[str, Any]) -> tuple[str, Raw]:
        last: ModelError | None = None
        for name in names:
            endpoint = self.hub.members[name]
            assert isinstance(endpoint, Endpoint)
            try:
                asking = functools.partial(endpoint.raw, self.path, body)
                raw = await self.hub.through(name, asking)
            except ModelError as fault:
                last = fault
                continue
            return name, raw
        assert last is not None
        raise last


def _start(content_type: str, member: str) -> dict[str, Any]:
    raw = [(b"content-type", content_type.encode("latin-1")),
           (b"x-mingan-model", header(member).encode("ascii"))]  # fmt: skip
    return {"type": "http.response.start", "status": 200, "headers": raw}


def _broken(told: Told) -> dict[str, Any]:
    """What a stream of /v1/responses says when it breaks off."""
    return {"type": "error", "code": told.code, "message": told.text.say(), "param": None,
            "sequence_number": 0}  # fmt: skip


def _usage(payload: bytes) -> Usage | None:
    try:
        return relayed.usage_in(msgspec.json.decode(payload))
    except ValueError:
        return None


def _words(said: Any) -> str:
    """The words of a response's input, which is a text or a list of turns."""
    if isinstance(said, str):
        return said
    last = said[-1] if isinstance(said, list) and said else {}
    return wire.text_of(last.get("content")) if isinstance(last, dict) else ""
