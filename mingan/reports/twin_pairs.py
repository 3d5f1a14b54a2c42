"""Every model on pairs of a public question and its hidden twin, tested as far as may be.

A pair whose halves a coin dealt out is tested exactly; a twin that was made from a template was
dealt by no coin, and is kept apart: its gap is shown, and no verdict rests on it. The corrections
for looking at many models are made here. The module writes no sentence.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np

from mingan.bank.twins import JOINT
from mingan.errors import UsageError
from mingan.reports.gather import Gathered, gather
from mingan.statistics import TwinTest, holm, twin_test
from mingan.statistics.items import share_right
from mingan.store import Reader

Origin = Literal["coin", "made", "hidden"]
"""Whether a coin decided which half is public, the twin was made from a template, or it stands
under the same id in a hidden bank that somebody named."""

Rate = float | None
"""A share right; None where there is no verdict."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TwinResult:
    """One model on the pairs of one origin; `p` is corrected for all models tested together."""

    model: str
    origin: Origin
    test: TwinTest
    p: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Sides:
    """Shares right of every model on public questions and on their hidden twins.

    Attributes:
        public, hidden: by (model, question), where there is a verdict; over several sets of
            twins the mean.
        origin: by question, how its twin came about; in the order of the bank.
    """

    public: Mapping[tuple[str, str], float]
    hidden: Mapping[tuple[str, str], float]
    origin: Mapping[str, Origin]

    def questions(self, kind: Origin) -> list[str]:
        """The questions whose twins came about in this way."""
        return [id_ for id_, origin in self.origin.items() if origin == kind]

    def of(self, model: str, questions: Iterable[str]) -> tuple[list[Rate], list[Rate]]:
        """One model on both sides of these pairs; None where there is no verdict."""
        asked = list(questions)
        return (
            [self.public.get((model, q)) for q in asked],
            [self.hidden.get((model, q)) for q in asked],
        )


def twin_sides(reader: Reader, gathered: Gathered) -> Sides:
    """What the models of `gathered` have on this bank and on its sets of twins."""
    hidden: dict[tuple[str, str], list[float]] = {}
    origin: dict[str, Origin] = {}
    for twins in twin_banks(reader, gathered.bank):
        marks = {q.id: q.hidden for q in twins.scored if q.hidden}
        origin |= {id_: "coin" if mark == "sealed" else "made" for id_, mark in marks.items()}
        for model, question, rate in rates(twins):
            if question in marks:
                hidden.setdefault((model, question), []).append(rate)
    return Sides(
        public={(model, question): rate for model, question, rate in rates(gathered)},
        hidden={place: float(np.mean(several)) for place, several in hidden.items()},
        origin={q.id: origin[q.id] for q in gathered.scored if q.id in origin},
    )


def twin_results(reader: Reader, gathered: Gathered) -> tuple[TwinResult, ...]:
    """Every model that answered twins of this bank, in the order of `gathered`; often none."""
    sides = twin_sides(reader, gathered)
    if not sides.hidden:
        return ()
    kinds: tuple[Origin, ...] = ("coin", "made")
    return tuple(found for kind in kinds for found in _tested(gathered, kind, sides))


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


def _tested(gathered: Gathered, kind: Origin, sides: Sides) -> list[TwinResult]:
    tests: list[tuple[str, TwinTest]] = []
    for card in gathered.cards:
        asked = [q for q in sides.questions(kind) if (card.name, q) in sides.hidden]
        if asked:
            public, hidden = sides.of(card.name, asked)
            tests.append((card.name, twin_test(public, hidden, coin=kind == "coin")))
    known = [test.p for _, test in tests if test.p is not None]
    corrected = iter(holm(np.asarray(known)).tolist())
    return [
        TwinResult(
            model=model, origin=kind, test=test,
            p=None if test.p is None else next(corrected),
        )
        for model, test in tests
    ]  # fmt: skip
