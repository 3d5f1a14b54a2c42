"""What is to be asked, of whom, how often and in which order.

A plan is questions × models × repeats. Its order makes a run that stops early still worth
something: every first repeat goes before every second one, each question goes to all models
before the next, and any beginning of the plan holds the tiers in their proportions. The same
order gives the quick subset, so a quick look is the first part of the full run and nothing is
asked twice. This module must not know how anything is sent or stored.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

from mingan.bank.games.options import with_options
from mingan.errors import UsageError
from mingan.models.protocol import Message
from mingan.records import ModelCard, Question, answer_key, content_hash


@dataclass(frozen=True, slots=True)
class Item:
    """One answer to be had: its key is known before it is asked for."""

    key: str
    question: Question
    asked: str
    card: ModelCard
    model_hash: str
    repeat: int = 0
    day: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """Questions × cards × repeats.

    `day` is set only in drift studies, where every day is a new answer. `seed` chooses among
    the balanced orders.
    """

    questions: Sequence[Question]
    cards: Sequence[ModelCard]
    repeats: int = 1
    day: str = ""
    seed: int = 0

    def items(self) -> list[Item]:
        """Every answer wanted, each key once, in the order of asking.

        Raises:
            UsageError: fewer than one repeat, or two models of one name.
        """
        _check(self)
        ordered = [(q, q.asked) for q in balanced(self.questions, seed=self.seed)]
        cards = [(card, card.hash) for card in self.cards]
        items: dict[str, Item] = {}
        for repeat in range(self.repeats):
            for question, asked in ordered:
                for card, model in cards:
                    key = answer_key(question.id, asked, model, repeat=repeat, day=self.day)
                    if key not in items:
                        items[key] = Item(key, question, asked, card, model, repeat, self.day)
        return list(items.values())


class Finished(Protocol):
    """Whoever knows which answers are already there (the store)."""

    def finished(self, keys: Collection[str]) -> set[str]:
        """Those of `keys` that already have an answer that did not fail."""
        ...


def missing(items: Sequence[Item], store: Finished) -> tuple[list[Item], list[str]]:
    """What is still to be asked, and the keys that are there already: all there is to resuming."""
    there = store.finished([item.key for item in items])
    return (
        [item for item in items if item.key not in there],
        [item.key for item in items if item.key in there],
    )


def balanced(questions: Iterable[Question], *, seed: int = 0) -> list[Question]:
    """The questions in an order whose every beginning is a random sample stratified by tier.

    Within a tier the order is that of a hash of (seed, id), so that a question added to the bank
    moves no other; then the i-th of a tier of n takes place (i + ½) / n, ties by tier name.
    """
    tiers: dict[str, list[Question]] = {}
    for question in questions:
        tiers.setdefault(question.tier, []).append(question)
    placed: list[tuple[float, str, int, Question]] = []
    for tier, members in tiers.items():
        members.sort(key=lambda q: content_hash("order", seed, q.id))
        placed += [((i + 0.5) / len(members), tier, i, q) for i, q in enumerate(members)]
    placed.sort(key=lambda place: place[:3])
    return [question for *_, question in placed]


def subset(questions: Sequence[Question], limit: int, *, seed: int = 0) -> list[Question]:
    """At most `limit` questions, drawn by `seed` and stratified by tier, in the bank's order.

    Raises:
        UsageError: `limit` is below one.
    """
    if limit < 1:
        raise UsageError(
            f"至少要问一道题，而题数上限写的是 {limit}；请写 1 或更大的数。",
            f"At least one question must be asked, but the limit is {limit}; give 1 or more.",
        )
    chosen = {id(question) for question in balanced(questions, seed=seed)[:limit]}
    return [question for question in questions if id(question) in chosen]


def render(question: Question, card: ModelCard) -> tuple[Message, ...]:
    """The first messages of a question: a system prompt if there is one, then the prompt.

    The question's own system prompt takes the place of the card's. Options follow the prompt,
    one a line, as "A. …". Later turns are added as they come.
    """
    system = question.system or card.generation.system
    content = with_options(question.prompt, question.choices)
    asked: Message = {"role": "user", "content": content}
    return ({"role": "system", "content": system}, asked) if system else (asked,)


def _check(plan: Plan) -> None:
    if plan.repeats < 1:
        raise UsageError(
            f"每道题至少要问一次，而次数写的是 {plan.repeats}；请写 1 或更大的数。",
            f"Every question must be asked at least once, but repeats is {plan.repeats}; "
            "give 1 or more.",
        )
    names = [card.name for card in plan.cards]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise UsageError(
            f"有两个模型同名：{'、'.join(twice)}；请给它们起不同的名字。",
            f"Two models have the same name: {', '.join(twice)}; name them apart.",
        )
