"""Yes or no, in its many Chinese and English forms: 是/否, 成立/不成立, 有效/无效, True/False."""

from __future__ import annotations

from mingan.grading.normal import prepare, shorten
from mingan.grading.polarity import NO, YES, of_reference, polarity
from mingan.grading.protocol import Finding
from mingan.grading.refusals import is_refusal
from mingan.grading.rules.base import (
    NO_REFERENCE,
    contradicts,
    found,
    references,
    refused,
    silent,
)
from mingan.language import Text
from mingan.records import Question

_SHOWN = {YES: "是", NO: "否"}


class YesNoGrader:
    """Right when the text's answer to the question points the reference's way."""

    name = "yesno"
    version = "1"

    def grade(self, question: Question, text: str) -> Finding:
        """Judge which way the text points."""
        refs = references(question)
        if not refs:
            return Finding(verdict="ungraded", reason=NO_REFERENCE)
        wanted = of_reference(refs[0])
        if wanted is None:
            return silent(refs[0])
        body = prepare(text)
        said = polarity(body, question.prompt, refs[0])
        if said.contradictory:
            return contradicts(said.evidence or "", refs[0])
        if said.sign:
            verdict = "right" if said.sign == wanted else "wrong"
            return found(verdict, said.evidence or _SHOWN[said.sign], refs[0], firm=said.firm)  # type: ignore[arg-type]
        if is_refusal(body):
            return refused(refs[0])
        return silent(refs[0])

    def faults(self, question: Question) -> list[Text]:
        """A reference that is neither yes nor no."""
        refs = references(question)
        if not refs:
            return [NO_REFERENCE]
        if of_reference(refs[0]) is None:
            shown = shorten(refs[0])
            return [
                Text(
                    f"参考答案“{shown}”看不出是“是”还是“否”，请写成 是 或 否。",
                    f'The reference "{shown}" is neither yes nor no; write yes or no.',
                )
            ]
        return []
