"""HTTP to a video service: one request out, one bounded answer in; a key that is never told.

Nothing is repeated here, and no redirect is followed but for a clip's own address, each hop of
which is checked first (`addresses`). A connection serves one request, so that one which the other
side had closed long ago cannot leave it open whether a paid request arrived. Errors are raised
without their cause, which might hold a header. The module must not know jobs or money.
"""

from __future__ import annotations

import asyncio
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal
from urllib.parse import urljoin, urlsplit

import aiohttp
import msgspec

from mingan.errors import KeyRejected, ModelError, RequestRejected, ServerFault, Unreachable
from mingan.models import keys
from mingan.models import openai_faults as faults
from mingan.world.services.addresses import Places, PublicOnly
from mingan.world.services.wire import Call

Scheme = Literal["bearer", "key"]
"""How a service wants its key: as `Authorization: Bearer`, or as `x-goog-api-key`."""

CONNECT_S = 15.0
_HOPS = 3
_REDIRECTS = (301, 302, 303, 307, 308)
_SAID = 1 << 20
"""Bytes of an answer that holds no clip."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What came back."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    def json(self) -> Any:
        """The body, read.

        Raises:
            ValueError: it is no JSON.
        """
        try:
            return msgspec.json.decode(self.body)
        except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
            raise ValueError("no JSON") from None


class Client:
    """A service at an address.

    Args:
        key_env: the name of the key; "" where none is needed.
        most: bytes of a clip.
        patience: seconds that one request may take.
    """

    def __init__(
        self,
        places: Places,
        *,
        name: str,
        key_env: str,
        scheme: Scheme = "bearer",
        most: int,
        patience: float,
    ) -> None:
        self.places = places
        self.who = f"{name}（{places.host}）"
        self._key_env = key_env
        self._scheme = scheme
        self._most = most
        self._patience = patience
        self._sessions: dict[bool, aiohttp.ClientSession] = {}
        self._loop: asyncio.AbstractEventLoop | None = None

    def __repr__(self) -> str:
        return f"Client({self.places.host!r})"

    async def send(self, call: Call) -> Answer:
        """Send a request once, and read whatever comes back.

        Raises:
            KeyRejected: there is no key. Nothing was sent.
            Unreachable: nothing listens there. Nothing was sent.
            ServerFault: nobody knows whether it arrived.
            RequestRejected: the answer is longer than any should be.
        """
        headers = {**call.headers, **self._auth()}
        body = None if call.body is None else msgspec.json.encode(call.body)
        if body is not None:
            headers["Content-Type"] = "application/json"
        # A clip in base64 is a third longer than its bytes.
        most = self._most * 4 // 3 + _SAID
        url = self.places.base + call.path
        return await self._request(call.method, url, most, headers=headers, data=body)

    async def ask(self, call: Call) -> Any:
        """The JSON that a free request brings.

        Raises:
            ModelError: there is none.
        """
        answer = await self.send(call)
        if answer.status != 200:
            raise self.fault(answer)
        try:
            return answer.json()
        except ValueError:
            raise self.unreadable() from None

    async def fetch(self, url: str) -> bytes:
        """The bytes of a clip.

        Raises:
            ModelError: they cannot be had, or lie where nobody should be sent.
        """
        for _ in range(_HOPS + 1):
            self.places.check(url)
            headers = {"Accept-Encoding": "identity"}
            if self.places.is_own(url):
                headers |= self._auth()
            answer = await self._request("GET", url, self._most, headers=headers)
            if answer.status in _REDIRECTS and answer.headers.get("Location"):
                url = _joined(url, answer.headers["Location"])
                continue
            if answer.status != 200:
                raise self.fault(answer)
            return answer.body
        raise RequestRejected(
            f"{self.who} 的视频地址转来转去，没有取到。",
            f"The address of the clip at {self.who} leads from one to the next without end.",
        )

    async def post_form(self, url: str, fields: Mapping[str, str], name: str, body: bytes) -> None:
        """Put a file at an address that the service named. The key does not go there.

        Raises:
            ModelError: it was not taken.
        """
        self.places.check(url)
        form = aiohttp.FormData()
        for key, value in fields.items():
            form.add_field(key, value)
        form.add_field("file", body, filename=name, content_type="video/mp4")
        answer = await self._request("POST", url, _SAID, headers={}, data=form)
        if answer.status not in (200, 201, 204):
            raise self.fault(answer)

    def fault(self, answer: Answer) -> ModelError:
        """The error that a status means."""
        key = self._key_or_none()
        return faults.fault(answer.status, answer.headers, answer.body, who=self.who, key=key)

    def tidy(self, said: str) -> str:
        """What a service said, on one line and without the key."""
        return faults.redact(said, self._key_or_none())

    def unreadable(self) -> ServerFault:
        """An answer that is not what was promised."""
        return ServerFault(
            f"{self.who} 的回答看不懂。如果一直这样，请检查 base_url 和 options 里的 service。",
            f"The reply of {self.who} cannot be understood. If it stays so, check base_url, and "
            "service in options.",
        )

    async def close(self) -> None:
        """Close the connections. May be called twice; the next request opens new ones."""
        sessions, self._sessions = self._sessions, {}
        for session in sessions.values():
            await session.close()

    async def _request(
        self, method: str, url: str, most: int, *, headers: Mapping[str, str], data: Any = None
    ) -> Answer:
        proxy = _proxy_for(url)
        # Who goes through a proxy has names looked up there.
        session = self._session(guarded=proxy is None and not self.places.is_own(url))
        try:
            async with session.request(
                method, url, headers=headers, data=data, proxy=proxy, allow_redirects=False
            ) as response:
                body = await self._read(response, most)
                return Answer(status=response.status, headers=response.headers, body=body)
        except (
            aiohttp.ClientConnectorError,
            aiohttp.ConnectionTimeoutError,
            aiohttp.InvalidURL,
        ) as error:
            raise self._unreachable(type(error).__name__) from None
        except TimeoutError:
            raise ServerFault(
                f"{self.who} 过了 {self._patience:g} 秒没有答完。",
                f"{self.who} did not finish its reply within {self._patience:g} seconds.",
            ) from None
        except (aiohttp.ClientError, OSError) as error:
            raise ServerFault(
                f"{self.who} 的连接中途断了（{type(error).__name__}）。",
                f"The connection to {self.who} broke off ({type(error).__name__}).",
            ) from None

    async def _read(self, response: aiohttp.ClientResponse, most: int) -> bytes:
        """A body of `most` bytes; of a longer one no more than that is ever held."""
        length = response.content_length
        if length is None or length <= most:
            body = bytearray()
            async for chunk in response.content.iter_any():
                body += chunk
                if len(body) > most:
                    break
            else:
                return bytes(body)
        raise RequestRejected(
            f"{self.who} 的回答超过 {most / 2**20:.0f} MB，没有读完就停了。",
            f"The reply of {self.who} is longer than {most / 2**20:.0f} MB; reading was stopped.",
        )

    def _unreachable(self, why: str) -> Unreachable:
        return Unreachable(
            f"连不上 {self.who}。请检查 base_url、网络和代理设置。（{why}）",
            f"Cannot reach {self.who}. Check base_url, the network and the proxy settings. ({why})",
        )

    def _auth(self) -> dict[str, str]:
        if not self._key_env:
            return {}
        key = keys.find(self._key_env)
        if not keys.is_possible(key):
            raise KeyRejected(
                f"没有找到 {self.who} 的密钥，或者它不像密钥：请设置环境变量 {self._key_env}。",
                f"There is no key for {self.who}, or none that could be one: set the environment "
                f"variable {self._key_env}.",
            )
        if self._scheme == "key":
            return {"x-goog-api-key": key}
        return {"Authorization": f"Bearer {key}"}

    def _key_or_none(self) -> str:
        return keys.find(self._key_env) if self._key_env else ""

    def _session(self, *, guarded: bool) -> aiohttp.ClientSession:
        """A session of this event loop; `guarded`: one that finds public addresses only."""
        loop = asyncio.get_running_loop()
        if self._loop is not loop:
            self._sessions, self._loop = {}, loop
        session = self._sessions.get(guarded)
        if session is None or session.closed:
            resolver = PublicOnly() if guarded else None
            session = self._sessions[guarded] = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(limit=0, force_close=True, resolver=resolver),
                timeout=aiohttp.ClientTimeout(total=self._patience, sock_connect=CONNECT_S),
                cookie_jar=aiohttp.DummyCookieJar(),
                headers={"User-Agent": "mingan"},
            )
        return session


def _joined(url: str, location: str) -> str:
    try:
        return urljoin(url, location)
    except ValueError:
        return ""  # no address, as whoever checks it will say


def _proxy_for(url: str) -> str | None:
    """The proxy that the environment wants for an address."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    if host in ("localhost", "127.0.0.1", "::1") or urllib.request.proxy_bypass(host):
        return None
    found = urllib.request.getproxies()
    proxy = found.get(parts.scheme) or found.get("all")
    return proxy if proxy and proxy.startswith(("http://", "https://")) else None
