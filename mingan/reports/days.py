"""A model on one day against itself on another: scores by day, and what changed between them.

An answer belongs to the day it names, or to the day on which it came. Only days on which the same
questions were asked with the same settings and graded in the same way (one stamp) are set against
each other; any others stand by themselves. The module writes no sentence.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

import numpy as np

from mingan.records import Answer, Grade, Question, content_hash
from mingan.reports.gather import Gathered, outcome
from mingan.statistics import Comparison, Outcome, ResponseMatrix, Score, compare, score_table
from mingan.store import Reader


@dataclass(frozen=True, slots=True, kw_only=True)
class DayScore:
    """One model on one day (ISO 8601); days with one `stamp` may be compared."""

    model: str
    day: str
    stamp: str
    score: Score


@dataclass(frozen=True, slots=True, kw_only=True)
class Days:
    """Scores by model and day, and the last day of every comparable series against its first.

    `days` counts the days on which anything was asked at all; `changes` are corrected for how
    many there are, with `a` the last day and `b` the first.
    """

    scores: tuple[DayScore, ...] = ()
    changes: Mapping[str, Comparison] | None = None
    days: tuple[str, ...] = ()


_Asked = dict[tuple[str, int], Answer]
"""By question id and time of asking on that day."""


def by_day(reader: Reader, gathered: Gathered) -> Days:
    """The models that were asked on several days; the others have no series."""
    scored = {question.id: question for question in gathered.scored}
    found = _by_model_and_day(reader, gathered, scored)
    days = sorted({day for series in found.values() for day in series})
    several = {model: series for model, series in found.items() if len(series) > 1}
    if not several:
        return Days(days=tuple(days))
    grades = reader.grades()
    scores: list[DayScore] = []
    matrices: dict[str, ResponseMatrix] = {}
    for model, series in several.items():
        for stamp, group in _comparable(series, scored, grades).items():
            matrix = _matrix(group, gathered, grades)
            scores += [
                DayScore(model=model, day=row.model, stamp=stamp, score=replace(row, model=model))
                for row in score_table(matrix, ranks=False)
            ]
            if len(group) > 1 and len(group) >= len(getattr(matrices.get(model), "models", ())):
                matrices[model] = matrix
    changes = {
        model: compare(matrix, matrix.models[-1], matrix.models[0], m=len(matrices))
        for model, matrix in matrices.items()
    }
    place = {card.name: i for i, card in enumerate(gathered.cards)}
    ordered = sorted(scores, key=lambda each: (place[each.model], each.day))
    return Days(scores=tuple(ordered), changes=changes, days=tuple(days))


def day_of(answer: Answer) -> str:
    """The day an answer belongs to; "" where nobody noted it."""
    return answer.day or answer.at[:10]


def _by_model_and_day(
    reader: Reader, gathered: Gathered, scored: Mapping[str, Question]
) -> dict[str, dict[str, _Asked]]:
    """Answers to scored questions under the settings that count, by model and day."""
    hashes = {card.hash for card in gathered.cards}
    found: dict[str, dict[str, _Asked]] = {}
    for answer in sorted(reader.answers(), key=lambda answer: answer.repeat):
        question = scored.get(answer.question)
        day = day_of(answer)
        if not day or answer.model_hash not in hashes or question is None:
            continue
        if question.asked != answer.asked:
            continue
        asked = found.setdefault(answer.model, {}).setdefault(day, {})
        times = sum((answer.question, k) in asked for k in range(answer.repeat + 1))
        asked[answer.question, times] = answer
    return found


def _comparable(
    series: Mapping[str, _Asked],
    scored: Mapping[str, Question],
    grades: Mapping[tuple[str, str], Grade],
) -> dict[str, dict[str, _Asked]]:
    """The days of one model by stamp; within one stamp in order."""
    groups: dict[str, dict[str, _Asked]] = {}
    for day in sorted(series):
        groups.setdefault(_stamp(series[day], scored, grades), {})[day] = series[day]
    return groups


def _stamp(
    asked: _Asked,
    scored: Mapping[str, Question],
    grades: Mapping[tuple[str, str], Grade],
) -> str:
    given = _grades(asked.values(), scored, grades)
    return content_hash(
        sorted({scored[question].hash for question, _ in asked}),
        sorted({(g.grader, g.version, g.authority, g.by) for g in given if g is not None}),
    )


def _grades(
    answers: Iterable[Answer],
    scored: Mapping[str, Question],
    grades: Mapping[tuple[str, str], Grade],
) -> Iterable[Grade | None]:
    return (grades.get((a.content, scored[a.question].hash)) for a in answers)


def _matrix(
    group: Mapping[str, _Asked],
    gathered: Gathered,
    grades: Mapping[tuple[str, str], Grade],
) -> ResponseMatrix:
    """Days for models: the same questions, one row a day."""
    asked = {question for each in group.values() for question, _ in each}
    kept = [i for i, question in enumerate(gathered.scored) if question.id in asked]
    questions = [gathered.scored[i] for i in kept]
    column = {question.id: i for i, question in enumerate(questions)}
    clusters = gathered.matrix.clusters
    times = 1 + max(k for each in group.values() for _, k in each)
    cells = np.full((len(group), len(questions), times), Outcome.ABSENT, np.int8)
    for row, each in enumerate(group.values()):
        for (question, k), answer in each.items():
            at = column[question]
            grade = grades.get((answer.content, questions[at].hash))
            cells[row, at, k] = outcome(answer, grade)
    return ResponseMatrix(
        models=tuple(group),
        questions=tuple(column),
        cells=cells,
        strata=tuple(question.tier for question in questions),
        clusters=tuple(clusters[i] for i in kept) if clusters else (),
    )
