from __future__ import annotations

import math
from dataclasses import replace

import pytest
from charts_help import HOSTILE, drawn, link, names, of_class, path, texts
from hypothesis import given, settings
from hypothesis import strategies as st
from reports_fake import comparison, score

from mingan.reports.charts.against import Point, best
from mingan.reports.charts.worth import cost_chart, price_chart, speed_chart
from mingan.reports.data import ModelFacts, Quantiles
from mingan.statistics.results import Score

A, B, C, D = (
    score(n, right, 100 - right) for n, right in zip("abcd", (90, 60, 58, 20), strict=True)
)


def fact(name: str, price: float | None, currency: str = "CNY", **more: object) -> ModelFacts:
    return ModelFacts(name=name, price_out=price, currency=currency, **more)  # type: ignore[arg-type]


def facts(*given: ModelFacts) -> dict[str, ModelFacts]:
    return {each.name: each for each in given}


def prices(**known: float | None) -> dict[str, ModelFacts]:
    return facts(*(fact(name, price) for name, price in known.items()))


def test_who_is_on_the_line_is_named() -> None:
    chart = price_chart([A, B, C, D], prices(a=10, b=2, c=4, d=8), {}, link)
    assert chart.finding.zh.startswith("没有哪个模型比 b 和 a 又便宜又好。")
    assert chart.finding.en.startswith("No model is both cheaper and better than b or a.")
    assert [row.values["model"] for row in chart.rows if row.values["on_line"]] == ["a", "b"]


def test_overlap_on_the_line_and_below_it_is_said() -> None:
    close = score("e", 61, 39)
    chart = price_chart([close, B, C], prices(b=2, c=3, e=9), {}, link)
    assert "其中 b 和 e 的得分分不出高下" in chart.finding.zh
    assert "不在线上的那一个，也和压过它的分不出高下" in chart.finding.zh
    clear = price_chart([A, D], prices(a=9, d=2), {}, link)
    assert "分不出" not in clear.finding.zh


def test_a_paired_test_goes_before_the_look_of_intervals() -> None:
    pairs = {("b", "e"): comparison("b", "e", 0, 40, 60)}
    close = score("e", 61, 39)
    chart = price_chart([close, B], prices(b=2, e=9), pairs, link)
    assert "分不出高下" not in chart.finding.zh


def test_with_one_or_none_there_is_nothing_to_compare() -> None:
    assert "只有 a 有这项数据" in price_chart([A, B], prices(a=3, b=None), {}, link).finding.zh
    empty = price_chart([A, B], {}, {}, link)
    assert "都没有写价格" in empty.finding.zh
    assert empty.drawing("zh") == ""
    assert [row.values["model"] for row in empty.rows] == ["a", "b"]


def test_models_without_a_price_are_listed_and_few_questions_left_out() -> None:
    few = score("few", 3, 2)
    chart = price_chart([A, B, C, few], prices(a=3, b=1, c=None, few=2), {}, link)
    assert any("没有价格，不在图里：c。" in note.zh for note in chart.notes)
    assert "few" not in str(chart.rows)
    assert not any("few" in text for text in texts(drawn(chart)))


def test_currencies_are_not_mixed() -> None:
    known = facts(fact("a", 3), fact("b", 1), fact("c", 2, "USD"))
    chart = price_chart([A, B, C], known, {}, link)
    assert "（CNY）" in "".join(texts(drawn(chart)))
    assert any("不在图里：c" in note.zh for note in chart.notes)


def test_what_is_free_has_a_place_although_the_axis_is_logarithmic() -> None:
    chart = price_chart([A, D], prices(a=5, d=0), {}, link)
    root = drawn(chart)
    zero = float(of_class(root, "dot")[-1].get("cx", ""))
    assert zero < float(of_class(root, "parting")[0].get("x1", ""))
    assert "0" in texts(root)


def test_cost_is_per_right_answer_and_as_uncertain_as_the_score() -> None:
    known = facts(
        fact("a", None, cost={"CNY": 9.0}), fact("b", None, cost={"CNY": 3.0}),
        fact("c", None, cost={"CNY": 1.0, "USD": 1.0}),
    )  # fmt: skip
    chart = cost_chart([A, B, C], known, {}, link)
    values = {row.values["model"]: row.values["cost"] for row in chart.rows}
    assert values["a"] == pytest.approx(0.1)
    assert values["b"] == pytest.approx(0.05)
    assert values["c"] is None  # paid in two currencies: no one sum
    assert len(of_class(drawn(chart), "whisker")) == 4


def test_speed_is_the_median_with_its_interval() -> None:
    known = facts(
        fact("a", None, total=Quantiles(p50=4, p90=9, count=50, low=3, high=5)),
        fact("b", None, total=Quantiles(p50=2, p90=3, count=3)),
    )
    chart = speed_chart([A, B], known, {}, link)
    assert "又快又好" in chart.finding.zh
    bars = of_class(drawn(chart), "whisker")
    level = [bar for bar in bars if bar.get("y1") == bar.get("y2")]
    assert len(bars) == 3
    assert len(level) == 1


def test_hostile_names_stay_text() -> None:
    bad = replace(A, model=HOSTILE)
    drawn(price_chart([bad, B], {HOSTILE: fact(HOSTILE, 3), "b": fact("b", 1)}, {}, link))


POSITIVE = st.one_of(st.just(0.0), st.floats(1e-6, 1e6))


@st.composite
def points(draw: st.DrawFn) -> list[tuple[Score, float]]:
    called = draw(st.lists(names, min_size=1, max_size=10, unique=True))
    counts = st.integers(5, 90)
    return [(score(name, draw(counts), draw(counts)), draw(POSITIVE)) for name in called]


@settings(max_examples=60)
@given(points())
def test_any_points_make_a_sound_drawing(given_: list[tuple[Score, float]]) -> None:
    scores = [each for each, _ in given_]
    known = {each.model: fact(each.model, price) for each, price in given_}
    chart = price_chart(scores, known, {}, link)
    root = drawn(chart, "en")
    assert len(list(root.iter("a"))) == len(scores)
    for anchor in root.iter("a"):
        assert len(of_class(anchor, "dot")) + len(of_class(anchor, "hollow")) == 1
    line = of_class(root, "frontier")
    dots = {(e.get("cx"), e.get("cy")) for e in of_class(root, "dot")}
    corners = {(f"{x:.1f}", f"{y:.1f}") for x, y in path(line[0])}
    assert dots <= corners  # only what nobody beats is on the line
    bars = of_class(root, "whisker")
    for bar in bars:
        middle = [e for e in [*of_class(root, "dot"), *of_class(root, "hollow")]
                  if e.get("cx") == bar.get("x1")]  # fmt: skip
        assert any(
            float(bar.get("y2", "")) <= float(e.get("cy", "")) <= float(bar.get("y1", ""))
            for e in middle
        )


@given(points())
def test_the_finding_never_names_a_beaten_model(given_: list[tuple[Score, float]]) -> None:
    made = [Point(score=each, value=value) for each, value in given_]
    on_line = {point.model for point in best(made)}
    for point in made:
        beaten = any(
            o.value <= point.value and o.score.score >= point.score.score
            and (o.value, o.score.score) != (point.value, point.score.score)
            for o in made
        )  # fmt: skip
        assert beaten == (point.model not in on_line)
    assert not math.isnan(sum(point.value for point in made))


def test_many_on_the_line_are_counted_and_all_of_them_is_said() -> None:
    row = [score(f"m{i}", 20 + 10 * i, 80 - 10 * i) for i in range(6)]
    known = prices(**{f"m{i}": 1.0 + i for i in range(6)})
    chart = price_chart(row, known, {}, link)
    assert "6 个模型里，没有一个比别的又便宜又好：得分越高的越贵。" in chart.finding.zh
    beaten = price_chart([*row, score("x", 15, 85)], {**known, **prices(x=99)}, {}, link)
    assert beaten.finding.zh.startswith("没有哪个模型比线上的 6 个模型又便宜又好。")
