"""A chat endpoint in this process, which answers, fails and misbehaves as a test tells it to."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

Handler = Callable[[web.Request, dict[str, Any]], Awaitable[web.StreamResponse]]


@dataclass
class Endpoint:
    """`handler` decides; `seen` holds the body and the headers of every request."""

    url: str = ""
    handler: Handler | None = None
    seen: list[dict[str, Any]] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    paths: list[str] = field(default_factory=list)

    def says(self, body: Any, status: int = 200, headers: dict[str, str] | None = None) -> None:
        """Every request gets this body: bytes as they are, anything else as JSON."""
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()

        async def handler(request: web.Request, asked: dict[str, Any]) -> web.StreamResponse:
            return web.Response(
                body=raw, status=status, headers=headers, content_type="application/json"
            )

        self.handler = handler

    def streams(self, chunks: list[bytes], *, pause: float = 0.0, cut: bool = False) -> None:
        """Every request gets these bytes as an event stream; `cut` drops the connection after."""

        async def handler(request: web.Request, asked: dict[str, Any]) -> web.StreamResponse:
            response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
            await response.prepare(request)
            for chunk in chunks:
                await response.write(chunk)
                await asyncio.sleep(pause)
            if cut:
                assert request.transport is not None
                request.transport.abort()
            return response

        self.handler = handler


def event(delta: dict[str, Any] | None = None, finish: str | None = None, **more: Any) -> bytes:
    """One server-sent event as endpoints send it."""
    choices = [] if delta is None else [{"index": 0, "delta": delta, "finish_reason": finish}]
    payload = {"choices": choices, **more}
    return b"data: " + json.dumps(payload, ensure_ascii=False).encode() + b"\n\n"


def completion(content: Any, finish: str | None = "stop", **more: Any) -> dict[str, Any]:
    """A whole reply as endpoints send it."""
    message = {"role": "assistant", "content": content, **more.pop("message", {})}
    choice = {"index": 0, "message": message, "finish_reason": finish}
    return {"model": "served-1", "choices": [choice], **more}


@asynccontextmanager
async def running() -> AsyncIterator[Endpoint]:
    """An endpoint that listens on a free port of this machine."""
    found = Endpoint()

    async def handle(request: web.Request) -> web.StreamResponse:
        asked = await request.json()
        found.seen.append(asked)
        found.headers.append(dict(request.headers))
        found.paths.append(request.path_qs)
        assert found.handler is not None
        return await found.handler(request, asked)

    runner = web.ServerRunner(web.Server(handle))
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    host, port = runner.addresses[0][:2]
    found.url = f"http://{host}:{port}"
    yield found
    await runner.cleanup()
