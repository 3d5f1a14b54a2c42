"""From a table to a policy that has proved itself, or to a refusal.

    trained = train(found, wish)
    trained.policy, trained.report.accepted

The questions are split once: candidates are fitted and the choice among them and their operating
point is made on one part by cross-validation; the other part only says what it is worth. A policy
ships if the lower end of the 95 % interval of its lead over the Zero router at the same cost is
above 0 there (questions resampled in pairs, whole clusters at a time). Else the best single model
is what is left. How a report is shown is not known here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from mingan.gateway.ballots import gist, vote_weight, winner
from mingan.gateway.cascades import Plan, best_plan, follow
from mingan.gateway.curves import (
    chosen,
    interval_of,
    means,
    over_zero,
    resampled,
    sweep,
    taken,
    trade_offs,
)
from mingan.gateway.evaluation import Curve, Report, Verdict, curves_of
from mingan.gateway.gains import Fitted, Table, fit
from mingan.gateway.policies import Best, Cascade, Facts, Kept, Limits, Predicted, Together
from mingan.gateway.sparse import Floats
from mingan.gateway.tables import Found

HELD_OUT = 0.3
DRAWS = 2000
WAYS = 4
"""Of a vote: how many answers a question is taken to have."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What is wanted.

    Attributes:
        target: mean quality to reach, 0 to 1, at the least cost. None: that of the best single.
        price: mean cost of an ask that must not be passed, for the best quality.
        limits: what members may cost, take, and must be, one by one.
        force: ship what has not proved itself.
    """

    target: float | None = None
    price: float | None = None
    limits: Limits = field(default_factory=Limits)
    force: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Trained:
    """A policy, and what it is worth."""

    policy: Kept
    report: Report


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """One way to answer, as it did on the questions that it may be chosen by, and on the others."""

    policy: Kept
    quality: float
    cost: float
    got: Floats
    paid: Floats


def train(found: Found, wish: Wish | None = None, *, seed: int = 0) -> Trained:
    """Fit, choose, and check on questions held out.

    Raises:
        UsageError: fewer than two models are within the limits.
    """
    wish = wish or Wish()
    found, members = _within(found, wish.limits)
    table = found.table
    test = held_out(table, seed)
    away, unseen = np.flatnonzero(~test), np.flatnonzero(test)
    learn, check = table.select(away), table.select(unseen)
    fitted = fit(learn, seed=seed)
    candidates = [
        *_singles(members, learn, check),
        *_predicted(members, fitted, learn, check, wish),
        *_cascades(members, found, away, unseen, wish),
        *_votes(members, learn, check),
    ]
    picked = _pick(candidates, learn, wish)
    verdict = judge(picked, check, seed=seed)
    singles = [c for c in candidates if isinstance(c.policy, Best)]
    best = max(singles, key=lambda c: (c.quality, -c.cost))
    if wish.force and isinstance(picked.policy, Best) and len(candidates) > len(singles):
        picked = _pick([c for c in candidates if c not in singles], learn, wish)
        verdict = judge(picked, check, seed=seed)
    accepted = verdict.low > 0
    curves = curves_of(check, fitted.gains, learn, seed=seed)
    report = Report(
        models=tuple(members), learnt=len(learn), held_out=len(check), left_out=found.left_out,
        priced=found.priced, curves=curves, picked=picked.policy.name, verdict=verdict,
        best=best.policy.name, accepted=accepted, forced=wish.force and not accepted,
        elsewhere=elsewhere(table, members, picked.policy, wish, seed=seed),
    )  # fmt: skip
    return Trained(policy=picked.policy if accepted or wish.force else best.policy, report=report)


def _within(found: Found, limits: Limits) -> tuple[Found, list[Facts]]:
    """The members within limits, with what was measured of each."""
    from mingan.gateway.table_words import too_little

    table = found.table
    seconds = np.nanmean(table.seconds, axis=0) if table.seconds.size else None
    every = [
        Facts(
            name=name, quality=float(table.scores[:, m].mean()),
            cost=float(table.costs[:, m].mean()),
            seconds=None if seconds is None else float(seconds[m]),
        )
        for m, name in enumerate(table.models)
    ]  # fmt: skip
    kept = [i for i, member in enumerate(every) if limits.allow(member)]
    if len(kept) < 2:
        raise too_little(len(table), len(kept), 2)
    sure = found.confidence
    return replace(
        found, table=table.only([table.models[i] for i in kept]),
        confidence=None if sure is None else sure[:, kept],
    ), [every[i] for i in kept]  # fmt: skip


def held_out(table: Table, seed: int, share: float = HELD_OUT) -> NDArray[np.bool_]:
    """Which questions are held out; those that hang together stay together."""
    units = table.clusters or tuple(map(str, range(len(table))))
    names = list(dict.fromkeys(units))
    order = np.random.default_rng(seed).permutation(len(names))
    out = {names[i] for i in order[: max(1, round(share * len(names)))]}
    return np.array([unit in out for unit in units])


def _singles(members: Sequence[Facts], learn: Table, check: Table) -> list[Candidate]:
    return [
        Candidate(
            policy=Best(members=tuple(members), first=member.name, name=f"best:{member.name}"),
            quality=float(learn.scores[:, m].mean()), cost=float(learn.costs[:, m].mean()),
            got=check.scores[:, m], paid=check.costs[:, m],
        )
        for m, member in enumerate(members)
    ]  # fmt: skip


def _predicted(
    members: Sequence[Facts], fitted: Fitted, learn: Table, check: Table, wish: Wish
) -> list[Candidate]:
    """By predicted gain and by ability, at the operating point that suits the wish."""
    gains, out = fitted.gains, []
    paid, prices = gains.costs(learn.texts), gains.costs(check.texts)
    for by_ability, unseen in ((False, fitted.unseen), (True, fitted.unseen_ability)):
        values = trade_offs(unseen, paid)
        rows = sweep(unseen, paid, at=values)
        quality = taken(learn.scores, rows).mean(axis=1)
        cost = taken(learn.costs, rows).mean(axis=1)
        place = operating_point(quality, cost, _target(learn, wish), wish.price)
        policy = Predicted(
            members=tuple(members), gains=gains, trade_off=float(values[place]),
            by_ability=by_ability, name="ability" if by_ability else "predicted",
        )  # fmt: skip
        choice = chosen(policy.expected(check.texts), prices, policy.trade_off)
        out.append(
            Candidate(
                policy=policy,
                quality=float(quality[place]),
                cost=float(cost[place]),
                got=taken(check.scores, choice),
                paid=taken(check.costs, choice),
            )
        )
    return out


def _cascades(
    members: Sequence[Facts], found: Found, away: NDArray[np.intp], unseen: NDArray[np.intp],
    wish: Wish,
) -> list[Candidate]:  # fmt: skip
    """The cheapest cascade that is sure enough, where models were asked more than once."""
    if found.confidence is None:
        return []
    scores, costs, sure = found.table.scores, found.table.costs, found.confidence
    wanted = _target(found.table.select(away), wish)
    plan = best_plan(sure[away], scores[away], costs[away], wanted=wanted, asks=found.samples)
    if plan is None:
        return []
    names = tuple(members[m].name for m in plan.order)
    policy = Cascade(
        members=tuple(members), order=names, samples=found.samples,
        accept=dict(zip(names[:-1], plan.accept, strict=True)),
    )  # fmt: skip

    def outcome(rows: NDArray[np.intp], plan: Plan) -> tuple[Floats, Floats]:
        return follow(plan, sure[rows], scores[rows], costs[rows], asks=found.samples)

    quality, cost = outcome(away, plan)
    got, paid = outcome(unseen, plan)
    return [
        Candidate(policy=policy, quality=float(quality.mean()), cost=float(cost.mean()),
                  got=got, paid=paid)
    ]  # fmt: skip


def _votes(members: Sequence[Facts], learn: Table, check: Table) -> list[Candidate]:
    """The best three and the best five by weighted vote, where it is known what was said."""
    if not learn.answers:
        return []
    order = sorted(range(len(members)), key=lambda m: -learn.scores[:, m].mean())
    out = []
    for size in (3, 5):
        if size > len(members):
            continue
        some = order[:size]
        mine = tuple(replace(members[m], quality=float(learn.scores[:, m].mean())) for m in some)
        policy = Together(members=mine, ways=WAYS, name=f"vote of {size}")
        weights = {m.name: vote_weight(m.quality, WAYS) for m in mine}
        quality, cost = _voted(learn, some, weights)
        got, paid = _voted(check, some, weights)
        out.append(
            Candidate(policy=policy, quality=float(quality.mean()), cost=float(cost.mean()),
                      got=got, paid=paid)
        )  # fmt: skip
    return out


def _voted(table: Table, some: Sequence[int], weights: dict[str, float]) -> tuple[Floats, Floats]:
    got = np.zeros(len(table))
    for q, said in enumerate(table.answers):
        ballots = [(table.models[m], gist(said[m])) for m in some]
        best, _ = winner(ballots, weights)
        first = next(m for m, (_, ballot) in zip(some, ballots, strict=True) if ballot == best)
        got[q] = table.scores[q, first]
    return got, table.costs[:, list(some)].sum(axis=1)


def _target(learn: Table, wish: Wish) -> float:
    return float(learn.scores.mean(axis=0).max()) if wish.target is None else wish.target


def operating_point(quality: Floats, cost: Floats, target: float, price: float | None) -> int:
    """Which of several ways to answer: the cheapest good enough, or the best cheap enough.

    Where none is good enough it is the best, where none is cheap enough the cheapest.
    """
    if price is not None:
        within = cost <= price * (1 + 1e-9)
        if not within.any():
            return int(np.lexsort((-quality, cost))[0])
        return int(np.lexsort((cost, np.where(within, -quality, np.inf)))[0])
    enough = quality >= target - 1e-9
    if enough.any():
        return int(np.lexsort((-quality, np.where(enough, cost, np.inf)))[0])
    return int(np.lexsort((cost, -quality))[0])


def _pick(candidates: Sequence[Candidate], learn: Table, wish: Wish) -> Candidate:
    quality = np.array([c.quality for c in candidates])
    cost = np.array([c.cost for c in candidates])
    return candidates[operating_point(quality, cost, _target(learn, wish), wish.price)]


def judge(candidate: Candidate, check: Table, *, seed: int = 0) -> Verdict:
    """What a candidate is worth on questions held out, with 95 % intervals."""
    lead, by_question = over_zero(candidate.got, candidate.paid, check.scores, check.costs)
    counts = resampled(len(check), clusters=check.clusters, draws=DRAWS, seed=seed)
    low, high = interval_of(means(counts, by_question))
    quality, cost = float(candidate.got.mean()), float(candidate.paid.mean())
    return Verdict(
        quality=quality, cost=cost, zero=quality - lead, lead=lead, low=low, high=high,
        quality_ends=interval_of(means(counts, candidate.got)),
        cost_ends=interval_of(means(counts, candidate.paid)),
    )  # fmt: skip


def elsewhere(
    table: Table, members: Sequence[Facts], policy: Kept, wish: Wish, *, seed: int = 0
) -> Verdict | None:
    """The same on abilities of which not one question was learnt from.

    None where fewer than three abilities are known, or the policy learns nothing from texts.
    """
    names = sorted(set(table.tags))
    if len(names) < 3 or not isinstance(policy, Predicted):
        return None
    order = np.random.default_rng(seed).permutation(len(names))
    strange = {names[i] for i in order[: max(1, len(names) // 5)]}
    out = np.array([tag in strange for tag in table.tags])
    learn, check = table.select(np.flatnonzero(~out)), table.select(np.flatnonzero(out))
    found = _predicted(members, fit(learn, seed=seed), learn, check, wish)
    same = next(c for c in found if c.policy.name == policy.name)
    return judge(same, check, seed=seed)


__all__ = ["Candidate", "Curve", "Trained", "Wish", "held_out", "judge", "train"]
