"""Did the model behind a name change? A frozen baseline, asked again from day to day.

    from mingan import Workspace, drift

    with Workspace.open("mingan.db") as workspace:
        await drift.ask(workspace, drift.Wanted(model="qwen2.5-coder-0.5b"), day="2026-03-01")
        report = drift.look(workspace.store)          # mingan.reports.drifted.DriftReport
        for row in report.rows:
            print(row.model, row.verdict, row.since)
        past = drift.history(workspace.store, "common-002")       # one question over dates

`look` and `history` only read, and ask nobody: pages may call them. Every stored text is read by
today's grader first, so that a new parser is never called drift; the verdict "changed" is said
only on an alarm whose error over the whole life of a watch is held. The room must not know how a
page or a terminal shows what it finds.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from mingan import runs
from mingan.drift.checks import Asked, Wanted, ask, is_due
from mingan.drift.judged import change_of
from mingan.drift.looking import drift_of
from mingan.drift.past import history
from mingan.drift.verdicts import Record, read
from mingan.drift.watches import Watch, on_record
from mingan.plugins import Registry
from mingan.plugins import registry as installed
from mingan.reports.drifted import Drift, DriftReport
from mingan.store import Reader, Store

__all__ = [
    "Asked", "Wanted", "Watch", "ask", "history", "is_due", "keep_new_grades", "look", "on_record",
]  # fmt: skip


def look(
    reader: Reader, *, models: Collection[str] | None = None, bank: str | None = None,
    ended: bool = True, registry: Registry = installed,
) -> DriftReport:  # fmt: skip
    """Every watch on record, the one that matters most first; none is asked again.

    Args:
        models, bank: only watches over these models, on this bank.
        ended: with those that were begun anew since.

    Raises:
        InputError: a question names a grader that nobody installed.
    """
    there = [
        watch
        for watch in on_record(reader, bank=bank)
        if (models is None or watch.card.name in models) and (ended or not watch.ended)
    ]
    if not there:
        return DriftReport()
    record = Record.of(reader)
    rows = [_drift(reader, watch, record, registry) for watch in there]
    return DriftReport(rows=tuple(sorted(rows, key=_order)))


def _drift(reader: Reader, watch: Watch, record: Record, registry: Registry) -> Drift:
    """One watch; from the day on which its judge changed, the judge's word does not count."""
    found = read(reader, watch, record, judge=watch.judge, registry=registry)
    if not watch.judge:
        return drift_of(watch, found)
    change = change_of(watch, record, found)
    if change is not None and change.drifted:
        found = read(reader, watch, record, judge=watch.judge, until=change.day, registry=registry)
    return replace(drift_of(watch, found), judge_change=change)


def keep_new_grades(
    store: Store, *, models: Collection[str] | None = None, registry: Registry = installed
) -> int:
    """Keep what today's rules make of texts that other rules graded; gives how many."""
    record = Record.of(store)
    new = [
        grade
        for watch in on_record(store)
        if models is None or watch.card.name in models
        for grade in read(store, watch, record, registry=registry).new
    ]
    runs.keep_grades(store, new)
    return len(new)


def _order(row: Drift) -> tuple[bool, int, str, str]:
    place = ("changed", "cannot tell yet", "no change").index(row.verdict)
    return row.ended, place, row.model, row.watch
