"""Did a model earn its score, or had it seen the questions?

    from mingan import Workspace, contamination

    with Workspace.open("mingan.db") as workspace:
        report = contamination.look(workspace.store, bank="builtin")
        for row in report.rows:                     # mingan.reports.contaminated.Contamination
            print(row.model, row.origin, row.verdict, row.gap, row.p)

`look` only reads, and asks nobody: pages may call it. The sentence for a row is
`mingan.reports.contaminated_sentences.contamination_sentence(row)`. No row holds the words of a
question. Where the design does not bear a p-value, none is given, and `refusal` says why. The
room must not know how a page or a terminal shows what it finds.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

from mingan.bank.fairness import Match
from mingan.contamination.frozen import references_of
from mingan.contamination.paired import matched, rows_of_pairs
from mingan.reports.contaminated import (
    Contamination,
    ContaminationReport,
    gravest_first,
)
from mingan.reports.gather import Gathered, gather
from mingan.reports.twin_pairs import Origin, Sides, twin_banks, twin_sides
from mingan.store import Reader

__all__ = ["look"]


def look(
    reader: Reader,
    *,
    bank: str | None = None,
    models: Collection[str] | None = None,
    references: Collection[str] = (),
    published: date | None = None,
) -> ContaminationReport:
    """Every model on a public bank, against whatever hidden questions it was asked.

    Args:
        bank: the public bank; None for the one used last.
        models: only these; None for all that answered. A reference is only looked at itself
            where it is named here.
        references: names of models that the user says cannot have seen the public questions.
        published: when the bank's questions were; models released before are references too.

    Raises:
        UsageError: no answers yet, an unknown bank, model or reference.
    """
    everybody = gather(reader, bank=bank)
    known = references_of(
        everybody.cards, bank=everybody.bank, named=references, published=published
    )
    wanted = _wanted(reader, everybody, models, known.names)
    sides = twin_sides(reader, everybody)
    rows: list[Contamination] = []
    kinds: tuple[Origin, ...] = ("coin", "made")
    for kind in kinds:
        rows += rows_of_pairs(
            sides, kind=kind, bank=everybody.bank, models=wanted, references=known,
            alike=_alike(reader, everybody, sides, kind),
        )  # fmt: skip
    seen = {row.model for row in rows}
    rows += [
        Contamination(model=name, bank=everybody.bank, origin="hidden", refusal="no-hidden")
        for name in wanted
        if name not in seen
    ]
    return ContaminationReport(rows=gravest_first(rows), notes=everybody.notes)


def _wanted(
    reader: Reader, everybody: Gathered, models: Collection[str] | None, references: Collection[str]
) -> list[str]:
    """The models to look at, in the order of the bank.

    Raises:
        UsageError: one of them has no answers.
    """
    if models is not None:
        return [card.name for card in gather(reader, bank=everybody.bank, models=models).cards]
    return [card.name for card in everybody.cards if card.name not in references]


def _alike(reader: Reader, gathered: Gathered, sides: Sides, kind: Origin) -> Match | None:
    ids = set(sides.questions(kind))
    twins = [q for each in twin_banks(reader, gathered.bank) for q in each.questions]
    return matched(gathered.questions, twins, ids)
