"""What a policy is: an Ask goes in, a Choice comes out, and nothing is sent anywhere.

    choice = policy.choose(Ask(messages=({"role": "user", "content": "37 x 41 = ?"},)))
    choice.models, choice.mode, choice.why

A policy is fitted before and only looks up and multiplies here, in a millisecond or two. Whoever
carries a choice out (`answering.py`) knows how members are reached; this module must not.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal, Protocol, runtime_checkable

from mingan.language import Text
from mingan.models.protocol import Message

Mode = Literal["one", "cascade", "vote", "fuse"]
"""`one`: the first that can be reached. `cascade`: one after another until an answer is accepted.
`vote`: all, and the most frequent answer. `fuse`: all, and the last one merges what they said."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """What came in.

    Attributes:
        messages: the conversation, oldest first; contents are text.
        needs: what a member must be able to do beside text, such as "tools" or "images".
        tokens_out: the most that may be written; None where the asker did not say.
        members: names that this asker may use; None for all.
    """

    messages: tuple[Message, ...]
    needs: frozenset[str] = frozenset()
    tokens_out: int | None = None
    members: frozenset[str] | None = None

    @property
    def text(self) -> str:
        """What was asked last."""
        for message in reversed(self.messages):
            if message["role"] == "user":
                return message["content"]
        return ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """Who is to answer.

    Attributes:
        models: members in the order in which they are tried; never empty.
        mode: see `Mode`.
        why: one sentence for a header, a log and the bench.
        accept: of a cascade, by member, the least confidence (0 to 1) at which its answer is
            taken; the last member's is always taken.
        samples: of a cascade, how often a member is asked to see whether it agrees with itself.
        weights: of a vote, by member.
        gains: what the policy expects of members, for the log: quality in 0 to 1 by name.
    """

    models: tuple[str, ...]
    mode: Mode = "one"
    why: Text = field(default_factory=lambda: Text("", ""))
    accept: dict[str, float] = field(default_factory=dict)
    samples: int = 1
    weights: dict[str, float] = field(default_factory=dict)
    gains: dict[str, float] = field(default_factory=dict)


@runtime_checkable
class Policy(Protocol):
    """Decides; must be quick, and must not send anything."""

    @property
    def name(self) -> str:
        """What it is called in a log."""
        ...

    def choose(self, ask: Ask) -> Choice:
        """Who is to answer `ask`."""
        ...


@runtime_checkable
class Member(Protocol):
    """A member that is no language model: it answers by rule, or abstains, at no cost."""

    name: str

    def answer(self, ask: Ask) -> str | None:
        """What it says; None where it abstains."""
        ...
