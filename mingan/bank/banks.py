"""A bank: questions under a name; loading one, checking one, finding one of ours.

`load` and `check` read a file in the same way; `check` tells everything, `load` stops at errors.
What a grader needs of a reference is known above this floor, so the names of the graders and a
function that finds their faults are handed in.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from functools import cached_property
from importlib.resources import files
from pathlib import Path

import msgspec

from mingan.bank import headings, layout, pairs, rows, tables, template_rows
from mingan.bank.faults import Fault, Findings, summarise
from mingan.bank.layout import RawRow
from mingan.bank.templates import Template
from mingan.errors import BankError
from mingan.language import Text
from mingan.records import Question, content_hash

GraderFaults = Callable[[Question], list[Text]]
"""What keeps the grader of a question from working; nothing when all is well."""

SUFFIXES = (".csv", ".tsv", ".txt", ".xlsx", ".xlsm", ".xls", ".jsonl", ".ndjson", ".json")


@dataclass(frozen=True, kw_only=True)
class Bank:
    """Questions under a name.

    Attributes:
        name: such as `builtin`.
        questions: in the order of the file; ids are unique, and `bank` is this name in each.
        path: where they came from.
        notes: what the user should know and need not mend, one sentence for each kind.
        templates: those of the questions that can be made again with other content.
    """

    name: str
    questions: tuple[Question, ...]
    path: str = ""
    notes: tuple[Text, ...] = ()
    templates: tuple[Template, ...] = ()

    @cached_property
    def hash(self) -> str:
        """Names the content: which questions, with which references, in whatever order."""
        return content_hash("bank", sorted((q.id, q.hash) for q in self.questions))

    @cached_property
    def by_id(self) -> dict[str, Question]:
        """The questions by their ids."""
        return {question.id: question for question in self.questions}

    def __len__(self) -> int:
        return len(self.questions)


def load(
    path: str | Path,
    *,
    name: str | None = None,
    grader_faults: GraderFaults | None = None,
    known_graders: Collection[str] | None = None,
) -> Bank:
    """The bank in a CSV, XLSX, JSON or JSON Lines file.

    Args:
        path: the file; its kind is read from its content.
        name: the bank's name; without it, the file's name without its ending.
        grader_faults: finds what keeps a question's grader from working.
        known_graders: names that the grader column may hold; None takes any.

    Raises:
        BankError: names the first fault (file, row, column, what to do) and how many more.
    """
    path = Path(path)
    name = name or path.stem
    examined = _examine(path, name, grader_faults, known_graders)
    examined.found.raise_errors()
    return Bank(
        name=name,
        questions=tuple(question for question, _ in examined.placed),
        path=str(path),
        notes=summarise(examined.found.warnings),
        templates=tuple(template for template, _ in examined.templates),
    )


def check(
    path: str | Path,
    *,
    grader_faults: GraderFaults | None = None,
    known_graders: Collection[str] | None = None,
) -> list[Fault]:
    """Everything that is wrong with a bank file, errors and warnings, in the order of its rows.

    Raises:
        BankError: there is no such file, or it cannot be opened at all.
    """
    path = Path(path)
    examined = _examine(path, path.stem, grader_faults, known_graders)
    found = examined.found
    for template, raw in examined.templates:
        template_rows.try_out(template, raw, found)
    sheets = {fault.sheet: place for place, fault in reversed(list(enumerate(found.faults)))}
    return sorted(found.faults, key=lambda fault: (sheets[fault.sheet], fault.row or 0))


def templates(path: str | Path) -> tuple[Template, ...]:
    """The templates in a file, read and not tried: no question is made of them.

    Raises:
        BankError: it cannot be read.
    """
    found = Findings(str(path))
    read = [
        template_rows.template_of(question, raw, found)
        for question, raw in rows.questions(_raw_rows(Path(path), found), found)
    ]
    found.raise_errors()
    return tuple(template for template in read if template is not None)


def builtin_names() -> list[str]:
    """Names of the banks that come with Mingan."""
    folder = files("mingan.bank") / "builtin"
    if not folder.is_dir():
        return []
    names = (entry.name for entry in folder.iterdir())
    return sorted(name.removesuffix(".jsonl") for name in names if name.endswith(".jsonl"))


def builtin(name: str) -> Bank:
    """A bank that comes with Mingan.

    Raises:
        BankError: there is none of that name; the sentence lists those there are.
    """
    names = builtin_names()
    if name not in names:
        known = ", ".join(names)
        raise BankError(
            f"没有名叫 {name!r} 的内置题库。内置的有：{known}；自己的题库请给出文件名。",
            f"There is no built-in bank {name!r}. There are: {known}. "
            "For a bank of your own, give the file.",
        )
    return load(Path(str(files("mingan.bank") / "builtin" / f"{name}.jsonl")), name=name)


def find(name_or_path: str | Path) -> Bank:
    """A built-in bank by its name, or the bank in a file.

    Raises:
        BankError: neither is there, or the file has faults.
    """
    text = str(name_or_path)
    if text in builtin_names():
        return builtin(text)
    looks_like_file = Path(text).suffix.lower() in SUFFIXES or "/" in text or "\\" in text
    if looks_like_file or Path(text).exists():
        return load(text)
    return builtin(text)


Placed = list[tuple[Question, RawRow]]


@dataclass(frozen=True)
class _Examined:
    """What a file holds: questions and templates with their rows, and what is wrong."""

    placed: Placed
    templates: list[tuple[Template, RawRow]]
    found: Findings


def _examine(
    path: Path,
    name: str,
    grader_faults: GraderFaults | None,
    known_graders: Collection[str] | None,
) -> _Examined:
    found = Findings(str(path))
    placed: Placed = []
    templates: list[tuple[Template, RawRow]] = []
    for question, raw in rows.questions(_raw_rows(path, found), found):
        template = template_rows.template_of(question, raw, found)
        if template is not None:
            templates.append((template, raw))
            question = template_rows.public_question(template, raw, found)
        placed.append((msgspec.structs.replace(question, bank=name), raw))
    if not placed and not found.errors:
        _empty(found)
    _check_twins(placed, found)
    _check_pairs(placed, found)
    for question, raw in placed:
        if _known(question, raw, known_graders, found) and grader_faults is not None:
            _check_grader(question, raw, grader_faults, found)
    return _Examined(placed, templates, found)


def _raw_rows(path: Path, found: Findings) -> list[RawRow]:
    data = tables.read_bytes(path)
    kind = tables.kind(data)
    if kind == "empty":
        return []
    if kind == "json":
        return layout.from_records(tables.read_records(data, found), found)
    return layout.from_tables(tables.read_tables(data, found), found)


def _empty(found: Findings) -> None:
    found.error(
        "empty",
        Text("文件里没有题目", "There are no questions in this file"),
        Text(
            "第一行写列名（编号,题目,参考答案），以下每行一题",
            "Write headings in the first row (id,prompt,answer) and one question a row below",
        ),
    )


def _check_twins(placed: Placed, found: Findings) -> None:
    """Two questions with one id are an error; two with one prompt are worth a look."""
    ids: dict[str, RawRow] = {}
    prompts: dict[str, RawRow] = {}
    for question, raw in placed:
        first = ids.setdefault(question.id, raw)
        if first is not raw:
            found.error(
                "duplicate-id",
                Text(
                    f"编号 {question.id} 在第 {first.number} 行已经用过",
                    f"The id {question.id} is already used in row {first.number}",
                ),
                Text("换一个编号", "Give it another id"),
                sheet=raw.sheet, row=raw.number, column=raw.column("id"),
            )  # fmt: skip
        first = prompts.setdefault(question.asked, raw)
        if first is not raw:
            found.warn(
                "duplicate-prompt",
                Text(
                    f"与第 {first.number} 行的题目完全相同",
                    f"The same prompt as in row {first.number}",
                ),
                Text(
                    "若非有意，删掉一题：重复的题会让分数看起来更有把握",
                    "Unless it is meant, delete one: repeated questions make a score look surer",
                ),
                sheet=raw.sheet, row=raw.number, column=raw.column("prompt"),
            )  # fmt: skip


def _check_pairs(placed: Placed, found: Findings) -> None:
    """A pair has two questions of like length; until it is sealed, both would be asked."""
    rows_of = {question.id: raw for question, raw in placed}
    for pair, halves in pairs.grouped(question for question, _ in placed).items():
        raw = rows_of[halves[0].id]
        if len(halves) != 2:
            found.error(
                "pair-size",
                Text(
                    f"对子 {pair} 有 {len(halves)} 道题，而一对要正好两道",
                    f"The pair {pair} has {len(halves)} questions; a pair has just two",
                ),
                Text("补上另一半，或改正“对子”一列", "Write the other half, or correct the pair"),
                sheet=raw.sheet, row=raw.number, column=raw.column("pair"),
            )  # fmt: skip
        elif not pairs.alike(*halves):
            found.warn(
                "pair-length",
                Text("一对里两道题长短悬殊", "The two questions of a pair differ much in length"),
                Text("写得差不多长、差不多难", "Write both about equally long and hard"),
                sheet=raw.sheet, row=raw.number, column=raw.column("pair"),
            )  # fmt: skip
    first = next(((q, raw) for q, raw in placed if q.pair), None)
    if first is not None:
        found.warn(
            "pair-open",
            Text(
                "对子还没有封存，两半都会当作题来问",
                "The pairs are not sealed yet; both halves would be asked",
            ),
            Text(f"运行 mingan bank seal {found.file}", f"Run mingan bank seal {found.file}"),
            row=first[1].number, sheet=first[1].sheet, column=first[1].column("pair"),
        )  # fmt: skip


def _known(question: Question, raw: RawRow, known: Collection[str] | None, found: Findings) -> bool:
    if known is None or not question.grader or question.grader in {*known, "judge"}:
        return True
    names = "、".join(sorted({*known, "judge"}))
    near = headings.closest(question.grader, known)
    found.error(
        "unknown-grader",
        Text(f"没有名叫“{question.grader}”的判法", f"There is no grader {question.grader!r}"),
        Text(
            (f"是不是想写 {near}？" if near else "") + f"可用的有：{names}；留空则由答案的样子决定",
            (f"Did you mean {near}? " if near else "")
            + f"Available: {names.replace('、', ', ')}; left empty, the form of the reference "
            "decides",
        ),
        sheet=raw.sheet, row=raw.number, column=raw.column("grader"),
    )  # fmt: skip
    return False


def _check_grader(
    question: Question, raw: RawRow, grader_faults: GraderFaults, found: Findings
) -> None:
    for problem in grader_faults(question):
        found.error(
            "grader",
            Text(problem.zh.rstrip("。"), problem.en.rstrip(".")),
            Text(
                "改正参考答案或判法参数，或换一种判法",
                "Correct the reference or the parameters, or choose another grader",
            ),
            sheet=raw.sheet, row=raw.number, column=raw.column("answer"),
        )  # fmt: skip
