"""Recorded answers in a wide table: one row for each question, one column for each model.

Columns that a bank may have (id, prompt, answer, tags, …) and those that say who asked and when
are known by their headings; every other column is a model, named by its heading, unless the
heading begins with #. Columns headed A, B, C are options of a choice question where other
columns are models, and models (say, in a blind comparison) where there are no others.
"""

from __future__ import annotations

from pathlib import Path

from mingan.bank import headings
from mingan.bank.banks import Bank
from mingan.bank.faults import Findings
from mingan.bank.importers.grids import (
    Asked,
    Grid,
    meta_of,
    moment_of,
    no_headings,
    provenance_of,
    read_grids,
)
from mingan.bank.importers.imported import Collector, Imported
from mingan.language import Text


def read(path: Path, *, name: str | None = None, bank: Bank | None = None) -> Imported:
    """The recorded answers in a wide CSV, XLSX or JSON Lines file.

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
    grids = read_grids(path, found, names_questions)
    if not grids and not found.errors:
        no_headings(
            found,
            Text("没有“编号”或“题目”一列", "There is no column for the id or the prompt"),
            "编号,题目,参考答案,模型甲,模型乙",
        )
    for grid in grids:
        _read_grid(grid, into, found, bank)
    found.raise_errors()
    return into.finish()


def names_questions(names: list[str]) -> bool:
    """Whether a row of headings says where the questions are, and has columns beside them."""
    fields = {headings.field_of(heading) for heading in names}
    return bool(fields & {"id", "prompt"}) and len([n for n in names if n]) > 1


def model_columns(names: list[str]) -> list[int]:
    """The columns that are models."""
    named = [(c, n) for c, n in enumerate(names) if n and not headings.ignored(n)]
    others = [(c, n) for c, n in named if not provenance_of(n)]
    models = [c for c, n in others if headings.field_of(n) is None]
    if models:
        return models
    return [c for c, n in others if (headings.field_of(n) or "").startswith(headings.CHOICE)]


def _read_grid(grid: Grid, into: Collector, found: Findings, bank: Bank | None) -> None:
    models = model_columns(grid.headings)
    asked = Asked(into, found, bank, _bank_columns(grid, models))
    if not models:
        no_headings(
            found,
            Text("没有一列是模型的回答", "No column holds a model's answers"),
            "编号,题目,参考答案,模型甲,模型乙",
        )
        return
    if bank is None and "prompt" not in asked.fields.values():
        no_headings(
            found,
            Text(
                "只有编号，没有题目，也没有说是哪个题库",
                "There are ids, but no prompts and no bank",
            ),
            "编号,题目,参考答案,模型甲,模型乙",
        )
        return
    names = "、".join(grid.headings[column] for column in models)
    into.note(
        f"这些列当作模型：{names}。", f"These columns were taken for models: {names}."
    )  # fmt: skip
    for line in grid.lines:
        question = asked.question(grid, line)
        if question is None:
            continue
        meta = meta_of(grid, line)
        for column in models:
            model, text = grid.headings[column], line.at(column)
            if not text.strip():
                into.skip_empty()
                continue
            repeat = into.next_repeat(question.id, model)
            into.add_answer(
                question, into.card(model), text, repeat=repeat, at=moment_of(meta), meta=dict(meta)
            )


def _bank_columns(grid: Grid, models: list[int]) -> dict[int, str]:
    fields: dict[int, str] = {}
    for column, heading in enumerate(grid.headings):
        name = headings.field_of(heading)
        known = name is not None and column not in models and not headings.ignored(heading)
        if known and name not in fields.values() and not provenance_of(heading):
            fields[column] = name or ""
    return fields
