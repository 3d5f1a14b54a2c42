"""What a grader is: something that reads one answer to one question and says what it finds.

A rule grader is a pure function of the question and the text. It never sees which model spoke.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from mingan.language import Text
from mingan.records import Question, Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """A verdict with its reason in one line.

    `extracted` is what was taken for the final answer. `firm` says that the answer announced
    itself as final ("答案是 B"); without that, nothing is decided about a truncated answer.
    """

    verdict: Verdict
    reason: Text
    extracted: str = ""
    firm: bool = False


@runtime_checkable
class Grader(Protocol):
    """A way to tell right from wrong. A new version must be given whenever verdicts can change."""

    name: str
    version: str

    def grade(self, question: Question, text: str) -> Finding:
        """Judge `text` as an answer to `question`. Must not raise on any text whatever."""
        ...

    def faults(self, question: Question) -> list[Text]:
        """What in the question keeps this grader from working (a bad reference, a bad pattern)."""
        ...
