"""Few verdicts by people and many by a judge, put together into one score with one interval.

The judge is never believed: the people's verdicts measure how far it is off, and its own are
taken with the weight that makes the interval narrowest (power-tuned prediction-powered inference,
Angelopoulos, Duchi and Zrnic, arXiv 2311.01453; in survey sampling the regression estimator). A
judge that is no use gets weight 0. The module must not know who the judge is, nor what is judged.

With y the people's values, f the judge's, strata h of N_h answers with share W_h of all, and w the
inverse of an answer's chance to be shown to people:

    score = sum of W_h (lambda mean of all f in h  +  mean_w of (y - lambda f) over people's in h)

lambda = Cov(y, f) / Var(f) within strata, kept in [0, 1], each answer in the weight that it has in
the score's variance. Since the answers that people saw are among those that the judge saw, this
is the tuning of PPI++ with N counting all of them.

*About what.* "these answers": the score that people would give if they judged all N, the rest
counted as known: nothing is unsure when n = N. "such answers": the score on questions of this
kind, of which these N are a sample; that is what the intervals of `scores.py` are about, and it
is the wider by the spread of y over N.

*Units.* Repeats of one question, and questions of one cluster, hang together: `units` names what
each answer belongs to. The variance is then enlarged by the design effect, the sum over units of
the squared sum of what each answer adds to the estimate by the sum of its squares (at least 1),
and Student's t has the degrees of freedom of the units that people saw.

*Settled.* Answers that a rule has decided, and is taken at its word, are known; neither the judge
nor people are asked about them; about "these answers" the interval is about the rest. About "such
answers" they are a sample of their tier like any other: another day rules would settle others.

*Few people.* The spread of y - lambda f cannot be had from 20 verdicts on which all agree. As in
the intervals of Agresti and Coull, and of Bonett and Price, answers are made up and added: half a
one for each of (y, f) = (1, 1), (1, 0), (0, 1), (0, 0), two in all; for differences (-1 to 1) two
with twice the spread. The interval lies about the estimate with these, by Student's t with what
the strata and lambda leave of the degrees of freedom. Measured over simulated judges from useless
to excellent, 12 to 100 people and 38 to 532 answers this holds a 95 % interval between 93 and 98 %,
and above where a good judge leaves fewer than about 5 disagreements to be seen.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from mingan.statistics.calibration import cross_fitted
from mingan.statistics.clusters import hang_together
from mingan.statistics.special import Floats, student_quantile
from mingan.statistics.unknowns import Flags, Indices

About = Literal["these answers", "such answers"]

MADE_UP = 2.0
"""How many made-up answers the interval counts."""
_LEAST_IN_STRATUM = 3
_TINY = 1e-12
_NONE = 1e-6


@dataclass(frozen=True, slots=True, kw_only=True)
class Corrected:
    """A judge's score, corrected by people.

    Attributes:
        score, low, high: the estimate and its interval at `level`. Below 2 people's verdicts the
            score is NaN and the interval the whole scale: nothing is known of the judge.
        alone, alone_low, alone_high: by the people's verdicts alone, in the same way.
        judge: the judge's own mean, uncorrected.
        weight: lambda, 0 (the judge is no use) to 1 (taken in full).
        people, judged: how many verdicts by people, out of how many answers that are not settled;
            settled: how many are.
        worth: how many verdicts by people alone would give this width, about.
        about: which population the interval is about.
        merged: strata with too few of the people's verdicts, which were taken together.
    """

    score: float
    low: float
    high: float
    alone: float
    alone_low: float
    alone_high: float
    judge: float
    weight: float
    people: int
    judged: int
    settled: int
    worth: float
    about: About
    merged: tuple[str, ...] = ()
    level: float = 0.95


@dataclass(frozen=True, slots=True)
class _Scale:
    """What values may be, and the made-up answers in the middle of it."""

    low: float
    high: float
    spread: float  # sum of squares of the made-up answers about their middle

    @property
    def middle(self) -> float:
        return (self.low + self.high) / 2


_SCORE, _DIFFERENCE = _Scale(0.0, 1.0, MADE_UP / 4), _Scale(-1.0, 1.0, MADE_UP / 2)


def corrected_score(
    people: ArrayLike,
    judge: ArrayLike,
    *,
    settled: ArrayLike | None = None,
    strata: Sequence[str] | None = None,
    chances: ArrayLike | None = None,
    units: Sequence[str] | None = None,
    calibrate: bool = False,
    about: About = "these answers",
    level: float = 0.95,
) -> Corrected:
    """The score of one model from the people's verdicts on some answers and a judge's on all.

    Args:
        people: one value in [0, 1] for each answer; NaN where no person judged it. Which these
            are must have been left to chance.
        judge: one value in [0, 1] for each answer (any real number with `calibrate`); NaN where
            the judge failed, which then counts as no opinion and never as a mistake.
        settled: the value of each answer that is known already, NaN where it is not.
        strata: tier of each answer; within it every answer had the same chance unless `chances`.
        chances: the chance that each answer had to be shown to people, as `active.py` gives them.
        units: the question, or its cluster, that each answer belongs to; without, each its own.
        calibrate: learn from the people's verdicts what the judge's values mean, cross-fitted.
    """
    known = _known(settled, _floats(people))
    y, f = _side(people, judge, known, calibrate, units)
    y, f = _checked(y, f, _SCORE)
    places = _Places(strata=strata, units=units, chances=chances)
    return _corrected(y, f, ~np.isnan(known), places, _SCORE, about, level)


def corrected_difference(
    people_a: ArrayLike,
    people_b: ArrayLike,
    judge_a: ArrayLike,
    judge_b: ArrayLike,
    *,
    settled_a: ArrayLike | None = None,
    settled_b: ArrayLike | None = None,
    strata: Sequence[str] | None = None,
    chances: ArrayLike | None = None,
    units: Sequence[str] | None = None,
    calibrate: bool = False,
    about: About = "such answers",
    level: float = 0.95,
) -> Corrected:
    """The difference of two models, a minus b, on the same questions; as `corrected_score`.

    A question counts as judged by people where both answers are settled or were judged, not both
    settled; by the judge likewise.
    """
    known_a, known_b = _known(settled_a, _floats(people_a)), _known(settled_b, _floats(people_b))
    a, f_a = _checked(*_side(people_a, judge_a, known_a, calibrate, units), _SCORE)
    b, f_b = _checked(*_side(people_b, judge_b, known_b, calibrate, units), _SCORE)
    if a.size != b.size:
        raise ValueError(f"a pair needs the same questions, not {a.size} and {b.size}")
    known = ~np.isnan(known_a - known_b)
    places = _Places(strata=strata, units=units, chances=chances)
    return _corrected(a - b, f_a - f_b, known, places, _DIFFERENCE, about, level)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Places:
    """Where the answers come from, as the caller says it."""

    strata: Sequence[str] | None
    units: Sequence[str] | None
    chances: ArrayLike | None


@dataclass(frozen=True, slots=True)
class _Everything:
    """All N answers: which people saw, the judge's values, stratum, tier and unit of each.

    A tier holds what is settled in it too; strata do not.
    """

    seen: Flags
    f: Floats
    stratum: Indices
    tier: Indices
    unit: Indices


@dataclass(frozen=True, slots=True)
class _Sample:
    """What the formulas need: the people's n answers, and H strata of all N."""

    y: Floats
    f: Floats
    stratum: Indices
    importance: Floats  # (n,) inverse chances, of mean 1 within each stratum
    unseen: Floats  # (n,) share of the variance that is left as not everything was seen
    share: Floats  # (H,) W_h
    open: Floats  # (H,) share among the strata in which not everything was seen
    size: Floats  # (H,) N_h
    seen: Floats  # (H,) n_h
    judge: Floats  # (H,) mean of all f
    every: _Everything
    by_answer: bool  # chances are known, and each answer had its own

    def sums(self, values: Floats) -> Floats:
        return np.bincount(self.stratum, values, self.share.size).astype(np.float64)

    def means(self, values: Floats) -> Floats:
        return self.sums(self.importance * values) / self.seen


def _corrected(
    y: Floats, f: Floats, settled: Flags, places: _Places, scale: _Scale, about: About,
    level: float,
) -> Corrected:  # fmt: skip
    if not 0 < level < 1:
        raise ValueError(f"level must be between 0 and 1, not {level}")
    n, judged, rules = int((~np.isnan(y) & ~settled).sum()), int((~settled).sum()), settled.sum()
    if y.size < 2 or (n < 2 and n < judged):
        low, high = _bounds(y, settled, places, scale, about, level)
        return Corrected(
            score=math.nan, low=low, high=high, alone=math.nan, alone_low=low, alone_high=high,
            judge=float(f.mean()) if y.size else math.nan, weight=0.0, people=n, judged=judged,
            settled=int(rules), worth=float(n), about=about, level=level,
        )  # fmt: skip
    sample, merged = _sample(y, f, settled, places)
    weight = _weight(sample, scale)
    alone = _interval(sample, 0.0, scale, about, level)
    whole = _interval(sample, weight, scale, about, level) if weight > 0 else alone
    return Corrected(
        score=whole[0], low=whole[1], high=whole[2], alone=alone[0], alone_low=alone[1],
        alone_high=alone[2], judge=float(f.mean()), weight=weight, people=n, judged=judged,
        settled=int(rules), worth=_worth(n, judged, alone[3], whole[3]), about=about,
        merged=merged, level=level,
    )  # fmt: skip


def _bounds(
    y: Floats, settled: Flags, places: _Places, scale: _Scale, about: About, level: float
) -> tuple[float, float]:
    """Where people judged next to nothing: the rest might all be wrong, or all be right."""
    if y.size < 2 and (about == "such answers" or not y.size):
        return scale.low, scale.high
    ends = [np.where(settled, y, end) for end in (scale.low, scale.high)]
    if about == "these answers":
        return float(ends[0].mean()), float(ends[1].mean())
    every = replace(places, chances=None)
    low, high = (_corrected(x, x, settled, every, scale, about, level) for x in ends)
    return low.low, high.high


def _sample(
    y: Floats, f: Floats, settled: Flags, places: _Places
) -> tuple[_Sample, tuple[str, ...]]:
    seen = ~np.isnan(y)
    stratum, tier, merged = _strata(places.strata, seen, settled)
    unit = np.arange(y.size) if places.units is None else np.asarray(places.units)
    if unit.shape != y.shape:
        raise ValueError(f"{unit.size} units for {y.size} answers")
    unit = np.unique(unit, return_inverse=True)[1].reshape(-1)
    at = stratum[seen]
    size, count = (np.bincount(s).astype(np.float64) for s in (stratum, at))
    if places.chances is None:
        chance = (count / size)[at]
    else:
        everybody = _floats(places.chances)
        if everybody.shape != y.shape:
            raise ValueError(f"{everybody.size} chances for {y.size} answers")
        chance = np.where(settled, 1.0, everybody)[seen]
        if not ((chance > 0) & (chance <= 1)).all():
            raise ValueError("the chance of an answer that people judged must be in (0, 1]")
    total = np.bincount(at, weights=1 / chance)
    importance = (count / total)[at] / chance
    left = size * (count < size) if (count < size).any() else size
    return _Sample(
        y[seen], f[seen], at, importance, importance**2 * (1 - chance), size / y.size,
        left / left.sum(), size, count, np.bincount(stratum, weights=f) / size,
        _Everything(seen, f, stratum, tier, unit), places.chances is not None,
    ), merged  # fmt: skip


def _weight(sample: _Sample, scale: _Scale) -> float:
    """Lambda, with the made-up answers, which draw it a little towards 0."""
    each = sample.share**2 / (sample.seen * np.maximum(sample.seen - 1, 1))
    y, f = (x - sample.means(x)[sample.stratum] for x in (sample.y, sample.f))
    weight = each[sample.stratum] * sample.unseen
    if weight.sum() <= _TINY:
        return 0.0  # everything was seen: nothing is left to the judge
    made_up = scale.spread * float(weight[sample.open[sample.stratum] > 0].mean())
    cross, square = float((weight * y * f).sum()), float((weight * f * f).sum())
    found = min(cross / max(square + made_up, _TINY), 1.0)
    return found if found > _NONE else 0.0


def _interval(
    sample: _Sample, weight: float, scale: _Scale, about: About, level: float
) -> tuple[float, float, float, float]:
    """Score, low, high, and the standard error that is left to which answers people saw."""
    rest = sample.y - weight * sample.f
    added = MADE_UP * sample.open
    count = sample.seen + added
    mean = sample.means(rest)
    middle = (1 - weight) * scale.middle
    centre = (sample.seen * mean + added * middle) / count
    score = float(sample.share @ (weight * sample.judge + mean))
    unseen = np.maximum(1 - sample.seen / sample.size, 0)
    shifted = score + float(sample.share @ (unseen * (centre - mean)))
    spread = scale.spread * sample.open
    left = sample.sums(sample.unseen) / sample.seen
    squares = sample.sums(sample.unseen * (rest - centre[sample.stratum]) ** 2)
    squares += left * ((1 + weight**2) * spread + added * (middle - centre) ** 2)
    unsure = sample.open > 0
    free = float(count[unsure].sum()) - float(unsure.sum())
    if weight > 0:
        squares = squares * (free / max(free - 1, 1))
    variance = float(sample.share**2 @ (squares / (count * np.maximum(count - 1, 1))))
    variance = max(variance, 0.0)
    degrees = _degrees(sample, unsure[sample.stratum], sample.importance) - float(unsure.sum())
    degrees = max(degrees - (weight > 0), 1.0)
    error = math.sqrt(variance)
    if about == "such answers":
        of_questions, free = _of_questions(sample, scale)
        pooled = (variance + of_questions) ** 2
        pooled /= max(variance**2 / degrees + of_questions**2 / free, _TINY**2)
        variance, degrees = variance + of_questions, pooled if variance + of_questions else 1.0
        variance *= hang_together(_influence(sample, weight, mean), sample.every.unit)
    elif not sample.by_answer:
        # People may well have judged whole questions: their answers were seen together.
        told = np.sqrt(sample.unseen) * (sample.share / sample.seen)[sample.stratum]
        told *= rest - mean[sample.stratum]
        variance *= hang_together(told, sample.every.unit[sample.every.seen])
    half = student_quantile((1 + level) / 2, max(math.floor(degrees + _NONE), 1))
    half *= math.sqrt(variance)
    # The formula may leave the scale by a little; the people's score cannot.
    ends = min(shifted - half, score), score, max(shifted + half, score)
    low, score, high = (min(max(end, scale.low), scale.high) for end in ends)
    return score, low, high, error


def _degrees(sample: _Sample, which: Flags, weight: Floats) -> float:
    """How many units people saw, in effect, with the made-up answers."""
    unit = sample.every.unit[sample.every.seen]
    sums = np.bincount(unit[which], weight[which])
    return float(weight[which].sum()) ** 2 / max(float(sums @ sums), _TINY) + MADE_UP


def _of_questions(sample: _Sample, scale: _Scale) -> tuple[float, float]:
    """The variance that is left when people have judged all N, and its degrees of freedom.

    Sum of W_t^2 S_t^2 / N_t over tiers; what people did not see is spoken for by what they saw.
    """
    tier = sample.every.tier[sample.every.seen]
    size = np.bincount(sample.every.tier).astype(np.float64)
    share = size / size.sum()
    speaks = sample.importance * (sample.size / sample.seen)[sample.stratum]
    total = np.bincount(tier, speaks, size.size)
    held = np.bincount(tier, minlength=size.size).astype(np.float64)
    speaks = speaks * np.where(total > 0, held / np.where(total > 0, total, 1), 1)[tier]
    added = MADE_UP * share
    count = held + added
    centre = (np.bincount(tier, speaks * sample.y, size.size) + added * scale.middle) / count
    squares = np.bincount(tier, speaks * (sample.y - centre[tier]) ** 2, size.size)
    squares = squares + scale.spread * share + added * (scale.middle - centre) ** 2
    spread = squares / np.maximum(count - 1, 1)
    degrees = _degrees(sample, np.ones(tier.size, dtype=np.bool_), speaks) - size.size
    return float(share**2 @ (spread / (size + added))), max(degrees, 1.0)


def _influence(sample: _Sample, weight: float, mean: Floats) -> Floats:
    """What each of all N answers adds to the estimate, less what its tier adds."""
    every = sample.every
    adds = weight * every.f + mean[every.stratum]
    rest = sample.y - weight * sample.f - mean[sample.stratum]
    adds[every.seen] += sample.importance * (sample.size / sample.seen)[sample.stratum] * rest
    tiers = np.bincount(every.tier, adds) / np.maximum(np.bincount(every.tier), 1)
    return np.asarray(adds - tiers[every.tier])


def _worth(n: int, judged: int, alone: float, whole: float) -> float:
    """Solves for the people whose own error is `whole`, when n give `alone`; at most all.

    The errors are those of which answers people saw: what questions there are adds alike to both.
    """
    if whole >= alone or alone <= 0 or n == 0:
        return float(n)
    ratio = (whole / alone) ** 2
    return 1 / (1 / judged + ratio * (1 / n - 1 / judged)) if n < judged else float(n)


def _strata(
    strata: Sequence[str] | None, seen: Flags, settled: Flags
) -> tuple[Indices, Indices, tuple[str, ...]]:
    """Strata and tiers, indices 0..H-1, and what was put together.

    What is settled is one stratum; others that people hardly saw are put together, at need with
    the next larger one. Tiers are the same without a stratum for what is settled.
    """
    labels = np.zeros(seen.size, dtype=np.intp) if strata is None else np.asarray(strata)
    if labels.size != seen.size:
        raise ValueError(f"{labels.size} strata for {seen.size} answers")
    names, index = np.unique(labels[~settled], return_inverse=True)
    count = np.bincount(index[seen[~settled]], minlength=names.size)
    size = np.bincount(index, minlength=names.size)
    few = (count < _LEAST_IN_STRATUM) & (count < size)
    while 0 < count[few].sum() < _LEAST_IN_STRATUM or (few.any() and not count[few].any()):
        if few.all():
            break
        few[int(np.argmin(np.where(few, seen.size + 1, count)))] = True
    target = np.where(few, np.flatnonzero(few)[0] if few.any() else 0, np.arange(names.size))
    whole = np.full(seen.size, names.size, dtype=np.intp)
    whole[~settled] = target[index]
    _, joined = np.unique(whole, return_inverse=True)
    merged = () if strata is None else tuple(str(name) for name in names[few])
    together = {name: names[target[i]] for i, name in enumerate(names)}
    homes = [together.get(label, label) for label in labels]
    tier = np.unique(homes, return_inverse=True)[1].reshape(-1)
    return joined.astype(np.intp), tier.astype(np.intp), merged


def _known(settled: ArrayLike | None, like: Floats) -> Floats:
    values = np.full(like.shape, np.nan) if settled is None else _floats(settled)
    if values.shape != like.shape:
        raise ValueError(f"{values.size} settled answers of {like.size}")
    return values


def _side(
    people: ArrayLike, judge: ArrayLike, known: Floats, calibrate: bool,
    units: Sequence[str] | None,
) -> tuple[Floats, Floats]:  # fmt: skip
    """The people's and the judge's values of one model; both what is settled, where it is."""
    y, f = _floats(people), _floats(judge)
    if y.ndim != 1 or y.shape != f.shape:
        raise ValueError(f"needs two lists of one length, not shapes {y.shape} and {f.shape}")
    rest = np.isnan(known)
    y = np.where(rest, y, known)
    if calibrate:
        f = f.copy()
        of = None if units is None else np.asarray(units)[rest]
        f[rest] = cross_fitted(y[rest], f[rest], units=of)
    return y, np.where(rest, f, known)


def _checked(y: Floats, f: Floats, scale: _Scale) -> tuple[Floats, Floats]:
    for values in (y, f):
        known = values[~np.isnan(values)]
        if known.size and not (known.min() >= scale.low and known.max() <= scale.high):
            raise ValueError(f"values must be in [{scale.low:g}, {scale.high:g}]")
    none = np.isnan(f)
    return y, np.where(none, f[~none].mean() if not none.all() else scale.middle, f)


def _floats(values: ArrayLike) -> Floats:
    return np.asarray(values, dtype=np.float64)
