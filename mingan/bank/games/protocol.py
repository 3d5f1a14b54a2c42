"""What a game is: a rule that says the next thing to a model, given all that it said so far.

A game keeps no state. `next` and `result` are pure functions of the question and the model's
turns, so that a game can be graded again years later from what is in the store. A new game is a
file beside this one and an entry point in the group `mingan.games`. Games know no model, no
network and no store; what a model said is data to them and never an instruction.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from mingan.language import Text
from mingan.records import Question, Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """The next thing said to the model. `fresh` begins a new conversation with it."""

    text: str
    fresh: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """How a game ended.

    `score` is from 0 to 1: how well it was played, where right and wrong do not say all.
    """

    verdict: Verdict
    reason: Text
    score: float | None = None
    extracted: str = ""


@runtime_checkable
class Conversation(Protocol):
    """How a question of this kind goes on. All that asking needs to know of a game."""

    def next(self, question: Question, said: Sequence[str]) -> Move | None:
        """What is said after the model's turns `said` (at least one); None ends it.

        Must end after a bounded number of turns whatever the model says, and must not raise.
        """
        ...

    def most(self, question: Question) -> int:
        """The most turns the model can have, the first one included; for budgets."""
        ...

    def faults(self, question: Question) -> list[Text]:
        """What in the question's parameters keeps it from being played."""
        ...


@runtime_checkable
class Game(Conversation, Protocol):
    """A conversation that knows how it ended. `version` changes whenever results can change."""

    name: str
    version: str

    def result(self, question: Question, said: Sequence[str]) -> Result:
        """How the game went. Must not raise on any text whatever."""
        ...
