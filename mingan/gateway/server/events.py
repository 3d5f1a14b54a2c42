"""What one event or one body of a chat says, and how an answer of our own is written as such.

Only what decides is read (is there a word yet, what was used, did it fail); the bytes themselves
are handed on untouched, so that fields nobody here knows are kept. No sockets, no keys.
"""

from __future__ import annotations

import time
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import msgspec

from mingan.models import openai_wire as wire
from mingan.models.protocol import Reply
from mingan.records import Usage


class _Part(msgspec.Struct):
    content: Any = None
    reasoning_content: Any = None
    reasoning: Any = None
    refusal: Any = None
    tool_calls: Any = None
    function_call: Any = None
    audio: Any = None


class _Choice(msgspec.Struct):
    message: _Part | None = None
    delta: _Part | None = None
    finish_reason: Any = None


class _Body(msgspec.Struct):
    choices: list[_Choice] | None = None
    usage: Any = None
    error: Any = None


_decoder = msgspec.json.Decoder(_Body)


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What a body or an event holds.

    Attributes:
        text: words of the answer.
        words: it brings something: text, reasoning, a refusal, a tool call.
        finished: it says why the answer ended.
        letters: bytes written that have to be paid for, reasoning and tool calls too.
        choices: how many; an event that only tells usage has none.
    """

    text: str = ""
    words: bool = False
    finished: bool = False
    letters: int = 0
    choices: int = 0
    usage: Usage | None = None
    error: Any = None


def look(payload: bytes) -> Seen:
    """Read one body or event.

    Raises:
        ValueError: it is no JSON of a chat.
    """
    body = _decoder.decode(payload)
    text, letters, finished, words = [], 0, False, False
    for choice in body.choices or []:
        finished = finished or bool(choice.finish_reason)
        part = choice.message or choice.delta
        if part is None:
            continue
        said = wire.text_of(part.content)
        other = [wire.text_of(x) for x in (part.reasoning_content, part.reasoning, part.refusal)]
        called = [x for x in (part.tool_calls, part.function_call, part.audio) if x]
        text.append(said)
        paid = [said, *other, *map(str, called)]
        letters += sum(len(x) if x.isascii() else len(x.encode("utf-8", "replace")) for x in paid)
        words = words or bool(said or any(other) or called)
    return Seen(
        text="".join(text), words=words, finished=finished, letters=letters,
        choices=len(body.choices or []), error=body.error,
        usage=wire.usage_of(body.usage) if isinstance(body.usage, dict) else None,
    )  # fmt: skip


def data(payload: bytes) -> bytes:
    """A payload as an event of a stream."""
    return b"data: " + payload + b"\n\n"


DONE = data(b"[DONE]")


def completion(reply: Reply, model: str) -> dict[str, Any]:
    """A reply that did not come over this wire, as a body of `/v1/chat/completions`."""
    message: dict[str, Any] = {"role": "assistant", "content": reply.text}
    if reply.reasoning:
        message["reasoning_content"] = reply.reasoning
    choice = {"index": 0, "message": message, "finish_reason": reply.finish or "stop"}
    return {
        **_head("chat.completion", model),
        "choices": [choice],
        "usage": usage_body(reply.usage),
    }


def chunks(reply: Reply, model: str) -> Iterator[bytes]:
    """The same as the events of a stream; the last one tells the usage."""
    head = _head("chat.completion.chunk", model)

    def event(choices: list[dict[str, Any]], **more: Any) -> bytes:
        return wire.encode_any({**head, "choices": choices, **more})

    delta: dict[str, Any] = {"role": "assistant", "content": reply.text}
    if reply.reasoning:
        delta["reasoning_content"] = reply.reasoning
    yield event([{"index": 0, "delta": delta, "finish_reason": None}])
    yield event([{"index": 0, "delta": {}, "finish_reason": reply.finish or "stop"}])
    yield event([], usage=usage_body(reply.usage))


def usage_body(usage: Usage) -> dict[str, int]:
    """Usage as chat endpoints write it."""
    taken, written = usage.tokens_in or 0, usage.tokens_out or 0
    return {
        "prompt_tokens": taken,
        "completion_tokens": written,
        "total_tokens": taken + written,
    }


def _head(kind: str, model: str) -> dict[str, Any]:
    return {
        "id": f"chatcmpl-{uuid.uuid4().hex}",
        "object": kind,
        "created": int(time.time()),
        "model": model,
    }
