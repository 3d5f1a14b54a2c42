"""Forecasts from the registry that ships: what they say, and what they must not leave out."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from mingan import forecast, registry
from mingan.cli.app import run
from mingan.errors import UsageError
from mingan.forecast.claims import GPT4_TO_5
from mingan.language import Text
from mingan.reports.forecast_document import forecast_document
from mingan.reports.forecast_words import (
    claim_sentence,
    dates_record_sentence,
    device_sentence,
    forecast_headline,
    forecast_notes,
    level_words,
    price_sentence,
    tried_sentence,
)
from mingan.reports.foretold import PACES, ForecastReport


@pytest.fixture(scope="module")
def report() -> ForecastReport:
    return forecast.look(registry.load())


def test_prices_reproduce_a_published_staircase(report: ForecastReport) -> None:
    """GPT-4's 67 on HumanEval is a published threshold, and its steps go down."""
    (step,) = [s for s in report.prices if level_words(s.level) == "GPT-4 · HumanEval"]
    assert step.level.least == 0.67
    prices = [offer.price for offer in step.steps]
    assert prices == sorted(prices, reverse=True)
    assert all(offer.score >= 0.67 for offer in step.steps)


def test_what_was_not_tried_is_not_foretold(report: ForecastReport) -> None:
    horizons = {each.months for each in report.tried_prices if each.past is not None}
    for step in report.prices:
        assert len(step.ahead) <= len(horizons)
    assert any(step.ahead for step in report.prices)


def test_the_headline_says_that_lines_foretold_badly(report: ForecastReport) -> None:
    said = forecast_headline(report)
    tried = report.tried_prices[0].line
    assert tried is not None
    assert tried.off > tried.still
    assert "反而更准" in said.zh
    assert "nearer" in said.en


def test_paces_are_in_order_and_what_is_there_is_there(report: ForecastReport) -> None:
    for row in report.dates:
        years = [row.fits[pace].year for pace in PACES if pace in row.fits]
        assert years == sorted(years)
    (row,) = [
        r for r in report.dates
        if r.device == "phone" and level_words(r.level) == "o1 · GPQA"
    ]  # fmt: skip
    assert "已经装得下" in device_sentence(row).zh
    (none,) = [
        r for r in report.dates
        if r.device == "phone" and level_words(r.level) == "GPT-5 · MMLU"
    ]  # fmt: skip
    assert not none.fits
    assert "算不出" in device_sentence(none).zh


def test_dates_foretold_in_the_past_are_told(report: ForecastReport) -> None:
    found = report.tried_dates
    assert found.inside + found.earlier + found.later >= 20
    said = dates_record_sentence(report)
    assert f"{found.earlier} 个来得比快的还早" in said.zh
    assert ("说晚了" in said.zh) == (2 * found.earlier > found.inside + found.earlier + found.later)


def test_every_claim_has_a_verdict_and_what_it_takes_for_granted(report: ForecastReport) -> None:
    assert [c.key for c in report.claims] == ["on-device-60b", "gpt4-to-gpt5", "self-learning"]
    for claim in report.claims:
        assert claim.assumptions
        assert claim.said.zh in claim_sentence(claim).zh
    large, levels, learning = report.claims
    by_device = {part.said.en: part.verdict for part in large.parts}
    assert by_device["strong PC"] == "holds"
    assert by_device["telephone"] == "depends"
    assert len(levels.parts) == len(GPT4_TO_5)
    assert learning.parts[-1].verdict == "cannot tell"
    assert learning.verdict == "depends"


def test_a_claim_turns_with_its_assumptions() -> None:
    known = registry.load()
    uses = {name: replace(use, bits=16.0, pace=100.0) for name, use in forecast.USES.items()}
    large = forecast.look(known, uses=uses).claims[0]
    assert {part.said.en: part.verdict for part in large.parts}["telephone"] == "does not hold"


def test_a_level_or_a_class_that_nobody_knows_is_refused() -> None:
    known = registry.load()
    with pytest.raises(UsageError, match="GPT-9"):
        forecast.look(known, levels=[("GPT-9", "MMLU")])
    with pytest.raises(UsageError, match="toaster"):
        forecast.look(known, devices=["toaster"])


def test_back_tests_and_notes_stand_beside(report: ForecastReport) -> None:
    said = [tried_sentence(each, Text("价格", "prices")) for each in report.tried_prices]
    assert all(text is not None and "不变差" in text.zh for text in said)
    notes = " ".join(note.zh for note in forecast_notes(report))
    assert "2 位知识" in notes
    assert "没有人记下的降价" in notes
    assert "每年降" in price_sentence(report.prices[0]).zh


def test_the_document_has_an_interval_and_a_sentence_in_every_row(report: ForecastReport) -> None:
    document = forecast_document(report)
    json.dumps(document, allow_nan=False)
    kinds = {row["kind"] for row in document["rows"]}
    assert kinds == {"price", "size", "device", "claim"}
    for row in document["rows"]:
        assert row["sentence_zh"].endswith("。")
        assert row["sentence_en"].endswith(".")
        if row["kind"] == "device" and row["estimate"]:
            assert date.fromisoformat(row["low"]) <= date.fromisoformat(row["estimate"])
    assert set(document["back_tests"]) == {"price", "size", "device"}


@pytest.fixture
def own(tmp_path: Path) -> Path:
    (tmp_path / "devices.csv").write_text(
        "class,device,day,memory_gb,bandwidth_gbs,tops,source\n"
        "watch,W1,2022-01-01,1,10,1,me\nwatch,W2,2025-01-01,2,20,4,me\n"
    )
    (tmp_path / "sources.csv").write_text("source,title\nme,measured by me\n")
    return tmp_path


def test_a_class_of_one_s_own(own: Path, capsys: pytest.CaptureFixture[str]) -> None:
    command = ["forecast", "--registry", str(own), "--device", "watch", "--level", "GPT-4:GPQA"]
    assert run([*command, "--json"]) == 0
    rows = json.loads(capsys.readouterr().out)["rows"]
    (row,) = [row for row in rows if row["kind"] == "device"]
    assert row["device"] == "watch"
    assert row["low"] <= row["estimate"]
    assert run(command) == 0
    assert "watch" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("extra", "why"),
    [
        (["--level", "GPT-4"], "模型:题目"),
        (["--halving", "3,4"], "三个数"),
        (["--halving", "0,1,2"], "三个数"),
        (["--knowledge", "a,b,c"], "三个数"),
        (["--device", "toaster"], "toaster"),
    ],
)
def test_bad_input_is_one_sentence(
    extra: list[str], why: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["forecast", *extra]) == 2
    assert why in capsys.readouterr().err


def test_growth_of_devices_may_be_given(capsys: pytest.CaptureFixture[str]) -> None:
    known = registry.load()
    fitted = forecast.look(known, devices=["phone"])
    faster = forecast.look(
        known, devices=["phone"], growing={"memory": {"fast": 4.0, "middle": 3.0, "slow": 2.0}}
    )
    phone = faster.machines["phone"]
    assert phone.memory.doublings("slow") == pytest.approx(1.0)
    assert phone.memory.value == fitted.machines["phone"].memory.value
    assert phone.bandwidth == fitted.machines["phone"].bandwidth
    for one, other in zip(faster.dates, fitted.dates, strict=True):
        for pace, fit in one.fits.items():
            assert fit.year <= other.fits[pace].year
    assert any("内存是你给的" in note.zh for note in forecast_notes(faster))
    for wrong in ("foo:1,2,3", "memory", "memory:1,0,2", "memory:a,b,c"):
        assert run(["forecast", "--growth", wrong]) == 2
        assert len(capsys.readouterr().err.strip().splitlines()) == 1
