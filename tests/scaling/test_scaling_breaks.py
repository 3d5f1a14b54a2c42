"""A bend in growth: found where it is, and seldom where there is none."""

from __future__ import annotations

import numpy as np
import pytest

from mingan.scaling.breaks import bend


def test_a_bend_is_found_where_it_is() -> None:
    rng = np.random.default_rng(1)
    t = np.sort(rng.uniform(0, 4, 120))
    y = np.where(t < 2, 0.5 * t, 1 + 2.5 * (t - 2)) + rng.normal(0, 0.3, 120)
    found = bend(t, y)
    assert found is not None
    assert found.when == pytest.approx(2.0, abs=0.35)
    assert (found.before, found.after) == pytest.approx((0.5, 2.5), abs=0.4)
    assert found.p < 0.01


def test_a_straight_world_seldom_seems_bent() -> None:
    """Also where families share their luck, which a test of single models would take for bends."""
    seeming = []
    for seed in range(120):
        rng = np.random.default_rng(seed)
        t = np.repeat(np.sort(rng.uniform(0, 4, 20)), 4)
        y = t + np.repeat(rng.normal(0, 0.5, 20), 4) + rng.normal(0, 0.2, 80)
        names = [str(i // 4) for i in range(80)]
        found = bend(t, y, families=names, repeats=99)
        assert found is not None
        seeming.append(found.p <= 0.1)
    print(f"of straight worlds {np.mean(seeming):.2f} seem bent at a level of 0.10")
    assert np.mean(seeming) <= 0.15


def test_too_few_on_either_side_bend_nothing() -> None:
    assert bend(range(12), range(12)) is None
    assert bend([], []) is None
