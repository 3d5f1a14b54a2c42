"""Tables: Markdown, CSV and TSV, compared cell by cell."""

from __future__ import annotations

import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mingan.grading.rules.table import TableGrader
from mingan.grading.rules.tabular import amount, canonical
from mingan.records import Question

WANTED: dict[str, Any] = {
    "columns": ["姓名", "年龄"],
    "rows": [["张三", "20"], ["李四", "1200"]],
}
MARKDOWN = "| 姓名 | 年龄 |\n|:--|--:|\n| 张三 | 20 |\n| 李四 | 1,200 |"


def asked(**params: Any) -> Question:
    return Question(id="q", prompt="?", grader="table", params={**WANTED, **params})


def verdict(text: str, **params: Any) -> str:
    return TableGrader().grade(asked(**params), text).verdict


@pytest.mark.parametrize(
    "text",
    [
        MARKDOWN,
        f"好的，表格如下：\n\n{MARKDOWN}\n\n以上。",
        f"```markdown\n{MARKDOWN}\n```",
        "姓名 | 年龄\n---|---\n**李四** | 1200.0\n`張三` | ２０",
        "| 年龄 | 姓名 |\n|---|---|\n| 20 | 张三 |\n| 1200 | 李四 |",
        '```csv\n姓名,年龄\n张三,20\n李四,"1,200"\n```',
        "姓名\t年龄\n张三\t20\n李四\t1200",
        "说明一下, 这是表格。\n\n姓名,年龄\n张三,20\n李四,1200\n\n好了。",
        f"|a|b|\n|-|-|\n|1|2|\n\n改正：\n{MARKDOWN}\n\n|说明|\n|-|\n|无|",
        MARKDOWN.replace("1,200", "$1200$").replace("20 |", "$20$ |"),
        MARKDOWN.replace("1,200", "1200 岁").replace("20 |", "20岁 |"),
        MARKDOWN.replace("1,200", "¥1,200").replace("20 |", "￥20 |"),
        MARKDOWN.replace("年龄", "年龄（岁）"),
        MARKDOWN.replace("年龄", "年龄/岁"),
        f"表格：\n> {MARKDOWN}".replace("\n|", "\n> |"),
        MARKDOWN.replace("\n| 李四", "\n\n| 李四"),
        MARKDOWN.replace("|:--|--:|\n", ""),
        "姓名 | 年龄\n张三 | 20\n李四 | 1200",
        "<table><tr><th>姓名</th><th>年龄</th></tr><tr><td>张三</td><td>20</td></tr>"
        "<tr><td><b>李四</b></td><td>1200</td></tr></table>",
        "```html\n<table>\n<thead>\n<tr>\n<th>姓名</th>\n<th>年龄</th>\n</tr>\n</thead>\n"
        "<tr>\n<td>张三</td>\n<td>20</td>\n</tr>\n<tr>\n<td>李四</td>\n<td>1200</td>\n</tr>\n"
        "</table>\n```\n完成。",
        f"{MARKDOWN}\n\n合计：2 人 | 1220 岁",
        f"{MARKDOWN}\n\n| 项目 | 值 |\n|---|---|\n| 人数 | 2 |",
        f"<think>|姓名|年龄|\n|-|-|\n|王五|1|</think>{MARKDOWN}",
    ],
)
def test_tables_that_say_the_same_are_right(text: str) -> None:
    assert verdict(text) == "right"


@pytest.mark.parametrize(
    ("text", "reason", "score"),
    [
        ("不会做。", "没有找到表格", 0.0),
        (MARKDOWN.replace("1,200", "1201 岁"), "缺少 1 行，如“李四 | 1200”", 0.5),
        (MARKDOWN.replace("1,200", "1200 万"), "缺少 1 行", 0.5),
        (MARKDOWN + "\n\n| 王五 | 3 |", "多出 1 行", 2 / 3),
        ("<table><tr><th>姓名<th>年龄<tr><td>张三<td>20</table>", "缺少 1 行", 0.5),
        (MARKDOWN.replace("| 20", "| 21"), "缺少 1 行，如“张三 | 20”", 0.5),
        (MARKDOWN + "\n| 王五 | 3 |", "多出 1 行", 2 / 3),
        (MARKDOWN + "\n| 张三 | 20 |", "多出 1 行", 2 / 3),
        (MARKDOWN.replace("年龄", "岁数"), "缺少列：年龄", 0.0),
        ("|姓名|年龄|备注|\n|-|-|-|\n|张三|20||\n|李四|1200||", "多出列：备注", 0.0),
    ],
)
def test_tables_that_differ_are_wrong_and_say_where(text: str, reason: str, score: float) -> None:
    finding = TableGrader().grade(asked(), text)
    assert finding.verdict == "wrong"
    assert reason in finding.reason.zh
    assert finding.score == pytest.approx(score)


def test_order_counts_only_where_it_is_asked_for() -> None:
    turned = "|姓名|年龄|\n|-|-|\n|李四|1200|\n|张三|20|"
    assert (verdict(turned), verdict(turned, ordered=True)) == ("right", "wrong")
    aside = "|年龄|姓名|\n|-|-|\n|20|张三|\n|1200|李四|"
    assert (verdict(aside), verdict(aside, column_order=True)) == ("right", "wrong")


@pytest.mark.parametrize(
    ("cell", "means"),
    [("1,200.50", "1200.5"), ("+3", "3"), ("-0.0", "0"), ("20 %", "20 %"), ("50%", "50%"),
     ("—", ""), (" Ａ  b ", "a b"), ("1,2", "1,2"), ("007", "7")],
)  # fmt: skip
def test_cells_are_read_as_people_read_them(cell: str, means: str) -> None:
    assert canonical(cell) == means


@pytest.mark.parametrize(
    ("cell", "means"),
    [("1184 元", "1184"), ("¥1,184.50", "1184.5"), ("-3分", "-3"), ("3 万", "3 万"), ("元", "元"),
     ("12%", "12%"), ("约 3 元", "约 3 元")],
)  # fmt: skip
def test_the_unit_of_an_amount_can_be_taken_off(cell: str, means: str) -> None:
    assert amount(canonical(cell)) == means


def test_a_unit_counts_in_a_column_of_words() -> None:
    dates = {"columns": ["人", "月份"], "rows": [["甲", "3月"]]}
    assert verdict("|人|月份|\n|-|-|\n|甲|3月|", **dates) == "right"
    assert verdict("|人|月份|\n|-|-|\n|甲|3日|", **dates) == "wrong"


@pytest.mark.parametrize(
    ("params", "word"),
    [
        ({"columns": []}, "columns"),
        ({"columns": ["a", "A"]}, "相同的列名"),
        ({"rows": None}, "rows"),
        ({"rows": [["张三"]]}, "第 1 行应有 2 格"),
        ({"rows": [[[], {}]]}, "第 1 行"),
        ({"ordered": "no"}, "ordered"),
    ],
)
def test_slips_of_the_author_are_named(params: dict[str, Any], word: str) -> None:
    question = asked(**params)
    (fault,) = TableGrader().faults(question)
    assert word in fault.zh
    assert TableGrader().grade(question, MARKDOWN).verdict == "ungraded"


def test_a_reference_table_must_be_the_wanted_one() -> None:
    def faults(answer: str) -> list[str]:
        question = Question(id="q", prompt="?", grader="table", params=WANTED, answer=answer)
        return [fault.zh for fault in TableGrader().faults(question)]

    assert faults(MARKDOWN) == []
    assert faults("见 rows") == []
    assert "参考答案自己没有通过检查" in faults(MARKDOWN.replace("20", "2"))[0]


@pytest.mark.parametrize(
    "text",
    ["|-|\n" * 250_000, "|" * 1_000_000, "|" + "-" * 1_000_000, "a,b\n" * 250_000, '"' * 10**6,
     ", " * 500_000, "|a|\n|-|" + "|" * 10**6, "\0,\ud800\n1,2", "<table><tr><td" * 60_000,
     "<" * 10**6, "> " * 500_000, "$" * 10**6],
)  # fmt: skip
def test_a_megabyte_is_read_in_bounded_time(text: str) -> None:
    started = time.perf_counter()
    assert verdict(text) == "wrong"
    assert time.perf_counter() - started < 5


@given(st.text(alphabet='|-: \n,\t"姓名1`\x00\ud800', max_size=80))
def test_no_text_raises(text: str) -> None:
    assert verdict(text) in ("right", "wrong")
