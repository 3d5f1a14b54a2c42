"""Z-Bench 1.0: three wide CSV files of prompts, each with one column of answers per model.

The files are `common`, `emergent` and `specialized.samples.csv` with the columns Prompt,
任务类型, 参考回答 and then one per model. A question's id is the file's stem and its row,
`common-002`; a model's name is its heading in lower case, since one model is spelt in two ways.
"""

from __future__ import annotations

from pathlib import Path

from mingan.bank import cells
from mingan.bank.banks import Bank
from mingan.bank.faults import Findings
from mingan.bank.importers.imported import Collector, Imported
from mingan.bank.tables import Row, read_bytes, read_tables
from mingan.errors import BankError
from mingan.records import Question

TIERS = {"common": "基础", "emergent": "进阶", "specialized": "垂直"}
"""The three files by their stems, and the tier that each stands for."""

FIRST = ("prompt", "任务类型", "参考回答")
"""The first three headings, in lower case; every further one is a model."""


def read(path: Path, *, name: str | None = None, bank: Bank | None = None) -> Imported:
    """The questions and recorded answers in a directory of Z-Bench files.

    Args:
        path: the directory, or one of the files in it.
        name: the bank's name; `zbench` without it.
        bank: not needed, the files bring their questions along.

    Raises:
        BankError: a file is missing or is not what it should be.
    """
    path = Path(path)
    folder = path if path.is_dir() else path.parent
    into = Collector(name or "zbench")
    for stem, tier in TIERS.items():
        _read_file(folder / f"{stem}.samples.csv", stem, tier, into)
    return into.finish()


def is_zbench(path: Path) -> bool:
    """Whether `path` is a directory with the Z-Bench files in it."""
    return path.is_dir() and all((path / f"{stem}.samples.csv").is_file() for stem in TIERS)


def _read_file(path: Path, stem: str, tier: str, into: Collector) -> None:
    found = Findings(str(path))
    tables = read_tables(read_bytes(path), found)
    found.raise_errors()
    rows = tables[0].rows if tables else []
    headings = [cell.strip().lower() for cell in rows[0].cells] if rows else []
    if tuple(headings[:3]) != FIRST or len(headings) == len(FIRST):
        raise BankError(
            f"{path} 第 1 行：列名应是 Prompt,任务类型,参考回答，后面每个模型一列。",
            f"{path}, row 1: the headings should be Prompt,任务类型,参考回答 and then one "
            "column for each model.",
        )
    for number, row in enumerate(rows[1:], start=1):
        if not row.blank:
            _read_row(row, f"{stem}-{number:03}", tier, headings, into)


def _read_row(row: Row, identity: str, tier: str, headings: list[str], into: Collector) -> None:
    prompt, tags, reference = (*row.cells[:3], "", "", "")[:3]
    if not prompt.strip():
        into.note(
            f"{identity} 没有题目，已略过。", f"{identity} has no prompt and was left out."
        )  # fmt: skip
        return
    question = into.add_question(
        Question(
            id=identity,
            prompt=prompt,
            tier=tier,
            tags=cells.labels(tags),
            answer=reference.strip() or None,
        )
    )
    for model, text in zip(headings[3:], row.cells[3:], strict=False):
        if not text.strip():
            into.skip_empty()
        elif model:
            repeat = into.next_repeat(identity, model)
            into.add_answer(question, into.card(model), text, repeat=repeat)
