"""Yes or no, in its many Chinese and English forms: 是/否, 成立/不成立, 有效/无效, True/False."""

from __future__ import annotations

import re

from mingan.grading.echo import ASKS, without_question
from mingan.grading.polarity import NO, YES, of_reference, polarity
from mingan.grading.protocol import Finding
from mingan.grading.refusals import is_refusal, says_undecidable
from mingan.grading.rules.base import (
    NO_REFERENCE,
    contradicts,
    found,
    references,
    refused,
    silent,
    simply,
)
from mingan.language import Text
from mingan.normal import key, prepare, sentences, shorten
from mingan.records import Question

_SHOWN = {YES: "是", NO: "否"}
_DOUBTS = re.compile(
    r"不一定|未必|(?<!不)可能不(?!仅|只|止)|不总是|并非总是|not necessarily|not always",
    re.IGNORECASE,
)
_ALWAYS = re.compile(r"一定|所有|任何|总是|必然|必定|必须|每[个一只次]|都|\ball\b|always|every")
_UNDECIDED = re.compile(
    r"有(?:一定的?)?争议|没有(?:明确|确定|统一|唯一)的?(?:答案|结论|定论)|尚无定论|不好说|见仁见智|因人而异"
)


class YesNoGrader:
    """Right when the text's answer to the question points the reference's way."""

    name = "yesno"
    version = "3"

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
        return _open(body, question.prompt, wanted, refs[0])

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


def _open(body: str, prompt: str, wanted: int, shown: str) -> Finding:
    """An answer with neither yes nor no: a doubt denies, and not knowing is no answer."""
    parts = sentences(without_question(body, prompt))
    copied = len(key(body)) >= 6 and key(body) in key(prompt)
    if not parts or (copied and ASKS.search(body)):
        return simply(
            "wrong",
            f"只是重复题目，没有作答，参考答案是“{shown}”。",
            f'It only repeats the question; the reference is "{shown}".',
        )
    lead, ending = parts[0], parts[-1]
    if _DOUBTS.search(lead) or _DOUBTS.search(ending):
        always = _ALWAYS.search(prompt) is not None
        if wanted == YES or always:
            return found("wrong" if wanted == YES else "right", lead, shown)
        return silent(shown)
    if says_undecidable(lead) or _UNDECIDED.search(lead) or _UNDECIDED.search(ending):
        return found("wrong", lead, shown)
    return silent(shown)
