"""What is known of the density of models and of its growth: the shapes that words rest on.

    DensityReport   `rows`, the densest first; `trends`, one for each benchmark and the combined
    DenseModel      one model: its density by all and by active parameters, benchmark by benchmark
    Child           a model made from a larger one, against that
    OwnReport       models that Mingan measured itself
    DatedReport     a user's table of models by size and date
    Trend           the growth of the best density on one benchmark, two ways, and a back-test

Numbers and names only. Who works them out is above (`mingan.density`); it must not know how they
are shown.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from mingan.records import ModelCard
from mingan.registry import ModelFacts
from mingan.scaling.breaks import Bend
from mingan.scaling.density import Density, Reference
from mingan.scaling.observational import Observed
from mingan.scaling.trend import Before, DrawnOn, Growth
from mingan.statistics.results import Score

COMBINED = "combined"
CHECK_GAP = 0.01
"""Of the score a year, taken off to see how far the trend rests on questions seen before."""

PAPER = (3.3, 3.5)
"""Months in which density doubles according to the densing law: preprint and journal."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """A score as it was used: the middle of what sources report.

    Attributes:
        score, spread: median, and standard deviation among the sources.
        sources: their ids; `verified`: two of them agree.
    """

    score: float
    spread: float
    sources: tuple[str, ...]
    verified: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class DenseModel:
    """One model.

    Attributes:
        whole, active: density by all parameters, and by those that take part in a token;
            `cost` by the bytes that are read for a token (see `mingan.density.cost`).
        single: by benchmark, by all parameters; `read` the scores behind it.
        without: the combined density with each benchmark left out in turn.
        in_reference: whether it is a rung of the reference family.
    """

    facts: ModelFacts
    whole: Density
    active: Density
    cost: Density
    single: Mapping[str, Density]
    read: Mapping[str, Read]
    without: Mapping[str, float] = field(default_factory=dict)
    in_reference: bool = False

    @property
    def released(self) -> date:
        """Its date; a model without one is in no report."""
        assert self.facts.released is not None
        return self.facts.released


@dataclass(frozen=True, slots=True, kw_only=True)
class BackTest:
    """What models until a date foretell of later ones: mean absolute error of the logit.

    `with_date` by size and date, `without` by size alone ("no progress"); `held` the share of later
    models whose score lay in the 90 % interval of the first, NaN where that was not tried.
    """

    cut: date
    fitted: int
    tried: int
    with_date: float
    without: float
    held: float = math.nan


@dataclass(frozen=True, slots=True, kw_only=True)
class Trend:
    """How fast the best density grows on one benchmark.

    Attributes:
        frontier: the line through the running maximum, what selection adds taken off; None where
            it has too few steps.
        quantile: quantile regression through all models, on which claims rest.
        chatgpt: the frontier before and after ChatGPT; None where one side has too little.
        bend: where the line of all models bends most; None with too few.
        tests: back-tests of single models, oldest first; `lines` those of the quantile's line, by
            the day until which it was drawn.
        without: months, by quantile regression, with each benchmark left out in turn; empty for a
            single benchmark.
    """

    benchmark: str
    models: int
    frontier: Growth | None
    quantile: Growth | None
    chatgpt: Before | None = None
    bend: Bend | None = None
    tests: tuple[BackTest, ...] = ()
    lines: Mapping[date, DrawnOn] = field(default_factory=dict)
    without: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Child:
    """A model made from a larger one: its density over its parent's, on what both have.

    Attributes:
        ratio, low, high: the mean over `benchmarks`, with its interval; times `cheaper` they are
            those of density by cost.
    """

    facts: ModelFacts
    parent: str
    benchmarks: tuple[str, ...]
    ratio: float
    low: float
    high: float
    cheaper: float = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class DensityReport:
    """All models that have a date, a size and a score on one of the benchmarks.

    Attributes:
        reference: names of the rungs; `families` the fit on each benchmark.
        gap: share of the score a year taken off from the benchmark's publication on.
        corrected: growth of the combined density if `CHECK_GAP` were taken off; None where that
            was not asked, or has no line.
        children: models made from larger ones, against those.
    """

    rows: tuple[DenseModel, ...]
    trends: tuple[Trend, ...]
    reference: tuple[str, ...]
    families: Mapping[str, Reference]
    left_out: int = 0
    gap: float = 0.0
    corrected: Growth | None = None
    children: tuple[Child, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class DatedReport:
    """A table of models by size and date: the law, and how forecasts of the past did.

    Attributes:
        name: of the table; `since` the day of its oldest model.
        left_out: rows that lacked a size, a date or a score.
    """

    found: Observed
    tests: tuple[BackTest, ...]
    since: date
    name: str = "CSV"
    left_out: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnDense:
    """One model that Mingan measured.

    Attributes:
        bits: that a parameter takes.
        whole, active, cost: density by all, by active parameters, by bytes read for a token.
        hidden: share right on hidden twins, NaN where none were asked; `corrected` the density
            that goes with it.
    """

    card: ModelCard
    score: Score
    bits: float
    whole: Density
    active: Density
    cost: Density
    hidden: float
    corrected: Density | None


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnReport:
    """Models measured on one bank, the densest first.

    Attributes:
        family: the line through `reference`; `each_other` when those are all the models.
        unsized: models whose cards do not say how large they are.
    """

    bank: str
    rows: tuple[OwnDense, ...]
    family: Reference
    reference: tuple[str, ...]
    each_other: bool
    unsized: tuple[str, ...]
