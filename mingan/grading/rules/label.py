"""One of a closed set of labels that the question itself offers: “蕴涵”或“非蕴涵”."""

from __future__ import annotations

import re

from mingan.grading.commitment import DECLARED, commit
from mingan.grading.forms import labels_offered
from mingan.grading.options import Finder, Option
from mingan.grading.protocol import Finding
from mingan.grading.refusals import is_refusal
from mingan.grading.rules.base import (
    NO_REFERENCE,
    contradicts,
    found,
    param,
    references,
    refused,
    silent,
)
from mingan.language import Text
from mingan.normal import key, prepare, sentences
from mingan.records import Question

_DENIAL = re.compile(
    r"(?:没有|并不|并未|未|不)(?:明确|直接|能)?(?:表明|表示|表达出?|体现|存在|属于|涉及)"
)


class LabelGrader:
    """Right when the text settles on the reference's label.

    The parameter `labels` lists them; without it they are read from the question.
    """

    name = "label"
    version = "4"

    def grade(self, question: Question, text: str) -> Finding:
        """Judge which label the text settles on."""
        refs = references(question)
        if not refs:
            return Finding(verdict="ungraded", reason=NO_REFERENCE)
        options = _options(question)
        wanted = _wanted(refs[0], options)
        if wanted is None:
            return silent(refs[0])
        body = prepare(text)
        settled = commit(body, options, prompt=question.prompt)
        if settled.contradictory and wanted in settled.candidates:
            return contradicts("/".join(sorted(settled.names)), wanted)
        if settled.names:
            verdict = "right" if settled.names == {wanted} else "wrong"
            taken = "/".join(sorted(settled.names))
            return found(verdict, taken, wanted, firm=settled.strength >= DECLARED)  # type: ignore[arg-type]
        if is_refusal(body):
            return refused(wanted)
        if any(_denies_all(s, Finder(options)) for s in sentences(body)):
            return found("wrong", body, wanted)
        denied = {m.name for m in Finder(options).find(body) if m.negated}
        if len(denied) == 1 and settled.mentioned <= denied:
            other = [o.name for o in options if o.name not in denied]
            if len(other) == 1 or wanted in denied:
                taken = other[0] if len(other) == 1 else f"不是{next(iter(denied))}"
                return found("right" if other == [wanted] else "wrong", taken, wanted)
        if settled.mentioned and wanted not in settled.mentioned:
            return found("wrong", "/".join(sorted(settled.mentioned)), wanted)
        return silent(wanted)

    def faults(self, question: Question) -> list[Text]:
        """No labels anywhere, or a reference that is none of them."""
        refs = references(question)
        if not refs:
            return [NO_REFERENCE]
        options = _options(question)
        if _wanted(refs[0], options) is not None:
            return []
        listed = "、".join(o.name for o in options) or "—"
        return [
            Text(
                f"参考答案“{refs[0]}”不在标签（{listed}）之中，请改参考答案，"
                "或在参数 labels 里列出全部标签。",
                f'The reference "{refs[0]}" is none of the labels ({listed}); change it, or list '
                "every label in the parameter labels.",
            )
        ]


def _denies_all(sentence: str, finder: Finder) -> bool:
    """Whether the sentence denies every label at once: 并不表示因果关系、相关关系或中性关系."""
    denial = _DENIAL.search(sentence)
    after = {m.name for m in finder.find(sentence[denial.end() :])} if denial else set()
    return len(finder.names) > 2 and after == set(finder.names)


def _options(question: Question) -> tuple[Option, ...]:
    given = param(question, "labels")
    refs = references(question)
    names = (
        [str(x) for x in given]
        if isinstance(given, list | tuple)
        else labels_offered(question.prompt, refs[0] if refs else "")
    )
    return tuple(Option(n, _stem(n, names)) for n in dict.fromkeys(names))


def _stem(name: str, names: list[str]) -> str:
    """The label without an ending that all labels share: 因果 of 因果关系."""
    shared = 0
    while all(len(n) > shared + 2 for n in names) and len({n[-shared - 1 :] for n in names}) == 1:
        shared += 1
    return name[: len(name) - shared] if shared >= 2 else name


def _wanted(reference: str, options: tuple[Option, ...]) -> str | None:
    wanted = key(reference)
    for option in options:
        if wanted in (key(option.name), key(option.text)):
            return option.name
    near = [o.name for o in options if key(o.name).startswith(wanted) and wanted]
    return near[0] if len(near) == 1 else None
