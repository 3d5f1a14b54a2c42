"""What graders share that read a question's parameters: a question at fault judges nobody.

Before an answer is judged, the parameters are looked over, and the reference is judged as if it
were an answer. What came of that is remembered, since every answer to the question asks for it.
This module must not know what any parameter means.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections import OrderedDict

from mingan.grading.protocol import Finding
from mingan.language import Text
from mingan.records import Question

REMEMBERED = 256
"""Questions of which it is remembered whether they are at fault."""

_remembered: OrderedDict[tuple[type, str], list[Text]] = OrderedDict()


class CheckedGrader(ABC):
    """A grader that judges only by questions that are not at fault."""

    name: str
    version: str

    def grade(self, question: Question, text: str) -> Finding:
        """Judge the text; it stays ungraded where the question is at fault."""
        problems = self.faults(question)
        if problems:
            return Finding(verdict="ungraded", reason=problems[0])
        return self.judge(question, text)

    def faults(self, question: Question) -> list[Text]:
        """Parameters that are not well formed, or a reference that is not right by them."""
        place = (type(self), question.hash)
        known = _remembered.get(place)
        if known is None:
            known = _remembered[place] = self.slips(question) or self._contradicted(question)
            while len(_remembered) > REMEMBERED:
                _remembered.popitem(last=False)
        return list(known)

    @abstractmethod
    def slips(self, question: Question) -> list[Text]:
        """What is not well formed in the parameters; empty when nothing."""

    @abstractmethod
    def judge(self, question: Question, text: str) -> Finding:
        """The finding on a text; the question is known to be well formed."""

    def is_answer(self, question: Question) -> bool:
        """Whether the reference is one that an answer could be, and so has to be right."""
        return bool(question.answer)

    def _contradicted(self, question: Question) -> list[Text]:
        if not self.is_answer(question):
            return []
        finding = self.judge(question, question.answer or "")
        # Where our own tools fail on the reference, that says nothing about the question.
        return [] if finding.verdict == "ungraded" else _reference_fault(finding)


def _reference_fault(finding: Finding) -> list[Text]:
    """A fault when the reference does not pass its own checks, which the finding on it says."""
    if finding.verdict == "right":
        return []
    return [
        Text(
            f"参考答案自己没有通过检查：{finding.reason.zh}",
            f"The reference does not pass its own checks: {finding.reason.en}",
        )
    ]
