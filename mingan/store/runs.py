"""A run: which questions were put to which models how often, and how far it got.

The record itself never changes; its state and its version counter are columns beside it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import msgspec

from mingan.records import Record

RunState = Literal["waiting", "running", "finished", "stopped", "failed"]
"""`waiting`: wanted, and goes on when its turn comes or when the bench is next opened."""


PICKED = "picked"
"""The setting of a run that picks each question by the answers before."""


class Run(Record, frozen=True, kw_only=True, omit_defaults=True):
    """The plan of a run.

    Attributes:
        id: short and unique within the workspace.
        bank, bank_hash: what was asked; `questions` are the ids, in order.
        models: hashes of the model cards.
        repeats, day: see `Answer`.
        settings: limits, budget and the like, as given.
    """

    id: str
    bank: str = ""
    bank_hash: str = ""
    questions: tuple[str, ...] = ()
    models: tuple[str, ...] = ()
    repeats: int = 1
    day: str = ""
    started: str = ""
    settings: dict[str, Any] = msgspec.field(default_factory=dict)

    @property
    def picks(self) -> bool:
        """Whether it picks each of its `questions` by the answers before; see `mingan.quick`."""
        return PICKED in self.settings


@dataclass(frozen=True, slots=True, kw_only=True)
class RunStatus:
    """A run and how far it got; `version` grows with every change."""

    run: Run
    state: RunState
    version: int
    ended: str
