"""Which steps a guard takes, and when it goes back: numbers alone, no model."""

from __future__ import annotations

import pytest

pytest.importorskip("torch", reason="the extra tunnel is not installed")

from mingan.tunnel.guard import PERIOD, READY, ROLLBACKS, Guard


def bad(guard: Guard, cursor: int) -> str:
    """What three steps without numbers in a row come to."""
    for _ in range(3):
        verdict, _why = guard.judge(float("nan"), 1.0, cursor)
    guard.bad = 0
    return verdict


def test_a_run_goes_back_three_times_at_one_place_and_then_halts() -> None:
    guard = Guard()
    assert [bad(guard, 10 + i) for i in range(ROLLBACKS + 1)] == ["rollback"] * ROLLBACKS + ["halt"]


def test_trouble_far_apart_is_each_time_the_first() -> None:
    guard = Guard()
    for i in range(2 * ROLLBACKS):
        assert bad(guard, i * PERIOD) == "rollback"
        assert guard.late(i * PERIOD) == 1


def test_a_loss_far_above_the_last_ones_is_not_stepped_on() -> None:
    guard = Guard()
    for i in range(READY):
        assert guard.judge(3.0 + 0.01 * (i % 2), 0.5, i) == ("step", "")
    assert guard.judge(9.0, 0.5, READY)[0] == "skip"
    assert guard.skipped == 1
    assert max(guard.losses) < 4
