"""Tracks as questions: a scene in words and numbers, in Chinese or English.

    question = question_of(scene, lang="zh")
    questions = questions_of(scenes, lang="zh")

A reader of text sees no picture, so what is seen in it is said: the floor, a slope, a screen, how
large things are. What is not seen (gravity, how things bounce) is not said, and nothing of what
comes. The module must not know how answers are read or graded.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence

import numpy as np

from mingan.language import Lang, Text
from mingan.records import Hidden, Question
from mingan.statistics.special import Floats
from mingan.world.laws import LAWS
from mingan.world.questions import params_of
from mingan.world.scenes import TALL, Scene
from mingan.world.stage import Thing
from mingan.world.tracks import ASKED, LEFT_OUT, TOLD, Course, course_of

GRADER = "tracks"

BANK = "world-tracks"
"""Name of the bank that the command makes."""

PHYSICS = "物理因果"
"""Tag of all of these questions."""

_INTRO = Text(
    "一个平面场景，从侧面看。坐标是物体中心的位置，x 向右，y 向上；画面左下角是 (0, 0)，宽 {wide}，"
    "高 {tall}。时间 t 的单位是秒。",
    "A flat scene, seen from the side. Coordinates are those of a thing's centre, x to the right "
    "and y upwards; the lower left corner of the picture is (0, 0), its width {wide} and its "
    "height {tall}. The time t is in seconds.",
)
_TOLD = Text("前 2 秒的位置：", "Where they are in the first 2 seconds:")
_ASK = Text(
    "画面外不会再来别的东西。请推算 {names} 接下来在 t={times} 时的位置。把下面 {count} 行里的问号"
    "都换成数，只写这 {count} 行，不要解释：",
    "Nothing comes in from outside the picture. Work out where {names} will be next, at t={times}. "
    "Put numbers for the question marks in these {count} lines, and write only these {count} "
    "lines, without explanation:",
)
_HIDDEN = Text("看不见", "hidden")


def bank_of(lang: Lang) -> str:
    """The name of the bank in a language."""
    return BANK if lang == "zh" else f"{BANK}-{lang}"


def questions_of(
    scenes: Iterable[Scene], lang: Lang = "zh", *, hidden: Hidden = ""
) -> tuple[Question, ...]:
    """Tracks of scenes as a bank's questions.

    Chaotic laws are left out, and a scene in which what is hidden at the cut decides nearly all.

    Args:
        hidden: "private" where seeds come from a workspace's key.
    """
    return tuple(
        question_of(scene, lang, hidden=hidden)
        for scene in scenes if scene.law not in LEFT_OUT and course_of(scene).fair
    )  # fmt: skip


def question_of(scene: Scene, lang: Lang = "zh", *, hidden: Hidden = "") -> Question:
    """One scene's tracks as a question; see `questions_of`."""
    law = LAWS[scene.law]
    return Question(
        id=f"tracks-{scene.name}" + ("" if lang == "zh" else f"-{lang}"), bank=bank_of(lang),
        prompt=prompt_of(course_of(scene), lang), tier=law.said.zh, grader=GRADER,
        tags=(PHYSICS, f"world:level-{law.level}", f"world:{scene.split}"),
        params={"scene": params_of(scene)}, hidden=hidden,
        why="由物理引擎从种子重演得出；另外两次的差别是看不见的那一点噪声。",
    )  # fmt: skip


def prompt_of(course: Course, lang: Lang = "zh") -> str:
    """What a model is asked; a law that is changed by a sentence is changed before the asking."""
    scene, names, told = course.scene, course.names, course.stage.told
    wanted = [names[k] for k in course.asked]
    comma, stop = ("、", "。") if lang == "zh" else (", ", ". ")
    wide = f"{scene.wide:.1f}".removesuffix(".0")
    parts = [each.say(lang) for each in (*_scenery(course), *_things(course))]
    head = _INTRO.say(lang).format(wide=wide, tall=f"{TALL:g}")
    head += ("" if lang == "zh" else " ") + stop.join(parts) + stop.strip()
    rows = [_row(course, row, lang) for row in range(len(TOLD))]
    ask = _ASK.say(lang).format(
        names=comma.join(wanted), times=comma.join(f"{t:g}" for t in ASKED), count=len(ASKED)
    )
    blank = "; ".join(f"{name} ? ?" for name in wanted)
    form = [f"t={second:g}: {blank}" for second in ASKED]
    change = [told.said.say(lang)] if told else []
    return "\n".join([head, _TOLD.say(lang), *rows, *change, ask, *form])


def _row(course: Course, row: int, lang: Lang) -> str:
    """`t=0.25: A 12.3 45.6; B hidden`, and what pushes."""
    said = [
        f"{name} {_HIDDEN.say(lang)}" if math.isnan(x) else f"{name} {x:.1f} {y:.1f}"
        for name, (x, y) in zip(course.names, course.given[row], strict=True)
    ]
    said += [f"{_PUSHER.say(lang)} {x:.1f} {y:.1f}" for x, y in course.pushed[row]]
    return f"t={TOLD[row]:g}: " + "; ".join(said)


# --- what is seen -------------------------------------------------------------------------------

_PUSHER = Text("推杆", "pusher")


def _things(course: Course) -> list[Text]:
    """What moves, and how large it is; things of one kind and size together."""
    alike: dict[Text, list[str]] = {}
    for k, name in enumerate(course.names):
        alike.setdefault(_kind(course.thing(k), course.scene.law), []).append(name)
    found = []
    for kind, names in alike.items():
        several = len(names) > 1
        found.append(Text(
            f"{'、'.join(names)} {'都' if several else ''}是{kind.zh}",
            f"{', '.join(names)} {'are each' if several else 'is'} {kind.en}",
        ))  # fmt: skip
    for k in course.pushers:
        wide, tall = _sides(course.stage.things[k])
        found.append(Text(f"推杆是自己会动的方块，宽 {wide}、高 {tall}",
                          f"The pusher is a block that moves by itself, {wide} wide and {tall} "
                          "high"))  # fmt: skip
    return found


def _kind(thing: Thing, law: str) -> Text:
    if thing.corners is None:
        size = f"{thing.radius:.1f}"
        return Text(f"半径 {size} 的球", f"a ball of radius {size}")
    wide, tall = _sides(thing)
    what = _KINDS.get(law, _BLOCK)
    return Text(f"宽 {wide}、高 {tall} 的{what.zh}", f"{what.en}, {wide} wide and {tall} high")


def _sides(thing: Thing) -> tuple[str, str]:
    """Width and height of what has corners."""
    wide, tall = np.ptp(np.asarray(thing.corners), axis=0)
    return f"{wide:.1f}", f"{tall:.1f}"


_BLOCK = Text("方块", "a block")
_DOMINO = Text("直立的骨牌", "an upright domino")
_KINDS = {
    "dominoes": _DOMINO, "combination": _DOMINO,
    "ledge": Text("猫，前后腿都站着", "a cat that stands on its legs"),
}  # fmt: skip


def _floor(course: Course) -> list[Text]:
    y = f"{TALL - _box_of(course, 0)[1]:.1f}"
    return [Text(f"地面是水平的，在 y={y}", f"The floor is level, at y={y}")]


def _static(course: Course) -> list[Text]:
    return _floor(course)


def _parabola(course: Course) -> list[Text]:
    y = f"{TALL - _box_of(course, 1)[3]:.1f}"
    return [*_floor(course), Text(f"顶板是水平的，在 y={y}", f"The ceiling is level, at y={y}")]


def _pendulum(course: Course) -> list[Text]:
    (joint,) = course.stage.space.constraints
    x, y = joint.anchor_a
    bob = next(k for k in range(len(course.movers)) if course.thing(k).corners is None)
    long, name = math.dist((x, y), course.begun[course.movers[bob], :2]), course.names[bob]
    told = f"({x:.1f}, {TALL - y:.1f})"
    return [Text(f"{name} 固定在一根长 {long:.1f} 的直杆的一头，另一头钉在 {told}，杆绕着钉子转",
                 f"{name} is fixed to one end of a straight rod {long:.1f} long; its other end is "
                 f"pinned at {told}, and the rod turns about the pin")]  # fmt: skip


def _occlusion(course: Course) -> list[Text]:
    left, top, right, end = _box_of(course, 0)
    x, y = f"{left:.1f}", f"{right:.1f}"
    low, high = f"{TALL - end:.1f}", f"{TALL - top:.1f}"
    return [Text(f"前面立着一块挡板，x 从 {x} 到 {y}，y 从 {low} 到 {high}，球从它后面走就看不见",
                 f"A screen stands in front, x from {x} to {y}, y from {low} to {high}; behind it "
                 "a ball is not seen")]  # fmt: skip


def _rolling(course: Course) -> list[Text]:
    corners, pose = _standing(course, 0)
    half = float(np.ptp(corners[:, 1])) / 2 / math.cos(pose[2])
    ends = [
        f"({x:.1f}, {TALL - (pose[1] + (x - pose[0]) * math.tan(pose[2]) - half):.1f})"
        for x in (0.0, course.scene.wide)
    ]
    return [Text(f"地面是一条直的斜坡，从 {ends[0]} 到 {ends[1]}，球在上面滚，不打滑",
                 f"The ground is a straight slope from {ends[0]} to {ends[1]}, on which the ball "
                 "rolls without slipping")]  # fmt: skip


def _ledge(course: Course) -> list[Text]:
    left, top, right, end = _box_of(course, 1)
    x, y = max(left, 0.0), min(right, course.scene.wide)
    told = f"{x:.1f}", f"{y:.1f}", f"{TALL - top:.1f}", f"{TALL - end:.1f}"
    return [*_floor(course),
            Text(f"一块固定的窗台，x 从 {told[0]} 到 {told[1]}，顶面在 y={told[2]}，底面在 "
                 f"y={told[3]}",
                 f"A fixed sill, x from {told[0]} to {told[1]}, its top at y={told[2]}, its "
                 f"underside at y={told[3]}")]  # fmt: skip


def _combination(course: Course) -> list[Text]:
    return _floor(course) + (_pendulum(course) if course.scene.split == "combined" else [])


def _nothing(course: Course) -> list[Text]:
    return [Text("画面里没有地面，也没有墙", "There is neither floor nor wall in the picture")]


_SEEN: dict[str, Callable[[Course], Sequence[Text]]] = {
    "static": _static, "inertia": _nothing, "collision": _nothing, "parabola": _parabola,
    "pendulum": _pendulum, "occlusion": _occlusion, "rolling": _rolling, "dominoes": _static,
    "ledge": _ledge, "combination": _combination,
}  # fmt: skip


def _scenery(course: Course) -> Sequence[Text]:
    """What stands in the picture and matters."""
    return _SEEN[course.scene.law](course)


def _standing(course: Course, number: int) -> tuple[Floats, Floats]:
    """Corners and pose of a piece of scenery, in the order in which they were set up."""
    pieces = [
        (thing.corners, pose) for thing, pose in zip(course.stage.things, course.begun, strict=True)
        if thing.fixed and thing.body is None and thing.corners is not None
    ]  # fmt: skip
    return pieces[number]


def _box_of(course: Course, number: int) -> tuple[float, float, float, float]:
    """Left, top, right and bottom of a piece of scenery that is not turned; y from the top."""
    corners, pose = _standing(course, number)
    (left, top), (right, end) = (corners + pose[:2]).min(axis=0), (corners + pose[:2]).max(axis=0)
    return float(left), float(top), float(right), float(end)
