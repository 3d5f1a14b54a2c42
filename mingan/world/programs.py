"""A local program that continues clips: given.mp4 in, continued.mp4 out.

    program = Program("my-model --in {given} --out {out} --seconds {seconds} --seed {seed}")
    made = await program.continue_clip(given, prompt, seconds=3.0, seed=7)

The command is a list of words and no shell sees it; what is told to a model goes into a word of
its own. The module must not know scenes, laws or scores.
"""

from __future__ import annotations

import asyncio
import shlex
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from mingan.errors import AnswerTimeout, RequestRejected, UsageError
from mingan.models.threads import in_daemon_thread
from mingan.world.continuing import Continued

_PLACES = ("{given}", "{out}")
_TOLD = 200
"""Characters of what a failed program said last that are kept."""

_MOST = 1 << 29
"""Bytes of a clip that are read."""


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


def run(words: Sequence[str], told: Mapping[str, str], out: Path, *, timeout: float) -> str:
    """Run a program; why there is no clip at `out`, "" where there is one.

    Args:
        told: what stands for {given} and the like.
        timeout: seconds.

    Raises:
        UsageError: there is no such program.
        AnswerTimeout: it took longer.
    """
    line = []
    for word in words:
        for place, value in told.items():
            word = word.replace(place, value)
        line.append(word)
    try:
        done = subprocess.run(line, capture_output=True, timeout=timeout, check=False,
                              stdin=subprocess.DEVNULL)  # fmt: skip
    except OSError as fault:  # not there, not to be run, no program at all
        raise UsageError(
            f"运行不了 {words[0]!r}；写它的完整路径，或者装上它。",
            f"Cannot run {words[0]!r}; write its whole path, or install it.",
        ) from fault
    except subprocess.TimeoutExpired:
        raise AnswerTimeout(
            f"超过了 {timeout:g} 秒。", f"It took longer than {timeout:g} seconds."
        ) from None
    if not done.returncode and out.is_file():
        return ""
    last = done.stderr.decode("utf-8", "replace").strip()[-_TOLD:]
    return f"exit status {done.returncode}: {last}" if last else f"exit {done.returncode}"


class Program:
    """A program as something that continues clips."""

    def __init__(self, command: str, *, timeout: float = 600.0) -> None:
        """Takes the command apart, and runs nothing.

        Raises:
            UsageError: as `words_of`.
        """
        self._words, self._timeout = words_of(command), timeout

    async def continue_clip(
        self, clip: Path, prompt: str, *, seconds: float, seed: int
    ) -> Continued:
        """Run the program on a clip.

        Raises:
            AnswerTimeout: it took too long.
            RequestRejected: it failed, is not there, or wrote no clip.
        """
        with TemporaryDirectory(prefix="mingan-", ignore_cleanup_errors=True) as folder:
            out = Path(folder) / "continued.mp4"
            told = {
                "{given}": str(clip.resolve()), "{out}": str(out), "{seconds}": f"{seconds:g}",
                "{seed}": str(seed), "{prompt}": prompt,
            }  # fmt: skip
            work = in_daemon_thread(lambda: run(self._words, told, out, timeout=self._timeout))
            try:
                why = await work
            except UsageError as fault:
                raise RequestRejected(*fault.message) from fault
            if not why and out.stat().st_size > _MOST:
                why = "the clip is larger than 512 MiB"
            if why:
                raise RequestRejected(f"程序没有接成：{why}", f"The program made no clip: {why}")
            return Continued(clip=await asyncio.to_thread(out.read_bytes))

    async def close(self) -> None:
        """Nothing to let go of."""


class Folder:
    """Clips that are there already, each under the name of what it continues."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    async def continue_clip(
        self, clip: Path, prompt: str, *, seconds: float, seed: int
    ) -> Continued:
        """The clip of that name.

        Raises:
            RequestRejected: there is none.
        """
        place = self._folder / clip.name
        if not place.is_file() or place.stat().st_size > _MOST:
            raise RequestRejected(
                f"{self._folder} 里没有 {clip.name}；放进去再问一遍。",
                f"There is no {clip.name} in {self._folder}; put it there and ask again.",
            )
        return Continued(clip=await asyncio.to_thread(place.read_bytes))

    async def close(self) -> None:
        """Nothing to let go of."""
