"""The gateway's addresses: chat completions, messages, models, health, metrics.

A body is read here, bounded; a visitor's key is taken from his headers; whatever goes wrong is
told as OpenAI's API tells it, and no ask can end in a traceback. A visitor who leaves calls off
what is done for him, up to the endpoint.
"""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from typing import Any

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from mingan.gateway.server import faults, metrics
from mingan.gateway.server.chat import AUTO, Asking, checked
from mingan.gateway.server.events import data
from mingan.gateway.server.faults import Told
from mingan.gateway.server.hub import Hub, Visit
from mingan.gateway.server.relay import Passed
from mingan.gateway.server.speech import CHAT, MESSAGES, Speech
from mingan.gateway.server.upstream import closing
from mingan.gateway.server.visitors import json_of, our_fault, parsed, read, secret_of, unless_gone
from mingan.models import openai_wire as wire


def make_app(hub: Hub) -> Starlette:
    """The web application; members are closed when it ends."""
    counters = metrics.Counters(hub)
    hub.told = counters.add

    @contextlib.asynccontextmanager
    async def life(_: Starlette) -> AsyncIterator[None]:
        async with closing(hub.members):
            yield

    async def chat(request: Request) -> Response:
        return _Asked(hub, CHAT)

    async def messages(request: Request) -> Response:
        return _Asked(hub, MESSAGES)

    async def embeddings(request: Request) -> Response:
        return Passed(hub, "embeddings")

    async def responses(request: Request) -> Response:
        return Passed(hub, "responses")

    async def models(request: Request) -> Response:
        with hub.visit(secret_of(request, open_door=hub.open_door)) as visit:
            return json_of({"object": "list", "data": [_model(n) for n in _names(visit)]})

    async def model(request: Request) -> Response:
        with hub.visit(secret_of(request, open_door=hub.open_door)) as visit:
            name = request.path_params["name"]
            if name not in _names(visit):
                raise faults.bad(f"没有模型 {name}。", f"There is no model {name}.", status=404,
                                 code="model_not_found")  # fmt: skip
            return json_of(_model(name))

    async def health(_: Request) -> Response:
        up = {name: hub.breaker(name).state for name in hub.members}
        return json_of({"status": "ok", "members": up, "rows_lost": hub.lost})

    async def measured(request: Request) -> Response:
        with hub.visit(secret_of(request, open_door=hub.open_door)):
            return Response(counters.text(), media_type=metrics.MEDIA_TYPE)

    return Starlette(
        routes=[
            Route("/v1/chat/completions", chat, methods=["POST"]),
            Route("/v1/messages", messages, methods=["POST"]),
            Route("/v1/responses", responses, methods=["POST"]),
            Route("/v1/embeddings", embeddings, methods=["POST"]),
            Route("/v1/models", models),
            Route("/v1/models/{name:path}", model),
            Route("/health", health),
            Route("/metrics", measured),
        ],
        exception_handlers={Told: _tell, HTTPException: _http, Exception: _ours},
        lifespan=life,
    )


class _Asked(Response):
    """One ask of a chat, which reads its body itself and sees its visitor leave."""

    def __init__(self, hub: Hub, speech: Speech) -> None:
        self.hub, self.speech = hub, speech
        self.begun = False
        self.background = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        try:
            secret = secret_of(request, open_door=self.hub.open_door)
            with self.hub.visit(secret) as visit:
                payload = await read(request)
                body = checked(self.speech.read(parsed(payload)))
                asking = Asking(self.hub, visit, body, len(payload))
                asking.decide()
                await unless_gone(receive, self._answer(asking, scope, receive, send))
        except ClientDisconnect:
            return
        except Exception as fault:
            told = fault if isinstance(fault, Told) else our_fault(fault)
            if self.begun:
                error = b"event: error\n" + data(wire.encode_any(self.speech.error(told)))
                await send({"type": "http.response.body", "body": error, "more_body": False})
                return
            response = json_of(self.speech.error(told), told.status, told.headers())
            await response(scope, receive, send)

    async def _answer(self, asking: Asking, scope: Scope, receive: Receive, send: Send) -> None:
        if not asking.body.get("stream"):
            payload, headers = await asking.whole()
            whole = self.speech.whole(payload)
            response = Response(whole, headers=headers, media_type="application/json")
            await response(scope, receive, send)
            return
        flow = await asking.opened()
        events = asking.told(flow)
        said = self.speech.flow(events)
        try:
            first = await anext(said)
            await send(_start(asking.headers()))
            self.begun = True
            await send({"type": "http.response.body", "body": first, "more_body": True})
            async for each in said:
                await send({"type": "http.response.body", "body": each, "more_body": True})
            await send({"type": "http.response.body", "body": b"", "more_body": False})
        finally:
            await said.aclose()
            await events.aclose()


def _start(headers: dict[str, str]) -> dict[str, Any]:
    every = {
        "content-type": "text/event-stream; charset=utf-8", "cache-control": "no-cache",
        "x-accel-buffering": "no", **headers,
    }  # fmt: skip
    raw = [(k.encode("latin-1"), v.encode("latin-1")) for k, v in every.items()]
    return {"type": "http.response.start", "status": 200, "headers": raw}


def _names(visit: Visit) -> list[str]:
    return [AUTO[0], *sorted(visit.names())]


def _model(name: str) -> dict[str, Any]:
    return {"id": name, "object": "model", "created": 0, "owned_by": "mingan"}


def _tell(_: Request, told: Exception) -> Response:
    assert isinstance(told, Told)
    return json_of(told.body(), told.status, told.headers())


def _http(_: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    code = {404: "not_found", 405: "method_not_allowed"}.get(error.status_code, "invalid_request")
    told = faults.bad("没有这个地址或方法。", "There is no such address or method.",
                      status=error.status_code, code=code)  # fmt: skip
    return json_of(told.body(), told.status, dict(error.headers or {}))


def _ours(_: Request, error: Exception) -> Response:
    told = our_fault(error)
    return json_of(told.body(), told.status)
