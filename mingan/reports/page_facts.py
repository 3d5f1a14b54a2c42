"""The report's tables about the models themselves: who they are, how answers ended, what it took.

Knows model facts and scores; nothing of verdicts on pairs, and no HTML.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from mingan.language import Lang
from mingan.records import STATES
from mingan.reports.data import ModelFacts, Quantiles, ReportData
from mingan.reports.safe import one_line, short_name
from mingan.reports.units import DASH, count, figures, money, seconds, size
from mingan.reports.words import words


def _ordered(models: Iterable[ModelFacts], names: Sequence[str]) -> list[ModelFacts]:
    """The facts in the order of the score table; models that are not in it come last."""
    place = {name: i for i, name in enumerate(names)}
    return sorted(models, key=lambda model: (place.get(model.name, len(place)), model.name))


def state_rows(models: Iterable[ModelFacts], names: Sequence[str]) -> list[dict[str, Any]]:
    """Answers by state, for the models whose states are known."""
    return [
        {
            "model": short_name(model.name),
            "cells": [model.states.get(state, 0) for state in STATES],
        }
        for model in _ordered(models, names)
        if model.states
    ]


def fact_rows(
    models: Iterable[ModelFacts], names: Sequence[str], lang: Lang
) -> list[dict[str, str]]:
    """What each model's card says, and where its answers come from."""
    word = words(lang)
    return [
        {
            "model": short_name(model.name),
            "source": word[model.source],
            "released": model.released.isoformat() if model.released else DASH,
            "params": _params(model, lang),
            "price": _price(model),
            "licence": one_line(model.licence, 40) or DASH,
        }
        for model in _ordered(models, names)
    ]


def cost_rows(data: ReportData, lang: Lang) -> list[dict[str, str]]:
    """Cost, tokens and latency, for the models of which anything is known."""
    word = words(lang)
    right = {score.model: score.right for score in data.scores}
    names = [score.model for score in data.scores]
    return [
        {
            "model": short_name(model.name),
            "cost": money(model.cost),
            "per_right": _per_right(model, right.get(model.name, 0)),
            "tokens_in": count(model.tokens_in)
            + _part(model.tokens_cached, word["of_cached"], lang),
            "tokens_out": count(model.tokens_out)
            + _part(model.tokens_reasoning, word["of_reasoning"], lang),
            "first": _latency(model.first_token, word["seconds"]),
            "total": _latency(model.total, word["seconds"]),
        }
        for model in _ordered(data.models, names)
        if model.cost or model.tokens_out or model.tokens_in or model.total or model.first_token
    ]


def _params(model: ModelFacts, lang: Lang) -> str:
    total = size(model.params_total, lang)
    if model.params_active is None or model.params_active == model.params_total:
        return total
    return f"{total} ({words(lang)['active']} {size(model.params_active, lang)})"


def _price(model: ModelFacts) -> str:
    if model.price_in is None and model.price_out is None:
        return DASH
    ends = [DASH if p is None else figures(p) for p in (model.price_in, model.price_out)]
    return f"{' / '.join(ends)} {one_line(model.currency, 12)}".strip()


def _per_right(model: ModelFacts, right: int) -> str:
    if not model.cost or not right:
        return DASH
    return money({currency: cost / right for currency, cost in model.cost.items()})


def _part(tokens: int | None, word: str, lang: Lang) -> str:
    if not tokens:
        return ""
    return f"（{word} {tokens:,}）" if lang == "zh" else f" ({word} {tokens:,})"


def _latency(quantiles: Quantiles | None, unit: str) -> str:
    if quantiles is None:
        return DASH
    return f"{seconds(quantiles.p50)} / {seconds(quantiles.p90)} {unit}"
