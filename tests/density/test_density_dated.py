"""A table of models by size, date and score: read, fitted, tried, said."""

from __future__ import annotations

import json
import math
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from mingan.cli.app import run
from mingan.density.dated import Dated, look_dated, read_models
from mingan.reports.dated_words import dated_document, dated_sentences

START = date(2022, 1, 1)


def world(count: int, *, by_year: float, seed: int = 1) -> list[Dated]:
    """Models whose logit rises by 0.5 with each e-fold of size, and by so much with each year."""
    rng, found = np.random.default_rng(seed), []
    for size, day in zip(
        10 ** rng.uniform(9, 11, count), rng.integers(0, 1400, count), strict=True
    ):
        when = date.fromordinal(START.toordinal() + int(day))
        z = 0.5 * math.log(size / 1e10) + by_year * day / 365.25 + rng.normal(0, 0.1)
        found.append(Dated(size=float(size), day=when, score=1 / (1 + math.exp(-z))))
    return found


def table(folder: Path, rows: list[str], heads: str = "model,size,date,score") -> Path:
    file = folder / "models.csv"
    file.write_text("\n".join([heads, *rows]) + "\n", encoding="utf-8")
    return file


def test_a_known_pace_is_found_and_the_date_helps() -> None:
    report = look_dated(world(80, by_year=0.5))
    assert report.found.doubling == pytest.approx(12 * math.log(2), rel=0.05)
    assert report.found.low < 12 * math.log(2) < report.found.high
    assert len(report.tests) == 3
    assert all(test.with_date < test.without for test in report.tests)
    assert 0.7 <= float(np.mean([test.held for test in report.tests])) <= 1
    said = " ".join(text.zh for text in dated_sentences(report))
    assert "每一次算上日期都更准" in said
    assert "这里认定" in said


def test_without_progress_the_baseline_wins_and_it_is_told() -> None:
    # Scores that fall after a start make the line through the first half misleading.
    models = world(60, by_year=0.6)
    half = sorted(each.day for each in models)[30]
    old = [each for each in models if each.day <= half]
    still = [
        replace(each, score=1 / (1 + math.exp(-0.5 * math.log(each.size / 1e10) - 0.6)))
        for each in models
        if each.day > half
    ]
    report = look_dated([*old, *still], cuts=[half])
    assert [test.with_date < test.without for test in report.tests] == [False]
    said = dated_sentences(report)
    assert any("没有进步" in text.zh and "没有一次" in text.zh for text in said)
    assert any("never nearer" in text.en for text in said)


def test_odd_headings_units_dates_and_percent_are_read(tmp_path: Path) -> None:
    file = table(
        tmp_path,
        ["a,7,2023-02-24,35.1", "b,13B,2023/7/18,46.9", "c,700亿,2023年7月18日,63.4%",
         'd,"1,500",2023-07,0.5', "e,,2023,50", "f,7,2023,n/a"],
        "Model Name,Params (B),Release_Date,Accuracy",
    )  # fmt: skip
    models, left_out = read_models(file)
    assert [each.size for each in models] == [7e9, 13e9, 7e10, 1.5e12]
    assert [each.day for each in models] == [
        date(2023, 2, 24), date(2023, 7, 18), date(2023, 7, 18), date(2023, 7, 15),
    ]  # fmt: skip
    assert [each.score for each in models] == pytest.approx([0.351, 0.469, 0.634, 0.005])
    assert left_out == 2


def test_the_command_says_it_all(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rows = [f"m,{each.size},{each.day},{each.score}" for each in world(40, by_year=0.5)]
    file = str(table(tmp_path, [*rows, "m,,2024-01-01,0.5"]))
    assert run(["density", "dated", file, "--cut", "2024-01-01"]) == 0
    out = capsys.readouterr().out
    assert "个月小一半" in out
    assert "models.csv 的回测" in out
    assert "有 1 行缺" in out
    assert run(["density", "dated", file, "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert document["models"] == 40
    assert document["doubling_months"]["low"] < document["doubling_months"]["estimate"]
    assert document == json.loads(json.dumps(document))


def test_larger_ones_that_score_no_higher_have_no_pace() -> None:
    models = [Dated(size=e.size, day=e.day, score=1 - e.score) for e in world(30, by_year=0.5)]
    said = dated_sentences(look_dated(models))
    assert "越大得分并不越高" in said[0].zh
    assert dated_document(look_dated(models))["doubling_months"]["estimate"] is None


@pytest.mark.parametrize(
    ("heads", "rows", "said"),
    [
        ("model,size,score", ["a,7B,0.5"], "date"),
        ("model,size,date,score", ["a,7B,2023-01-01,good"], "第 2 行"),
        ("model,size,date,score", ["a,-7B,2023-01-01,0.5"], "大于 0"),
        ("model,size,date,score", ["a,0,2023-01-01,0.5"], "大于 0"),
        ("model,size,date,score", ["a,7B,soon,0.5"], "日期"),
        ("model,size,date,score", ["a,7B,2023-13-01,0.5"], "日期"),
        ("model,size,date,score", ["a,7B,2023-01-01,-3"], "得分"),
        ("model,size,date,score", ["a,7B,2023-01-01,101"], "得分"),
        ("model,size,date,score", ["a,1.2.3,2023-01-01,0.5"], "大于 0"),
        ("model,size,date,score", ["a,7B,2023-01-01,0.5"] * 9, "大小 1 种"),
        ("model,size,date,score", [], "0 个"),
    ],
)
def test_what_cannot_be_used_is_said_in_a_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], heads: str, rows: list[str], said: str
) -> None:
    assert run(["density", "dated", str(table(tmp_path, rows, heads))]) == 2
    error = capsys.readouterr().err
    assert said in error
    assert len(error.strip().splitlines()) == 1


def test_a_day_to_cut_at_must_be_one(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = str(table(tmp_path, ["a,7B,2023-01-01,0.5"]))
    assert run(["density", "dated", file, "--cut", "soon"]) == 2
    assert "--cut" in capsys.readouterr().err
