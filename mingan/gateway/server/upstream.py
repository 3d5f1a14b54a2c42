"""One member as the gateway reaches it: a body goes out, a body or a live stream comes back.

A stream is handed on only once its first word has been seen, so that whoever fails before it can
be replaced and nobody is told 200 and then nothing. What can be tried again is, twice, soon; what
cannot is raised at once, because another member may answer. Closing a stream closes the
connection to the endpoint. The key is looked up at the moment of use and is in no error.

A policy, a visitor's key or a budget is not known here.
"""

from __future__ import annotations

import asyncio
import contextlib
import random
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeVar

import aiohttp

from mingan.errors import (
    AnswerTimeout,
    ModelError,
    RateLimited,
    RequestRejected,
    ServerFault,
    Unreachable,
)
from mingan.gateway.server import events, relayed
from mingan.gateway.server.events import Seen
from mingan.models import openai_faults as faults
from mingan.models import openai_wire as wire
from mingan.models.openai import LIMIT, chat_url, key_of, proxy_for
from mingan.models.protocol import Message, Model, Reply, Request
from mingan.records import Generation, ModelCard, Usage

RETRIES = 2
WHOLE = 10
"""An answer in one piece says nothing until it ends: it has so many times as long to begin."""

PATIENCE_S = 5.0
"""The longest wait that an endpoint may ask for before we rather ask another member."""

Body = Mapping[str, Any]
T = TypeVar("T")


@dataclass(slots=True)
class Whole:
    """An answer in one piece: the bytes as they came, and what they say."""

    payload: bytes
    seen: Seen


@dataclass(slots=True)
class Flow:
    """An answer that comes in events; `held` are those up to the first word.

    `usage` and `letters` grow while it is read. Iterate it once, to the end or not, and `close`.
    """

    held: list[tuple[bytes, Seen]]
    rest: AsyncIterator[tuple[bytes, Seen]]
    usage: Usage | None = None
    letters: int = 0
    text: list[str] = field(default_factory=list)

    async def __aiter__(self) -> AsyncIterator[tuple[bytes, Seen]]:
        for payload, seen in self.held:
            self._note(seen)
            yield payload, seen
        self.held = []
        async for payload, seen in self.rest:
            self._note(seen)
            yield payload, seen

    async def close(self) -> None:
        """Let go of the endpoint, even in mid-stream."""
        close = getattr(self.rest, "aclose", None)
        if close is not None:
            await close()

    def _note(self, seen: Seen) -> None:
        self.usage = seen.usage or self.usage
        self.letters += seen.letters
        if seen.text:
            self.text.append(seen.text)


@dataclass(slots=True)
class Raw:
    """What another address of an endpoint says: bytes as they come, the first of them held."""

    content_type: str
    held: list[bytes]
    rest: AsyncGenerator[bytes]

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for chunk in self.held:
            yield chunk
        async for chunk in self.rest:
            yield chunk


class Upstream(Protocol):
    """A member. Raises: children of `ModelError`.

    `words_only`: it knows no tools and no pictures.
    """

    card: ModelCard
    words_only: bool

    async def whole(self, body: Body) -> Whole:
        """Ask, and wait for all of it."""
        ...

    async def flow(self, body: Body) -> Flow:
        """Ask, and wait for the first word."""
        ...

    async def close(self) -> None:
        """Let go of connections; may be called twice."""
        ...


async def tried(
    once: Callable[[], Awaitable[T]], *, sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
) -> T:
    """Do something again where its fault says that it may help; at most twice, soon.

    Raises:
        ModelError: it failed for the last time, or wants to be left alone for longer.
    """
    for again in range(RETRIES + 1):
        try:
            return await once()
        except ModelError as fault:
            wait = 0.2 * 2**again * random.uniform(0.5, 1.5)
            if isinstance(fault, RateLimited) and fault.retry_after is not None:
                wait = max(wait, fault.retry_after)
            if not fault.retryable or again == RETRIES or wait > PATIENCE_S:
                raise
        await sleep(wait)
    raise AssertionError


class Endpoint:
    """A member behind a chat endpoint."""

    words_only = False

    def __init__(self, card: ModelCard, *, first_s: float = 60.0, idle_s: float = 60.0) -> None:
        """`first_s` is how long it may take to begin, `idle_s` to go on.

        Raises:
            ModelsFileError: `base_url` is no address.
        """
        self.card = card
        self._url = chat_url(card.base_url, card.name)
        self._who = card.name
        self._first, self._idle = first_s, idle_s
        self._session: aiohttp.ClientSession | None = None
        self._proxy: str | None = None

    async def whole(self, body: Body) -> Whole:
        """See `Upstream`."""
        return await tried(lambda: self._guarded(self._whole(self._write(body, stream=False))))

    async def flow(self, body: Body) -> Flow:
        """See `Upstream`."""
        return await tried(lambda: self._guarded(self._flow(self._write(body, stream=True))))

    async def raw(self, path: str, body: Body) -> Raw:
        """Ask at another address of the same endpoint, and hand on what comes as it comes.

        Raises:
            ModelError: it failed before anything was said.
        """
        out = wire.encode_any({**body, "model": self.card.model or self.card.name})
        head, slash, query = self._url.partition("?")
        url = f"{head.removesuffix('chat/completions')}{path}{slash}{query}"
        return await tried(lambda: self._guarded(self._raw(url, out)))

    async def _raw(self, url: str, out: bytes) -> Raw:
        async with asyncio.timeout(self._first):
            response = await self._post(out, url)
        rest = self._bytes(response)
        held: list[bytes] = []
        events = relayed.Events() if response.content_type == "text/event-stream" else None
        try:
            async with asyncio.timeout(self._first):
                async for chunk in rest:
                    held.append(chunk)
                    if events is None or events.spoke(chunk):
                        break
        except BaseException:
            await rest.aclose()
            raise
        if not held or (events is not None and events.failed):
            await rest.aclose()
            raise self._empty() if not held else self._broken("failed")
        return Raw(response.content_type, held, rest)

    async def _bytes(self, response: aiohttp.ClientResponse) -> AsyncGenerator[bytes]:
        async with response:
            chunks = response.content.iter_any()
            while True:
                chunk = await self._guarded(asyncio.wait_for(anext(chunks, b""), self._idle))
                if not chunk:
                    return
                yield chunk

    async def close(self) -> None:
        """See `Upstream`."""
        session, self._session = self._session, None
        if session is not None:
            await session.close()

    def _write(self, body: Body, *, stream: bool) -> bytes:
        out = {**body, "model": self.card.model or self.card.name}
        out.pop("stream_options", None)
        if stream:
            options = body.get("stream_options")
            out["stream_options"] = {
                **(options if isinstance(options, dict) else {}), "include_usage": True,
            }  # fmt: skip
        out["stream"] = stream
        return wire.encode_any(out)

    async def _guarded(self, doing: Awaitable[T]) -> T:
        """What sockets raise, said as the fault of a model."""
        try:
            return await doing
        except TimeoutError:
            raise self._late() from None
        except (aiohttp.ClientConnectorError, aiohttp.InvalidURL) as error:
            raise Unreachable(
                f"连不上 {self._who}（{type(error).__name__}）。",
                f"{self._who} cannot be reached ({type(error).__name__}).",
            ) from None
        except (aiohttp.ClientError, OSError) as error:
            raise self._broken(type(error).__name__) from None

    async def _whole(self, out: bytes) -> Whole:
        async with asyncio.timeout(WHOLE * self._first):
            response = await self._post(out)
            async with response:
                payload = await _read(response, LIMIT)
        try:
            seen = events.look(payload)
        except ValueError:
            raise self._garbage() from None
        if seen.error:
            raise self._said(seen.error)
        if not seen.words:
            raise self._empty()
        return Whole(payload, seen)

    async def _flow(self, out: bytes) -> Flow:
        held: list[tuple[bytes, Seen]] = []
        rest = self._events(out)
        try:
            async with asyncio.timeout(self._first):
                async for payload, seen in rest:
                    held.append((payload, seen))
                    if seen.words:
                        return Flow(held, rest)
        except BaseException:
            await rest.aclose()
            raise
        raise self._empty()

    async def _events(self, out: bytes) -> AsyncGenerator[tuple[bytes, Seen]]:
        """Every event of a stream, to its proper end.

        Raises:
            ModelError: it broke off, went silent, or is no stream of a chat.
        """
        response = await self._post(out)
        lines, finished = wire.EventLines(), False
        async with response:
            if response.content_type == "application/json":
                async for each in self._unstreamed(await _read(response, LIMIT)):
                    yield each
                return
            chunks = response.content.iter_any()
            while True:
                chunk = await self._guarded(asyncio.wait_for(anext(chunks, b""), self._idle))
                for payload in lines.feed(chunk) if chunk else lines.end():
                    if payload == b"[DONE]":
                        return
                    seen = self._look(payload)
                    finished = finished or seen.finished
                    yield payload, seen
                if not chunk:
                    break
        if not finished:
            raise self._broken("EOF")

    async def _unstreamed(self, payload: bytes) -> AsyncIterator[tuple[bytes, Seen]]:
        """Some endpoints answer in one piece although a stream was asked for."""
        seen = self._look(payload)
        body = wire.decode(payload)
        said = wire.Said()
        said.add(body)
        text, reasoning, finish = said.whole()
        if not seen.words:
            raise self._empty()
        reply = Reply(
            text=text, reasoning=reasoning, finish=finish, usage=seen.usage or Usage()
        )  # fmt: skip
        for each in events.chunks(reply, said.model or self.card.name):
            yield each, events.look(each)

    def _look(self, payload: bytes) -> Seen:
        try:
            seen = events.look(payload)
        except ValueError:
            raise self._garbage() from None
        if seen.error:
            raise self._said(seen.error)
        return seen

    async def _post(self, out: bytes, url: str = "") -> aiohttp.ClientResponse:
        key = key_of(self.card)
        headers = {"Authorization": f"Bearer {key}"} if key else {}
        response = await self._open().post(
            url or self._url, data=out, headers=headers, proxy=self._proxy, allow_redirects=False
        )
        if response.status == 200:
            return response
        async with response:
            body = await _read(response, 65_536)
        raise faults.fault(response.status, response.headers, body, who=self._who, key=key)

    def _said(self, error: Any) -> ModelError:
        """An error object that came with status 200."""
        key = key_of(self.card)
        return faults.fault(
            faults.status_of(error), {}, wire.encode_any({"error": error}), who=self._who, key=key
        )

    def _open(self) -> aiohttp.ClientSession:
        if self._session is None:
            self._proxy = proxy_for(self._url)
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(limit=0, ttl_dns_cache=300),
                timeout=aiohttp.ClientTimeout(total=None, sock_connect=10),
                cookie_jar=aiohttp.DummyCookieJar(),
                headers={"Content-Type": "application/json", "User-Agent": "mingan"},
            )
        return self._session

    def _late(self) -> ModelError:
        return AnswerTimeout(
            f"{self._who} 太久没有动静。", f"{self._who} was silent for too long."
        )  # fmt: skip

    def _broken(self, why: str) -> ModelError:
        return ServerFault(
            f"{self._who} 的连接中途断了（{why}）。",
            f"The connection to {self._who} broke ({why}).",
        )

    def _garbage(self) -> ModelError:
        return ServerFault(
            f"{self._who} 的回答看不懂，不是约定的 JSON。",
            f"What {self._who} sent is not the JSON that was agreed on.",
        )

    def _empty(self) -> ModelError:
        return ServerFault(
            f"{self._who} 说成功了，却一个字也没有。", f"{self._who} said OK, and not a word."
        )


async def _read(response: aiohttp.ClientResponse, most: int) -> bytes:
    body = bytearray()
    async for chunk in response.content.iter_any():
        body += chunk
        if len(body) > most:
            raise ServerFault("回答太长，没有读完。", "The answer is too long and was not read.")
    return bytes(body)


class Spoken:
    """A member of any other kind: a model on this machine, a script. It knows only words."""

    words_only = True

    def __init__(self, model: Model, *, total_s: float = 600.0) -> None:
        """Takes the model; it is closed with this."""
        self.card, self._model, self._total = model.card, model, total_s

    async def whole(self, body: Body) -> Whole:
        """See `Upstream`."""
        reply = await self._reply(body)
        payload = wire.encode_any(events.completion(reply, self.card.name))
        return Whole(payload, events.look(payload))

    async def flow(self, body: Body) -> Flow:
        """See `Upstream`; all words come in one event."""
        return settled(await self._reply(body), self.card.name)

    async def close(self) -> None:
        """See `Upstream`."""
        await self._model.close()

    async def _reply(self, body: Body) -> Reply:
        request = Request(messages=messages_of(body), generation=_generation(body, self.card))
        try:
            async with asyncio.timeout(self._total):
                reply = await tried(lambda: self._model.answer(request))
        except TimeoutError:
            raise AnswerTimeout(
                f"{self.card.name} 太久没有答完。", f"{self.card.name} took too long."
            ) from None
        if not (reply.text or reply.reasoning):
            raise ServerFault(
                f"{self.card.name} 一个字也没有说。", f"{self.card.name} said not a word."
            )
        return reply


def settled(reply: Reply, model: str) -> Flow:
    """An answer that is known already, as a flow."""
    return Flow([(each, events.look(each)) for each in events.chunks(reply, model)], _nothing())


async def _nothing() -> AsyncIterator[tuple[bytes, Seen]]:
    none: tuple[tuple[bytes, Seen], ...] = ()
    for each in none:
        yield each


def messages_of(body: Body) -> tuple[Message, ...]:
    """The conversation in a body as plain words; parts that are none are left out."""
    out: list[Message] = []
    for each in body.get("messages") or []:
        role = each.get("role")
        text = wire.text_of(each.get("content"))
        if role in ("system", "developer"):
            out.append({"role": "system", "content": text})
        elif role == "user":
            out.append({"role": "user", "content": text})
        elif role == "assistant":
            out.append({"role": "assistant", "content": text})
    return tuple(out)


def _generation(body: Body, card: ModelCard) -> Generation:
    """What a visitor asks for; what he leaves open is as the card says.

    Raises:
        RequestRejected: a value is none that can be used.
    """
    base = card.generation
    out = body.get("max_completion_tokens", body.get("max_tokens"))
    try:
        return Generation(
            temperature=_number(body.get("temperature"), base.temperature, 0, 10),
            top_p=_number(body.get("top_p"), base.top_p, 0, 1),
            max_tokens=_whole(out, base.max_tokens, 1),
            seed=_whole(body.get("seed"), base.seed, 0), stop=_stops(body.get("stop"), base.stop),
            system=base.system, extra=base.extra,
        )  # fmt: skip
    except ValueError:
        raise RequestRejected(
            "temperature、top_p、max_tokens、seed 或 stop 的值不能用。",
            "A value of temperature, top_p, max_tokens, seed or stop cannot be used.",
        ) from None


def _number(said: Any, otherwise: float | None, least: int, most: int) -> float | None:
    if said is None:
        return otherwise
    if not isinstance(said, int | float) or not least <= said <= most:
        raise ValueError
    return float(said)


def _whole(said: Any, otherwise: int | None, least: int) -> int | None:
    if said is None:
        return otherwise
    if not isinstance(said, int) or not least <= said < 2**31:
        raise ValueError
    return said


def _stops(said: Any, otherwise: tuple[str, ...]) -> tuple[str, ...]:
    stops = (said,) if isinstance(said, str) else tuple(said or otherwise)
    if not all(isinstance(each, str) for each in stops):
        raise ValueError
    return stops


def reach(card: ModelCard, *, first_s: float = 60.0, idle_s: float = 60.0) -> Upstream:
    """The member that a card describes; connects to nothing yet.

    Raises:
        InputError: there is no such kind, or the card lacks something.
    """
    if card.kind == "openai":
        return Endpoint(card, first_s=first_s, idle_s=idle_s)
    from mingan.models.catalogue import make

    return Spoken(make(card))


@contextlib.asynccontextmanager
async def closing(members: Mapping[str, Upstream]) -> AsyncIterator[None]:
    """Close all members at the end."""
    try:
        yield
    finally:
        await asyncio.gather(*(m.close() for m in members.values()), return_exceptions=True)
