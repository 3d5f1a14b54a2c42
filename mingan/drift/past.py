"""The history of one question: what models said to it, by date, whoever asked.

Answers of watches, of ordinary runs and imported ones all count; each has the verdict of today's
rules where they can tell. Words of a hidden question are given out only where somebody asks for
them. The module asks nobody.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

import msgspec

from mingan import grading
from mingan.drift import watches
from mingan.drift.verdicts import DECIDED
from mingan.errors import UsageError
from mingan.plugins import Registry
from mingan.plugins import registry as installed
from mingan.records import Answer, Grade, Question, content_hash
from mingan.reports.days import day_of
from mingan.reports.drifted import History, Role, Said
from mingan.store import Reader


def history(
    reader: Reader, question: str, *, bank: str | None = None,
    models: Collection[str] | None = None, reveal: bool = False, registry: Registry = installed,
) -> History:  # fmt: skip
    """What models said to a question, oldest day first.

    Args:
        question: its id.
        bank: the bank's name; None takes the newest bank that has such a question.
        reveal: with the words of a hidden question.

    Raises:
        UsageError: there is no such question, or nobody has answered it.
    """
    name, found = _find(reader, question, bank)
    roles = _roles(reader)
    standing = reader.grades()
    wordings = {(found.id, found.asked)}
    mine = [
        answer
        for answer in reader.answers(bank=name)
        if (answer.question, answer.asked) in wordings
        and (models is None or answer.model in models)
    ]
    if not mine:
        raise UsageError(
            f"还没有人答过题库 {name} 的 {found.id}。",
            f"Nobody has answered {found.id} of {name} yet.",
        )
    hidden = bool(found.hidden) and not reveal
    mine.sort(key=lambda a: (day_of(a), a.at, a.repeat))
    last: dict[tuple[str, int], str] = {}
    said = []
    for answer in mine:
        before = last.get((answer.model, answer.repeat))
        if answer.state != "failed":
            last[answer.model, answer.repeat] = answer.text
        said.append(
            _said(found, answer, roles, standing, before=before, hidden=hidden, registry=registry)
        )
    shown = msgspec.structs.replace(found, prompt="", answer=None, aliases=(), choices=(), why="",
                                    note="", turns=()) if hidden else found  # fmt: skip
    return History(bank=name, question=shown, said=tuple(said), hidden=hidden)


def _said(
    question: Question, answer: Answer, roles: Mapping[tuple[str, str], Role],
    standing: Mapping[tuple[str, str], Grade], *, before: str | None, hidden: bool,
    registry: Registry,
) -> Said:  # fmt: skip
    grade = grading.grade(question, answer, registry=registry)
    if grade.verdict not in DECIDED:
        grade = standing.get((answer.content, question.hash), grade)
    return Said(
        model=answer.model,
        day=day_of(answer),
        repeat=answer.repeat,
        role=roles.get((answer.model_hash, answer.day), "") if answer.day else "",
        state=answer.state,
        verdict=grade.verdict,
        text="" if hidden else answer.text,
        extracted="" if hidden else grade.extracted,
        settings=content_hash(answer.model_hash)[:6],
        changed=answer.state != "failed" and before is not None and before != answer.text,
    )


def _find(reader: Reader, question: str, bank: str | None) -> tuple[str, Question]:
    names = [name for name, *_ in reader.banks()]
    if bank is not None and bank not in names:
        raise UsageError(
            f"工作区里没有题库 {bank}；有的是：{'、'.join(names) or '（还没有）'}。",
            f"There is no bank {bank} in the workspace; there are: {', '.join(names) or 'none'}.",
        )
    for name in [bank] if bank is not None else reversed(names):
        for one in reader.bank(name) or ():
            if one.id == question:
                return name, one
    where = f"题库 {bank} 里" if bank else "工作区里", f"in {bank}" if bank else "in the workspace"
    raise UsageError(
        f"{where[0]}没有编号为 {question} 的题。", f"There is no question {question} {where[1]}."
    )


def _roles(reader: Reader) -> dict[tuple[str, str], Role]:
    """By model and day, what a watch asked for on it."""
    found: dict[tuple[str, str], Role] = {}
    for status in reader.runs():
        role = watches.role_of(status.run)
        if role in ("baseline", "check"):
            for model in status.run.models:
                found[model, status.run.day] = "baseline" if role == "baseline" else "check"
    return found
