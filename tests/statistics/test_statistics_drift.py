"""One asking against another, class by class, and where the differences come from."""

from __future__ import annotations

import numpy as np
import pytest

from mingan.statistics.drift import paired_change, spread


def test_a_change_by_hand() -> None:
    before, after = [1, 1, 1, 0, np.nan, 1], [0, 0, 1, 1, 1, np.nan]
    found = paired_change(before, after)
    assert (found.questions, found.left_out, found.worse, found.better) == (4, 2, 2, 1)
    assert found.difference == pytest.approx(-0.25)
    assert found.low < -0.25 < found.high
    assert found.p == 1.0
    assert found.by_class == ()
    assert not found.flipped


def test_shares_are_tested_by_flipping_signs() -> None:
    rng = np.random.default_rng(1)
    before = rng.integers(1, 4, 40) / 4
    found = paired_change(before, np.clip(before - 0.25, 0, 1))
    assert found.p < 0.001
    assert np.isnan(found.e)


def test_nothing_in_common_says_nothing() -> None:
    found = paired_change([np.nan], [1])
    assert (found.questions, found.low, found.high, found.p) == (0, -1.0, 1.0, 1.0)
    with pytest.raises(ValueError, match="one length"):
        paired_change([1], [1, 0])


def test_where_the_spread_comes_from() -> None:
    rng = np.random.default_rng(2)
    p = np.repeat([0.0, 1.0], 100)[:, None, None]
    fixed = np.broadcast_to(p, (200, 5, 3)).astype(float)
    assert spread(fixed).item == pytest.approx(1.0)
    assert set(spread(fixed).flips) == {0.0}
    coin = (rng.random((400, 5, 4)) < 0.5).astype(float)
    found = spread(coin)
    assert found.sample == pytest.approx(1.0, abs=0.03)
    assert np.mean(found.flips) == pytest.approx(0.5, abs=0.02)
    of_day = np.broadcast_to((rng.random((400, 6, 1)) < 0.5), (400, 6, 3)).astype(float)
    assert spread(of_day).day == pytest.approx(1.0, abs=0.05)
    with pytest.raises(ValueError, match="at least"):
        spread(np.zeros((1, 2, 2)))
