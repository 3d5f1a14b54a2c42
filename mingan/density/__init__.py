"""How capable for its size, and how fast that grows: density of the models in the registry.

    from mingan import density, registry

    report = density.look(registry.load())
    for row in report.rows[:5]:
        print(row.facts.name, row.whole.density, row.whole.low, row.whole.high)

Base models only by default, and never mixed with tuned ones; the reference family may be replaced
by any models of the registry (or of a folder of one's own) that differ in little but size.

own         models that Mingan measured itself       cost   by the bytes that a token takes
compressed  models made from larger ones, against those
losses      a table of training runs: small ones fitted, large ones held out
dated       a table of models by size and date; back-tests     cells  how people write numbers

The room must not know how a terminal or a page shows what it finds.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from statistics import median, pstdev

import numpy as np

from mingan.density.compressed import children
from mingan.density.cost import sized_for_cost
from mingan.density.dated import Dated, back_tests
from mingan.errors import UsageError
from mingan.registry import Kind, ModelFacts, Registry
from mingan.reports.dense import (
    CHECK_GAP,
    COMBINED,
    BackTest,
    DenseModel,
    DensityReport,
    Read,
    Trend,
)
from mingan.scaling.breaks import bend
from mingan.scaling.density import (
    Density,
    Reference,
    combined,
    density,
    reference,
    seed_of,
    without_each,
)
from mingan.scaling.observational import FEWEST
from mingan.scaling.prices import YEAR
from mingan.scaling.trend import (
    QUANTILE,
    Growth,
    around,
    doubling_months,
    drawn_on,
    frontier_growth,
    quantile_growth,
    quantile_line,
)

BENCHMARKS = ("MMLU", "BBH", "MATH", "HumanEval", "MBPP")
"""Those of the densing law."""

REFERENCE = ("Llama-2-7B", "Llama-2-13B", "Llama-2-34B", "Llama-2-70B")
"""Four sizes of one recipe and one day, measured on all five."""

FLOORS = {"MMLU": 0.25, "BBH": 0.25, "GPQA": 0.25, "MMLU-Pro": 0.1}
"""What guessing scores, where that is not nothing."""

QUESTIONS = {"MMLU": 14_042, "BBH": 6_511, "MATH": 5_000, "HumanEval": 164, "MBPP": 500,
             "GSM8K": 1_319, "GPQA": 448, "MMLU-Pro": 12_032}  # fmt: skip

PUBLISHED = {
    "MMLU": date(2020, 9, 7), "BBH": date(2022, 10, 17), "MATH": date(2021, 3, 5),
    "HumanEval": date(2021, 7, 7), "MBPP": date(2021, 8, 16), "GSM8K": date(2021, 10, 27),
    "GPQA": date(2023, 11, 20), "MMLU-Pro": date(2024, 6, 3),
}  # fmt: skip
"""When the questions came out, by the first version of their papers."""

BASE: tuple[Kind, ...] = ("base",)
TUNED: tuple[Kind, ...] = ("instruct", "distilled")
CHATGPT = date(2022, 11, 30)
CUTS = (date(2023, 12, 31), date(2024, 6, 30), date(2024, 12, 31))

__all__ = ["BASE", "BENCHMARKS", "PUBLISHED", "REFERENCE", "TUNED", "look"]


def look(
    known: Registry, *, benchmarks: Sequence[str] = BENCHMARKS,
    family: Sequence[str] = REFERENCE, kinds: Collection[Kind] = BASE, repeats: int = 200,
    gap: float = 0.0,
) -> DensityReport:  # fmt: skip
    """Density of every model of these kinds, and its growth.

    Args:
        family: names of the reference models, one recipe in at least three sizes.
        repeats: draws behind the intervals of growth; 0 for no growth at all.
        gap: share of a score that models are taken to have gained by every year since the
            questions were published; it is taken off first.

    Raises:
        UsageError: an unknown benchmark or reference, or a family that bears no line.
    """
    names = sorted({fact.benchmark for fact in known.scores})
    for name in benchmarks:
        if name not in names:
            raise UsageError(
                f"登记表里没有 {name} 的得分；有的是：{'、'.join(names)}。",
                f"The registry has no scores on {name}; there are {', '.join(names)}.",
            )
    rungs = [_rung(known, name) for name in family]
    source = _Source(known=known, gap=gap)
    families = {b: f for b in benchmarks if (f := _family(source, rungs, b)) is not None}
    if not families:
        raise UsageError(
            "参照家族在这些题目上没有三种大小以上、随大小变好的得分；请换一个家族（--reference）。",
            "On these benchmarks the reference family has no scores of three sizes or more that "
            "rise with size; name another (--reference).",
        )
    dated = [m for m in known.models.values() if m.released and m.params_total and m.kind in kinds]
    rows = [row for m in dated if (row := _row(source, m, families, family)) is not None]
    rows.sort(key=lambda row: -_or_last(row.whole.density))
    return DensityReport(
        rows=tuple(rows), trends=tuple(_trends(rows, families, repeats)), reference=tuple(family),
        families=families, left_out=len(dated) - len(rows), gap=gap,
        corrected=_corrected(known, dated, rungs, benchmarks, repeats) if not gap else None,
        children=tuple(
            each for each in children(known, families, QUESTIONS, source.read)
            if known.models[each.parent].kind in kinds
        ),
    )  # fmt: skip


def _corrected(
    known: Registry, dated: Sequence[ModelFacts], rungs: Sequence[ModelFacts],
    benchmarks: Sequence[str], repeats: int,
) -> Growth | None:  # fmt: skip
    """Growth of the combined density with `CHECK_GAP` taken off."""
    if not repeats:
        return None
    source = _Source(known=known, gap=CHECK_GAP)
    families = {b: f for b in benchmarks if (f := _family(source, rungs, b)) is not None}
    rows = [row for m in dated if (row := _row(source, m, families, ())) is not None]
    several = [(row, row.whole) for row in rows if 2 * len(row.single) > len(families)]
    return _trend(COMBINED, several, repeats, ()).quantile


def _or_last(value: float) -> float:
    return -1.0 if math.isnan(value) else value


def _rung(known: Registry, name: str) -> ModelFacts:
    facts = known.models.get(name)
    if facts is None or not facts.params_total:
        raise UsageError(
            f"登记表里没有模型 {name}，或者不知道它有多大；名字看 mingan density --limit 0。",
            f"The registry has no model {name}, or not its size; for names see mingan density "
            "--limit 0.",
        )
    return facts


@dataclass(frozen=True, slots=True, kw_only=True)
class _Source:
    """Scores of the registry, with a gap taken off for every year since the questions came out."""

    known: Registry
    gap: float = 0.0

    def read(self, model: ModelFacts, benchmark: str) -> Read | None:
        """What is reported of a model; None if nothing is."""
        facts = self.known.scores_of(model.name, benchmark)
        if not facts:
            return None
        scores = [fact.score - self._seen(model, benchmark) for fact in facts]
        return Read(
            score=max(median(scores), 0.0), spread=pstdev(scores) if len(scores) > 1 else 0.0,
            sources=tuple(dict.fromkeys(fact.source for fact in facts)),
            verified=any(fact.verified for fact in facts),
        )  # fmt: skip

    def _seen(self, model: ModelFacts, benchmark: str) -> float:
        published = PUBLISHED.get(benchmark)
        if not self.gap or published is None or model.released is None:
            return 0.0
        return self.gap * max(_years(model.released) - _years(published), 0.0)


def _family(source: _Source, rungs: Iterable[ModelFacts], benchmark: str) -> Reference | None:
    points = [
        (float(m.params_total or 0), read.score)
        for m in rungs
        if (read := source.read(m, benchmark)) is not None
    ]
    try:
        return reference(
            [n for n, _ in points], [s for _, s in points], floor=FLOORS.get(benchmark, 0.0)
        )
    except ValueError:
        return None


def _row(
    source: _Source, model: ModelFacts, families: Mapping[str, Reference], rungs: Sequence[str]
) -> DenseModel | None:
    read = {b: r for b in families if (r := source.read(model, b)) is not None}
    if not read or not model.params_total:
        return None
    whole = {b: _single(families[b], r, model, b, model.params_total) for b, r in read.items()}
    together, size = combined(whole, model.params_total), model.active or model.params_total

    def by(parameters: float) -> Density:
        if parameters == model.params_total:
            return together
        single = {b: _single(families[b], r, model, b, parameters) for b, r in read.items()}
        return combined(single, parameters)

    return DenseModel(
        facts=model, whole=together, active=by(size), cost=by(sized_for_cost(size, model.bits)),
        single=whole, read=read, without=without_each(whole, model.params_total),
        in_reference=model.name in rungs,
    )  # fmt: skip


def _single(
    family: Reference, read: Read, model: ModelFacts, benchmark: str, size: float
) -> Density:
    """One model on one benchmark; every score errs by itself, and the same at every size."""
    return density(
        family, read.score, size, questions=QUESTIONS.get(benchmark), spread=read.spread,
        seed=seed_of(model.name, benchmark),
    )  # fmt: skip


# --- growth -------------------------------------------------------------------------------------


def _trends(
    rows: Sequence[DenseModel], families: Mapping[str, Reference], repeats: int
) -> Iterable[Trend]:
    for benchmark in families:
        mine = [(row, row.single[benchmark]) for row in rows if benchmark in row.single]
        tests = _back_tests([row for row, _ in mine], benchmark, families[benchmark].floor)
        yield _trend(benchmark, mine, repeats, tests)
    # One benchmark more or less moves a model, so only those measured on most of them are joined.
    several = [(row, row.whole) for row in rows if 2 * len(row.single) > len(families)]
    whole = _trend(COMBINED, several, repeats, ())
    yield replace(whole, without=_without([row for row, _ in several], families))


def _without(rows: Sequence[DenseModel], benchmarks: Iterable[str]) -> dict[str, float]:
    """Doubling time of the combined density with each benchmark left out in turn."""
    found = {}
    for name in benchmarks:
        left = [(row, row.without.get(name, row.whole.density)) for row in rows]
        known = [(_years(row.released), math.log(d)) for row, d in left if not math.isnan(d)]
        years, logs = np.array(known).reshape(-1, 2).T
        if years.size >= FEWEST and np.ptp(years) > 0:
            found[name] = doubling_months(quantile_line(years, logs, QUANTILE)[0])
    return found if len(found) > 1 else {}


def _trend(
    benchmark: str, mine: Sequence[tuple[DenseModel, Density]], repeats: int,
    tests: tuple[BackTest, ...],
) -> Trend:  # fmt: skip
    inside = [(row, found) for row, found in mine if not found.out]
    years = np.array([_years(row.released) for row, _ in inside])
    logs = np.array([math.log(found.density) for _, found in inside])
    draws = np.stack([found.draws for _, found in inside]) if inside else np.empty((0, 1))
    names = [row.facts.family or row.facts.name for row, _ in inside]
    if not inside:
        return Trend(benchmark=benchmark, models=0, frontier=None, quantile=None, tests=tests)
    lines = {cut: drawn_on(years, logs, _years(cut)) for cut in CUTS}
    return Trend(
        benchmark=benchmark, models=len(inside),
        frontier=frontier_growth(years, logs, draws=draws, families=names, repeats=repeats),
        quantile=quantile_growth(years, logs, draws=draws, families=names, repeats=repeats),
        chatgpt=around(years, logs, _years(CHATGPT)), bend=bend(years, logs, families=names),
        tests=tests,
        lines={cut: line for cut, line in lines.items() if line is not None},
    )  # fmt: skip


def _back_tests(rows: Sequence[DenseModel], benchmark: str, floor: float) -> tuple[BackTest, ...]:
    """From each of `CUTS` on: size and date against size alone."""
    models = [
        Dated(
            size=float(row.facts.params_total or 0), day=row.released,
            score=row.read[benchmark].score,
        )
        for row in rows
    ]  # fmt: skip
    return back_tests(models, CUTS, floor=floor)


def _years(day: date) -> float:
    return day.toordinal() / YEAR
