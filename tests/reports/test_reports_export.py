from __future__ import annotations

import csv
import errno
import json
import math
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from reports_fake import score

from mingan.errors import DiskFullError, MissingExtraError, UsageError
from mingan.language import Text
from mingan.records import Answer, Grade, Stamp, Usage, Vote
from mingan.reports import export, files

STAMP = Stamp(questions="aaaaaaaa", graders="bbbbbbbb", parameters="cccccccc")


def answer(text: str = "42", **more: Any) -> Answer:
    return Answer(
        bank="b", question="q-1", asked="h", model="m", model_hash="mh", text=text, **more
    )


def grade(**more: Any) -> Grade:
    fields: dict[str, Any] = {
        "answer": "k",
        "question_hash": "qh",
        "verdict": "right",
        "grader": "number",
        "reason": Text("认作 42", "took 42"),
    }
    return Grade(**(fields | more))


def read_csv(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def test_grades_as_csv_start_with_the_promised_columns(tmp_path: Path) -> None:
    rows = export.grades_rows([(answer(), grade(by="li"))], "zh")
    assert export.write_rows(rows, export.GRADE_COLUMNS, tmp_path / "g.csv") == 1
    header = (tmp_path / "g.csv").read_text(encoding="utf-8-sig").splitlines()[0]
    assert header.startswith("bank,question,model,repeat,state,verdict,grader,reason,")
    (row,) = read_csv(tmp_path / "g.csv")
    assert row["verdict"] == "right"
    assert row["reason"] == "认作 42"
    assert row["by"] == "li"
    assert row["answer_key"] == answer().key


def test_a_grade_is_exported_with_its_score_and_cost_last(tmp_path: Path) -> None:
    graded = [(answer(), grade(score=0.25)), (answer(), grade()), (answer(), None)]
    path = tmp_path / "g.csv"
    export.write_rows(export.grades_rows(graded, "zh"), export.GRADE_COLUMNS, path)
    assert list(export.GRADE_COLUMNS)[-3:] == ["score", "cost", "currency"]
    assert [row["score"] for row in read_csv(path)] == ["0.25", "", ""]
    pytest.importorskip("pyarrow.parquet")
    path = tmp_path / "g.parquet"
    export.write_rows(export.grades_rows(graded, "zh"), export.GRADE_COLUMNS, path)
    import pyarrow.parquet as pq

    assert pq.read_table(path)["score"].to_pylist() == [0.25, None, None]


def test_an_answer_without_a_grade_is_ungraded_and_says_why() -> None:
    failed = answer("", state="failed", error=Text("连不上", "no connection"))
    (row,) = export.grades_rows([(failed, None)], "en")
    assert (row["verdict"], row["grader"], row["reason"]) == ("ungraded", "", "no connection")
    assert row["state"] == "failed"


@pytest.mark.parametrize(
    ("text", "cell"),
    [
        ("=HYPERLINK(1)", "'=HYPERLINK(1)"),
        ("+cmd|x", "'+cmd|x"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("-1+2", "'-1+2"),
        ("\t=1", "'\t=1"),
        ("-42", "-42"),
        ("+3.5%", "+3.5%"),
        ("答案是 42", "答案是 42"),
        ("a\x00b", "a\u2400b"),
        ("half \ud800", "half \ufffd"),
    ],
)
def test_no_cell_runs_as_a_formula(text: str, cell: str) -> None:
    assert export.csv_cell(text) == cell


def test_csv_carries_hostile_text_through(tmp_path: Path) -> None:
    text = 'line 1\r\nline "2", 三\n<script>\ud800'
    rows = export.answers_rows([answer(text, cost=0.25, usage=Usage(tokens_out=7))])
    export.write_rows(rows, export.ANSWER_COLUMNS, tmp_path / "a.csv")
    (row,) = read_csv(tmp_path / "a.csv")
    assert row["text"] == text.replace("\ud800", "\ufffd")
    assert (row["cost"], row["tokens_out"], row["tokens_in"]) == ("0.25", "7", "")


def test_jsonl_keeps_text_exactly_and_numbers_as_numbers(tmp_path: Path) -> None:
    rows = export.answers_rows([answer("=1+1\u2028", meta={"who": "王"})])
    export.write_rows(rows, export.ANSWER_COLUMNS, tmp_path / "a.jsonl")
    (line,) = (tmp_path / "a.jsonl").read_text(encoding="utf-8").rstrip("\n").split("\n")
    row = json.loads(line)
    assert row["text"] == "=1+1\u2028"
    assert row["cost"] is None
    assert json.loads(row["meta"]) == {"who": "王"}


def test_parquet_streams_in_batches(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pq = pytest.importorskip("pyarrow.parquet")
    monkeypatch.setattr(export, "_BATCH", 3)
    rows = export.answers_rows(answer(f"={i}\ud800", repeat=i) for i in range(8))
    assert export.write_rows(rows, export.ANSWER_COLUMNS, tmp_path / "a.parquet") == 8
    table = pq.read_table(tmp_path / "a.parquet")
    assert table.column_names == list(export.ANSWER_COLUMNS)
    assert table["repeat"].to_pylist() == list(range(8))
    assert table["text"][5].as_py() == "=5\ufffd"


def test_parquet_without_pyarrow_names_the_extra(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(MissingExtraError) as caught:
        export.write_rows([], export.ANSWER_COLUMNS, tmp_path / "a.parquet")
    assert "mingan[parquet]" in caught.value.say("zh")
    assert list(tmp_path.iterdir()) == []


def test_scores_and_votes(tmp_path: Path) -> None:
    unknown = score("m", 0, 0, 3)
    (row,) = export.scores_rows([unknown], STAMP)
    assert set(row) == set(export.SCORE_COLUMNS)
    assert row["score"] is None
    assert math.isnan(unknown.score)
    export.write_rows([row], export.SCORE_COLUMNS, tmp_path / "s.jsonl")
    vote = Vote(question_hash="q", answer_a="a", answer_b="b", choice="tie", by="li")
    export.write_rows(export.votes_rows([vote]), export.VOTE_COLUMNS, tmp_path / "v.csv")
    assert read_csv(tmp_path / "v.csv")[0]["choice"] == "tie"


def test_a_failing_source_leaves_the_old_file_alone(tmp_path: Path) -> None:
    target = tmp_path / "g.csv"
    target.write_text("old")

    def rows() -> Iterator[dict[str, Any]]:
        yield from export.grades_rows([(answer(), None)])
        raise RuntimeError("the store went away")

    with pytest.raises(RuntimeError):
        export.write_rows(rows(), export.GRADE_COLUMNS, target)
    assert target.read_text() == "old"
    assert list(tmp_path.iterdir()) == [target]


def test_a_full_disk_says_so_and_leaves_the_old_file_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = tmp_path / "g.csv"
    target.write_text("old")

    def full(path: Path) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(files, "_sync", full)
    with pytest.raises(DiskFullError) as caught:
        export.write_rows([], export.GRADE_COLUMNS, target)
    assert "g.csv" in caught.value.say("en")
    assert target.read_text() == "old"
    assert list(tmp_path.iterdir()) == [target]


@pytest.mark.parametrize("name", ["missing/g.csv", "."])
def test_a_place_that_cannot_be_written_is_explained(tmp_path: Path, name: str) -> None:
    with pytest.raises(UsageError):
        export.write_rows([], export.GRADE_COLUMNS, tmp_path / name, format="csv")
    assert list(tmp_path.iterdir()) == []


def test_the_ending_names_the_format() -> None:
    assert export.format_of("a/B.JSONL") == "jsonl"
    with pytest.raises(UsageError, match=r"\.parquet"):
        export.format_of("a.xlsx")
