"""A stage: bodies that move by the engine, and what they look like; run to the cut, then forked.

The engine is pymunk. A run is a list of poses, a frame each: where every thing is, how it is
turned, and whether it is there. What happens in a scene besides (a plate breaks, a jar tips) is an
event that is asked at every step. The module must not know laws or pixels.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from mingan.errors import MissingExtraError
from mingan.language import Text
from mingan.statistics.special import Floats
from mingan.world.scenes import AHEAD, FPS, GIVEN, TALL

SUBSTEPS = 12
"""Steps of the engine in a frame."""

NOISE = 0.02
"""Share by which speeds differ between forks from the cut on."""

Event = Callable[["Stage", int], None]
"""Asked before every step of the engine, with its number."""


@dataclass(slots=True)
class Thing:
    """Something that is seen.

    Attributes:
        group: what it counts as when it is looked for: things of one group share a colour.
        corners: of a polygon around its centre, (n, 2); none for a circle of radius `radius`.
        body: of the engine; None for what stands in the picture and takes no part.
        place, turned: of what has no body.
        depth: things of greater depth are drawn over others.
        there: whether it is there from the beginning.
        fixed: scenery: never counted, never tracked.
    """

    group: int
    colour: tuple[int, int, int]
    radius: float = 0.0
    corners: Floats | None = None
    body: Any = None
    place: tuple[float, float] = (0.0, 0.0)
    turned: float = 0.0
    depth: int = 0
    there: bool = True
    fixed: bool = False

    @property
    def area(self) -> float:
        """In units of the world, squared."""
        if self.corners is None:
            return math.pi * self.radius**2
        x, y = self.corners.T
        return 0.5 * abs(float(x @ np.roll(y, -1) - y @ np.roll(x, -1)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """A law that changes at the cut: the sentence that tells of it, and the change itself."""

    said: Text
    change: Callable[[Stage], None]


@dataclass(slots=True)
class Stage:
    """The engine's space and all things on it, in the order of their making.

    Attributes:
        gravity: units a second squared, downwards; pictures and worlds count y from the top.
        events: asked at every step.
        facts: numbers about the scene that rulers need, such as the masses of balls.
        told: how the law changes at the cut, where the scene says so in words.
    """

    wide: float
    gravity: float = 0.0
    things: list[Thing] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)
    facts: dict[str, Any] = field(default_factory=dict)
    told: Told | None = None
    space: Any = None

    def __post_init__(self) -> None:
        self.space = engine().Space()
        self.space.gravity = (0.0, self.gravity)
        self.space.iterations = 25
        self.space.collision_slop = 0.02

    # -- things ----------------------------------------------------------------------------------

    def ball(
        self, place: tuple[float, float], radius: float, *, group: int,
        colour: tuple[int, int, int], speed: tuple[float, float] = (0.0, 0.0),
        bounce: float = 1.0, rub: float = 0.0, dense: float = 1.0, spins: bool = True,
        depth: int = 1,
    ) -> Thing:  # fmt: skip
        """A disc of mass `dense` r squared."""
        pymunk = engine()
        mass = dense * radius**2
        turn = pymunk.moment_for_circle(mass, 0, radius) if spins else float("inf")
        body = pymunk.Body(mass, turn)
        body.position, body.velocity = place, speed
        shape = pymunk.Circle(body, radius)
        shape.elasticity, shape.friction = bounce, rub
        self.space.add(body, shape)
        return self._add(Thing(group=group, colour=colour, radius=radius, body=body, depth=depth))

    def block(
        self, place: tuple[float, float], corners: Floats, *, group: int,
        colour: tuple[int, int, int], turned: float = 0.0, bounce: float = 0.1, rub: float = 0.8,
        dense: float = 1.0, depth: int = 1, kinematic: bool = False, there: bool = True,
    ) -> Thing:  # fmt: skip
        """A convex polygon."""
        pymunk = engine()
        outline = [tuple(map(float, corner)) for corner in corners]
        thing = Thing(group=group, colour=colour, corners=np.asarray(corners, float), depth=depth,
                      there=there)  # fmt: skip
        if kinematic:
            body = pymunk.Body(body_type=pymunk.Body.KINEMATIC)
        else:
            mass = dense * thing.area
            body = pymunk.Body(mass, pymunk.moment_for_poly(mass, outline))
        body.position, body.angle = place, turned
        shape = pymunk.Poly(body, outline, radius=0.05)
        shape.elasticity, shape.friction = bounce, rub
        if there:
            self.space.add(body, shape)
        thing.body = body
        return self._add(thing)

    def wall(
        self, one: tuple[float, float], other: tuple[float, float], *, thick: float = 1.0,
        bounce: float = 1.0, rub: float = 0.8, colour: tuple[int, int, int] = (70, 70, 70),
        seen: bool = True,
    ) -> None:  # fmt: skip
        """A fixed bar between two points."""
        pymunk = engine()
        shape = pymunk.Segment(self.space.static_body, one, other, thick)
        shape.elasticity, shape.friction = bounce, rub
        self.space.add(shape)
        if not seen:
            return
        (x1, y1), (x2, y2) = one, other
        long = math.hypot(x2 - x1, y2 - y1)
        bar = box(long + 2 * thick, 2 * thick)
        self.scenery(((x1 + x2) / 2, (y1 + y2) / 2), bar, colour=colour,
                     turned=math.atan2(y2 - y1, x2 - x1))  # fmt: skip

    def scenery(
        self, place: tuple[float, float], corners: Floats, *, colour: tuple[int, int, int],
        turned: float = 0.0, depth: int = 0,
    ) -> Thing:  # fmt: skip
        """What is only seen."""
        return self._add(Thing(group=-1, colour=colour, corners=np.asarray(corners, float),
                               place=place, turned=turned, depth=depth, fixed=True))  # fmt: skip

    def _add(self, thing: Thing) -> Thing:
        self.things.append(thing)
        return thing

    # -- time ------------------------------------------------------------------------------------

    def jitter(self, rng: np.random.Generator, *, share: float = NOISE) -> None:
        """What is hidden: every body's speed a little different from here on."""
        for thing in self.things:
            body = thing.body
            if body is None or body.body_type != engine().Body.DYNAMIC:
                continue
            by = 1 + share * rng.standard_normal(3)
            body.velocity = (body.velocity.x * by[0], body.velocity.y * by[1])
            body.angular_velocity *= by[2]

    def poses(self) -> Floats:
        """(things, 4): x, y, turned, whether it is there."""
        return np.array([
            (*(thing.place if thing.body is None else thing.body.position),
             thing.turned if thing.body is None else thing.body.angle, float(thing.there))
            for thing in self.things
        ])  # fmt: skip

    def step(self, number: int) -> None:
        """One step of the engine."""
        for event in self.events:
            event(self, number)
        self.space.step(1 / (FPS * SUBSTEPS))


def play(
    build: Callable[[], Stage], hidden: np.random.Generator | None
) -> tuple[Stage, Floats, np.ndarray]:
    """A scene from its beginning: the stage at the end, (T, things, 4) poses, (T,) contacts.

    A frame has a contact where two bodies begin to touch in it.

    Args:
        build: makes the stage anew, the same every time; so all forks share what was before.
        hidden: draws what differs from the cut on; None for nothing.
    """
    stage = build()
    begun: list[bool] = [False]

    def touched(*_: object) -> None:
        begun[-1] = True

    stage.space.on_collision(None, None, begin=touched)
    found, contacts = [], []
    for frame in range(GIVEN + AHEAD):
        if frame == GIVEN and hidden is not None:
            stage.jitter(hidden)
        if frame == GIVEN and stage.told is not None:
            stage.told.change(stage)
        found.append(stage.poses())
        begun[-1] = False
        for sub in range(SUBSTEPS):
            stage.step(frame * SUBSTEPS + sub)
        contacts.append(begun[-1])
    return stage, np.stack(found), np.array(contacts)


def box(width: float, height: float, *, at: tuple[float, float] = (0.0, 0.0)) -> Floats:
    """Corners of a rectangle around a place."""
    x, y = width / 2, height / 2
    return np.asarray(np.array([(-x, -y), (x, -y), (x, y), (-x, y)]) + np.array(at))


def floor_of(stage: Stage, *, rub: float = 0.8, bounce: float = 0.8) -> float:
    """A floor across the picture; the height of its top."""
    top = TALL - 6
    stage.wall((-50, top + 2), (stage.wide + 50, top + 2), thick=2, bounce=bounce, rub=rub)
    return top


def engine() -> Any:
    """pymunk.

    Raises:
        MissingExtraError: it is not installed.
    """
    try:
        import pymunk
    except ImportError:
        raise MissingExtraError(
            "场景要物理引擎，请先安装：pip install 'mingan[world]'",
            "Scenes take a physics engine; install: pip install 'mingan[world]'",
        ) from None
    return pymunk
