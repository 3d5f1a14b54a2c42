"""What the rule graders share: reading the reference, and findings in plain words.

It knows the shape of a finding and the words for it, but no rule of any single grader.
"""

from __future__ import annotations

from typing import Any

from mingan.grading.protocol import Finding
from mingan.language import Text
from mingan.normal import fold, shorten
from mingan.records import Question, Verdict

NO_REFERENCE = Text(
    "没有参考答案，规则无从判断。", "There is no reference answer, so no rule can decide."
)


def references(question: Question) -> tuple[str, ...]:
    """The reference and its aliases, folded; empty when nobody wrote one."""
    written = (question.answer or "", *question.aliases)
    return tuple(fold(a).strip() for a in written if a and a.strip())


def param(question: Question, name: str, default: Any = None) -> Any:
    """One of the question's grader parameters."""
    return question.params.get(name, default)


def found(
    verdict: Verdict,
    extracted: str,
    reference: str,
    *,
    firm: bool = False,
    note: Text | None = None,
) -> Finding:
    """A finding that names what was taken for the answer and what the reference is."""
    taken, wanted = shorten(extracted), shorten(reference)
    zh = f"取作答案的是“{taken}”，参考答案是“{wanted}”"
    en = f'The answer was taken to be "{taken}"; the reference is "{wanted}"'
    if note is not None:
        zh, en = f"{zh}：{note.zh}", f"{en}: {note.en}"
    return Finding(
        verdict=verdict,
        reason=Text(f"{zh}。", f"{en}."),
        extracted=shorten(extracted, 120),
        firm=firm,
    )


def simply(
    verdict: Verdict, zh: str, en: str, *, extracted: str = "", firm: bool = False
) -> Finding:
    """A finding with a sentence of its own."""
    return Finding(
        verdict=verdict, reason=Text(zh, en), extracted=shorten(extracted, 120), firm=firm
    )


def refused(reference: str) -> Finding:
    """The text declines although there is an answer."""
    wanted = shorten(reference)
    return simply(
        "wrong",
        f"拒答：没有给出答案，参考答案是“{wanted}”。",
        f'A refusal: it gives no answer; the reference is "{wanted}".',
    )


def silent(reference: str, verdict: Verdict = "unsure") -> Finding:
    """No final answer could be found in the text."""
    wanted = shorten(reference)
    return simply(
        verdict,
        f"没有找到明确的答案，参考答案是“{wanted}”。",
        f'No definite answer was found; the reference is "{wanted}".',
    )


def contradicts(extracted: str, reference: str) -> Finding:
    """The text settles on different answers."""
    taken, wanted = shorten(extracted), shorten(reference)
    return simply(
        "unsure",
        f"前后说法不一，最后说到“{taken}”，参考答案是“{wanted}”。",
        f'It contradicts itself and ends on "{taken}"; the reference is "{wanted}".',
        extracted=extracted,
    )
