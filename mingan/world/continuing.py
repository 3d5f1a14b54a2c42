"""What can go on with a clip: a folder, a program, a service. Each gives a `Continued` back.

    made = await continuer.continue_clip(clip, prompt, seconds=3.0, seed=7)

Who was shown the clip itself (v2v) and who only its last frame (i2v) are never one table: the
second was not asked to continue anything it saw move. The module must not know laws or scores.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, Protocol

Shown = Literal["v2v", "i2v"]
"""What a model got to see: the clip, or the clip's last frame."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Continued:
    """A clip that came back.

    Attributes:
        clip: the bytes of the file, as they came.
        shown: what the model got to see.
        begins: seconds into the clip at which what is new begins; None where the reader is to
            find out by the clip's length (it may repeat what was given first).
        cost: in `currency`; None where no price is known.
        served: the name by which the service says it answered.
        meta: what else is worth keeping, such as the service's number for the job; no key.
    """

    clip: bytes
    shown: Shown = "v2v"
    begins: float | None = None
    cost: float | None = None
    currency: str = "USD"
    served: str = ""
    meta: dict[str, Any] = field(default_factory=dict)


class Continuer(Protocol):
    """Something that goes on with a clip."""

    async def continue_clip(
        self, clip: Path, prompt: str, *, seconds: float, seed: int
    ) -> Continued:
        """Go on with an MP4 for so many seconds.

        Raises:
            ModelError: one of its children, when no clip can be had; never anything else.
        """
        ...

    async def close(self) -> None:
        """Let go of connections. May be called twice."""
        ...
