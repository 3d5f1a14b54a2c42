from __future__ import annotations

import math

import pytest

from mingan.reports import units


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0, "0"), (0.00756, "0.00756"), (1.3, "1.3"), (12.345, "12.3"), (1234.5, "1,234"),
        (100, "100"), (2.0, "2"), (math.nan, "–"), (1e-7, "0.0000001"),
    ],
)  # fmt: skip
def test_figures(value: float, text: str) -> None:
    assert units.figures(value) == text


def test_sizes_in_both_languages() -> None:
    assert [units.size(n, "en") for n in (134_515_008, 494_032_768, 13_000_000_000, None)] == [
        "135M", "494M", "13B", "–",
    ]  # fmt: skip
    assert [units.size(n, "zh") for n in (134_515_008, 13_000_000_000, 1_760_000_000_000)] == [
        "1.35 亿", "130 亿", "17,600 亿",
    ]  # fmt: skip


def test_money_keeps_currencies_apart() -> None:
    assert units.money({"USD": 0.031, "CNY": 1.24}) == "1.24 CNY + 0.031 USD"
    assert units.money({}) == "–"


def test_seconds() -> None:
    assert [units.seconds(x) for x in (0.412, 12.34, None, math.nan)] == ["0.41", "12.3", "–", "–"]
