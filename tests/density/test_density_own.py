"""Density of models that Mingan measured itself, and of models made from larger ones."""

from __future__ import annotations

import json
import math
from pathlib import Path

import pytest

from mingan import density, registry
from mingan.cli.app import run
from mingan.density.own import bits_of, look_own
from mingan.errors import UsageError
from mingan.models.catalogue import builtin_cards
from mingan.records import Answer, Grade, ModelCard, Question
from mingan.reports.dense import OwnReport
from mingan.reports.dense_own_words import own_document, own_headline, own_notes
from mingan.reports.dense_words import child_sentence, corrected_sentence
from mingan.reports.twin_pairs import TwinResult
from mingan.statistics import twin_test
from mingan.statistics.results import Score
from mingan.workspace import Workspace


def score(model: str, right: int, of: int = 200) -> Score:
    share, reach = right / of, 1.96 * math.sqrt(0.25 / of)
    return Score(
        model=model, score=share, low=max(share - reach, 0), high=min(share + reach, 1),
        best_case=share, worst_case=share, rank_low=0, rank_high=0, right=right,
        wrong=of - right, unsure=0, ungraded=0, refused=0, truncated=0, empty=0, failed=0,
        absent=0, questions=of, repeats=1,
    )  # fmt: skip


def card(name: str, size: int | None, active: int | None = None) -> ModelCard:
    return ModelCard(name=name, kind="recorded", params_total=size, params_active=active)


CARDS = [
    card("a", 10**9), card("b", 4 * 10**9), card("c", 16 * 10**9), card("d", 64 * 10**9, 10**9),
    card("?", None),
]  # fmt: skip
SCORES = [score("a", 60), score("b", 90), score("c", 120), score("d", 150), score("?", 100)]


def own(**more: object) -> OwnReport:
    return look_own(SCORES, CARDS, bank="考题", **more)  # type: ignore[arg-type]


def test_models_on_their_own_line_are_1_and_those_without_a_size_are_named() -> None:
    report = own()
    logs = [math.log(row.whole.density) for row in report.rows]
    assert sum(logs) / len(logs) == pytest.approx(0, abs=1e-6)
    assert report.each_other
    assert report.unsized == ("?",)
    notes = " ".join(note.zh for note in own_notes(report))
    assert "互相比" in notes
    assert "没写参数量" in notes


def test_active_parameters_and_bits_count() -> None:
    report = own()
    (row,) = [row for row in report.rows if row.card.name == "d"]
    assert row.active.density == pytest.approx(64 * row.whole.density)
    assert row.cost.density == pytest.approx(row.active.density)
    local = builtin_cards()["smollm2-135m"]
    assert bits_of(local) == pytest.approx(98_362_432 * 8 / 134_515_008)
    assert bits_of(card("a", 5)) == 16


def test_none_right_is_a_small_number_with_a_wide_interval_and_not_a_wall() -> None:
    scores = [score("a", 0, 40), score("b", 4, 40), score("c", 20, 40)]
    report = look_own(scores, CARDS, bank="考题")
    (row,) = [row for row in report.rows if row.card.name == "a"]
    assert not row.whole.out
    assert row.whole.high / row.whole.low > 4


def test_only_hidden_halves_that_a_coin_dealt_correct_a_density() -> None:
    halves: list[float | None] = [1.0] * 30 + [0.0] * 70
    public: list[float | None] = [1.0] * 60 + [0.0] * 40
    found = {
        origin: own(
            twins=[
                TwinResult(
                    model="b",
                    origin=origin,
                    test=twin_test(public, halves, coin=origin == "coin"),
                )
            ]
        )
        for origin in ("coin", "made")
    }  # fmt: skip
    (coin,) = [row for row in found["coin"].rows if row.card.name == "b"]
    (made,) = [row for row in found["made"].rows if row.card.name == "b"]
    assert coin.corrected is not None
    assert coin.corrected.density < coin.whole.density
    assert coin.hidden == pytest.approx(0.3)
    assert made.corrected is None


def test_intervals_that_overlap_name_no_winner() -> None:
    close = look_own([score("a", 8, 20), score("b", 9, 20), score("c", 11, 20)], CARDS, bank="考题")
    assert "说不准" in own_headline(close).zh
    assert "cannot be told" in own_headline(close).en


def test_a_family_may_be_named_and_must_bear_a_line() -> None:
    report = own(family=("a", "b", "c"))
    assert report.reference == ("a", "b", "c")
    assert not report.each_other
    with pytest.raises(UsageError, match="参照模型 x"):
        own(family=("x",))
    with pytest.raises(UsageError, match="2 种大小"):
        look_own(SCORES[:2], CARDS, bank="考题")
    with pytest.raises(UsageError, match="越大越好"):
        look_own([score("a", 90), score("b", 60), score("c", 30)], CARDS, bank="考题")


def test_the_document_keeps_its_promise() -> None:
    document = own_document(own())
    json.dumps(document, allow_nan=False)
    for row in document["rows"]:
        assert {"estimate", "low", "high", "sentence_zh", "by_cost", "params_total"} <= set(row)


@pytest.fixture
def measured(tmp_path: Path) -> str:
    """A workspace with three models of known size, the larger the better."""
    where = str(tmp_path / "m.db")
    with Workspace.open(where) as workspace:
        questions = [
            Question(id=f"q{i}", prompt=f"第 {i} 题", bank="考题", answer="1", grader="number")
            for i in range(60)
        ]
        workspace.store.add_bank("考题", questions)
        for name, size, right in (("a", 10**9, 15), ("b", 4 * 10**9, 30), ("c", 16 * 10**9, 45)):
            one = card(name, size)
            workspace.store.add_cards([one])
            answers = [
                Answer(question=q.id, asked=q.asked, model=name, model_hash=one.hash, bank=q.bank,
                       text="x", at="2026-02-01T08:00:00.000+00:00")
                for q in questions
            ]  # fmt: skip
            grades = [
                Grade(answer=a.content, question_hash=q.hash, grader="number", version="1",
                      verdict="right" if i < right else "wrong")
                for i, (q, a) in enumerate(zip(questions, answers, strict=True))
            ]  # fmt: skip
            workspace.store.record("", answers, grades).result()
    return where


def test_the_command_shows_models_with_their_cards(
    measured: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["density", "--bank", "考题", "--workspace", measured, "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert {row["model"] for row in document["rows"]} == {"a", "b", "c"}
    assert {row["params_total"] for row in document["rows"]} == {10**9, 4 * 10**9, 16 * 10**9}
    assert run(["density", "--bank", "考题", "--workspace", measured]) == 0
    assert "按推理开销" in capsys.readouterr().out


# --- of the registry ----------------------------------------------------------------------------


def test_children_stand_beside_their_parents_with_an_interval() -> None:
    report = density.look(registry.load(), repeats=0)
    by_name = {child.facts.name: child for child in report.children}
    small = by_name["Llama-3.2-1B"]
    assert small.parent == "Llama-3.1-8B"
    assert small.high < 1  # the paper finds it less dense than its parent, too
    assert "密度也低了" in child_sentence(small).zh
    close = by_name["Llama-3.2-3B"]
    assert close.low < 1 < close.high
    assert "分不出" in child_sentence(close).zh


def test_a_child_of_the_same_score_is_as_much_denser_as_it_is_smaller() -> None:
    known = registry.load()
    report = density.look(known, benchmarks=["MMLU"], repeats=0)
    for child in report.children:
        parent = next(r for r in report.rows if r.facts.name == child.parent)
        own_size, size = child.facts.params_total or 1, parent.facts.params_total or 1
        family = report.families["MMLU"]
        (own,) = {f.score for f in known.scores_of(child.facts.name, "MMLU")} or {0.0}
        share = (own - family.floor) / (1 - family.floor)
        effective = math.exp((math.log(share / (1 - share)) - family.level) / family.slope)
        expected = effective / own_size / (parent.single["MMLU"].effective / size)
        assert child.ratio == pytest.approx(expected, rel=1e-6)


def test_quantised_models_stand_beside_their_parents_by_parameters_and_by_cost() -> None:
    report = density.look(
        registry.load(), kinds=density.TUNED, benchmarks=["MMLU", "HumanEval"], repeats=0
    )
    by_name = {child.facts.name: child for child in report.children}
    four, eight = by_name["Qwen-14B-Chat-Int4"], by_name["Qwen-14B-Chat-Int8"]
    assert (four.parent, four.cheaper, eight.cheaper) == ("Qwen-14B-Chat", 4.0, 2.0)
    assert 0.5 < four.ratio < 1.5
    assert four.low * four.cheaper > 1  # for what a token costs, it kept more than it lost
    assert "按推理开销是" in child_sentence(four).zh
    assert "by cost of a token" in child_sentence(four).en
    assert {report_row.facts.kind for report_row in report.rows} <= {"instruct", "distilled"}
    base = density.look(registry.load(), repeats=0)
    assert "Qwen-14B-Chat-Int4" not in {child.facts.name for child in base.children}
    assert "按推理开销" not in child_sentence(base.children[0]).zh


def test_taking_a_gap_off_slows_the_trend_and_is_said() -> None:
    report = density.look(registry.load(), repeats=60)
    trend = report.trends[-1].quantile
    assert report.corrected is not None
    assert trend is not None
    assert report.corrected.doubling > trend.doubling
    said = corrected_sentence(report)
    assert said is not None
    assert "白得 1 分" in said.zh
    taken = density.look(registry.load(), repeats=0, gap=0.01)
    row = next(r for r in taken.rows if r.facts.name == "Qwen2.5-72B")
    plain = next(r for r in report.rows if r.facts.name == "Qwen2.5-72B")
    assert row.read["MMLU"].score == pytest.approx(plain.read["MMLU"].score - 0.0403, abs=0.001)
    assert taken.corrected is None
    assert corrected_sentence(taken) is not None


def test_cost_counts_the_bytes_of_a_token() -> None:
    report = density.look(registry.load(), repeats=0)
    row = next(r for r in report.rows if r.facts.name == "Qwen3-30B-A3B-Base")
    assert row.cost.density == pytest.approx(row.active.density)
