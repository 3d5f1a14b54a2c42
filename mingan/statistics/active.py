"""Which answers a person should judge next, by chances that are known, so that nothing is skewed.

An answer is worth a look as far as its verdict is unsure and as far as it counts: the best chance
is proportional to the spread of what people say beyond the judge, times its weight in what is
asked (Neyman's allocation; for judges, Zrnic and Candes, arXiv 2403.03208). No chance falls
below a share of the mean one, for a judge may be sure and wrong.

The order is by priority sampling (Duffield, Lund and Thorup, Journal of the ACM 54, 2007; Ohlsson
1998): each answer draws u from (0, 1] and comes at u / worth. Whenever people stop, say after k,
the answers judged are a random sample: answer i had the chance min(1, worth_i * t) to be among
them, t being the place of the first that was not judged, and sums with these chances are
unbiased. So nobody has to say beforehand how many verdicts there will be. The module must not
know how a score is made of the verdicts; `ppi.py` takes the chances.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from mingan.statistics.special import Floats
from mingan.statistics.unknowns import Flags, Indices

FLOOR = 0.25
"""The least worth of an answer, as a share of the mean one."""


@dataclass(frozen=True, slots=True, eq=False)
class Turns:
    """In which order people should see the answers.

    Attributes:
        order: indices of the answers, the first to be judged first.
        worth: of each answer, of mean 1.
        place: where each answer came in the draw; `order` sorts it.
    """

    order: Indices
    worth: Floats
    place: Floats

    def chances(self, judged: int) -> Floats:
        """The chance of each answer to be among the first `judged`; all 1 where that is all."""
        if judged < 1:
            raise ValueError(f"needs at least one judged answer, not {judged}")
        if judged >= self.order.size:
            return np.ones(self.order.size)
        return np.minimum(1.0, self.worth * float(self.place[self.order[judged]]))

    def chosen(self, judged: int) -> Flags:
        """Which answers are among the first `judged`."""
        flags = np.zeros(self.order.size, dtype=np.bool_)
        flags[self.order[:judged]] = True
        return flags


def doubt(chance_right: ArrayLike) -> Floats:
    """Spread of a verdict that is right with this chance: sqrt(p (1 - p)); NaN is 1/2: no idea."""
    p = np.asarray(chance_right, dtype=np.float64)
    p = np.clip(np.where(np.isnan(p), 0.5, p), 0, 1)
    return np.asarray(np.sqrt(p * (1 - p)))


def worth_looking(
    doubts: ArrayLike, influence: ArrayLike | None = None, *, floor: float = FLOOR
) -> Floats:
    """Doubt times influence, of mean 1 and nowhere below `floor`.

    Args:
        doubts: how unsure each verdict is, as by `doubt`, 0 or more.
        influence: how much each answer counts in what is asked; the same for all where left out.
        floor: in (0, 1]; 1 makes all alike.
    """
    if not 0 < floor <= 1:
        raise ValueError(f"the floor must be in (0, 1], not {floor}")
    raw = np.asarray(doubts, dtype=np.float64)
    if influence is not None:
        raw = raw * np.asarray(influence, dtype=np.float64)
    if raw.ndim != 1 or not (np.isfinite(raw) & (raw >= 0)).all():
        raise ValueError("doubts and influence must be lists of numbers from 0")
    largest = float(raw.max(initial=0))
    if largest <= 0:
        return np.ones(raw.size)
    share = raw / largest
    return np.asarray(floor + (1 - floor) * share / share.mean())


def take_turns(worth: ArrayLike, *, seed: int) -> Turns:
    """Draws an order; the same for the same seed.

    Args:
        worth: positive, as by `worth_looking`. It must not depend on the people's verdicts that
            will be used with it: later knowledge makes a new draw among the answers not judged.
    """
    value = np.asarray(worth, dtype=np.float64)
    if value.ndim != 1 or not (np.isfinite(value) & (value > 0)).all():
        raise ValueError("worth must be a list of positive numbers")
    value = value / value.mean() if value.size else value
    drawn = 1 - np.random.default_rng(seed).random(value.size)
    place = drawn / value
    return Turns(np.argsort(place, kind="stable"), value, place)
