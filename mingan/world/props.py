"""Props that several things make up: a pendulum, a row of dominoes, shards of a plate, a cat.

The module must not know laws.
"""

from __future__ import annotations

import colorsys
import math

import numpy as np

from mingan.world.scenes import between
from mingan.world.stage import Stage, Thing, box, engine


def hue(number: int, of: int = 8) -> tuple[int, int, int]:
    """A colour that no other group has."""
    red, green, blue = colorsys.hsv_to_rgb((number % of) / of, 0.9, 0.9)
    return round(255 * red), round(255 * green), round(255 * blue)


def swing(
    stage: Stage, pivot: tuple[float, float], long: float, angle: float, radius: float, *,
    group: int, dense: float = 1.0,
) -> Thing:  # fmt: skip
    """A pendulum that hangs, or stands where gravity is upwards, off its rest by an angle."""
    pymunk = engine()
    down = 1.0 if stage.gravity > 0 else -1.0
    place = (pivot[0] + long * math.sin(angle), pivot[1] + down * long * math.cos(angle))
    rod = stage.scenery(pivot, box(long, 1.2), colour=(90, 90, 90))
    bob = stage.ball(place, radius, group=group, colour=hue(group), spins=False, dense=dense)
    stage.space.add(pymunk.PinJoint(stage.space.static_body, bob.body, pivot, (0, 0)))

    def follow(_: Stage, __: int) -> None:
        x, y = bob.body.position
        rod.place = ((x + pivot[0]) / 2, (y + pivot[1]) / 2)
        rod.turned = math.atan2(y - pivot[1], x - pivot[0])

    follow(stage, 0)
    stage.events.append(follow)
    return bob


def row_of(
    stage: Stage, rng: np.random.Generator, floor: float, *, first: float, last: float, lead: int
) -> None:
    """Dominoes from one place to another; `lead` is the first one's group."""
    tall, thin = between(rng, 19, 24), between(rng, 2.2, 3.2)
    count = int(np.clip(round((last - first) / (tall * between(rng, 0.42, 0.52))) + 1, 3, 7))
    gap = (last - first) / (count - 1)
    tall = max(tall, 1.9 * gap)
    for k in range(count):
        stage.block((first + k * gap, floor - tall / 2), box(thin, tall), group=lead + k,
                    colour=hue(lead + k), rub=0.35, bounce=0.0)  # fmt: skip
    stage.facts["row"] = list(range(lead, lead + count))


def shards_of(
    stage: Stage, rng: np.random.Generator, wide: float, tall: float
) -> list[tuple[Thing, np.ndarray]]:
    """Pieces that make up a plate, and where in it they are; none there yet."""
    xs = np.concatenate([[-0.5], np.sort(rng.uniform(-0.32, 0.32, 2)), [0.5]]) * wide
    tops, ends = xs + 0.0, xs + 0.0
    tops[1:-1] += rng.uniform(-0.08, 0.08, 2) * wide
    ends[1:-1] += rng.uniform(-0.08, 0.08, 2) * wide
    middles = rng.uniform(-0.15, 0.15, 4) * tall
    found = []
    for k in range(3):
        for upper in (True, False):
            edge = -tall / 2 if upper else tall / 2
            row = tops if upper else ends
            outline = np.array([
                (row[k], edge), (row[k + 1], edge), ((tops[k + 1] + ends[k + 1]) / 2,
                middles[k + 1]), ((tops[k] + ends[k]) / 2, middles[k]),
            ])  # fmt: skip
            centre = outline.mean(axis=0)
            # Its centre of mass must be its body's place.
            shard = stage.block((0, 0), outline - centre, group=0, colour=hue(4), bounce=0.25,
                                rub=0.5, there=False)  # fmt: skip
            found.append((shard, centre))
    return found


def cat_on(stage: Stage, wide: float, feet: tuple[float, float]) -> None:
    """A trunk on two paws as one body; `feet` is where they stand, in the middle."""
    pymunk, paw, leg, trunk = engine(), 0.2 * wide, 4.0, 9.0
    parts = [
        box(wide, trunk, at=(0, -leg - trunk / 2)),
        box(paw, leg, at=(-wide / 2 + paw / 2, -leg / 2)),
        box(paw, leg, at=(wide / 2 - paw / 2, -leg / 2)),
    ]
    mass = sum(abs(np.ptp(part[:, 0]) * np.ptp(part[:, 1])) for part in parts)
    lift = leg + trunk / 2 - 1.0  # about the centre of mass
    outline = np.array([
        (-wide / 2, -leg - trunk), (wide / 2, -leg - trunk), (wide / 2, 0), (wide / 2 - paw, 0),
        (wide / 2 - paw, -leg), (-wide / 2 + paw, -leg), (-wide / 2 + paw, 0), (-wide / 2, 0),
    ]) + np.array([0, lift])  # fmt: skip
    shapes = [
        [tuple(map(float, corner)) for corner in part + np.array([0, lift])] for part in parts
    ]
    turn = sum(pymunk.moment_for_poly(mass / 3, shape) for shape in shapes)
    body = pymunk.Body(mass, turn)
    body.position = (feet[0], feet[1] - lift - 0.02)
    stage.space.add(body)
    for each in shapes:
        shape = pymunk.Poly(body, each, radius=0.02)
        shape.friction, shape.elasticity = 0.9, 0.0
        stage.space.add(shape)
    stage.things.append(Thing(group=0, colour=hue(1), corners=outline, body=body, depth=2))
