"""Rulers of motion against cases reckoned by hand, the published formulas, and what must hold."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

pytest.importorskip("cv2")

from mingan.grading import motion
from mingan.grading.motion import Measures

RED, BLUE = (230, 23, 23), (23, 23, 230)
COLOURS = np.array([RED, BLUE], dtype=np.uint8)


def disc(places: list[tuple[float, float]], colour: tuple[int, int, int] = RED,
         radius: int = 7, size: int = 96) -> np.ndarray:  # fmt: skip
    y, x = np.mgrid[:size, :size]
    frames = np.full((len(places), size, size, 3), 235, dtype=np.uint8)
    for frame, (cx, cy) in zip(frames, places, strict=True):
        frame[(x - cx) ** 2 + (y - cy) ** 2 <= radius**2] = colour
    return frames


MOVING = disc([(20 + 3 * t, 40) for t in range(16)])
STILL = np.repeat(MOVING[:1], 16, axis=0)


def measured(one: np.ndarray, other: np.ndarray) -> Measures:
    return motion.measure(one, other, motion.motion_masks(one), motion.motion_masks(other))


# --- the four measures --------------------------------------------------------------------------


def test_measures_by_hand() -> None:
    a = np.zeros((3, 4, 4), dtype=bool)
    b = np.zeros((3, 4, 4), dtype=bool)
    a[1, 0, :2] = True  # two pixels
    b[1, 0, 1:3] = True  # two pixels, one in common: 1 of 3
    a[2, 3, 3] = True  # one pixel against none: 0
    blank = np.zeros((3, 4, 4, 3), dtype=np.uint8)
    other = blank.copy()
    other[0, 0, 0] = 255  # three of 144 values differ by 1
    found = motion.measure(blank, other, a, b)
    assert found.spatial == pytest.approx(1 / 4)
    assert found.spatiotemporal == pytest.approx((1 + 1 / 3 + 0) / 3)
    assert found.moving == pytest.approx((1 / 3 + 0) / 2)
    # Pixels are weighted by a third each: minima 1/3, maxima 4/3.
    assert found.weighted == pytest.approx(1 / 4)
    assert found.error == pytest.approx(3 / 144)


def test_the_score_is_the_published_formula() -> None:
    takes = Measures(spatial=0.8, spatiotemporal=0.5, moving=0.5, weighted=0.4, error=0.01)
    found = Measures(spatial=0.4, spatiotemporal=0.2, moving=0.1, weighted=0.3, error=0.03)
    assert motion.physics_iq(found, takes, published=True) == pytest.approx(
        100 * ((0.5 + 0.4 + 0.75) / 3 - 0.02)
    )
    assert motion.physics_iq(found, takes) == pytest.approx(100 * ((0.5 + 0.2 + 0.75) / 3 - 0.02))
    assert motion.physics_iq(takes, takes) == 100


def test_a_perfect_continuation_has_everything() -> None:
    found = measured(MOVING, MOVING)
    assert (found.spatial, found.moving, found.weighted, found.error) == (1, 1, 1, 0)
    assert motion.physics_iq(found, found) == 100


def test_what_stands_still_gets_nothing_for_frames_in_which_nothing_moves() -> None:
    """The published second measure pays a clip that freezes wherever the truth rests too."""
    rests = np.concatenate([MOVING, np.repeat(MOVING[-1:], 32, axis=0)])
    frozen = np.repeat(rests[:1], len(rests), axis=0)
    found = measured(frozen, rests)
    assert found.spatiotemporal > 0.4
    assert found.moving == 0
    assert found.spatial == found.weighted == 0


def test_motion_is_where_the_running_mean_is_left() -> None:
    masks = motion.motion_masks(MOVING)
    assert not masks[0].any()
    assert masks[1:].any(axis=(1, 2)).all()
    assert not motion.motion_masks(STILL).any()
    # A change of less than ten grey levels is none.
    faint = STILL.copy()
    faint[5:] = np.clip(faint[5:].astype(int) - 9, 0, 255).astype(np.uint8)
    assert not motion.motion_masks(faint).any()


def test_clips_of_other_shapes_are_refused() -> None:
    with pytest.raises(ValueError, match="one shape"):
        motion.measure(MOVING, MOVING[:5], MOVING[..., 0] > 0, MOVING[:5, ..., 0] > 0)


# --- tracks -------------------------------------------------------------------------------------


def test_things_are_found_by_their_hue() -> None:
    frames = disc([(30, 40)] * 2)
    frames[1] = disc([(60, 50)], BLUE)[0]
    found = motion.find(frames, COLOURS)
    assert found.tracks[0, 0] == pytest.approx([30, 40], abs=0.1)
    assert np.isnan(found.tracks[0, 1]).all()
    assert found.tracks[1, 1] == pytest.approx([60, 50], abs=0.1)
    assert found.parts.tolist() == [[1, 0], [0, 1]]
    assert found.areas[0, 0] == pytest.approx(math.pi * 49, rel=0.05)
    two = np.minimum(disc([(20, 20)]), disc([(70, 70)]))
    assert motion.find(two, COLOURS).parts[0, 0] == 2


@given(st.floats(-30, 30), st.floats(-30, 30))
@settings(max_examples=40, deadline=None)
def test_position_error_grows_with_the_shift(dx: float, dy: float) -> None:
    true = np.cumsum(np.ones((10, 2, 2)), axis=0)
    found = motion.position_error(true + np.array([dx, dy]), true, width=96)
    assert found == pytest.approx(math.hypot(dx, dy) / 96)
    assert motion.velocity_error(
        true + np.array([dx, dy]), true, fps=16, width=96
    ) == pytest.approx(0)


def test_what_is_not_found_costs_a_diagonal() -> None:
    true = np.zeros((4, 1, 2))
    found = true.copy()
    found[2:] = np.nan
    assert motion.position_error(found, true, width=10) == pytest.approx(math.sqrt(2) / 2)
    hidden = np.array([[True], [True], [False], [False]])
    assert motion.position_error(found, true, width=10, seen=hidden) == 0
    assert math.isnan(motion.velocity_error(found * np.nan, true, fps=16, width=10))
    slow = np.arange(4.0)[:, None, None] * np.array([2.0, 0])
    assert motion.velocity_error(slow, true, fps=16, width=32) == pytest.approx(1.0)


def test_permanence_is_of_all_objects_and_extra_ones_are_counted() -> None:
    true = np.array([[100.0, 50], [100, 50], [100, 0]])
    assert motion.permanence(true, true) == 1
    assert motion.permanence(true * [1, 0], true) == pytest.approx(3 / 5)
    assert motion.permanence(true * 2.1, true) == 0
    assert motion.spurious(np.array([[2, 1], [1, 1]]), np.array([[1, 1], [1, 1]])) == 0.25
    assert motion.spurious(np.array([[0, 0]]), np.array([[1, 1]])) == 0


# --- what stays the same ------------------------------------------------------------------------


def test_energy_of_a_free_fall_is_kept_and_of_a_glide_is_not() -> None:
    t = np.arange(30) / 16
    fall = np.stack([10 * t, 5 + 0.5 * 30 * t**2], axis=1)
    glide = np.stack([10 * t, 5 + 30 * t], axis=1)
    assert motion.energy_drift(fall, fps=16, gravity=30) < 0.01
    assert motion.energy_drift(glide, fps=16, gravity=30) > 0.15
    assert math.isnan(motion.energy_drift(fall[:3], fps=16, gravity=30))


def test_momentum_is_kept_by_an_elastic_collision_alone() -> None:
    t = np.arange(20) / 16

    def course(before: float, after: float) -> np.ndarray:
        x = np.where(t < t[10], before * t, before * t[10] + after * (t - t[10]))
        return np.stack([x, np.zeros_like(x)], axis=1)

    parts = {"before": slice(0, 10), "after": slice(11, 20)}
    # Masses 1 and 3, 8 and 0 before: -4 and 4 after.
    kept = np.stack([course(8, -4), course(0, 4)], axis=1)
    assert motion.momentum_change(kept, [1, 3], fps=16, **parts) == pytest.approx(0, abs=1e-9)
    stopped = np.stack([course(8, 0), course(0, 0)], axis=1)
    assert motion.momentum_change(stopped, [1, 3], fps=16, **parts) == pytest.approx(1)


def test_the_order_of_falls() -> None:
    def falls(at: list[int]) -> np.ndarray:
        tracks = np.zeros((20, len(at), 2))
        for g, when in enumerate(at):
            tracks[when:, g, 1] = 10
        return tracks

    true = falls([3, 6, 9])
    assert motion.fall_order(true, true, drop=5) == 1
    assert motion.fall_order(falls([9, 6, 3]), true, drop=5) == -1
    assert motion.fall_order(falls([20, 20, 20]), true, drop=5) == 0
    assert math.isnan(motion.fall_order(true, falls([20, 20, 3]), drop=5))


def test_areas_and_skill() -> None:
    assert motion.area_change(np.array([100.0, 90, 110])) == pytest.approx(0.2 / 3)
    assert math.isnan(motion.area_change(np.array([0.0, 5])))
    assert motion.skill(70, 40) == 0.5
    assert motion.skill(10, 40) == -0.5
    assert math.isnan(motion.skill(100, 100))
