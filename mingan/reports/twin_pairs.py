"""Every model on pairs of a public question and its hidden twin, tested as far as may be.

A pair whose halves a coin dealt out is tested exactly; a twin that was made from a template was
dealt by no coin, and is kept apart: its gap is shown, and no verdict rests on it. The corrections
for looking at many models are made here. The module writes no sentence.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

import numpy as np

from mingan.bank.twins import JOINT
from mingan.errors import UsageError
from mingan.reports.gather import Gathered, gather
from mingan.statistics import TwinTest, holm, twin_test
from mingan.statistics.items import share_right
from mingan.store import Reader

Origin = Literal["coin", "made"]
"""Whether a coin decided which half is public, or the twin was made from a template."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TwinResult:
    """One model on the pairs of one origin; `p` is corrected for all models tested together."""

    model: str
    origin: Origin
    test: TwinTest
    p: float | None = None


def twin_results(reader: Reader, gathered: Gathered) -> tuple[TwinResult, ...]:
    """Every model that answered twins of this bank, in the order of `gathered`; often none."""
    hidden: dict[tuple[str, str], list[float]] = {}
    origin: dict[str, Origin] = {}
    for twins in twin_banks(reader, gathered.bank):
        marks = {q.id: q.hidden for q in twins.scored if q.hidden}
        origin |= {id_: "coin" if mark == "sealed" else "made" for id_, mark in marks.items()}
        for model, question, rate in rates(twins):
            if question in marks:
                hidden.setdefault((model, question), []).append(rate)
    if not hidden:
        return ()
    public = {(model, question): rate for model, question, rate in rates(gathered)}
    found: list[TwinResult] = []
    for kind in ("coin", "made"):
        questions = [q.id for q in gathered.scored if origin.get(q.id) == kind]
        found += _tested(gathered, kind, questions, public, hidden)
    return tuple(found)


def twin_banks(reader: Reader, bank: str) -> Iterable[Gathered]:
    """The sets of hidden twins of a bank that somebody answered."""
    for name, _, _ in reader.banks():
        base, _, number = name.rpartition(JOINT)
        if base == bank and number.isdecimal():
            try:
                yield gather(reader, bank=name)
            except UsageError:
                continue  # nobody has answered these twins yet


def rates(gathered: Gathered) -> Iterable[tuple[str, str, float]]:
    """(model, question, share right) wherever there is a verdict."""
    matrix = gathered.matrix
    shares, counts = share_right(matrix)
    for i, j in np.argwhere(counts > 0).tolist():
        yield matrix.models[i], matrix.questions[j], float(shares[i, j])


def _tested(
    gathered: Gathered,
    kind: Origin,
    questions: list[str],
    public: dict[tuple[str, str], float],
    hidden: dict[tuple[str, str], list[float]],
) -> list[TwinResult]:
    tests: list[tuple[str, TwinTest]] = []
    for card in gathered.cards:
        asked = [q for q in questions if (card.name, q) in hidden]
        if asked:
            test = twin_test(
                [public.get((card.name, q)) for q in asked],
                [float(np.mean(hidden[card.name, q])) for q in asked],
                coin=kind == "coin",
            )
            tests.append((card.name, test))
    known = [test.p for _, test in tests if test.p is not None]
    corrected = iter(holm(np.asarray(known)).tolist())
    return [
        TwinResult(
            model=model, origin=kind, test=test,
            p=None if test.p is None else next(corrected),
        )
        for model, test in tests
    ]  # fmt: skip
