"""What is known of whether models earned their scores: the shapes that sentences and pages rest on.

    ContaminationReport   `rows`, the gravest first; `notes`, what was left out
    Contamination         one model on the questions of one origin: gap, tests, verdict
    Cross                 what another method makes of the same answers, as a cross-check

`mingan.contamination.look(reader, bank=…, models=…, references=…)` makes them of a workspace,
`mingan.contamination.look_at_table` and `look_at_dates` of a file of scores; how they are said is
in `contaminated_sentences`. Numbers, names and ids only, never the words of a question; shares
and gaps are in [0, 1] and [-1, 1]. The module must not know where the numbers came from.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Literal

from mingan.bank.fairness import Match
from mingan.language import Text

Verdict = Literal["no sign of it", "suspicious", "contaminated", "cannot tell"]

Origin = Literal["coin", "made", "hidden", "dated", "table"]
"""What the public questions are held against: halves of which a coin published one; twins made
from a template; a hidden bank named by the user; questions written after the model; a table of
two scores for each model."""

Method = Literal["", "mcnemar", "sign-flip", "conformal", "spline", "mixed", "dated"]

Refusal = Literal[
    "", "no-hidden", "no-pairs", "no-coin", "few-references", "not-frozen", "is-reference",
    "beyond", "few-questions", "no-date", "few-models", "no-references", "no-spread",
]  # fmt: skip
"""Why no p-value is given.

    no-hidden       nobody asked this model the hidden questions
    no-pairs        no question has a verdict on both sides
    no-coin         no coin, and no references
    no-references   a table of scores in which no model is named as a reference
    few-references  fewer references than the method takes
    no-spread       the references score so much alike that no curve can be laid through them
    not-frozen      references are there, but none is known to be older than the questions
    is-reference    the model is a reference itself, and too few others are left
    beyond          the model lies outside of what the references cover
    few-questions   too few questions on one side of the cut
    no-date         neither a cut nor the model's date of release is known
    few-models      no other models to compare with
"""

Softening = Literal["", "unlike", "scatter"]

Adjustment = Literal["", "holm", "bh"]

SUSPICIOUS, CONTAMINATED = 0.05, 0.01
"""The p-values, corrected for the number of models, from which down each word is used."""

TELLING = 0.15
"""If only gaps larger than this could have been seen, that none was seen says nothing."""

MARGIN = 0.05
"""No gap worth speaking of: within so many points of nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cross:
    """Another method on the same answers; no verdict rests on it."""

    method: Method
    gap: float
    p: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Contamination:
    """One model on the questions of one origin.

    Attributes:
        bank: the public bank, or the name of the file; `against`: what it is held against (a
            hidden bank, a cut-off date), "" where that goes without saying.
        questions, left_out: pairs (or questions) compared, and those without a verdict.
        public, hidden: score on the public side, or before the cut, and on the other one.
        gap, low, high: how much better the public side is than it should be, with its interval
            at `level`: the bare difference with a coin, else what the references (or, by date,
            the other models) do not explain. Where `refusal` is set it is the bare difference,
            which means nothing by itself.
        p: one-sided, of a gap this large without a leak; None where `refusal` is set.
        p_adjusted: the same, corrected for all models tested together by `adjustment`.
        least_p: the smallest p that the design could have given; None if not known.
        e: the e-value of the coin, None without one.
        detectable: the smallest gap that would most likely (80 %) have been seen.
        equivalence_p: of two one-sided tests that the gap is within `margin` either way;
            `equivalent` where that is at most 0.05.
        references: the models that the expectation rests on.
        cut: the date that parts the questions, ISO 8601; "" elsewhere.
        match: how alike public questions and twins are on the face of it; None if not known.
        scatter_p: of a curve through references, whether the model lies further above it than
            they do themselves; None where the p-value already allows for that.
        softened_by: why the verdict is one step milder than the p-value alone: `unlike`, for
            `match` found the two sides unlike; `scatter`, for honest models scatter as far.
        crosses: what other methods make of it.
    """

    model: str
    bank: str
    origin: Origin
    against: str = ""
    method: Method = ""
    verdict: Verdict = "cannot tell"
    refusal: Refusal = ""
    questions: int = 0
    left_out: int = 0
    public: float = float("nan")
    hidden: float = float("nan")
    gap: float = float("nan")
    low: float = float("nan")
    high: float = float("nan")
    p: float | None = None
    p_adjusted: float | None = None
    adjustment: Adjustment = ""
    least_p: float | None = None
    e: float | None = None
    detectable: float | None = None
    equivalence_p: float | None = None
    equivalent: bool = False
    margin: float = MARGIN
    references: tuple[str, ...] = ()
    cut: str = ""
    match: Match | None = None
    scatter_p: float | None = None
    softened_by: Softening = ""
    crosses: tuple[Cross, ...] = ()
    level: float = 0.95

    @property
    def difference(self) -> float:
        """The bare difference of the two scores, whatever explains it."""
        return self.public - self.hidden

    @property
    def softened(self) -> bool:
        """Whether the verdict is milder than the p-value alone."""
        return bool(self.softened_by)

    @property
    def accused(self) -> bool:
        """Whether the verdict is against the model."""
        return self.verdict in ("suspicious", "contaminated")


@dataclass(frozen=True, slots=True, kw_only=True)
class ContaminationReport:
    """Every model that was looked at, on every kind of hidden question it was asked."""

    rows: tuple[Contamination, ...] = ()
    notes: tuple[Text, ...] = ()

    @property
    def alarms(self) -> tuple[Contamination, ...]:
        """Those with a verdict against the model."""
        return tuple(row for row in self.rows if row.accused)


def judged(row: Contamination) -> Contamination:
    """The row with the verdict that its numbers bear.

    An accusation needs a corrected p of at most 0.05 (0.01: contaminated) and a gap above 0.
    "No sign" needs that a gap of 15 points could have been seen, or that the gap is shown to be
    within the margin. Two things cost an accusation one step: unlike twins (`match`), but for
    coin-flipped ones, where it makes no difference how unlike the halves of a pair are; and
    references that scatter as far from their own curve (`scatter_p`).
    """
    p = row.p if row.p_adjusted is None else row.p_adjusted
    if row.refusal or p is None:
        return replace(row, verdict="cannot tell", softened_by="")
    if p <= SUSPICIOUS and row.gap > 0:
        why = _milder(row)
        words: tuple[Verdict, ...] = ("contaminated", "suspicious", "cannot tell")
        return replace(row, verdict=words[(p > CONTAMINATED) + bool(why)], softened_by=why)
    blind = row.least_p is not None and row.least_p > SUSPICIOUS
    seeing = not blind and row.detectable is not None and row.detectable <= TELLING
    verdict: Verdict = "no sign of it" if row.equivalent or seeing else "cannot tell"
    return replace(row, verdict=verdict, softened_by="")


def _milder(row: Contamination) -> Softening:
    if row.origin != "coin" and row.match is not None and not row.match.alike:
        return "unlike"
    return "scatter" if row.scatter_p is not None and row.scatter_p > SUSPICIOUS else ""


def gravest_first(rows: Iterable[Contamination]) -> tuple[Contamination, ...]:
    """Contaminated first, then suspicious, then those that show no sign, then the undecided."""
    order = ("contaminated", "suspicious", "no sign of it", "cannot tell")

    def place(row: Contamination) -> tuple[int, float]:
        p = row.p if row.p_adjusted is None else row.p_adjusted
        return order.index(row.verdict), 2.0 if p is None else p

    return tuple(sorted(rows, key=place))
