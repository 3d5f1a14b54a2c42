"""How models stand on the scenes of a bank, from their answers: clips measured, laws scored.

    found = standing(questions, answers)       answers by (question, model)
    found.rows, summary(found.rows, "mine", fantasy=False)

A simulator goes on as the world does; a fantasy engine goes on as it is told. Scenes whose law a
sentence changes are a column of their own and never averaged with the others. Of several repeats
the first counts. The module must not know where answers are stored or how anything is shown.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from mingan.errors import InputError
from mingan.grading import motion
from mingan.records import Answer, Question
from mingan.statistics.special import Floats
from mingan.world.asked import Reference, reference_in
from mingan.world.baselines import BEATEN, FREE
from mingan.world.drawing import Pixels
from mingan.world.questions import KIND, scene_in
from mingan.world.ruler import frames_of, free_of, held, measured
from mingan.world.scenes import GIVEN, Scene
from mingan.world.scoring import CEILING, Clip, LawScore, Truth, by_law

FANTASY = "told"
"""The split in which a sentence changes the law."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What the answers of a bank came to.

    Attributes:
        scenes: by question id, in the bank's order.
        references: what models answered, by (question id, model).
        clips: measured, free predictors and ceiling among them; `rows` by law and split.
        without: by model, how many scenes it has no clip of.
        only_last: models that were shown a scene's last frame and not the clip.
        anew: by model, clips in which what was given came back changed.
    """

    scenes: dict[str, Scene]
    references: dict[tuple[str, str], Reference]
    clips: tuple[Clip, ...]
    rows: tuple[LawScore, ...]
    without: dict[str, int]
    only_last: frozenset[str]
    anew: dict[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One model in one column: simulator, or fantasy.

    Attributes:
        kinds: laws and splits that it has clips of; `above`, `below` those in which it is better
            than every free predictor, and worse than the best of them.
        mean, low, high: of the kinds' scores, each scored by itself first; NaN without any.
    """

    kinds: int
    above: int
    below: int
    mean: float
    low: float
    high: float


def scenes_of(questions: Iterable[Question]) -> dict[str, Scene]:
    """The scenes of a bank, by question id; what is no scene is left out."""
    found = {}
    for question in questions:
        if question.kind == KIND:
            try:
                found[question.id] = scene_in(question.params)
            except InputError:
                continue  # such a question says so itself when it is graded
    return found


def standing(questions: Iterable[Question], answers: Iterable[Answer]) -> Standing:
    """Measure every clip that was answered, beside what costs nothing.

    A clip that is not on this machine, or cannot be read, counts as none.
    """
    scenes = scenes_of(questions)
    first: dict[tuple[str, str], Answer] = {}
    models: dict[str, None] = {}
    for answer in sorted(answers, key=lambda each: each.repeat):
        if answer.question in scenes:
            model = own_name(answer.model)
            models.setdefault(model)
            first.setdefault((answer.question, model), answer)
    references, clips = {}, []
    for place, answer in first.items():
        told = reference_in(answer.text) if answer.state == "ok" else None
        if told is None:
            continue
        try:
            clips.append(measured(scenes[answer.question], told, place[1]))
        except InputError:
            continue
        references[place] = told
    asked = {question for question, _ in references}
    # In the bank's order: intervals are drawn by place.
    for name in scenes:
        if name in asked:
            clips += free_of(scenes[name]).values()
    return Standing(
        scenes=scenes, references=references, clips=tuple(clips), rows=by_law(clips),
        without={m: sum((q, m) not in references for q in scenes) for m in models},
        only_last=frozenset(m for (_, m), told in references.items() if told.shown == "i2v"),
        anew={
            m: sum(told.rendered_anew for (_, by), told in references.items() if by == m)
            for m in models
        },
    )  # fmt: skip


def own_name(model: str) -> str:
    """A model's name beside predictors: one that is named like one of them is told apart."""
    return f"{model} (model)" if model in FREE or model == CEILING else model


def summary(rows: Sequence[LawScore], model: str, *, fantasy: bool) -> Column:
    """One model in one column."""
    rows = [row for row in rows if (row.split == FANTASY) == fantasy]
    mine = [row for row in rows if row.predictor == model]
    free = _best_free(rows)
    if not mine:
        return Column(kinds=0, above=0, below=0, mean=math.nan, low=math.nan, high=math.nan)
    mean = sum(row.score for row in mine) / len(mine)
    # Kinds are drawn apart from one another: half-widths add as squares.
    down = math.sqrt(sum((row.score - row.low) ** 2 for row in mine)) / len(mine)
    up = math.sqrt(sum((row.high - row.score) ** 2 for row in mine)) / len(mine)
    return Column(
        kinds=len(mine), mean=mean, low=max(0.0, mean - down), high=min(100.0, mean + up),
        above=sum(row.low > max(f.high for f in free[row.law, row.split]) for row in mine),
        below=sum(row.high < max(f.low for f in free[row.law, row.split]) for row in mine),
    )  # fmt: skip


def errors_over_time(scene: Scene, references: Mapping[str, Reference]) -> dict[str, Floats]:
    """How far off models and free predictors are in each frame, (48,) in widths of the picture.

    Args:
        references: by model; one whose clip cannot be read is left out.
    """
    truth = held(scene).truth
    found = {name: predict(truth.source) for name, predict in FREE.items()}
    for model, told in references.items():
        try:
            found[model] = frames_of(truth, told)
        except InputError:
            continue
    return {name: _off(truth, frames) for name, frames in found.items()}


def _off(truth: Truth, frames: Pixels) -> Floats:
    seen = motion.find(frames, truth.source.colours)
    apart = motion.apart_by_frame(
        seen.tracks, truth.source.tracks[0, GIVEN:], width=float(truth.scene.size[0]),
        seen=truth.seen,
    )  # fmt: skip
    known = ~np.isnan(apart)
    sums = np.where(known, apart, 0.0).sum(axis=1)
    return np.where(known.any(axis=1), sums / np.maximum(known.sum(axis=1), 1), np.nan)


def _best_free(rows: Sequence[LawScore]) -> Mapping[tuple[str, str], list[LawScore]]:
    found: dict[tuple[str, str], list[LawScore]] = {}
    for row in rows:
        if row.predictor in BEATEN:
            found.setdefault((row.law, row.split), []).append(row)
    return found
