"""People's verdicts in a table: one row for what one person said of one answer.

Needed are columns for the question (its id or its prompt), the model and the verdict; there may
be who judged (by), a reason, a repeat and the bank. The rows say nothing of which answers there
are: whether what they name exists is for whoever has the workspace (`mingan.verdicts`).
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from mingan.bank import headings
from mingan.bank.encoding import clean
from mingan.bank.faults import Findings
from mingan.bank.importers.grids import Grid, Line, no_headings, read_grids
from mingan.language import Text
from mingan.records import Verdict

COLUMNS: dict[str, tuple[str, ...]] = {
    "question": ("question", "题目", "编号", "id", "题号", "question id", "题目编号", "prompt"),
    "model": ("model", "模型", "模型名", "模型名称"),
    "verdict": ("verdict", "判定", "判分", "人工判定", "人的判定", "结论"),
    "by": ("by", "谁", "谁判的", "判分人", "评分人", "评审"),
    "reason": ("reason", "理由", "原因", "备注"),
    "repeat": ("repeat", "次", "第几次", "轮次", "重复"),
    "bank": ("bank", "题库"),
}  # fmt: skip
"""Columns, each with the headings that mean it, the surest first."""

WORDS: dict[str, Verdict] = {
    **dict.fromkeys(
        ("right", "correct", "true", "yes", "对", "正确", "答对", "√", "✓", "✔", "1"), "right"
    ),
    **dict.fromkeys(
        ("wrong", "incorrect", "false", "no", "错", "错误", "不对", "答错", "×", "✗", "✘", "x",
         "0"), "wrong"
    ),
    **dict.fromkeys(
        ("unsure", "cannot tell", "存疑", "说不准", "判不了", "不确定", "拿不准", "?"), "unsure"
    ),
    **dict.fromkeys(("ungraded", "撤回", "收回"), "ungraded"),
}  # fmt: skip
"""Words for verdicts. `ungraded` takes back what that person said before."""

_NEEDED = ("question", "model", "verdict")
_LONGEST = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """One row: what a person said of an answer. `repeat` counts from 0; None where not written."""

    row: int
    sheet: str
    question: str
    model: str
    verdict: Verdict
    by: str = ""
    reason: str = ""
    repeat: int | None = None
    bank: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """All rows of a file; `blank` rows have no verdict, which is no fault."""

    said: tuple[Said, ...]
    blank: int


def is_verdicts(names: list[str]) -> bool:
    """Whether a row of headings has the question, the model and the verdict."""
    return _columns(names).keys() >= set(_NEEDED)


def read_verdicts(path: Path, found: Findings) -> Sheet:
    """The rows of a CSV, XLSX or JSON Lines file; what is wrong with them goes into `found`."""
    grids = read_grids(path, found, is_verdicts)
    if not grids and not found.errors:
        no_headings(
            found,
            Text(
                "要有题目（或编号）、模型和判定三列",
                "Columns for question, model and verdict are needed",
            ),
            "question,model,verdict",
        )
    said: list[Said] = []
    blank = 0
    for grid in grids:
        columns = _columns(grid.headings)
        start = _first_repeat(grid, columns)
        for line in grid.lines:
            if line.at(columns["verdict"]).strip():
                said += _row(grid, line, columns, start, found)
            else:
                blank += 1
    return Sheet(said=tuple(said), blank=blank)


def _columns(names: list[str]) -> dict[str, int]:
    plain = [headings.plain(name) for name in names]
    columns: dict[str, int] = {}
    for key, words in COLUMNS.items():
        there = [p for p in map(headings.plain, words) if p in plain]
        if there:
            columns[key] = plain.index(there[0])
    return columns


def _first_repeat(grid: Grid, columns: dict[str, int]) -> int:
    """What the file calls the first time of asking: 0, or 1 where none is smaller."""
    texts = [line.at(columns.get("repeat")).strip() for line in grid.lines]
    numbers = [int(text) for text in texts if text.isdecimal()]
    return 1 if numbers and min(numbers) >= 1 else 0


def _row(
    grid: Grid, line: Line, columns: dict[str, int], start: int, found: Findings
) -> list[Said]:
    cells = {key: clean(line.at(column))[0].strip() for key, column in columns.items()}
    at: dict[str, object] = {"sheet": grid.sheet, "row": line.number}
    for key in ("question", "model"):
        if not cells[key]:
            found.error(
                "missing", Text("这一格空着", "This cell is empty"),
                Text("补上题目编号或模型名", "Write the question's id, or the model's name"),
                column=grid.headings[columns[key]], **at,  # type: ignore[arg-type]
            )  # fmt: skip
            return []
    verdict = WORDS.get(cells["verdict"].casefold())
    if verdict is None:
        found.error(
            "verdict",
            Text(f"不认识的判定：{cells['verdict'][:20]}", f"Unknown verdict: "
                 f"{cells['verdict'][:20]}"),
            Text("写 right、wrong、unsure，或者 对、错、存疑", "Write right, wrong or unsure"),
            column=grid.headings[columns["verdict"]], **at,  # type: ignore[arg-type]
        )  # fmt: skip
        return []
    repeat = cells.get("repeat", "")
    if repeat and not (repeat.isdecimal() and len(repeat) < 7):
        found.error(
            "repeat",
            Text(f"第几次不是整数：{repeat[:20]}", f"No whole number: {repeat[:20]!r}"),
            Text("写成 1、2、3…，或删掉这一列", "Write 1, 2, 3, …, or delete the column"),
            column=grid.headings[columns["repeat"]], **at,  # type: ignore[arg-type]
        )  # fmt: skip
        return []
    reason = " ".join(cells.get("reason", "").split())[:_LONGEST]
    return [
        Said(
            row=line.number, sheet=grid.sheet, question=cells["question"], model=cells["model"],
            verdict=verdict, by=cells.get("by", "")[:60], reason=reason,
            repeat=int(repeat) - start if repeat else None, bank=cells.get("bank", ""),
        )
    ]  # fmt: skip
