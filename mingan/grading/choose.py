"""Which grader fits a question that names none: by the form of its reference and of its prompt.

Imported banks hold nothing but a reference answer. What was chosen, and why, is said in words, so
that a person can disagree. A reference that no rule can follow goes to `judge`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from mingan.grading import forms, trends
from mingan.grading.options import Option, lettered, numbered
from mingan.grading.polarity import of_reference
from mingan.language import Text
from mingan.normal import fold, key
from mingan.records import Question


@dataclass(frozen=True, slots=True)
class Choice:
    """A grader's name, its parameters, and why it was chosen."""

    grader: str
    why: Text
    params: dict[str, Any] = field(default_factory=dict)


_ORDERED = re.compile(
    r"排序|顺序|从[大小高低早长短]到|依次|先后|\bsort\b|in order|order of|排列", re.IGNORECASE
)
_WHICH = re.compile(r"哪[一个项些种句条]|选出|选择|选项|下列|以下|which", re.IGNORECASE)
_CAUSE = re.compile(r"^(?:选项)?\s*([1-9])\s*(?:引起|导致|造成|causes?|leads? to)")
_BARE = re.compile(r"(?:选项|情景|场景|句子|第)?\s*([1-9])\s*[.、]?(?:个|句|项)?")
_MARKER = re.compile(r"^\(?[A-Ja-j1-9]\)?\s*[.、:)]\s*")
_TRUE_FALSE = re.compile(r"true|false", re.IGNORECASE)
_STATED = re.compile(r"答案(?:应该)?(?:是|为)\s*(?!错|对)\S{1,20}$")
_GOES_ON = re.compile(r"但|而|因为|所以|因此|不过|but\b|so\b", re.IGNORECASE)
_ONE_PHRASE = re.compile(
    r"谚语|成语|俗语|诗|名言|歇后语|对联|哪一?句|排序|顺序|proverb|saying|poem", re.IGNORECASE
)
_PLURAL = re.compile(r"、|;|和|及|分别|哪些|并|以及|姓名和|, *(?:并|他|她|它)|\?.+\?", re.DOTALL)


def choose(question: Question) -> Choice:
    """The grader for a question whose `grader` is empty. Never raises.

    Of several forms that fit, the one that the prompt itself announces (its options, its labels)
    goes first.
    """
    if question.answer is None or not question.answer.strip():
        return Choice("judge", Text("没有参考答案", "there is no reference answer"))
    reference = fold(question.answer).strip()
    if not key(reference) and not forms.is_symbols(reference):
        return Choice("judge", Text("参考答案是空的", "the reference is empty"))
    for step in (_by_options, _by_labels, _by_form, _by_wording):
        choice = step(question, reference)
        if choice is not None:
            return choice
    return Choice("text", Text("参考答案是短语", "the reference is a short text"))


def _by_options(question: Question, reference: str) -> Choice | None:
    """The reference names an option of the question, or repeats its wording."""
    if forms.is_letter(reference) and (question.choices or lettered(question.prompt)):
        return Choice("choice", Text("参考答案是选项的字母", "the reference is an option's letter"))
    named = _option_named(reference, question)
    if named is None:
        return None
    why = Text(f"参考答案是题目的第 {named} 个选项", f"the reference is option {named}")
    return Choice("choice", why, {"option": named})


def _option_named(reference: str, question: Question) -> str | None:
    """The option that the reference names by its number or its wording.

    A reference without a number, whose words are not in the question either, names none; most do
    not, so the question's options are looked for last.
    """
    prompt = question.prompt
    numbers = [m[1] for m in (_BARE.fullmatch(reference), _CAUSE.match(reference)) if m]
    numbers = numbers if numbers and _WHICH.search(prompt) else []
    wanted = key(_MARKER.sub("", reference))
    worded = len(wanted) >= 2 and (bool(question.choices) or wanted in key(prompt))
    options = _options(question) if numbers or worded else ()
    names = {o.name for o in options}
    if all(n.isdigit() for n in names):
        named = next((n for n in numbers if n in names), None)
        if named:
            return named
    same = [o.name for o in options if worded and key(o.text) == wanted]
    return same[0] if len(same) == 1 else None


def _options(question: Question) -> tuple[Option, ...]:
    if question.choices:
        return tuple(Option("ABCDEFGHIJ"[i], c) for i, c in enumerate(question.choices[:10]))
    return lettered(question.prompt) or numbered(question.prompt)


def _by_labels(question: Question, reference: str) -> Choice | None:
    """Yes or no, or a label out of a closed set that the prompt offers."""
    if forms.is_unanswerable(reference):
        return Choice(
            "unanswerable", Text("参考答案说这题无法回答", "the reference says there is no answer")
        )
    labels = forms.family_named(fold(question.prompt), reference)
    labels = labels or forms.labels_offered(question.prompt, reference)
    if reference.casefold() in ("true", "false") and _TRUE_FALSE.search(question.prompt):
        labels = ["True", "False"]
        why = Text("参考答案是 True 或 False", "the reference is True or False")
        return Choice("label", why, {"labels": labels})
    if of_reference(reference) is not None and (not labels or _opposites(labels)):
        return Choice("yesno", Text("参考答案是“是/否”一类", "the reference is a yes or a no"))
    if labels:
        listed = "/".join(labels)
        why = Text(f"题目给出了可选的答案：{listed}", f"the question offers the labels {listed}")
        return Choice("label", why, {"labels": labels})
    return None


def _opposites(labels: list[str]) -> bool:
    return len(labels) == 2 and {of_reference(label) for label in labels} == {1, -1}


def _by_form(question: Question, reference: str) -> Choice | None:
    if forms.is_date(reference):
        return Choice("date", Text("参考答案是日期", "the reference is a date"))
    if forms.is_formula(reference):
        return Choice("number", Text("参考答案是算式", "the reference is a formula"))
    if forms.is_number(reference) or forms.is_numbers(reference):
        return Choice("number", Text("参考答案是数", "the reference is a number"))
    if forms.is_figures(reference):
        return Choice(
            "list", Text("参考答案是有次序的一列数", "the reference is an ordered list of numbers")
        )
    if forms.is_symbols(reference):
        return Choice(
            "sequence", Text("参考答案是一串符号", "the reference is a sequence of symbols")
        )
    if (
        forms.is_letter(reference)
        and re.search(r"[A-Da-d]", reference)
        and _WHICH.search(question.prompt)
    ):
        return Choice("choice", Text("参考答案是选项的字母", "the reference is an option's letter"))
    return None


def _by_wording(question: Question, reference: str) -> Choice | None:
    if forms.is_remark(reference):
        return Choice(
            "judge",
            Text(
                "参考答案是给评分人的说明，规则判不了",
                "the reference is a remark for a person, beyond rules",
            ),
        )
    if trends.of_reference(reference):
        return Choice(
            "set", Text("参考答案说几样东西怎么变", "the reference says how things change")
        )
    pieces = forms.parts(reference)
    if "=" in reference and not forms.is_symbols(reference):
        why = Text("参考答案有几处算式，只能认出照说的回答", "the reference holds formulas")
        return Choice("text", why)
    ordered = _ORDERED.search(question.prompt) is not None
    items = forms.items_of_order(reference, question.prompt) if ordered else []
    if items:
        why = Text("参考答案是有次序的几项", "the reference lists things in order")
        return Choice("list", why, {"items": items})
    short = len(pieces) == 2 and all(2 <= len(key(p)) <= 4 for p in pieces)
    figures = any(forms.is_number(p) for p in pieces)
    if short and not figures and not _ONE_PHRASE.search(question.prompt):
        why = Text("参考答案是几项，都要有", "the reference lists things, all wanted")
        return Choice("set", why)
    measured = len(pieces) == 2 and forms.is_number(pieces[1]) and not forms.is_number(pieces[0])
    if measured and not _PLURAL.search(fold(question.prompt).rsplit("。", 1)[-1]):
        why = Text(f"参考答案的主要部分是“{pieces[0]}”", f"what counts is {pieces[0]!r}")
        return Choice("text", why, {"main": pieces[0]})
    if _STATED.search(reference):
        return Choice("text", Text("参考答案里写明了答案", "the reference states the answer"))
    sentence = any(_GOES_ON.match(p) for p in pieces[1:])
    if len(pieces) > 1 and not sentence and all(len(key(p)) <= 24 for p in pieces):
        if ordered:
            return Choice(
                "list", Text("参考答案是有次序的几项", "the reference lists things in order")
            )
        if _PLURAL.search(fold(question.prompt)) or len(pieces) > 2 or "、" in question.answer:  # type: ignore[operator]
            return Choice(
                "set", Text("参考答案是几项，都要有", "the reference lists things, all wanted")
            )
    if forms.is_long(reference):
        why = Text(
            "参考答案是长句，只能认出照说的回答",
            "the reference is long: only close wordings are recognised",
        )
        return Choice("text", why)
    return None
