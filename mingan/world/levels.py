"""Levels of understanding: 1 a static scene, 2 physical cause and effect, 3 social, 4 a story.

    place = place_of(question)           the level of a question, which column, which medium
    cell = cell_of([[0.2], [1.0, None]])  what a model's questions of one level come to

A question's level is found by what it is: a scene (tracks in text, or a clip) has that of its law;
minimal pairs have it by their tag. What a model foretells under the law that it saw (simulator)
and what it makes of a law that it was told (fantasy, tag `world:told`) are two columns and are
never averaged. The module must not know where answers are kept.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from mingan.language import Text
from mingan.records import Grade, Question
from mingan.statistics.intervals import wilson
from mingan.world.laws import LAWS
from mingan.world.questions import GRADER as MOTION
from mingan.world.questions import KIND

Column = Literal["simulator", "fantasy"]

Medium = Literal["text", "video"]

_FANTASY = "world:told"
"""Tag of a question in which a law is changed by being told so."""

SAID = {
    1: Text("静止的场景", "a static scene"), 2: Text("物理因果", "physical cause and effect"),
    3: Text("社会因果", "social cause and effect"),
    4: Text("守得住前文的故事", "a story that keeps its promises"),
}  # fmt: skip

_BY_TAG = {"社会因果": 3, "心智理论": 3, "叙事因果": 4}
_SCENES = ("tracks", MOTION)
"""Graders of scenes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a question stands."""

    level: int
    column: Column
    medium: Medium


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """A model's questions of one level and column.

    Attributes:
        score, low, high: mean in [0, 1] with its 95 % interval.
        questions: that were scored; `open` ones were asked and have no verdict.
        apart: how many hang together with no other: those made of one story count once.
        worst, best: the mean if all open ones were worth 0, or 1.
    """

    score: float
    low: float
    high: float
    questions: int
    apart: int
    open: int
    worst: float
    best: float


def place_of(question: Question) -> Place | None:
    """A question's level; None for a question of none."""
    column: Column = "fantasy" if _FANTASY in question.tags else "simulator"
    if question.kind == KIND or question.grader in _SCENES:
        scene = question.params.get("scene")
        law = LAWS.get(str(scene.get("law"))) if isinstance(scene, dict) else None
        if law is None:
            return None
        medium: Medium = "text" if question.grader == "tracks" else "video"
        return Place(level=law.level, column=column, medium=medium)
    level = max((_BY_TAG.get(tag, 0) for tag in question.tags), default=0)
    return Place(level=level, column=column, medium="text") if level else None


def score_of(question: Question, grade: Grade) -> float | None:
    """What a grade is worth, in [0, 1]; None where nothing was decided.

    Of a scene it is how near the answer came; of minimal pairs all or nothing.
    """
    if grade.verdict not in ("right", "wrong"):
        return None
    if question.kind == KIND or question.grader in _SCENES:
        return float(np.clip(grade.score or 0.0, 0.0, 1.0))
    return float(grade.verdict == "right")


def cell_of(clusters: Sequence[Sequence[float | None]]) -> Cell | None:
    """The mean over clusters of questions, with its interval; None where nothing was asked.

    Where nothing has a verdict yet, the score is NaN and may be anything.

    The interval is Wilson's for as many as there are clusters: a score between 0 and 1 spreads no
    more than right and wrong do, so it is never too narrow, nor without width where all are 0.

    Args:
        clusters: scores of questions that hang together; None for a question without a verdict.
    """
    known = [[s for s in each if s is not None] for each in clusters]
    means = [float(np.mean(each)) for each in known if each]
    if not any(clusters):
        return None
    low, high = wilson(min(float(np.sum(means)), len(means)), len(means))
    asked = [each for each in clusters if each]
    worst, best = (
        float(np.mean([np.mean([end if s is None else s for s in each]) for each in asked]))
        for end in (0.0, 1.0)
    )
    score = float(np.mean(means)) if means else math.nan
    return Cell(
        score=score, low=low, high=high, questions=sum(map(len, known)),
        open=sum(s is None for each in clusters for s in each), apart=len(means), worst=worst,
        best=best,
    )  # fmt: skip
