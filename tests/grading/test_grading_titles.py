"""A title 最终答案 and the tag <answer> say what follows is the answer, to every rule."""

from __future__ import annotations

import time

import pytest

from mingan import grading
from mingan.normal import unmarked
from mingan.records import Answer, Question

WORK = "先看第一个条件，再看第二个。\n\n"
ASKED = [
    ("哪一个最重？", "B", "choice", ("铁", "铅", "铝"), "C"),
    ("谁带了伞？只回答名字。", "小金", "text", (), "小周"),
    ("一共几个？", "42", "number", (), "41"),
    ("按从高到矮排。", "小谢、小蒋、小魏", "list", (), "小蒋、小谢、小魏"),
    ("照原样写。", "a-b-c7", "sequence", (), "a-c-b7"),
]


@pytest.mark.parametrize(
    "dress",
    ["### 最终答案\n\n{}", "**最终答案**\n\n**{}**", "答案：\n{}", "最终答案如下：\n{}\n\n以上。",
     "【答案】\n{}", "## Final Answer\n{}", "<answer>{}</answer>", "<ANSWER>\n{}\n</ANSWER>"],
)  # fmt: skip
@pytest.mark.parametrize(("prompt", "right", "grader", "choices", "wrong"), ASKED)
def test_what_follows_is_the_answer(
    prompt: str, right: str, grader: str, choices: tuple[str, ...], wrong: str, dress: str
) -> None:
    question = Question(id="q", prompt=prompt, answer=right, grader=grader, choices=choices)
    for said, verdicts in ((right, ["right"]), (wrong, ["wrong", "unsure"])):
        text = WORK + dress.format(said)
        answer = Answer(question="q", asked="", model="m", model_hash="h", text=text)
        assert grading.grade(question, answer).verdict in verdicts


def test_a_title_over_several_lines_is_left_alone() -> None:
    text = "最终答案:\n小谢\n小蒋"
    assert unmarked(text) == text
    assert unmarked("最终答案\n\n42\n\n完") == "答案:42\n\n完"


@pytest.mark.parametrize("piece", ["答案\n", "<answer>", "#", "最终答案\n\n", "<answer>a"])
def test_repetition_does_not_make_it_slow(piece: str) -> None:
    began = time.perf_counter()
    unmarked(piece * (12_000 // len(piece)))
    assert time.perf_counter() - began < 1
