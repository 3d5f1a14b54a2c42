"""Density of the registry's models, in numbers and in words."""

from __future__ import annotations

import json
import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from mingan import density, registry
from mingan.cli.app import run
from mingan.errors import UsageError
from mingan.reports.dense import COMBINED, DensityReport
from mingan.reports.dense_words import (
    bend_sentence,
    change_sentence,
    density_document,
    density_headline,
    density_notes,
    explanation,
    line_sentence,
    months,
    test_sentence,
    times,
    without_sentence,
)
from mingan.scaling.trend import Before

test_sentence.__test__ = False  # type: ignore[attr-defined]


@pytest.fixture(scope="module")
def report() -> DensityReport:
    return density.look(registry.load(), repeats=120)


def test_the_reference_is_1_on_average_and_base_models_stand_alone(report: DensityReport) -> None:
    rungs = [row for row in report.rows if row.in_reference]
    assert {row.facts.name for row in rungs} == set(density.REFERENCE)
    logs = [math.log(row.whole.density) for row in rungs]
    assert sum(logs) / len(logs) == pytest.approx(0, abs=0.05)
    assert {row.facts.kind for row in report.rows} == {"base"}
    assert len(report.rows) >= 80
    values = [row.whole.density for row in report.rows if not row.whole.out]
    assert values == sorted(values, reverse=True)


def test_every_benchmark_and_all_together_have_a_doubling_time(report: DensityReport) -> None:
    assert [t.benchmark for t in report.trends] == [*density.BENCHMARKS, COMBINED]
    for trend in report.trends:
        assert trend.frontier is not None
        assert trend.frontier.low <= trend.frontier.doubling <= trend.frontier.high
        assert trend.frontier.doubling > trend.frontier.raw  # records run too steep
        assert trend.quantile is not None
        assert trend.quantile.low <= trend.quantile.doubling <= trend.quantile.high
        assert 0.5 < trend.quantile.doubling < 24


def test_leaving_a_benchmark_out_moves_the_doubling_time(report: DensityReport) -> None:
    whole = report.trends[-1]
    assert set(whole.without) == set(density.BENCHMARKS)
    assert all(1 < value < 24 for value in whole.without.values())
    assert len({round(value, 2) for value in whole.without.values()}) > 1
    said = without_sentence(whole)
    assert said is not None
    assert "去掉 MATH 是" in said.zh
    assert without_sentence(report.trends[0]) is None


def test_lines_of_the_past_are_held_against_what_came(report: DensityReport) -> None:
    whole = report.trends[-1]
    assert list(whole.lines) == sorted(whole.lines)
    first = next(iter(whole.lines.values()))
    assert first.below == 1.0  # drawn on from the end of 2023 it ran above every later model
    said = line_sentence(whole)
    assert said is not None
    assert "合起来：最密那一成的线往后延" in said.zh
    assert "横的更准" in said.zh
    assert "the flat one is nearer" in said.en
    assert all(0 <= test.held <= 1 for trend in report.trends for test in trend.tests)


def test_scores_of_two_models_err_each_by_itself() -> None:
    known = registry.load()
    report = density.look(known, benchmarks=["HumanEval"], repeats=0)
    draws = []
    for row in report.rows[:2]:
        found, family = row.single["HumanEval"], report.families["HumanEval"]
        # Back from ln density to the drawn logit: the reference's own error falls out.
        size = row.facts.params_total or 1
        draws.append((found.draws + math.log(size)) * family.draws[:, 1] + family.draws[:, 0])
    assert abs(np.corrcoef(*draws)[0, 1]) < 0.15


def test_experts_of_a_mixture_count_twice(report: DensityReport) -> None:
    (row,) = [row for row in report.rows if row.facts.name == "Qwen3-30B-A3B-Base"]
    assert row.active.density == pytest.approx(
        row.whole.density * (row.facts.params_total or 0) / (row.facts.params_active or 1), rel=1e-6
    )


def test_back_tests_say_plainly_who_foretold_better(report: DensityReport) -> None:
    trend = next(trend for trend in report.trends if trend.benchmark == "MBPP")
    said = test_sentence(trend)
    assert said is not None
    assert "反而不准" in said.zh  # until the end of 2023 the date did not help
    assert "no better" in said.en
    assert "更准" in said.zh


def test_the_headline_stands_beside_the_paper_with_an_interval(report: DensityReport) -> None:
    said = density_headline(report)
    assert "3.3–3.5 个月" in said.zh
    assert "90% 区间" in said.zh
    assert "interval" in said.en
    notes = " ".join(note.zh for note in density_notes(report))
    assert "和论文不同的地方" in notes
    assert "见过题" in notes


def test_growth_around_chatgpt_is_said_only_where_it_can_be(report: DensityReport) -> None:
    assert "说不了" in change_sentence(report.trends).zh
    known = [replace(report.trends[0], chatgpt=Before(before=0.7, after=1.4, larger=0.93))]
    said = change_sentence(known)
    assert "×2.01，之后 ×4.06（93%" in said.zh
    assert "×2.01 a year before, ×4.06 after (faster in 93 % of draws)" in said.en


def test_where_growth_changed_is_said_with_its_odds(report: DensityReport) -> None:
    bent = report.trends[0].bend
    assert bent is not None
    assert 2022.5 < bent.when < 2026
    assert 0 < bent.p <= 1
    said = bend_sentence(report.trends)
    assert said is not None
    assert "合起来" in said.zh
    sure = replace(report.trends[0], bend=replace(bent, before=0.7, after=1.4, p=0.01))
    known = bend_sentence([sure])
    assert known is not None
    assert "×2.01，之后 ×4.06（p = 0.01，拐得超出偶然）" in known.zh
    assert bend_sentence([replace(sure, bend=None)]) is None


def test_one_model_is_reckoned_step_by_step(report: DensityReport) -> None:
    (row,) = [row for row in report.rows if row.facts.name == "LLaMA-65B"]
    lines = explanation(row, report)
    assert "2023-02-24" in lines[0].zh
    assert "未核实" in lines[0].zh
    assert any("参照 logit" in line.zh for line in lines)
    found = row.single["MMLU"]
    family = report.families["MMLU"]
    share = (row.read["MMLU"].score - family.floor) / (1 - family.floor)
    size = math.exp((math.log(share / (1 - share)) - family.level) / family.slope)
    assert found.effective == pytest.approx(size)
    assert found.density == pytest.approx(size / (row.facts.params_total or 0))


def test_tuned_models_are_looked_at_apart() -> None:
    found = density.look(registry.load(), kinds=density.TUNED, benchmarks=["MMLU"], repeats=20)
    assert {row.facts.kind for row in found.rows} <= {"instruct", "distilled"}
    assert len(found.rows) > 20


def test_the_family_can_be_replaced_and_must_bear_a_line() -> None:
    known = registry.load()
    llama = ("LLaMA-7B", "LLaMA-13B", "LLaMA-33B", "LLaMA-65B")
    found = density.look(known, benchmarks=["MMLU", "BBH"], family=llama, repeats=20)
    assert {row.facts.name for row in found.rows if row.in_reference} == set(llama)
    with pytest.raises(UsageError, match="三种大小"):
        density.look(known, family=llama[:2])
    with pytest.raises(UsageError, match="没有模型 GPT-9"):
        density.look(known, family=["GPT-9", *llama])
    with pytest.raises(UsageError, match="没有 XX 的得分"):
        density.look(known, benchmarks=["XX"])


def test_numbers_are_written_as_people_read_them() -> None:
    assert [times(v) for v in (0.123, 5.678, 22.4, 1234.5, math.nan)] == [
        "0.123", "5.68", "22", "1,234", "–",
    ]  # fmt: skip
    assert [months(v) for v in (3.456, math.inf, math.nan)] == ["3.5", "∞", "?"]


def test_the_document_has_an_estimate_and_an_interval_in_every_row(report: DensityReport) -> None:
    document = density_document(report)
    json.dumps(document)
    for row in document["rows"]:
        assert {"model", "estimate", "low", "high", "benchmarks"} <= row.keys()
    for trend in document["trends"]:
        assert trend["doubling_months"]["level"] == 0.9


def test_the_command_says_it_all(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert run(["density", "--benchmark", "MMLU", "--limit", "3"]) == 0
    out, err = capsys.readouterr()
    assert "个月翻一番" in out
    assert "回测" in err
    assert run(["density", "--benchmark", "MMLU", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["rows"]
    assert run(["density", "explain", "LLaMA-65B", "--benchmark", "MMLU"]) == 0
    assert "LLaMA-65B：2023-02-24" in capsys.readouterr().out
    for wrong in (["density", "explain", "GPT-9"], ["density", "--benchmark", "XX"],
                  ["density", "--registry", str(tmp_path)]):  # fmt: skip
        assert run(wrong) == 2
        assert len(capsys.readouterr().err.strip().splitlines()) == 1
