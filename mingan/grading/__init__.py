"""Who is right: finding the final answer in what a model said, and judging it by rule.

    grade(question, answer)   the verdict of the grader that fits, with its reason, as a Grade
    choose(question)          which grader fits a question that names none, and why
    is_slow(question)         whether its grader may take seconds, as one that runs programs may

Rules never see which model spoke. What cannot be told stays `unsure`; what could not be looked at
(no answer, no reference, a fault of a grader) stays `ungraded` and is no model's mistake.
"""

from __future__ import annotations

from typing import cast

import msgspec

from mingan import plugins
from mingan.errors import MinganError
from mingan.grading.choose import Choice, choose
from mingan.grading.circling import circles
from mingan.grading.protocol import ConversationGrader, Finding, Grader
from mingan.grading.slowness import is_slow
from mingan.language import Text
from mingan.normal import cap, shorten
from mingan.records import Answer, Grade, Question, Verdict, now

__all__ = ["Choice", "Finding", "Grader", "choose", "faults", "grade", "is_slow"]

READ = 96_000
"""Characters of an answer that graders get: its beginning and its end, where answers stand."""

_STATES = {
    "failed": Text(
        "没有拿到回答（failed），不算模型答错。",
        "No answer was obtained (failed); not the model's mistake.",
    ),
    "refused": Text(
        "服务方拦下了这个问题（refused），模型没有作答。",
        "The provider blocked the question (refused).",
    ),
    "empty": Text("回答是空的（empty）。", "The answer is empty (empty)."),
}


def grade(
    question: Question, answer: Answer, *, registry: plugins.Registry = plugins.registry
) -> Grade:
    """The verdict on one answer, by the question's grader or else by the one that fits.

    An answer that was cut off (`truncated`) is decided only when it had already declared its final
    answer. Whatever the text contains, this never raises: a grader that fails leaves `ungraded`.

    Raises:
        InputError: the question names a grader that nobody installed.
    """
    choice = choose(question) if not question.grader else None
    name = choice.grader if choice else question.grader
    grader = _grader(registry, name)
    if answer.state in _STATES:
        finding = Finding(verdict="ungraded", reason=_STATES[answer.state])
    else:
        text = _readable(cap(answer.text, READ))
        earlier = tuple(_readable(cap(said, READ)) for said in answer.earlier)
        finding = _careful(grader, _with(question, choice, name), (*earlier, text))
        if answer.state == "truncated":
            finding = _truncated(finding, text)
    return Grade(
        answer=answer.content,
        question_hash=question.hash,
        verdict=finding.verdict,
        grader=grader.name,
        version="+".join(filter(None, (grader.version, finding.version))),
        reason=finding.reason,
        extracted=finding.extracted,
        score=finding.score,
        at=now(),
        hidden=question.hidden,
    )


def faults(question: Question, *, registry: plugins.Registry = plugins.registry) -> list[Text]:
    """What in a question keeps its grader (its own, or the one that fits) from working.

    Raises:
        InputError: the question names a grader that nobody installed.
    """
    choice = choose(question) if not question.grader else None
    name = choice.grader if choice else question.grader
    return _grader(registry, name).faults(_with(question, choice, name))


def _grader(registry: plugins.Registry, name: str) -> Grader:
    made: Grader = registry.made("graders", name)
    return made


def _with(question: Question, choice: Choice | None, name: str) -> Question:
    """The question as its grader sees it: with the chosen parameters under its own."""
    if choice is None:
        return question
    return msgspec.structs.replace(
        question, grader=name, params={**choice.params, **question.params}
    )


def _careful(grader: Grader, question: Question, said: tuple[str, ...]) -> Finding:
    """The grader's finding; whatever it raises is the tool's fault, never the model's."""
    try:
        # Asked of every answer: an isinstance with a protocol would take longer than many grades.
        if hasattr(grader, "grade_turns"):
            return cast(ConversationGrader, grader).grade_turns(question, said)
        return grader.grade(question, said[-1])
    except MinganError as error:
        return Finding(verdict="ungraded", reason=error.message)
    except Exception as error:
        detail = shorten(f"{type(error).__name__}: {error}", 120)
        return Finding(
            verdict="ungraded",
            reason=Text(f"判分程序出错：{detail}", f"the grader failed: {detail}"),
        )


def _readable(text: str) -> str:
    """The text without lone surrogates, which are no characters and cannot be stored."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-8", "replace").decode("utf-8")
    return text


def _truncated(finding: Finding, text: str) -> Finding:
    """What a cut-off answer is worth: what it had declared; nothing, if it only went in circles.

    One that said the reference without declaring it, and then went in circles, stays open.
    """
    decided: tuple[Verdict, ...] = ("right", "wrong")
    if finding.verdict == "ungraded" or (finding.verdict in decided and finding.firm):
        return finding
    if finding.verdict != "right" and circles(text):
        return Finding(
            verdict="wrong",
            reason=Text(
                "复读到被截断，没有给出答案。",
                "It was cut off while repeating itself and gave no answer.",
            ),
            extracted=finding.extracted,
        )
    if finding.verdict not in decided:
        return finding
    return Finding(
        verdict="unsure",
        reason=Text(
            "回答被截断，还没有说出最后的答案。",
            "The answer was cut off before it declared its final answer.",
        ),
        extracted=finding.extracted,
    )
