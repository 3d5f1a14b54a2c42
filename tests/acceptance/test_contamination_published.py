"""Published findings on contamination, reproduced from the published tables.

ConStat (Dekoninck et al., arXiv 2405.16281) on GSM8K: 45 models against 20 references, on twins
written anew and on paraphrases. LiveCodeBench of February 2024: results by contest date, where the
DeepSeek coders were trained on LeetCode problems of before September 2023. These thresholds were
set after these tables had been seen, so they guard against change.
"""

from __future__ import annotations

import csv
import gzip
import json
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from mingan.cli.app import run
from mingan.contamination import look_at_dates, look_at_table

REFERENCES = 20
"""The first so many models of every table are the authors' references."""

LEAKED = {"DSCoder-33b-Ins", "DSCoder-6.7b-Ins", "DSCoder-1.3b-Ins", "MagiCoderS-DS-6.7B"}
CUT = date(2023, 9, 1)


@pytest.fixture
def tables(test_data: Path) -> Path:
    return test_data / "statistics" / "constat_tables.csv.gz"


@pytest.fixture
def contests(test_data: Path) -> Path:
    return test_data / "statistics" / "livecodebench_codegen_20240226.csv.gz"


def published(path: Path, kind: str) -> dict[str, dict[str, str]]:
    with gzip.open(path, "rt", encoding="utf-8") as file:
        return {row["model"]: row for row in csv.DictReader(file) if row["reference"] == kind}


@pytest.mark.parametrize(("kind", "correlation"), [("synthetic", 0.99), ("rephrase", 0.99)])
def test_constat_on_gsm8k(tables: Path, kind: str, correlation: float) -> None:
    theirs = published(tables, kind)
    report = look_at_table(
        tables, references=list(theirs)[:REFERENCES], where=[f"reference={kind}"]
    )
    assert len(report.rows) == 45
    ours = {row.model: row for row in report.rows}
    pairs = [(row.gap, float(theirs[name]["delta"])) for name, row in ours.items()]
    gaps, deltas = np.asarray(pairs).T
    assert np.corrcoef(gaps, deltas)[0, 1] >= correlation
    assert np.abs(gaps - deltas).mean() <= 0.01
    decisions = [
        (row.p is not None and row.p < 0.05) == (float(theirs[name]["p_value"]) < 0.05)
        for name, row in ours.items()
    ]
    assert sum(decisions) >= 43
    verdicts = [
        row.accused == (float(theirs[name]["p_value"]) < 0.05) for name, row in ours.items()
    ]
    assert sum(verdicts) >= 43  # corrected for 45 models as they are


def test_without_references_the_table_bears_no_p_value(tables: Path) -> None:
    report = look_at_table(tables, where=["reference=synthetic"])
    assert {(row.verdict, row.p) for row in report.rows} == {("cannot tell", None)}


def test_livecodebench_finds_the_four_and_nobody_else(contests: Path) -> None:
    report = look_at_dates(contests, cut=CUT, where=["platform=leetcode"])
    assert len(report.rows) == 16
    found = {
        row.model for row in report.rows if row.p_adjusted is not None and row.p_adjusted <= 0.05
    }
    assert found == LEAKED
    assert {row.model for row in report.alarms} == LEAKED
    assert {row.verdict for row in report.rows if row.model not in LEAKED} == {"no sign of it"}


def test_where_nothing_leaked_nobody_is_accused_and_nine_questions_tell_nothing(
    contests: Path,
) -> None:
    assert look_at_dates(contests, cut=CUT, where=["platform=atcoder"]).alarms == ()
    few = look_at_dates(contests, cut=CUT, where=["platform=codeforces"])
    assert {(row.verdict, row.refusal) for row in few.rows} == {("cannot tell", "few-questions")}


def test_the_command_says_the_same(contests: Path, capsys: pytest.CaptureFixture[str]) -> None:
    command = ["twins", "--dated", str(contests), "--cut", "2023-09-01", "--json"]
    assert run([*command, "--where", "platform=leetcode"]) == 0
    rows = json.loads(capsys.readouterr().out)["rows"]
    assert {row["model"] for row in rows if row["verdict"] == "contaminated"} == LEAKED
