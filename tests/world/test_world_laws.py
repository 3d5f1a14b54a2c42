"""Scenes: the same bits from the same seed, and what each law promises."""

from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("pymunk")
pytest.importorskip("cv2")

from mingan.errors import UsageError
from mingan.grading import motion
from mingan.world.laws import LAWS
from mingan.world.scenes import AHEAD, FPS, GIVEN, SIZES, Scene, seed_of, size_of
from mingan.world.takes import Takes, play_scene

KINDS = [(law.name, split) for law in LAWS.values() for split in law.splits]
KEY = b"k" * 32


def take(law: str, number: int = 0, split: str = "within", **how: object) -> Takes:
    scene = Scene(law=law, number=number, split=split,  # type: ignore[arg-type]
                  seed=seed_of(KEY, law, split, number), **how)  # type: ignore[arg-type]  # fmt: skip
    return play_scene(scene)


def test_there_are_twelve_laws_or_more() -> None:
    assert len(LAWS) >= 12
    assert {split for law in LAWS.values() for split in law.splits} == {
        "within", "beyond", "combined", "gravity", "told",
    }  # fmt: skip


@pytest.mark.parametrize(("law", "split"), KINDS)
def test_a_scene_is_its_seed_bit_for_bit(law: str, split: str) -> None:
    one, again = take(law, 1, split), take(law, 1, split)
    for name in ("given", "ahead", "masks", "tracks", "areas", "contacts"):
        assert np.array_equal(getattr(one, name), getattr(again, name), equal_nan=name == "tracks")
    assert one.given.shape == (GIVEN, 128, 128, 3)
    assert one.ahead.shape == (3, AHEAD, 128, 128, 3)
    # What was given is one and the same whatever comes after.
    assert np.array_equal(one.tracks[0, :GIVEN], one.tracks[1, :GIVEN], equal_nan=True)
    other = take(law, 2, split)
    assert not np.array_equal(one.given, other.given)


@pytest.mark.parametrize("law", [name for name in LAWS if name != "static"])
def test_forks_part_after_the_cut(law: str) -> None:
    # A cat that stays where it is is the same in all forks: three scenes, then.
    every = [take(law, number) for number in range(3)]
    assert any(not np.array_equal(found.ahead[0], found.ahead[1]) for found in every)
    assert any(not np.array_equal(found.ahead[1], found.ahead[2]) for found in every)


def test_a_private_seed_takes_the_key() -> None:
    assert seed_of(KEY, "inertia", "within", 3) == seed_of(KEY, "inertia", "within", 3)
    others = {seed_of(KEY, "inertia", "within", 4), seed_of(b"o" * 32, "inertia", "within", 3),
              seed_of(KEY, "rolling", "within", 3)}  # fmt: skip
    assert seed_of(KEY, "inertia", "within", 3) not in others
    assert all(0 <= seed < 2**63 for seed in others)


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("law", LAWS)
def test_every_law_fits_every_picture(law: str, size: tuple[int, int]) -> None:
    found = take(law, 3, size=size)
    assert found.ahead.shape[2:] == (size[1], size[0], 3)
    begun = found.areas[0, 0] > 0
    assert begun.all()


@pytest.mark.parametrize("number", range(4))
def test_nothing_moves_in_a_static_scene(number: int) -> None:
    found = take("static", number)
    assert (found.ahead[0] == found.given[-1]).all()


@pytest.mark.parametrize("split", ["within", "beyond"])
@pytest.mark.parametrize("number", range(4))
def test_nothing_acts_upon_a_ball_of_its_own(number: int, split: str) -> None:
    track = take("inertia", number, split).tracks[0, :GIVEN, 0]
    assert np.abs(np.diff(track, n=2, axis=0)).max() < 1.2  # a pixel's rounding, twice
    straight = np.polyfit(np.arange(GIVEN), track, 1)
    assert np.abs(track - np.arange(GIVEN)[:, None] * straight[0] - straight[1]).max() < 0.6


@pytest.mark.parametrize("number", range(4))
def test_balls_that_meet_keep_their_momentum(number: int) -> None:
    found = take("collision", number)
    meets = round(found.facts["meets"] * FPS)
    assert GIVEN < meets < GIVEN + AHEAD - 8
    change = motion.momentum_change(
        found.tracks[0], [found.facts["masses"][g] for g in found.groups], fps=FPS,
        before=slice(GIVEN + 1, meets - 1), after=slice(meets + 3, meets + 10),
    )  # fmt: skip
    assert change < 0.12


@pytest.mark.parametrize("law", ["parabola", "pendulum"])
@pytest.mark.parametrize("split", ["within", "gravity"])
def test_what_falls_or_swings_keeps_its_energy(law: str, split: str) -> None:
    drifts = []
    for number in range(6):
        found = take(law, number, split)
        touched = np.flatnonzero(found.contacts[0, GIVEN:])
        until = GIVEN + (int(touched[0]) if touched.size else AHEAD)
        if until - GIVEN >= 8:  # until it bounces
            drifts.append(motion.energy_drift(
                found.tracks[0, GIVEN:until, 0], fps=FPS, gravity=1.28 * found.facts["gravity"]
            ))  # fmt: skip
    assert len(drifts) >= 3
    assert max(drifts) < 0.2


def test_counterfactual_gravity_can_be_seen_before_the_cut() -> None:
    signs = {np.sign(take("parabola", k, "gravity").facts["gravity"]) for k in range(8)}
    assert signs == {1.0, -1.0}


@pytest.mark.parametrize("number", range(5))
@pytest.mark.parametrize("split", ["within", "beyond"])
def test_a_ball_is_hidden_at_the_cut_and_comes_back(number: int, split: str) -> None:
    areas = take("occlusion", number, split).areas[0, :, 0]
    assert areas[0] > 0
    assert areas[GIVEN - 1] == 0
    assert areas[-1] > 0.9 * areas[0]


@pytest.mark.parametrize("number", range(4))
def test_dominoes_fall_one_after_another_and_begin_before_the_cut(number: int) -> None:
    found = take("dominoes", number)
    row = [found.groups.index(group) for group in found.facts["row"]]
    down = found.tracks[0, :, row, 1] - found.tracks[0, 0, row, 1][:, None] > 4
    fallen = [int(each.argmax()) if each.any() else 999 for each in down]
    assert fallen == sorted(fallen)
    assert found.contacts[0, :GIVEN].any()
    assert down[-1].any()


@pytest.mark.parametrize("number", range(6))
def test_a_cat_falls_where_its_weight_is_beyond_the_sill(number: int) -> None:
    found = take("ledge", number)
    sill = found.facts["sill"] * 1.28
    for fork in range(3):
        assert (found.tracks[fork, -1, 0, 1] > sill + 4) == found.facts["falls"]


def test_half_of_the_cats_fall() -> None:
    falls = [take("ledge", k).facts["falls"] for k in range(12)]
    assert 2 <= sum(falls) <= 10


@pytest.mark.parametrize("number", range(4))
def test_a_plate_breaks_after_the_cut_and_nothing_of_it_is_lost(number: int) -> None:
    found = take("breaking", number)
    seen = motion.find(found.ahead[0], found.colours)
    assert motion.find(found.given, found.colours).parts.max() == 1
    assert seen.parts[-10:, 0].max() >= 3
    assert found.areas[0, -1, 0] > 0.75 * found.areas[0, 0, 0]


@pytest.mark.parametrize("number", range(3))
def test_what_is_poured_comes_down(number: int) -> None:
    track = take("pouring", number).tracks[0, :, 0, 1]
    assert track[-1] > track[0] + 15


def test_what_is_no_scene_is_refused() -> None:
    with pytest.raises(UsageError, match="inertia"):
        take("levitation")
    with pytest.raises(UsageError, match="gravity"):
        take("static", split="gravity")
    assert size_of("192x108") == (192, 108)
    for wrong in ("big", "10x10", "101x128"):
        with pytest.raises(UsageError, match="192x108"):
            size_of(wrong)
