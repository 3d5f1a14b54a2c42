"""What a run may spend, in money, tokens, seconds or questions, and how it stops in time.

Before a question is asked, what it will probably take is reserved: the mean of what this model's
answers took so far, or before the first one a guess from the length of the prompt and the
allowed length of the answer. A question whose reservation does not fit waits for those under
way (they may take less), and once none is under way and it still does not fit, the run stops.
So the limit is passed at most by as much as the last answers under way outgrow their mean.
This module must not know how anything is asked.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field

from mingan.asking.gate import Gate
from mingan.asking.plan import Item
from mingan.errors import UsageError
from mingan.language import Text
from mingan.models.prices import cost_of
from mingan.records import Answer, ModelCard, Question, Usage

GUESS_OUT = 1024
"""Tokens of an answer, as long as nothing is known about it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Budget:
    """Limits; None sets none. `money` is in `currency`, time in `seconds`."""

    money: float | None = None
    currency: str = "CNY"
    tokens: int | None = None
    seconds: float | None = None
    questions: int | None = None

    def check(self, cards: list[ModelCard]) -> None:
        """See that the budget can be kept with models that answer through an API.

        Raises:
            UsageError: a limit is negative, or money is limited and a model has no price or one
                in another currency.
        """
        for limit in (self.money, self.tokens, self.seconds, self.questions):
            if limit is not None and not limit >= 0:
                raise UsageError(
                    f"预算不能是 {limit}；请写 0 或更大的数。",
                    f"A budget cannot be {limit}; give 0 or more.",
                )
        if self.money is None:
            return
        for card in cards:
            if card.price_in is None or card.price_out is None:
                raise UsageError(
                    f"限定了花费，但模型 {card.name} 没有价格，花了多少算不出来；"
                    "请在 models.toml 里写上 price_in 和 price_out（每百万 token 的价格）。",
                    f"Money is limited, but model {card.name} has no price; write price_in and "
                    "price_out (per million tokens) into models.toml.",
                )
            if card.currency != self.currency:
                raise UsageError(
                    f"预算以 {self.currency} 计，而模型 {card.name} 的价格以 {card.currency} 计；"
                    "请用同一种货币。",
                    f"The budget is in {self.currency}, but the price of model {card.name} is in "
                    f"{card.currency}; use one currency.",
                )


@dataclass(slots=True)
class Spent:
    """A sum of money, tokens and questions; also used for what is expected and reserved."""

    money: float = 0.0
    tokens: float = 0.0
    questions: int = 0

    def add(self, other: Spent, sign: int = 1) -> None:
        """Add `other`, or with sign -1 take it away."""
        self.money += sign * other.money
        self.tokens += sign * other.tokens
        self.questions += sign * other.questions

    def mean(self) -> Spent:
        """The mean of one question."""
        return Spent(self.money / self.questions, self.tokens / self.questions, 1)


@dataclass(slots=True)
class Ledger:
    """What was spent and what is reserved, held against a budget.

    `turns` says how many turns a question may take, which a game knows by itself.
    """

    budget: Budget
    gate: Gate
    spent: Spent = field(default_factory=Spent)
    reserved: Spent = field(default_factory=Spent)
    turns: Callable[[Question], int] = field(default=lambda question: 1 + len(question.turns))
    _means: dict[tuple[str, str], Spent] = field(default_factory=dict)
    _waiting: list[asyncio.Future[None]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.gate.on_close(self._wake)

    async def reserve(self, item: Item) -> Spent | None:
        """Set aside what `item` will probably take; None if it does not fit any more."""
        while True:
            need = self.expect(item)
            short = self._short_of(need)
            if short is None:
                self.reserved.add(need)
                return need
            if not self.reserved.questions:
                self.gate.close(short)
            if self.gate.closed:
                return None
            await self._change()

    def settle(self, item: Item, need: Spent, answer: Answer | None) -> None:
        """Give a reservation back and book what the answer took (None: there was no answer)."""
        self.reserved.add(need, -1)
        if answer is not None and answer.state != "failed":
            took = taken(item.question, item.card, answer)
            self.spent.add(took)
            self._means.setdefault(_alike(item), Spent()).add(took)
        if self._waiting:
            self._wake()

    def expect(self, item: Item) -> Spent:
        """What `item` will probably take."""
        known = self._means.get(_alike(item))
        if known:
            return known.mean()
        most = item.card.generation.max_tokens
        return guess(item.question, item.card, most, self.turns(item.question))

    def _short_of(self, need: Spent) -> Text | None:
        budget, spent, held = self.budget, self.spent, self.reserved
        if budget.questions is not None and spent.questions + held.questions >= budget.questions:
            return Text(
                f"到了题数预算（{budget.questions} 次提问），已停下；再运行一次会接着问。",
                f"The budget of {budget.questions} questions is used up; run again to go on.",
            )
        if budget.tokens is not None and spent.tokens + held.tokens + need.tokens > budget.tokens:
            return Text(
                f"token 预算 {budget.tokens} 已用 {spent.tokens:.0f}，不够再问一题，已停下；"
                "放宽预算再运行一次会接着问。",
                f"Of {budget.tokens} tokens {spent.tokens:.0f} are spent, too many to ask one "
                "more; run again with a larger budget to go on.",
            )
        if budget.money is not None and spent.money + held.money + need.money > budget.money:
            return Text(
                f"预算 {budget.money:g} {budget.currency} 已花 {spent.money:.4g}，"
                "不够再问一题，已停下；放宽预算再运行一次会接着问。",
                f"Of {budget.money:g} {budget.currency} {spent.money:.4g} are spent, too much to "
                "ask one more; run again with a larger budget to go on.",
            )
        return None

    async def _change(self) -> None:
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append(future)
        await future

    def _wake(self) -> None:
        waiting, self._waiting = self._waiting, []
        for future in waiting:
            if not future.done():
                future.set_result(None)


def _alike(item: Item) -> tuple[str, str]:
    """Answers that take about the same: of one model, to questions that go on in one way."""
    return item.model_hash, item.question.kind


def taken(question: Question, card: ModelCard, answer: Answer) -> Spent:
    """What an answer took; where the endpoint did not say, a guess from the characters."""
    usage = answer.usage
    if usage.tokens_in is None or usage.tokens_out is None:
        turns = (*answer.earlier, answer.text)
        said = sum(map(len, turns)) + len(answer.reasoning)
        return guess(question, card, said // len(turns), len(turns))
    return Spent(answer.cost or 0.0, usage.tokens_in + usage.tokens_out, 1)


def guess(question: Question, card: ModelCard, tokens_out: int | None, turns: int) -> Spent:
    """One token a character, and the allowed length of an answer for each turn."""
    said = len(question.prompt) + sum(map(len, question.choices)) + sum(map(len, question.turns))
    out = GUESS_OUT if tokens_out is None else tokens_out
    usage = Usage(tokens_in=said * turns, tokens_out=out * turns)
    return Spent(cost_of(usage, card) or 0.0, (said + out) * turns, 1)
