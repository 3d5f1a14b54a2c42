"""Every way to route beside every other, on questions that none has learnt from.

    zero        the hull of the single models: no router at all
    random      a coin between the cheapest and the best
    ability     the mean of the ability, with its label given away (where there are labels)
    told        the same, the ability told from the text
    predicted   the predicted gain
    oracle      whoever is right, at the least cost: a ceiling, not a router

Holds the numbers; how they are said is in `report_words.py`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from mingan.gateway.curves import (
    Hull,
    aiq,
    gap_recovered,
    hull,
    interval_of,
    resampled,
    sweep,
    taken,
    zero,
)
from mingan.gateway.gains import Gains, Table
from mingan.gateway.near import shrunk
from mingan.gateway.policies import Facts
from mingan.gateway.sparse import Floats

DRAWS = 200

STEPS = 60
"""Trade-offs that a curve is drawn through."""

ROUTERS = ("zero", "random", "ability", "told", "predicted", "oracle")

Ends = tuple[float, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """Between two models: how much of the gap a router closes; see `curves.py`."""

    apgr: float
    ends: Ends
    cpt50: float
    cpt80: float
    cpt95: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Curve:
    """One way to route.

    Attributes:
        name: one of `ROUTERS`.
        hull: quality against cost.
        aiq, ends: average quality over the range of single models' costs, 95 % interval; nan where
            all cost the same.
        lead, lead_ends: how far above the Zero router on average, on the same resamples; of the
            bare line through its points, which no question held out has picked.
        best: the highest mean quality.
        saved95, saved100: share of the best single model's cost that is saved at 95 % and at all
            of its quality; nan where that is never reached.
        gap: with two models.
    """

    name: str
    hull: Hull
    aiq: float
    ends: Ends
    lead: float
    lead_ends: Ends
    best: float
    saved95: float
    saved100: float
    gap: Gap | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What a policy is worth on questions held out.

    Attributes:
        quality, cost: means, with 95 % intervals in `quality_ends` and `cost_ends`.
        zero: quality of the Zero router at the same cost.
        lead, low, high: how far above it, with its 95 % interval.
    """

    quality: float
    cost: float
    zero: float
    lead: float
    low: float
    high: float
    quality_ends: Ends
    cost_ends: Ends


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """All that training has found.

    Attributes:
        learnt, held_out, left_out: how many questions.
        priced: whether costs are known; without, quality alone counts.
        picked: the policy that was chosen; `verdict` is about it.
        best: the best single model, which is what a refusal leaves.
        accepted: whether it has proved itself; `forced`: it ships although it has not.
        elsewhere: the same on abilities never seen; None where that cannot be tried.
    """

    models: tuple[Facts, ...]
    learnt: int
    held_out: int
    left_out: int
    priced: bool
    curves: tuple[Curve, ...]
    picked: str
    verdict: Verdict
    best: str
    accepted: bool
    forced: bool
    elsewhere: Verdict | None = None


def curves_of(check: Table, gains: Gains, learn: Table, *, seed: int = 0) -> tuple[Curve, ...]:
    """Every router on held-out questions, with intervals from the same resamples.

    Args:
        check: the questions held out.
        gains, learn: what was fitted, and what it was fitted on.
    """
    guesses: dict[str, Floats] = {
        "told": gains.by_ability(check.texts),
        "predicted": gains.quality(check.texts),
        "oracle": check.scores,
    }
    if learn.tags:
        guesses["ability"] = _labelled(learn, check)
    expected = gains.costs(check.texts)
    ways = {"zero": (check.scores, check.costs), "random": _ends_of(check)}
    for name, quality in guesses.items():
        rows = sweep(quality, check.costs if name == "oracle" else expected, steps=STEPS)
        ways[name] = (taken(check.scores, rows).T, taken(check.costs, rows).T)
    counts = resampled(len(check), clusters=check.clusters, draws=DRAWS, seed=seed)
    counts = counts / counts.sum(axis=1, keepdims=True)
    base = _drawn(*ways["zero"], counts)
    gaps = _gaps(check, guesses, counts) if len(check.models) == 2 else {}
    return tuple(
        _curve(name, *ways[name], check, counts, base, gaps.get(name))
        for name in ROUTERS
        if name in ways
    )


def _labelled(learn: Table, check: Table) -> Floats:
    """Mean of each question's labelled ability; of an ability never seen, of all."""
    names = {name: i for i, name in enumerate(dict.fromkeys(learn.tags))}
    overall = learn.scores.mean(axis=0)
    table = shrunk([names[tag] for tag in learn.tags], len(names), learn.scores, overall)
    return np.array([table[names[tag]] if tag in names else overall for tag in check.tags])


def _ends_of(check: Table) -> tuple[Floats, Floats]:
    """The two single models that a coin is tossed between."""
    cost, quality = check.costs.mean(axis=0), check.scores.mean(axis=0)
    ends = [int(np.lexsort((-quality, cost))[0]), int(np.lexsort((cost, -quality))[0])]
    return check.scores[:, ends], check.costs[:, ends]


def _range(costs: Floats) -> Ends:
    """The range of single models' mean costs."""
    mean = costs.mean(axis=0)
    return float(mean.min()), float(mean.max())


def _area(quality: Floats, cost: Floats, span: Ends, *, hulled: bool = True) -> float:
    """AIQ; or the same of the bare line through the points, in the order of their costs.

    A hull picks the corners that these very questions favour, so that even a router that knows
    nothing seems to lead. Leads are therefore taken from the bare line.
    """
    if span[1] <= span[0] * (1 + 1e-9):
        return float("nan")
    if hulled:
        return aiq(hull(cost, quality), low=span[0], high=span[1])
    order = np.argsort(cost, kind="stable")
    grid = np.linspace(span[0], span[1], 201)
    return float(np.interp(grid, cost[order], quality[order]).mean())


def _drawn(quality: Floats, cost: Floats, counts: Floats) -> list[tuple[Floats, Floats]]:
    """Mean quality and mean cost of every point, in every resample."""
    return list(zip(counts @ quality, counts @ cost, strict=True))


def _curve(
    name: str, quality: Floats, cost: Floats, check: Table, counts: Floats,
    base: Sequence[tuple[Floats, Floats]],
    gap: Gap | None,
) -> Curve:  # fmt: skip
    curve = hull(cost.mean(axis=0), quality.mean(axis=0))
    span = _range(check.costs)
    zeros = zero(check.scores, check.costs)
    area = _area(quality.mean(axis=0), cost.mean(axis=0), span)
    simple = name in ("zero", "random", "oracle")
    mine, leads = [], []
    for (q, c), (q0, c0) in zip(_drawn(quality, cost, counts), base, strict=True):
        here = (float(c0.min()), float(c0.max()))
        mine.append(_area(q, c, here))
        leads.append(_area(q, c, here, hulled=simple) - _area(q0, c0, here))
    top, dear = float(zeros.qualities[-1]), float(zeros.costs[-1])

    def saved(share: float) -> float:
        needed = curve.cost_of(share * top)
        return 1 - needed / dear if np.isfinite(needed) and dear > 0 else float("nan")

    known = bool(np.isfinite(area))
    unknown = (float("nan"), float("nan"))
    return Curve(
        name=name, hull=curve, aiq=area, ends=interval_of(mine) if known else unknown,
        lead=_area(quality.mean(axis=0), cost.mean(axis=0), span, hulled=simple)
        - _area(check.scores.mean(axis=0), check.costs.mean(axis=0), span),
        lead_ends=interval_of(leads) if known else unknown,
        best=float(curve.qualities[-1]), saved95=saved(0.95), saved100=saved(1.0), gap=gap,
    )  # fmt: skip


def _gaps(check: Table, guesses: dict[str, Floats], counts: Floats) -> dict[str, Gap]:
    """APGR and CPT of every router between a weak and a strong model."""
    strong = int(check.scores.mean(axis=0).argmax())
    weak, good = check.scores[:, 1 - strong], check.scores[:, strong]
    if good.mean() <= weak.mean():
        return {}
    signals = {name: q[:, strong] - q[:, 1 - strong] for name, q in guesses.items()}
    signals["random"] = np.zeros(len(check))
    out = {}
    for name, signal in signals.items():
        found = gap_recovered(signal, weak, good)
        out[name] = Gap(
            apgr=found.apgr, ends=interval_of(_resampled_apgr(signal, good - weak, counts)),
            cpt50=found.cpt(0.5), cpt80=found.cpt(0.8), cpt95=found.cpt(0.95),
        )  # fmt: skip
    return out


def _resampled_apgr(signal: Floats, gain: Floats, counts: Floats) -> Floats:
    """APGR in every resample; questions of one score stay together, half before and half after."""
    _, group = np.unique(-signal, return_inverse=True)
    group = group.ravel()
    size = int(group.max()) + 1
    out = np.empty(len(counts))
    for d, weights in enumerate(counts):
        gains = np.bincount(group, weights=weights * gain, minlength=size)
        widths = np.bincount(group, weights=weights, minlength=size)
        after = np.cumsum(gains)
        total = after[-1]
        out[d] = (widths * (after - gains / 2)).sum() / total if total > 0 else np.nan
    return out


def document(report: Report) -> dict[str, Any]:
    """A report as JSON."""
    return {
        "questions": {
            "learnt": report.learnt, "held_out": report.held_out, "left_out": report.left_out,
        },
        "priced": report.priced,
        "models": [
            {"name": m.name, "quality": m.quality, "cost": m.cost, "seconds": m.seconds}
            for m in report.models
        ],
        "routers": [_curve_document(curve) for curve in report.curves],
        "policy": {
            "name": report.picked, "accepted": report.accepted, "forced": report.forced,
            "best_single": report.best, **_verdict_document(report.verdict),
        },
        "held_out_ability": None if report.elsewhere is None
        else _verdict_document(report.elsewhere),
    }  # fmt: skip


def _verdict_document(verdict: Verdict) -> dict[str, Any]:
    return {
        "quality": verdict.quality, "quality_interval": list(verdict.quality_ends),
        "cost": verdict.cost, "cost_interval": list(verdict.cost_ends),
        "zero_at_same_cost": verdict.zero, "lead": verdict.lead,
        "lead_interval": [verdict.low, verdict.high],
    }  # fmt: skip


def _curve_document(curve: Curve) -> dict[str, Any]:
    points: Sequence[tuple[float, float]] = list(
        zip(curve.hull.costs.tolist(), curve.hull.qualities.tolist(), strict=True)
    )
    gap = curve.gap
    return {
        "name": curve.name, "aiq": curve.aiq, "aiq_interval": list(curve.ends),
        "lead": curve.lead, "lead_interval": list(curve.lead_ends), "best_quality": curve.best,
        "saved_at_95": curve.saved95, "saved_at_100": curve.saved100,
        "apgr": None if gap is None else gap.apgr,
        "apgr_interval": None if gap is None else list(gap.ends),
        "cpt": None if gap is None else {"50": gap.cpt50, "80": gap.cpt80, "95": gap.cpt95},
        "hull": [{"cost": cost, "quality": quality} for cost, quality in points],
    }  # fmt: skip
