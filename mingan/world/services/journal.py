"""What was paid for, on disk before the next thing starts: one small record per clip.

    asking    a submit may be on its way: whether it was taken is not known until it was answered
    running   the service's number of the job is known; it is asked after, and never submitted again
    done      the clip lies beside the record
    failed, refused    how else a job ended

A record is written whole or not at all and is there after a crash of the machine. No key and no
address is in it. A record that cannot be read counts as `asking`: who knows what it was. The
module must not know HTTP or services.
"""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import Literal

import msgspec

from mingan.world.services.faults import NotKept

State = Literal["asking", "running", "done", "failed", "refused"]


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """One record.

    Attributes:
        job: the service's number; "" while it is not known.
        cost: of this job as far as is known, or as reserved; `earlier` of jobs that failed before.
        said: what a service said to a job that failed or was refused.
        given, step, new, billed: seconds, see `wire.Task` and `wire.Plan`; `sent` the clip's size.
        begins, served: of a clip that is done, see `Continued`; `lasts` in seconds.
        at: when it was submitted.
    """

    state: State
    service: str = ""
    model: str = ""
    job: str = ""
    cost: float = 0.0
    earlier: float = 0.0
    currency: str = "USD"
    said: str = ""
    given: float = 0.0
    step: float = 0.0
    new: float = 0.0
    billed: float = 0.0
    sent: str = ""
    begins: float | None = None
    lasts: float = 0.0
    served: str = ""
    at: str = ""

    @property
    def spent(self) -> float:
        """Of all jobs for this clip."""
        return self.cost + self.earlier


class Journal:
    """A folder of records and clips."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def file(self, name: str) -> Path:
        """Where a record is."""
        return self.folder / f"{name}.json"

    def clip(self, name: str) -> Path:
        """Where a clip is, once it is done."""
        return self.folder / f"{name}.mp4"

    def read(self, name: str) -> Entry | None:
        """A record; None where there is none.

        Raises:
            NotKept: it cannot be read.
        """
        try:
            return _entry(self.file(name).read_bytes())
        except FileNotFoundError:
            return None
        except OSError as error:
            raise _unkept(self.folder, error) from None

    def begin(self, name: str, entry: Entry) -> bool:
        """Write the first record of a clip; False where another process did so meanwhile.

        Raises:
            NotKept: it cannot be written.
        """
        return self._put(self.file(name), msgspec.json.encode(entry), new=True)

    def write(self, name: str, entry: Entry) -> None:
        """Write a record over an earlier one.

        Raises:
            NotKept: it cannot be written; the earlier one still is.
        """
        self._put(self.file(name), msgspec.json.encode(entry))

    def drop(self, name: str) -> None:
        """Forget a record: it is certain that nothing was taken.

        Raises:
            NotKept: it cannot be forgotten.
        """
        try:
            self.file(name).unlink(missing_ok=True)
        except OSError as error:
            raise _unkept(self.folder, error) from None

    def draft(self, name: str, clip: bytes) -> Path:
        """Put a clip on disk that was not looked at yet.

        Raises:
            NotKept: it cannot be written.
        """
        file = self.folder / f"{name}.draft.mp4"
        self._put(file, clip)
        return file

    def keep(self, name: str, draft: Path) -> None:
        """Give a clip that was looked at its name.

        Raises:
            NotKept: it cannot be.
        """
        try:
            draft.replace(self.clip(name))
            _sync_folder(self.folder)
        except OSError as error:
            raise _unkept(self.folder, error) from None

    def spent(self, currency: str) -> float:
        """What all clips cost, those under way included.

        Raises:
            NotKept: a record cannot be read.
        """
        try:
            found = [_entry(file.read_bytes()) for file in sorted(self.folder.glob("*.json"))]
        except OSError as error:
            raise _unkept(self.folder, error) from None
        return sum(entry.spent for entry in found if entry.currency == currency)

    def _put(self, file: Path, body: bytes, *, new: bool = False) -> bool:
        """Put a file on disk whole; a `new` one replaces none that is there."""
        draft = None
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            handle, draft = tempfile.mkstemp(dir=self.folder, prefix=".", suffix=".part")
            with os.fdopen(handle, "wb") as out:
                out.write(body)
                out.flush()
                os.fsync(out.fileno())
            if new:
                os.link(draft, file)
            else:
                os.replace(draft, file)
                draft = None
            _sync_folder(self.folder)
        except FileExistsError:
            return False
        except OSError as error:
            raise _unkept(self.folder, error) from None
        finally:
            if draft is not None:
                Path(draft).unlink(missing_ok=True)
        return True


def _entry(body: bytes) -> Entry:
    try:
        return msgspec.json.decode(body, type=Entry)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return Entry(state="asking")


def _sync_folder(folder: Path) -> None:
    """A new name is on disk only when its folder is."""
    if os.name == "nt":
        return  # there a folder cannot be opened, and names are journalled by the file system
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _unkept(folder: Path, error: OSError) -> NotKept:
    return NotKept(
        f"任务记录写不进或读不出 {folder}（{error.strerror}）。请检查磁盘空间和权限。",
        f"Records of jobs cannot be kept in {folder} ({error.strerror}). Check disk space and "
        "permissions.",
    )
