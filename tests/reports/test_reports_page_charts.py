from __future__ import annotations

from urllib.parse import parse_qs

from charts_help import HOSTILE
from reports_fake import report

from mingan.language import Text
from mingan.reports.charts.chart import Chart, Column, Row, Spot
from mingan.reports.page_charts import report_charts, report_link, shown

COLUMNS = (
    Column(key="model", heading=Text("模型", "Model")),
    Column(key="score", heading=Text("得分", "Score"), kind="points"),
    Column(key="r", heading=Text("相关", "r"), kind="signed"),
    Column(key="n", heading=Text("题", "n"), kind="count"),
    Column(key="cost", heading=Text("花费", "Cost"), kind="figure"),
    Column(key="flag", heading=Text("标记", "Flag"), words={"a": Text("甲", "A")}),
)
ROW = {"model": HOSTILE, "score": 0.756, "r": -0.5, "n": 1200, "cost": 0.0031234, "flag": "a b"}


def test_numbers_are_shown_as_people_read_them() -> None:
    made = Chart(
        key="k", title=Text("题", "t"), finding=Text("见", "f"), columns=COLUMNS,
        rows=(Row(values=ROW, link="#x"), Row(values=dict.fromkeys(ROW))),
    )  # fmt: skip
    first, second = shown(made, "zh")["rows"]
    assert first["href"] == "#x"
    cells = [cell["text"] for cell in first["cells"]]
    assert cells[1:] == ["76", "−0.50", "1,200", "0.00312", "甲"]
    assert "\x00" not in cells[0]
    assert "\u202e" not in cells[0]
    assert [cell["text"] for cell in second["cells"]] == ["–"] * 6
    assert [column.plain for column in COLUMNS] == [
        "text",
        "float",
        "float",
        "int",
        "float",
        "text",
    ]


def test_long_tables_are_cut_and_counted() -> None:
    rows = tuple(Row(values=ROW) for _ in range(12))
    made = Chart(key="k", title=Text("", ""), finding=Text("", ""), columns=COLUMNS, rows=rows)
    found = shown(made, "en", most_rows=5)
    assert len(found["rows"]) == 5
    assert found["more"] == 7


def test_a_report_leads_to_its_own_list_of_questions() -> None:
    assert parse_qs(report_link(Spot(model="a b", ability="数学"))[1:]) == {
        "a": ["a b"], "tag": ["数学"],
    }  # fmt: skip
    assert report_link(Spot(question="q&1")) == "#q=q%261"
    assert report_link(Spot(outcome="all_wrong")) == "#p=all_wrong"


def test_a_report_shows_what_can_be_drawn_and_nothing_else() -> None:
    found = report_charts(report(150, 6), "zh")
    assert [each["key"] for each in found] == ["abilities", "cost", "price", "speed"]
    assert all("#a=" in each["drawing"] for each in found)


def test_without_questions_nothing_is_a_link() -> None:
    from dataclasses import replace

    found = report_charts(replace(report(150, 6), questions=()), "en")
    assert found
    assert all("<a " not in each["drawing"] for each in found)
