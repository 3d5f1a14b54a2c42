"""Answers that settle on another thing of the reference's kind, or on none."""

from __future__ import annotations

import pytest

from mingan.grading import choose, grade
from mingan.grading.formula import solved, value
from mingan.grading.nouns import characters, settled
from mingan.grading.synonyms import synonyms
from mingan.records import Answer, Question

FRIENDS = (
    "red_fox_12 是 blue_owl_7 的朋友。\nblue_owl_7 是 green_bear_305 的朋友。\n"
    "green_bear_305 是 grey_cat_41 的朋友。\n请说出 blue_owl_7 的一个朋友："
)
GRASS = "牛群吃草，下面哪一项最合适？\n1. 牛群的早饭\n2. 牛群的晚饭\n3. 羊群的早饭"
CURVE = "到定点距离不变的点连起来是一条什么线？"

CASES = [
    (FRIENDS, "red_fox_12", "red_fox_12", "right"),
    (FRIENDS, "red_fox_12", "是 grey_cat_41。", "wrong"),
    (FRIENDS, "red_fox_12", "red_fox_12 的朋友是 blue_owl_7，因此答案是 grey_cat_41。", "wrong"),
    (CURVE, "圆周", "这些点连起来是一条直线。", "wrong"),
    (CURVE, "圆周", "这些点连起来是一个圆。", "unsure"),
    (CURVE, "圆周", "这些点连起来是圆周。", "right"),
    ("这幅 ASCII 画是什么汉字？", "河", "这幅 ASCII 画表示汉字“山”。", "wrong"),
    ("这幅 ASCII 画是什么汉字？", "河", "看起来是“河”字。", "right"),
    ("这个表情是什么情绪？", "sadness", "它表示伤心。", "right"),
    ("这个表情是什么情绪？", "sadness", "它表示愤怒。", "wrong"),
    ("改成正确的英语。", "He is not/isn't here.", "He isn't here.", "right"),
    ("改成正确的英语。", "He is not/isn't here.", "He is not here.", "right"),
    ("一个圆的面积，半径为 1/2？", "pi/4", "面积是 $\\frac{\\pi}{4}$。", "right"),
    ("一个圆的面积，半径为 1/2？", "pi/4", "面积约为 0.785。", "right"),
    ("一个圆的面积，半径为 1/2？", "pi/4", "面积是 π/2。", "wrong"),
    ("边长 2 的正三角形的高？", "√3", "高是 $\\sqrt{3}$。", "right"),
    ("边长 2 的正三角形的高？", "√3", "高是 √2。", "wrong"),
    (GRASS, "2", "这几项都合适，无法确定哪一项最合适。", "wrong"),
    (GRASS, "2", "三项都合适。", "wrong"),
    (GRASS, "2", "牛群晚饭最合适。", "right"),
    (
        GRASS,
        "2",
        "1. 牛群的早饭：早上吃草。\n2. 牛群的晚饭：晚上吃草。\n3. 羊群的早饭：羊吃草。",
        "wrong",
    ),
]


@pytest.mark.parametrize(("prompt", "reference", "text", "wanted"), CASES)
def test_what_the_answer_settles_on_decides(
    prompt: str, reference: str, text: str, wanted: str
) -> None:
    question = Question(id="q", prompt=prompt, answer=reference)
    given = Answer(question="q", asked="", model="m", model_hash="h", text=text, state="ok")
    assert grade(question, given).verdict == wanted


def test_made_up_names_are_a_closed_set_without_the_one_asked_about() -> None:
    choice = choose(Question(id="q", prompt=FRIENDS, answer="red_fox_12"))
    assert choice.params == {"labels": ["red_fox_12", "green_bear_305", "grey_cat_41"]}


@pytest.mark.parametrize(
    ("formula", "number"),
    [
        ("π²/6".replace("²", "^2"), 1.6449340668), ("\\frac{\\sqrt{3}}{2}", 0.8660254038),
        ("2√3", 3.4641016151), ("sqrt(2)/2", 0.7071067812), ("-2*pi", -6.2831853072),
    ],
)  # fmt: skip
def test_a_formula_is_worked_out(formula: str, number: float) -> None:
    found = value(formula)
    assert found is not None
    assert float(found) == pytest.approx(number, abs=1e-9)


@pytest.mark.parametrize(
    "text", ["pie", "π r", "sqrt(", "(" * 90 + "π", "π^9^9^9", "sqrt(-1)", "3/0*π", "π" * 300, ""]
)
def test_what_is_no_formula_is_none_and_never_raises(text: str) -> None:
    assert value(text) is None or abs(float(value(text) or 0)) < 1e12
    assert isinstance(solved(text), str)


def test_settled_nouns_and_characters_are_read_from_deciding_sentences() -> None:
    assert settled("满足条件的点的集合是一个单位圆。") == ["单位圆"]
    assert settled("不是这样。") == []
    assert characters("这个汉字是:山。") == ["山"]


def test_synonyms_are_whole_words_only() -> None:
    assert "伤心" in synonyms("Sadness")
    assert synonyms("伤心的人") == ()


LATER = [
    ("阿明、老周、大刘里谁赢了？", "老周", "先看老周的话，是假的。最终答案是：阿明。", "wrong"),
    ("阿明、老周、大刘里谁赢了？", "老周", "先看大刘的话，是假的。最终答案是：老周。", "right"),
    ("1 号周二，20 号呢？", "星期日", "先数一数。不是从星期日数起。所以是星期二。", "wrong"),
    ("x = [30, 10]; x.sort()，打印什么？", "10", "会打印 10，因为 x[0] 是第一个元素。", "right"),
]


@pytest.mark.parametrize(("prompt", "reference", "text", "wanted"), LATER)
def test_the_last_declaration_decides(prompt: str, reference: str, text: str, wanted: str) -> None:
    question = Question(id="q", prompt=prompt, answer=reference)
    given = Answer(question="q", asked="", model="m", model_hash="h", text=text, state="ok")
    assert grade(question, given).verdict == wanted
