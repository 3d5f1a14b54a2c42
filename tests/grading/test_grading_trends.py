"""How things change, parts that must all be there, numbers that a reference brings."""

from __future__ import annotations

import pytest

from mingan.grading import choose, grade
from mingan.grading.trends import DOWN, SAME, UP, of_reference, of_text
from mingan.records import Answer, Question

GAS = "容器压缩一半后，压强 p、温度 T 和体积 V 怎么变化？"
WAYS = "T不变，p变大，V变小"
IRONY = "“又下雨、又堵车，真是美好的一天”用了哪些手法，有什么情绪？"
LAB = "已知质量 12 kg，求 a) 动量；b) 动能。"


def verdict(prompt: str, reference: str, text: str) -> str:
    question = Question(id="q", prompt=prompt, answer=reference)
    given = Answer(question="q", asked="", model="m", model_hash="h", text=text, state="ok")
    return grade(question, given).verdict


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("T保持不变，p增大，V减小。", "right"),
        ("T 不变。p 变大。V 变小。", "right"),
        ("T、p 和 V 都保持不变。", "wrong"),
        ("T升高，p增大，V减小。", "wrong"),
        ("p增大，V减小。", "unsure"),
    ],
)
def test_every_thing_must_change_the_reference_s_way(text: str, wanted: str) -> None:
    assert choose(Question(id="q", prompt=GAS, answer=WAYS)).grader == "set"
    assert verdict(GAS, WAYS, text) == wanted


def test_ways_are_read_from_references_and_texts() -> None:
    assert of_reference("β和R^2不变, t变大") == {"β": SAME, "R^2": SAME, "t": UP}
    assert of_reference("产量下降, 价格上升") == {"产量": DOWN, "价格": UP}
    assert of_reference("人口增加") == {}
    assert of_reference("小王和小李去了北京") == {}
    assert of_text("价格会上升, 而产量下降。", ["价格", "产量"]) == {"价格": UP, "产量": DOWN}


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("这是讽刺，表达了对天气和交通的不满。", "right"),
        ("这句话说天气和交通很好，让人不满。", "wrong"),
    ],
)
def test_a_missing_key_word_is_missed_unless_a_synonym_says_it(text: str, wanted: str) -> None:
    assert verdict(IRONY, "反讽、不满", text) == wanted


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("动量是 120 kg·m/s，动能是 600 J。", "wrong"),
        ("动量是 36.5 kg·m/s，动能是 600 J。", "unsure"),
    ],
)
def test_none_of_the_reference_s_numbers_is_wrong(text: str, wanted: str) -> None:
    reference = "动量是质量乘以速度等于 36.5 kg·m/s 而动能是 55.51 J"
    question = Question(id="q", prompt=LAB, answer=reference, grader="text")
    given = Answer(question="q", asked="", model="m", model_hash="h", text=text, state="ok")
    assert grade(question, given).verdict == wanted
