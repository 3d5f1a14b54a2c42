"""The form in which a run is wished for: read, checked, and turned into a wish.

What a browser sends is not believed: numbers are numbers within reason, and a bank or a model
counts only if it was on offer. The module knows forms and offers; it shows nothing and asks
nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, NamedTuple

from mingan import bank as banks
from mingan import runs, shelf
from mingan.asking import Budget
from mingan.asking.conversation import SHORT_TURNS
from mingan.bank import Bank
from mingan.bank.twins import JOINT
from mingan.errors import UsageError
from mingan.records import ModelCard
from mingan.store import Run
from mingan.web.numbers import amount, whole_number
from mingan.workspace import Workspace

COUNTS = (10, 24, 50, 100)
"""Numbers of questions on offer; beside them "all"."""

USUAL = 24
MOST_REPEATS = 20
MOST_MODELS = 60
CURRENCIES = ("CNY", "USD", "EUR")

_MOST_MONEY = 1e9
_MOST_MINUTES = 60 * 24 * 30
_MOST_QUESTIONS = 1_000_000


class Offer(NamedTuple):
    """A bank that can be chosen; `ours` came with Mingan and has hidden twins."""

    name: str
    size: int
    ours: bool


@dataclass(frozen=True, kw_only=True)
class RunForm:
    """What somebody filled in.

    Attributes:
        count: how many questions; None for all.
        models: card hashes.
        money, minutes: a budget; None for no limit.
    """

    bank: str = ""
    twins: bool = False
    count: int | None = USUAL
    short: bool = True
    repeats: int = 1
    money: float | None = None
    currency: str = "CNY"
    minutes: float | None = None
    models: tuple[str, ...] = ()

    @classmethod
    def read(cls, fields: Mapping[str, Sequence[str]]) -> RunForm:
        """The form that a browser sent.

        Raises:
            UsageError: a number is none, or beyond reason.
        """

        def one(name: str) -> str:
            return (list(fields.get(name, ())) or [""])[-1].strip()

        count = one("count")
        return cls(
            bank=one("bank")[:400],
            twins=bool(one("twins")),
            count=None if count == "all" else _whole(count or str(USUAL), _MOST_QUESTIONS),
            short=bool(one("short")),
            repeats=_whole(one("repeats") or "1", MOST_REPEATS),
            money=_amount(one("money"), _MOST_MONEY),
            currency=one("currency") if one("currency") in CURRENCIES else CURRENCIES[0],
            minutes=_amount(one("minutes"), _MOST_MINUTES),
            models=tuple(dict.fromkeys(fields.get("model", ())))[:MOST_MODELS],
        )

    @property
    def turns(self) -> int | None:
        """The most turns that a question may take."""
        return SHORT_TURNS if self.short else None

    @property
    def budget(self) -> Budget | None:
        """The budget; None for none."""
        if self.money is None and self.minutes is None:
            return None
        seconds = None if self.minutes is None else self.minutes * 60
        return Budget(money=self.money, currency=self.currency, seconds=seconds)

    @property
    def settings(self) -> dict[str, Any]:
        """What is kept with the run, so that the next form can begin with the same."""
        kept: dict[str, Any] = {
            "limit": self.count, "turns": self.turns, "twins": self.twins,
            "repeats": self.repeats, "of": self.bank,
        }  # fmt: skip
        spend = {"money": self.money, "seconds": self.minutes and self.minutes * 60}
        spend = {name: value for name, value in spend.items() if value is not None}
        if spend:
            kept["budget"] = {**spend, "currency": self.currency}
        return kept

    @classmethod
    def like(cls, run: Run) -> RunForm:
        """The form that an earlier run was started with."""
        kept, budget = run.settings, run.settings.get("budget") or {}
        seconds = budget.get("seconds")
        return cls(
            bank=str(kept.get("of") or run.bank),
            twins=bool(kept.get("twins")),
            count=kept.get("limit", USUAL),
            short=kept.get("turns") is not None,
            repeats=run.repeats,
            money=budget.get("money"),
            currency=budget.get("currency", CURRENCIES[0]),
            minutes=None if seconds is None else seconds / 60,
            models=run.models,
        )

    def wish(self, workspace: Workspace, cards: Mapping[str, ModelCard]) -> runs.Wish:
        """What is to be asked.

        Args:
            cards: the models on offer, by hash.

        Raises:
            UsageError: no bank or model was chosen, or one that is not on offer.
            MinganError: see `mingan.shelf.find_twins`.
        """
        chosen = [cards[digest] for digest in self.models if digest in cards]
        if not chosen or len(chosen) < len(self.models):
            raise UsageError(
                "请至少勾选一个模型；要问别的模型，先把它加进来。",
                "Tick at least one model; to ask another one, add it first.",
            )
        return runs.Wish(
            bank=self.source(workspace), cards=chosen, repeats=self.repeats, limit=self.count,
            turns=self.turns,
        )  # fmt: skip

    def source(self, workspace: Workspace) -> Bank:
        """The bank to be asked.

        Raises:
            UsageError: it is not on offer, or has no twins.
            MinganError: see `mingan.shelf.find_twins`.
        """
        offer = next((each for each in offers(workspace) if each.name == self.bank), None)
        if offer is None:
            raise UsageError(
                "没有这个题库。请从列表里选，或先传一个上来。",
                "There is no such bank. Choose one from the list, or bring one in first.",
            )
        if not self.twins:
            return shelf.find_bank(offer.name, store=workspace.store, registry=workspace.registry)
        if not offer.ours:
            raise UsageError(
                "这个题库没有暗题：暗题要由题库文件里的模板变出来。请去掉「问暗题」，或换自带的题库。",
                "This bank has no hidden twins: they are made from templates in the bank's file. "
                "Untick the twins, or choose the bank that comes with Mingan.",
            )
        return workspace.twins(offer.name)


def offers(workspace: Workspace) -> list[Offer]:
    """The banks that can be chosen: ours first, then those of the workspace, newest first."""
    ours = banks.builtin_names()
    found = [Offer(name, _size(name), True) for name in ours]
    there = [
        Offer(name, size, False)
        for name, _, size in reversed(workspace.store.banks())
        if name not in ours and JOINT not in name and size
    ]
    return found + there


@cache
def _size(name: str) -> int:
    return len(banks.builtin(name).questions)


def _whole(text: str, most: int) -> int:
    number = whole_number(text, most)
    if number is not None:
        return number
    raise UsageError(
        f"题数和次数要写 1 到 {most} 之间的整数。",
        f"Numbers of questions and repeats are whole numbers from 1 to {most:,}.",
    )


def _amount(text: str, most: float) -> float | None:
    value = amount(text, most)
    if text and value is None:
        raise UsageError(
            "预算要写成数字，例如 5 或 0.5；不限就空着。",
            "A budget is a number such as 5 or 0.5; leave it empty for none.",
        )
    return value
