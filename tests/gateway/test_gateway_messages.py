"""Anthropic's own SDK against the gateway: chat, stream, tools, pictures, errors, usage."""

from __future__ import annotations

import contextlib
import json
from collections.abc import AsyncIterator
from typing import Any

import pytest
from gateway_served import HI, USAGE, Served, completion, event
from hypothesis import given
from hypothesis import strategies as st

from mingan.gateway.server import messages
from mingan.gateway.server.faults import Told
from mingan.gateway.server.ledger import Key

anthropic = pytest.importorskip("anthropic")
TOOL = {"name": "f", "description": "d", "input_schema": {"type": "object"}}


@pytest.fixture
async def claude(served: Served) -> AsyncIterator[Any]:
    async with anthropic.AsyncAnthropic(
        base_url=served.url, api_key="none", max_retries=0
    ) as client:
        yield client


async def test_a_message_goes_through(served: Served, claude: Any) -> None:
    served.small.says(completion("hello", usage=USAGE))
    got = await claude.messages.create(
        model="mingan", max_tokens=50, messages=HI, system="Be brief.", stop_sequences=["x"]
    )
    assert got.content[0].text == "hello"
    assert (got.stop_reason, got.usage.input_tokens, got.usage.output_tokens) == (
        "end_turn",
        10,
        20,
    )
    asked = served.small.seen[0]
    assert asked["messages"][0] == {"role": "system", "content": "Be brief."}
    assert (asked["stop"], asked["max_tokens"]) == (["x"], 50)


async def test_a_message_streams(served: Served, claude: Any) -> None:
    served.small.streams(
        [event({"content": "he"}), event({"content": "llo"}), event({}, "length"),
         event(usage=USAGE), b"data: [DONE]\n\n"]
    )  # fmt: skip
    async with claude.messages.stream(model="mingan", max_tokens=9, messages=HI) as stream:
        said = [text async for text in stream.text_stream]
        whole = await stream.get_final_message()
    assert said == ["he", "llo"]
    assert (whole.stop_reason, whole.usage.output_tokens) == ("max_tokens", 20)


async def test_tools_and_their_results(served: Served, claude: Any) -> None:
    call = {"id": "c1", "type": "function", "function": {"name": "f", "arguments": '{"a": 1}'}}
    served.small.says(completion(None, "tool_calls", message={"tool_calls": [call]}))
    got = await claude.messages.create(
        model="mingan", max_tokens=9, messages=HI, tools=[TOOL], tool_choice={"type": "any"}
    )
    assert (got.stop_reason, got.content[0].name, got.content[0].input) == (
        "tool_use",
        "f",
        {"a": 1},
    )
    assert served.small.seen[0]["tool_choice"] == "required"
    result = [
        {"type": "tool_result", "tool_use_id": "c1", "content": [{"type": "text", "text": "7"}]}
    ]
    await claude.messages.create(
        model="mingan", max_tokens=9, tools=[TOOL],
        messages=[*HI, {"role": "assistant", "content": got.content},
                  {"role": "user", "content": result}],
    )  # fmt: skip
    asked = served.small.seen[1]["messages"]
    assert asked[1]["tool_calls"][0]["id"] == "c1"
    assert asked[2] == {"role": "tool", "tool_call_id": "c1", "content": "7"}


async def test_a_tool_call_streams(served: Served, claude: Any) -> None:
    def part(arguments: str, **more: Any) -> bytes:
        function = {"arguments": arguments, **more.pop("function", {})}
        return event({"tool_calls": [{"index": 0, "function": function, **more}]})

    served.small.streams(
        [part("", id="c1", function={"name": "f"}), part('{"a":'), part(" 1}"),
         event({}, "tool_calls"), b"data: [DONE]\n\n"]
    )  # fmt: skip
    async with claude.messages.stream(
        model="mingan", max_tokens=9, messages=HI, tools=[TOOL]
    ) as stream:
        whole = await stream.get_final_message()
    assert (whole.content[0].id, whole.content[0].input) == ("c1", {"a": 1})
    assert whole.stop_reason == "tool_use"


async def test_a_picture_is_handed_on(served: Served, claude: Any) -> None:
    served.small.says(completion("a cat"))
    source = {"type": "base64", "media_type": "image/png", "data": "aGk="}
    blocks = [{"type": "image", "source": source}, {"type": "text", "text": "what?"}]
    await claude.messages.create(
        model="mingan", max_tokens=9, messages=[{"role": "user", "content": blocks}]
    )
    part = served.small.seen[0]["messages"][0]["content"][0]
    assert part["image_url"]["url"] == "data:image/png;base64,aGk="


async def test_errors_are_told_as_its_sdk_knows_them(served: Served, claude: Any) -> None:
    with pytest.raises(anthropic.NotFoundError):
        await claude.messages.create(model="none", max_tokens=9, messages=HI)
    served.small.streams([event({"content": "half"})], cut=True)

    async def read() -> None:
        async with claude.messages.stream(model="small", max_tokens=9, messages=HI) as stream:
            async for _ in stream.text_stream:
                pass

    with pytest.raises(anthropic.APIError):
        await read()
    served.hub.open_door = False
    with pytest.raises(anthropic.AuthenticationError):
        await claude.messages.create(model="small", max_tokens=9, messages=HI)
    key = served.hub.ledger.make(Key(name="a"))
    served.small.says(completion("hello"))
    async with anthropic.AsyncAnthropic(base_url=served.url, api_key=key) as client:
        await client.messages.create(model="small", max_tokens=9, messages=HI)


ANY = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(
        st.sampled_from(["messages", "role", "content", "type", "text", "tools", "tool_choice",
                         "system", "source", "name", "input", "id"]), inner, max_size=4,
    ),
    max_leaves=12,
)  # fmt: skip


@given(ANY)
def test_any_body_is_read_or_refused(body: Any) -> None:
    with contextlib.suppress(Told):
        read = messages.read(body)
        assert all(each["role"] for each in read["messages"])
        json.dumps(read)


async def test_what_an_endpoint_made_up_ends_in_an_error_not_a_traceback(
    served: Served, claude: Any, caplog: pytest.LogCaptureFixture
) -> None:
    served.small.says(completion("x", message={"tool_calls": "odd"}))
    with pytest.raises(anthropic.InternalServerError):
        await claude.messages.create(model="small", max_tokens=9, messages=HI)
    served.small.streams([event({"tool_calls": ["odd"]}), event({}, "stop")])
    stream = await claude.messages.create(model="small", max_tokens=9, messages=HI, stream=True)

    async def read() -> None:
        async for _ in stream:
            pass

    with pytest.raises(anthropic.APIError):
        await read()
    assert "Traceback" not in caplog.text
