"""No rule at all: the answer waits for a judge model or a person."""

from __future__ import annotations

from mingan.grading.judging import criteria
from mingan.grading.protocol import Finding
from mingan.language import Text
from mingan.records import Question

WAITS = Text(
    "规则判不了这道题，等裁判模型或人来判。",
    "No rule can grade this question; it waits for a judge model or a person.",
)


class JudgeGrader:
    """Always `ungraded`: it marks a question that rules must leave alone."""

    name = "judge"
    version = "1"

    def grade(self, question: Question, text: str) -> Finding:
        """Leave the answer to a judge or a person."""
        return Finding(verdict="ungraded", reason=WAITS)

    def faults(self, question: Question) -> list[Text]:
        """Nothing can be wrong with waiting, but with criteria that a judge is to use."""
        return criteria.faults_in(question)
