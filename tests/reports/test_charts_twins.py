from __future__ import annotations

import random
from dataclasses import replace

from charts_help import HOSTILE, drawn, link, of_class, texts

from mingan.reports.charts.twins import finding, twins_chart
from mingan.reports.twin_pairs import TwinResult
from mingan.reports.twin_sentences import twin_sentence
from mingan.statistics import twin_test


def result(model: str, public: float, hidden: float, *, coin: bool = True, n: int = 300,
           p: float | None = None) -> TwinResult:  # fmt: skip
    rng = random.Random(5)
    x = [float(rng.random() < public) for _ in range(n)]
    y = [float(rng.random() < hidden) for _ in range(n)]
    test = twin_test(x, y, coin=coin)
    return TwinResult(
        model=model, origin="coin" if coin else "made", test=test, p=test.p if p is None else p
    )


LEAKED, CLEAN = result("leaked", 0.9, 0.5), result("clean", 0.6, 0.6)


def test_an_accusation_is_a_sentence_and_its_numbers_are_below() -> None:
    chart = twins_chart([CLEAN, LEAKED], link)
    assert chart.finding.zh == "leaked 受了污染，见过这些题。"
    assert chart.finding.en == "leaked is contaminated: it had seen these questions."
    assert twin_sentence("leaked", LEAKED.test, p=LEAKED.p) in chart.notes
    assert any("leaked · 见过题" in text for text in texts(drawn(chart)))
    assert len(of_class(drawn(chart), "suspect")) == 1


def test_suspicion_is_less_than_contamination_and_many_are_counted() -> None:
    maybe = [replace(LEAKED, model=f"m{i}", p=0.03) for i in range(5)]
    said = finding(maybe)
    assert said.zh == "m0、m1、m2 等 5 个模型可疑，像是见过这些题。"
    assert said.en.startswith("m0, m1, m2 and 2 more are suspicious")


def test_no_sign_is_said_with_what_would_have_shown() -> None:
    assert "都没有见过题的迹象" in finding([CLEAN]).zh
    assert "分以上，多半看得出来" in finding([CLEAN]).zh
    few = result("few", 0.6, 0.6, n=12)
    assert "1 个没有见过题的迹象，其余的说不准" in finding([CLEAN, few]).zh


def test_without_a_coin_nothing_is_concluded() -> None:
    made = result("m", 0.9, 0.5, coin=False)
    chart = twins_chart([made], link)
    assert chart.finding.zh.startswith("说不准有没有模型见过题")
    root = drawn(chart)
    assert not of_class(root, "suspect")
    assert of_class(root, "hollow")[0].tag == "rect"


def test_nobody_asked() -> None:
    chart = twins_chart([], link)
    assert "还没有问过这个题库的暗题" in chart.finding.zh
    assert chart.drawing("zh") == ""
    assert chart.rows == ()


def test_the_interval_crosses_the_diagonal_just_if_it_holds_no_gap() -> None:
    for each in (LEAKED, CLEAN):
        root = drawn(twins_chart([each], link))
        bar, diagonal = of_class(root, "whisker")[0], of_class(root, "diagonal")[0]
        across = float(bar.get("x1", ""))
        x1, y1, x2, y2 = (float(diagonal.get(k, "")) for k in ("x1", "y1", "x2", "y2"))
        height = y1 + (y2 - y1) * (across - x1) / (x2 - x1)
        ends = sorted(float(bar.get(k, "")) for k in ("y1", "y2"))
        crosses = ends[0] - 0.2 <= height <= ends[1] + 0.2
        assert crosses == (each.test.low <= 0 <= each.test.high)


def test_hostile_names_stay_text() -> None:
    drawn(twins_chart([replace(CLEAN, model=HOSTILE), replace(LEAKED, model=HOSTILE * 3)], link))


def test_the_table_has_a_verdict_in_words() -> None:
    chart = twins_chart([CLEAN, LEAKED], link)
    column = next(each for each in chart.columns if each.key == "verdict")
    said = [column.shown(row.values["verdict"], "zh") for row in chart.rows]
    assert said == ["没有迹象", "见过题"]
