"""What is known of drift, kept until something changes: working out a long watch takes seconds.

All watches of the workspace are looked at together, whatever bank a page is about. A workspace
that cannot be looked at (a grader that is not installed) gives the sentence instead. The module
knows no page.
"""

from __future__ import annotations

import time
from collections.abc import Hashable
from threading import RLock

from mingan import drift
from mingan.errors import MinganError
from mingan.language import Text
from mingan.reports.drifted import Drift, DriftReport
from mingan.web.bench import Bench

_PATIENCE = 5.0
"""What was worked out may be older than the workspace by so many times the seconds it took."""

_CHEAP = 0.4


class Watched:
    """The watches of one workspace."""

    def __init__(self, bench: Bench) -> None:
        """Reads what the bench's pages read."""
        self._reader = bench.snapshots.reader
        self._registry = bench.workspace.registry
        self._lock = RLock()
        self._marks: Hashable = None
        self._ended = self._took = 0.0
        self._report: DriftReport | None = None
        self._why: Text | None = None

    def close(self) -> None:
        """Nothing to stop."""

    @property
    def ready(self) -> bool:
        """Whether `report` is there without waiting."""
        with self._lock:
            return self._report is not None or not drift.on_record(self._reader)

    @property
    def why_not(self) -> Text | None:
        """Why the watches cannot be looked at."""
        self.report()
        return self._why

    def report(self) -> DriftReport:
        """Every watch, the one that matters most first; empty where there is none."""
        with self._lock:
            marks = self._reader.look()
            if self._report is not None and (marks == self._marks or not self._due()):
                return self._report
            started = time.monotonic()
            try:
                self._report, self._why = drift.look(self._reader, registry=self._registry), None
            except MinganError as fault:
                self._report, self._why = DriftReport(), fault.public
            self._ended = time.monotonic()
            self._marks, self._took = marks, self._ended - started
            return self._report

    def of(self, watch: str) -> Drift | None:
        """One watch; None if there is none of that id."""
        return next((row for row in self.report().rows if row.watch == watch), None)

    def _due(self) -> bool:
        return self._took < _CHEAP or time.monotonic() - self._ended > _PATIENCE * self._took


def watched_of(bench: Bench) -> Watched:
    """The server's one."""
    return bench.part(Watched, Watched)
