"""Before a run: what it will probably take, and how small a difference it could show.

Every number is a range with its basis. What a model will take is foretold from what its earlier
answers took (the sum of n more lies within 1.96 standard errors of the forecast), or, where there
are too few, guessed as a budget guesses: from the length of the prompts, up to the longest
answer allowed. The smallest difference rests on how differently models answered these questions
before, or else on a stated assumption. Pure: this module knows no store and asks nothing.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Literal

from mingan.asking.budget import guess, taken
from mingan.asking.lanes import MOST, START
from mingan.asking.plan import Item, Plan
from mingan.errors import UsageError
from mingan.records import Answer, ModelCard, Question
from mingan.statistics import detectable

ENOUGH = 5
"""Earlier answers from which a forecast is made; a few say at least the order of magnitude."""

SHORT = 16
"""Tokens of a very short answer: the low end of a guess."""

MOST_FORETOLD = 200_000
"""Answers of a plan that is foretold: each is looked at, whenever the form changes."""

DIFFER_LOW, DIFFER_HIGH = 0.25, 0.5
"""Where nothing was measured: the share of questions that only one of two models gets right.

One half is what two models get that score 50 and have nothing in common; it is the most that
two models of equal score can differ unless they shun each other's questions. One quarter is
usual among models of like strength.
"""

_Z = 1.959964
_LOOSE = 2.0

Basis = Literal["earlier", "guess"]


@dataclass(frozen=True, slots=True)
class Range:
    """From `low` to `high`."""

    low: float
    high: float

    def __add__(self, other: Range) -> Range:
        return Range(self.low + other.low, self.high + other.high)

    def __truediv__(self, by: float) -> Range:
        return Range(self.low / by, self.high / by)


NOTHING = Range(0.0, 0.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelEstimate:
    """What one model will take.

    Attributes:
        answers: wanted in all; `left` are those that are not there yet.
        tokens: of what is left.
        money: in `currency`; None where no price is known.
        seconds: None where it is not known how long an answer takes.
        basis: whether tokens and money rest on `seen` earlier answers or on a guess.
    """

    model: str
    answers: int
    left: int
    tokens: Range
    money: Range | None
    currency: str
    seconds: Range | None
    basis: Basis
    seen: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Resolution:
    """The smallest difference of two scores that a run could show, four times out of five.

    `pairs` is how many pairs of models the range was seen in; 0: it is assumed.
    """

    low: float
    high: float
    questions: int
    pairs: int
    together: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """What a run will take, model by model and in all.

    `seconds` is None as long as it is not known of every model that has something to do.
    """

    models: tuple[ModelEstimate, ...]
    questions: int
    repeats: int
    money: dict[str, Range]
    unpriced: tuple[str, ...]
    seconds: Range | None
    untimed: tuple[str, ...]
    resolution: Resolution

    @property
    def left(self) -> int:
        """Answers that are still to be asked for."""
        return sum(model.left for model in self.models)

    @property
    def answers(self) -> int:
        """Answers wanted in all."""
        return sum(model.answers for model in self.models)


def estimate(
    plan: Plan,
    *,
    there: Collection[str],
    earlier: Mapping[str, Sequence[tuple[Question, Answer]]],
    bears: Mapping[str, int | None],
    turns: Callable[[Question], int],
    scored: int,
    variances: Sequence[float],
) -> Estimate:
    """What a plan will take.

    Args:
        there: keys of answers that need not be asked for.
        earlier: by card hash, answers that the model gave before, with their questions.
        bears: by card hash, how many requests at once it takes; None: not known.
        turns: the most turns that a question may take.
        scored: how many of the questions a score can rest on.
        variances: of a question's difference, one for each pair of models seen on these
            questions; empty where none was.

    Raises:
        UsageError: the plan makes no sense, or is too large (see `check_size`).
    """
    check_size(plan)
    wanted: dict[str, list[Item]] = {card.hash: [] for card in plan.cards}
    for item in plan.items():
        wanted[item.model_hash].append(item)
    models = []
    for card in plan.cards:
        items = wanted[card.hash]
        todo = [item for item in items if item.key not in there]
        seen = [(q, a) for q, a in earlier.get(card.hash, ()) if a.state != "failed"]
        models.append(_of_model(card, len(items), todo, seen, bears.get(card.hash), turns))
    pairs = math.comb(len(plan.cards), 2)
    return Estimate(
        models=tuple(models),
        questions=len(plan.questions),
        repeats=plan.repeats,
        money=_money(models),
        unpriced=tuple(m.model for m in models if m.money is None and m.left),
        seconds=_together(plan.cards, models),
        untimed=tuple(m.model for m in models if m.seconds is None),
        resolution=resolution(scored, variances, together=max(1, pairs)),
    )


def check_size(plan: Plan) -> None:
    """See that foretelling a plan takes no longer than somebody would wait for it.

    Raises:
        UsageError: it holds too many answers.
    """
    answers = len(plan.questions) * len(plan.cards) * plan.repeats
    if answers > MOST_FORETOLD:
        raise UsageError(
            f"一共要问 {answers:,} 个回答，太多了，估不出来（最多 {MOST_FORETOLD:,} 个）；"
            "少选些题、模型或次数，就能估。",
            f"These are {answers:,} answers, too many to say beforehand what they take (at most "
            f"{MOST_FORETOLD:,}); choose fewer questions, models or repeats.",
        )


def resolution(questions: int, variances: Sequence[float], *, together: int = 1) -> Resolution:
    """The smallest difference that so many questions show with 80 % power.

    Args:
        together: how many pairs are tested together (Bonferroni).
    """
    ordered = sorted(variances)
    few, many = (
        (_quantile(ordered, 0.1), _quantile(ordered, 0.9)) if ordered else (DIFFER_LOW, DIFFER_HIGH)
    )
    low, high = (
        detectable(questions=questions, variance=variance, alpha=0.05 / together)
        for variance in (few, many)
    )
    return Resolution(
        low=low, high=high, questions=questions, pairs=len(ordered), together=together
    )


def _of_model(
    card: ModelCard, wanted: int, todo: Sequence[Item], seen: Sequence[tuple[Question, Answer]],
    bears: int | None, turns: Callable[[Question], int],
) -> ModelEstimate:  # fmt: skip
    tokens = money = work = NOTHING
    known, timed, guessed = 0, True, False
    longest = 0.0
    for many, group in groupby(sorted(todo, key=_many(turns)), key=_many(turns)):
        items = list(group)
        alike = [(q, a) for q, a in seen if (turns(q) > 1) is many]
        if alike:
            took = [taken(q, card, a) for q, a in alike]
            tokens += _sum([spent.tokens for spent in took], len(items))
            money += _sum([spent.money for spent in took], len(items))
            known += len(alike)
        else:
            low, high = _guessed(card, items, turns)
            tokens, money = tokens + Range(low[0], high[0]), money + Range(low[1], high[1])
            guessed = True
        times = [a.total_s for _, a in alike if a.total_s is not None]
        timed = timed and bool(times)
        if times:
            work += _sum(times, len(items))
            longest = max(longest, sum(times) / len(times))
    return ModelEstimate(
        model=card.name, answers=wanted, left=len(todo), tokens=tokens,
        money=None if card.price_in is None or card.price_out is None else money,
        currency=card.currency,
        seconds=_at_once(work, longest, bears, len(todo)) if timed else None,
        basis="guess" if guessed else "earlier", seen=known,
    )  # fmt: skip


def _many(turns: Callable[[Question], int]) -> Callable[[Item], bool]:
    """Whether a question takes several turns: such answers take more than others."""
    return lambda item: turns(item.question) > 1


def _guessed(
    card: ModelCard, items: Sequence[Item], turns: Callable[[Question], int]
) -> tuple[tuple[float, float], tuple[float, float]]:
    """Tokens and money if every answer is very short, and if every one is as long as allowed.

    A conversation may end after its first turn.
    """
    most = card.generation.max_tokens
    short = SHORT if most is None else min(SHORT, most)
    few = [guess(item.question, card, short, 1) for item in items]
    many = [guess(item.question, card, most, turns(item.question)) for item in items]
    return (
        (sum(s.tokens for s in few), sum(s.money for s in few)),
        (sum(s.tokens for s in many), sum(s.money for s in many)),
    )


def _sum(values: Sequence[float], count: int) -> Range:
    """Where the sum of `count` more values like these will lie."""
    seen = len(values)
    mean = sum(values) / seen
    if seen < ENOUGH:
        return Range(mean * count / _LOOSE, mean * count * _LOOSE)
    spread = math.sqrt(sum((value - mean) ** 2 for value in values) / (seen - 1))
    half = _Z * spread * math.sqrt(count + count**2 / seen)
    return Range(max(0.0, mean * count - half), mean * count + half)


def _at_once(work: Range, longest: float, bears: int | None, items: int) -> Range:
    """The time of so much work, some of it at once; never less than one answer takes."""
    if not items:
        return NOTHING
    fast, slow = (min(cap, bears or cap, items) for cap in (MOST, START))
    return Range(max(work.low / fast, longest), max(work.high / slow, longest))


def _money(models: Sequence[ModelEstimate]) -> dict[str, Range]:
    """Sums by currency. What costs nothing is left out where other things cost something."""
    sums: dict[str, Range] = {}
    for model in models:
        if model.money is not None:
            sums[model.currency] = sums.get(model.currency, NOTHING) + model.money
    paid = {currency: total for currency, total in sums.items() if total.high > 0}
    return paid or sums


def _together(cards: Sequence[ModelCard], models: Sequence[ModelEstimate]) -> Range | None:
    """Models behind one address take turns there; different addresses are asked at once."""
    if any(model.seconds is None for model in models):
        return None
    ends: dict[str, Range] = {}
    for card, model in zip(cards, models, strict=True):
        place = card.base_url.rstrip("/") or card.hash
        ends[place] = ends.get(place, NOTHING) + (model.seconds or NOTHING)
    return Range(
        max((end.low for end in ends.values()), default=0.0),
        max((end.high for end in ends.values()), default=0.0),
    )


def _quantile(ordered: Sequence[float], share: float) -> float:
    place = share * (len(ordered) - 1)
    below = int(place)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (place - below) * (ordered[above] - ordered[below])
