"""What a rubric judge looks at: criteria with weights, from the question or by its ability.

A question says them in its parameters, as a list of sentences or of objects:

    {"criteria": ["扣题", {"what": "比喻贴切", "weight": 2}], "pass": 0.7}

Otherwise its tags choose a set of ours, and without any a general one. A criterion is met, half
met or not met; the score is the weighted mean, and `pass` of it is enough for `right`. This
module must not know how a judge is asked.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import isfinite
from typing import Any

from mingan.language import Text
from mingan.records import Question

MOST = 12
"""Criteria that a judge can keep apart."""

LEVELS = 2
"""The mark of a criterion that is fully met; 1 is half, 0 not at all."""

PASS = 0.6
"""The share of all marks that makes an answer right, where the question says nothing."""


@dataclass(frozen=True, slots=True)
class Criterion:
    """One thing to look at, and how much it weighs."""

    what: Text
    weight: float = 1.0


@dataclass(frozen=True, slots=True)
class Rubric:
    """The criteria of one question, and the share of all marks that is enough.

    `foreign` says that the question brought them: whoever wrote it may have written anything.
    """

    criteria: tuple[Criterion, ...]
    passes: float = PASS
    foreign: bool = False

    def score(self, marks: Sequence[int]) -> float:
        """From 0 to 1: the weighted mean of one mark a criterion."""
        weights = [criterion.weight for criterion in self.criteria]
        pairs = zip(marks, weights, strict=True)
        return sum(mark * weight for mark, weight in pairs) / (LEVELS * sum(weights))


def _set(*parts: tuple[str, str, float]) -> tuple[Criterion, ...]:
    return tuple(Criterion(Text(zh, en), weight) for zh, en, weight in parts)


GENERAL = _set(
    ("内容正确，没有事实错误", "what it says is correct", 3),
    ("答了所问的全部", "it answers all that was asked", 2),
    ("说得清楚，对提问的人有用", "it is clear and useful to whoever asked", 1),
)

SETS: dict[str, tuple[tuple[str, ...], tuple[Criterion, ...]]] = {
    "writing": (
        ("写作", "创作", "作文", "诗", "故事", "文案", "语体", "writing", "poem", "story"),
        _set(
            ("合乎题目的全部要求（体裁、内容、长度、格式）", "it meets every requirement", 3),
            ("有内容，具体，不空泛", "it is specific and has something to say", 2),
            ("语言通顺、得体、有文采", "the language is fluent and fitting", 2),
        ),
    ),
    "translation": (
        ("翻译", "文言文", "translation"),
        _set(
            ("意思忠实，没有错译、漏译", "it is faithful: nothing wrong, nothing left out", 3),
            ("译文通顺自然", "it reads naturally", 2),
            ("语气和文体相称", "tone and style fit", 1),
        ),
    ),
    "summary": (
        ("总结", "摘要", "概括", "summary", "summarization"),
        _set(
            ("抓住了要点，没有遗漏", "it has the main points", 3),
            ("没有原文里没有的东西", "it adds nothing that is not in the text", 3),
            ("简明", "it is brief", 1),
        ),
    ),
    "reasoning": (
        ("推理", "数学", "逻辑", "应用题", "math", "reasoning", "logic"),
        _set(
            ("最后的结论正确", "the final conclusion is correct", 4),
            ("推理的每一步站得住", "every step of the reasoning holds", 2),
            ("答了所问的全部", "it answers all that was asked", 1),
        ),
    ),
    "code": (
        ("代码", "编程", "程序", "code", "programming"),
        _set(
            ("做得到题目要它做的事，没有错误", "it does what was asked, without faults", 4),
            ("边界情况处理得当", "it handles edge cases", 2),
            ("清楚易读", "it is clear", 1),
        ),
    ),
    "explaining": (
        ("解释", "讲解", "科普", "教学", "explanation", "teaching"),
        _set(
            ("讲的内容正确", "what it explains is correct", 3),
            ("合乎听的人的程度", "it fits whom it is for", 3),
            ("有例子或比方，条理清楚", "it has examples or comparisons, in good order", 1),
        ),
    ),
}
"""By name: words in a tag that choose the set, and the set."""


def rubric_of(question: Question) -> Rubric:
    """The criteria of a question: its own, else those of its ability, else the general ones.

    Criteria that nobody can make sense of count as none; `faults_in` says so when a bank is
    checked.
    """
    share = question.params.get("pass", PASS)
    passes = float(share) if _is_share(share) else PASS
    own = question.params.get("criteria")
    if own is not None and not _faults(own):
        return Rubric(tuple(_criterion(one) for one in own), passes, foreign=True)
    tags = [tag.casefold() for tag in question.tags]
    for words, criteria in SETS.values():
        if any(word in tag for tag in tags for word in words):
            return Rubric(criteria, passes)
    return Rubric(GENERAL, passes)


def faults_in(question: Question) -> list[Text]:
    """What is wrong with the criteria that a question brings; empty when nothing is."""
    found = _faults(question.params["criteria"]) if "criteria" in question.params else []
    if "pass" in question.params and not _is_share(question.params["pass"]):
        found.append(
            Text(
                "参数 pass 应是大于 0、不超过 1 的数。",
                "The parameter pass must be a number above 0 and up to 1.",
            )
        )
    return found


def _faults(own: Any) -> list[Text]:
    if not isinstance(own, list | tuple) or not 1 <= len(own) <= MOST:
        return [
            Text(
                f"参数 criteria 应是评分标准的列表，1 到 {MOST} 条。",
                f"The parameter criteria must be a list of 1 to {MOST} criteria.",
            )
        ]
    return [
        Text(
            f"参数 criteria 的第 {place} 条应是一句话，或带 what（一句话）和 weight（大于 0 的数）"
            "的对象。",
            f"Item {place} of the parameter criteria must be a sentence, or an object with what "
            "(a sentence) and weight (a number above 0).",
        )
        for place, one in enumerate(own, 1)
        if not _is_criterion(one)
    ]


def _is_criterion(one: Any) -> bool:
    if isinstance(one, str):
        return bool(one.strip())
    if not isinstance(one, Mapping) or not set(one) <= {"what", "weight"}:
        return False
    what, weight = one.get("what"), one.get("weight", 1)
    return isinstance(what, str) and bool(what.strip()) and _is_number(weight) and weight > 0


def _criterion(one: Any) -> Criterion:
    if isinstance(one, str):
        return Criterion(Text(one, one))
    return Criterion(Text(one["what"], one["what"]), float(one.get("weight", 1)))


def _is_share(value: Any) -> bool:
    return _is_number(value) and 0 < value <= 1


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and isfinite(value)
