"""The grader of writing: right when some reading of the answer keeps every rule.

It puts the readings of an answer and the rules together, and knows neither in detail.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from mingan.grading.protocol import Finding
from mingan.grading.rules.base import param
from mingan.grading.rules.checked import CheckedGrader
from mingan.grading.rules.checklist import Check, faults_in, judged
from mingan.grading.writing.body import Lines, readings
from mingan.grading.writing.rules import KINDS, SLOW, Undecided, failure
from mingan.language import Text
from mingan.records import Question

_MISSING = Text(
    "没有找到要写的文字：去掉开场白、标题和说明以后，什么也不剩。",
    "No text was found: nothing is left without lead-in, titles and remarks.",
)


class WritingGrader(CheckedGrader):
    """Right when the text keeps every rule of the parameter `rules`.

    Where it is open which part of the answer is the text (see `body`), the reading that keeps
    most rules counts.
    """

    name = "writing"
    version = "2"
    slow = True
    """A rule may have a pattern, which runs in a process of its own."""

    def slips(self, question: Question) -> list[Text]:
        """Rules that are not well formed."""
        return faults_in(question, "rules", KINDS)

    def judge(self, question: Question, text: str) -> Finding:
        """The best finding on any reading; nothing about a text is firm while it may go on."""
        best: Finding | None = None
        open_still: Text | None = None
        for lines in readings(text):
            finding = _on_reading(param(question, "rules"), lines, slow=open_still)
            if finding.verdict == "right":
                return finding
            if finding.verdict == "unsure":
                open_still = finding.reason
            elif best is None or (finding.score or 0.0) > (best.score or 0.0):
                best = finding
        if open_still is not None:
            return Finding(verdict="unsure", reason=open_still)
        return best or Finding(verdict="wrong", reason=_MISSING, score=0.0)


def _on_reading(rules: Sequence[Check], lines: Lines, *, slow: Text | None) -> Finding:
    """The finding on one reading: unsure where all hangs on a rule that could not be looked at.

    `slow` says that this was so for an earlier reading; its slow rules are not tried again.
    """
    failures: list[Text | None] = []
    for rule in rules:
        try:
            if slow is not None and rule["kind"] in SLOW:
                raise Undecided(*slow)
            failures.append(failure(rule, lines))
        except Undecided as undecided:
            slow = undecided.reason
    if slow is not None and not any(failures):
        return Finding(verdict="unsure", reason=slow)
    return replace(judged(failures, "\n".join(lines)), firm=False)
