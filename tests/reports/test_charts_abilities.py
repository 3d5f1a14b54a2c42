from __future__ import annotations

from charts_help import HOSTILE, drawn, link, names, of_class, part, texts
from hypothesis import given, settings
from hypothesis import strategies as st

from mingan.reports.charts.abilities import MOST_MODELS, abilities_chart, finding
from mingan.reports.charts.radar import MOST_AXES, radar_chart, spot
from mingan.reports.data import Breakdown

CLEAR = part("数学", ("a", 95, 5), ("b", 20, 80))
UNCLEAR = part("逻辑", ("a", 52, 48), ("b", 50, 50))
OTHER = part("常识", ("a", 60, 40), ("b", 64, 36))
FEW = part("诗词", ("a", 3, 2), ("b", 1, 4))


def test_the_finding_counts_and_says_where_intervals_bear_it_out() -> None:
    said = finding([CLEAR, UNCLEAR, OTHER], ["a", "b"])
    assert said.zh == (
        "3 种能力里，a 在 2 种得分最高。第一名的区间和其余模型都不重叠的，只有「数学」。"
    )
    assert said.en.startswith("a scores highest in 2 of 3 abilities. Only in “数学” does")


def test_the_finding_does_not_claim_what_intervals_do_not_show() -> None:
    said = finding([UNCLEAR, OTHER], ["a", "b"])
    assert "没有一种能力说得准谁最好" in said.zh
    assert "in none can it be told" in said.en
    assert "确定" not in said.zh


def test_all_clear_none_on_top_and_nothing_at_all() -> None:
    assert "每一种里" in finding([CLEAR], ["a", "b"]).zh
    tied = part("并列", ("a", 30, 30), ("b", 30, 30))
    assert "没有哪个模型独自得分最高" in finding([tied], ["a", "b"]).zh
    assert "还没有一种能力有 10 道题" in finding([], ["a"]).zh


def test_one_model_is_said_to_be_better_at_one_thing_only_if_its_intervals_are_apart() -> None:
    apart = [part("甲", ("a", 95, 5)), part("乙", ("a", 10, 90))]
    assert "不重叠" in finding(apart, ["a"]).zh
    close = [part("甲", ("a", 52, 48)), part("乙", ("a", 48, 52))]
    assert "说不准哪样更强" in finding(close, ["a"]).zh


def test_few_questions_are_counted_and_not_drawn() -> None:
    chart = abilities_chart([CLEAR, FEW], ["a", "b"], link)
    assert "诗词" not in texts(drawn(chart))
    rows = [row for row in chart.rows if row.values["ability"] == "诗词"]
    assert [row.values["score"] for row in rows] == [None, None]
    assert [row.values["right"] for row in rows] == [3, 1]
    assert any("另有 1 种能力" in note.zh for note in chart.notes)


def test_points_lie_on_their_intervals_and_lead_to_model_and_ability() -> None:
    chart = abilities_chart([CLEAR, UNCLEAR], ["a", "b"], link)
    root = drawn(chart)
    for anchor in root.iter("a"):
        bar, dot = of_class(anchor, "range")[0], of_class(anchor, "dot")[0]
        assert float(bar.get("x1", "")) <= float(dot.get("cx", "")) <= float(bar.get("x2", ""))
    assert {a.get("href") for a in root.iter("a")} == {
        f"#{model}|{label}||" for model in "ab" for label in ("数学", "逻辑")
    }


def test_models_beyond_the_first_are_in_the_table_only() -> None:
    many = [(f"m{i}", 50, 50) for i in range(MOST_MODELS + 3)]
    chart = abilities_chart([part("数学", *many)], [name for name, _, _ in many], link)
    assert len(list(drawn(chart).iter("a"))) == MOST_MODELS
    assert len(chart.rows) == MOST_MODELS + 3
    assert "前 16 个模型" in chart.notes[-1].zh


@settings(max_examples=40)
@given(
    st.lists(names, min_size=1, max_size=7, unique=True),
    st.lists(names, min_size=1, max_size=5, unique=True),
    st.data(),
)
def test_any_labels_and_counts_make_a_sound_drawing(
    labels: list[str], models: list[str], data: st.DataObject
) -> None:
    counts = st.integers(0, 60)
    parts = [
        part(label, *((model, data.draw(counts), data.draw(counts) + 1) for model in models))
        for label in labels
    ]
    chart = abilities_chart(parts, models, link)
    if chart.drawing("zh"):
        drawn(chart)
    around = radar_chart(parts, models, link, chart.rows)
    if around is not None:
        drawn(around, "en")


# --- the radar ----------------------------------------------------------------------------------


def axes(count: int) -> list[Breakdown]:
    return [part(f"能力{i}", ("a", 40 + i, 20), (HOSTILE, 20, 40 + i)) for i in range(count)]


def test_a_radar_takes_three_axes_at_least_and_ten_at_most() -> None:
    assert radar_chart(axes(2), ["a"], link) is None
    found = radar_chart(axes(14), ["a", HOSTILE], link)
    assert found is not None
    assert len(list(drawn(found).iter("a"))) == 2 * MOST_AXES


def test_an_axis_that_one_model_lacks_is_no_axis() -> None:
    parts = [*axes(3), part("少", ("a", 40, 20))]
    found = radar_chart(parts, ["a", HOSTILE], link)
    assert found is not None
    assert "少" not in texts(drawn(found))


def test_every_shape_is_marked_differently_and_lies_in_its_band() -> None:
    found = radar_chart(axes(5), ["a", HOSTILE], link)
    assert found is not None
    root = drawn(found)
    assert len(of_class(root, "band")) == 2
    assert {e.tag for e in of_class(root, "s0") if "mark" in str(e.get("class"))} == {"circle"}
    assert {e.tag for e in of_class(root, "s1") if "mark" in str(e.get("class"))} == {"rect"}
    middle, top = spot(0, 5, 0), spot(0, 5, 1)
    assert top[0] == middle[0]
    assert top[1] < middle[1]
