"""Rulers for a continued clip, each a pure function of frames or tracks.

Four measures of Physics-IQ (Motamed et al., arXiv 2501.09038; code google-deepmind/physics-IQ-
benchmark) compare where and when pixels move, and are set against how far two takes of the same
scene differ. Two faults of the published score are known, and answered here: frames in which
nothing moves in either clip count as agreement, which pays a clip that freezes, so the second
measure is also taken over frames with motion alone; and what moves may be no object any more, so
tracks of objects are measured beside it (position, velocity, permanence, what is there too much).
Invariants say whether energy, momentum, area, the order of falls and support are kept, which holds
where the exact course is chaotic. The module knows no scene and no model.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
import numpy.typing as npt

from mingan.errors import MissingExtraError
from mingan.statistics.special import Floats

Frames = npt.NDArray[np.uint8]
"""(T, H, W, 3)."""

Masks = npt.NDArray[np.bool_]
"""(T, H, W)."""

THRESHOLD = 10
"""Grey levels by which a pixel must differ from the running mean to have moved."""

_KEEP, _SIZE = 0.7, 5

_NEAR = 8
"""Degrees of hue, of 180, within which a pixel is of a group."""

LOST = math.sqrt(2)
"""Position error, in widths, of a frame in which an object that is seen is not found."""


@dataclass(frozen=True, slots=True)
class Measures:
    """The four measures of one clip against another, and the second one over moving frames.

    Attributes:
        spatial: overlap of where anything ever moved.
        spatiotemporal: mean overlap, frame by frame; 1 where neither moves (as published).
        moving: the same over frames in which either moves; 1 where there is none.
        weighted: overlap of how much each pixel moved.
        error: mean squared difference of pixels in [0, 1].
    """

    spatial: float
    spatiotemporal: float
    moving: float
    weighted: float
    error: float


def motion_masks(frames: Frames) -> Masks:
    """Where something moves: (T, H, W) of (T, H, W, 3).

    Grey, smoothed (5 x 5), against a running mean A = .7 A + .3 grey; a difference above 10 counts,
    opened and closed by 5 x 5. The first frame has none.
    """
    cv2 = pictures()
    kernel = np.ones((_SIZE, _SIZE), np.uint8)
    grey = [cv2.cvtColor(frame, cv2.COLOR_RGB2GRAY) for frame in frames]
    smooth = [cv2.GaussianBlur(each, (_SIZE, _SIZE), 0).astype(np.float32) for each in grey]
    mean = smooth[0]
    found = np.zeros(frames.shape[:3], dtype=bool)
    for t in range(1, len(smooth)):
        mean = _KEEP * mean + (1 - _KEEP) * smooth[t]
        moved = (np.abs(smooth[t] - mean) > THRESHOLD).astype(np.uint8)
        if moved.any():
            moved = cv2.morphologyEx(moved, cv2.MORPH_OPEN, kernel)
            found[t] = cv2.morphologyEx(moved, cv2.MORPH_CLOSE, kernel) > 0
    return found


def measure(one: Frames, other: Frames, moved_one: Masks, moved_other: Masks) -> Measures:
    """The measures of two clips of one shape, with their masks.

    Raises:
        ValueError: the clips differ in shape.
    """
    if one.shape != other.shape or moved_one.shape != moved_other.shape:
        raise ValueError("clips must have one shape")
    both = (moved_one & moved_other).sum(axis=(1, 2))
    either = (moved_one | moved_other).sum(axis=(1, 2))
    each = np.where(either > 0, both / np.maximum(either, 1), 1.0)
    moving = each[either > 0]
    a, b = moved_one.mean(axis=0), moved_other.mean(axis=0)
    difference = one.astype(np.float32) - other.astype(np.float32)
    return Measures(
        spatial=_overlap(np.asarray(moved_one.any(axis=0)), np.asarray(moved_other.any(axis=0))),
        spatiotemporal=float(each.mean()), moving=float(moving.mean()) if moving.size else 1.0,
        weighted=_overlap(a, b), error=float(np.mean((difference / 255) ** 2)),
    )  # fmt: skip


def _overlap(a: npt.NDArray[Any], b: npt.NDArray[Any]) -> float:
    union = np.maximum(a, b).sum()
    return float(np.minimum(a, b).sum() / union) if union else 1.0


def pooled(each: Sequence[Measures]) -> Measures:
    """Means over the clips of one law; laws are never pooled before scores are taken."""
    names = [field.name for field in fields(Measures)]
    return Measures(**{name: float(np.mean([getattr(m, name) for m in each])) for name in names})


def physics_iq(found: Measures, takes: Measures, *, published: bool = False) -> float:
    """A score in [0, 100] of pooled measures against those between two takes.

        100 clip((S / V_S + ST / V_ST + WS / V_WS) / 3 - (error - V_error), 0, 1)

    Args:
        takes: the measures between two takes of the same scenes.
        published: with the second measure as published, empty frames and all.
    """
    when, by = (
        (found.spatiotemporal, takes.spatiotemporal) if published else (found.moving, takes.moving)
    )
    ratios = [
        _over(found.spatial, takes.spatial), _over(when, by), _over(found.weighted, takes.weighted),
    ]  # fmt: skip
    return 100 * float(np.clip(np.mean(ratios) - (found.error - takes.error), 0, 1))


def _over(value: float, by: float) -> float:
    """A measure over that between takes; where takes do not overlap at all, none can be asked."""
    return min(value / by, 1.0) if by > 0 else 1.0


# --- tracks -------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """Objects found in a clip, by colour.

    Attributes:
        tracks: (T, g, 2) middles in pixels; NaN where none is found.
        areas: (T, g) pixels of every group together.
        parts: (T, g) pieces of some size, of each group.
    """

    tracks: Floats
    areas: Floats
    parts: npt.NDArray[np.int64]


def find(frames: Frames, colours: npt.NDArray[np.uint8], *, least: int = 6) -> Seen:
    """Look for groups by their hues, as anybody could who only has the clip.

    Args:
        colours: (g, 3) of the groups, each of its own hue.
        least: pixels that a piece must have to count.
    """
    cv2 = pictures()
    wanted = cv2.cvtColor(colours[None], cv2.COLOR_RGB2HSV)[0, :, 0].astype(int)
    away = np.abs(np.arange(180)[:, None] - wanted)
    away = np.minimum(away, 180 - away)
    group = np.where(away.min(axis=1) <= _NEAR, away.argmin(axis=1), len(colours)).astype(np.uint8)
    group = np.append(group, np.full(76, len(colours), np.uint8))
    shape = (len(frames), len(colours))
    tracks, areas = np.full((*shape, 2), np.nan), np.zeros(shape)
    parts = np.zeros(shape, dtype=np.int64)
    for t, frame in enumerate(frames):
        hue, vivid, bright = cv2.split(cv2.cvtColor(frame, cv2.COLOR_RGB2HSV))
        of = cv2.LUT(hue, group)
        of[(vivid <= 110) | (bright <= 60)] = len(colours)
        there = np.bincount(of.ravel(), minlength=len(colours) + 1)
        for g in np.flatnonzero(there[:-1] >= least):
            mine = (of == g).astype(np.uint8)
            left, top, wide, tall = cv2.boundingRect(mine)
            mine = mine[top : top + tall, left : left + wide]
            count, _, stats, middles = cv2.connectedComponentsWithStats(mine)
            middles = middles + np.array([left, top])
            sizes = stats[1:count, cv2.CC_STAT_AREA]
            kept = sizes >= least
            if kept.any():
                areas[t, g] = sizes[kept].sum()
                parts[t, g] = int(kept.sum())
                tracks[t, g] = (middles[1:count][kept] * sizes[kept, None]).sum(0) / areas[t, g]
    return Seen(tracks=tracks, areas=areas, parts=parts)


def position_error(
    found: Floats, true: Floats, *, width: float, seen: Masks | None = None
) -> float:
    """Mean distance of tracks (T, g, 2), in widths of the picture, where the truth is seen.

    A frame in which a group is seen and not found costs the diagonal of a square, `LOST`.

    Args:
        seen: (T, g) where the truth counts; by default wherever it has a place.
    """
    apart = apart_by_frame(found, true, width=width, seen=seen)
    there = ~np.isnan(apart)
    return float(apart[there].mean()) if there.any() else 0.0


def apart_by_frame(
    found: Floats, true: Floats, *, width: float, seen: Masks | None = None
) -> Floats:
    """Distances (T, g) in widths of the picture, as `position_error` takes them; else NaN."""
    there = ~np.isnan(true[..., 0]) if seen is None else seen
    apart = np.hypot(*np.moveaxis(found - true, -1, 0)) / width
    return np.where(there, np.where(np.isnan(apart), LOST, apart), np.nan)


def velocity_error(found: Floats, true: Floats, *, fps: float, width: float) -> float:
    """Mean |v - v'| in widths a second, where both are found twice on end; NaN where never."""
    apart = np.diff(found, axis=0) - np.diff(true, axis=0)
    speed = np.hypot(*np.moveaxis(apart, -1, 0)) * fps / width
    return float(np.nanmean(speed)) if not np.isnan(speed).all() else math.nan


def permanence(areas: Floats, true: Floats, *, least: float = 6.0) -> float:
    """Share of frames, of all groups, in which what is seen has half to twice its true area.

    Args:
        areas, true: (T, g) pixels; a group counts where the truth has `least` or more.
    """
    there = true >= least
    if not there.any():
        return 1.0
    return float(((areas >= 0.5 * true) & (areas <= 2 * true))[there].mean())


def spurious(parts: npt.NDArray[np.int64], true: npt.NDArray[np.int64]) -> float:
    """Pieces too many, of all groups, over the pieces that there are: 0 where there is none."""
    extra = np.maximum(parts - true, 0).sum()
    return float(extra / max(int(true.sum()), 1))


# --- what stays the same ------------------------------------------------------------------------


def energy_drift(track: Floats, *, fps: float, gravity: float) -> float:
    """How far the energy of a thing that falls or swings freely strays, over what it moves.

    The spread of v^2 / 2 - g y around its median, over the spread of g y and v^2 / 2 together: 0
    where energy is kept. NaN with fewer than four frames, or where nothing moves.

    Args:
        track: (T, 2) in one unit; y counts downwards. `gravity` in it, a second squared, downwards.
    """
    if len(track) < 4 or np.isnan(track).any():
        return math.nan
    speed = (track[2:] - track[:-2]) * fps / 2
    moving, high = 0.5 * (speed**2).sum(axis=1), -gravity * track[1:-1, 1]
    whole = moving + high
    usual = float(np.ptp(moving) + np.ptp(high))
    return float(np.abs(whole - np.median(whole)).mean() / usual) if usual > 0 else math.nan


def momentum_change(
    tracks: Floats, masses: Sequence[float], *, fps: float, before: slice, after: slice
) -> float:
    """Change of momentum across a collision, over the sum of what each body carried before it.

    Args:
        tracks: (T, g, 2); `before` and `after` frames on either side.
    """
    weight = np.asarray(masses, float)[:, None]

    def carried(part: slice) -> Floats:
        piece = tracks[part]
        return np.asarray(weight * (piece[-1] - piece[0]) * fps / max(len(piece) - 1, 1))

    one, other = carried(before), carried(after)
    usual = float(np.hypot(one[:, 0], one[:, 1]).sum())
    apart = (other - one).sum(axis=0)
    return float(np.hypot(*apart) / usual) if usual > 0 else math.nan


def area_change(areas: Floats) -> float:
    """Mean share by which a group's area (T,) strays from what it was in the first frame."""
    first = float(areas[0])
    return float(np.abs(areas - first).mean() / first) if first > 0 else math.nan


def fall_order(found: Floats, true: Floats, *, drop: float) -> float:
    """Kendall's tau of the order in which groups fall in two clips; NaN with fewer than two falls.

    Args:
        found, true: (T, g, 2) tracks; a group has fallen when its middle is `drop` lower than at
            first. One that never falls in the found clip counts as last.
    """

    def times(tracks: Floats) -> Floats:
        with np.errstate(invalid="ignore"):
            down = tracks[..., 1] - tracks[:1, :, 1] > drop
        return np.where(down.any(axis=0), down.argmax(axis=0), len(tracks)).astype(float)

    a, b = times(found), times(true)
    fallen = b < len(true)
    a, b = a[fallen], b[fallen]
    if len(a) < 2:
        return math.nan
    signs = np.sign(a[:, None] - a) * np.sign(b[:, None] - b)
    pairs = np.triu(np.ones_like(signs), 1) * (b[:, None] != b)
    return float((signs * pairs).sum() / pairs.sum()) if pairs.sum() else math.nan


def skill(score: float, free: float) -> float:
    """What a score is above the best free one, over what there is to gain; below 0 if worse."""
    return (score - free) / (100 - free) if free < 100 else math.nan


def pictures() -> Any:
    """OpenCV.

    Raises:
        MissingExtraError: it is not installed.
    """
    try:
        import cv2
    except ImportError:
        raise MissingExtraError(
            "画面要 OpenCV，请先安装：pip install 'mingan[world]'",
            "Pictures take OpenCV; install: pip install 'mingan[world]'",
        ) from None
    cv2.setNumThreads(1)  # its threads cost more than they bring on pictures this small
    return cv2
