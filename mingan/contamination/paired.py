"""Models on pairs of a public question and its hidden twin, one row each.

Where a coin dealt the halves out, the test is exact and needs no other model. Where it did not, a
gap may only mean that the twins are harder, and it takes references: with very many of them the
model's rank among them, which assumes nothing else; with fewer the mixed model, whose error rate
held in simulation from 5 references on. The curve of ConStat is shown beside it. The module asks
nobody.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from mingan.bank.fairness import Match, match
from mingan.contamination.frozen import References
from mingan.records import Question
from mingan.reports.contaminated import (
    MARGIN,
    SUSPICIOUS,
    Contamination,
    Cross,
    Refusal,
    judged,
)
from mingan.reports.twin_pairs import Origin, Rate, Sides
from mingan.statistics import constat
from mingan.statistics.equivalence import Equivalence, equivalent_pairs, tost
from mingan.statistics.gap_model import FEWEST, GapModel, LogitGap, gap_model, logit_gap
from mingan.statistics.multiplicity import holm
from mingan.statistics.special import Floats, normal_quantile, student_quantile
from mingan.statistics.twins import TwinTest, references_needed, twin_test

_DRAWS = 400


@dataclass(slots=True)
class _Fits:
    """What is fitted to references once for all models: by (questions, references)."""

    models: dict[tuple[tuple[str, ...], ...], GapModel] = field(default_factory=dict)
    curves: dict[tuple[tuple[str, ...], ...], constat.Draws | None] = field(default_factory=dict)


def rows_of_pairs(
    sides: Sides,
    *,
    kind: Origin,
    bank: str,
    models: Sequence[str],
    references: References,
    alike: Match | None,
    against: str = "",
) -> list[Contamination]:
    """Every one of `models` that answered twins of this kind, corrected together after Holm."""
    questions = sides.questions(kind)
    asked = [m for m in models if any((m, question) in sides.hidden for question in questions)]
    fits = _Fits()
    rows = []
    for model in asked:
        pairs = [q for q in questions if (model, q) in sides.hidden]
        bare = Contamination(
            model=model, bank=bank, origin=kind, against=against, match=alike,
            references=references.without(model) if kind != "coin" else (),
        )  # fmt: skip
        if kind == "coin":
            rows.append(_by_coin(bare, *sides.of(model, pairs)))
        else:
            rows.append(_by_references(bare, sides, pairs, references, len(asked), fits))
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


# --- with a coin --------------------------------------------------------------------------------


def _by_coin(bare: Contamination, public: Sequence[Rate], hidden: Sequence[Rate]) -> Contamination:
    test = twin_test(public, hidden, coin=True)
    found = _counted(bare, test)
    if not test.pairs:
        return replace(found, refusal="no-pairs")
    pairs = zip(public, hidden, strict=True)
    differences = [np.nan if x is None or y is None else x - y for x, y in pairs]
    equal = equivalent_pairs(differences, margin=MARGIN)
    return replace(
        found, method=test.method, p=test.p, e=test.e, least_p=test.least_p,
        detectable=test.detectable, equivalence_p=equal.p, equivalent=equal.p <= SUSPICIOUS,
    )  # fmt: skip


def _counted(bare: Contamination, test: TwinTest) -> Contamination:
    return replace(
        bare, questions=test.pairs, left_out=test.left_out, public=test.public,
        hidden=test.hidden, gap=test.gap, low=test.low, high=test.high, level=test.level,
    )  # fmt: skip


# --- with references ----------------------------------------------------------------------------


def _by_references(
    bare: Contamination, sides: Sides, pairs: list[str], references: References, tests: int,
    fits: _Fits,
) -> Contamination:  # fmt: skip
    public, hidden = sides.of(bare.model, pairs)
    others = [sides.of(name, pairs) for name in bare.references]
    usable = [
        (name, both)
        for name, both in zip(bare.references, others, strict=True)
        if any(x is not None and y is not None for x, y in zip(*both, strict=True))
    ]
    bare = replace(bare, references=tuple(name for name, _ in usable))
    test = twin_test(public, hidden, coin=False, references=[both for _, both in usable])
    found = _counted(bare, test)
    refusal = _refusal(test, bare.model, references)
    if refusal:
        return replace(found, refusal=refusal)
    key = (tuple(pairs), bare.references)
    tables = [_table([both[side] for _, both in usable]) for side in (0, 1)]
    if key not in fits.models:
        fits.models[key] = gap_model(*tables)
        fits.curves[key] = _curves(*tables)
    own = _array(public), _array(hidden)
    logit = logit_gap(fits.models[key], public=own[0], hidden=own[1])
    crosses = [*_curve_cross(fits.curves[key], *own)]
    if len(usable) >= references_needed(SUSPICIOUS / tests):
        return _ranked(found, test, [Cross(method="mixed", gap=logit.points, p=logit.p), *crosses])
    if test.p is not None and test.excess is not None:
        crosses.insert(0, Cross(method="conformal", gap=test.excess, p=test.p))
    return _mixed(found, test, logit, crosses)


def _refusal(test: TwinTest, model: str, references: References) -> Refusal:
    if not test.pairs:
        return "no-pairs"
    if not references.names:
        return references.refusal or "no-coin"
    if test.refusal == "no-pairs":
        return "no-pairs"
    if test.references < FEWEST:
        return "is-reference" if model in references.names else "few-references"
    return ""


def _ranked(found: Contamination, test: TwinTest, crosses: list[Cross]) -> Contamination:
    """The verdict rests on the rank among the references, which assumes nothing else."""
    assert test.excess is not None
    assert test.excess_low is not None
    assert test.excess_high is not None
    df = float(test.references - 1)
    error = (test.excess_high - test.excess) / student_quantile((1 + test.level) / 2, df)
    return _with_equivalence(
        replace(
            found, method="conformal", gap=test.excess, low=test.excess_low,
            high=test.excess_high, p=test.p, least_p=test.least_p, detectable=test.detectable,
            crosses=tuple(crosses),
        ),
        tost(estimate=test.excess, error=error, margin=MARGIN, df=df),
    )  # fmt: skip


def _mixed(
    found: Contamination, test: TwinTest, logit: LogitGap, crosses: list[Cross]
) -> Contamination:
    """The verdict rests on the mixed model; logits are told as points of the public score."""
    df = float(logit.references - 1)
    # Points change with logits about as they do at this gap: the slope there, never nothing.
    slope = logit.points / logit.delta if abs(logit.delta) > 1e-6 else 0.15
    error = (logit.high - logit.delta) / student_quantile(0.975, df) * slope
    power = student_quantile(1 - SUSPICIOUS, df) + normal_quantile(0.8)
    low, high = sorted((logit.low * slope, logit.high * slope))
    return _with_equivalence(
        replace(
            found, method="mixed", gap=logit.points, low=max(-1.0, low), high=min(1.0, high),
            p=logit.p, detectable=min(1.0, power * error), crosses=tuple(crosses),
            level=logit.level,
        ),
        tost(estimate=logit.points, error=error, margin=MARGIN, df=df),
    )  # fmt: skip


def _with_equivalence(row: Contamination, equal: Equivalence) -> Contamination:
    return replace(row, equivalence_p=equal.p, equivalent=equal.p <= SUSPICIOUS)


def _curves(public: Floats, hidden: Floats) -> constat.Draws | None:
    try:
        return constat.draws_of_results(hidden, public, paired=True, draws=_DRAWS)
    except ValueError:
        return None  # fewer than 5 different scores: no curve


def _curve_cross(drawn: constat.Draws | None, public: Floats, hidden: Floats) -> tuple[Cross, ...]:
    if drawn is None:
        return ()
    gap = constat.gap_of_results(drawn, public=public, reference=hidden)
    p = None if gap.beyond else max(gap.p, gap.scatter_p)
    return (Cross(method="spline", gap=gap.delta, p=p),)


def _array(rates: Sequence[Rate]) -> Floats:
    return np.asarray([np.nan if rate is None else rate for rate in rates], dtype=np.float64)


def _table(rows: Sequence[Sequence[Rate]]) -> Floats:
    return np.stack([_array(row) for row in rows])
