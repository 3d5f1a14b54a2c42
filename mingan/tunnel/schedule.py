"""Warm up, stay, decay: one trunk, and decays branched from it for every length of training.

The rate rises over `WARM` steps, stays, and over the last fifth of a run falls to 0 as one minus
the square root (arXiv 2404.06395; 2405.18392). As the trunk does not depend on how long the run
is, a shorter run is a branch of a longer one, and costs its decay only. Losses before a decay are 7
to 10 % too high and belong to no law. The module knows no model.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

WARM = 50
DECAY = 0.2
Decay = Literal["sqrt", "linear"]


@dataclass(frozen=True, slots=True)
class Segment:
    """A stretch of training: steps [start, end) of the trunk, or of the decay that ends a run."""

    start: int
    end: int
    decays: bool


def segments(ends: tuple[int, ...]) -> list[Segment]:
    """Trunk and branches, in the order in which they are run; a branch leaves the trunk as it was.

    Raises:
        ValueError: no ends, or not rising.
    """
    if not ends or list(ends) != sorted(set(ends)):
        raise ValueError("ends must rise")
    found = []
    at = 0
    for end in ends:
        fork = fork_of(end)
        if fork > at:
            found.append(Segment(at, fork, decays=False))
            at = fork
        found.append(Segment(fork, end, decays=True))
    return found


def fork_of(end: int) -> int:
    """The step at which the decay of a run of so many steps begins."""
    return end - max(1, round(DECAY * end))


def share(step: int, segment: Segment, decay: Decay = "sqrt") -> float:
    """The learning rate of a step, as a share of the full one."""
    warm = min(1.0, (step + 1) / WARM)
    if not segment.decays:
        return warm
    gone = (step - segment.start) / (segment.end - segment.start)
    return warm * (1 - (math.sqrt(gone) if decay == "sqrt" else gone))
