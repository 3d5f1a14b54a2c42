"""The gateway's addresses: chat completions, messages, models, health, metrics.

A body is read here, bounded; a visitor's key is taken from his headers; whatever goes wrong is
told as OpenAI's API tells it, and no ask can end in a traceback. A visitor who leaves calls off
what is done for him, up to the endpoint.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Coroutine
from typing import Any, TypeVar

import msgspec
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
from mingan.gateway.server.speech import CHAT, MESSAGES, Speech
from mingan.gateway.server.upstream import closing
from mingan.models import openai_wire as wire

T = TypeVar("T")
MOST = 32 * 1024 * 1024
"""The longest body that is read, in bytes: pictures come as text."""

_LOG = logging.getLogger(__name__)


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

    async def models(request: Request) -> Response:
        with hub.visit(_secret(request)) as visit:
            return _json({"object": "list", "data": [_model(n) for n in _names(visit)]})

    async def model(request: Request) -> Response:
        with hub.visit(_secret(request)) as visit:
            name = request.path_params["name"]
            if name not in _names(visit):
                raise faults.bad(f"没有模型 {name}。", f"There is no model {name}.", status=404,
                                 code="model_not_found")  # fmt: skip
            return _json(_model(name))

    async def health(_: Request) -> Response:
        up = {name: hub.breaker(name).state for name in hub.members}
        return _json({"status": "ok", "members": up, "rows_lost": hub.lost})

    async def measured(_: Request) -> Response:
        return Response(counters.text(), media_type=metrics.MEDIA_TYPE)

    return Starlette(
        routes=[
            Route("/v1/chat/completions", chat, methods=["POST"]),
            Route("/v1/messages", messages, methods=["POST"]),
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
            with self.hub.visit(_secret(request)) as visit:
                payload = await _read(request)
                body = checked(self.speech.read(_parsed(payload)))
                asking = Asking(self.hub, visit, body, len(payload))
                asking.decide()
                await _unless_gone(receive, self._answer(asking, scope, receive, send))
        except ClientDisconnect:
            return
        except Exception as fault:
            told = fault if isinstance(fault, Told) else _our_fault(fault)
            if self.begun:
                error = b"event: error\n" + data(wire.encode_any(self.speech.error(told)))
                await send({"type": "http.response.body", "body": error, "more_body": False})
                return
            response = _json(self.speech.error(told), told.status, told.headers())
            await response(scope, receive, send)

    async def _answer(self, asking: Asking, scope: Scope, receive: Receive, send: Send) -> None:
        if not asking.body.get("stream"):
            payload, headers = await asking.whole()
            said = self.speech.whole(payload)
            response = Response(said, headers=headers, media_type="application/json")
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


async def _unless_gone(receive: Receive, doing: Coroutine[Any, Any, T]) -> T | None:
    """Do it to the end, or call it off when the visitor has left."""
    task = asyncio.ensure_future(doing)
    gone = asyncio.ensure_future(_left(receive))
    try:
        await asyncio.wait({task, gone}, return_when=asyncio.FIRST_COMPLETED)
        if task.done():
            return task.result()
        return None
    finally:
        for each in (task, gone):
            each.cancel()
        await asyncio.gather(task, gone, return_exceptions=True)


async def _left(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


async def _read(request: Request) -> bytes:
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > MOST:
            raise faults.bad(
                f"正文超过 {MOST >> 20} MB。", f"The body is longer than {MOST >> 20} MB.",
                status=413, code="too_long",
            )  # fmt: skip
    return bytes(body)


def _parsed(payload: bytes) -> Any:
    try:
        return msgspec.json.decode(payload)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise faults.bad("正文不是 JSON。", "The body is no JSON.") from None


def _secret(request: Request) -> str:
    """The key, where OpenAI's or Anthropic's SDK puts it."""
    said = request.headers.get("authorization", "")
    kind, _, token = said.partition(" ")
    if kind.lower() == "bearer":
        return token.strip()
    return request.headers.get("x-api-key", "").strip()


def _names(visit: Visit) -> list[str]:
    return [AUTO[0], *sorted(visit.names())]


def _model(name: str) -> dict[str, Any]:
    return {"id": name, "object": "model", "created": 0, "owned_by": "mingan"}


def _json(value: Any, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    return Response(wire.encode_any(value), status, headers, "application/json")


def _tell(_: Request, told: Exception) -> Response:
    assert isinstance(told, Told)
    return _json(told.body(), told.status, told.headers())


def _http(_: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    code = {404: "not_found", 405: "method_not_allowed"}.get(error.status_code, "invalid_request")
    told = faults.bad("没有这个地址或方法。", "There is no such address or method.",
                      status=error.status_code, code=code)  # fmt: skip
    return _json(told.body(), told.status, dict(error.headers or {}))


def _ours(_: Request, error: Exception) -> Response:
    told = _our_fault(error)
    return _json(told.body(), told.status)


def _our_fault(error: Exception) -> Told:
    """A fault of ours. Its text may hold anything, so only its kind is logged."""
    _LOG.error("%s", type(error).__name__)
    return faults.bad("网关自己出错了，请报告给我们。", "The gateway failed; please report it.",
                      status=500, code="internal")  # fmt: skip
