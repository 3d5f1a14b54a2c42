"""Forecasts of the past: what they say where the truth is known by construction."""

from __future__ import annotations

import math
from datetime import date, timedelta

import pytest

from mingan.scaling.prices import Offer, cheapest, decline, foretell
from mingan.scaling.rolling import (
    Capability,
    by_line,
    by_past,
    changes,
    later,
    record,
    rolling,
    well_known_until,
)

START = date(2022, 1, 1)


def falling(halving: float, *, months: int = 36, score: float = 0.8) -> tuple[Offer, ...]:
    """An offer a month, each cheaper by the same factor."""
    return tuple(
        Offer(model=f"m{k}", day=later(START, k), price=10 * 2 ** (-k / halving), score=score)
        for k in range(months)
    )


def capability(halving: float = 6.0, months: int = 36) -> Capability:
    offers = falling(halving, months=months)
    return Capability(offers=offers, least=0.7, end=offers[-1].day)


def test_a_steady_fall_is_foretold_by_both_ways_and_not_by_no_change() -> None:
    one = capability(months=66)
    for way in (by_line, by_past):
        for months in (6, 12):
            found = record(rolling([one], way, months=months))
            assert found is not None
            assert found.off == pytest.approx(1, abs=0.15)
            assert found.still == pytest.approx(2 ** (months / 6), rel=0.15)


def test_a_plunge_that_ends_misleads_the_line_and_the_trials_say_so() -> None:
    plunge = falling(1.0, months=8)
    flat = tuple(
        Offer(model=f"f{k}", day=later(START, k), price=plunge[-1].price, score=0.8)
        for k in range(8, 36)
    )
    one = Capability(offers=plunge + flat, least=0.7, end=flat[-1].day)
    found = record(rolling([one], by_line, months=12))
    assert found is not None
    assert found.off > 100
    assert found.still < 10
    assert found.held < 0.5


def test_nothing_is_foretold_from_what_came_later() -> None:
    one = capability()
    for trial in rolling([one], by_line, months=6):
        before = [offer for offer in one.offers if offer.day <= trial.made]
        again = foretell(cheapest(before, least=0.7), later(trial.made, 6))
        assert again == trial.foretold
        assert trial.truth == one.price(later(trial.made, 6))
    cut = date(2023, 4, 1)
    early = Capability(
        offers=tuple(o for o in one.offers if o.day <= cut), least=0.7, end=cut
    )  # fmt: skip
    assert changes([one], 6, cut).tolist() == changes([early], 6, cut).tolist()


def test_no_forecast_is_held_against_days_that_nobody_wrote_down() -> None:
    one = capability()
    thin = Capability(offers=one.offers, least=0.7, end=date(2023, 1, 1))
    assert all(later(trial.made, 6) <= thin.end for trial in rolling([thin], by_line, months=6))


def test_a_half_year_with_six_offers_is_well_known() -> None:
    offers = falling(6.0, months=12)
    lonely = Offer(model="late", day=date(2026, 1, 1), price=0.1, score=0.9)
    assert well_known_until((*offers, lonely)) == offers[-1].day
    assert well_known_until(offers[:5]) is None


def test_the_interval_of_a_single_price_is_wider_than_the_line_s() -> None:
    offers = [
        Offer(model=str(k), day=START + timedelta(days=120 * k), score=1,
              price=math.exp(-k + 0.2 * (-1) ** k))
        for k in range(7)
    ]  # fmt: skip
    found, line = foretell(offers, date(2025, 1, 1)), decline(offers)
    assert found is not None
    assert line is not None
    assert found.low < found.price < found.high
    near = foretell(offers, offers[3].day)
    assert near is not None
    assert near.high / near.low < found.high / found.low
    assert foretell(offers[:2], date(2025, 1, 1)) is None
