"""Size and date, prices: worlds whose pace is known."""

from __future__ import annotations

import math
from datetime import date, timedelta

import numpy as np
import pytest
from numpy.typing import NDArray

from mingan.scaling import Offer, SizeDateLaw, cheapest, decline, foretold_error, observe
from mingan.scaling.observational import foretold_held

Floats = NDArray[np.float64]
WORLD = SizeDateLaw(level=-9.0, by_size=0.42, by_year=0.9, floor=0.25)


def world(models: int, seed: int, spread: float = 0.25) -> tuple[Floats, Floats, Floats]:
    rng = np.random.default_rng(seed)
    n, t = np.exp(rng.uniform(np.log(5e8), np.log(7e10), models)), rng.uniform(0, 3, models)
    share = (WORLD.score(n, t) - 0.25) / 0.75
    z = np.log(share / (1 - share)) + rng.normal(0, spread, models)
    return n, t, 0.25 + 0.75 / (1 + np.exp(-z))


def test_a_known_pace_is_found_and_intervals_hold_it() -> None:
    truth = WORLD.doubling
    assert truth == pytest.approx(12 * math.log(2) * 0.42 / 0.9)
    inside = []
    for seed in range(120):
        found = observe(*world(40, seed), floor=0.25, draws=200)
        inside.append(found.low <= truth <= found.high)
    assert 0.82 <= np.mean(inside) <= 0.95


def test_intervals_of_later_models_hold_most_of_them() -> None:
    held = []
    for seed in range(40):
        rng = np.random.default_rng(seed)
        n, t = 10 ** rng.uniform(9, 11, 80), rng.uniform(0, 4, 80)
        z = -16.0 + 0.6 * np.log(n) + 0.5 * t + rng.normal(0, 0.4, 80)
        s, old = 1 / (1 + np.exp(-z)), t < 3
        found = observe(n[old], t[old], s[old], draws=60)
        held.append(foretold_held(found, n[~old], t[~old], s[~old]))
    assert 0.84 <= np.mean(held) <= 0.96
    assert math.isnan(foretold_held(observe(n, t, s, draws=0), n, t, s))


def test_the_unit_of_size_changes_no_pace() -> None:
    n, t, s = world(40, 1)
    whole, billions = (observe(x, t, s, floor=0.25, draws=50) for x in (n, n / 1e9))
    assert whole.doubling == pytest.approx(billions.doubling)
    assert (whole.low, whole.high) == pytest.approx((billions.low, billions.high))


def test_without_progress_the_pace_is_open_above() -> None:
    rng = np.random.default_rng(3)
    n, t, _ = world(40, 3)
    still = SizeDateLaw(level=-9.0, by_size=0.42, by_year=0.0)
    z = np.log(still.score(n, t) / (1 - still.score(n, t))) + rng.normal(0, 0.3, 40)
    found = observe(n, t, 1 / (1 + np.exp(-z)), draws=300)
    assert math.isinf(found.high)
    assert math.isinf(still.doubling)
    assert found.still.by_year == 0
    assert foretold_error(found.still, n, t, 1 / (1 + np.exp(-z))) < 0.4


def test_a_law_where_size_does_not_help_has_no_pace() -> None:
    assert math.isnan(SizeDateLaw(level=0.0, by_size=-0.1, by_year=0.5).doubling)


def test_scores_at_the_walls_do_not_break_it() -> None:
    n, t, s = world(20, 4)
    s[0], s[1] = 0.2, 1.0
    assert math.isfinite(observe(n, t, s, floor=0.25, draws=50).doubling)


def test_too_few_models_or_none_are_refused() -> None:
    n, t, s = world(20, 5)
    with pytest.raises(ValueError, match="8 models"):
        observe(n[:7], t[:7], s[:7])
    n[0] = 0
    with pytest.raises(ValueError, match="above 0"):
        observe(n, t, s)


# --- prices -------------------------------------------------------------------------------------


def offers(*rows: tuple[int, float, float]) -> list[Offer]:
    first = date(2023, 1, 1)
    return [
        Offer(model=f"m{i}", day=first + timedelta(days=day), price=price, score=score)
        for i, (day, price, score) in enumerate(rows)
    ]


def test_only_what_was_cheapest_of_its_day_and_good_enough_counts() -> None:
    found = cheapest(
        offers((0, 20, 0.7), (100, 30, 0.9), (200, 5, 0.6), (300, 8, 0.71), (300, 7, 0.72),
               (400, 7, 0.9)), least=0.7,
    )  # fmt: skip
    assert [offer.model for offer in found] == ["m0", "m4"]


def test_a_known_decline_is_found() -> None:
    rows = offers(*((365 * i // 2, 60.0 * 9.0 ** (-i / 2), 0.7) for i in range(7)))
    found = decline(rows)
    assert found is not None
    assert found.factor == pytest.approx(9.0, rel=0.01)
    assert found.low <= 9.0 <= found.high or found.low == pytest.approx(found.high, rel=0.02)
    assert found.halving == pytest.approx(12 * math.log(2) / math.log(9), rel=0.01)
    assert found.r2 == pytest.approx(1, abs=1e-4)


def test_intervals_of_a_decline_hold_the_truth() -> None:
    rng, inside = np.random.default_rng(7), []
    for _ in range(400):
        noise = np.exp(rng.normal(0, 0.5, 6))
        rows = offers(
            *((180 * i, 60.0 * 9.0 ** (-180 * i / 365.25) * noise[i], 0.7) for i in range(6))
        )
        found = decline(rows)
        assert found is not None
        inside.append(found.low <= 9.0 <= found.high)
    assert 0.86 <= np.mean(inside) <= 0.94


def test_few_steps_give_no_line_and_free_models_are_refused() -> None:
    assert decline(offers((0, 2, 0.7), (100, 1, 0.7))) is None
    assert decline(offers((0, 2, 0.7), (0, 1, 0.7), (0, 0.5, 0.7))) is None
    with pytest.raises(ValueError, match="above 0"):
        decline(offers((0, 2, 0.7), (100, 0, 0.7), (200, 1, 0.7)))


def test_published_rates_as_identities() -> None:
    assert math.log(2) / 0.0073 == pytest.approx(94.95, abs=0.005)  # days, from the paper's slope
    assert pytest.approx(266.67, abs=0.01) == 20 / 0.075
    both = 1 / (1 / 100 + 1 / (2.1 * 365.25))  # density and chips together
    assert both == pytest.approx(88.5, abs=0.1)
