"""`mingan run --quick`: pick the questions that tell most, or say why they are drawn by lot."""

from __future__ import annotations

import math
import sys
import time
from typing import TYPE_CHECKING, Any

from mingan.cli import say
from mingan.errors import UsageError

if TYPE_CHECKING:
    from mingan.bank import Bank
    from mingan.quick import Pool, Until
    from mingan.reports.quickly import Quick
    from mingan.workspace import Workspace

_EVERY_S = 5.0
_SURE = 1.645  # of a 90 % interval


def until_of(quick: bool, *, limit: int | None, within: float | None) -> Until | None:
    """When a quick run ends; None where none is wanted. `within` is in points.

    Raises:
        UsageError: an end without a quick run, or one that makes no sense.
    """
    if not quick:
        if within is not None:
            raise UsageError(
                "--within 要和 --quick 一起用：mingan run --quick --within 5 -m 模型名",
                "--within goes with --quick: mingan run --quick --within 5 -m NAME",
            )
        return None
    from mingan.quick import Until

    until = Until(limit=limit, within=None if within is None else within / 100)
    until.check()
    return until


def pool_of(workspace: Workspace, bank: Bank, models: list[str], until: Until) -> Pool | None:
    """What earlier models tell; None, and a sentence, where they are too few."""
    from mingan import quick
    from mingan.reports.quickly import too_few_sentence

    pool, there = quick.pool_of(
        workspace.store, bank, without=models, registry=workspace.registry
    )  # fmt: skip
    if pool is None:
        say.note(too_few_sentence(there, by_lot(until)[0]))
    return pool


def by_lot(until: Until) -> tuple[int, int]:
    """How many questions to draw where none can be picked, and the turns of a short one.

    A wanted width takes as many as a score of one half would, which takes most.
    """
    from mingan.asking.conversation import SHORT_TURNS
    from mingan.cli.ask import QUICK

    if until.within is None:
        return until.limit or QUICK, SHORT_TURNS
    needed = math.ceil((_SURE / until.within) ** 2 / 4)
    return min(needed, until.limit or needed), SHORT_TURNS


def run(
    workspace: Workspace, pool: Pool, models: list[str], until: Until, *,
    models_file: Any, repeats: int, json: bool, **how: Any,
) -> int:  # fmt: skip
    """Ask, and say what was found."""
    import asyncio

    from mingan import quick, shelf
    from mingan.cli.ask import interruptible
    from mingan.reports import quickly, table

    cards = shelf.cards(models, models_file=models_file, registry=workspace.registry)
    found = asyncio.run(
        interruptible(
            quick.ask, store=workspace.store, pool=pool, cards=cards, until=until,
            repeats=repeats, registry=workspace.registry, on_answer=_Shown(), **how,
        )
    )  # fmt: skip
    short = any(row.ended == "stopped" or row.failed for row in found)
    for row in found:
        for reason in row.reasons:
            say.note(reason)
        for note in quickly.quick_notes(row):
            say.note(note)
    if json:
        say.document(quickly.quick_document(found, bank=pool.bank.name))
        return 1 if short else 0
    for row in found:
        say.out(quickly.quick_sentence(row))
    say.out("")
    print(table.plain(quickly.quick_table(found)), end="")
    return 1 if short else 0


def say_of_all(workspace: Workspace, bank: Bank, models: list[str]) -> None:
    """What a sample of short questions tells of the whole bank, long games included."""
    from mingan import quick
    from mingan.reports.quickly import of_all_sentence

    try:
        found = workspace.scores(bank=bank.name, models=models)
    except UsageError:  # said already: nothing that a score could rest on
        return
    size, short = quick.sizes_of(bank, registry=workspace.registry)
    for score in found.scores:
        asked = {question for model, question, _ in found.gathered.answers if model == score.model}
        if asked <= short and len(short) < size:
            say.note(of_all_sentence(score, short=len(short), of=size))


class _Shown:
    """How far it is, a line every few seconds."""

    def __init__(self) -> None:
        self._last = time.monotonic()

    def __call__(self, row: Quick) -> None:
        now = time.monotonic()
        if now - self._last < _EVERY_S:
            return
        self._last = now
        from mingan.reports.quickly import progress_sentence

        print(progress_sentence(row).say(), file=sys.stderr, flush=True)
