"""Did a model earn its score, or had it seen the questions?

    from mingan import Workspace, contamination

    with Workspace.open("mingan.db") as workspace:
        report = contamination.look(workspace.store, bank="builtin")
        for row in report.rows:                     # mingan.reports.contaminated.Contamination
            print(row.model, row.origin, row.verdict, row.gap, row.p)

`look` only reads, and asks nobody: pages may call it. `look_at_table` and `look_at_dates` make
the same of a file of scores that somebody brings. The sentence for a row is
`mingan.reports.contaminated_sentences.contamination_sentence(row)`. No row holds the words of a
question. Where the design does not bear a p-value, none is given, and `refusal` says why. The
room must not know how a page or a terminal shows what it finds.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import replace
from datetime import date

from mingan.bank.fairness import Match
from mingan.bank.twins import public_name
from mingan.contamination.dates import look_at_dates, rows_of_bank
from mingan.contamination.frozen import References, references_of
from mingan.contamination.paired import matched, rows_of_pairs
from mingan.contamination.score_tables import look_at_table
from mingan.contamination.unpaired import rows_of_banks
from mingan.records import Question
from mingan.reports.contaminated import (
    Contamination,
    ContaminationReport,
    gravest_first,
)
from mingan.reports.gather import Gathered, gather, newest_bank
from mingan.reports.twin_pairs import Origin, Sides, rates, twin_banks, twin_sides
from mingan.store import Reader

__all__ = ["look", "look_at_dates", "look_at_table"]


def look(
    reader: Reader,
    *,
    bank: str | None = None,
    models: Collection[str] | None = None,
    references: Collection[str] = (),
    published: date | None = None,
    hidden: str | None = None,
    cut: date | None = None,
) -> ContaminationReport:
    """Every model on a public bank, against whatever hidden questions it was asked.

    Args:
        bank: the public bank; None for the one used last. A set of twins stands for its bank.
        models: only these; None for all that answered. A reference is only looked at itself
            where it is named here.
        references: names of models that the user says cannot have seen the public questions.
        published: when the bank's questions were; models released before are references too.
        hidden: another bank whose questions were never public. Questions with the same ids are
            pairs; without any such, the scores on the two banks are compared.
        cut: for questions with dates: this day parts them, instead of each model's release.

    Raises:
        UsageError: no answers yet, an unknown bank, model or reference.
    """
    name = newest_bank(reader) if bank is None else bank
    everybody = gather(reader, bank=public_name(name))
    known = references_of(
        everybody.cards, bank=everybody.bank, named=references, published=published
    )
    wanted = _wanted(reader, everybody, models, known.names)
    sides = twin_sides(reader, everybody)
    twins = [q for each in twin_banks(reader, everybody.bank) for q in each.questions]
    rows: list[Contamination] = []
    kinds: tuple[Origin, ...] = ("coin", "made")
    for kind in kinds:
        rows += _pairs(everybody, sides, kind, wanted, known, twins)
    if hidden is not None:
        rows += _against(reader, everybody, hidden, wanted, known)
    rows += rows_of_bank(everybody, models=wanted, cut=cut)
    seen = {row.model for row in rows}
    rows += [
        Contamination(model=name, bank=everybody.bank, origin="hidden", refusal="no-hidden")
        for name in wanted
        if name not in seen
    ]
    return ContaminationReport(rows=gravest_first(rows), notes=everybody.notes)


def _pairs(
    everybody: Gathered, sides: Sides, kind: Origin, wanted: list[str], known: References,
    twins: Iterable[Question], against: str = "",
) -> list[Contamination]:  # fmt: skip
    alike: Match | None = matched(everybody.questions, twins, set(sides.questions(kind)))
    return rows_of_pairs(
        sides, kind=kind, bank=everybody.bank, models=wanted, references=known, alike=alike,
        against=against,
    )  # fmt: skip


def _against(
    reader: Reader, everybody: Gathered, hidden: str, wanted: list[str], known: References
) -> list[Contamination]:
    """The public bank against another one: pair by pair where the ids are the same."""
    other = gather(reader, bank=hidden)
    ids = {q.id for q in everybody.scored} & {q.id for q in other.scored}
    if not ids:
        found = rows_of_banks(everybody, other, models=wanted, references=known)
        return [replace(row, against=hidden) for row in found]
    sides = Sides(
        public={(m, q): rate for m, q, rate in rates(everybody)},
        hidden={(m, q): rate for m, q, rate in rates(other) if q in ids},
        origin={q.id: "hidden" for q in everybody.scored if q.id in ids},
    )
    return _pairs(everybody, sides, "hidden", wanted, known, other.questions, hidden)


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
