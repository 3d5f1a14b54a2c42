"""Shapes in masks: connected patches, bounding boxes, filled shapes, and how far two agree.

A mask is an array of true and false, one a pixel; a box is [x0, y0, x1, y1] in shares of width
and height with y downwards. This module knows nothing of SVG, colours or checks.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from mingan.grading.drawing.colours import Mask

SPECK = 0.0006
"""Share of the picture below which a patch is a speck (some 40 of 256 × 256 pixels)."""

_SOLID = 0.25
"""Share of a patch's pixels that must be corners of full 2 × 2 squares: the one-pixel rims where
two colours blend have none, even the thinnest strokes have some."""

Box = Sequence[float]


@dataclass(frozen=True, slots=True)
class Patch:
    """One connected patch: its runs of pixels as (row, first column, column after the last)."""

    runs: tuple[tuple[int, int, int], ...]

    @property
    def area(self) -> int:
        """Pixels in it."""
        return sum(end - start for _, start, end in self.runs)


def patches(mask: Mask) -> list[Patch]:
    """The connected patches (corners touch, too) that are neither specks nor mere rims."""
    solid = np.zeros(mask.shape, np.int64)
    solid[:-1, :-1] = mask[:-1, :-1] & mask[1:, :-1] & mask[:-1, 1:] & mask[1:, 1:]
    summed = np.pad(solid.cumsum(axis=1), ((0, 0), (1, 0)))
    found = []
    for patch in _connected(mask):
        area = patch.area
        full = sum(int(summed[row, end] - summed[row, start]) for row, start, end in patch.runs)
        if area >= SPECK * mask.size and full >= _SOLID * area:
            found.append(patch)
    return found


def without_specks(mask: Mask) -> Mask:
    """The mask with only those patches that `patches` finds."""
    kept = np.zeros(mask.shape, np.bool_)
    for patch in patches(mask):
        for row, start, end in patch.runs:
            kept[row, start:end] = True
    return kept


def _connected(mask: Mask) -> list[Patch]:
    """All connected patches: runs of each row, joined with the runs that they touch above."""
    runs: list[tuple[int, int, int]] = []
    parent: list[int] = []
    above: list[int] = []
    for row in range(mask.shape[0]):
        edges = np.flatnonzero(np.diff(np.concatenate(([0], mask[row].view(np.int8), [0]))))
        here = []
        for start, end in zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True):
            place = len(runs)
            runs.append((row, start, end))
            parent.append(place)
            here.append(place)
            for other in above:
                if runs[other][1] <= end and runs[other][2] >= start:
                    parent[_root(parent, other)] = _root(parent, place)
        above = here
    groups: dict[int, list[tuple[int, int, int]]] = {}
    for place, run in enumerate(runs):
        groups.setdefault(_root(parent, place), []).append(run)
    return [Patch(tuple(group)) for group in groups.values()]


def _root(parent: list[int], place: int) -> int:
    while parent[place] != place:
        parent[place] = parent[parent[place]]
        place = parent[place]
    return place


def bounds(mask: Mask) -> list[float] | None:
    """The bounding box of a mask; None where it is empty."""
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    if not len(rows):
        return None
    height, width = mask.shape
    return [
        float(columns[0] / width), float(rows[0] / height),
        float((columns[-1] + 1) / width), float((rows[-1] + 1) / height),
    ]  # fmt: skip


def boxes_agree(one: Box, other: Box) -> float:
    """Intersection over union of two boxes, 0 to 1."""
    wide = max(0.0, min(one[2], other[2]) - max(one[0], other[0]))
    high = max(0.0, min(one[3], other[3]) - max(one[1], other[1]))
    areas = sum((box[2] - box[0]) * (box[3] - box[1]) for box in (one, other))
    return wide * high / (areas - wide * high)


def masks_agree(one: Mask, other: Mask) -> float:
    """Intersection over union of two masks, 0 to 1; 0 for two empty ones."""
    union = int((one | other).sum())
    return float((one & other).sum() / union) if union else 0.0


def cut(mask: Mask, box: Box) -> Mask:
    """The part of a mask inside a box, at least one pixel."""
    height, width = mask.shape
    left, top = round(box[0] * width), round(box[1] * height)
    right, bottom = round(box[2] * width), round(box[3] * height)
    left, top = min(left, width - 1), min(top, height - 1)
    return mask[top : max(bottom, top + 1), left : max(right, left + 1)]


def grown(box: Box, by: float) -> list[float]:
    """A box with `by` of its width and height more on each side, as far as the picture goes."""
    wide, high = by * (box[2] - box[0]), by * (box[3] - box[1])
    return [
        max(0.0, box[0] - wide), max(0.0, box[1] - high),
        min(1.0, box[2] + wide), min(1.0, box[3] + high),
    ]  # fmt: skip


def filled(shape: str, box: Box, size: tuple[int, int], hole: float = 0.0) -> Mask:
    """The filled rect, circle (an ellipse, with a hole of that share) or triangle in a box.

    `size` is (height, width) of the picture in pixels. The triangle has its apex at the top.
    """
    height, width = size
    x = (np.arange(width) + 0.5) / width
    y = ((np.arange(height) + 0.5) / height)[:, None]
    middle, half = (box[0] + box[2]) / 2, (box[2] - box[0]) / 2
    across = np.abs(x - middle) / half
    down = (y - box[1]) / (box[3] - box[1])
    inside = (down >= 0) & (down <= 1)
    if shape == "rect":
        return np.asarray(inside & (across <= 1))
    if shape == "triangle":
        return np.asarray(inside & (across <= down))
    radius = across**2 + (2 * down - 1) ** 2
    return np.asarray((radius <= 1) & (radius >= hole**2))
