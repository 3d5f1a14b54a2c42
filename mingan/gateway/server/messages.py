"""Anthropic's /v1/messages, said in the words of a chat completion and back.

Pure: bodies and events in, bodies and events out. Text, pictures, tools and their results are
carried over; thinking of earlier turns is not, since no other maker's model can use it.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import AsyncGenerator, AsyncIterator, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from mingan.gateway.server import faults
from mingan.gateway.server.faults import Told
from mingan.models import openai_wire as wire

_STOPS = {
    "stop": "end_turn",
    "length": "max_tokens",
    "tool_calls": "tool_use",
    "function_call": "tool_use",
    "content_filter": "refusal",
}
_TYPES = {
    400: "invalid_request_error",
    401: "authentication_error",
    403: "permission_error",
    404: "not_found_error",
    413: "request_too_large",
    429: "rate_limit_error",
    504: "timeout_error",
}
_SAME = ("model", "max_tokens", "temperature", "top_p", "stream")


def read(body: Any) -> dict[str, Any]:
    """A body of /v1/messages as one of /v1/chat/completions.

    Raises:
        Told: it cannot be used.
    """
    if not isinstance(body, dict) or not isinstance(body.get("messages"), list):
        raise faults.bad("messages 应当有至少一条。", "messages should have at least one message.")
    try:
        return _read(body)
    except (AttributeError, KeyError, TypeError, ValueError):
        raise faults.bad(
            "正文不是 /v1/messages 的样子。", "The body is not one of /v1/messages."
        ) from None


def _read(body: Mapping[str, Any]) -> dict[str, Any]:
    out = {key: body[key] for key in _SAME if key in body}
    messages: list[dict[str, Any]] = []
    if system := wire.text_of(body.get("system")):
        messages.append({"role": "system", "content": system})
    for each in body["messages"]:
        messages.extend(_turn(each["role"], each["content"]))
    out["messages"] = messages
    if stops := body.get("stop_sequences"):
        out["stop"] = stops
    if tools := body.get("tools"):
        out["tools"] = [_tool(tool) for tool in tools]
    if choice := body.get("tool_choice"):
        out["tool_choice"] = _choice(choice)
        if "disable_parallel_tool_use" in choice:
            out["parallel_tool_calls"] = not choice["disable_parallel_tool_use"]
    if body.get("stream"):
        out["stream_options"] = {"include_usage": True}
    return out


def _tool(tool: Mapping[str, Any]) -> dict[str, Any]:
    function = {
        "name": tool["name"], "description": tool.get("description", ""),
        "parameters": tool.get("input_schema") or {"type": "object"},
    }  # fmt: skip
    return {"type": "function", "function": function}


def _choice(choice: Mapping[str, Any]) -> Any:
    if choice["type"] == "tool":
        return {"type": "function", "function": {"name": choice["name"]}}
    return {"any": "required"}.get(choice["type"], choice["type"])


def _turn(role: str, content: Any) -> Iterator[dict[str, Any]]:
    """The chat messages of one turn: results of tools come before what is said beside them."""
    if role not in ("user", "assistant"):
        raise ValueError(role)
    if isinstance(content, str):
        yield {"role": role, "content": content}
        return
    parts: list[dict[str, Any]] = []
    calls: list[dict[str, Any]] = []
    for block in content:
        kind = block["type"]
        if kind == "text":
            parts.append({"type": "text", "text": block["text"]})
        elif kind == "image":
            parts.append({"type": "image_url", "image_url": {"url": _picture(block["source"])}})
        elif kind == "tool_use":
            function = {"name": block["name"], "arguments": json.dumps(block["input"])}
            calls.append({"id": block["id"], "type": "function", "function": function})
        elif kind == "tool_result":
            said = wire.text_of(block.get("content"))
            yield {"role": "tool", "tool_call_id": block["tool_use_id"], "content": said}
    words = all(part["type"] == "text" for part in parts)
    told: Any = "".join(part["text"] for part in parts) if words else parts
    if calls:
        yield {"role": role, "content": told or None, "tool_calls": calls}
    elif parts:
        yield {"role": role, "content": told}


def _picture(source: Mapping[str, Any]) -> str:
    if source["type"] == "url":
        return str(source["url"])
    return f"data:{source['media_type']};base64,{source['data']}"


def whole(payload: bytes) -> bytes:
    """A body of a chat completion as a message."""
    body = json.loads(payload)
    choice = (body.get("choices") or [{}])[0]
    message = choice.get("message") or {}
    blocks: list[dict[str, Any]] = []
    if text := wire.text_of(message.get("content")) or wire.text_of(message.get("refusal")):
        blocks.append({"type": "text", "text": text})
    for call in message.get("tool_calls") or []:
        function = call.get("function") or {}
        blocks.append({
            "type": "tool_use", "id": call.get("id") or _id("toolu"),
            "name": function.get("name", ""), "input": _object(function.get("arguments")),
        })  # fmt: skip
    return wire.encode_any({
        **_head(body.get("model")), "content": blocks,
        "stop_reason": _stop(choice.get("finish_reason")), "usage": _usage(body.get("usage")),
    })  # fmt: skip


def error(told: Told) -> dict[str, Any]:
    """What went wrong, as Anthropic's SDKs know it."""
    kind = _TYPES.get(told.status, "api_error")
    return {"type": "error", "error": {"type": kind, "message": told.text.say()}}


@dataclass(slots=True)
class _Telling:
    """The events of one message: which block is open, and how it will end."""

    begun: bool = False
    open: str | None = None
    number: int = -1
    stop: str | None = None
    usage: dict[str, Any] = field(default_factory=dict)

    def take(self, body: Mapping[str, Any]) -> Iterator[bytes]:
        """What one event of a chat comes to."""
        if not self.begun:
            self.begun = True
            head = {**_head(body.get("model")), "content": [], "stop_reason": None}
            yield _event("message_start", message={**head, "usage": _usage(None)})
        if body.get("usage"):
            self.usage = body["usage"]
        for choice in (body.get("choices") or [])[:1]:
            delta = choice.get("delta") or {}
            if text := wire.text_of(delta.get("content")) or wire.text_of(delta.get("refusal")):
                yield from self._switch("text", {"type": "text", "text": ""})
                yield self._delta({"type": "text_delta", "text": text})
            for call in delta.get("tool_calls") or []:
                yield from self._call(call)
            if choice.get("finish_reason"):
                self.stop = choice["finish_reason"]

    def _call(self, call: Mapping[str, Any]) -> Iterator[bytes]:
        function = call.get("function") or {}
        which = f"tool {call.get('index', 0)}"
        if self.open != which:
            block = {"type": "tool_use", "id": call.get("id") or _id("toolu"),
                     "name": function.get("name", ""), "input": {}}  # fmt: skip
            yield from self._switch(which, block)
        if part := function.get("arguments"):
            yield self._delta({"type": "input_json_delta", "partial_json": part})

    def _switch(self, which: str, block: Mapping[str, Any]) -> Iterator[bytes]:
        if self.open == which:
            return
        yield from self.close()
        self.open = which
        self.number += 1
        yield _event("content_block_start", index=self.number, content_block=block)

    def _delta(self, delta: Mapping[str, Any]) -> bytes:
        return _event("content_block_delta", index=self.number, delta=delta)

    def close(self) -> Iterator[bytes]:
        """End the block that is open."""
        if self.open is not None:
            self.open = None
            yield _event("content_block_stop", index=self.number)

    def end(self) -> Iterator[bytes]:
        """End the message."""
        yield from self.close()
        delta = {"stop_reason": _stop(self.stop), "stop_sequence": None}
        yield _event("message_delta", delta=delta, usage=_usage(self.usage))
        yield _event("message_stop")


async def flow(events: AsyncIterator[bytes]) -> AsyncGenerator[bytes]:
    """The events of a chat's stream as those of a message; an error ends it as an error."""
    telling = _Telling()
    async for event in events:
        payload = event[len(b"data: ") :].strip()
        if payload == b"[DONE]":
            for each in telling.end():
                yield each
            return
        body = json.loads(payload)
        if fault := body.get("error"):
            kind = "overloaded_error" if fault.get("type") != "rate_limit_error" else fault["type"]
            yield _event("error", error={"type": kind, "message": fault.get("message", "")})
            return
        for each in telling.take(body):
            yield each


def _event(kind: str, **more: Any) -> bytes:
    return (
        b"event: " + kind.encode() + b"\ndata: " + wire.encode_any({"type": kind, **more}) + b"\n\n"
    )


def _head(model: Any) -> dict[str, Any]:
    return {
        "id": _id("msg"), "type": "message", "role": "assistant", "model": str(model or ""),
        "stop_sequence": None,
    }  # fmt: skip


def _id(kind: str) -> str:
    return f"{kind}_{uuid.uuid4().hex[:24]}"


def _stop(word: Any) -> str:
    return _STOPS.get(str(word), "end_turn")


def _usage(usage: Any) -> dict[str, int]:
    found = wire.usage_of(usage) if isinstance(usage, dict) else None
    if found is None:
        return {"input_tokens": 0, "output_tokens": 0}
    return {"input_tokens": found.tokens_in or 0, "output_tokens": found.tokens_out or 0}


def _object(said: Any) -> dict[str, Any]:
    """Arguments of a call; what a model wrote amiss is handed on under a name of ours."""
    try:
        found = json.loads(said or "{}")
    except (TypeError, ValueError):
        return {"unreadable": str(said)}
    return found if isinstance(found, dict) else {"value": found}
