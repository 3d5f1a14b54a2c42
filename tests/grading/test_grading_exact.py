"""A string that has to be right to the letter: where it may stand, and what is another string."""

from __future__ import annotations

import time
from typing import Any

import pytest
from hypothesis import given as for_any
from hypothesis import strategies as st

from mingan.grading.given import given
from mingan.grading.protocol import Finding
from mingan.grading.rules.text import TextGrader
from mingan.records import Question

PROMPT = "最后得到什么？最后一行写“答案：字母串”。"


def asked(answer: str | None, *aliases: str, prompt: str = PROMPT, **more: Any) -> Question:
    return Question(id="q", prompt=prompt, answer=answer, aliases=aliases, grader="text",
                    params={"exact": True, **more})  # fmt: skip


def judge(text: str, answer: str = "zwghwks", *aliases: str, **more: Any) -> Finding:
    return TextGrader().grade(asked(answer, *aliases, **more), text)


DRESSED = [
    "{}",
    "{}。",
    "{} ✅",
    "\\({}\\)",
    "最后是 {} 👍",
    "答案：{}",
    "**答案：{}**",
    "答案：**{}**",
    "答案：`{}`",
    "答案：“{}”",
    "答案是 {}。",
    "正确答案为：{}",
    "答案：{}\n\n理由：逐步推出来的，中间一步得到 x，最后就是它。",
    "{}\n\n理由：按题目的规则一步一步做，共 12 步。",
    "{}，因为按规则一步一步做就得到它。",
    "答案：{}（按规则得到）",
    "答案：{}。希望对你有帮助！",
    "先做第一步，得到一个中间结果；再做第二步。\n\n最终答案：{}",
    "推理过程略。\n\n## 最终答案\n\n{}",
    "推理过程略。\n\n**最终答案**\n\n**{}**",
    "```\n{}\n```",
    "答案：\n```\n{}\n```",
    "好的，答案如下：\n\n{}",
    "好的！{}",
    "最后得到 {}。",
    "所以最后的结果是 **{}**。",
    "最终得到的是“{}”。",
    "\\boxed{{{}}}",
    "$\\boxed{{\\text{{{}}}}}$",
    "<answer>{}</answer>",
    "第一步：看题。\n第二步：算出来。\n答案：{}\n\n（以上按题目的规则。）",
    "The answer is {}.",
    "Final answer: {}",
    "答案：abc\n不对，重新算一遍。\n答案：{}",
    "中间答案：abc\n答案：{}",
    "答案：字母串\n也就是：\n答案：{}",
]
PAIRS = [
    ("zwghwks", "zwghwsk"),
    ("MCHGLUTQSV", "MCHGLUTQS"),
    ("白吱门", "白门吱"),
    ("(8, -7)", "(8, 7)"),
    ("13:30", "13:03"),
    ("#17C579", "#17C578"),
    ("knife tiger lemon", "knife lemon tiger"),
    ("星期五", "星期四"),
]


@pytest.mark.parametrize("dress", DRESSED)
@pytest.mark.parametrize(("right", "other"), PAIRS)
def test_the_dress_of_an_answer_changes_nothing(right: str, other: str, dress: str) -> None:
    assert judge(dress.format(right), right).verdict == "right"
    assert judge(dress.format(other), right).verdict == "wrong"


@pytest.mark.parametrize(
    ("text", "verdict"),
    [
        ("Z W G H W K S", "right"),
        ("ＺＷＧＨＷＫＳ", "right"),
        ("zwghwks1", "wrong"),
        ("zw-ghwks", "unsure"),
        ("", "wrong"),
        ("我不知道。", "wrong"),
        ("无法回答这个问题。", "wrong"),
        ("答案：zwghwks\n答案：abc", "unsure"),
        ("答案：不是 zwghwks，而是 abc", "wrong"),
        ("先写下 zwghwks，再反过来，得到 skwhgwz。", "wrong"),
        ("这道题要一步一步来，先把字母排好，然后再看。", "unsure"),
    ],
)
def test_other_strings_and_other_texts(text: str, verdict: str) -> None:
    finding = judge(text)
    assert finding.verdict == verdict, finding.reason.zh


def test_capitals_count_only_where_they_are_asked_for() -> None:
    assert judge("答案：AbC", "aBc").verdict == "right"
    assert judge("答案：AbC", "aBc", case=True).verdict == "wrong"
    assert judge("答案：aBc", "aBc", case=True).verdict == "right"


def test_an_alias_is_as_good_as_the_reference() -> None:
    assert judge("答案：周五", "星期五", "周五").verdict == "right"


def test_a_firm_answer_is_one_that_was_declared() -> None:
    assert judge("答案：zwghwks").firm
    assert judge("zwghwks").firm
    assert not judge("最后得到 zwghwks。").firm


@pytest.mark.parametrize("name", ["exact", "case"])
def test_a_switch_that_is_neither_on_nor_off_is_a_fault(name: str) -> None:
    switches: dict[str, Any] = {"exact": True, name: "yes"}
    (fault,) = TextGrader().faults(asked("a", **switches))
    assert name in fault.zh
    assert TextGrader().faults(asked("a", case=False)) == []
    assert TextGrader().faults(asked(None)) != []
    assert TextGrader().grade(asked(None), "a").verdict == "ungraded"


@for_any(st.text(alphabet="答案：是a:,。*`“”()\n\\{}<>", max_size=60))
def test_any_text_is_read(text: str) -> None:
    assert judge(text).verdict in ("right", "wrong", "unsure")


@pytest.mark.parametrize("piece", ["答案：", "**", "(", "“a", "answer is ", "是", "\n", "a是", ","])
def test_repetition_does_not_make_it_slow(piece: str) -> None:
    began = time.perf_counter()
    judge(piece * (12_000 // len(piece)))
    given(piece * (12_000 // len(piece)), PROMPT, 8, han=True)
    assert time.perf_counter() - began < 2
