"""What is wrong with a file that a person wrote, told by file, sheet, row and column.

A Fault is one sentence on what is wrong and one on what to do, in both languages. Readers put
what they see into a `Findings` and read on, so that somebody with ten slips in a spreadsheet
hears of all ten at once. This module must not know how any file is read.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from mingan.errors import BankError
from mingan.language import Lang, Text

Severity = Literal["error", "warning"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One thing that is wrong, where, and what to do about it.

    Attributes:
        file: name of the file, as the user gave it.
        problem: what is wrong.
        fix: what to do.
        severity: an `error` keeps the bank from being used, a `warning` does not.
        sheet: name of the worksheet; "" where there is only one or none.
        row: row as a spreadsheet shows it, counted from 1; line of a JSON Lines file.
        column: heading or column letter; key of a JSON object.
        code: the kind of fault, such as "missing-prompt"; the same in every language.
    """

    file: str
    problem: Text
    fix: Text
    severity: Severity = "error"
    sheet: str = ""
    row: int | None = None
    column: str = ""
    code: str = ""

    @property
    def where(self) -> Text:
        """File, sheet, row and column in words, as far as they are known."""
        zh, en = [self.file], [self.file]
        if self.sheet:
            zh.append(f"工作表“{self.sheet}”")
            en.append(f"sheet {self.sheet!r}")
        if self.row is not None:
            zh.append(f"第 {self.row} 行")
            en.append(f"row {self.row}")
        if self.column:
            zh.append(f"“{self.column}”列")
            en.append(f"column {self.column!r}")
        return Text(" ".join(zh), ", ".join(en))

    @property
    def sentence(self) -> Text:
        """The whole fault as one line: where, what, what to do."""
        return Text(
            f"{self.where.zh}：{self.problem.zh}。{self.fix.zh}。",
            f"{self.where.en}: {self.problem.en}. {self.fix.en}.",
        )

    def say(self, lang: Lang | None = None) -> str:
        """`sentence` in `lang`, or in the language of this process."""
        return self.sentence.say(lang)


@dataclass(slots=True)
class Findings:
    """The faults found so far in one file."""

    file: str
    faults: list[Fault] = field(default_factory=list)

    def error(
        self, code: str, problem: Text, fix: Text, *, sheet: str = "", row: int | None = None,
        column: str = "",
    ) -> None:  # fmt: skip
        """Note something that keeps the file from being used."""
        self._add("error", code, problem, fix, sheet, row, column)

    def warn(
        self, code: str, problem: Text, fix: Text, *, sheet: str = "", row: int | None = None,
        column: str = "",
    ) -> None:  # fmt: skip
        """Note something that the user should look at, but that does no harm by itself."""
        self._add("warning", code, problem, fix, sheet, row, column)

    @property
    def errors(self) -> list[Fault]:
        """Those that keep the file from being used."""
        return [fault for fault in self.faults if fault.severity == "error"]

    @property
    def warnings(self) -> list[Fault]:
        """Those that do not."""
        return [fault for fault in self.faults if fault.severity == "warning"]

    def _add(
        self, severity: Severity, code: str, problem: Text, fix: Text, sheet: str,
        row: int | None, column: str,
    ) -> None:  # fmt: skip
        self.faults.append(
            Fault(
                file=self.file, problem=problem, fix=fix, severity=severity, sheet=sheet, row=row,
                column=column, code=code,
            )
        )  # fmt: skip

    def raise_errors(self) -> None:
        """Raise a BankError with the first error and the number of the others, if there is one."""
        errors = self.errors
        if not errors:
            return
        first, more = errors[0].sentence, len(errors) - 1
        if not more:
            raise BankError(first.zh, first.en)
        raise BankError(
            f"{first.zh}（另有 {more} 处错误，用 mingan bank check {self.file} 逐条列出。）",
            f"{first.en} ({more} more; mingan bank check {self.file} lists them all.)",
        )


def summarise(faults: list[Fault]) -> tuple[Text, ...]:
    """One sentence for each kind of fault, with the number of its like."""
    groups: dict[str, list[Fault]] = {}
    for fault in faults:
        groups.setdefault(fault.code, []).append(fault)
    return tuple(_one_of(group) for group in groups.values())


def _one_of(group: list[Fault]) -> Text:
    first, more = group[0].sentence, len(group) - 1
    if not more:
        return first
    return Text(f"{first.zh}（同类的还有 {more} 处。）", f"{first.en} ({more} more of this kind.)")
