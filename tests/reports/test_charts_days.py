from __future__ import annotations

from dataclasses import replace

from charts_help import HOSTILE, drawn, link, of_class, texts
from reports_fake import comparison, score

from mingan.reports.charts.days import MOST_MODELS, days_chart, finding
from mingan.reports.days import Days, DayScore


def on(model: str, day: str, right: int, stamp: str = "s") -> DayScore:
    return DayScore(model=model, day=day, stamp=stamp, score=score(model, right, 100 - right))


FELL = comparison("2026-11-21", "2026-11-01", 5, 40, 55)
STILL = comparison("2026-11-21", "2026-11-01", 10, 12, 78)


def test_a_change_that_the_test_bears_out_is_named() -> None:
    said = finding(
        Days(scores=(on("a", "2026-11-01", 80), on("a", "2026-11-21", 45)),
             changes={"a": FELL, "b": STILL})
    )  # fmt: skip
    assert said.zh == "a 从 2026-11-01 到 2026-11-21 降了 35 分。其余 1 个没有看到可靠的变化。"
    assert said.en.startswith("a fell by 35 points from 2026-11-01 to 2026-11-21.")


def test_no_change_is_said_with_what_would_have_shown() -> None:
    scores = (on("a", "2026-11-01", 80), on("a", "2026-11-21", 78))
    said = finding(Days(scores=scores, changes={"a": STILL}))
    assert "都没有看到可靠的变化" in said.zh
    assert "分的变化，这些题看不出来" in said.zh


def test_one_day_no_day_and_days_that_cannot_be_joined() -> None:
    assert "只在一天问过" in finding(Days(days=("2026-11-01",))).zh
    assert "没有记下日期" in finding(Days()).zh
    apart = (on("a", "2026-11-01", 80, "s"), on("a", "2026-11-21", 45, "t"))
    assert "不能连起来看" in finding(Days(scores=apart, changes={})).zh
    assert days_chart(Days(), link).drawing("zh") == ""


def test_a_line_never_joins_days_of_unlike_stamps() -> None:
    scores = (
        on("a", "2026-11-01", 80), on("a", "2026-11-09", 30, "other"), on("a", "2026-11-21", 75),
    )  # fmt: skip
    root = drawn(days_chart(Days(scores=scores, changes={"a": STILL}), link))
    lines = of_class(root, "frontier")
    assert len(lines) == 1
    assert len(str(lines[0].get("d")).split("L")) == 2
    assert len(of_class(root, "hollow")) == 1
    assert of_class(root, "hollow")[0].tag == "rect"
    assert {"2026-11-01", "2026-11-21"} <= set(texts(root))


def test_points_lie_on_their_intervals() -> None:
    scores = tuple(on("a", f"2026-11-{i:02d}", 90 - 5 * i) for i in range(1, 9))
    root = drawn(days_chart(Days(scores=scores, changes={"a": FELL}), link))
    for anchor in root.iter("a"):
        bar, dot = of_class(anchor, "whisker")[0], of_class(anchor, "dot")[0]
        assert float(bar.get("y2", "")) <= float(dot.get("cy", "")) <= float(bar.get("y1", ""))


def test_a_day_that_is_no_date_and_a_hostile_name_break_nothing() -> None:
    scores = (on(HOSTILE, HOSTILE, 50), on(HOSTILE, "2026-11-21", 55))
    drawn(days_chart(Days(scores=scores, changes={}), link))


def test_many_models_are_not_all_drawn() -> None:
    scores = tuple(
        on(f"m{i:02d}", day, 50)
        for i in range(MOST_MODELS + 2)
        for day in ("2026-11-01", "2026-11-02")
    )
    chart = days_chart(Days(scores=scores, changes={}), link)
    assert len(list(drawn(chart).iter("a"))) == 2 * MOST_MODELS
    assert len(chart.rows) == 2 * (MOST_MODELS + 2)
    assert replace(chart, key="x").key == "x"
