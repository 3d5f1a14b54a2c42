"""A scene played and drawn: what is given, and how it goes on in every fork.

    takes = play_scene(scene)        takes.given, takes.ahead[0] the target, [1] and [2] forks

All forks share what is given, to the pixel: the scene is played anew for each, and hidden noise
comes in at the cut. With the frames come masks and, for every group, how many pixels of it are
seen, and where their middle is. The module must not know what a model makes of it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from mingan.errors import UsageError
from mingan.language import Text
from mingan.statistics.special import Floats
from mingan.world.drawing import NOTHING, Pixels, draw
from mingan.world.laws import LAWS
from mingan.world.scenes import FORKS, GIVEN, Scene
from mingan.world.stage import play


@dataclass(frozen=True, slots=True, kw_only=True)
class Takes:
    """A scene's frames and what is true of them.

    Attributes:
        given: (32, H, W, 3) frames; `given_masks` (32, H, W).
        ahead: (K, 48, H, W, 3) frames of the forks; `masks` (K, 48, H, W).
        groups: numbers of what is tracked; `colours` (g, 3) theirs.
        tracks: (K, 80, g, 2) middle of a group's seen pixels, in pixels; NaN where none is seen.
        areas: (K, 80, g) seen pixels.
        whole: (g,) pixels of a group that nothing hides, as it began.
        contacts: (K, 80) whether anything touches anything else it did not touch before.
        facts: numbers about the scene that rulers need.
        told: the sentence that says how the law changes at the cut; None where it does not.
    """

    scene: Scene
    given: Pixels
    given_masks: Pixels
    ahead: Pixels
    masks: Pixels
    groups: tuple[int, ...]
    colours: Pixels
    tracks: Floats
    areas: Floats
    whole: Floats
    contacts: np.ndarray
    facts: dict[str, Any]
    told: Text | None = None


def play_scene(scene: Scene, *, forks: int = FORKS) -> Takes:
    """Play and draw a scene.

    Raises:
        UsageError: there is no such law, or the law has no such split.
        MissingExtraError: engine or pictures are not installed.
    """
    law = LAWS.get(scene.law)
    if law is None or scene.split not in law.splits:
        raise UsageError(
            f"没有 {scene.law}（{scene.split}）这样的场景；有的是：{_known()}。",
            f"There is no scene {scene.law} ({scene.split}); there are {_known()}.",
        )
    frames, masks, contacts, stages = [], [], [], []
    for fork in range(forks):
        # The target is a fork like the others: none of them is the one without noise.
        stage, poses, touching = play(lambda: law.build(scene), scene.draw(fork))
        drawn = draw(stage.things, poses, scene.size, scene.seed)
        frames.append(drawn[0])
        masks.append(drawn[1])
        contacts.append(touching)
        stages.append(stage)
    things = [thing for thing in stages[0].things if not thing.fixed]
    colour = {thing.group: thing.colour for thing in things}
    groups = tuple(sorted(colour))
    seen = np.stack(masks)
    tracks, areas = look(seen, groups)
    scale = scene.size[1] / 100.0
    whole = [
        scale**2 * sum(thing.area for thing in things if thing.group == group and thing.there)
        for group in groups
    ]
    return Takes(
        scene=scene, given=frames[0][:GIVEN], given_masks=masks[0][:GIVEN],
        ahead=np.stack([each[GIVEN:] for each in frames]), masks=seen[:, GIVEN:], groups=groups,
        colours=np.array([colour[group] for group in groups], dtype=np.uint8), tracks=tracks,
        areas=areas, whole=np.array(whole), contacts=np.stack(contacts), facts=stages[0].facts,
        told=stages[0].told.said if stages[0].told else None,
    )  # fmt: skip


def look(masks: Pixels, groups: tuple[int, ...]) -> tuple[Floats, Floats]:
    """Middles (K, T, g, 2) and sizes (K, T, g) of groups in masks (K, T, H, W)."""
    k, t, height, width = masks.shape
    tracks = np.full((k * t, len(groups), 2), np.nan)
    areas = np.zeros((k * t, len(groups)))
    for row, mask in enumerate(masks.reshape(k * t, height, width)):
        y, x = np.nonzero(mask != NOTHING)
        of = mask[y, x]
        counts = np.bincount(of, minlength=NOTHING)
        across = np.bincount(of, weights=x, minlength=NOTHING)
        down = np.bincount(of, weights=y, minlength=NOTHING)
        for place, group in enumerate(groups):
            if counts[group]:
                areas[row, place] = counts[group]
                tracks[row, place] = across[group] / counts[group], down[group] / counts[group]
    return tracks.reshape(k, t, len(groups), 2), areas.reshape(k, t, len(groups))


def _known() -> str:
    return ", ".join(f"{law.name} ({'/'.join(law.splits)})" for law in LAWS.values())
