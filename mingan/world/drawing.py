"""Poses as pictures: frames that a model sees, and masks that say which group is where.

Frames are drawn with soft edges; masks without, later and nearer things over earlier ones. The
background is a faint grain, the same in all frames of a scene. The module must not know laws.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from mingan.grading.motion import pictures
from mingan.statistics.special import Floats
from mingan.world.scenes import TALL
from mingan.world.stage import Thing

Pixels = npt.NDArray[np.uint8]
"""Frames (T, H, W, 3), red, green, blue; or masks (T, H, W)."""

NOTHING = 255
"""In a mask: no group."""

_SHIFT = 5
"""Bits of a pixel's fraction in drawn places."""


def background(size: tuple[int, int], seed: int) -> Pixels:
    """(H, W, 3): light, with a faint grain."""
    width, height = size
    rng = np.random.default_rng([seed, 99])
    coarse = rng.normal(0, 1, (height // 8 + 2, width // 8 + 2)).astype(np.float32)
    grain = pictures().resize(coarse, (width, height), interpolation=pictures().INTER_CUBIC)
    light: Pixels = np.clip(232 + 3 * grain, 0, 255).astype(np.uint8)
    return light[..., None].repeat(3, axis=2)


def draw(
    things: Sequence[Thing], poses: Floats, size: tuple[int, int], seed: int
) -> tuple[Pixels, Pixels]:
    """Frames (T, H, W, 3) and masks (T, H, W) of a run.

    Args:
        poses: (T, things, 4), see `stage.play`.
    """
    cv2, empty = pictures(), background(size, seed)
    scale, height, width = size[1] / TALL, size[1], size[0]
    order = sorted(range(len(things)), key=lambda k: things[k].depth)
    frames = np.broadcast_to(empty, (len(poses), height, width, 3)).copy()
    masks = np.full((len(poses), height, width), NOTHING, dtype=np.uint8)
    for frame, mask, pose in zip(frames, masks, poses, strict=True):
        for k in order:
            if pose[k, 3]:
                _draw_one(cv2, frame, mask, things[k], pose[k], scale)
    return frames, masks


def _draw_one(
    cv2: Any, frame: Pixels, mask: Pixels, thing: Thing, pose: Floats, scale: float
) -> None:
    group = NOTHING if thing.fixed else thing.group
    one = 1 << _SHIFT
    # A pixel's middle is at half: a place in the world is a corner's, a pixel's is its middle's.
    if thing.corners is None:
        middle = tuple(round(float(v * scale - 0.5) * one) for v in pose[:2])
        radius = round(thing.radius * scale * one)
        cv2.circle(frame, middle, radius, thing.colour, -1, cv2.LINE_AA, _SHIFT)
        cv2.circle(mask, middle, radius, group, -1, cv2.LINE_8, _SHIFT)
        return
    cos, sin = np.cos(pose[2]), np.sin(pose[2])
    turned = thing.corners @ np.array([[cos, sin], [-sin, cos]]) + pose[:2]
    outline = np.round((turned * scale - 0.5) * one).astype(np.int32)[None]
    cv2.fillPoly(frame, outline, thing.colour, cv2.LINE_AA, _SHIFT)
    cv2.fillPoly(mask, outline, group, cv2.LINE_8, _SHIFT)
