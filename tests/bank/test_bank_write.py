"""Writing a bank and reading it back gives the same questions, whatever is in them."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mingan.bank import builtin, load, to_csv, to_jsonl, write
from mingan.errors import StoreError, UsageError
from mingan.records import Question

CHARACTERS = st.characters(exclude_categories=["Cs"], exclude_characters="\0")
NASTY = "=+-@'\"|;；,，、`[]\\{}\t\r\n#甲a1 "
WORDS = st.text(CHARACTERS, max_size=20) | st.text(NASTY, max_size=8) | st.just("#REF!")
FILLED = WORDS.filter(str.strip)
TRIMMED = WORDS.map(str.strip)
SEVERAL = st.lists(TRIMMED.filter(bool), max_size=4).map(tuple)
VALUES = st.none() | st.booleans() | st.integers(-(2**53), 2**53) | WORDS
PARAMS = st.dictionaries(WORDS, VALUES | st.lists(VALUES, max_size=3), max_size=3)


@st.composite
def questions(draw: Any, number: int) -> Question:
    """A question in the form that reading gives: labels trimmed, lists without empty items."""
    label = draw(TRIMMED)
    choices = draw(SEVERAL)
    return Question(
        id=f"{number}{label}".strip(),
        bank="b",
        prompt=draw(FILLED),
        tier=draw(TRIMMED),
        tags=tuple(dict.fromkeys(draw(SEVERAL))),
        answer=choices[0] if choices else draw(TRIMMED) or None,
        aliases=draw(SEVERAL),
        grader=draw(st.sampled_from(["", "text", "number", "judge"])),
        params=draw(PARAMS),
        choices=choices,
        system=draw(st.none() | FILLED),
        turns=draw(SEVERAL),
        cluster=draw(TRIMMED),
        why=draw(TRIMMED),
        note=draw(TRIMMED),
    )


BANKS = st.tuples(*(questions(n) for n in range(3)))


@settings(max_examples=40, deadline=None)
@given(bank=BANKS, ending=st.sampled_from([".csv", ".jsonl"]))
def test_what_is_written_is_read(bank: tuple[Question, ...], ending: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"b{ending}"
        write(bank, path)
        assert load(path).questions == bank


@settings(max_examples=40, deadline=None)
@given(bank=BANKS)
def test_no_cell_of_a_csv_runs_as_a_formula(bank: tuple[Question, ...]) -> None:
    import csv
    import io

    for row in csv.reader(io.StringIO("".join(to_csv(bank)), newline="")):
        for cell in row:
            assert cell[:1] not in ("=", "@", "\t", "\r") or not cell
            assert (
                cell[:1] not in ("+", "-") or cell[1:].rstrip("%").replace(".", "", 1).isdecimal()
            )


def test_the_builtin_bank_survives_every_form(tmp_path: Path) -> None:
    bank = builtin("builtin")
    for ending in ("csv", "jsonl"):
        write(bank.questions, tmp_path / f"builtin.{ending}")
        again = load(tmp_path / f"builtin.{ending}")
        assert again.questions == bank.questions
        assert again.hash == bank.hash


def test_a_row_has_the_keys_that_others_build_on() -> None:
    row = Question(
        id="a", prompt="p", answer="1", tags=("x",), aliases=("y",), bank="b", tier="基础"
    )
    assert list(to_jsonl([row])) == [
        '{"id": "a", "tier": "基础", "tags": ["x"], "prompt": "p", "answer": "1", "aliases": ["y"]}'
    ]
    assert list(to_csv([row])) == ["id,tier,tags,prompt,answer,aliases\r\n", "a,基础,x,p,1,y\r\n"]


def test_spreadsheet_programs_are_told_that_it_is_utf_8(tmp_path: Path) -> None:
    write([Question(id="a", prompt="题")], tmp_path / "b.csv")
    assert (tmp_path / "b.csv").read_bytes().startswith(b"\xef\xbb\xbfid,prompt")


def test_a_failed_write_leaves_the_old_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "b.jsonl"
    write([Question(id="a", prompt="p")], path)
    before = path.read_bytes()

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.replace", full)
    with pytest.raises(StoreError, match=r"b\.jsonl"):
        write([Question(id="b", prompt="q")], path)
    assert path.read_bytes() == before
    assert [entry.name for entry in tmp_path.iterdir()] == ["b.jsonl"]


def test_unknown_endings_and_places(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"b\.pdf"):
        write([], tmp_path / "b.pdf")
    with pytest.raises(StoreError, match="nowhere"):
        write([], tmp_path / "nowhere" / "b.csv")
