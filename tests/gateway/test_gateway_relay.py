"""What is passed through: responses and embeddings, by OpenAI's own SDK."""

from __future__ import annotations

import json
from typing import Any

import pytest
from gateway_served import Served

from mingan.gateway.server.ledger import Key

openai = pytest.importorskip("openai")
VECTOR = {
    "object": "list", "model": "e",
    "data": [{"object": "embedding", "index": 0, "embedding": [0.5]}],
    "usage": {"prompt_tokens": 100, "total_tokens": 100},
}  # fmt: skip


def said(kind: str, **more: Any) -> bytes:
    return b"data: " + json.dumps({"type": kind, **more}).encode() + b"\n\n"


def response(status: str = "completed", **more: Any) -> dict[str, Any]:
    text = {"type": "output_text", "text": "hello", "annotations": []}
    message = {
        "id": "m",
        "type": "message",
        "role": "assistant",
        "status": status,
        "content": [text],
    }
    usage = {
        "input_tokens": 10, "output_tokens": 20, "total_tokens": 30,
        "input_tokens_details": {"cached_tokens": 0},
        "output_tokens_details": {"reasoning_tokens": 0},
    }  # fmt: skip
    return {
        "id": "r", "object": "response", "created_at": 1, "model": "m", "status": status,
        "output": [message], "parallel_tool_calls": True, "tool_choice": "auto", "tools": [],
        "usage": usage, **more,
    }  # fmt: skip


async def test_embeddings_are_passed_through_by_name(served: Served) -> None:
    served.small.says(VECTOR)
    client = served.client()
    got = await client.embeddings.create(model="small", input="hi", encoding_format="float")
    assert got.data[0].embedding == [0.5]
    assert served.small.paths == ["/v1/embeddings"]
    (trip,) = served.trips()
    assert (trip["mode"], trip["state"], trip["tokens_in"]) == ("embeddings", "ok", 100)
    assert trip["cost"] == pytest.approx(100e-6)
    with pytest.raises(openai.NotFoundError):
        await client.embeddings.create(model="mingan", input="hi")


async def test_a_response_is_left_to_the_policy(served: Served) -> None:
    served.small.says({"error": {"message": "no"}}, 500)
    served.big.says(response(odd=1))
    got = await served.client().responses.create(model="mingan", input="hi")
    assert got.output_text == "hello"
    (trip,) = served.trips()
    assert (trip["member"], trip["tokens_out"]) == ("big", 20)


async def test_a_response_streams_with_its_own_events(served: Served) -> None:
    served.small.streams(
        [said("response.created", response=response("in_progress"), sequence_number=0),
         said("response.output_text.delta", delta="hel", item_id="m", output_index=0,
              content_index=0, sequence_number=1, logprobs=[]),
         said("response.completed", response=response(), sequence_number=2)]
    )  # fmt: skip
    stream = await served.client().responses.create(model="small", input="hi", stream=True)
    kinds = [event.type async for event in stream]
    assert kinds == ["response.created", "response.output_text.delta", "response.completed"]
    (trip,) = served.trips()
    assert (trip["state"], trip["cost"]) == ("ok", pytest.approx(50e-6))


async def test_a_response_that_fails_before_its_first_word_is_replaced(served: Served) -> None:
    served.small.streams(
        [said("response.created", response=response("in_progress"), sequence_number=0),
         said("response.failed", response=response("failed"), sequence_number=1)]
    )  # fmt: skip
    served.big.streams([said("response.completed", response=response(), sequence_number=0)])
    stream = await served.client().responses.create(model="mingan", input="hi", stream=True)
    assert [event.type async for event in stream] == ["response.completed"]
    assert served.trips()[0]["member"] == "big"


async def test_a_budget_holds_here_too(served: Served) -> None:
    served.hub.open_door = False
    key = served.hub.ledger.make(Key(name="poor", budget=1e-6))
    with pytest.raises(openai.RateLimitError):
        await served.client(key).responses.create(model="small", input="hi")
    with pytest.raises(openai.AuthenticationError):
        await served.client("mg-no").embeddings.create(model="small", input="hi")
    assert served.small.seen == []


async def test_half_a_response_is_told_as_broken(served: Served) -> None:
    served.small.streams(
        [said("response.output_text.delta", delta="hel", item_id="m", output_index=0,
              content_index=0, sequence_number=1, logprobs=[])]
    )  # fmt: skip
    stream = await served.client().responses.create(model="small", input="hi", stream=True)

    had = [event async for event in stream]
    assert [event.type for event in had] == ["response.output_text.delta", "error"]
    assert "small" in had[-1].message
    assert served.trips()[0]["state"] == "broken"
