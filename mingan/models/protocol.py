"""What a model is: something that takes a Request and gives a Reply, or raises a ModelError.

That is all. A model does not retry, does not limit its own rate, does not know the question's
reference, and does not write to the store; asking does the first two and the last.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol, TypedDict, runtime_checkable

from mingan.records import Generation, ModelCard, Usage

Source = Literal["api", "local", "recorded", "pasted", "scripted"]
"""Where answers of a model come from; stored with every answer."""


class Message(TypedDict):
    """One turn of a conversation, in the form that chat endpoints speak."""

    role: Literal["system", "user", "assistant"]
    content: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One thing to say to a model.

    `question` and `asked` (id and hash), `repeat` and `day` are for models that look an answer up
    or follow a script; a model that thinks must not use them. `shown` is what a question of some
    kinds shows beside its words, such as the scene whose beginning is to be continued.
    """

    messages: tuple[Message, ...]
    generation: Generation = field(default_factory=Generation)
    question: str = ""
    asked: str = ""
    repeat: int = 0
    day: str = ""
    shown: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What came back.

    `finish` is the endpoint's own word: stop, length, content_filter, …
    Times are in seconds from the moment the request was sent; `first_token_s` is None where the
    answer came in one piece. `cost` is for what is not priced by tokens, in `currency`, or in the
    card's where that is "".
    """

    text: str
    reasoning: str = ""
    finish: str = "stop"
    usage: Usage = field(default_factory=Usage)
    first_token_s: float | None = None
    total_s: float | None = None
    served_model: str = ""
    at: str = ""
    meta: dict[str, str] = field(default_factory=dict)
    cost: float | None = None
    currency: str = ""


@runtime_checkable
class Model(Protocol):
    """Whom we ask. `concurrency` is the most requests it can bear at once (None: no limit known).

    A model that takes only questions of some kinds says so by an attribute `kinds`, a frozenset of
    them; one that does not is asked in words, and never what cannot be said in words.

    Raises (from `answer`): the children of `mingan.errors.ModelError`, and nothing else.
    """

    card: ModelCard
    concurrency: int | None
    source: Literal["api", "local", "recorded", "pasted", "scripted"]

    async def answer(self, request: Request) -> Reply:
        """Say `request` and wait for the whole reply."""
        ...

    async def close(self) -> None:
        """Let go of connections, processes and memory. May be called twice."""
        ...


@runtime_checkable
class Scorer(Protocol):
    """A model that can also say how likely it finds given continuations."""

    async def log_probabilities(self, prompt: str, continuations: list[str]) -> list[list[float]]:
        """Natural-log probability of every token of each continuation, given the prompt."""
        ...
