"""In which API's words a visitor asks and is answered: OpenAI's chat, or Anthropic's messages.

Inside, every ask is a chat completion; a speech turns a body into one and what comes back into
what its SDKs know.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable
from dataclasses import dataclass
from typing import Any

from mingan.gateway.server import messages
from mingan.gateway.server.faults import Told


@dataclass(frozen=True, slots=True)
class Speech:
    """Of one API.

    Attributes:
        read: its body as that of a chat completion; raises Told.
        whole: the body of a chat completion as its own.
        flow: the events of a chat's stream as its own.
        error: what went wrong.
    """

    read: Callable[[Any], Any]
    whole: Callable[[bytes], bytes]
    flow: Callable[[AsyncGenerator[bytes]], AsyncGenerator[bytes]]
    error: Callable[[Told], dict[str, Any]]


def _as_it_is(value: Any) -> Any:
    return value


CHAT = Speech(_as_it_is, _as_it_is, _as_it_is, Told.body)
MESSAGES = Speech(messages.read, messages.whole, messages.flow, messages.error)
