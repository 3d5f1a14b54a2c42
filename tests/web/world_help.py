"""Scenes that two models continued, one rightly, for the pages that show them."""

from __future__ import annotations

import os
from pathlib import Path
from tempfile import mkdtemp

import msgspec

from mingan.bank import Bank
from mingan.models.protocol import Request
from mingan.models.scripted import ScriptedModel
from mingan.records import ModelCard, Question
from mingan.workspace import Workspace

WORLD = "世界"
RIGHT, STILL = "接得对的", "定住的"


def continued(question: Question, *, fork: int | None) -> str:
    """An answer to a scene: one of its forks, or its last frame for ever."""
    from mingan.world import vault
    from mingan.world.asked import Reference
    from mingan.world.films import write_film
    from mingan.world.questions import scene_in
    from mingan.world.takes import play_scene

    takes = play_scene(scene_in(question.params))
    frames = takes.given[-1:].repeat(48, axis=0) if fork is None else takes.ahead[fork]
    file = Path(mkdtemp()) / "made.mp4"
    write_film(file, frames)
    return msgspec.json.encode(Reference(clip=vault.keep(file.read_bytes()))).decode()


def scenes() -> tuple[Question, ...]:
    """A few scenes, one of them with a law that a sentence changes."""
    from mingan.world.questions import questions_of
    from mingan.world.scenes import Scene, seed_of

    kinds = [("inertia", "within"), ("parabola", "told"), ("tower", "within")]
    return questions_of([
        Scene(law=law, split=split, number=n, seed=seed_of(b"k" * 32, law, split, n))  # type: ignore[arg-type]
        for law, split in kinds for n in range(2)
    ], bank=WORLD)  # fmt: skip


class Continuing(ScriptedModel):
    """A fake that takes scenes."""

    kinds = frozenset({"video"})


def fill_world(workspace: Workspace, *, still: str = STILL) -> str:
    """Two models on a bank of scenes; the bank's name, "" where scenes cannot be played."""
    try:
        import cv2  # noqa: F401
        import pymunk  # noqa: F401
    except ImportError:
        return ""
    os.environ.setdefault("MINGAN_CLIPS", mkdtemp())
    asked = scenes()
    by_id = {question.id: question for question in asked}
    made, cards = {}, []
    for name, fork in ((RIGHT, 1), (still, None)):
        card = ModelCard(name=name, kind="scripted")

        def says(request: Request, fork: int | None = fork) -> str:
            return continued(by_id[request.question], fork=fork)

        made[name] = Continuing(card, says)
        cards.append(card)
    from honesty_help import elsewhere

    elsewhere(
        lambda: workspace.ask(bank=Bank(name=WORLD, questions=asked), models=cards, made=made)
    )
    return WORLD
