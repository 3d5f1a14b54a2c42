"""What comes in from elsewhere: read a file or folder first, store what it held afterwards.

The two are apart so that what would come in can be looked at before anything is stored, and so
that of several files none comes in unless all can be read. Storing is no single step: whatever
cuts it short, what was stored stays, and storing the same once more adds what is missing. This
module must not know who brings the files, or where from.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from mingan import shelf
from mingan.bank.importers import VERDICTS, Imported, detect, news
from mingan.errors import UsageError
from mingan.language import Text
from mingan.plugins import Registry
from mingan.plugins import registry as installed
from mingan.records import Answer
from mingan.store import Store

PORTION = 200
"""Rows that are stored by one transaction."""


@dataclass(frozen=True, kw_only=True)
class ImportSummary:
    """What came in. `known` answers were there already; `corrected` ones said something else."""

    bank: str
    questions: int
    models: int
    answers: int
    known: int
    corrected: int
    grades: int
    notes: tuple[Text, ...]


def read(
    path: str | Path,
    store: Store,
    *,
    kind: str | None = None,
    name: str | None = None,
    bank: str | None = None,
    registry: Registry = installed,
) -> Imported:
    """What is in a file or a folder; see `Workspace.import_`. Nothing is stored.

    Raises:
        InputError: it cannot be used.
    """
    path = Path(path)
    kind = kind or detect(path)
    if kind == VERDICTS:
        raise UsageError(
            f"{path} 里是人的判定，不是题目和回答。请用：mingan import verdicts {path}",
            f"{path} holds people's verdicts, not questions and answers. Use: mingan import "
            f"verdicts {path}",
        )
    if kind != "bank":
        known = shelf.find_bank(bank, store=store, registry=registry) if bank else None
        found: Imported = registry.get("importers", kind)(path, name=name, bank=known)
        return found
    loaded = shelf.find_bank(str(path), store=store, registry=registry)
    return Imported(
        bank=name or loaded.name, questions=loaded.questions, cards=(), answers=(),
        notes=loaded.notes,
    )  # fmt: skip


def sort(found: Imported, store: Store) -> tuple[list[Answer], list[Answer]]:
    """Which answers are new here, and which correct one that is on record."""
    there = {answer.key: answer for answer in store.answers()}
    return news(found.answers, there)


def keep(found: Imported, store: Store) -> ImportSummary:
    """Store what was read. What is there already stays; a text that changed is a revision."""
    fresh, changed = sort(found, store)
    store.add_bank(found.bank, list(found.questions))
    store.add_cards(found.cards)
    incoming = fresh + changed
    futures = [store.record("", part) for part in _portions(incoming)]
    for future in futures:
        future.result()
    store.add_grades(found.grades)
    return ImportSummary(
        bank=found.bank,
        questions=len(found.questions),
        models=len(found.cards),
        answers=len(found.answers),
        known=len(found.answers) - len(incoming),
        corrected=len(changed),
        grades=len(found.grades),
        notes=tuple(found.notes),
    )


def _portions(answers: Sequence[Answer]) -> list[Sequence[Answer]]:
    return [answers[start : start + PORTION] for start in range(0, len(answers), PORTION)]
