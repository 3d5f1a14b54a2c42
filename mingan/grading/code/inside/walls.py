"""The other walls, each by what the process may do itself: limits, namespaces, no root.

Limits always hold. Namespaces (a network without any device, a view of mounts of one's own) come
on top where the kernel lets an ordinary user have them. A process that was started as root goes on
as nobody; where the interpreter lies in a folder that nobody can enter, that folder is opened in
this process's own view of the mounts; where that is not allowed either (a container without the
right to mount), it stays root by name, without any of root's powers. It knows no questions.
"""

from __future__ import annotations

import os
import resource

from . import kernel

TYPE_CHECKING = False  # the module typing takes longer to load than all of this
if TYPE_CHECKING:
    from collections.abc import Sequence

NOBODY = 65534
OPEN_FILES, THREADS, OTHERS = 64, 64, 4096
"""How many files may be open, how many threads may run, and how many where the kernel counts the
user's other processes too."""

MB = 1 << 20
LARGEST_FILE, STACK = 8 * MB, 64 * MB

_NEW_MOUNTS, _NEW_NAMES, _NEW_IPC = 0x00020000, 0x04000000, 0x08000000
_NEW_USER, _NEW_NETWORK = 0x10000000, 0x40000000
_BIND, _RECURSIVE, _PRIVATE = 4096, 16384, 1 << 18


def limit(seconds: float, memory_mb: int) -> None:
    """Set the limits of memory (beyond what the interpreter holds), time, files and stack."""
    _at_most(resource.RLIMIT_CORE, 0)
    _at_most(resource.RLIMIT_NOFILE, OPEN_FILES)
    _at_most(resource.RLIMIT_FSIZE, LARGEST_FILE)
    _at_most(resource.RLIMIT_CPU, int(seconds) + 2)
    _at_most(resource.RLIMIT_STACK, STACK)
    with open("/proc/self/statm") as sizes:
        held = int(sizes.read().split()[0]) * resource.getpagesize()
    _at_most(resource.RLIMIT_AS, held + memory_mb * MB)


def limit_threads(*, counted_alone: bool) -> None:
    """Set the limit of threads; `counted_alone` where no other process counts towards it."""
    _at_most(resource.RLIMIT_NPROC, THREADS if counted_alone else OTHERS)


def _at_most(what: int, value: int) -> None:
    """Set a limit, soft and hard, unless a lower one is in force."""
    hard = resource.getrlimit(what)[1]
    value = value if hard == resource.RLIM_INFINITY else min(value, hard)
    resource.setrlimit(what, (value, value))


def enter_namespaces() -> bool:
    """Leave the network and the like behind, where the kernel lets us; whether it did."""
    apart = _NEW_NETWORK | _NEW_IPC | _NEW_NAMES
    user, group = os.geteuid(), os.getegid()
    try:
        kernel.call(kernel.UNSHARE, apart if user == 0 else apart | _NEW_USER)
    except OSError:
        return False
    if user != 0:
        _write("/proc/self/setgroups", "deny")
        _write("/proc/self/uid_map", f"{user} {user} 1")
        _write("/proc/self/gid_map", f"{group} {group} 1")
    return True


def leave_root(folder: str, needed: Sequence[str]) -> bool:
    """Go on as nobody, if this is root: whether we are an ordinary user now.

    Args:
        folder: the folder that is to be nobody's own.
        needed: the folders that nobody must be able to reach.
    """
    if os.geteuid() != 0:
        return True
    try:
        for blocked in sorted({b for path in needed if (b := _blocked(path))}):
            _open_up(blocked, [p for p in needed if p.startswith(f"{blocked}/")])
        os.chown(folder, NOBODY, NOBODY)
        os.setgroups([])
        os.setresgid(NOBODY, NOBODY, NOBODY)
        os.setresuid(NOBODY, NOBODY, NOBODY)
    except OSError:
        return os.geteuid() != 0
    return True


def _blocked(path: str) -> str:
    """The first folder on the way to `path` that nobody cannot enter; "" if there is none."""
    parts = path.split("/")
    for depth in range(2, len(parts)):
        folder = "/".join(parts[:depth])
        if not os.stat(folder).st_mode & 0o001:
            return folder
    return ""


def _open_up(blocked: str, needed: Sequence[str]) -> None:
    """Show nobody, instead of a folder that only root can enter, just what is needed of it."""
    kernel.call(kernel.UNSHARE, _NEW_MOUNTS)
    kernel.call(kernel.MOUNT, None, b"/", None, _RECURSIVE | _PRIVATE, None)
    held = [os.open(path, os.O_PATH) for path in needed]
    options = (b"tmpfs", os.fsencode(blocked), b"tmpfs", 0, b"mode=755,size=64k")
    kernel.call(kernel.MOUNT, *options)
    for path, at in zip(needed, held, strict=True):
        os.makedirs(path, exist_ok=True)
        source = f"/proc/self/fd/{at}".encode()
        kernel.call(kernel.MOUNT, source, os.fsencode(path), None, _BIND, None)
        os.close(at)


def _write(path: str, text: str) -> None:
    try:
        with open(path, "w") as file:
            file.write(text)
    except OSError:
        return
