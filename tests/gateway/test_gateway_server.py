"""The gateway as its visitors see it: a real server, a real SDK, and upstreams that misbehave."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from gateway_served import HI, SECRET, USAGE, Served, completion, event

from mingan.gateway.members.calculator import Calculator
from mingan.gateway.members.lookup import Lookup
from mingan.gateway.policy import Choice
from mingan.gateway.server.ledger import Key
from mingan.gateway.server.ruled import Ruled
from mingan.gateway.server.upstream import reach
from mingan.records import ModelCard

openai = pytest.importorskip("openai")


async def test_a_chat_goes_through_with_all_that_is_unknown(served: Served) -> None:
    served.small.says(completion("hello", usage=USAGE, odd={"kept": [1]}))
    raw = await served.client().chat.completions.with_raw_response.create(
        model="mingan", messages=HI, extra_body={"unheard_of": {"a": 1}}
    )
    reply = raw.parse()
    assert reply.choices[0].message.content == "hello"
    assert reply.usage.completion_tokens == 20
    assert reply.odd == {"kept": [1]}
    assert served.small.seen[0]["unheard_of"] == {"a": 1}
    assert served.small.headers[0]["Authorization"] == f"Bearer {SECRET}"
    assert raw.headers["x-mingan-model"] == "small"
    assert float(raw.headers["x-mingan-cost"]) == pytest.approx(50e-6)
    assert float(raw.headers["x-mingan-overhead-ms"]) < 500
    (trip,) = served.trips()
    assert (trip["state"], trip["tokens_in"], trip["cost"]) == ("ok", 10, pytest.approx(50e-6))


async def test_a_stream_goes_through(served: Served) -> None:
    chunks = [event({"role": "assistant"}), event({"content": "he"}), event({"content": "llo"}),
              event({}, "stop"), event(usage=USAGE), b"data: [DONE]\n\n"]  # fmt: skip
    served.small.streams(chunks)
    stream = await served.client().chat.completions.create(model="mingan", messages=HI, stream=True)
    had = [chunk async for chunk in stream]
    assert "".join(c.choices[0].delta.content or "" for c in had) == "hello"
    assert all(c.usage is None for c in had)  # nobody asked for it
    stream = await served.client().chat.completions.create(
        model="small", messages=HI, stream=True, stream_options={"include_usage": True}
    )
    had = [chunk async for chunk in stream]
    assert had[-1].usage.total_tokens == 30
    assert [t["state"] for t in served.trips()] == ["ok", "ok"]
    assert served.trips()[0]["cost"] == pytest.approx(50e-6)


async def test_tools_are_handed_on(served: Served) -> None:
    call = {"id": "c1", "type": "function", "function": {"name": "f", "arguments": "{}"}}
    served.small.says(completion(None, "tool_calls", message={"tool_calls": [call]}))
    tool = {"type": "function", "function": {"name": "f", "parameters": {"type": "object"}}}
    reply = await served.client().chat.completions.create(model="mingan", messages=HI, tools=[tool])
    assert reply.choices[0].message.tool_calls[0].function.name == "f"
    assert served.small.seen[0]["tools"] == [tool]


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize(
    "fault",
    [
        lambda e: e.says({"error": {"message": "slow down"}}, 429, {"Retry-After": "60"}),
        lambda e: e.says({"error": {"message": f"bad {SECRET}"}}, 500),
        lambda e: e.says(b"<html>"),
        lambda e: e.says({"choices": []}),
        lambda e: e.says({"error": {"message": "quota", "code": 500}}),
        lambda e: e.streams([event({"role": "assistant"})], cut=True),
        lambda e: e.streams([event({"role": "assistant"}), event({}, "stop")]),
    ],
    ids=["429", "500", "garbage", "empty", "error-in-200", "cut-early", "empty-stream"],
)
async def test_who_fails_before_the_first_word_is_replaced(
    served: Served, fault: Any, stream: bool
) -> None:
    fault(served.small)
    if stream:
        served.big.streams([event({"content": "yes"}), event({}, "stop"), b"data: [DONE]\n\n"])
    else:
        served.big.says(completion("yes"))
    client = served.client()
    got = await client.chat.completions.create(model="mingan", messages=HI, stream=stream)
    if stream:
        assert "".join([c.choices[0].delta.content or "" async for c in got]) == "yes"
    else:
        assert got.choices[0].message.content == "yes"
    (trip,) = served.trips()
    assert [step["state"] for step in trip["path"]] == ["failed", "taken"]
    assert SECRET not in json.dumps(trip)


async def test_after_the_first_word_an_error_is_told(served: Served) -> None:
    served.small.streams([event({"content": "half"})], cut=True)
    served.big.says(completion("never"))
    stream = await served.client().chat.completions.create(model="mingan", messages=HI, stream=True)
    had: list[str] = []

    async def read() -> None:
        async for chunk in stream:
            had.append(chunk.choices[0].delta.content)

    with pytest.raises(openai.APIError):
        await read()
    assert had == ["half"]
    assert served.big.seen == []
    (trip,) = served.trips()
    assert trip["state"] == "broken"
    assert trip["cost"] > 0  # by what was had, since no usage was told


async def test_a_member_that_hangs_is_replaced(served: Served) -> None:
    async def hang(request: web.Request, asked: dict[str, Any]) -> web.StreamResponse:
        await asyncio.sleep(30)
        return web.Response()

    served.small.handler = hang
    served.big.streams([event({"content": "yes"}), event({}, "stop")])
    stream = await served.client().chat.completions.create(model="mingan", messages=HI, stream=True)
    assert "".join([c.choices[0].delta.content or "" async for c in stream]) == "yes"


@pytest.mark.parametrize("stream", [False, True])
async def test_a_visitor_who_leaves_is_felt_upstream(served: Served, stream: bool) -> None:
    left = asyncio.Event()
    began = asyncio.Event()

    async def endless(request: web.Request, asked: dict[str, Any]) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
        if stream:
            await response.prepare(request)
        try:
            while True:
                if stream:
                    await response.write(event({"content": "x"}))
                began.set()
                await asyncio.sleep(0.05)
                if request.transport is None or request.transport.is_closing():
                    raise ConnectionResetError
        except (ConnectionResetError, asyncio.CancelledError):
            left.set()
            raise

    served.small.handler = endless
    async with aiohttp.ClientSession() as session:
        asking = asyncio.create_task(
            session.post(f"{served.url}/v1/chat/completions",
                         json={"model": "small", "messages": HI, "stream": stream})
        )  # fmt: skip
        await asyncio.wait_for(began.wait(), 20)
        if stream:
            response = await asking
            await response.content.readany()
            response.close()
        else:
            asking.cancel()
    await asyncio.wait_for(left.wait(), 20)
    for _ in range(100):
        if served.trips():
            break
        await asyncio.sleep(0.02)
    assert served.trips()[0]["state"] == "gone"


async def test_a_cascade_is_carried_out(served: Served) -> None:
    served.choose(Choice(models=("small", "big"), mode="cascade", accept={"small": 0.9}, samples=2))
    answers = iter(["A", "B"])

    async def differs(request: web.Request, asked: dict[str, Any]) -> web.StreamResponse:
        return web.json_response(completion(next(answers), usage=USAGE))

    served.small.handler = differs
    served.big.says(completion("C", usage=USAGE))
    raw = await served.client().chat.completions.with_raw_response.create(
        model="mingan", messages=HI
    )
    assert raw.parse().choices[0].message.content == "C"
    assert raw.headers["x-mingan-model"] == "big"
    assert float(raw.headers["x-mingan-cost"]) == pytest.approx(2 * 50e-6 + 500e-6)
    served.small.says(completion("A", usage=USAGE))
    stream = await served.client().chat.completions.create(model="mingan", messages=HI, stream=True)
    assert "".join([c.choices[0].delta.content or "" async for c in stream]) == "A"


async def test_keys_lists_and_budgets(served: Served) -> None:
    served.hub.open_door = False
    served.small.says(completion("hello", usage=USAGE))
    with pytest.raises(openai.AuthenticationError):
        await served.client("mg-none").chat.completions.create(model="mingan", messages=HI)
    ledger = served.hub.ledger
    narrow = ledger.make(Key(name="narrow", members=frozenset({"small"})))
    client = served.client(narrow)
    assert [m.id async for m in client.models.list()] == ["mingan", "small"]
    with pytest.raises(openai.NotFoundError):
        await client.chat.completions.create(model="big", messages=HI)
    poor = ledger.make(Key(name="poor", budget=1e-3))
    client = served.client(poor)
    for _ in range(2):
        await client.chat.completions.create(model="small", messages=HI, max_tokens=100)
    with pytest.raises(openai.RateLimitError):
        await client.chat.completions.create(model="small", messages=HI, max_tokens=1000)
    spent = {key.name: used for key, used in ledger.every_key()}
    assert spent["poor"] == pytest.approx(100e-6)
    slow = served.client(ledger.make(Key(name="slow", per_minute=1)))
    await slow.chat.completions.create(model="small", messages=HI)
    with pytest.raises(openai.RateLimitError) as told:
        await slow.chat.completions.create(model="small", messages=HI)
    assert int(told.value.response.headers["retry-after"]) > 50
    ledger.revoke("slow")
    with pytest.raises(openai.AuthenticationError):
        await slow.chat.completions.create(model="small", messages=HI)


async def test_a_budget_that_ends_in_mid_stream_is_told(served: Served) -> None:
    served.small.streams([event({"content": "word " * 400}) for _ in range(40)])
    key = served.hub.ledger.make(Key(name="poor", budget=2.5e-3))
    stream = await served.client(key).chat.completions.create(
        model="small", messages=HI, stream=True
    )

    async def read() -> None:
        async for _ in stream:
            pass

    with pytest.raises(openai.APIError, match="poor"):
        await read()
    assert served.trips()[0]["state"] == "stopped"
    ((_, spent),) = served.hub.ledger.every_key()
    assert 1e-3 < spent <= 4e-3


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"[]", b"null", b'{"model": 1}', b'{"model": "mingan"}', b"\xff", b"[" * 100_000,
     b'{"model": "mingan", "messages": []}', b'{"model": "mingan", "messages": [1]}',
     b'{"model": "mingan", "messages": [{"role": null}]}',
     b'{"model": "none", "messages": [{"role": "user", "content": "x"}]}'],
)  # fmt: skip
async def test_a_body_that_cannot_be_used_gets_one_sentence(served: Served, body: bytes) -> None:
    async with aiohttp.ClientSession() as session:
        response = await session.post(f"{served.url}/v1/chat/completions", data=body)
        assert response.status in (400, 404)
        assert (await response.json())["error"]["message"]
    assert served.small.seen == []


async def test_health_and_metrics(served: Served) -> None:
    served.small.says(completion("hello", usage=USAGE))
    await served.client().chat.completions.create(model="mingan", messages=HI)
    async with aiohttp.ClientSession() as session:
        health = await (await session.get(f"{served.url}/health")).json()
        text = await (await session.get(f"{served.url}/metrics")).text()
    assert health["members"] == {"small": "closed", "big": "closed"}
    assert 'mingan_asks_total{member="small",mode="one",state="ok"} 1.0' in text
    assert 'mingan_tokens_total{member="small",way="out"} 20.0' in text


@pytest.mark.parametrize(
    "headers",
    [{"Origin": "https://elsewhere.example"}, {"Origin": "null"}, {"Host": "elsewhere.example"}],
)
async def test_a_page_of_another_site_may_not_ask(served: Served, headers: dict[str, str]) -> None:
    async with aiohttp.ClientSession(headers=headers) as session:
        for path in ("chat/completions", "messages", "responses"):
            async with session.post(f"{served.url}/v1/{path}", data=b'{"model": "small"}') as told:
                assert told.status == 403
        async with session.get(f"{served.url}/v1/models") as told:
            assert told.status == 403
    assert served.small.seen == []


async def test_metrics_need_a_key_where_asks_do(served: Served) -> None:
    served.hub.open_door = False
    async with aiohttp.ClientSession() as session:
        async with session.get(f"{served.url}/metrics") as told:
            assert told.status == 401
        async with session.get(f"{served.url}/health") as told:
            assert told.status == 200


async def test_a_member_that_knows_only_words_gets_no_tools(served: Served) -> None:
    card = ModelCard(name="words", kind="scripted", options={"default": "by rote"})
    served.hub.members = {**served.hub.members, "words": reach(card)}
    served.choose(Choice(models=("words", "small")))
    client = served.client()
    reply = await client.chat.completions.create(model="mingan", messages=HI)
    assert reply.choices[0].message.content == "by rote"
    stream = await client.chat.completions.create(model="words", messages=HI, stream=True)
    assert "".join([c.choices[0].delta.content or "" async for c in stream]) == "by rote"
    tool = {"type": "function", "function": {"name": "f", "parameters": {"type": "object"}}}
    served.small.says(completion("with tools"))
    reply = await client.chat.completions.create(model="mingan", messages=HI, tools=[tool])
    assert reply.choices[0].message.content == "with tools"
    with pytest.raises(openai.BadRequestError):
        await client.chat.completions.create(model="words", messages=HI, tools=[tool])


async def test_a_rule_goes_first_and_costs_nothing(served: Served) -> None:
    rules = {each.name: Ruled(each) for each in (Lookup({"who are you?": "us"}), Calculator())}
    served.hub.members = {**rules, **served.hub.members}
    client = served.client()
    served.small.says(completion("asked a model", usage=USAGE))

    async def ask(said: str, model: str = "mingan", **more: Any) -> tuple[str, str]:
        raw = await client.chat.completions.with_raw_response.create(
            model=model, messages=[{"role": "user", "content": said}], **more
        )
        return raw.parse().choices[0].message.content, raw.headers["x-mingan-model"]

    assert await ask("37 × 41 = ?") == ("1517", "calculator")
    assert await ask("Who are you") == ("us", "lookup")
    assert served.small.seen == []
    for more in ({"stop": ["1"]}, {"response_format": {"type": "json_object"}}, {"n": 2}):
        assert await ask("37 × 41 = ?", **more) == ("asked a model", "small")
    assert await ask("2024-11-27 = ?") == ("asked a model", "small")
    assert await ask("3+4=?", model="calculator") == ("7", "calculator")
    with pytest.raises(openai.BadRequestError):
        await ask("hello", model="calculator")
    stream = await client.chat.completions.create(
        model="mingan", messages=[{"role": "user", "content": "1+1=?"}], stream=True
    )
    assert "".join([c.choices[0].delta.content or "" async for c in stream]) == "2"
    costs = {trip["member"]: trip["cost"] for trip in served.trips()}
    assert costs["calculator"] == costs["lookup"] == 0


@pytest.mark.parametrize(
    "odd", [{"temperature": 10**400}, {"stop": [1]}, {"max_tokens": "9"}, {"seed": 2**70},
            {"max_tokens": -1}, {"top_p": "x"}],
)  # fmt: skip
async def test_odd_values_for_a_member_of_words_are_refused(
    served: Served, odd: dict[str, Any]
) -> None:
    card = ModelCard(name="words", kind="scripted", options={"default": "by rote"})
    served.hub.members = {**served.hub.members, "words": reach(card)}
    async with (
        aiohttp.ClientSession() as session,
        session.post(
            f"{served.url}/v1/chat/completions",
            json={"model": "words", "messages": HI, **odd},
        ) as told,
    ):
        assert told.status == 400
