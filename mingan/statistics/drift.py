"""One asking against another: what changed between two times of asking the same questions.

A single look, with its exact test; to look again and again is what `watch.py` is for. By class,
so that a change of the default answer shows as what it is: the model is then right where it was
wrong and wrong where it was right. The module must not know when, or what, was asked.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import ArrayLike

from mingan.statistics.eprocess import pair_evidence
from mingan.statistics.intervals import Interval, wilson
from mingan.statistics.paired import SEED, mcnemar, paired_interval, sign_flip
from mingan.statistics.special import Floats

_EDGE = 1e-9


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassShares:
    """One class of questions: shares right before and after, with Wilson's intervals."""

    name: str
    questions: int
    before: float
    after: float
    before_ends: tuple[float, float]
    after_ends: tuple[float, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What changed from before to after, over questions that both times decided.

    Attributes:
        before, after: shares right; `difference` is after minus before, with its interval.
        worse, better: questions that only before, or only after was right (more right).
        p: exact McNemar, or sign-flip where shares are not 0 or 1; two-sided, one look.
        e: e-value of the pairs (`eprocess.pair_evidence`); NaN where shares are not 0 or 1.
        flipped: whether classes moved in opposite directions, each by more than its intervals
            overlap: the default answer changed.
    """

    questions: int
    left_out: int
    before: float
    after: float
    difference: float
    low: float
    high: float
    worse: int
    better: int
    p: float
    e: float
    by_class: tuple[ClassShares, ...] = field(default_factory=tuple)

    @property
    def flipped(self) -> bool:
        """See above."""
        up = any(c.after_ends[0] > c.before_ends[1] for c in self.by_class)
        down = any(c.after_ends[1] < c.before_ends[0] for c in self.by_class)
        return up and down


def paired_change(
    before: ArrayLike, after: ArrayLike, *, classes: Sequence[str] | None = None,
    level: float = 0.95, seed: int = SEED,
) -> Change:  # fmt: skip
    """Two times of asking the same questions.

    Args:
        before, after: share of right answers to each question, in [0, 1]; NaN where undecided.
        classes: what the right answer to each question is, where that comes in classes.

    Raises:
        ValueError: not the same questions.
    """
    x, y = np.asarray(before, dtype=np.float64), np.asarray(after, dtype=np.float64)
    if x.ndim != 1 or x.shape != y.shape:
        raise ValueError(f"needs two lists of one length, not shapes {x.shape} and {y.shape}")
    both = ~(np.isnan(x) | np.isnan(y))
    d = (y - x)[both]
    better, worse = int((d > _EDGE).sum()), int((d < -_EDGE).sum())
    plain = bool((np.abs(np.abs(d) - 0.5) > 0.5 - _EDGE).all())
    ends = paired_interval(d, level=level) if d.size else Interval(-1.0, 1.0)
    return Change(
        questions=int(both.sum()), left_out=int((~both).sum()),
        before=_mean(x[both]), after=_mean(y[both]), difference=_mean(d), low=ends.low,
        high=ends.high, worse=worse, better=better,
        p=mcnemar(worse, better) if plain else sign_flip(d, seed=seed),
        e=float(pair_evidence(worse, better)) if plain else float("nan"),
        by_class=_by_class(x[both], y[both], classes, both, level),
    )  # fmt: skip


def _by_class(
    x: Floats, y: Floats, classes: Sequence[str] | None, both: np.ndarray, level: float
) -> tuple[ClassShares, ...]:
    if classes is None:
        return ()
    names = np.asarray(classes)[both]
    found = []
    for name in np.unique(names).tolist():
        mine = names == name
        n = int(mine.sum())
        ends = [wilson(float(side[mine].sum()), n, level=level) for side in (x, y)]
        found.append(
            ClassShares(
                name=str(name), questions=n, before=_mean(x[mine]), after=_mean(y[mine]),
                before_ends=(ends[0].low, ends[0].high), after_ends=(ends[1].low, ends[1].high),
            )
        )  # fmt: skip
    return tuple(found)


@dataclass(frozen=True, slots=True, kw_only=True)
class Spread:
    """Where the differences between answers come from, as shares of all variance.

    Attributes:
        item, day, sample: between questions; between days of one question; between times of
            asking on one day. Shares of their sum; NaN where nothing varies.
        flips: of pairs of askings of one question on one day, the share that differs, by
            question; NaN where a question was asked once a day only.
    """

    item: float
    day: float
    sample: float
    flips: tuple[float, ...]


def spread(values: ArrayLike) -> Spread:
    """Variance of 0/1 answers split over questions, days and times of asking.

    By the method of moments for a nested design; estimates below 0 count as 0.

    Args:
        values: (questions, days, repeats), NaN where there is none; at least 2 of each.
    """
    x = np.asarray(values, dtype=np.float64)
    if x.ndim != 3 or min(x.shape) < 2:
        raise ValueError(f"needs 2 questions, days and repeats at least, not shape {x.shape}")
    repeats = (~np.isnan(x)).sum(axis=2)
    many = repeats > 1
    cell = np.where(repeats > 0, np.nansum(x, axis=2) / np.maximum(repeats, 1), np.nan)
    squares = np.nansum((x - cell[:, :, None]) ** 2, axis=2)
    sample = float(squares[many].sum() / np.maximum((repeats - 1)[many].sum(), 1))
    days = (~np.isnan(cell)).sum(axis=1)
    item = np.nansum(cell, axis=1) / np.maximum(days, 1)
    of_days = np.nansum((cell - item[:, None]) ** 2, axis=1)[days > 1].sum()
    of_days = float(of_days / np.maximum((days - 1)[days > 1].sum(), 1))
    per_cell = float(np.mean(1 / repeats[repeats > 0]))
    day = max(of_days - sample * per_cell, 0.0)
    of_items = float(np.var(item[days > 0], ddof=1)) if (days > 0).sum() > 1 else 0.0
    between = max(of_items - of_days * float(np.mean(1 / days[days > 0])), 0.0)
    whole = between + day + sample
    shares = [v / whole if whole > _EDGE else float("nan") for v in (between, day, sample)]
    right = np.nansum(x, axis=2)
    pairs = repeats * (repeats - 1) / 2
    unlike = (right * (repeats - right)).sum(axis=1)
    flips = np.where(pairs.sum(axis=1) > 0, unlike / np.maximum(pairs.sum(axis=1), 1), np.nan)
    return Spread(item=shares[0], day=shares[1], sample=shares[2], flips=tuple(flips.tolist()))


def _mean(values: Floats) -> float:
    return float(values.mean()) if values.size else float("nan")
