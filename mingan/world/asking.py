"""A local program as a video model: for every scene it reads what is given and writes the rest.

    ask(folder, clips, "my-model --in {given} --out {out} --seconds {seconds}")

The command is a list of words and no shell sees it. It writes to a name of its own, and only a clip
that can be read takes its place, so that a kill leaves no half of one; what is there is not asked
for again. A program that fails, or takes too long, leaves that clip out: no score, and no score of
0. The module must not know laws or scores.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from mingan.errors import MinganError, UsageError
from mingan.world.desk import Said, read_scenes
from mingan.world.films import read_film
from mingan.world.programs import run, words_of
from mingan.world.questions import prompt_of
from mingan.world.scenes import AHEAD, FPS, Scene
from mingan.world.takes import play_scene


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What came of it.

    Attributes:
        done: clips that are there now; `failed` by scene, why there is none.
    """

    done: int
    failed: dict[str, str]


def ask(
    folder: Path, clips: Path, command: str, *, timeout: float = 600.0, said: Said | None = None
) -> Asked:
    """Have a program continue every scene that has no clip yet.

    Args:
        folder: of scenes; `clips` where NAME.mp4 go.
        timeout: seconds that a clip may take.

    Raises:
        UsageError: the command is not right, or there is no such program.
        NothingYet: the folder holds no scenes.
    """
    words, scenes = words_of(command), read_scenes(folder)
    clips.mkdir(parents=True, exist_ok=True)
    failed: dict[str, str] = {}
    for number, scene in enumerate(scenes, start=1):
        if not (clips / f"{scene.name}.mp4").is_file():
            why = _one(folder, clips, scene, words, timeout)
            if why:
                failed[scene.name] = why
        if said is not None:
            said(number, len(scenes))
    return Asked(done=len(scenes) - len(failed), failed=failed)


def _one(folder: Path, clips: Path, scene: Scene, words: Sequence[str], timeout: float) -> str:
    """Why there is no clip; "" where there is one."""
    draft = clips / f"{scene.name}.draft.mp4"
    draft.unlink(missing_ok=True)
    told = {
        "{given}": str((folder / "given" / f"{scene.name}.mp4").resolve()),
        "{out}": str(draft.resolve()), "{seconds}": f"{AHEAD / FPS:g}", "{seed}": "0",
    }  # fmt: skip
    takes = play_scene(scene, forks=1)
    told["{prompt}"] = prompt_of(takes.told).en
    try:
        why = run(words, told, draft, timeout=timeout)
        if not why:
            read_film(draft, takes.given)
    except UsageError:
        raise
    except MinganError as fault:
        why = fault.say("en")
    if why:
        draft.unlink(missing_ok=True)
        return why
    draft.replace(clips / f"{scene.name}.mp4")
    return ""
