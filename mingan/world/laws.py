"""The laws: for each a stage that is set up from a scene's numbers, and which splits it has.

    stage = LAWS["parabola"].build(scene)

Level 1 has nothing that moves; level 2 one or more laws. What happens begins before the cut, so
that whoever looks on can know what is going on. Shapes, speeds and times are drawn from the
scene's seed; a narrow picture is slower, so that things stay in it. The module knows no pixel.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from mingan.language import Text
from mingan.world import telling
from mingan.world.props import cat_on, hue, row_of, shards_of, swing
from mingan.world.scenes import FPS, GIVEN, TALL, Scene, Split, between, spread
from mingan.world.stage import SUBSTEPS, Stage, Thing, box, engine, floor_of

Build = Callable[[Scene], Stage]

GREY = (150, 150, 150)
_AFTER = GIVEN / FPS
"""Seconds until the cut."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Law:
    """One law.

    Attributes:
        level: 1, a static scene; 2, physical cause and effect.
        chaotic: a little noise leads far away: judged by what stays the same, not by where.
        splits: that it has.
    """

    name: str
    said: Text
    build: Build
    level: int = 2
    chaotic: bool = False
    splits: tuple[Split, ...] = ("within",)


def _slow(scene: Scene) -> float:
    return min(1.0, scene.wide / TALL)


def _sign(rng: np.random.Generator) -> float:
    return 1.0 if rng.random() < 0.5 else -1.0


def _fall(scene: Scene, rng: np.random.Generator, usual: tuple[float, float]) -> float:
    """Gravity: as usual, or upwards or weaker where the split is about that."""
    found = between(rng, *usual)
    if scene.split != "gravity":
        return found
    return -found if rng.random() < 0.5 else 0.3 * found


# --- level 1 ------------------------------------------------------------------------------------


def static(scene: Scene) -> Stage:
    """Things that lie there."""
    rng, stage = scene.draw(), Stage(scene.wide)
    floor = floor_of(stage)
    count = int(rng.integers(3, 6))
    step = scene.wide / count
    for k in range(count):
        size, x = between(rng, 0.25, 0.4) * min(step, 30), (k + 0.5) * step
        if rng.random() < 0.5:
            stage.ball((x, floor - size), size, group=k, colour=hue(k))
        else:
            stage.block((x, floor - size), box(2 * size, 2 * size), group=k, colour=hue(k))
    return stage


# --- level 2 ------------------------------------------------------------------------------------


def inertia(scene: Scene) -> Stage:
    """A ball that nothing acts upon."""
    rng, stage = scene.draw(), Stage(scene.wide)
    radius = spread(rng, scene.split, (4, 7), ((2.5, 3.5), (9, 11)))
    speed = _slow(scene) * spread(rng, scene.split, (6, 13), ((1, 3), (14.5, 16.5)))
    long, edge = 5 * speed, radius + 1
    # Directions in which five seconds fit into the picture.
    while True:
        angle = between(rng, 0, 2 * math.pi)
        across, down = long * math.cos(angle), long * math.sin(angle)
        if abs(across) < scene.wide - 2 * edge and abs(down) < TALL - 2 * edge:
            break
    x = between(rng, edge + max(0, -across), scene.wide - edge - max(0, across))
    y = between(rng, edge + max(0, -down), TALL - edge - max(0, down))
    stage.ball((x, y), radius, group=0, colour=hue(0), speed=(across / 5, down / 5), spins=False)
    if scene.split == "told":
        stage.told = telling.pull(rng)
    return stage


def collision(scene: Scene) -> Stage:
    """Two balls on a line that meet after the cut; masses as the squares of their radii."""
    rng, stage = scene.draw(), Stage(scene.wide)
    slow = _slow(scene)
    radii = [spread(rng, scene.split, (4, 7), ((2.5, 3.5), (8, 9.5))) for _ in range(2)]
    fast = slow * spread(rng, scene.split, (6, 10), ((2, 4), (11, 12.5)))
    other = slow * between(rng, 0, 5)
    meet, way = _AFTER + between(rng, 0.2, 1.2), _sign(rng)
    middle, y = scene.wide * between(rng, 0.48, 0.56), between(rng, 30, 70)
    middle = middle if way > 0 else scene.wide - middle
    for k, (radius, speed, side) in enumerate(zip(radii, (fast, other), (-1, 1), strict=True)):
        x = middle + way * side * (radius + speed * meet)
        stage.ball((x, y), radius, group=k, colour=hue(3 * k), speed=(-way * side * speed, 0),
                   spins=False)  # fmt: skip
    stage.facts["masses"] = {k: radius**2 for k, radius in enumerate(radii)}
    stage.facts["meets"] = meet
    if scene.split == "told":
        stage.told = telling.ghosts()
    return stage


def parabola(scene: Scene) -> Stage:
    """A ball thrown between floor and ceiling, which bounces."""
    rng = scene.draw()
    stage = Stage(scene.wide, gravity=_fall(scene, rng, (22, 40)))
    radius = spread(rng, scene.split, (4, 6.5), ((2.5, 3.2), (8, 9.5)))
    floor = floor_of(stage, bounce=1.0, rub=0.0)
    stage.wall((-50, 4), (scene.wide + 50, 4), thick=2, bounce=1.0, rub=0.0)
    way = _sign(rng)
    fast = _slow(scene) * spread(rng, scene.split, (7, 13), ((2, 5), (14, 15.5)))
    x = scene.wide * between(rng, 0.1, 0.16)
    y = between(rng, 25, 50) if stage.gravity > 0 else TALL - between(rng, 25, 50)
    stage.ball((x if way > 0 else scene.wide - x, min(y, floor - radius - 1)), radius, group=0,
               colour=hue(0), speed=(way * fast, between(rng, -8, 8)), bounce=0.85,
               spins=False)  # fmt: skip
    stage.facts["gravity"] = stage.gravity
    if scene.split == "told":
        stage.told = telling.gravity(stage, rng)
    return stage


def pendulum(scene: Scene) -> Stage:
    """A bob on a rod."""
    rng = scene.draw()
    stage = Stage(scene.wide, gravity=_fall(scene, rng, (130, 220)))
    long = min(between(rng, 38, 60), 0.8 * scene.wide)
    angle = _sign(rng) * spread(rng, scene.split, (0.35, 0.8), ((0.1, 0.2), (1.1, 1.4)))
    top = 12 if stage.gravity > 0 else TALL - 12
    if scene.split == "told":
        # It may swing right over: there is room for that.
        top, long = TALL / 2, min(long, 0.4 * TALL, 0.4 * scene.wide)
    swing(stage, (scene.wide / 2, top), long, angle, between(rng, 5, 8), group=0)
    stage.facts["gravity"] = stage.gravity
    if scene.split == "told":
        stage.told = telling.gravity(stage, rng)
    return stage


def occlusion(scene: Scene) -> Stage:
    """A ball behind a screen at the cut, which comes out on the other side."""
    rng, stage = scene.draw(), Stage(scene.wide)
    radius = spread(rng, scene.split, (4, 6), ((2.5, 3.5), (6.8, 7.3)))
    speed = _slow(scene) * spread(rng, scene.split, (10, 14), ((7, 9), (15, 15.6)))
    way, y = _sign(rng), between(rng, 25, 75)
    hidden = between(rng, 0.3, 0.8)  # seconds behind the screen before the cut
    wide = 2 * radius + speed * (hidden + between(rng, 0.4, 0.9)) + 2
    # The screen begins where the ball is `hidden` seconds before the cut.
    start = scene.wide * between(rng, 0.08, 0.11)
    edge = start + speed * (_AFTER - hidden) + radius
    middle = edge + wide / 2 - 2 * radius
    if way < 0:
        start, middle = scene.wide - start, scene.wide - middle
    stage.ball((start, y), radius, group=0, colour=hue(0), speed=(way * speed, 0), spins=False)
    stage.scenery((middle, y), box(wide, min(40.0, 6 * radius)), colour=GREY, depth=5)
    return stage


def rolling(scene: Scene) -> Stage:
    """A ball that rolls down a slope without slipping."""
    rng = scene.draw()
    stage = Stage(scene.wide, gravity=40.0)
    radius = spread(rng, scene.split, (4, 7), ((2.5, 3.2), (8.5, 10)))
    tilt = spread(rng, scene.split, (0.07, 0.13), ((0.03, 0.05), (0.15, 0.17))) * _slow(scene)
    way, low = _sign(rng), TALL - 15
    high = low - (scene.wide + 20) * math.tan(tilt)
    one, other = ((-10.0, high), (scene.wide + 10, low))
    if way < 0:
        one, other = (-10.0, low), (scene.wide + 10, high)
    stage.wall(one, other, thick=1.5, rub=2.0, bounce=0.0)
    x = scene.wide * between(rng, 0.1, 0.2)
    x = x if way > 0 else scene.wide - x
    along = (x + 10) / (scene.wide + 20)
    y = one[1] + along * (other[1] - one[1]) - (radius + 1.5) / math.cos(tilt) - 0.02
    ball = stage.ball((x, y), radius, group=0, colour=hue(0), bounce=0.0, rub=2.0)
    stage.scenery((x, y), box(1.0, radius), colour=(255, 255, 255), depth=2)
    mark = stage.things[-1]

    def follow(_: Stage, __: int) -> None:
        mark.place = tuple(ball.body.position)
        mark.turned = ball.body.angle

    stage.events.append(follow)
    return stage


def dominoes(scene: Scene) -> Stage:
    """A row of dominoes; a ball tips the first before the cut."""
    rng = scene.draw()
    stage = Stage(scene.wide, gravity=120.0)
    floor = floor_of(stage, bounce=0.0, rub=1.0)
    row_of(stage, rng, floor, first=scene.wide * 0.3, last=scene.wide * 0.78, lead=1)
    speed = 16 * _slow(scene)
    stage.ball((scene.wide * 0.3 - 5 - speed * between(rng, 1.0, 1.5), floor - 14), 3.5, group=0,
               colour=hue(0), speed=(speed, 0), dense=12.0, bounce=0.2)  # fmt: skip
    ball = stage.things[-1].body
    # It comes gliding: only what it hits is to fall.
    ball.velocity_func = lambda body, _g, damping, dt: engine().Body.update_velocity(
        body, (0, 0), damping, dt
    )
    return stage


def tower(scene: Scene) -> Stage:
    """Blocks one upon another, from which one is pushed before the cut."""
    rng = scene.draw()
    stage = Stage(scene.wide, gravity=60.0)
    floor = floor_of(stage, bounce=0.1, rub=0.7)
    count, middle, y = int(rng.integers(4, 6)), scene.wide / 2, floor
    way = _sign(rng)
    for k in range(count):
        wide, tall = between(rng, 13, 17) * min(1.0, scene.wide / 70), between(rng, 10, 13)
        y -= tall
        stage.block((middle + between(rng, -1, 1), y + tall / 2), box(wide, tall), group=k,
                    colour=hue(k), rub=0.5)  # fmt: skip
        if k == 1:
            height = y + tall / 2
    pusher = stage.block((middle - way * 30, height), box(12, 4), group=-1, colour=GREY,
                         kinematic=True)  # fmt: skip
    pusher.fixed = True
    speed, begins = way * between(rng, 15, 20), int(rng.integers(10, 14))

    def push(_: Stage, step: int) -> None:
        frame = step // SUBSTEPS
        moving = begins <= frame < begins + int(26 / abs(speed) * FPS)
        pusher.body.velocity = (speed if moving else 0.0, 0.0)

    stage.events.append(push)
    return stage


def breaking(scene: Scene) -> Stage:
    """A plate that falls and breaks on the floor after the cut."""
    rng = scene.draw()
    stage = Stage(scene.wide, gravity=between(rng, 17, 22))
    floor = floor_of(stage, bounce=0.2, rub=0.6)
    for x in (0.0, scene.wide):
        stage.wall((x, -50), (x, TALL + 50), bounce=0.3, seen=False)
    wide, tall = between(rng, 20, 28) * min(1.0, scene.wide / 70), between(rng, 12, 16)
    lands = _AFTER + between(rng, 0.15, 0.8)
    drop = 0.5 * stage.gravity * lands**2
    y = max(tall / 2 + 2, floor - tall / 2 - drop)
    x = scene.wide * between(rng, 0.4, 0.6)
    plate = stage.block((x, y), box(wide, tall), group=0, colour=hue(4), bounce=0.0)
    # So that it lands when it should from where there is room for it.
    fall = floor - tall / 2 - y
    plate.body.velocity = (0.0, (fall - drop) / lands)
    shards = shards_of(stage, rng, wide, tall)
    ways = rng.normal(0, 1, (len(shards), 3))

    def broken(on: Stage, _: int) -> None:
        if not plate.there or plate.body.position.y < floor - tall / 2 - 0.4:
            return
        plate.there = False
        on.space.remove(plate.body, *plate.body.shapes)
        speed = plate.body.velocity.y
        for (shard, offset), (side, up, turn) in zip(shards, ways, strict=True):
            body = shard.body
            body.position = plate.body.position + tuple(offset)
            out = 0.6 * abs(speed) * offset[0] / wide
            body.velocity = (out + 3 * side, -0.35 * abs(speed) - 3 * abs(up))
            body.angular_velocity = turn
            shard.there = True
            on.space.add(body, *body.shapes)

    stage.events.append(broken)
    stage.facts["gravity"] = stage.gravity
    return stage


def pouring(scene: Scene) -> Stage:
    """Grains in a jar that tips: a stand-in for water."""
    rng = scene.draw()
    stage = Stage(scene.wide, gravity=70.0)
    floor = floor_of(stage, bounce=0.1, rub=0.4)
    for x in (2.0, scene.wide - 2):
        stage.wall((x, floor), (x, floor - 22), thick=1, bounce=0.1, rub=0.3)
    way, wide, tall = _sign(rng), min(24.0, 0.36 * scene.wide), 28.0
    pivot = (scene.wide / 2 - way * 0.12 * scene.wide, 42.0)
    jar = engine().Body(body_type=engine().Body.KINEMATIC)
    jar.position = pivot
    stage.space.add(jar)
    for (cx, cy), (w, h) in (((-wide / 2, 0), (2, tall)), ((wide / 2, 0), (2, tall)),
                             ((0, tall / 2), (wide + 2, 2))):  # fmt: skip
        bar = box(w, h, at=(cx, cy))
        shape = engine().Poly(jar, [tuple(map(float, corner)) for corner in bar])
        shape.friction, shape.elasticity = 0.2, 0.05
        stage.space.add(shape)
        side = Thing(group=-1, colour=(90, 90, 90), corners=bar, body=jar, depth=3, fixed=True)
        stage.things.append(side)
    size = between(rng, 1.8, 2.1)
    across = int((wide - 4) // (2 * size))
    for k in range(48):
        place = (pivot[0] - (wide - 4) / 2 + size * (1.05 + 2 * (k % across))
                 + between(rng, -0.1, 0.1),
                 pivot[1] + tall / 2 - 2 - size - 2 * size * (k // across))  # fmt: skip
        stage.ball(place, size, group=0, colour=hue(5), bounce=0.05, rub=0.2)
    begins, turns = int(rng.integers(10, 16)), between(rng, 1.9, 2.2)

    def tip(_: Stage, step: int) -> None:
        frame = step / SUBSTEPS
        jar.angular_velocity = way * turns / 2.0 if begins <= frame < begins + 2 * FPS else 0.0

    stage.events.append(tip)
    return stage


def ledge(scene: Scene) -> Stage:
    """A cat is pushed along a sill: with its paws on it it stays, pushed out too far it falls."""
    rng = scene.draw()
    stage = Stage(scene.wide, gravity=60.0)
    way = _sign(rng)
    floor_of(stage, bounce=0.1, rub=0.9)
    edge, top = scene.wide * between(rng, 0.45, 0.55), between(rng, 48, 58)
    far = -20.0 if way > 0 else scene.wide + 20
    middle, long = (far + edge) / 2, abs(edge - far)
    sill = engine().Poly(
        stage.space.static_body,
        [(middle - long / 2, top), (middle + long / 2, top), (middle + long / 2, top + 6),
         (middle - long / 2, top + 6)],
    )  # fmt: skip
    sill.friction, sill.elasticity = 1.0, 0.0
    stage.space.add(sill)
    stage.scenery((middle, top + 3), box(long, 6), colour=(70, 70, 70))
    falls = bool(rng.random() < 0.5)
    # In widths of the cat beyond the edge: all paws on the sill, or its weight beyond it.
    over = between(rng, 0.6, 0.75) if falls else between(rng, -0.12, 0.04)
    wide = between(rng, 20, 24) * min(1.0, scene.wide / 70)
    cat_on(stage, wide, (edge - way * (wide / 2 + 9), top))
    goes = over * wide + 9.2
    begins, lasts = 4, 24
    speed = way * goes / (lasts / FPS)
    pusher = stage.block((edge - way * (wide + 9 + 4.2), top - 6), box(8, 4), group=-1,
                         colour=GREY, kinematic=True, rub=0.0)  # fmt: skip
    pusher.fixed = True
    for x in (0.0, scene.wide):
        stage.wall((x, top + 10), (x, TALL), bounce=0.1, seen=False)

    def push(_: Stage, step: int) -> None:
        moving = begins * SUBSTEPS <= step < (begins + lasts) * SUBSTEPS
        back = (begins + lasts) * SUBSTEPS <= step < (begins + lasts + 6) * SUBSTEPS
        # It draws back, or it would hold what tips.
        pusher.body.velocity = (speed if moving else -speed if back else 0.0, 0.0)

    stage.events.append(push)
    stage.facts |= {"falls": falls, "sill": top}
    return stage


def combination(scene: Scene) -> Stage:
    """Two laws at once: a ball rolls and hits another; held out: a pendulum fells dominoes."""
    rng = scene.draw()
    if scene.split == "combined":
        stage = Stage(scene.wide, gravity=130.0)
        floor = floor_of(stage, bounce=0.0, rub=1.0)
        long, radius = min(36.0, 0.36 * scene.wide), 5.0 * _slow(scene)
        pivot = (scene.wide * 0.4, floor - long - 12)
        first = pivot[0] + radius + 2
        row_of(stage, rng, floor, first=first, last=scene.wide * 0.8, lead=1)
        bob = swing(stage, pivot, long, -between(rng, 0.95, 1.1), radius, group=0, dense=2.0).body
        begins = int(rng.integers(20, 27)) * SUBSTEPS
        at = tuple(bob.position)

        def held(_: Stage, step: int) -> None:
            if step < begins:
                bob.position, bob.velocity = at, (0, 0)

        stage.events.insert(0, held)
        return stage
    stage = Stage(scene.wide, gravity=40.0)
    floor = floor_of(stage, bounce=0.0, rub=1.0)
    radius, rest = between(rng, 4.5, 6), between(rng, 4, 6)
    speed = _slow(scene) * between(rng, 11, 15)
    x = scene.wide * 0.08
    gap = speed * (_AFTER + between(rng, 0.2, 0.7))
    ball = stage.ball((x, floor - radius), radius, group=0, colour=hue(0), speed=(speed, 0),
                      rub=0.9, bounce=0.8)  # fmt: skip
    ball.body.angular_velocity = speed / radius
    other = min(x + gap + radius + rest, scene.wide * 0.7)
    stage.ball((other, floor - rest), rest, group=1, colour=hue(3), rub=0.9, bounce=0.8)
    return stage


LAWS: dict[str, Law] = {
    law.name: law
    for law in (
        Law(name="static", said=Text("静止", "a static scene"), build=static, level=1),
        Law(name="inertia", said=Text("惯性", "inertia"), build=inertia,
            splits=("within", "beyond", "told")),
        Law(name="collision", said=Text("弹性碰撞", "elastic collision"), build=collision,
            splits=("within", "beyond", "told")),
        Law(name="parabola", said=Text("抛体和弹跳", "parabola with bounce"), build=parabola,
            splits=("within", "beyond", "gravity", "told")),
        Law(name="pendulum", said=Text("单摆", "pendulum"), build=pendulum,
            splits=("within", "beyond", "gravity", "told")),
        Law(name="occlusion", said=Text("遮挡和再现", "occlusion and reappearance"),
            build=occlusion, splits=("within", "beyond")),
        Law(name="rolling", said=Text("滚下斜坡", "rolling"), build=rolling,
            splits=("within", "beyond")),
        Law(name="dominoes", said=Text("多米诺", "dominoes"), build=dominoes),
        Law(name="tower", said=Text("不稳的塔", "unstable tower"), build=tower, chaotic=True),
        Law(name="breaking", said=Text("摔碎", "breaking"), build=breaking, chaotic=True),
        Law(name="pouring", said=Text("倾倒", "pouring"), build=pouring, chaotic=True),
        Law(name="ledge", said=Text("窗台上的支撑", "support on a ledge"), build=ledge),
        Law(name="combination", said=Text("两种规律合在一起", "two laws together"),
            build=combination, splits=("within", "combined")),
    )
}  # fmt: skip
