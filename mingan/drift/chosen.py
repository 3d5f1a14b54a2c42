"""Which questions a watch freezes, and the class that a question belongs to.

Much of what looks like drift is a flip of the default answer: a model that says "yes" to
everything after saying "no" to everything is right as often as before on questions that are half
and half, and 100 points better or worse on a set of one class. So both classes stand in equal
numbers as far as the bank allows, and the report says how each fared. This module must not know
which model is asked.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from itertools import zip_longest

from mingan import asking
from mingan.asking.conversation import SHORT_TURNS
from mingan.bank.games.options import letter
from mingan.errors import UsageError
from mingan.grading import choose
from mingan.grading.polarity import YES, of_reference
from mingan.normal import fold, key
from mingan.plugins import Registry
from mingan.plugins import registry as installed
from mingan.records import Question

SIZE = 60
"""Questions of a watch, if nobody says otherwise."""

FEW = 3
"""Questions that a class must have to be one."""

_JUDGE = "judge"
_LABELLED = ("yesno", "label")
_LABEL = 12
_WAYS = ("yes", "no")


def watched(
    questions: Sequence[Question], *, limit: int = SIZE, seed: int = 0, judged: bool = False,
    registry: Registry = installed,
) -> list[Question]:  # fmt: skip
    """The questions to freeze: short ones that rules can grade, classes and tiers in balance.

    Args:
        judged: take those too that need a judge.

    Raises:
        UsageError: a limit below one, or nothing that could be graded.
    """
    short = asking.short(questions, SHORT_TURNS, registry) or list(questions)
    fit = [q for q in short if judged or _grader(q) != _JUDGE]
    if not fit:
        raise UsageError(
            "这个题库里没有规则能判的题，看不出漂移；请换一个题库，或用 --judge 请一个裁判。",
            "No question of this bank can be graded by rule, so drift could not be seen; take "
            "another bank, or name a judge with --judge.",
        )
    if limit < 1:
        asking.subset(fit, limit)  # which says what is wrong with it
    kept = {question.id for question in _even(asking.balanced(fit, seed=seed))[:limit]}
    return [question for question in fit if question.id in kept]


def class_of(question: Question) -> str:
    """The class of the right answer: "yes", "no", a label, or an option's letter; "" for none."""
    reference = (question.answer or "").strip()
    if not reference:
        return ""
    if question.choices:
        return _option(reference, question.choices)
    grader = _grader(question)
    if grader not in _LABELLED:
        return ""
    way = of_reference(reference)
    if way is not None:
        return "yes" if way == YES else "no"
    label = key(reference)
    return label if grader == "label" and len(label) <= _LABEL else ""


def classes_of(questions: Sequence[Question]) -> dict[str, str]:
    """The class of every question that has one, by its id, where there are two classes at least.

    A class of fewer than FEW questions says nothing and is none.
    """
    found = {question.id: class_of(question) for question in questions}
    counts = Counter(name for name in found.values() if name)
    large = {name for name, count in counts.items() if count >= FEW}
    return {q: name for q, name in found.items() if name in large} if len(large) > 1 else {}


def _even(ordered: Sequence[Question]) -> list[Question]:
    """The same questions; those of a class come in turn, and what one has too many comes last.

    Questions without a class keep their places.
    """
    classes = classes_of(ordered)
    counts: dict[bool, list[int]] = {}
    for name, count in Counter(classes.values()).items():
        counts.setdefault(name in _WAYS, []).append(count)
    seen: Counter[str] = Counter()
    first: list[Question] = []
    spare: list[Question] = []
    for question in ordered:
        name = classes.get(question.id, "")
        seen[name] += 1
        much = bool(name) and seen[name] > min(counts[name in _WAYS])
        (spare if much else first).append(question)
    of_class = [[q for q in first if classes.get(q.id) == name] for name in sorted(seen) if name]
    turns = iter([q for row in zip_longest(*of_class) for q in row if q is not None])
    return [*(next(turns) if q.id in classes else q for q in first), *spare]


def _option(reference: str, choices: Sequence[str]) -> str:
    letters = [letter(place) for place in range(len(choices))]
    if reference.upper() in letters:
        return reference.upper()
    wanted = fold(reference)
    same = [name for name, text in zip(letters, choices, strict=True) if fold(text) == wanted]
    return same[0] if len(same) == 1 else ""


def _grader(question: Question) -> str:
    return question.grader or choose(question).grader
