"""Questions whose right answer is that they have none: nonsense, false premises, missing facts."""

from __future__ import annotations

import re

from mingan.grading.protocol import Finding
from mingan.grading.refusals import asks_back, declines, says_senseless, says_undecidable
from mingan.grading.rules.base import NO_REFERENCE, found, references, silent, simply
from mingan.grading.wording import sayings
from mingan.language import Text
from mingan.normal import fold, key, prepare, sentences
from mingan.records import Question

_UNDECIDABLE = re.compile(
    r"无法|不能(?:确定|判断|得知|推断)|不确定|不知道|未知|不得而知|不一定|都有可能|"
    r"(?:条件|信息)不足|没有(?:给出|提到|说明)|cannot|unknown|undetermined|not enough",
    re.I,
)


_BUT = re.compile(
    r"(?:然而|但是?|不过|通常|however|\bbut)[^。]{0,20}(?:可能|应该|推断|推测|认为|likely)", re.I
)


class UnanswerableGrader:
    """Right when the text sees that there is no answer, wrong when it makes one up."""

    name = "unanswerable"
    version = "2"

    def grade(self, question: Question, text: str) -> Finding:
        """Judge whether the text says that the question cannot be answered."""
        refs = references(question)
        shown = refs[0] if refs else "无法回答"
        body = prepare(text)
        if not key(body):
            return silent(shown, "wrong")
        parts = sentences(body)
        opening = "。".join(parts[:2])
        ending = "。".join(parts[-2:])
        undecidable = any(_UNDECIDABLE.search(r) for r in refs)
        also = [r for r in refs[1:] if len(key(r)) >= 2]
        if also and any(not s.negated for s in sayings("。".join([opening, ending]), also)):
            return found("right", opening, shown)
        says = says_undecidable if undecidable else _either
        if says(opening) or says(ending):
            goes_on = undecidable and _BUT.search("。".join(parts[1:]))
            return silent(shown) if goes_on else found("right", opening, shown)
        if declines(body, fold(question.prompt)):
            return simply(
                "unsure",
                "没有作答，但没有说明题目为什么无解。",
                "It does not answer, but does not say why the question has no answer.",
            )
        if says_senseless(body) or says_undecidable(body) or asks_back(body):
            return silent(shown)
        return simply(
            "wrong",
            f"给出了答案，没有指出“{shown}”。",
            f'It gives an answer instead of saying "{shown}".',
            extracted=opening,
        )

    def faults(self, question: Question) -> list[Text]:
        """No reference at all."""
        return [] if references(question) else [NO_REFERENCE]


def _either(text: str) -> bool:
    return says_senseless(text)
