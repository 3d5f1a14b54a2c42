"""Recorded answers in a long table: one row for each answer.

Needed are columns for the question (its id or its prompt), the model and the answer; there may
be a repeat, a state, the model's reasoning, who asked, when, and which version of the app
answered. A column headed `answer` or 答案 is the model's answer here; the reference is headed
参考答案 or `reference`.
"""

from __future__ import annotations

from pathlib import Path

from mingan.bank import headings
from mingan.bank.banks import Bank
from mingan.bank.faults import Findings
from mingan.bank.importers.grids import (
    Asked,
    Grid,
    Line,
    meta_of,
    moment_of,
    no_headings,
    provenance_of,
    read_grids,
)
from mingan.bank.importers.imported import Collector, Imported
from mingan.language import Text
from mingan.records import Question, State

COLUMNS: dict[str, tuple[str, ...]] = {
    "model": ("model", "模型", "模型名", "模型名称"),
    "said": (
        "回答", "模型回答", "response", "output", "completion", "reply", "model answer", "输出",
        "answer", "答案", "text",
    ),
    "repeat": ("repeat", "次", "第几次", "轮次", "重复"),
    "state": ("state", "状态"),
    "reasoning": ("reasoning", "思考", "思考过程", "推理过程"),
}  # fmt: skip
"""Columns of a long table, each with the headings that mean it, the surest first."""

STATES: dict[str, State] = {
    "ok": "ok", "正常": "ok", "refused": "refused", "拒答": "refused", "拒绝": "refused",
    "truncated": "truncated", "截断": "truncated", "empty": "empty", "空": "empty",
    "failed": "failed", "失败": "failed",
}  # fmt: skip


def read(path: Path, *, name: str | None = None, bank: Bank | None = None) -> Imported:
    """The recorded answers in a long CSV, XLSX or JSON Lines file.

    Args:
        path: the file.
        name: the bank's name; without it, that of `bank` or the file's.
        bank: questions that the rows refer to, by id or by prompt; without it the file has to
            hold the prompts.

    Raises:
        BankError: names the first fault and how many more there are.
    """
    path = Path(path)
    found = Findings(str(path))
    into = Collector(name or (bank.name if bank else path.stem))
    grids = read_grids(path, found, is_long)
    if not grids and not found.errors:
        no_headings(
            found,
            Text(
                "要有题目（或编号）、模型和回答三列",
                "Columns for question, model and answer are needed",
            ),
            "编号,题目,模型,回答",
        )
    for grid in grids:
        _read_grid(grid, into, found, bank)
    found.raise_errors()
    return into.finish()


def is_long(names: list[str]) -> bool:
    """Whether a row of headings has the question, the model and the answer."""
    columns = _columns(names)
    asked = {headings.field_of(name) for name in names} & {"id", "prompt"}
    return bool(asked) and {"model", "said"} <= columns.keys()


def _columns(names: list[str]) -> dict[str, int]:
    plain = [headings.plain(name) for name in names]
    columns: dict[str, int] = {}
    for key, words in COLUMNS.items():
        at = [plain.index(headings.plain(word)) for word in words if headings.plain(word) in plain]
        if at:
            columns[key] = at[0]
    return columns


def _read_grid(grid: Grid, into: Collector, found: Findings, bank: Bank | None) -> None:
    columns = _columns(grid.headings)
    fields: dict[int, str] = {}
    for column, heading in enumerate(grid.headings):
        name = headings.field_of(heading)
        if name and column not in columns.values() and not provenance_of(heading):
            fields.setdefault(column, name)
    if bank is None and "prompt" not in fields.values():
        no_headings(
            found,
            Text(
                "只有编号，没有题目，也没有说是哪个题库",
                "There are ids, but no prompts and no bank",
            ),
            "编号,题目,模型,回答",
        )
        return
    asked = Asked(into, found, bank, fields)
    start = _first_repeat(grid, columns)
    for line in grid.lines:
        question = asked.question(grid, line)
        model = line.at(columns["model"]).strip()
        if not model:
            _no_model(grid, line, found)
        elif question is not None:
            _read_line(grid, line, columns, question, model, start, into, found)


def _first_repeat(grid: Grid, columns: dict[str, int]) -> int:
    """What the file calls the first time of asking: 0, or 1 where none is smaller."""
    texts = [line.at(columns.get("repeat")).strip() for line in grid.lines]
    numbers = [int(text) for text in texts if text.isdecimal()]
    return 1 if numbers and min(numbers) >= 1 else 0


def _read_line(
    grid: Grid, line: Line, columns: dict[str, int], question: Question, model: str, start: int,
    into: Collector, found: Findings,
) -> None:  # fmt: skip
    text = line.at(columns["said"])
    state = STATES.get(line.at(columns.get("state")).strip().lower(), "ok")
    if not text.strip() and state == "ok":
        into.skip_empty()
        return
    repeat = _repeat(grid, line, columns, start, found)
    if repeat is None:
        repeat = into.next_repeat(question.id, model)
    elif not into.claim(question.id, model, repeat):
        _answered_twice(grid, line, found)
        return
    meta = meta_of(grid, line)
    into.add_answer(
        question,
        into.card(model),
        text,
        repeat=repeat,
        state=state,
        reasoning=line.at(columns.get("reasoning")),
        at=moment_of(meta),
        meta=dict(meta),
    )


def _repeat(
    grid: Grid, line: Line, columns: dict[str, int], start: int, found: Findings
) -> int | None:
    text = line.at(columns.get("repeat")).strip()
    if not text:
        return None
    if text.isdecimal() and len(text) < 7:
        return int(text) - start
    found.error(
        "repeat",
        Text(f"第几次不是整数：{text[:20]}", f"No whole number: {text[:20]!r}"),
        Text("写成 1、2、3…，或删掉这一列", "Write 1, 2, 3, …, or delete the column"),
        sheet=grid.sheet, row=line.number, column=grid.headings[columns["repeat"]],
    )  # fmt: skip
    return None


def _answered_twice(grid: Grid, line: Line, found: Findings) -> None:
    found.error(
        "answered-twice",
        Text(
            "同一模型对同一题的同一次，前面已有一个回答",
            "An earlier row already holds this model's answer to this question at this repeat",
        ),
        Text("改正次数，或删掉一行", "Correct the repeat, or delete one of the rows"),
        sheet=grid.sheet, row=line.number,
    )  # fmt: skip


def _no_model(grid: Grid, line: Line, found: Findings) -> None:
    found.error(
        "no-model",
        Text("没有写是哪个模型", "The model is missing"),
        Text("补上模型名", "Write the model's name"),
        sheet=grid.sheet, row=line.number,
    )  # fmt: skip
