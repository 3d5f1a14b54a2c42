"""What the events of /v1/responses say before the first word: nothing yet, words, or a failure."""

from __future__ import annotations

from typing import Any

import msgspec

from mingan.models.openai_wire import EventLines, usage_of
from mingan.records import Usage

_QUIET = {"response.created", "response.queued", "response.in_progress"}
_FAILED = {"response.failed", "error"}
_ENDS = {"response.completed", "response.incomplete", *_FAILED}


class _Event(msgspec.Struct):
    type: str = ""
    usage: Any = None
    response: Any = None
    error: Any = None


_decoder = msgspec.json.Decoder(_Event)


class Events:
    """Reads a stream beside whoever hands it on."""

    def __init__(self) -> None:
        self._lines = EventLines()
        self.failed = False
        self.ended = False
        self.usage: Usage | None = None

    def spoke(self, chunk: bytes) -> bool:
        """Take a piece in; whether it holds more than announcements."""
        spoke = False
        for payload in self._lines.feed(chunk):
            try:
                event = _decoder.decode(payload)
            except ValueError:
                spoke = True  # not ours to judge: it is handed on
                continue
            if event.type in _QUIET:
                continue
            spoke = True
            self.failed = self.failed or event.type in _FAILED
            self.ended = self.ended or event.type in _ENDS
            self.usage = usage_in(event.response) or self.usage
        return spoke


def usage_in(body: Any) -> Usage | None:
    """Usage of a body of /v1/responses or /v1/embeddings, which name it in two ways."""
    found = body.get("usage") if isinstance(body, dict) else None
    if not isinstance(found, dict):
        return None
    told = {
        "prompt_tokens": found.get("input_tokens", found.get("prompt_tokens")),
        "completion_tokens": found.get("output_tokens", found.get("completion_tokens", 0)),
        "prompt_tokens_details": found.get("input_tokens_details"),
        "completion_tokens_details": found.get("output_tokens_details"),
    }
    return usage_of(told)
