"""Scenes as questions: what is asked in words, what is shown, and a bank file of them.

    questions_of(scenes)      Questions of kind "video", graded by the ruler "motion"
    scene_in(params)          the scene that a question is about

A question names its scene by law, split, number, seed and size, from which every pixel follows; so
nothing has to be stored or found beside it. A model is shown what is given and told what is to be
told, and never the seed. The module must not know how clips are made, asked for or measured.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from mingan.errors import InputError
from mingan.language import Text
from mingan.records import Question, content_hash
from mingan.world.laws import LAWS
from mingan.world.scenes import AHEAD, FPS, GIVEN, SPLITS, Scene, drawable

KIND = "video"
GRADER = "motion"

_SECONDS = f"{AHEAD / FPS:g}"
PROMPT = Text(
    f"接着演下去：给你看的是一段 {GIVEN / FPS:g} 秒的视频，接着演后面 {_SECONDS} 秒。镜头不动，"
    "背景不变，东西按物理规律继续运动，不出现新的东西，不剪切，不转场。",
    f"Continue this {GIVEN / FPS:g} second clip for {_SECONDS} seconds. The camera is fixed and "
    "the background stays as it is. Things keep moving as physics says; nothing new appears, no "
    "cuts, no transitions.",
)  # fmt: skip


def prompt_of(told: Text | None) -> Text:
    """What a video model is told."""
    if told is None:
        return PROMPT
    return Text(f"{PROMPT.zh}{told.zh}", f"{PROMPT.en} {told.en}")


def questions_of(scenes: Sequence[Scene], *, bank: str = "world") -> tuple[Question, ...]:
    """A question for each scene, its prompt in both languages."""
    found = []
    for scene in scenes:
        law = LAWS[scene.law]
        changed = law.build(scene).told if scene.split == "told" else None
        prompt = prompt_of(changed.said if changed else None)
        found.append(Question(
            id=scene.name, bank=bank, kind=KIND, grader=GRADER, tier=law.said.zh,
            prompt=f"{prompt.zh}\n{prompt.en}", params={"scene": params_of(scene)},
            tags=(f"world:level-{law.level}", f"world:{scene.split}"),
        ))  # fmt: skip
    return tuple(found)


def params_of(scene: Scene) -> dict[str, Any]:
    """A scene as a question holds it."""
    return {
        "law": scene.law, "split": scene.split, "number": scene.number, "seed": scene.seed,
        "size": list(scene.size),
    }  # fmt: skip


def about(scene: Scene) -> str:
    """A short name for all that determines a scene."""
    return content_hash("scene", params_of(scene))[:16]


def scene_in(params: Mapping[str, Any]) -> Scene:
    """The scene that a question is about.

    Raises:
        InputError: there is none, or it is none that can be played.
    """
    raw = params.get("scene")
    try:
        assert isinstance(raw, Mapping)
        width, height = (int(side) for side in raw["size"])
        scene = Scene(
            law=str(raw["law"]), split=raw["split"], number=int(raw["number"]),
            seed=int(raw["seed"]), size=(width, height),
        )  # fmt: skip
        law = LAWS[scene.law]
        assert scene.split in SPLITS
        assert scene.split in law.splits
        assert scene.seed >= 0
        assert scene.number >= 0
        assert drawable(scene.size)
    except (AssertionError, KeyError, TypeError, ValueError):
        raise InputError(
            "params 里的 scene 不是能演的场景；用 mingan world make 做题库。",
            "The scene in params is none that can be played; make the bank with mingan world make.",
        ) from None
    return scene


class Continuation:
    """The kind of question that shows a scene's beginning: one turn, and nothing more is said."""

    name = KIND
    version = "1"

    def next(self, question: Question, said: Sequence[str]) -> None:
        """Nothing is said to a clip."""
        return

    def most(self, question: Question) -> int:
        """One turn."""
        return 1

    def shown(self, question: Question) -> Mapping[str, Any]:
        """The scene."""
        return {"scene": question.params.get("scene")}

    def faults(self, question: Question) -> list[Text]:
        """A scene that cannot be played."""
        try:
            scene_in(question.params)
        except InputError as fault:
            return [fault.message]
        return []
