"""Rows with slots: what stands in the columns 变量, 条件 and 核对, and the question it makes.

A row with something under 变量 (slots) is a template. Its public question is the instance named
"public", the same on every machine; its twins are other instances. This module reads those three
cells and tries the template out; what an expression means is known in `templates/`.
"""

from __future__ import annotations

import re
from typing import Any

import msgspec

from mingan.bank import cells
from mingan.bank.faults import Findings
from mingan.bank.layout import RawRow
from mingan.bank.templates import Template, failed_checks, instance, instances
from mingan.errors import BankError
from mingan.language import Text
from mingan.records import Question

PUBLIC = "public"
"""The name of the instance that is published."""

ENOUGH = 50
"""Different instances that a template should have."""

_SELF_EVIDENT = {"tests", "checks", "rules"}
"""Parameters by which a grader runs, draws or counts the reference: that is another way."""

_SLOT = re.compile(r"\s*(\w+)\s*[=＝:：](?!=)\s*(.+?)\s*", re.DOTALL)


def template_of(question: Question, raw: RawRow, found: Findings) -> Template | None:
    """The template in a row; None where nothing stands under 变量, or it cannot be read."""
    value = raw.values.get("slots")
    if not value:
        return None
    slots = _slots(value, raw, found)
    if not slots:
        return None
    return Template(
        question=question,
        slots=slots,
        where=_lines(raw.values.get("where")),
        check=_lines(raw.values.get("check")),
    )


def public_question(template: Template, raw: RawRow, found: Findings) -> Question:
    """The template's public question; a fault, and the template's own texts, where it has none."""
    try:
        made = instance(template, PUBLIC)
        failed = failed_checks(template, made)
    except BankError as error:
        _fault(error.message, raw, found)
        return template.question
    if failed:
        _contradiction(failed[0], made.question, raw, found)
    return made.question


def try_out(template: Template, raw: RawRow, found: Findings) -> None:
    """Make many instances, and say where a check contradicts an answer or too few differ."""
    made = 0
    try:
        for one in instances(template, ENOUGH, "trial"):
            made += 1
            failed = failed_checks(template, one)
            if failed:
                _contradiction(failed[0], one.question, raw, found)
                return
    except BankError as error:
        _fault(error.message, raw, found)
        return
    if made < ENOUGH:
        found.warn(
            "few-instances",
            Text(
                f"只变得出 {made} 道不同的题，太少，暗题容易被猜到",
                f"It makes only {made} different questions, so few that a twin may be guessed",
            ),
            Text("让变量多些取值", "Give the slots more values"),
            sheet=raw.sheet, row=raw.number, column=raw.column("slots"),
        )  # fmt: skip
    if not template.check and not _SELF_EVIDENT & template.question.params.keys():
        found.warn(
            "no-check",
            Text("没有核对：答案只有一条算法", "No check: there is only one way to its answer"),
            Text(
                "在“核对”里用另一种办法（如逐个数一遍）验证 answer",
                "Under check, reach `answer` in another way, such as by counting all cases",
            ),
            sheet=raw.sheet, row=raw.number, column=raw.column("check"),
        )  # fmt: skip


def _slots(value: Any, raw: RawRow, found: Findings) -> dict[str, str]:
    if isinstance(value, dict):
        return {str(name): _source(expression) for name, expression in value.items()}
    slots: dict[str, str] = {}
    for line in _lines(value):
        pair = slot_of(line)
        if pair is None:
            found.error(
                "bad-slot",
                Text(f"变量“{line[:40]}”读不懂", f"The slot {line[:40]!r} cannot be read"),
                Text(
                    "一行写一个，像：数量 = draw(2, 9)",
                    "Write one on a line, like: number = draw(2, 9)",
                ),
                sheet=raw.sheet, row=raw.number, column=raw.column("slots"),
            )  # fmt: skip
            return {}
        slots[pair[0]] = pair[1]
    return slots


def slot_of(line: str) -> tuple[str, str] | None:
    """A line such as `n = draw(2, 9)` as a name and an expression; None where it is no such line.

    The sign between them may be =, ＝, : or ：.
    """
    match = _SLOT.fullmatch(line)
    return (match[1], match[2]) if match else None


def _lines(value: Any) -> tuple[str, ...]:
    """Expressions: a JSON list as it is, a cell by its lines."""
    if value is None:
        return ()
    if isinstance(value, list):
        return tuple(_source(part) for part in value)
    text = cells.unguard(str(value))
    return tuple(line.strip() for line in text.splitlines() if line.strip())


def _source(value: Any) -> str:
    return value if isinstance(value, str) else msgspec.json.encode(value).decode()


def _fault(message: Text, raw: RawRow, found: Findings) -> None:
    found.error(
        "template",
        Text(message.zh.rstrip("。"), message.en.rstrip(".")),
        Text("改正这一行的变量、条件或花括号", "Mend the slots, conditions or braces of this row"),
        sheet=raw.sheet, row=raw.number, column=raw.column("slots"),
    )  # fmt: skip


def _contradiction(test: str, question: Question, raw: RawRow, found: Findings) -> None:
    shown = f"{question.prompt[:60]} → {question.answer}"
    found.error(
        "check-fails",
        Text(f"核对 {test} 与答案不合（{shown}）", f"The check {test} contradicts {shown!r}"),
        Text("改正答案的算法，或改正核对", "Mend the way to the answer, or the check"),
        sheet=raw.sheet, row=raw.number, column=raw.column("check"),
    )  # fmt: skip
