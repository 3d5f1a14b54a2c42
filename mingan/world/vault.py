"""Where continued clips lie: by their hash, in one folder of the user's, each written whole.

    name = keep(clip)          find(name)          note(name, scene, measured)

An answer to a scene holds the name of a clip and no path, so that nothing that a model or a file
says leads anywhere else. What was measured of a clip is noted beside it; a note that is gone is
measured anew. The module must not know laws or scores.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import sys
from pathlib import Path
from typing import Any

from mingan.errors import DiskFullError, StoreError

_NAME = re.compile(r"[0-9a-f]{64}")


def home() -> Path:
    """The folder: `$MINGAN_CLIPS`, else one in the platform's folder for a user's data."""
    chosen = os.environ.get("MINGAN_CLIPS", "").strip()
    if chosen:
        return Path(chosen).expanduser()
    if sys.platform == "win32":
        local = os.environ.get("LOCALAPPDATA", "")
        return (Path(local) if local else Path.home() / "AppData" / "Local") / "mingan" / "clips"
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Application Support" / "mingan" / "clips"
    xdg = os.environ.get("XDG_DATA_HOME", "")
    return (Path(xdg) if xdg else Path.home() / ".local" / "share") / "mingan" / "clips"


def keep(clip: bytes) -> str:
    """Put a clip on disk; gives its name.

    Raises:
        DiskFullError, StoreError: it cannot be written.
    """
    name = hashlib.sha256(clip).hexdigest()
    place = home() / f"{name}.mp4"
    if not place.is_file():
        _write(place, clip)
    return name


def find(name: str) -> Path | None:
    """The clip of a name; None where there is none, or it is no name."""
    if not _NAME.fullmatch(name):
        return None
    place = home() / f"{name}.mp4"
    return place if place.is_file() else None


def note(name: str, about: str, told: dict[str, Any]) -> None:
    """Note what was measured of a clip; that it cannot be noted costs only time."""
    if _NAME.fullmatch(name):
        try:
            _write(home() / "measured" / f"{name}-{about}.json", json.dumps(told).encode())
        except StoreError:
            return


def noted(name: str, about: str) -> dict[str, Any] | None:
    """What was measured of a clip; None where nothing was noted."""
    if not _NAME.fullmatch(name):
        return None
    try:
        found = json.loads((home() / "measured" / f"{name}-{about}.json").read_bytes())
    except (OSError, ValueError):
        return None
    return found if isinstance(found, dict) else None


def _write(place: Path, what: bytes) -> None:
    draft = place.with_name(f"{place.name}.{os.getpid()}.draft")
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        with draft.open("wb") as out:
            out.write(what)
            out.flush()
            os.fsync(out.fileno())
        draft.replace(place)
    except OSError as fault:
        draft.unlink(missing_ok=True)
        full = fault.errno == 28  # ENOSPC
        raise (DiskFullError if full else StoreError)(
            f"视频存不进 {place.parent}（{fault.strerror}）；腾出地方，或用 MINGAN_CLIPS "
            "换一个文件夹。",
            f"The clip cannot be kept in {place.parent} ({fault.strerror}); make room, or name "
            "another folder in MINGAN_CLIPS.",
        ) from fault
