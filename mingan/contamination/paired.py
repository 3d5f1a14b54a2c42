"""Models on pairs of a public question and its hidden twin, one row each.

Where a coin dealt the halves out, the test is exact and needs no other model. Where it did not, a
gap may only mean that the twins are harder, and it takes references. The module asks nobody.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

import numpy as np

from mingan.bank.fairness import Match, match
from mingan.contamination.frozen import References
from mingan.records import Question
from mingan.reports.contaminated import (
    MARGIN,
    SUSPICIOUS,
    Contamination,
    Refusal,
    judged,
)
from mingan.reports.twin_pairs import Origin, Sides
from mingan.statistics.equivalence import Equivalence, equivalent_pairs, tost
from mingan.statistics.multiplicity import holm
from mingan.statistics.special import student_quantile
from mingan.statistics.twins import TwinTest, references_needed, twin_test


def rows_of_pairs(
    sides: Sides,
    *,
    kind: Origin,
    bank: str,
    models: Sequence[str],
    references: References,
    alike: Match | None,
) -> list[Contamination]:
    """Every one of `models` that answered twins of this kind, corrected together after Holm."""
    rows = [
        _row(sides, kind=kind, bank=bank, model=model, references=references, alike=alike)
        for model in models
        if any((model, question) in sides.hidden for question in sides.questions(kind))
    ]
    return corrected(rows)


def corrected(rows: Sequence[Contamination]) -> list[Contamination]:
    """The rows with p-values corrected for all of them after Holm, and their verdicts."""
    known = [row.p for row in rows if row.p is not None]
    adjusted = iter(holm(np.asarray(known, dtype=np.float64)).tolist())
    found = []
    for row in rows:
        if row.p is not None:
            row = replace(row, p_adjusted=next(adjusted), adjustment="holm")
        found.append(judged(row))
    return found


def matched(public: Iterable[Question], twins: Iterable[Question], ids: set[str]) -> Match | None:
    """How alike the two sides are, of the pairs with these ids; None where there are none."""
    sides = [[q for q in side if q.id in ids] for side in (public, twins)]
    return match(*sides) if all(sides) else None


def _row(
    sides: Sides, *, kind: Origin, bank: str, model: str, references: References,
    alike: Match | None,
) -> Contamination:  # fmt: skip
    asked = [q for q in sides.questions(kind) if (model, q) in sides.hidden]
    public, hidden = sides.of(model, asked)
    others = references.without(model) if kind != "coin" else ()
    test = twin_test(
        public, hidden, coin=kind == "coin", references=[sides.of(name, asked) for name in others]
    )
    refusal = _refusal(test, kind, model, references)
    found = Contamination(
        model=model, bank=bank, origin=kind, refusal=refusal,
        method=test.method if not refusal else "",
        questions=test.pairs, left_out=test.left_out, public=test.public, hidden=test.hidden,
        gap=test.gap, low=test.low, high=test.high, e=test.e, match=alike, level=test.level,
    )  # fmt: skip
    if refusal:
        return found
    equivalence = _equivalence(test, public, hidden)
    beyond = test.excess is not None
    return replace(
        found,
        gap=test.gap if test.excess is None else test.excess,
        low=test.low if not beyond or test.excess_low is None else test.excess_low,
        high=test.high if not beyond or test.excess_high is None else test.excess_high,
        p=test.p,
        least_p=test.least_p,
        detectable=test.detectable,
        equivalence_p=equivalence.p,
        equivalent=equivalence.p <= SUSPICIOUS,
        references=others,
    )


def _refusal(test: TwinTest, kind: Origin, model: str, references: References) -> Refusal:
    if not test.pairs:
        return "no-pairs"
    if kind == "coin":
        return ""
    if not references.names:
        return references.refusal or "no-coin"
    if test.refusal:
        return test.refusal
    if test.references < references_needed(SUSPICIOUS):
        return "is-reference" if model in references.names else "few-references"
    return ""


def _equivalence(
    test: TwinTest, public: Sequence[float | None], hidden: Sequence[float | None]
) -> Equivalence:
    """By the pairs with a coin; with references by the interval that their spread gives."""
    if test.excess is None:
        pairs = zip(public, hidden, strict=True)
        differences = [np.nan if x is None or y is None else x - y for x, y in pairs]
        return equivalent_pairs(differences, margin=MARGIN)
    assert test.excess_high is not None
    df = float(test.references - 1)
    error = (test.excess_high - test.excess) / student_quantile((1 + test.level) / 2, df)
    return tost(estimate=test.excess, error=error, margin=MARGIN, df=df)
