"""Predictors that know nothing of the world and cost nothing; no model is shown without them.

    freeze       the last frame that was given, for ever
    flow         the optical flow of the last two frames, for ever
    linear       every thing on in a straight line, as fast as it was
    quadratic    every thing on along a parabola
    second       another fork of the same scene: how well one can do without knowing what is hidden

All but the last see what a model sees, the frames that are given, and find things by colour. What
is behind a screen goes on from where it was last seen. The module knows no law.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

import numpy as np

from mingan.grading.motion import find, pictures
from mingan.statistics.special import Floats
from mingan.world.drawing import Pixels
from mingan.world.scenes import AHEAD
from mingan.world.takes import Takes

_LAST = {1: 4, 2: 8}
"""Frames that a line, or a parabola, is laid through."""

Predictor = Callable[[Takes], Pixels]


def freeze(takes: Takes) -> Pixels:
    """(48, H, W, 3)."""
    return np.repeat(takes.given[-1:], AHEAD, axis=0)


def flow(takes: Takes) -> Pixels:
    """(48, H, W, 3)."""
    cv2 = pictures()
    before, last = (cv2.cvtColor(frame, cv2.COLOR_RGB2GRAY) for frame in takes.given[-2:])
    engine = cv2.DISOpticalFlow_create(cv2.DISOPTICAL_FLOW_PRESET_MEDIUM)
    moved: Floats = engine.calc(before, last, None)
    height, width = last.shape
    x, y = np.meshgrid(np.arange(width, dtype=np.float32), np.arange(height, dtype=np.float32))
    found: list[Pixels] = []
    frame: Pixels = takes.given[-1]
    for _ in range(AHEAD):
        frame = cv2.remap(frame, x - moved[..., 0], y - moved[..., 1], cv2.INTER_LINEAR,
                          borderMode=cv2.BORDER_REPLICATE)  # fmt: skip
        found.append(frame)
    whole: Pixels = np.stack(found)
    return whole


def linear(takes: Takes) -> Pixels:
    """(48, H, W, 3)."""
    return _along(takes, 1)


def quadratic(takes: Takes) -> Pixels:
    """(48, H, W, 3)."""
    return _along(takes, 2)


def second(takes: Takes) -> Pixels:
    """(48, H, W, 3)."""
    return np.asarray(takes.ahead[1])


def ceiling(takes: Takes) -> Pixels:
    """(48, H, W, 3): a third fork, which shows what a perfect predictor would get."""
    return np.asarray(takes.ahead[2])


FREE: dict[str, Predictor] = {
    "freeze": freeze, "flow": flow, "linear": linear, "quadratic": quadratic, "second": second,
}  # fmt: skip
"""By name, in the order in which they are shown."""

BEATEN = ("freeze", "flow", "linear", "quadratic")
"""Those that a model must beat; the second take knows what a model cannot."""


def _along(takes: Takes, degree: int) -> Pixels:
    """Things cut out where they were last seen, and laid down along a curve."""

    def curve(frames: np.ndarray, places: Floats) -> Floats:
        part = frames > frames[-1] - _LAST[degree]
        fit = np.polyfit(frames[part], places[part], min(degree, int(part.sum()) - 1))
        later = np.arange(len(takes.given), len(takes.given) + AHEAD)
        return np.stack([np.polyval(fit[:, axis], later) for axis in (0, 1)], axis=1)

    return laid(takes, curve)


class Shown(Protocol):
    """What anybody is shown of a scene: frames, and the colours that things have."""

    @property
    def given(self) -> Pixels:
        """(32, H, W, 3)."""

    @property
    def colours(self) -> Pixels:
        """(g, 3)."""


def laid(shown: Shown, where: Callable[[np.ndarray, Floats], Floats]) -> Pixels:
    """(48, H, W, 3): every thing cut out where it was last seen whole, and laid where it goes.

    Args:
        where: from the frames in which a thing was seen whole, and its places there (k, 2), to its
            places in the 48 frames ahead.
    """
    seen = find(shown.given, shown.colours)
    found: Pixels = np.repeat(_without(shown)[None], AHEAD, axis=0)
    for g in range(len(shown.colours)):
        known = np.flatnonzero(~np.isnan(seen.tracks[:, g, 0]) & (seen.areas[:, g] > 0))
        # Half hidden, a thing's middle is not its own: only frames in which it is whole count.
        whole = known[seen.areas[known, g] >= 0.9 * seen.areas[known, g].max(initial=0)]
        if not whole.size:
            continue
        last = int(whole[-1])
        places = where(whole, seen.tracks[whole, g])
        _lay(found, shown.given[last], _cut(shown, last, g), places - seen.tracks[last, g])
    return found


def _without(shown: Shown) -> Pixels:
    """The picture without its things.

    Every pixel's mean over the given frames in which nothing vivid is near (the background stands
    still); what is covered in all of them is filled in from around it.
    """
    cv2 = pictures()
    kernel = np.ones((5, 5), np.uint8)
    total = np.zeros(shown.given.shape[1:], dtype=np.float32)
    count = np.zeros(shown.given.shape[1:3], dtype=np.float32)
    for frame in shown.given:
        vivid = (cv2.cvtColor(frame, cv2.COLOR_RGB2HSV)[..., 1] > 60).astype(np.uint8)
        free = (cv2.dilate(vivid, kernel) == 0).astype(np.float32)
        total += frame * free[..., None]
        count += free
    empty: Pixels = (total / np.maximum(count, 1)[..., None]).round().astype(np.uint8)
    always = count == 0
    if always.any():
        empty = cv2.inpaint(empty, always.astype(np.uint8), 3, cv2.INPAINT_TELEA)
    return empty


def _cut(shown: Shown, frame: int, g: int) -> Pixels:
    """Pixels of a group in a frame that was given, a little more than it, (H, W) 0 or 255."""
    cv2 = pictures()
    hsv = cv2.cvtColor(shown.given[frame], cv2.COLOR_RGB2HSV)
    want = int(cv2.cvtColor(shown.colours[None, g : g + 1], cv2.COLOR_RGB2HSV)[0, 0, 0])
    away = np.abs(hsv[..., 0].astype(int) - want)
    mine = (np.minimum(away, 180 - away) <= 8) & (hsv[..., 1] > 60)
    wide: Pixels = cv2.dilate(mine.astype(np.uint8) * 255, np.ones((3, 3), np.uint8))
    return wide


def _lay(found: Pixels, source: Pixels, mask: Pixels, moves: Floats) -> None:
    """Lay what a mask cuts out of `source` into every frame, moved."""
    cv2 = pictures()
    left, top, wide, tall = cv2.boundingRect(mask)
    height, width = mask.shape
    # The piece with a pixel of room on every side, in which it moves by less than a pixel.
    piece = cv2.copyMakeBorder(source[top : top + tall, left : left + wide], 1, 1, 1, 1,
                               cv2.BORDER_REPLICATE)  # fmt: skip
    share = cv2.copyMakeBorder(mask[top : top + tall, left : left + wide], 1, 1, 1, 1,
                               cv2.BORDER_CONSTANT, value=0)  # fmt: skip
    for frame, move in zip(found, moves, strict=True):
        whole = np.floor(move)
        dx, dy = move - whole
        x, y = left - 1 + int(whole[0]), top - 1 + int(whole[1])
        x1, y1 = max(x, 0), max(y, 0)
        x2, y2 = min(x + wide + 2, width), min(y + tall + 2, height)
        if x1 >= x2 or y1 >= y2:
            continue
        by = np.array([[1, 0, dx], [0, 1, dy]], dtype=np.float32)
        size = (wide + 2, tall + 2)
        part = cv2.warpAffine(piece, by, size, borderMode=cv2.BORDER_REPLICATE)
        of = cv2.warpAffine(share, by, size).astype(np.float32)[..., None] / 255
        inside = np.s_[y1 - y : y2 - y, x1 - x : x2 - x]
        under = frame[y1:y2, x1:x2]
        frame[y1:y2, x1:x2] = (of[inside] * part[inside] + (1 - of[inside]) * under).astype(
            np.uint8
        )
