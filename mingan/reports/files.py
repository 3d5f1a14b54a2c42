"""Whole files or none: a file is written beside its place and moved there when it is complete.

Knows paths and bytes; not what is in them.
"""

from __future__ import annotations

import errno
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from mingan.errors import DiskFullError, UsageError
from mingan.reports.safe import one_line

_SQLITE = b"SQLite format 3\0"


@contextmanager
def whole_file(path: str | Path) -> Iterator[Path]:
    """Yield a temporary path in the same folder; on success it takes the place of `path`.

    On any error the temporary file is removed and whatever stood at `path` is untouched.

    Raises:
        DiskFullError: there is no space left.
        UsageError: the folder does not exist, or may not be written to; or a database is there.
    """
    target = Path(path)
    _spare_workspaces(target)
    temporary: Path | None = None
    try:
        handle, name = tempfile.mkstemp(prefix=f".{target.name[:40]}.", dir=target.parent)
        os.close(handle)
        temporary = Path(name)
        yield temporary
        _sync(temporary)
        temporary.chmod(0o666 & ~_umask())
        temporary.replace(target)
    except OSError as error:
        raise _explained(error, target) from error
    finally:
        if temporary is not None:
            with suppress(FileNotFoundError):
                temporary.unlink()


def _spare_workspaces(target: Path) -> None:
    """A slip of the hand (`-o mingan.db`) must not cost a workspace with all that is in it."""
    try:
        with target.open("rb") as file:
            database = file.read(len(_SQLITE)) == _SQLITE
    except OSError:
        return
    if database:
        where = one_line(str(target), 200)
        raise UsageError(
            f"{where} 是一个数据库，很可能就是工作区，不会用别的内容盖掉它。请换一个文件名。",
            f"{where} is a database, probably a workspace, and will not be overwritten. Choose "
            "another file name.",
        )


def _sync(path: Path) -> None:
    with path.open("rb+") as file:
        os.fsync(file.fileno())


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


def _explained(error: OSError, target: Path) -> DiskFullError | UsageError:
    where = one_line(str(target), 200)
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return DiskFullError(
            f"磁盘满了，{where} 没有写成；原来的文件没有动。腾出空间后再试一次。",
            f"The disk is full: {where} was not written, and what was there before is untouched. "
            "Free some space and try again.",
        )
    if not target.parent.is_dir():
        return UsageError(
            f"没有 {one_line(str(target.parent), 200)} 这个文件夹，{where} 没有写。先建好文件夹。",
            f"There is no folder {one_line(str(target.parent), 200)}, so {where} was not written. "
            "Make the folder first.",
        )
    return UsageError(
        f"{where} 写不了（{error.strerror}）。换一个位置，或改一下权限。",
        f"{where} cannot be written ({error.strerror}). Choose another place or mend the "
        "permissions.",
    )
