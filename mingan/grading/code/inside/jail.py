"""Builds the walls around this process, one after the other, and then runs the program in it.

Started by the sandbox as a process of its own, which reads one job from its standard input. The
order matters: each wall needs what a later one takes away. If one that is required cannot be built,
nothing is run, and the reason is reported.
"""

from __future__ import annotations

import marshal
import os
import sys

from . import harness, kernel, landlock, seccomp, walls
from .encoding import quoted

TYPE_CHECKING = False  # the module typing takes longer to load than all of this
if TYPE_CHECKING:
    from typing import Any

_KILL = 9


def main(results: int) -> None:
    """Read the job, lock this process up, run the program, and end the process."""
    try:
        job: dict[str, Any] = marshal.loads(_read_all(0))
        if job["forbid"]:
            from . import forbidden  # noqa: F401 - out of reach once the walls stand
        _lock_up(job)
    except BaseException as error:
        reason = f"{type(error).__name__}: {error}"
        os.write(results, f'["fault",{quoted(reason)}]\n'.encode())
        os._exit(1)
    os.write(results, b'["ready"]\n')
    harness.run(job, results)
    os._exit(0)


def _lock_up(job: dict[str, Any]) -> None:
    """Every wall, from the outside in."""
    sys.dont_write_bytecode = True
    os.environ.pop("LD_LIBRARY_PATH", None)
    folder: str = job["folder"]
    _replace_stdin(folder, job["stdin"])
    walls.limit(job["seconds"], job["memory_mb"])
    apart = walls.enter_namespaces()
    kernel.drop_bounding()
    ordinary = walls.leave_root(folder, [*job["listable"], folder])
    walls.limit_threads(counted_alone=apart)
    os.chdir(folder)
    kernel.prctl(kernel.SET_DUMPABLE, 0)
    kernel.prctl(kernel.SET_DEATH_SIGNAL, _KILL)
    kernel.prctl(kernel.NO_NEW_PRIVILEGES, 1)
    landlock.restrict(job["readable"], job["listable"], folder)
    kernel.drop_capabilities()
    # Root is exempt from the limit of threads, so where we could not leave it there are none.
    seccomp.install(threads=ordinary)


def _replace_stdin(folder: str, text: bytes) -> None:
    """Put a nameless file with `text` in the place of the pipe that the job came by."""
    path = os.path.join(folder, "stdin")
    at = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
    os.unlink(path)
    while text:
        text = text[os.write(at, text) :]
    os.lseek(at, 0, os.SEEK_SET)
    os.dup2(at, 0)
    os.close(at)


def _read_all(at: int) -> bytes:
    pieces = []
    while piece := os.read(at, 1 << 16):
        pieces.append(piece)
    return b"".join(pieces)
