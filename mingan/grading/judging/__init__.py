"""Judges: models that grade what no rule can, and how little of that is taken on trust.

    Case.of(question, answers, kind)    what is put before a judge, fenced, turn by turn
    JudgeTalk, TypedJudge               how asking carries that out
    Panel, opinion, verdict, vote       what comes of it

A judge's failure is never a model's mistake: what could not be had or read is `ungraded`.
"""

from mingan.grading.judging.cases import GAME, Case, JudgeTalk, has_reference, judgeable
from mingan.grading.judging.criteria import rubric_of
from mingan.grading.judging.opinions import (
    RULES,
    Panel,
    Rule,
    asked_as,
    grader_of,
    inconsistent,
    opinion,
    opinion_version,
    unread,
    verdict,
    verdict_version,
    vote,
)
from mingan.grading.judging.replies import Kind, read
from mingan.grading.judging.templates import template_hash
from mingan.grading.judging.typed import TypedJudge

__all__ = [
    "GAME",
    "RULES",
    "Case",
    "JudgeTalk",
    "Kind",
    "Panel",
    "Rule",
    "TypedJudge",
    "asked_as",
    "grader_of",
    "has_reference",
    "inconsistent",
    "judgeable",
    "opinion",
    "opinion_version",
    "read",
    "rubric_of",
    "template_hash",
    "unread",
    "verdict",
    "verdict_version",
    "vote",
]
