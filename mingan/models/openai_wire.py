"""The bodies that chat endpoints speak: what goes out, and what a reply's JSON or stream means.

Endpoints that call themselves OpenAI-compatible differ in small ways: where the reasoning is,
what they call a filtered answer, whether `content` may be null or a list of parts, whether a
stream ends with `[DONE]`. All of that is settled here, so that nobody else has to know it. This
module must not know sockets, keys, retries or what a right answer is.

The rule that matters most: no text is the empty text. `null` never becomes the word "None".
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

import msgspec

from mingan.models.protocol import Message
from mingan.records import Generation, Usage

FILTERED = "content_filter"

# What endpoints say for "the provider cut this answer off" and "it grew too long". Every other
# word is handed on as it is.
_FINISH = {
    "content_filter": FILTERED,
    "content-filter": FILTERED,
    "contentfilter": FILTERED,
    "sensitive": FILTERED,
    "safety": FILTERED,
    "blocked": FILTERED,
    "refusal": FILTERED,
    "length": "length",
    "max_tokens": "length",
    "max_output_tokens": "length",
    "model_length": "length",
}


class WireMessage(msgspec.Struct):
    """`message` or `delta`; loosely typed, because not every endpoint keeps to the types."""

    content: Any = None
    reasoning_content: Any = None
    reasoning: Any = None
    refusal: Any = None


class WireChoice(msgspec.Struct):
    """One of the answers in a body; we ask for one and read the first."""

    message: WireMessage | None = None
    delta: WireMessage | None = None
    finish_reason: Any = None


class WireBody(msgspec.Struct):
    """A whole reply, or one event of a stream."""

    choices: list[WireChoice] | None = None
    usage: Any = None
    model: Any = None
    error: Any = None


_decoder = msgspec.json.Decoder(WireBody)
_encoder = msgspec.json.Encoder()


@dataclass(slots=True)
class Said:
    """What an endpoint said, put together from one body or from the events of a stream."""

    text: list[str] = field(default_factory=list)
    reasoning: list[str] = field(default_factory=list)
    refusal: list[str] = field(default_factory=list)
    finish: str = ""
    usage: Usage | None = None
    model: str = ""
    error: Any = None
    begun: bool = False

    def add(self, body: WireBody) -> bool:
        """Take in one body or event; True if it brought some text or reasoning."""
        if body.error:
            self.error = body.error
        if isinstance(body.usage, dict):
            self.usage = usage_of(body.usage)
        if not self.model and isinstance(body.model, str):
            self.model = body.model
        if not body.choices:
            return False
        self.begun = True
        choice = body.choices[0]
        if isinstance(choice.finish_reason, str) and choice.finish_reason:
            self.finish = finish_of(choice.finish_reason)
        message = choice.message or choice.delta
        return message is not None and self._add_message(message)

    def _add_message(self, message: WireMessage) -> bool:
        text = text_of(message.content)
        reasoning = text_of(message.reasoning_content) or text_of(message.reasoning)
        refusal = text_of(message.refusal)
        if text:
            self.text.append(text)
        if reasoning:
            self.reasoning.append(reasoning)
        if refusal:
            self.refusal.append(refusal)
        return bool(text or reasoning or refusal)

    def whole(self) -> tuple[str, str, str]:
        """(text, reasoning, finish), every string fit to be stored as UTF-8.

        A filled `refusal` field means that no answer was given, whatever else is said.
        """
        text, refusal = "".join(self.text), "".join(self.refusal)
        finish = FILTERED if refusal else (self.finish or "stop")
        return storable(text or refusal), storable("".join(self.reasoning)), finish


def decode(body: bytes) -> WireBody:
    """A reply's JSON as a `WireBody`.

    Raises:
        ValueError: it is no JSON object that an endpoint of this kind would send.
    """
    try:
        return _decoder.decode(body)
    except (ValueError, RecursionError):
        return _decode_odd(body)


def _decode_odd(body: bytes) -> WireBody:
    """The slow way, for half surrogate pairs, broken UTF-8 and NaN, which some vendors send."""
    try:
        loose = json.loads(body.decode("utf-8", "replace"))
        return msgspec.convert(loose, WireBody)
    except RecursionError as error:
        raise ValueError("nested too deeply") from error


def text_of(content: Any) -> str:
    """The text in a `content` field: a string, a list of parts, or nothing at all."""
    if isinstance(content, str):
        return content
    if isinstance(content, list):
        return "".join(text_of(part) for part in content if not isinstance(part, list))
    if isinstance(content, dict):
        inner = content.get("text")
        return inner if isinstance(inner, str) else ""
    if isinstance(content, int | float) and not isinstance(content, bool):
        return str(content)
    return ""


def finish_of(word: str) -> str:
    """The endpoint's finish reason, with the words for filtered and too long made one."""
    return _FINISH.get(word.lower(), word)


def usage_of(usage: dict[str, Any]) -> Usage:
    """Token counts, wherever the vendor put them; None for what it did not say."""
    out = usage.get("completion_tokens_details")
    into = usage.get("prompt_tokens_details")
    out = out if isinstance(out, dict) else {}
    into = into if isinstance(into, dict) else {}
    return Usage(
        tokens_in=_count(usage.get("prompt_tokens")),
        tokens_out=_count(usage.get("completion_tokens")),
        tokens_reasoning=_first_count(out.get("reasoning_tokens"), usage.get("reasoning_tokens")),
        tokens_cached=_first_count(
            into.get("cached_tokens"),
            usage.get("prompt_cache_hit_tokens"),
            usage.get("cached_tokens"),
        ),
    )


def _first_count(*values: Any) -> int | None:
    return next((count for value in values if (count := _count(value)) is not None), None)


def _count(value: Any) -> int | None:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < 2**53:
        return None
    return int(value)


def storable(text: str) -> str:
    """`text` with split surrogate pairs joined and lone halves replaced by U+FFFD."""
    if text.isascii():
        return text
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text


def settings(model: str, generation: Generation) -> dict[str, Any]:
    """The part of a request's body that is the same for every question."""
    body: dict[str, Any] = {"model": model}
    for key in ("temperature", "top_p", "max_tokens", "seed"):
        value = getattr(generation, key)
        if value is not None:
            body[key] = value
    if generation.stop:
        body["stop"] = generation.stop
    body["stream"] = generation.stream
    if generation.stream:
        body["stream_options"] = {"include_usage": True}
    body.update(generation.extra)
    return body


def with_system(messages: tuple[Message, ...], system: str | None) -> tuple[Message, ...]:
    """`messages` with `system` first, unless they begin with a system prompt of their own."""
    if not system or (messages and messages[0]["role"] == "system"):
        return messages
    return (Message(role="system", content=system), *messages)


def encode(base: dict[str, Any], messages: tuple[Message, ...], system: str | None) -> bytes:
    """A request's body: `base` with `messages`, `system` put first where there is none."""
    messages = with_system(messages, system)
    try:
        return _encoder.encode({**base, "messages": messages})
    except UnicodeEncodeError:
        # Half a character, left by somebody who cut a text by its UTF-16 units.
        return json.dumps({**base, "messages": messages}).encode()


class EventLines:
    """Cuts a stream of server-sent events into the payloads of its `data:` lines.

    Fed with chunks of any size, cut anywhere, even within a character. Only what it has not yet
    seen is searched, so that one long line in many small chunks costs linear time.
    """

    def __init__(self) -> None:
        self._rest = bytearray()

    def feed(self, chunk: bytes) -> list[bytes]:
        """The payloads that are complete now."""
        if b"\n" not in chunk:
            self._rest += chunk
            return []
        self._rest += chunk
        *lines, rest = bytes(self._rest).split(b"\n")
        self._rest = bytearray(rest)
        return [payload for line in lines if (payload := _payload(line))]

    def end(self) -> list[bytes]:
        """What is left when the stream ends without a last line break."""
        payload = _payload(bytes(self._rest))
        self._rest.clear()
        return [payload] if payload else []


def _payload(line: bytes) -> bytes:
    return line[5:].strip() if line.startswith(b"data:") else b""


def encode_any(value: Any) -> bytes:
    """`value` as JSON."""
    return _encoder.encode(value)
