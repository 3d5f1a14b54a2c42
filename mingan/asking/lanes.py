"""Who shares what while asking: models behind one address share a limiter, each has its lane.

A lane stops by itself (a refused key, a model name that is not known); an address that nobody
answers at stops all its lanes. This module must not know how a question is asked.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

import msgspec

from mingan.asking.breaker import Breaker
from mingan.asking.gate import Gate
from mingan.asking.limiter import Limiter
from mingan.asking.plan import Item, Plan
from mingan.asking.progress import ModelProgress
from mingan.errors import UsageError
from mingan.models.protocol import Model
from mingan.records import Generation, ModelCard, content_hash

START = 8
"""Requests at once at first, where nobody said how many."""

MOST = 64
"""Requests at once at most, where nobody said how many."""


@dataclass(slots=True)
class Lane:
    """One model on its way through the plan; `generation` gives the parameters of a repeat."""

    model: Model
    gate: Gate
    breaker: Breaker
    tally: ModelProgress
    generation: Callable[[int], Generation]


@dataclass(slots=True)
class Endpoint:
    """What shares one limiter: the lanes of the models behind one address, by card hash."""

    gate: Gate
    breaker: Breaker
    limiter: Limiter
    lanes: dict[str, Lane]
    queue: Iterator[Item]
    waiting: int = 0

    def load(self, items: Sequence[Item]) -> None:
        """Queue those of `items` that belong here."""
        mine = [item for item in items if item.model_hash in self.lanes]
        self.queue, self.waiting = iter(mine), len(mine)


def lay_out(
    plan: Plan, models: Mapping[str, Model], gate: Gate, *, concurrency: int | None
) -> list[Endpoint]:
    """The endpoints of a plan, their gates below `gate`, with nothing queued yet.

    Cards without an address each have an endpoint of their own. Where a model says how many
    requests it can bear, its endpoint gets no more.
    """
    start, most = (START, MOST) if concurrency is None else (concurrency, concurrency)
    shared: dict[str, list[ModelCard]] = {}
    for card in plan.cards:
        shared.setdefault(card.base_url.rstrip("/") or card.hash, []).append(card)
    endpoints = []
    for cards in shared.values():
        caps = [cap for card in cards if (cap := models[card.name].concurrency) is not None]
        below = Gate(gate)
        endpoints.append(
            Endpoint(
                gate=below,
                breaker=Breaker(cards[0].base_url or cards[0].name),
                limiter=Limiter(start=start, most=min([most, *caps]), gate=below),
                lanes={card.hash: _lane(card, models[card.name], below) for card in cards},
                queue=iter(()),
            )
        )
    return endpoints


def check(plan: Plan, models: Mapping[str, Model], concurrency: int | None) -> None:
    """See that every card has its model and that at least one request may be made.

    Raises:
        UsageError: otherwise.
    """
    if concurrency is not None and concurrency < 1:
        raise UsageError(
            f"同时提问数至少是 1，而写的是 {concurrency}。",
            f"At least one request at once is needed, but concurrency is {concurrency}.",
        )
    for card in plan.cards:
        if card.name not in models:
            raise UsageError(
                f"计划里有模型 {card.name}，却没有给出它的接入方式。",
                f"The plan names the model {card.name}, but no model of that name was given.",
            )


def check_kinds(
    plan: Plan, models: Mapping[str, Model], wordless: Callable[[str], bool]
) -> None:  # fmt: skip
    """See that nobody is asked what cannot be put to it: words to a video model, a clip to a chat.

    Raises:
        UsageError: otherwise.
    """
    kinds = {question.kind for question in plan.questions}
    for card in plan.cards:
        only = getattr(models[card.name], "kinds", None)
        bad = {k for k in kinds if (k not in only if only is not None else wordless(k))}
        if bad:
            named = ", ".join(sorted(bad)) or "text"
            raise UsageError(
                f"模型 {card.name}（{card.kind}）答不了这个题库里的题（种类：{named}）；"
                "换一个模型，或者换一个题库。",
                f"The model {card.name} ({card.kind}) cannot be asked questions of this bank "
                f"(kind: {named}); take another model, or another bank.",
            )


def _lane(card: ModelCard, model: Model, above: Gate) -> Lane:
    return Lane(
        model=model,
        gate=Gate(above),
        breaker=Breaker(card.name),
        tally=ModelProgress(card.name, total=0, currency=card.currency),
        generation=_generations(card, seeded=model.source == "local"),
    )


def _generations(card: ModelCard, *, seeded: bool = False) -> Callable[[int], Generation]:
    """The generation parameters of each repeat: a fixed seed grows by one with every repeat.

    `seeded`: the model takes one fixed seed where none is given, as one on this machine does.
    Each card is given its own instead: with the same luck, two cards of one file would answer
    alike at the same temperature and could not be told apart at another.

    With one seed for all, a faithful endpoint would give the same answer each time, and the
    repeats would measure nothing. The first repeat has exactly the seed on the card.
    """
    own = int(content_hash("seed", card.name)[:7], 16) if seeded else None

    @cache
    def of(repeat: int) -> Generation:
        generation = card.generation
        first = own if generation.seed is None else generation.seed
        if first is None or first + repeat == generation.seed:
            return generation
        return msgspec.structs.replace(generation, seed=first + repeat)

    return of
