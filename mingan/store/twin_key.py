"""The secret key from which a workspace's private twins are made.

It lies in a file of its own beside the workspace (`mingan.db.twins`), readable by its owner only,
and never in the workspace: who gets the workspace to look at gets no key to make the next
questions with. To rotate is to burn a set: the key is replaced, and no later question has
anything to do with it.
"""

from __future__ import annotations

import errno
import json
import os
import secrets
from dataclasses import dataclass, field
from pathlib import Path

from mingan.errors import DiskFullError, StoreError
from mingan.records import now
from mingan.store.engine import Place
from mingan.store.private_file import path_beside, write_private


@dataclass(frozen=True, slots=True, kw_only=True)
class TwinKey:
    """The key of one set of private twins.

    Attributes:
        number: which set of this workspace it is, from 1.
        key: 32 secret bytes.
        path: the file in which it lies.
        burned: numbers of the sets before it, with when each was burned.
    """

    number: int
    key: bytes = field(repr=False)
    path: Path
    burned: tuple[tuple[int, str], ...] = ()


def twin_key(where: Place, *, used: int = 0) -> TwinKey:
    """The workspace's key, made the first time it is wanted.

    Args:
        used: the highest number among sets on record; a new key comes after it.

    Raises:
        StoreError: the file cannot be read or written, or is damaged.
    """
    path = path_beside(where, "twins")
    try:
        return _read(path)
    except FileNotFoundError:
        made = TwinKey(number=used + 1, key=secrets.token_bytes(32), path=path)
        _write(made, new=True)
        return _read(path)  # another process may have been first


def rotate(where: Place, *, used: int = 0) -> TwinKey:
    """Burn the present set: a new key under the next number; the old key is gone.

    Raises:
        StoreError: the file cannot be read or written, or is damaged.
    """
    old = twin_key(where, used=used)
    made = TwinKey(
        number=max(old.number, used) + 1, key=secrets.token_bytes(32), path=old.path,
        burned=(*old.burned, (old.number, now())),
    )  # fmt: skip
    _write(made, new=False)
    return made


def _read(path: Path) -> TwinKey:
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
        key = bytes.fromhex(found["key"])
        burned = tuple((int(number), str(at)) for number, at in found["burned"])
        if len(key) != 32:
            raise ValueError("key")
        return TwinKey(number=int(found["set"]), key=key, path=path, burned=burned)
    except FileNotFoundError:
        raise
    except OSError as error:
        raise _unreadable(path, os.strerror(error.errno or 0)) from None
    except (ValueError, KeyError, TypeError):
        raise _unreadable(path, "damaged") from None


def _unreadable(path: Path, why: str) -> StoreError:
    return StoreError(
        f"读不出暗题的密钥 {path}（{why}）。从备份里取回，或移走它：会另做一套新的暗题。",
        f"The key of the hidden twins, {path}, cannot be read ({why}). Take it from a backup, or "
        "move it away: then a new set is made.",
    )


def _write(made: TwinKey, *, new: bool) -> None:
    """Put the key on disk, whole or not at all; a `new` one replaces nothing."""
    document = {"set": made.number, "key": made.key.hex(), "burned": made.burned}
    try:
        write_private(made.path, json.dumps(document), new=new)
    except OSError as error:
        raise _unwritten(made.path, error) from None


def _unwritten(path: Path, error: OSError) -> StoreError:
    if error.errno == errno.ENOSPC:
        return DiskFullError(
            f"磁盘满了，暗题的密钥 {path} 没有写成。请腾出空间再试。",
            f"The disk is full; the key of the hidden twins, {path}, was not written. Free some "
            "space and try again.",
        )
    why = os.strerror(error.errno or 0)
    return StoreError(
        f"写不了暗题的密钥 {path}（{why}）。请检查文件夹和权限。",
        f"The key of the hidden twins, {path}, cannot be written ({why}). Check the folder and "
        "its permissions.",
    )
