"""Small secret files beside a workspace, readable by their owner only, written whole or not at all.

They are never in the workspace itself: who gets the workspace to look at gets no secret with it.
For a workspace on PostgreSQL they are in the user's configuration folder. What is in them is the
caller's business, and so is the sentence when they cannot be had.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
from pathlib import Path

from mingan.store.engine import Place


def path_beside(where: Place, ending: str) -> Path:
    """Where the workspace's secret file of this ending lies, such as `mingan.db.twins`."""
    if where.path is not None:
        return Path(f"{where.path}.{ending}")
    folder = Path(os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config") / "mingan"
    name = hashlib.sha256(where.shown.encode()).hexdigest()[:16]
    return folder / f"workspace-{name}.{ending}"


def write_private(path: Path, text: str, *, new: bool) -> None:
    """Put `text` on disk; a `new` file replaces none that another process made meanwhile.

    Raises:
        OSError: it cannot be written; what was there before still is.
    """
    draft = None
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, draft = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        if not new:
            os.replace(draft, path)
            return
        try:
            os.link(draft, path)
        except FileExistsError:
            return
    finally:
        if draft is not None:
            Path(draft).unlink(missing_ok=True)
