"""Capabilities by the name of a model that has them, and everything that reaches them.

A level is the score of a well-known model on one benchmark; the same model is another level on
another benchmark, and a cheap or small model may reach one and not the other. The module must not
know devices.
"""

from __future__ import annotations

from collections.abc import Sequence
from statistics import median

from mingan.errors import UsageError
from mingan.registry import ModelFacts, Registry
from mingan.reports.foretold import Level
from mingan.scaling.prices import Offer
from mingan.scaling.rolling import Capability, well_known_until

LEVELS = (
    ("GPT-3.5 Turbo", "MMLU"), ("GPT-4", "MMLU"), ("GPT-4", "GPQA"), ("GPT-4", "HumanEval"),
    ("GPT-4o (2024-05-13)", "GPQA"), ("GPT-4o (2024-05-13)", "MMLU-Pro"), ("o1", "GPQA"),
    ("GPT-5", "MMLU"), ("GPT-5", "GPQA"), ("GPT-5", "SWE-bench-Verified"),
    ("GPT-5", "AIME-2025"),
)  # fmt: skip
"""What people mean when they say GPT-4 level, by several benchmarks."""


def level_of(known: Registry, model: str, benchmark: str) -> Level:
    """The score of a model on a benchmark, the middle one where sources differ.

    Raises:
        UsageError: the registry has no such score.
    """
    found = score(known, model, benchmark)
    if found is None:
        raise UsageError(
            f"登记表里没有 {model} 在 {benchmark} 上的得分，定不出这个水平。",
            f"The registry has no score of {model} on {benchmark}, so this level is not known.",
        )
    return Level(model=model, benchmark=benchmark, least=found)


def every_level(known: Registry, wanted: Sequence[Level]) -> list[Level]:
    """Those wanted, and all of `LEVELS` that the registry knows: what forecasts are tried on."""
    there = [
        Level(model=model, benchmark=benchmark, least=least)
        for model, benchmark in LEVELS
        if (least := score(known, model, benchmark)) is not None
    ]
    return list(dict.fromkeys((*wanted, *there)))


def score(known: Registry, model: str, benchmark: str) -> float | None:
    """The middle of what is reported; None if nothing is."""
    facts = known.scores_of(model, benchmark)
    return median(fact.score for fact in facts) if facts else None


def sized(known: Registry, benchmark: str) -> list[tuple[ModelFacts, float]]:
    """Models to be talked to, of known date and size, with their score on a benchmark."""
    found = []
    for model in known.models.values():
        read = score(known, model.name, benchmark)
        if read is not None and model.released and model.params_total and model.kind != "base":
            found.append((model, read))
    return found


def offers_of_prices(known: Registry, level: Level) -> tuple[Offer, ...]:
    """Everything with a price and a score on the level's benchmark; dollars a million tokens."""
    return tuple(
        Offer(model=fact.model, day=fact.day, price=fact.price, score=read)
        for fact in known.prices
        if (read := score(known, fact.model, level.benchmark)) is not None
    )


def offers_of_sizes(known: Registry, level: Level) -> tuple[Offer, ...]:
    """The same with parameters in the place of a price."""
    return tuple(
        Offer(model=model.name, day=model.released, price=float(model.params_total), score=read)
        for model, read in sized(known, level.benchmark)
        if model.released and model.params_total
    )


def capability(offers: tuple[Offer, ...], level: Level) -> Capability | None:
    """The level with its offers; None where too few are known to tell anything."""
    end = well_known_until(offers)
    if end is None or not any(offer.score >= level.least for offer in offers):
        return None
    return Capability(offers=offers, least=level.least, end=end)
