"""The grader of continued clips: finds the clip that an answer names, and measures it.

A clip is right where its score is at least half way from the best free predictor to the ceiling of
the same scene; where nothing is to be gained, because a scene stands still, where it keeps nine
tenths of the ceiling. The score from 0 to 1 stands beside it. A clip that is not in the vault, or
cannot be read, is not graded: that is no mistake of a model. The module must not know who answered.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from functools import lru_cache
from typing import Any

from mingan.errors import InputError, MinganError
from mingan.grading.motion import Measures
from mingan.grading.protocol import Finding
from mingan.language import Text
from mingan.records import Question
from mingan.world import vault
from mingan.world.asked import Reference, reference_in
from mingan.world.baselines import BEATEN, FREE, ceiling
from mingan.world.drawing import Pixels
from mingan.world.films import read_film
from mingan.world.questions import GRADER, about, scene_in
from mingan.world.scenes import Scene
from mingan.world.scoring import CEILING, Clip, Truth, look_at, score_of, truth_of
from mingan.world.takes import play_scene

VERSION = "1"

GAIN = 10.0
"""Points between best free predictor and ceiling above which there is something to gain."""

_KEPT = 4
"""Scenes whose truth is kept in memory: some 10 MB each at 128 by 128."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """What clips of a scene are held against: the truth, the free predictors, the ceiling."""

    truth: Truth
    free: dict[str, Clip]


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """How high the bar of a scene lies, in points.

    Attributes:
        best_free, best: the best free predictor's score, and the ceiling's.
    """

    best_free: float
    best: float

    @classmethod
    def of(cls, free: Mapping[str, Clip]) -> Bar:
        """The bar that free predictors and ceiling of a scene set."""
        return cls(
            best_free=max(score_of([free[name]]) for name in BEATEN),
            best=score_of([free[CEILING]]),
        )

    @property
    def wanted(self) -> float:
        """The score from which a clip is right."""
        if self.best - self.best_free > GAIN:
            return (self.best + self.best_free) / 2
        return 0.9 * self.best


def free_of(scene: Scene) -> dict[str, Clip]:
    """What costs nothing on a scene, and its ceiling, from notes where they are there."""
    names = (*FREE, CEILING)
    found = {name: _clip_of(scene, vault.noted(_free_name(name), _key(scene))) for name in names}
    known = {name: replace(clip, predictor=name) for name, clip in found.items() if clip}
    if len(known) == len(names):
        return known
    made = held(scene).free
    for name, clip in made.items():
        vault.note(_free_name(name), _key(scene), _plain(clip))
    return made


def _free_name(name: str) -> str:
    return hashlib.sha256(f"free predictor {name}".encode()).hexdigest()


def _key(scene: Scene, begins: float | None = None) -> str:
    return f"{about(scene)}-{VERSION}" + ("" if begins is None else f"-{begins:g}")


@lru_cache(maxsize=_KEPT)
def held(scene: Scene) -> Held:
    """The truth of a scene, and what costs nothing, measured."""
    takes = play_scene(scene)
    truth = truth_of(takes)
    free = {name: look_at(truth, predict(takes), name) for name, predict in FREE.items()}
    return Held(truth=truth, free=free | {CEILING: look_at(truth, ceiling(takes), CEILING)})


def measured(scene: Scene, told: Reference, predictor: str = "") -> Clip:
    """What the rulers say of a clip, from its note where there is one.

    Raises:
        InputError: the clip is not there, or cannot be read.
    """
    key = _key(scene, told.begins)
    found = _clip_of(scene, vault.noted(told.clip, key))
    if found is not None:
        return replace(found, predictor=predictor)
    truth = held(scene).truth
    clip = look_at(truth, frames_of(truth, told), predictor)
    vault.note(told.clip, key, _plain(clip))
    return clip


def frames_of(truth: Truth, told: Reference) -> Pixels:
    """What a clip adds to a scene, (48, H, W, 3).

    Raises:
        InputError: the clip is not there, or cannot be read.
    """
    place = vault.find(told.clip)
    if place is None:
        raise InputError(
            f"视频 {told.clip[:12]}… 不在这台机器上（{vault.home()}）；把它拷过来，或用 "
            "MINGAN_CLIPS 指明。",
            f"The clip {told.clip[:12]}… is not on this machine ({vault.home()}); copy it here, or "
            "name its folder in MINGAN_CLIPS.",
        )
    return read_film(place, truth.source.given, begins=told.begins).frames


class MotionGrader:
    """Whether a clip goes on as the scene does."""

    name = GRADER
    version = VERSION
    slow = True
    """A scene is played, and a clip is read."""

    def grade(self, question: Question, text: str) -> Finding:
        """Measure the clip that `text` names."""
        told = reference_in(text)
        if told is None:
            return Finding(
                verdict="ungraded",
                reason=Text("回答里没有视频。", "The answer names no clip."),
            )
        try:
            scene = scene_in(question.params)
            clip = measured(scene, told)
        except MinganError as fault:
            return Finding(verdict="ungraded", reason=fault.message)
        free = free_of(scene)
        known = Bar.of(free)
        score = score_of([clip])
        zh, en = _words(clip, score, known)
        return Finding(
            verdict="right" if score >= known.wanted else "wrong", reason=Text(zh, en),
            extracted=told.clip[:12], score=round(score / 100, 4),
        )  # fmt: skip

    def faults(self, question: Question) -> list[Text]:
        """A scene that cannot be played."""
        try:
            scene_in(question.params)
        except InputError as fault:
            return [fault.message]
        return []


def _words(clip: Clip, score: float, known: Bar) -> tuple[str, str]:
    zh = f"{score:.0f} 分（免费的最好 {known.best_free:.0f}，上限 {known.best:.0f}）"
    en = f"{score:.0f} points (best free {known.best_free:.0f}, ceiling {known.best:.0f})"
    if not math.isnan(clip.position):
        zh += f"；位置平均差画面宽的 {clip.position:.1%}"
        en += f"; {clip.position:.1%} of the picture's width off on average"
    return f"{zh}；东西还在的占 {clip.kept:.0%}。", f"{en}; {clip.kept:.0%} of things kept."


def _plain(clip: Clip) -> dict[str, Any]:
    told = asdict(clip)
    del told["scene"]
    return {name: None if isinstance(v, float) and math.isnan(v) else v for name, v in told.items()}


def _clip_of(scene: Scene, told: dict[str, Any] | None) -> Clip | None:
    if told is None:
        return None
    try:
        told = {name: math.nan if value is None else value for name, value in told.items()}
        for name in ("measures", "takes"):
            told[name] = Measures(**told[name])
        return Clip(scene=scene, **told)
    except (KeyError, TypeError, ValueError):
        return None
