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
from mingan.statistics import (
    RoganGladen,
    corrected_difference,
    corrected_score,
    share_by_errors,
    sharper,
)
from mingan.statistics.ppi import About
from mingan.statistics.special import Floats
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
    values, marked = _values(entries, of)
    corrected = corrected_score(
        of["people"], values, settled=of["settled"], strata=_tiers(entries),
        chances=of["chance"] if drawn else None, units=_units(entries), about=about, level=level,
    )  # fmt: skip
    if np.isnan(of["settled"]).any() and np.isnan(of["judge"][np.isnan(of["settled"])]).all():
        corrected = replace(corrected, judge=math.nan)  # it said nothing: no score of its own
    elif marked:
        own = np.where(np.isnan(of["settled"]), of["judge"], of["settled"])
        corrected = replace(corrected, judge=float(np.nanmean(own)))
    return ModelTrust(
        model=model,
        corrected=corrected,
        check=None if drawn else _check(of, level, _units(entries)),
        marked=marked,
        unsure=sum(
            entry.sight.person == "unsure" and math.isnan(entry.settled) for entry in entries
        ),
    )


def gaps_of(population: Population, models: Sequence[str], *, level: float = 0.95) -> list[Gap]:
    """The corrected difference of every two models that people judged in the same way.

    The intervals hold together: each is widened (Bonferroni) so that with the chance of `level`
    all of them hold, since whoever looks at the best two has looked at them all.
    """
    found = []
    pairs = [
        pair for pair in combinations(models, 2)
        if (pair[0] in population.drawn) == (pair[1] in population.drawn)
    ]  # fmt: skip
    level = 1 - (1 - level) / max(len(pairs), 1)
    for first, second in pairs:
        drawn = first in population.drawn
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
        judged = _values(left, x)[0], _values(right, y)[0]
        difference = corrected_difference(
            x["people"], y["people"], *judged, settled_a=x["settled"],
            settled_b=y["settled"], strata=_tiers(left), chances=chances if drawn else None,
            units=_units(left), level=level,
        )  # fmt: skip
        questions = len({place[0] for place in shared})
        found.append(
            Gap(
                first=first, second=second, difference=difference, questions=questions,
                pairs=len(pairs),
            )
        )  # fmt: skip
    return found


def _values(entries: Sequence[Entry], of: Columns) -> tuple[Floats, bool]:
    """The judge's values: its verdicts, or its marks where they tell more (see `sharper`)."""
    marks = np.array([
        math.nan if e.sight.score is None or math.isnan(e.judge) else e.sight.score
        for e in entries
    ])  # fmt: skip
    rest = np.isnan(of["settled"])
    units = np.asarray(_units(entries))[rest]
    values, marked = sharper(of["people"][rest], of["judge"][rest], marks[rest], units=units)
    found = of["judge"].copy()
    found[rest] = values
    return found, marked


def _columns(entries: Sequence[Entry]) -> Columns:
    names = ("people", "judge", "settled", "chance")
    return {name: np.array([getattr(e, name) for e in entries], dtype=float) for name in names}


def _units(entries: Sequence[Entry]) -> list[str]:
    return [entry.sight.unit for entry in entries]


def _tiers(entries: Sequence[Entry]) -> list[str]:
    return [entry.sight.question.tier for entry in entries]


def _check(of: Columns, level: float, units: Sequence[str]) -> RoganGladen | None:
    """The share of right answers by the judge's known errors, with what is settled beside it."""
    rest = np.isnan(of["settled"])
    judge = np.where(of["judge"] == 0.5, np.nan, of["judge"])[rest]
    if not (~np.isnan(judge)).any():
        return None
    found = share_by_errors(of["people"][rest], judge, units=np.asarray(units)[rest], level=level)
    if math.isnan(found.score):
        return None
    share, known = float(rest.mean()), float(np.nansum(of["settled"]) / rest.size)
    score, low, high = (known + share * end for end in (found.score, found.low, found.high))
    return replace(found, score=score, low=low, high=high)
