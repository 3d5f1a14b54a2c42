"""References that are whole sentences, single words, or denials; closing brackets."""

from __future__ import annotations

import pytest

from mingan.grading import grade
from mingan.records import Answer, Question

STORY = (
    "下面哪一句是后来补写的？清晨的集市上人来人往十分热闹。"
    "卖花的老人把最后一束百合送给了路过的孩子。河边的灯一盏一盏地亮了起来。"
)
LAST = "卖花的老人把最后一束百合送给了路过的孩子。"
THIRD = "将这句话改成第三人称（男性）：我打算明天去看一场球赛。"
WORDS = "将下面的词组成一个句子：小溪清清的流过门前那条"
LOGIC = "这两句话是相互等价还是矛盾？若都不是，它们是否一致？"
OPEN = "请补全括号：[ { ( < >"

CASES = [
    (STORY, LAST, "是“卖花的老人把最后一束百合送给了路过的孩子”。", "right"),
    (STORY, LAST, "是“卖花的老人把最后一枝百合送给了路过的孩子”。", "right"),
    (STORY, LAST, "我认为是“清晨的集市上人来人往十分热闹”这一句。", "wrong"),
    (THIRD, "他打算明天去看一场球赛。", "他打算明天去看一场球赛。", "right"),
    (THIRD, "他打算明天去看一场球赛。", "她打算明天去看一场球赛。", "wrong"),
    (THIRD, "他打算明天去看一场球赛。", "我打算明天去看一场球赛。", "wrong"),
    (WORDS, "那条清清的小溪流过门前。", "那条清清的小溪流过门前。", "right"),
    (WORDS, "那条清清的小溪流过门前。", "门前流过那条清清的小溪。", "unsure"),
    (WORDS, "那条清清的小溪流过门前。", "小溪里有很多快乐的鱼。", "wrong"),
    (LOGIC, "既不等价也不矛盾，但是一致", "这两句话是矛盾的。", "wrong"),
    (LOGIC, "既不等价也不矛盾，但是一致", "既不等价也不矛盾，但是一致。", "right"),
    ("猜一个英文单词：会飞的鼠", "bat", "答案是 bird。", "wrong"),
    ("猜一个英文单词：会飞的鼠", "bat", "答案是 bat。", "right"),
    ("猜一个英文单词：会飞的鼠", "bat", "我猜不出这个词，可能和夜晚有关。", "unsure"),
    ("烟往哪个方向飘？", "向上", "烟往下方飘，因为它很重。", "wrong"),
    ("烟往哪个方向飘？", "向上", "烟会往上方飘。", "right"),
    ("烟往哪个方向飘？", "向上", "烟沿着切线的方向前进。", "unsure"),
    (OPEN, ") } ]", "[ { ( < > ) } ]", "right"),
    (OPEN, ") } ]", "后面是 ) } ]", "right"),
    (OPEN, ") } ]", "[ { ( < > ) ] }", "wrong"),
    (OPEN, ") } ]", "[ { ( < >", "wrong"),
    ("谁无法到场？", "无法确定", "无法到场的人是小王。", "wrong"),
]


@pytest.mark.parametrize(("prompt", "reference", "text", "wanted"), CASES)
def test_whole_sentences_and_words(prompt: str, reference: str, text: str, wanted: str) -> None:
    question = Question(id="q", prompt=prompt, answer=reference)
    given = Answer(question="q", asked="", model="m", model_hash="h", text=text, state="ok")
    assert grade(question, given).verdict == wanted


TOWN = "请把打乱的句子排好：小路通向井边，井边有棵老树。我家在镇子北头。门前有条小路。"
TOWN_RIGHT = "我家在镇子北头。门前有条小路。小路通向井边，井边有棵老树。"


@pytest.mark.parametrize(
    ("prompt", "reference", "text", "wanted"),
    [
        (TOWN, TOWN_RIGHT, "排好后是：" + TOWN_RIGHT, "right"),
        (TOWN, TOWN_RIGHT, "门前有条小路。我家在镇子北头。小路通向井边，井边有棵老树。", "wrong"),
        ("电池用完后会怎样？", "失去电力", "电池会逐渐丧失它的电力。", "right"),
        ("电池用完后会怎样？", "失去电力", "电池不会失去电力。", "wrong"),
        ("他可能触犯了什么罪？", "盗窃", "他犯了交通肇事罪。", "wrong"),
        ("他可能触犯了什么罪？", "盗窃", "他犯了盗窃罪。", "right"),
        ("谁写的，几个人在说话？", "鲁迅所写，一共三个人在说话", "有五个人在说话。", "wrong"),
        ("他的话是什么意思？", "夸张，饿了", "他只是饿了。", "unsure"),
        ("他的话是什么意思？", "夸张，饿了", "他在回忆小时候。", "wrong"),
    ],
)
def test_orders_deeds_kinds_and_counts(prompt: str, reference: str, text: str, wanted: str) -> None:
    question = Question(id="q", prompt=prompt, answer=reference)
    given = Answer(question="q", asked="", model="m", model_hash="h", text=text, state="ok")
    assert grade(question, given).verdict == wanted
