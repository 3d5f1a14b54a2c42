"""A local program as a video model: for every scene it reads what is given and writes the rest.

    ask(folder, clips, "my-model --in {given} --out {out} --seconds {seconds}")

The command is a list of words and no shell sees it. It writes to a name of its own, and only a clip
that can be read takes its place, so that a kill leaves no half of one; what is there is not asked
for again. A program that fails, or takes too long, leaves that clip out: no score, and no score of
0. The module must not know laws or scores.
"""

from __future__ import annotations

import shlex
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from mingan.errors import MinganError, UsageError
from mingan.world.desk import Said, read_scenes
from mingan.world.films import read_film
from mingan.world.scenes import AHEAD, FPS, Scene
from mingan.world.takes import play_scene

_PLACES = ("{given}", "{out}")
_TOLD = 200
"""Characters of what a failed program said last that are kept."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What came of it.

    Attributes:
        done: clips that are there now; `failed` by scene, why there is none.
    """

    done: int
    failed: dict[str, str]


def words_of(command: str) -> list[str]:
    """A command's words.

    Raises:
        UsageError: it is no command, or does not say where {given} and {out} go.
    """
    try:
        words = shlex.split(command)
    except ValueError:
        words = []
    if not words or not all(any(place in word for word in words) for place in _PLACES):
        raise UsageError(
            "命令里要写 {given}（给的视频）和 {out}（接好的存到哪里），如 "
            "'my-model --in {given} --out {out}'。",
            "The command takes {given} (the clip that is given) and {out} (where its continuation "
            "goes), such as 'my-model --in {given} --out {out}'.",
        )
    return words


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
        "{out}": str(draft.resolve()), "{seconds}": f"{AHEAD / FPS:g}",
    }  # fmt: skip
    line = []
    for word in words:
        for place, value in told.items():
            word = word.replace(place, value)
        line.append(word)
    try:
        done = subprocess.run(line, capture_output=True, timeout=timeout, check=False,
                              stdin=subprocess.DEVNULL)  # fmt: skip
    except (FileNotFoundError, PermissionError) as fault:
        raise UsageError(
            f"运行不了 {words[0]!r}；写它的完整路径，或者装上它。",
            f"Cannot run {words[0]!r}; write its whole path, or install it.",
        ) from fault
    except subprocess.TimeoutExpired:
        draft.unlink(missing_ok=True)
        return f"took longer than {timeout:g} seconds"
    if done.returncode or not draft.is_file():
        draft.unlink(missing_ok=True)
        last = done.stderr.decode("utf-8", "replace").strip()[-_TOLD:]
        return f"exit status {done.returncode}: {last}" if last else f"exit {done.returncode}"
    try:
        read_film(draft, play_scene(scene, forks=1).given)
    except MinganError as fault:
        draft.unlink(missing_ok=True)
        return fault.say("en")
    draft.replace(clips / f"{scene.name}.mp4")
    return ""
