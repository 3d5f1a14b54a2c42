"""The form of a reference decides the grader, and every choice is explained."""

from __future__ import annotations

import pytest

from mingan.grading import choose
from mingan.records import Question

FORMS = [
    ("选哪个？(A) 一 (B) 二", "B", "choice"),
    ("选哪个？(A) 一 (B) 二", "b", "choice"),
    ("哪句正确？1. 天是蓝的 2. 草是红的", "1", "choice"),
    ("哪句正确？1. 天是蓝的 2. 草是红的", "天是蓝的", "choice"),
    ("多少？", "24", "number"),
    ("多少？", "80%", "number"),
    ("多少？", "7.22 m/s/s", "number"),
    ("多少？", "-2kg", "number"),
    ("多少？", "(40*70)/(20*60)", "number"),
    ("多少？", "29 或 27", "number"),
    ("多少？", "三百二十", "number"),
    ("排序", "3457,3876,9823", "list"),
    ("形状？", "(9,9)", "list"),
    ("代码有哪些", "MCO、BOS", "set"),
    ("谁？他是什么党派？", "艾森豪威尔，共和党", "set"),
    ("是否成立？", "逻辑不成立", "yesno"),
    ("是真是假？", "假", "yesno"),
    ("用是或否回答", "否", "yesno"),
    ("True 与 not False 是？", "True", "label"),
    ("存在“蕴涵”或“非蕴涵”中的哪种关系？", "非蕴涵", "label"),
    ("确定词性（动词、形容词、名词或介词）。", "形容词", "label"),
    ("用的是相位差还是频率", "相位差", "label"),
    ("日期？", "01/05/2021", "date"),
    ("后面接什么", ") }", "sequence"),
    ("用 emoji 表示", "🌟⚔️", "sequence"),
    ("输出？", "323232\n787878", "sequence"),
    ("谁？", "这个人不存在", "unanswerable"),
    ("多少？", "题目错了", "unanswerable"),
    ("谁执导？", "诺兰", "text"),
    ("打一器官", "手/手掌", "text"),
    ("哪只最高？", "伯纳德，80cm", "text"),
    ("解释一下", "解释通俗易懂", "judge"),
    ("写个网页", "主要看是否真的可以运行", "judge"),
    ("随便聊聊", None, "judge"),
    ("随便聊聊", "  ", "judge"),
]


@pytest.mark.parametrize(("prompt", "reference", "grader"), FORMS)
def test_form_chooses_grader(prompt: str, reference: str | None, grader: str) -> None:
    choice = choose(Question(id="q", prompt=prompt, answer=reference))
    assert choice.grader == grader
    assert choice.why.zh
    assert choice.why.en


def test_written_choices_go_before_the_prompt() -> None:
    question = Question(id="q", prompt="选哪个？", answer="麻雀", choices=("大象", "麻雀"))
    assert choose(question).params == {"option": "B"}
