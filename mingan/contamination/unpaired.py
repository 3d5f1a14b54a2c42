"""Models on a public bank and on a hidden one whose questions are no pairs, by their two scores.

ConStat question by question (see `mingan.statistics.constat`): the references give the score on
the public bank that a score on the hidden one foretells. The module asks nobody.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from mingan.contamination.frozen import References
from mingan.contamination.paired import corrected
from mingan.contamination.score_tables import of_gap
from mingan.reports.contaminated import Contamination, Refusal
from mingan.reports.gather import Gathered
from mingan.reports.twin_pairs import rates
from mingan.statistics import constat
from mingan.statistics.special import Floats
from mingan.statistics.spline import FEWEST


def rows_of_banks(
    public: Gathered, hidden: Gathered, *, models: Sequence[str], references: References
) -> list[Contamination]:
    """Every one of `models` that answered both banks, corrected together after Holm."""
    tables = _table(public), _table(hidden)
    both = [name for name in models if all(name in table for table in tables)]
    frozen = [name for name in references.names if all(name in table for table in tables)]
    return corrected([_row(public.bank, name, frozen, references, *tables) for name in both])


def _row(
    bank: str, model: str, frozen: Sequence[str], references: References,
    public: dict[str, Floats], hidden: dict[str, Floats],
) -> Contamination:  # fmt: skip
    others = [name for name in frozen if name != model]
    scores = float(np.nanmean(public[model])), float(np.nanmean(hidden[model]))
    refusal: Refusal = ""
    if len(others) < FEWEST:
        few: Refusal = "is-reference" if model in frozen else "few-references"
        refusal = few if references.names else references.refusal or "no-coin"
    bare = Contamination(
        model=model, bank=bank, origin="hidden", public=scores[0], hidden=scores[1],
        gap=scores[0] - scores[1], references=tuple(others), refusal=refusal,
    )  # fmt: skip
    if refusal:
        return bare
    try:
        drawn = constat.draws_of_results(
            np.stack([hidden[name] for name in others]),
            np.stack([public[name] for name in others]),
        )
    except ValueError:
        return replace(bare, refusal="no-spread")
    return of_gap(
        bare, constat.gap_of_results(drawn, public=public[model], reference=hidden[model])
    )


def _table(gathered: Gathered) -> dict[str, Floats]:
    """Share right to every question, by model; models without any verdict are not there."""
    places = {question.id: j for j, question in enumerate(gathered.scored)}
    found: dict[str, Floats] = {}
    for model, question, rate in rates(gathered):
        row = found.setdefault(model, np.full(len(places), np.nan))
        row[places[question]] = rate
    return found
