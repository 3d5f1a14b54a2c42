"""Amounts as people read them: sizes, money, seconds, tokens. Knows numbers and languages only."""

from __future__ import annotations

import math
from collections.abc import Mapping

from mingan.language import Lang
from mingan.reports.safe import one_line

DASH = "–"


def figures(value: float, digits: int = 3) -> str:
    """`value` to `digits` significant figures, without an exponent, thousands separated."""
    if not math.isfinite(value):
        return DASH
    if value == 0:
        return "0"
    decimals = max(0, digits - 1 - math.floor(math.log10(abs(value))))
    text = f"{round(value, decimals):,.{min(decimals, 12)}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def size(parameters: int | None, lang: Lang) -> str:
    """A number of parameters: 135M, 0.5B; in Chinese 1.35 亿, 5 亿."""
    if parameters is None:
        return DASH
    if lang == "zh":
        return (
            f"{figures(parameters / 1e8)} 亿"
            if parameters >= 1e7
            else f"{figures(parameters / 1e4)} 万"
        )
    return f"{figures(parameters / 1e9)}B" if parameters >= 1e9 else f"{figures(parameters / 1e6)}M"


def money(cost: Mapping[str, float]) -> str:
    """Sums by currency, such as "1.24 CNY + 0.03 USD"."""
    sums = [f"{figures(cost[key])} {one_line(key, 12)}".strip() for key in sorted(cost)]
    return " + ".join(sums) or DASH


def seconds(value: float | None) -> str:
    """A latency without its unit: two decimals under ten seconds, else one."""
    if value is None or not math.isfinite(value):
        return DASH
    return f"{value:.2f}" if value < 10 else f"{value:.1f}"


def count(value: int | None) -> str:
    """A number of tokens or answers, thousands separated."""
    return DASH if value is None else f"{value:,}"
