"""One continued clip against the truth, and all clips of a law together.

    found = look_at(takes, frames)             one clip
    table = by_law(clips)                      a row for each law, split and predictor

A score is where and when things move, against two takes of the same scene (`motion.physics_iq`),
times the share of objects that are still themselves, less what is there too much. So neither a
picture that stands still nor one whose objects melt can have a good one. A chaotic law is judged by
what stays the same and whether as much happens, not by the exact course. Laws are never pooled
before they are scored. The module must not know where clips come from.
"""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable, Sequence
from dataclasses import astuple, dataclass, replace

import numpy as np

from mingan.grading import motion
from mingan.grading.motion import Masks, Measures, Seen
from mingan.statistics.special import Floats
from mingan.world.baselines import BEATEN
from mingan.world.drawing import Pixels
from mingan.world.laws import LAWS
from mingan.world.scenes import FPS, GIVEN, Scene
from mingan.world.takes import Takes

CEILING = "ceiling"
"""The third fork, scored like a model."""

LEAST = 8.0
"""Pixels of a group that must be seen for it to count."""

_DRAWS, _SEED = 400, 20240415


@dataclass(frozen=True, slots=True, kw_only=True)
class Truth:
    """What clips of a scene are held against; made once and used for every predictor.

    Attributes:
        frames, moved: the target's frames and motion.
        takes: measures of the second take against it.
        found: objects in the target as the parser finds them: its floor.
        second: and in the second take.
        own: what the invariants are in the target itself as the parser sees it: no rule is kept
            better than that (shards hide one another, grains leave the picture).
        seen: (48, g) where a group is seen well enough to count.
    """

    scene: Scene
    takes: Measures
    frames: Pixels
    moved: Masks
    found: Seen
    second: Seen
    seen: Masks
    source: Takes
    own: dict[str, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Clip:
    """One continuation, measured.

    Attributes:
        measures, takes: against the target, and of the second take against it.
        position, velocity: errors, in widths and widths a second; NaN where the law is chaotic.
        floor: position error of the parser on the target itself.
        kept, extra: permanence and what is there too much; `kept_take`, `extra_take` of the second.
        happens: how much moves, against the target: 1 as much, 0 nothing (or without end).
        invariants: by name, 1 where kept as well as in the target, 0 where not at all.
    """

    scene: Scene
    predictor: str
    measures: Measures
    takes: Measures
    position: float
    velocity: float
    floor: float
    kept: float
    extra: float
    kept_take: float
    extra_take: float
    happens: float
    invariants: dict[str, float]


def truth_of(takes: Takes) -> Truth:
    """The target of a scene, looked at."""
    frames = takes.ahead[0]
    moved, other = motion.motion_masks(frames), motion.motion_masks(takes.ahead[1])
    bare = Truth(
        scene=takes.scene, frames=frames, moved=moved, source=takes,
        takes=motion.measure(takes.ahead[1], frames, other, moved),
        found=motion.find(frames, takes.colours), second=motion.find(takes.ahead[1], takes.colours),
        seen=takes.areas[0, GIVEN:] >= np.maximum(LEAST, 0.25 * takes.whole), own={},
    )  # fmt: skip
    return replace(bare, own=_rules(bare, bare.found))


def look_at(truth: Truth, frames: Pixels, predictor: str) -> Clip:
    """Measure one continuation of (48, H, W, 3) frames."""
    moved = motion.motion_masks(frames)
    found = motion.find(frames, truth.source.colours)
    true, width = truth.source.tracks[0, GIVEN:], float(truth.scene.size[0])
    law, seen = LAWS[truth.scene.law], truth.seen
    place = motion.position_error(found.tracks, true, width=width, seen=seen)
    masked = np.where(seen[..., None], true, np.nan)
    areas = np.where(seen, truth.found.areas, 0.0)
    return Clip(
        scene=truth.scene, predictor=predictor,
        measures=motion.measure(frames, truth.frames, moved, truth.moved), takes=truth.takes,
        position=math.nan if law.chaotic else place,
        velocity=math.nan if law.chaotic else motion.velocity_error(
            found.tracks, masked, fps=FPS, width=width),
        floor=motion.position_error(truth.found.tracks, true, width=width, seen=seen),
        kept=motion.permanence(found.areas, areas), extra=_extra(truth, found),
        kept_take=motion.permanence(truth.second.areas, areas),
        extra_take=_extra(truth, truth.second), happens=_as_much(moved, truth.moved),
        invariants=_invariants(truth, found),
    )  # fmt: skip


def _extra(truth: Truth, found: Seen) -> float:
    """Pieces of groups that are one body; grains and shards are as many as they are."""
    single = np.array([
        truth.scene.law not in ("pouring", "breaking") for _ in truth.source.groups
    ])  # fmt: skip
    if not single.any():
        return 0.0
    true = np.where(truth.seen, np.maximum(truth.found.parts, 1), 0)
    # A group behind a screen may be drawn by nobody: one piece of it is one too many.
    return motion.spurious(found.parts[:, single], true[:, single])


def _as_much(one: Masks, other: Masks) -> float:
    a, b = float(one.sum()), float(other.sum())
    return min(a, b) / max(a, b) if max(a, b) > 0 else 1.0


# --- invariants ---------------------------------------------------------------------------------


def _invariants(truth: Truth, found: Seen) -> dict[str, float]:
    return {
        name: min(1.0, value / truth.own[name])
        for name, value in _rules(truth, found).items() if truth.own.get(name, 0.0) > 0
    }  # fmt: skip


def _rules(truth: Truth, found: Seen) -> dict[str, float]:
    rule = _RULES.get(truth.scene.law)
    told = rule(truth, found) if rule else {}
    return {name: float(np.clip(value, 0, 1)) for name, value in told.items()
            if not math.isnan(value)}  # fmt: skip


def _energy(truth: Truth, found: Seen) -> dict[str, float]:
    """Energy of what falls or swings, until the first contact."""
    touched = np.flatnonzero(truth.source.contacts[0, GIVEN:])
    until = int(touched[0]) if touched.size else len(found.tracks)
    scale = truth.scene.size[1] / 100.0
    drift = motion.energy_drift(
        found.tracks[:until, 0], fps=FPS, gravity=scale * truth.source.facts["gravity"]
    )
    return {"energy": math.nan if until < 6 else 1 - drift if not math.isnan(drift) else 0.0}


def _momentum(truth: Truth, found: Seen) -> dict[str, float]:
    meets = int((truth.source.facts["meets"]) * FPS) - GIVEN
    masses = [truth.source.facts["masses"][group] for group in truth.source.groups]
    if not 3 <= meets <= len(found.tracks) - 8:
        return {}
    change = motion.momentum_change(
        found.tracks, masses, fps=FPS, before=slice(0, meets - 1), after=slice(meets + 3, meets + 8)
    )
    return {"momentum": 0.0 if math.isnan(change) else 1 - change}


def _order(truth: Truth, found: Seen) -> dict[str, float]:
    # Fallen as a domino falls: its middle comes down by a quarter of what it was high.
    row = [truth.source.groups.index(group) for group in truth.source.facts["row"]]
    tall = float(np.sqrt(truth.source.whole[row].mean() * 8))
    first = truth.source.tracks[0, :1, row].transpose(1, 0, 2)
    found_row = np.concatenate([first, found.tracks[:, row]])
    true_row = np.concatenate([first, truth.source.tracks[0, GIVEN:][:, row]])
    tau = motion.fall_order(found_row, true_row, drop=0.2 * tall)
    return {"order": math.nan if math.isnan(tau) else (1 + tau) / 2}


def _area(truth: Truth, found: Seen) -> dict[str, float]:
    """What there is stays as much, group by group."""
    begun = truth.source.areas[0, GIVEN - 1]
    changes = [
        motion.area_change(np.concatenate([[first], found.areas[:, g]]))
        for g, first in enumerate(begun) if first > 0
    ]  # fmt: skip
    return {"area": 1 - float(np.mean(changes)) if changes else math.nan}


def _pieces(truth: Truth, found: Seen) -> dict[str, float]:
    """As many pieces at the end as in truth: what broke stays broken."""
    a, b = float(found.parts[-8:, 0].mean()), float(truth.found.parts[-8:, 0].mean())
    return _area(truth, found) | {"pieces": min(a, b) / max(a, b) if max(a, b) > 0 else 1.0}


def _comes_to_rest(truth: Truth, found: Seen) -> dict[str, float]:
    """Where all of it is in the end, in heights of the picture; a fall of half of it is all."""
    last, true = found.tracks[-1, :, 1], truth.source.tracks[0, -1, :, 1]
    apart = np.abs(last - true) / truth.scene.size[1]
    known = apart[~np.isnan(true)]
    known = np.where(np.isnan(known), 1.0, known)
    return _area(truth, found) | {"rest": 1 - 2 * float(known.mean()) if known.size else math.nan}


def _support(truth: Truth, found: Seen) -> dict[str, float]:
    """Whether it falls where it must and stays where it can."""
    sill = truth.source.facts["sill"] * truth.scene.size[1] / 100.0
    last = found.tracks[-1, 0, 1]
    fell = math.nan if math.isnan(last) else last > sill + 4
    return {"support": float(fell == truth.source.facts["falls"])}


_RULES: dict[str, Callable[[Truth, Seen], dict[str, float]]] = {
    "static": _area, "parabola": _energy, "pendulum": _energy, "collision": _momentum,
    "dominoes": _order, "tower": _comes_to_rest, "breaking": _pieces, "pouring": _comes_to_rest,
    "ledge": _support, "occlusion": _area, "inertia": _area,
}  # fmt: skip


# --- all clips of a law -------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class LawScore:
    """A predictor on the scenes of one law and split.

    Attributes:
        score, low, high: in [0, 100] with its 95 % interval over scenes.
        published: Physics-IQ's own score on the same clips.
        position … extra: means; `floor` of the parser. NaN where not taken.
        invariants: means by name.
        skill: over the best free baseline; NaN without one.
        clips: how many.
    """

    law: str
    split: str
    predictor: str
    score: float
    low: float
    high: float
    published: float
    position: float
    velocity: float
    floor: float
    kept: float
    extra: float
    happens: float
    invariants: dict[str, float]
    skill: float
    clips: int


def score_of(clips: Sequence[Clip]) -> float:
    """The score of clips of one law, in [0, 100]."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # no clip has an invariant
        means = np.nanmean(_columns(clips), axis=0)
    return _score(means, clips[0].scene.law)


def _columns(clips: Sequence[Clip]) -> Floats:
    """(clips, 16): what a score rests on, of which means are taken over the clips of a law."""
    return np.array([
        (c.kept, c.extra, c.kept_take, c.extra_take, c.happens,
         float(np.mean(list(c.invariants.values()))) if c.invariants else math.nan,
         *astuple(c.measures), *astuple(c.takes))
        for c in clips
    ])  # fmt: skip


def _score(means: Floats, law: str) -> float:
    kept, extra, kept_take, extra_take, happens, same = means[:6].tolist()
    whole = min(1.0, kept / max(kept_take, 1e-9)) / (1 + max(0.0, extra - extra_take))
    if LAWS[law].chaotic:
        return float(100 * whole * happens * (1.0 if math.isnan(same) else same))
    return float(whole) * motion.physics_iq(Measures(*means[6:11]), Measures(*means[11:]))


def by_law(clips: Sequence[Clip]) -> tuple[LawScore, ...]:
    """A row for each law, split and predictor, laws in their order."""
    groups: dict[tuple[str, str, str], list[Clip]] = {}
    for clip in clips:
        groups.setdefault((clip.scene.law, clip.scene.split, clip.predictor), []).append(clip)
    scores = {key: score_of(each) for key, each in groups.items()}
    rows = []
    for (law, split, predictor), each in groups.items():
        free = [scores[law, split, name] for name in BEATEN if (law, split, name) in scores
                and name != predictor]  # fmt: skip
        rows.append(_row(each, scores[law, split, predictor], max(free, default=math.nan)))
    order = {name: place for place, name in enumerate(LAWS)}
    return tuple(sorted(rows, key=lambda row: (order[row.law], row.split)))


def _row(clips: Sequence[Clip], score: float, free: float) -> LawScore:
    low, high = _interval(clips)
    found, takes = (
        motion.pooled([getattr(c, name) for c in clips]) for name in ("measures", "takes")
    )
    names = sorted({name for clip in clips for name in clip.invariants})
    return LawScore(
        law=clips[0].scene.law, split=clips[0].scene.split, predictor=clips[0].predictor,
        score=score, low=low, high=high, clips=len(clips),
        published=motion.physics_iq(found, takes, published=True),
        position=_mean([c.position for c in clips]), velocity=_mean([c.velocity for c in clips]),
        floor=_mean([c.floor for c in clips]), kept=_mean([c.kept for c in clips]),
        extra=_mean([c.extra for c in clips]), happens=_mean([c.happens for c in clips]),
        invariants={
            name: _mean([c.invariants[name] for c in clips if name in c.invariants])
            for name in names
        },
        skill=motion.skill(score, free) if not math.isnan(free) else math.nan,
    )  # fmt: skip


def _interval(clips: Sequence[Clip]) -> tuple[float, float]:
    """By drawing scenes anew; with one scene there is none, and it is everything."""
    if len(clips) < 2:
        return 0.0, 100.0
    rng, columns = np.random.default_rng(_SEED), _columns(clips)
    drawn = rng.integers(0, len(clips), (_DRAWS, len(clips)))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # a draw without any invariant
        means = np.nanmean(columns[drawn], axis=1)
    scores = [_score(each, clips[0].scene.law) for each in means]
    low, high = np.quantile(scores, [0.025, 0.975]).tolist()
    return low, high


def _mean(values: Sequence[float]) -> float:
    known: Floats = np.asarray([v for v in values if not math.isnan(v)])
    return float(known.mean()) if known.size else math.nan
