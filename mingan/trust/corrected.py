"""Scores of which a judge gave most verdicts and people some: corrected, with their intervals.

The judge is everywhere, people are a sample, what rules settled is known; tiers are strata, and
repeats of a question, and questions of a cluster, count as one where intervals are concerned. The
module must not know how the verdicts were gathered.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from itertools import combinations

import numpy as np

from mingan.reports.trusted import Gap, ModelTrust
from mingan.statistics import RoganGladen, corrected_difference, corrected_score, share_by_errors
from mingan.statistics.ppi import About
from mingan.trust.sights import Entry, Population

Columns = dict[str, np.ndarray]


def model_trust(
    model: str, entries: Sequence[Entry], *, drawn: bool, about: About = "such answers",
    level: float = 0.95,
) -> ModelTrust:  # fmt: skip
    """One model's corrected score.

    Args:
        drawn: the entries' chances are those by which people came to see them.
    """
    of = _columns(entries)
    corrected = corrected_score(
        of["people"], of["judge"], settled=of["settled"], strata=_tiers(entries),
        chances=of["chance"] if drawn else None, units=_units(entries), about=about, level=level,
    )  # fmt: skip
    if np.isnan(of["settled"]).any() and np.isnan(of["judge"][np.isnan(of["settled"])]).all():
        corrected = replace(corrected, judge=math.nan)  # it said nothing: no score of its own
    return ModelTrust(
        model=model,
        corrected=corrected,
        check=None if drawn else _check(of, level),
        unsure=sum(
            entry.sight.person == "unsure" and math.isnan(entry.settled) for entry in entries
        ),
    )


def gaps_of(population: Population, models: Sequence[str], *, level: float = 0.95) -> list[Gap]:
    """The corrected difference of every two models that people judged in the same way."""
    found = []
    for first, second in combinations(models, 2):
        drawn = first in population.drawn
        if drawn != (second in population.drawn):
            continue
        a, b = (
            {entry.sight.place[1:]: entry for entry in population.of(name)}
            for name in (first, second)
        )
        shared = [place for place in a if place in b]
        if len(shared) < 2:
            continue
        left, right = [a[place] for place in shared], [b[place] for place in shared]
        x, y = _columns(left), _columns(right)
        chances = np.where(np.isnan(x["settled"]), x["chance"], 1.0) * np.where(
            np.isnan(y["settled"]), y["chance"], 1.0
        )
        difference = corrected_difference(
            x["people"], y["people"], x["judge"], y["judge"], settled_a=x["settled"],
            settled_b=y["settled"], strata=_tiers(left), chances=chances if drawn else None,
            units=_units(left), level=level,
        )  # fmt: skip
        questions = len({place[0] for place in shared})
        found.append(Gap(first=first, second=second, difference=difference, questions=questions))
    return found


def _columns(entries: Sequence[Entry]) -> Columns:
    names = ("people", "judge", "settled", "chance")
    return {name: np.array([getattr(e, name) for e in entries], dtype=float) for name in names}


def _units(entries: Sequence[Entry]) -> list[str]:
    return [entry.sight.unit for entry in entries]


def _tiers(entries: Sequence[Entry]) -> list[str]:
    return [entry.sight.question.tier for entry in entries]


def _check(of: Columns, level: float) -> RoganGladen | None:
    """The share of right answers by the judge's known errors, with what is settled beside it."""
    rest = np.isnan(of["settled"])
    judge = np.where(of["judge"] == 0.5, np.nan, of["judge"])[rest]
    if not (~np.isnan(judge)).any():
        return None
    found = share_by_errors(of["people"][rest], judge, level=level)
    if math.isnan(found.score):
        return None
    share, known = float(rest.mean()), float(np.nansum(of["settled"]) / rest.size)
    score, low, high = (known + share * end for end in (found.score, found.low, found.high))
    return replace(found, score=score, low=low, high=high)
