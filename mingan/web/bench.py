"""What all pages of one server share: the workspace, snapshots of it, and the door.

Pages get it with every request. It holds no words and no addresses. What a page needs for itself
alone (such as the runs under way) it keeps in `parts`, made once and closed with the server.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from threading import Lock
from typing import Any, Protocol, TypeVar

from mingan.web.people import Door
from mingan.web.snapshots import Snapshot, Snapshots
from mingan.workspace import Workspace


class Part(Protocol):
    """Something that lives as long as the server."""

    def close(self) -> None:
        """Stop cleanly."""


P = TypeVar("P", bound=Part)


class Bench:
    """One workspace behind one web server."""

    def __init__(
        self, workspace: Workspace, *, door: Door, models_file: str | Path | None = None,
        ladder: Path | None = None,
    ) -> None:  # fmt: skip
        """Takes an open workspace and does not close it; `ladder` is a ladder's folder to show."""
        self.workspace = workspace
        self.door = door
        self.models_file = models_file
        self.ladder = ladder
        self.snapshots = Snapshots(workspace.store)
        self._parts: dict[type, Any] = {}
        self._lock = Lock()

    def snapshot(self, bank: str | None = None) -> Snapshot:
        """What is known of a bank, by default of the one used last.

        Raises:
            UsageError: the workspace is empty, or there is no such bank.
        """
        return self.snapshots.of(bank or None)

    def part(self, kind: type[P], make: Callable[[Bench], P]) -> P:
        """The server's one `kind`, made by `make` when first wanted."""
        with self._lock:
            if kind not in self._parts:
                self._parts[kind] = make(self)
            part: P = self._parts[kind]
            return part

    def close(self) -> None:
        """Stop everything that lives as long as the server."""
        with self._lock:
            parts, self._parts = list(self._parts.values()), {}
        for part in reversed(parts):
            part.close()
