"""What all asks share: members with their breakers, the policy, keys and their gates, the books.

    hub = Hub(members, policy, ledger=ledger)
    with hub.visit(secret) as visit: ...

It reaches members, lets visitors in, sets money aside and books what came of it. What a body of a
chat looks like on the way back is `chat.py`'s.
"""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TypeVar

from mingan.errors import (
    AnswerTimeout,
    KeyRejected,
    MinganError,
    ModelError,
    RateLimited,
    ServerFault,
    StoreError,
    Unreachable,
)
from mingan.gateway.policy import Policy
from mingan.gateway.server import faults
from mingan.gateway.server.breaker import Breaker
from mingan.gateway.server.ledger import Key, Ledger, Trip
from mingan.gateway.server.limits import Gate
from mingan.gateway.server.upstream import Body, Upstream
from mingan.language import Text
from mingan.models.prices import cost_of
from mingan.records import ModelCard, Usage

T = TypeVar("T")
_LOG = logging.getLogger(__name__)
_MEMBERS_FAULT = (RateLimited, ServerFault, Unreachable, AnswerTimeout, KeyRejected)
_OUT = 1024
"""Tokens that are set aside for an answer of which nobody said how long it may be."""

_BYTES_PER_TOKEN = 3
"""Few, so that what is set aside is rather too much: English has about 4, Chinese about 3-5."""


@dataclass(slots=True)
class Visit:
    """One ask under way: whose it is, and the money set aside for it."""

    hub: Hub
    key: Key | None
    held: int | None = None
    room_out: float = 0.0

    def names(self) -> frozenset[str]:
        """Members that this visitor may use."""
        every = frozenset(self.hub.members)
        if self.key is None:
            return every
        some = every if self.key.members is None else every & self.key.members
        if self.key.budget is None:
            return some
        cards = {name: self.hub.members[name].card for name in some}
        return frozenset(n for n, card in cards.items() if _countable(card, self.key.currency))

    def reserve(self, body: Body, size: int, counts: Mapping[str, int], *, together: bool) -> None:
        """Set money aside for the dearest way in which this can go.

        Args:
            size: bytes of the conversation.
            counts: how often each member may be asked; `together` if all are, not one of them.

        Raises:
            Told: the budget does not have so much left.
        """
        if self.key is None or self.key.budget is None:
            return
        most = [
            n * price(self.hub.members[name].card, size, max_out(body, self.hub.members[name].card))
            for name, n in counts.items()
        ]
        self.room_out = max(
            (max_out(body, self.hub.members[n].card) for n in counts), default=float(_OUT)
        )
        with told():
            self.held = self.hub.ledger.reserve(self.key, sum(most) if together else max(most))

    def more(self, letters: int, card: ModelCard) -> None:
        """Set more aside while an answer grows longer than was thought.

        Raises:
            Told: the budget has ended.
        """
        if self.key is None or self.held is None or letters / _BYTES_PER_TOKEN <= self.room_out:
            return
        with told():
            self.hub.ledger.reserve(self.key, _OUT * (card.price_out or 0) / 1e6, held=self.held)
        self.room_out += _OUT

    def settle(self, cost: float | None) -> None:
        """What it came to; None counts all that was set aside."""
        if self.held is None:
            return
        held, self.held = self.held, None
        try:
            self.hub.ledger.settle(held, cost)
        except StoreError as fault:
            # It stays set aside, and counts as spent when the ledger is next opened.
            _LOG.error("%s", fault.say("en"))


@dataclass(slots=True)
class Hub:
    """What all asks share.

    Attributes:
        members: by name.
        open_door: whether anybody may ask without a key (only on this machine).
        lost: rows of traffic that could not be written down.
        told: is called with every trip, for metrics.
    """

    members: Mapping[str, Upstream]
    policy: Policy
    ledger: Ledger
    open_door: bool = True
    lost: int = 0
    told: Callable[[Trip], None] = lambda _: None
    breakers: dict[str, Breaker] = field(default_factory=dict)
    _gates: dict[int, Gate] = field(default_factory=dict)

    @contextlib.contextmanager
    def visit(self, secret: str) -> Iterator[Visit]:
        """Let a visitor in.

        Raises:
            Told: without a key that opens, or too often.
        """
        key = self._key(secret)
        gate = None if key is None else self._gates.setdefault(key.id, Gate())
        if key is not None and gate is not None:
            gate.per_minute, gate.at_once = key.per_minute, key.at_once
            with told():
                gate.enter()
        visit = Visit(self, key)
        try:
            yield visit
        finally:
            visit.settle(None)
            if gate is not None:
                gate.leave()

    def _key(self, secret: str) -> Key | None:
        if not secret and self.open_door:
            return None
        with told():
            try:
                return self.ledger.find(secret)
            except KeyRejected:
                # On this machine SDKs send whatever they were given, and need nothing.
                if self.open_door:
                    return None
                raise

    def up(self, names: frozenset[str]) -> frozenset[str]:
        """Those of `names` that are not to be left alone; all, where that would leave none."""
        some = frozenset(n for n in names if self.breaker(n).allows())
        return some or names

    def breaker(self, name: str) -> Breaker:
        """Of one member."""
        return self.breakers.setdefault(name, Breaker())

    async def through(self, name: str, doing: Callable[[], Awaitable[T]]) -> T:
        """Do something with a member if its breaker lets us, and tell the breaker.

        Raises:
            ModelError: it failed, or is left alone for now.
        """
        breaker = self.breaker(name)
        if not breaker.enter():
            raise ServerFault(
                f"{name} 刚才连续出错，暂时不问它。", f"{name} has failed repeatedly; it rests."
            )
        ok: bool | None = None
        try:
            done = await doing()
            ok = True
            return done
        except ModelError as fault:
            # A request that nobody would take says nothing of the member.
            ok = False if isinstance(fault, _MEMBERS_FAULT) else None
            raise
        finally:
            breaker.leave(ok=ok)

    def book(self, trip: Trip) -> None:
        """Write an ask down. A full disk loses the row, not the answer, and is counted."""
        self.told(trip)
        try:
            self.ledger.record(trip)
        except StoreError as fault:
            self.lost += 1
            _LOG.error("%s", fault.say("en"))


@contextlib.contextmanager
def told() -> Iterator[None]:
    """What goes wrong inside is told to the visitor."""
    try:
        yield
    except MinganError as fault:
        raise faults.of_visitor(fault) from None


def max_out(body: Body, card: ModelCard) -> int:
    """The most tokens that a member may write."""
    for said in (
        body.get("max_completion_tokens"), body.get("max_tokens"), card.generation.max_tokens
    ):  # fmt: skip
        if isinstance(said, int) and said > 0:
            return said * max(1, _count(body.get("n")))
    return _OUT * max(1, _count(body.get("n")))


def price(card: ModelCard, size: int, out: float) -> float:
    """What so many bytes in and tokens out may cost at most, about."""
    into = size / _BYTES_PER_TOKEN
    return (into * (card.price_in or 0) + out * (card.price_out or 0)) / 1e6


def counted(card: ModelCard, usage: Usage | None, size: int, letters: int) -> float | None:
    """What an ask cost: by usage where it is told, else by what was sent and had."""
    if card.price_in is None or card.price_out is None:
        return None
    cost = cost_of(usage, card) if usage is not None else None
    return price(card, size, letters / _BYTES_PER_TOKEN) if cost is None else cost


def not_a_member(name: str) -> faults.Told:
    """A model that is not here, or not for this visitor."""
    return faults.Told(
        404, "model_not_found",
        Text(f"没有模型 {name}，或者这把钥匙不能用它。/v1/models 列出全部。",
             f"There is no model {name} for this key. /v1/models lists them."),
    )  # fmt: skip


def _count(said: object) -> int:
    return said if isinstance(said, int) else 1


def _countable(card: ModelCard, currency: str) -> bool:
    if card.price_in is None or card.price_out is None:
        return False
    return card.currency == currency or card.price_in == card.price_out == 0
