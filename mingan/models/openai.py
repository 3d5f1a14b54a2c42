"""Any endpoint that speaks OpenAI's chat protocol: one request out, one reply in, and no more.

It is on the hot path of every run (2,000 questions in a few seconds), so a request costs little
more than a bare aiohttp call: one session, no limit of its own (asking limits), bodies written
and read by msgspec, the unchanging part of a body built once.

The key is looked up at the moment of use (see `keys`). It is in no attribute, no error, no log;
errors are raised without their cause, which might hold a header. This module must not
know retries, budgets, references or the store.
"""

from __future__ import annotations

import asyncio
import time
import urllib.request
from typing import TYPE_CHECKING, Any
from urllib.parse import SplitResult, urlsplit, urlunsplit

from mingan.errors import (
    KeyRejected,
    ModelError,
    ModelsFileError,
    RequestRejected,
    ServerFault,
    Unreachable,
)
from mingan.models import keys
from mingan.models import openai_faults as faults
from mingan.models import openai_wire as wire
from mingan.models.protocol import Reply, Request, Source
from mingan.records import Generation, ModelCard, Usage, now

if TYPE_CHECKING:
    import aiohttp

LIMIT = 32 * 1024 * 1024
"""The longest body that is read, in bytes. A 10 MB answer is an answer; without end is not."""

CONNECT_S = 15.0
_PLAIN = Generation()
_NO_USAGE = Usage()


class OpenAIModel:
    """A chat endpoint. `concurrency` is None: how much it bears is found out while asking."""

    source: Source = "api"
    concurrency: int | None = None

    def __init__(self, card: ModelCard) -> None:
        """Takes the card; connects to nothing yet.

        Raises:
            ModelsFileError: `base_url` is no address.
        """
        self.card = card
        self._url = chat_url(card.base_url, card.name)
        self._host = urlsplit(self._url).hostname or ""
        self._who = f"{card.name}（{self._host}）"
        self._base: tuple[Generation, dict[str, Any]] | None = None
        self._usage_in_stream = True
        self._session: aiohttp.ClientSession | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._proxy: str | None = None

    def __repr__(self) -> str:
        return f"OpenAIModel({self.card.name!r}, {self._host!r})"

    async def answer(self, request: Request) -> Reply:
        """Say `request` and wait for the whole reply; see `mingan.models.protocol.Model`."""
        import aiohttp

        key = key_of(self.card)
        generation = request.generation if request.generation != _PLAIN else self.card.generation
        body = wire.encode(self._settings(generation), request.messages, generation.system)
        try:
            return await self._send(body, generation, key)
        except (aiohttp.ClientConnectorError, aiohttp.InvalidURL, TimeoutError) as error:
            raise self._unreachable(error, key) from None
        except (aiohttp.ClientError, OSError) as error:
            raise ServerFault(
                f"{self._who} 的连接中途断了（{type(error).__name__}）。",
                f"The connection to {self._who} broke off ({type(error).__name__}).",
            ) from None
        except _StreamOptionsRefused:
            self._usage_in_stream, self._base = False, None
        return await self.answer(request)

    async def close(self) -> None:
        """Close the connections. May be called twice; the next answer opens new ones."""
        session, self._session = self._session, None
        if session is not None and not session.closed:
            await session.close()

    async def _send(self, body: bytes, generation: Generation, key: str) -> Reply:
        headers = {"Authorization": f"Bearer {key}"} if key else None
        session = self._open()
        at, start = now(), time.perf_counter()
        async with session.post(
            self._url, data=body, headers=headers, proxy=self._proxy, allow_redirects=False
        ) as response:
            if response.status != 200:
                return await self._refused(response, key, at, start)
            if _is_stream(response.content_type, generation):
                said, first = await self._stream(response, start)
            else:
                said, first = await self._whole(response), None
        if said.error:
            return self._error_in_body(said.error, key, at, start)
        if not said.begun:
            raise self._unreadable()
        text, reasoning, finish = said.whole()
        return Reply(
            text=faults.without_key(text, key),
            reasoning=faults.without_key(reasoning, key),
            finish=finish,
            usage=said.usage or _NO_USAGE,
            first_token_s=first,
            total_s=time.perf_counter() - start,
            served_model=faults.without_key(said.model, key),
            at=at,
        )

    async def _whole(self, response: aiohttp.ClientResponse) -> wire.Said:
        said = wire.Said()
        try:
            said.add(wire.decode(await self._read(response)))
        except ValueError:
            raise self._unreadable() from None
        return said

    async def _read(self, response: aiohttp.ClientResponse) -> bytes:
        length = response.content_length
        if length is not None and length <= LIMIT and "Content-Encoding" not in response.headers:
            return await response.read()
        body = bytearray()
        async for chunk in response.content.iter_any():
            body += chunk
            self._check_size(len(body))
        return bytes(body)

    async def _stream(
        self, response: aiohttp.ClientResponse, start: float
    ) -> tuple[wire.Said, float | None]:
        said, lines, size = wire.Said(), wire.EventLines(), 0
        first: float | None = None
        done = False
        async for chunk in response.content.iter_any():
            size += len(chunk)
            self._check_size(size)
            brought, done = self._take(said, lines.feed(chunk))
            if brought and first is None:
                first = time.perf_counter() - start
            if done:
                break
        if not done:
            done = self._take(said, lines.end())[1]
        if not done and not said.finish and not said.error:
            raise ServerFault(
                f"{self._who} 的回答流到一半就断了。",
                f"The stream from {self._who} ended before the answer did.",
            )
        said.begun = said.begun or done
        return said, first

    def _take(self, said: wire.Said, payloads: list[bytes]) -> tuple[bool, bool]:
        """Take in events; (did they bring text, is the stream done)."""
        brought = False
        for payload in payloads:
            if payload == b"[DONE]":
                return brought, True
            try:
                brought = said.add(wire.decode(payload)) or brought
            except ValueError:
                raise self._unreadable() from None
        return brought, False

    async def _refused(
        self, response: aiohttp.ClientResponse, key: str, at: str, start: float
    ) -> Reply:
        body = await self._read(response)
        status = response.status
        if status == 400 and self._usage_in_stream and b"stream_options" in body:
            raise _StreamOptionsRefused
        if faults.is_filter(status, body):
            return self._filtered(body, key, at, start)
        raise faults.fault(status, response.headers, body, who=self._who, key=key)

    def _error_in_body(self, error: Any, key: str, at: str, start: float) -> Reply:
        """Some endpoints say 200 and put the error into the body."""
        status = faults.status_of(error)
        body = wire.encode_any({"error": error})
        if faults.is_filter(status, body) or faults.is_filter(400, body):
            return self._filtered(body, key, at, start)
        raise faults.fault(status, {}, body, who=self._who, key=key)

    def _filtered(self, body: bytes, key: str, at: str, start: float) -> Reply:
        return Reply(
            text="",
            finish=wire.FILTERED,
            total_s=time.perf_counter() - start,
            at=at,
            meta={"refusal": faults.excerpt(body, key)},
        )

    def _check_size(self, size: int) -> None:
        if size > LIMIT:
            raise RequestRejected(
                f"{self._who} 的回答超过 {LIMIT >> 20} MB，没有读完就停了。",
                f"The answer of {self._who} is longer than {LIMIT >> 20} MB; reading was stopped.",
            )

    def _unreadable(self) -> ServerFault:
        return ServerFault(
            f"{self._who} 的回答不是看得懂的 JSON。如果一直这样，请检查 base_url。",
            f"The reply of {self._who} is not JSON we understand. If it stays so, check base_url.",
        )

    def _unreachable(self, error: Exception, key: str) -> ModelError:
        why = faults.redact(str(error), key) or type(error).__name__
        return Unreachable(
            f"连不上 {self._who}。请检查 base_url、网络和代理设置。（{why}）",
            f"Cannot reach {self._who}. Check base_url, the network and the proxy settings. "
            f"({why})",
        )

    def _settings(self, generation: Generation) -> dict[str, Any]:
        if self._base is None or self._base[0] is not generation:
            base = wire.settings(self.card.model or self.card.name, generation)
            if not self._usage_in_stream:
                base.pop("stream_options", None)
            self._base = (generation, base)
        return self._base[1]

    def _open(self) -> aiohttp.ClientSession:
        """The session of this event loop; a model may outlive a loop, a session may not."""
        loop = asyncio.get_running_loop()
        if self._session is None or self._session.closed or self._loop is not loop:
            import aiohttp

            self._proxy = proxy_for(self._url)
            self._loop = loop
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(limit=0, ttl_dns_cache=300),
                timeout=aiohttp.ClientTimeout(total=None, sock_connect=CONNECT_S),
                cookie_jar=aiohttp.DummyCookieJar(),
                headers={"Content-Type": "application/json", "User-Agent": "mingan"},
            )
        return self._session


def key_of(card: ModelCard) -> str:
    """The key of a card's endpoint, looked up now; "" where it needs none.

    Raises:
        KeyRejected: it is not there, or cannot be one.
    """
    name = card.api_key_env
    if not name:
        return ""
    key = keys.find(name)
    if not key:
        raise KeyRejected(
            f"没有找到 {card.name} 的密钥：请先设置环境变量 {name}。",
            f"There is no key for {card.name}: set the environment variable {name}.",
        )
    if not keys.is_possible(key):
        raise KeyRejected(
            f"环境变量 {name} 里的密钥含有密钥里不会有的字符，请重新复制一遍。",
            f"The key in the environment variable {name} holds characters that no key has; "
            "copy it again.",
        )
    return key


def _is_stream(content_type: str, generation: Generation) -> bool:
    """By what came rather than by what was asked: some endpoints ignore `stream`."""
    if content_type == "text/event-stream":
        return True
    return generation.stream and content_type != "application/json"


class _StreamOptionsRefused(Exception):
    """The endpoint does not know `stream_options`; ask again without."""


def chat_url(base_url: str, name: str = "") -> str:
    """The address to post to, from a `base_url` with or without /v1 or /chat/completions.

    A bare host gets /v1/chat/completions; any other path gets /chat/completions unless it ends
    so already. A query (`?api-version=…`) is kept.

    Raises:
        ModelsFileError: it is no http or https address.
    """
    parts = _split(base_url.strip())
    if parts is None or parts.username or parts.password:
        raise ModelsFileError(
            f"模型 {name!r} 的 base_url 不是可用的网址。应当像 https://api.example.com/v1，"
            "里面不写用户名和密码。",
            f"The base_url of model {name!r} is not a usable address. It should look like "
            "https://api.example.com/v1, without user name or password.",
        )
    path = parts.path.rstrip("/")
    if not path.endswith("/chat/completions"):
        path = (path or "/v1") + "/chat/completions"
    return urlunsplit((parts.scheme, parts.netloc, path, parts.query, ""))


def _split(url: str) -> SplitResult | None:
    """The parts of an http or https address; None where it is none."""
    if " " in url or not url.isprintable():
        return None  # `urlsplit` lets a blank into a host, and drops line ends
    try:
        parts = urlsplit(url)
        usable = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return None
    return parts if usable else None


def proxy_for(url: str) -> str | None:
    """The proxy that the environment wants for `url`: looked up once, not for every request."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    if host in ("localhost", "127.0.0.1", "::1") or urllib.request.proxy_bypass(host):
        return None
    found = urllib.request.getproxies()
    proxy = found.get(parts.scheme) or found.get("all")
    return proxy if proxy and proxy.startswith(("http://", "https://")) else None
