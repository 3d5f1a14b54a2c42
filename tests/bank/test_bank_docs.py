"""The examples and the tables in the docs are true."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from mingan.bank import check, detect, load
from mingan.bank.headings import CHOICE, FIELDS, field_of, grader_name
from mingan.bank.importers import long, wide
from mingan.bank.writing import COLUMNS

DOCS = [Path(__file__).parents[2] / "docs" / lang / "bank.md" for lang in ("zh", "en")]


def examples(page: Path) -> list[str]:
    return re.findall(r"```csv\n(.*?)```", page.read_text(encoding="utf-8"), re.DOTALL)


@pytest.mark.parametrize("page", DOCS, ids=("zh", "en"))
def test_every_example_can_be_read(page: Path, tmp_path: Path) -> None:
    kinds = []
    for text in examples(page):
        path = tmp_path / "example.csv"
        path.write_text(text, encoding="utf-8")
        kinds.append(detect(path))
        match kinds[-1]:
            case "bank":
                assert check(path) == []
                assert len(load(path)) >= 3
            case "wide":
                answers = wide.read(path).answers
                assert len(answers) == 2
                assert set(answers[0].meta) == {"who", "when", "app_version"}
            case "long":
                assert [answer.repeat for answer in long.read(path).answers] == [0, 1]
    assert kinds == ["bank", "bank", "wide", "long"]


@pytest.mark.parametrize("page", DOCS, ids=("zh", "en"))
def test_the_tables_name_every_column_and_grader(page: Path) -> None:
    columns, graders = re.findall(r"\|---.*?\n((?:\|.*\n)+)", page.read_text(encoding="utf-8"))
    fields = set()
    for line in columns.splitlines():
        for cell in line.split("|")[1:3]:
            first = re.split(r"[、,…]", cell.strip().strip("`"))[0].strip("`")
            fields.add(field_of(first))
    assert fields == {*COLUMNS, f"{CHOICE}A"}
    assert set(COLUMNS) <= set(FIELDS)
    for line in graders.splitlines():
        names = {grader_name(cell.strip(" `")) for cell in line.split("|")[1:3]}
        assert len(names) == 1
