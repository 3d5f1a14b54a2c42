"""Laws that change at the cut because a sentence says so: imagination that is held to its word.

A simulator goes on as the world does. A fantasy engine is told that from now on gravity points
upwards, and must go on as such a world would; the picture does not show it, and the same rulers
say how well it keeps to it. The two are never one number. The module must not know what a law's
scene looks like.
"""

from __future__ import annotations

import numpy as np

from mingan.language import Text
from mingan.world.scenes import TALL, between
from mingan.world.stage import Stage, Told, engine


def gravity(stage: Stage, rng: np.random.Generator) -> Told:
    """Gravity turned round, gone, or a third of what it was."""
    way = int(rng.integers(3))
    said = (
        Text("从这一刻起，重力反过来了：大小不变，方向朝上。",
             "From this moment on gravity is reversed: as strong as before, but upwards."),
        Text("从这一刻起，没有重力了。", "From this moment on there is no gravity."),
        Text("从这一刻起，重力只有原来的三分之一。",
             "From this moment on gravity is a third of what it was."),
    )[way]  # fmt: skip
    return Told(said=said, change=lambda on: _pull(on, (-1.0, 0.0, 1 / 3)[way] * on.gravity))


def pull(rng: np.random.Generator) -> Told:
    """Where nothing acted, something pulls, upwards or downwards."""
    share, down = round(between(rng, 4, 7)), rng.random() < 0.5
    zh, en = ("下", "downwards") if down else ("上", "upwards")
    return Told(
        said=Text(
            f"从这一刻起，有一个向{zh}的力：每过一秒，向{zh}的速度增加每秒画面高度的 {share} %。",
            f"From this moment on a force pulls {en}: every second the speed {en} grows by "
            f"{share} % of the picture's height a second.",
        ),
        change=lambda on: _pull(on, (1 if down else -1) * share * TALL / 100),
    )


def ghosts() -> Told:
    """Things pass through one another."""

    def change(stage: Stage) -> None:
        for shape in stage.space.shapes:
            shape.filter = engine().ShapeFilter(mask=0)
        # They never meet, so that no momentum passes from one to the other.
        stage.facts["meets"] = -1.0

    return Told(
        said=Text("从这一刻起，两个球碰到也不相撞，会互相穿过去。",
                  "From this moment on the two balls do not collide but pass through each other."),
        change=change,
    )  # fmt: skip


def _pull(stage: Stage, gravity: float) -> None:
    stage.gravity = gravity
    stage.space.gravity = (0.0, gravity)
    if "gravity" in stage.facts:
        stage.facts["gravity"] = gravity
