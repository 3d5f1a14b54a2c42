"""What is known of a judge, and of scores that rest on it: the shapes that sentences are made of.

Numbers only. Who works them out is above (`mingan.trust`), how they are said is beside
(`trust_sentences`). It must not know either.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from mingan.statistics import Alongside, Bias, Comparison, Corrected, Purchase, RoganGladen
from mingan.statistics.agreement import Agreement, share_ends

__all__ = [
    "Comparison", "Foresight", "ForesightRow", "Gap", "ModelTrust", "Share", "TrackRecord",
    "TrustTable",
]  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """So many of so many, with Wilson's interval.

    Attributes:
        effective, units: how many answers that do not hang together would tell as much, and how
            many questions there are; without, each answer is on a question of its own.
    """

    count: int
    of: int
    level: float = 0.95
    effective: float | None = None
    units: int | None = None

    @property
    def value(self) -> float:
        """The share; NaN of nothing."""
        return self.count / self.of if self.of else float("nan")

    @property
    def ends(self) -> tuple[float, float]:
        """The interval; all of the scale of nothing."""
        effective = float(self.of) if self.effective is None else self.effective
        units = self.of if self.units is None else self.units
        low, high = share_ends(self.value, effective, units, self.level, of=self.of)
        return low, high


@dataclass(frozen=True, slots=True, kw_only=True)
class TrackRecord:
    """A judge held against people, on the answers that both have judged.

    Attributes:
        judge: one judge's name, or a panel's (A+B).
        judged: answers with a verdict by the judge; `unread`: looked at, and none came of it.
        agreement: with what people say together; None where no answer was judged by both.
        alongside: beside the agreement of people with one another; None where only one judged.
        passed: of the answers that people call wrong, those the judge calls right.
        failed: of those that people call right, those the judge calls wrong.
        by_ability: agreement by ability, where at least `trust.FEW` answers were judged by both.
        biases: judge minus people.
        people: who judged.
        before: answers that people judged and only an earlier version of the judge, whose record
            is not this one's.
    """

    judge: str
    judged: int
    unread: int
    agreement: Agreement | None
    alongside: Alongside | None
    passed: Share
    failed: Share
    by_ability: dict[str, Agreement] = field(default_factory=dict)
    biases: tuple[Bias, ...] = ()
    people: tuple[str, ...] = ()
    before: int = 0

    @property
    def pairs(self) -> int:
        """How many answers all this rests on."""
        return self.agreement.things if self.agreement else 0


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelTrust:
    """One model's score: corrected, by people alone and by the judge alone (see `Corrected`).

    Attributes:
        check: the same by the judge's known errors; None where it cannot be had.
        unsure: answers that people looked at and could not decide; they count as not judged.
        marked: the judge's marks were taken rather than its verdicts, since they tell more.
    """

    model: str
    corrected: Corrected
    check: RoganGladen | None
    unsure: int = 0
    marked: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """The corrected difference of two models, first minus second, on the same questions.

    `pairs` intervals like this one hold together, of which this is one.
    """

    first: str
    second: str
    difference: Corrected
    questions: int
    pairs: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class TrustTable:
    """A judge's track record, and what its verdicts are worth with it.

    Attributes:
        models: best first, by the corrected score.
        whole: whether the scores are about all that was asked; else only about the answers that
            the judge has looked at, or that the draw was made from (`left_out` says which).
        drawn: whether people judged in a drawn order with known chances; else it is taken that
            nobody chose which answers they judge.
        left_out: answers that do not count here, by why: unjudged, nothing, hidden, late.
    """

    bank: str
    record: TrackRecord
    models: tuple[ModelTrust, ...]
    gaps: tuple[Gap, ...]
    whole: bool
    rules: bool
    drawn: bool
    left_out: dict[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class ForesightRow:
    """What is to be expected of one model's score, or of all answers together (model "").

    Attributes:
        total: answers that count; `judged` of them are not settled by rule.
        before: width of the interval with the verdicts that there are, `after` with those to
            come; `alone` the same without the judge. In points of all answers, 0 to 1.
        purchase: the numbers behind `after`; None where it would be fewer than two verdicts.
    """

    model: str
    total: int
    judged: int
    people: int
    before: float
    after: float
    alone: float
    purchase: Purchase | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Foresight:
    """What so many more verdicts by people would buy.

    Attributes:
        wanted, more: how many were asked about, and how many there is room for.
        pairs: how many answers what is known of the judge rests on; 0: nobody has checked it,
            and `likely` is worked out for a judge that agrees with people on `agreement`.
        likely: all answers together first, then each model.
        weak, strong: together, for a judge that is much worse, or much better, than taken.
    """

    bank: str
    judge: str
    wanted: int
    more: int
    pairs: int
    agreement: float
    likely: tuple[ForesightRow, ...]
    weak: ForesightRow
    strong: ForesightRow
    level: float = 0.95
