"""Level 2 in text: a scene as coordinates, what is true of it, and how good an answer is.

    course = course_of(scene)            course.given is told, course.true is asked for
    error = course.error(places)         mean distance in widths; what is missing costs sqrt 2
    course.score(error)                  0 for standing still, 1 for as good as another take

The same engine and the same forks as for clips; no picture is drawn. A point is the middle of a
thing in units of the world: x to the right, y upwards, heights of every scene 100. Chaotic laws (a
tower, a plate that breaks, grains that pour) have no course that can be foretold and are left out.
The module must not know words: prompts and answers are read and written elsewhere.

A score is (w - e) / (w - c), cut to [0, 1]: e the error of the answer, c that of two more takes of
the same scene (the noise hidden at the cut), w that of standing still, or `STILL` where nothing
moves. So standing still is worth nothing where things move, and moving what lies still is worth
nothing either. A free predictor stands beside: the skill of a model on a law is (B - E) / (B - C)
with B the best free predictor's mean error on it; see `skill`.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache

import numpy as np

from mingan.errors import UsageError
from mingan.statistics.special import Floats
from mingan.world.laws import LAWS
from mingan.world.scenes import AHEAD, FORKS, FPS, GIVEN, TALL, Scene
from mingan.world.stage import Stage, Thing, play

TOLD = tuple(frame / FPS for frame in range(4, GIVEN + 1, 4))
"""Seconds at which it is told where things are: 0.25 to 2. Time 0 is a frame before the first."""

ASKED = tuple(frame / FPS for frame in range(GIVEN + 8, GIVEN + AHEAD + 1, 8))
"""Seconds that are asked for: 2.5 to 5."""

MOST = 4
"""Things of a scene that are asked for; all of them are told."""

STILL = 0.01
"""Mean error, in widths, at which an answer about a scene where nothing moves is worth nothing."""

GAIN = 0.01
"""Error between the best free predictor and another take, in widths, below which there is nothing
to be gained."""

MISSING = math.sqrt(2.0)
"""Error of what was not said, in widths; none is larger."""

NAMES = "ABCDEFGHJKLM"
"""Names of things: single letters, none of which is x, y or t."""

LEFT_OUT = tuple(law.name for law in LAWS.values() if law.chaotic)
"""Laws without tracks."""

_THROUGH = {1: 3, 2: 5}
"""Points that a line, or a parabola, is laid through; the numbers told are rounded."""

Places = Mapping[tuple[float, str], tuple[float, float]]
"""Where something is said to be, by second and name."""


@dataclass(frozen=True, kw_only=True)
class Course:
    """A scene's tracks.

    Attributes:
        stage: with everything on it, as it was at the end; `begun` (things, 4) poses at first.
        movers: numbers of the things that are told and named by `names`; `asked` those asked for.
        pushers: numbers of what moves by itself and is scenery: told, never asked for.
        given: (8, movers, 2) as told, rounded to a tenth; NaN where something hides it.
        pushed: (8, pushers, 2) likewise.
        true: (forks, 6, movers, 2), rounded likewise; the first fork is the target.
    """

    scene: Scene
    stage: Stage
    begun: Floats
    movers: tuple[int, ...]
    pushers: tuple[int, ...]
    given: Floats
    pushed: Floats
    true: Floats

    @property
    def names(self) -> tuple[str, ...]:
        """Of the movers, in order."""
        return tuple(NAMES[: len(self.movers)])

    @cached_property
    def asked(self) -> tuple[int, ...]:
        """Places among the movers that are asked for: the first, the last and some between."""
        count = len(self.movers)
        if count <= MOST:
            return tuple(range(count))
        return tuple(int(k) for k in np.linspace(0, count - 1, MOST).round())

    def thing(self, mover: int) -> Thing:
        """A mover."""
        return self.stage.things[self.movers[mover]]

    # -- errors ------------------------------------------------------------------------------

    def error(self, places: Places) -> float:
        """Mean distance from the target in widths, over all seconds and things asked for."""
        said = np.full((len(ASKED), len(self.movers), 2), np.nan)
        for row, second in enumerate(ASKED):
            for k in self.asked:
                said[row, k] = places.get((second, self.names[k]), (math.nan, math.nan))
        return self._apart(said)

    def _apart(self, said: Floats) -> float:
        away = np.linalg.norm(said - self.true[0], axis=-1)[:, list(self.asked)] / self.scene.wide
        return float(np.where(np.isnan(away), MISSING, np.minimum(away, MISSING)).mean())

    @cached_property
    def free(self) -> dict[str, float]:
        """Errors of predictors that know nothing: they see the same rounded numbers."""
        return {name: self._apart(predict(self.given)) for name, predict in FREE.items()}

    @cached_property
    def ceiling(self) -> float:
        """Error of other takes of the same scene: what is hidden at the cut, nobody can know."""
        return float(np.mean([self._apart(take) for take in self.true[1:]]))

    @cached_property
    def second(self) -> float:
        """Error of the second take alone, as if it were a model's."""
        return self._apart(self.true[1])

    @property
    def worthless(self) -> float:
        """Error at which an answer is worth nothing."""
        return max(self.free["freeze"], STILL)

    @property
    def fair(self) -> bool:
        """Whether what is hidden leaves enough to foretell; a scene that does not is not asked."""
        return self.ceiling <= 0.5 * self.worthless

    @property
    def bar(self) -> float:
        """The error up to which an answer is right.

        Half way from the best free predictor to another take; where a free predictor is as good as
        another take already, and nothing is to be gained, as good as that and half of `GAIN`.
        """
        best = min(self.free.values())
        if best - self.ceiling < GAIN:
            return max(best, self.ceiling) + GAIN / 2
        return (best + self.ceiling) / 2

    def score(self, error: float) -> float:
        """How good an error is, in [0, 1]."""
        gap = self.worthless - self.ceiling
        if gap <= 0:  # nothing to foretell; such a scene is not fair
            return float(error <= self.ceiling)
        return float(np.clip((self.worthless - error) / gap, 0.0, 1.0))


def course_of(scene: Scene) -> Course:
    """Play a scene and take its tracks.

    Raises:
        UsageError: there is no such scene, its law is chaotic, or its picture is too long for it.
        MissingExtraError: the engine is not installed.
    """
    law = LAWS.get(scene.law)
    # In a very long picture there are scenes that find no room.
    long = not 0.5 <= scene.size[0] / scene.size[1] <= 2
    if law is None or scene.split not in law.splits or law.chaotic or long:
        known = ", ".join(name for name in LAWS if name not in LEFT_OUT)
        raise UsageError(
            f"没有 {scene.law}（{scene.split}）这样的轨迹题；有的规律是：{known}。",
            f"There are no tracks of {scene.law} ({scene.split}); there are {known}.",
        )
    return _course(scene)


@lru_cache(maxsize=256)
def _course(scene: Scene) -> Course:
    build = LAWS[scene.law].build
    runs = [play(lambda: build(scene), scene.draw(fork))[:2] for fork in range(FORKS)]
    stage, poses = runs[0]
    movers = tuple(k for k, thing in enumerate(stage.things) if not thing.fixed)
    pushers = tuple(
        k for k, thing in enumerate(stage.things) if thing.fixed and thing.body is not None
    )
    told = [round(second * FPS) - 1 for second in TOLD]
    later = [round(second * FPS) - 1 for second in ASKED]
    given = _points(poses[told][:, movers])
    for row, frame in enumerate(told):
        for k, mover in enumerate(movers):
            if _hidden(stage, poses[frame], mover):
                given[row, k] = np.nan
    return Course(
        scene=scene, stage=stage, begun=poses[0], movers=movers, pushers=pushers,
        given=given.round(1), pushed=_points(poses[told][:, pushers]).round(1),
        true=np.stack([_points(each[later][:, movers]) for _, each in runs]).round(1),
    )  # fmt: skip


def _points(poses: Floats) -> Floats:
    """x to the right and y upwards."""
    found = poses[..., :2].copy()
    found[..., 1] = TALL - found[..., 1]
    return found


def _hidden(stage: Stage, poses: Floats, mover: int) -> bool:
    """Whether scenery before a thing hides all of it."""
    thing, place = stage.things[mover], poses[mover, :2]
    reach = thing.radius if thing.corners is None else float(
        np.linalg.norm(thing.corners, axis=1).max())  # fmt: skip
    for other, pose in zip(stage.things, poses, strict=True):
        if not other.fixed or other.depth <= thing.depth or other.corners is None:
            continue
        cos, sin = math.cos(pose[2]), math.sin(pose[2])
        dx, dy = place - pose[:2]
        inside = np.array([cos * dx + sin * dy, -sin * dx + cos * dy])
        low, high = other.corners.min(axis=0), other.corners.max(axis=0)
        if (inside - reach >= low).all() and (inside + reach <= high).all():
            return True
    return False


# --- free predictors ----------------------------------------------------------------------------


def freeze(given: Floats) -> Floats:
    """Everything stays where it was last seen, (6, movers, 2)."""
    return _along(given, 0)


def copy(given: Floats) -> Floats:
    """The first places told once more, in their order, as small language models answer."""
    found: Floats = given[: len(ASKED)].copy()
    for row in range(1, len(found)):  # what was hidden stays where it was last seen
        found[row] = np.where(np.isnan(found[row]), found[row - 1], found[row])
    return found


def linear(given: Floats) -> Floats:
    """Everything goes on in a straight line, as fast as it was."""
    return _along(given, 1)


def quadratic(given: Floats) -> Floats:
    """Everything goes on with constant acceleration."""
    return _along(given, 2)


FREE: dict[str, Callable[[Floats], Floats]] = {
    "freeze": freeze, "copy": copy, "linear": linear, "quadratic": quadratic,
}  # fmt: skip
"""Predictors that know nothing and cost nothing, by name."""


def _along(given: Floats, degree: int) -> Floats:
    """What was seen goes on along a curve; what was never seen is not foretold."""
    found = np.full((len(ASKED), given.shape[1], 2), np.nan)
    times = np.array(TOLD)
    for k in range(given.shape[1]):
        seen = np.flatnonzero(~np.isnan(given[:, k, 0]))
        if not seen.size:
            continue
        if degree == 0:
            found[:, k] = given[seen[-1], k]
            continue
        part = seen[-_THROUGH[degree] :]
        # About the last point, so that its round number is not lost in large powers.
        start = times[part[-1]]
        curve = np.polyfit(times[part] - start, given[part, k], min(degree, part.size - 1))
        for axis in (0, 1):
            found[:, k, axis] = np.polyval(curve[:, axis], np.array(ASKED) - start)
    return found


def skill(error: float, free: Mapping[str, float], ceiling: float) -> float:
    """What a model's mean error on a law is below the best free predictor's, over what could be.

    1 is as good as another take, 0 no better than a line, below 0 worse. NaN where the best free
    predictor leaves less than `GAIN` to gain.

    Args:
        error, free, ceiling: means over the same questions of one law.
    """
    best = min(free.values())
    if best - ceiling < GAIN:
        return math.nan
    return (best - error) / (best - ceiling)
