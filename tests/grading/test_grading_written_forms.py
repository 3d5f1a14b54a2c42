"""Forms in which answers are written that once were misread: marks, boxes, doubts, extras."""

from __future__ import annotations

import pytest

from mingan.grading import grade
from mingan.records import Answer, Question

ABCD = "哪种动物会飞？(A) 大象 (B) 麻雀 (C) 鲸鱼 (D) 兔子"

CASES = [
    ("一共多少箱？", "28", "答案是**28**。", "number", "right"),
    ("一共多少箱？", "28", "先装 5 箱，再装 23 箱。\n\n最终答案是：**28箱**。", "number", "right"),
    ("一共多少箱？", "28", "最终答案是：**29箱**。", "number", "wrong"),
    (ABCD, "B", "答：B。", "choice", "right"),
    (ABCD, "B", "答：C。", "choice", "wrong"),
    ("咪咪会叫吗？", "是", "答：是。", "yesno", "right"),
    ("咪咪会叫吗？", "是", "答：否。", "yesno", "wrong"),
    (ABCD, "B", "B。“麻雀”指一种鸟，会飞。", "choice", "right"),
    (ABCD, "B", "C。鲸鱼会飞。", "choice", "wrong"),
    (ABCD, "B", "B。大象不会飞，鲸鱼也不会飞。", "choice", "right"),
    (ABCD, "B", "B：大象不会飞，鲸鱼也不会飞。", "choice", "right"),
    (ABCD, "B", "B 大象不会飞，鲸鱼也不会飞。", "choice", "right"),
    (
        "总共要付多少元？",
        "51",
        "苹果 20 元，梨 31 元。\n总共要付 \\(\\boxed{51}\\) 元。共买了 2 种。",
        "number",
        "right",
    ),
    (
        "总共要付多少元？",
        "51",
        "苹果 20 元，梨 31 元，20+31=51。\n\n\\[\\boxed{51}\\]\n\n也就是说，平均每种 25.5 元。",
        "number",
        "right",
    ),
    ("返回几？", "2", "count 统计大于 50 的行，只有 60 和 100 两行，返回 2。", "number", "right"),
    ("全国有多少人？", "300.5 million", "There are 300.5 million people.", "number", "right"),
    ("全国有多少人？", "300500000", "There are 300.5 million people.", "number", "right"),
    ("全国有多少人？", "300.5 million", "There are 301.5 million people.", "number", "wrong"),
    ("全国有多少人？", "3 亿", "大约 300 million。", "number", "right"),
    (
        "从 2024 年 2 月 20 日算起第 30 天是哪天？",
        "2024-03-20",
        "2 月 20 日到 2 月 29 日共 10 天，还差 20 天，所以第 30 天是 2024 年 3 月 20 日。",
        "date",
        "right",
    ),
    (
        "从 2024 年 2 月 20 日算起第 30 天是哪天？",
        "2024-03-20",
        "3 月 20 日加一天，所以第 30 天是 2024 年 3 月 21 日。",
        "date",
        "wrong",
    ),
    (
        "几号截止？",
        "2024-03-05",
        "3 月 1 日开始，3 月 3 日提醒，最后 3 月 5 日截止。",
        "date",
        "right",
    ),
    (
        "甲乙一共用了多少分钟？",
        "18",
        "6 分钟印 180 页，停机 5 分钟甲印 60 页，剩 210 页需要 210÷30=7 分钟，共 6+5+7=18 分钟。",
        "number",
        "right",
    ),
    ("小明会游泳吗？（小明从不下水）", "否", "小明不会游泳。", "yesno", "right"),
    ("报告有误吗？", "是", "报告确实有误。", "yesno", "right"),
    ("报告有误吗？", "是", "报告没有误。", "yesno", "wrong"),
    ("所有鸟都会飞吗？", "否", "不一定，企鹅就不会飞。", "yesno", "right"),
    ("那么 m1 是否扩展了 m3？", "是", "m1 不一定扩展了 m3。", "yesno", "wrong"),
    ("那么 m1 是否扩展了 m3？", "是", "不一定。", "yesno", "wrong"),
    ("那么 m1 是否扩展了 m3？", "是", "如果 m1 扩展了 m2，那么 m1 必须扩展 m3。", "yesno", "right"),
    ("那么 m1 是否扩展了 m3？", "是", "无法确定。", "yesno", "wrong"),
    ("谁去了？", "不一定", "条件不足，都有可能。", "unanswerable", "right"),
    ("谁去了？", "无法确定", "题目没有给出，不能确定是谁。", "unanswerable", "right"),
    ("谁去了？", "无法确定", "都有可能。", "unanswerable", "right"),
    ("谁去了？", "无法确定", "这不一定。", "unanswerable", "right"),
    ("谁去了？", "无法确定", "是小王。", "unanswerable", "wrong"),
    ("谁去了？", "无法确定", "条件不足。", "unanswerable", "right"),
    ("谁去了？", "无法确定", "无法得知。", "unanswerable", "right"),
    ("哪些数？", "25、43", "25、43、61", "set", "wrong"),
    ("哪些数？", "25、43", "答案是 43 和 25。", "set", "right"),
    ("哪些数？", "25、43", "符合条件的数有 25、43 和 61。", "set", "wrong"),
    ("哪些数？", "25、43", "先看 61，不行。所以符合条件的是 25 和 43。", "set", "right"),
    ("哪些城市？", "北京、上海", "北京、上海、广州", "set", "wrong"),
    (
        "哪些城市？",
        "北京、上海",
        "题目提到了北京、上海、广州，其中符合的是北京和上海。",
        "set",
        "right",
    ),
    ("哪些城市？", "北京、上海", "上海和北京。", "set", "right"),
    ("哪些城市？", "北京、上海", "是上海、北京、天津三个城市。", "set", "wrong"),
]


def verdict(prompt: str, reference: str, text: str, grader: str = "") -> str:
    question = Question(id="q", prompt=prompt, answer=reference, grader=grader)
    given = Answer(question="q", asked="", model="m", model_hash="h", text=text, state="ok")
    return grade(question, given).verdict


@pytest.mark.parametrize(("prompt", "reference", "text", "grader", "wanted"), CASES)
def test_the_form_is_read(prompt: str, reference: str, text: str, grader: str, wanted: str) -> None:
    assert verdict(prompt, reference, text, grader) == wanted


def test_a_schema_alone_is_not_enough_where_there_is_a_reference() -> None:
    schema = {"type": "object", "properties": {"a": {"type": "integer"}}}
    question = Question(
        id="q", prompt="x", answer='{"a": 1}', grader="json", params={"schema": schema}
    )
    for text, wanted in [
        ("{}", "wrong"), ('{"a": 2}', "wrong"), ('{"a": 1}', "right"), ('{"a": true}', "wrong"),
        ('{"a": 1.0}', "right"), ('{"a": "1"}', "wrong"),
    ]:  # fmt: skip
        given = Answer(question="q", asked="", model="m", model_hash="h", text=text, state="ok")
        assert grade(question, given).verdict == wanted, text


def test_one_of_the_aliases_is_enough_to_see_that_there_is_no_answer() -> None:
    question = Question(
        id="q", prompt="谁去了？", answer="无法确定", aliases=("没写是谁",), grader="unanswerable"
    )
    given = Answer(
        question="q", asked="", model="m", model_hash="h", text="题目没写是谁。", state="ok"
    )
    assert grade(question, given).verdict == "right"
