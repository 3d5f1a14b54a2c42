"""What a service's own protocol has to tell the rest of this room: requests out, answers read.

A wire knows addresses and shapes, no socket, no file and no money. What a service says is hostile:
a wire reads it with `at` and raises ValueError where a shape is not what was promised.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

import msgspec

from mingan.models.openai_faults import is_filter
from mingan.world.continuing import Shown


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """One clip to be continued, as it is sent.

    Attributes:
        clip: an MP4 at the service's size and rate; `frame` its last frame as a PNG.
        wide, tall: pixels of both.
        given: seconds of the clip; `step` of one frame of what was given before it was enlarged.
        prompt: what to say; `seconds` to be added at least; `seed` from 0.
    """

    clip: bytes
    frame: bytes
    wide: int
    tall: int
    given: float
    step: float
    prompt: str
    seconds: float
    seed: int

    @property
    def aspect(self) -> str:
        """As services write it."""
        return "16:9" if self.wide > self.tall else "9:16"

    @property
    def resolution(self) -> str:
        """Lines, as services write it."""
        return f"{min(self.wide, self.tall)}p"


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What will be asked for: seconds that are `new`, and seconds that are paid for."""

    new: float
    billed: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """A request without its key; `path` is put behind the base address."""

    method: Literal["GET", "POST"]
    path: str
    body: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """What a job is doing.

    Attributes:
        video: the clip itself in base64, or `url` where it lies; of a job that is done.
        said: of one that failed or was refused.
        served: the model's name as the service says it.
    """

    state: Literal["running", "done", "failed", "refused"]
    video: str = ""
    url: str = ""
    said: str = ""
    served: str = ""


class Sender(Protocol):
    """Free requests that a wire may make before its submit."""

    async def ask(self, call: Call) -> Any:
        """The JSON that comes back."""
        ...

    async def post_form(self, url: str, fields: Mapping[str, str], name: str, body: bytes) -> None:
        """Put a file where the service said."""
        ...


class Wire(Protocol):
    """One service's protocol."""

    service: str
    shown: Shown

    def plan(self, task: Task) -> Plan:
        """How long a clip to ask for.

        Raises:
            Unsuited: the service makes none like that.
        """
        ...

    async def request(self, task: Task, plan: Plan, sender: Sender) -> Call:
        """The one request that costs money; may bring the clip to where the service reads it."""
        ...

    def job(self, answer: Any) -> str:
        """The number of a job that was just taken.

        Raises:
            ValueError: there is none that could be used in an address.
        """
        ...

    def poll(self, job: str) -> Call:
        """Ask how a job is doing."""
        ...

    def look(self, answer: Any) -> Look:
        """Read how it is doing.

        Raises:
            ValueError: it cannot be told.
        """
        ...


class Unsuited(ValueError):
    """A service does not do this: a sentence in each language."""

    def __init__(self, zh: str, en: str) -> None:
        super().__init__(zh, en)
        self.zh, self.en = zh, en


def at(found: Any, *places: str | int) -> Any:
    """What lies at a place in JSON; None where there is no such place."""
    for place in places:
        if isinstance(place, int):
            found = found[place] if isinstance(found, list) and len(found) > place else None
        else:
            found = found.get(place) if isinstance(found, dict) else None
    return found


def text_at(found: Any, *places: str | int) -> str:
    """The text at a place in JSON; "" where there is none."""
    value = at(found, *places)
    return value if isinstance(value, str) else ""


def whole(seconds: float, least: int, most: int) -> int:
    """Whole seconds, rounded up, that a service makes.

    Raises:
        Unsuited: it makes none so long.
    """
    # A frame's time is no binary fraction: three seconds and a rounding error are three seconds.
    wanted = math.ceil(seconds - 1e-6)
    if wanted > most:
        raise Unsuited(
            f"一次最多做 {most} 秒，要的是 {wanted} 秒。",
            f"it makes {most} seconds at most, and {wanted} are wanted.",
        )
    return max(wanted, least)


def check_given(task: Task, least: float, most: float) -> None:
    """See that a service takes a clip of this length.

    Raises:
        Unsuited: it does not.
    """
    if not least - 1e-6 <= task.given <= most + 1e-6:
        raise Unsuited(
            f"给的视频要 {least:g} 到 {most:g} 秒，这一段是 {task.given:.2f} 秒。",
            f"a clip that is given has {least:g} to {most:g} seconds, this one {task.given:.2f}.",
        )


def held_back(error: Any) -> bool:
    """Whether an error that a service put into its answer speaks of a content filter."""
    return is_filter(400, msgspec.json.encode({"error": error}))
