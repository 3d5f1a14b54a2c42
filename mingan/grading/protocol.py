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

    `extracted` is what was taken for the final answer. `score` is how good it was, from 0 to 1,
    where right and wrong do not say all; it is shown and never averaged into a score. `firm`
    says that the answer announced itself as final ("答案是 B"); without that, nothing is decided
    about a truncated answer. `version` names what else decided and could decide otherwise in a
    later version, such as the graders of the parts; it is kept beside the grader's own.
    """

    verdict: Verdict
    reason: Text
    extracted: str = ""
    firm: bool = False
    score: float | None = None
    version: str = ""


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


@runtime_checkable
class ConversationGrader(Grader, Protocol):
    """A grader that reads every turn of a conversation, not the last answer alone."""

    def grade_turns(self, question: Question, said: tuple[str, ...]) -> Finding:
        """Judge what the model said, one text a turn, in order. Must not raise on any text."""
        ...
