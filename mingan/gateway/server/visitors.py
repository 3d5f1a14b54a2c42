"""One visitor: his body, bounded; his key; his leaving; and what he is told of our faults."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Coroutine
from typing import Any, TypeVar
from urllib.parse import quote, urlsplit

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive

from mingan.gateway.server import faults
from mingan.gateway.server.faults import Told
from mingan.models import openai_wire as wire

T = TypeVar("T")
MOST = 32 * 1024 * 1024
"""The longest body that is read, in bytes: pictures come as text."""

_LOG = logging.getLogger(__name__)


async def unless_gone(receive: Receive, doing: Coroutine[Any, Any, T]) -> T | None:
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


async def read(request: Request) -> bytes:
    """The body.

    Raises:
        Told: it is too long.
    """
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > MOST:
            raise faults.bad(
                f"正文超过 {MOST >> 20} MB。", f"The body is longer than {MOST >> 20} MB.",
                status=413, code="too_long",
            )  # fmt: skip
    return bytes(body)


def parsed(payload: bytes) -> Any:
    """A body of JSON.

    Raises:
        Told: it is none.
    """
    try:
        return msgspec.json.decode(payload)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise faults.bad("正文不是 JSON。", "The body is no JSON.") from None


def secret_of(request: Request, *, open_door: bool) -> str:
    """The key, where OpenAI's or Anthropic's SDK puts it.

    Where none is needed, a page of another site must not ask through its reader's browser: neither
    from elsewhere (its Origin says so) nor by a name that was made to point to this machine.

    Raises:
        Told: it is such a page.
    """
    said = request.headers.get("authorization", "")
    kind, _, token = said.partition(" ")
    key = token.strip() if kind.lower() == "bearer" else request.headers.get("x-api-key", "")
    if open_door and _from_elsewhere(request):
        raise faults.bad(
            "网页不能替人来问。要从网页里用，请加 --keys 并带上钥匙。",
            "A web page may not ask for its reader. To ask from a page, use --keys and a key.",
            status=403, code="cross_site",
        )  # fmt: skip
    return key.strip()


def _from_elsewhere(request: Request) -> bool:
    host = request.headers.get("host", "")
    origin = request.headers.get("origin")
    if origin is not None and urlsplit(origin).netloc != host:
        return True
    name = urlsplit(f"//{host}").hostname or ""
    return name not in ("localhost", "127.0.0.1", "::1")


def header(text: str) -> str:
    """What a header can hold: anything else is percent-encoded."""
    return quote(text, safe=" ,;:!()'*/@+=.-_~[]")[:500]


def json_of(value: Any, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    """A value as a response of JSON."""
    return Response(wire.encode_any(value), status, headers, "application/json")


def our_fault(error: Exception) -> Told:
    """A fault of ours. Its text may hold anything, so only its kind is logged."""
    _LOG.error("%s", type(error).__name__)
    return faults.bad("网关自己出错了，请报告给我们。", "The gateway failed; please report it.",
                      status=500, code="internal")  # fmt: skip
