"""What every response carries and what no request may do, whatever page it is for.

A strict content policy without inline script or style, so that a mistake in escaping could not
run; only known hosts where the page is for this machine alone and asks for no token, so that
neither a foreign site can reach it under a name of its own (DNS rebinding) nor a proxy can make
everybody its owner; nothing posted from another site. The module knows no page and no person.
"""

from __future__ import annotations

from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; font-src 'self'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'; object-src 'none'"
)
HEADERS = {
    "content-security-policy": POLICY,
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    # "no-referrer" would make browsers send "Origin: null" with our own forms.
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), microphone=(), geolocation=(), payment=(), usb=()",
}
LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1", "[::1]"})

_PASSED_ON = ("forwarded", "via", "x-real-ip")
_PROXIED = (
    "这个评测台没有设口令，只给本机用，不收代理转来的访问。请用 mingan serve --tokens 重开。\n"
    "This bench asks for no token and is for this machine only, so it takes nothing that a proxy "
    "passes on. Start it with mingan serve --tokens.\n"
)


class Guard:
    """Wraps the whole application."""

    def __init__(self, app: ASGIApp, *, hosts: frozenset[str] | None) -> None:
        """Takes the host names under which the page may be asked for, by no proxy; None for any."""
        self._app = app
        self._hosts = hosts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Refuse, or pass on with our headers."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        if self._hosts is not None and _name(headers.get("host", "")) not in self._hosts:
            refusal = PlainTextResponse("unknown host\n", status_code=421, headers=HEADERS)
            await refusal(scope, receive, send)
            return
        if self._hosts is not None and _passed_on(scope, headers):
            refusal = PlainTextResponse(_PROXIED, status_code=403, headers=HEADERS)
            await refusal(scope, receive, send)
            return
        if scope["method"] not in ("GET", "HEAD", "OPTIONS") and _foreign(headers):
            refusal = PlainTextResponse("from another site\n", status_code=403, headers=HEADERS)
            await refusal(scope, receive, send)
            return

        async def sealed(message: Message) -> None:
            if message["type"] == "http.response.start":
                found = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    found.setdefault(name, value)
                found.setdefault("cache-control", "no-cache, private")
            await send(message)

        await self._app(scope, receive, sealed)


def _name(host: str) -> str:
    return urlsplit(f"//{host}").hostname or "" if _plain(host) else ""


def _plain(host: str) -> bool:
    """A host as browsers send it; `urlsplit` raises on broken brackets."""
    return bool(host) and host.count("[") == host.count("]") and not set(host) & set("/\\?#@ ")


def _passed_on(scope: Scope, headers: Headers) -> bool:
    """Whether a proxy stands between us and the visitor.

    One that is set up with care says so in a header. nginx as it comes says nothing, but speaks
    HTTP 1.0, which browsers gave up long ago.
    """
    named = any(name in _PASSED_ON or name.startswith("x-forwarded-") for name in headers)
    return named or scope.get("http_version") == "1.0"


def _foreign(headers: Headers) -> bool:
    """Whether a browser says that another site made it send this."""
    if headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
        return True
    origin = headers.get("origin")
    if origin is None:
        return False
    return urlsplit(origin).netloc != headers.get("host", "") if origin != "null" else True


class TooLarge(Exception):
    """A request's body is larger than its page takes."""


def limited(receive: Receive, most: int) -> Receive:
    """`receive`, raising `TooLarge` once more than `most` bytes came in."""
    came = 0

    async def counted() -> Message:
        nonlocal came
        message = await receive()
        came += len(message.get("body", b""))
        if came > most:
            raise TooLarge
        return message

    return counted
