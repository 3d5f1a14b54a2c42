"""Landlock: what of the file system a process can open from now on, by the kernel's own rules.

Nothing can be executed, connected to or listed but what is named here, and no later step can widen
it. Landlock does not cover looking up a name (`stat`), changing modes or owners; what of that
matters is refused by the filter of system calls. It knows paths, and not what they are for.
"""

from __future__ import annotations

import os
import struct

from .kernel import call

TYPE_CHECKING = False  # the module typing takes longer to load than all of this
if TYPE_CHECKING:
    from collections.abc import Iterable

CREATE, ADD, RESTRICT = 444, 445, 446
WRITE_FILE, READ_FILE, READ_DIR = 1 << 1, 1 << 2, 1 << 3
MAKE_FILE, TRUNCATE = 1 << 8, 1 << 14

_RIGHTS = {1: 13, 2: 14, 3: 15, 4: 15, 5: 16}
"""How many rights of the file system each version knows; later versions know as many as 5."""
_ALL_OF_NETWORK, _ALL_OF_SCOPES = 0b11, 0b11


def version() -> int:
    """The version of Landlock that this kernel speaks.

    Raises:
        OSError: it speaks none, or has it switched off.
    """
    return call(CREATE, None, 0, 1)


def restrict(readable: Iterable[str], listable: Iterable[str], folder: str) -> None:
    """Shut this process off from all files but these, for good.

    Args:
        readable: files, and folders whose files can be read, at any depth.
        listable: folders that can be listed, which gives no right to read what is in them.
        folder: the one place where plain files can be made, read and written. None can be removed
            or renamed: a file without a name, kept by a descriptor or by a stretch of memory,
            fills the disk and is counted by nobody.

    Raises:
        OSError: the kernel refused.
    """
    spoken = version()
    rights = (1 << _RIGHTS[min(spoken, 5)]) - 1
    attributes = struct.pack("<QQQ", rights, _ALL_OF_NETWORK, _ALL_OF_SCOPES)
    size = 8 if spoken < 4 else 16 if spoken < 6 else 24
    ruleset = call(CREATE, attributes[:size], size, 0)
    try:
        for path in readable:
            _allow(ruleset, path, READ_FILE)
        for path in listable:
            _allow(ruleset, path, READ_DIR)
        own = READ_FILE | WRITE_FILE | READ_DIR | MAKE_FILE | TRUNCATE
        _allow(ruleset, folder, own & rights)
        call(RESTRICT, ruleset, 0)
    finally:
        os.close(ruleset)


def _allow(ruleset: int, path: str, rights: int) -> None:
    """Add one rule; a path that is not there needs none."""
    try:
        at = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except (FileNotFoundError, PermissionError):
        return
    try:
        call(ADD, ruleset, 1, struct.pack("<Qi", rights, at), 0)
    finally:
        os.close(at)
