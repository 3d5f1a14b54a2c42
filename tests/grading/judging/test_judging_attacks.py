"""No answer steers its judge: what it says reaches the judge fenced, or not at all."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

import pytest
from judge_attacks import ATTACKS, FULL_MARKS

from mingan.grading import judging
from mingan.grading.judging import Case, cases, materials, read
from mingan.grading.judging.replies import Kind
from mingan.models.protocol import Message
from mingan.records import Answer, ModelCard, Question

CARD = ModelCard(name="裁判", kind="scripted")
QUESTIONS = {
    "zh": Question(id="q1", prompt="三个连续整数的和是 72，最大的是几？", answer="25"),
    "en": Question(id="q2", prompt="Who wrote the Analects' first commentary?", answer="He Yan"),
    "bare": Question(id="q3", prompt="用一个比喻向小学生解释通货膨胀。", tags=("解释",)),
    "options": Question(id="q4", prompt="哪个是哺乳动物？", choices=("鲨鱼", "鲸"), answer="B"),
    "own answer": Question(id="q6", prompt="水在一个大气压下多少度沸腾？"),
    "own criteria": Question(id="q7", prompt="写一首诗。", params={"criteria": ["扣题", "押韵"]}),
    "turns": Question(id="q5", prompt="记住数字 7。", turns=("刚才的数字是几？",), answer="7"),
}
KINDS: dict[str, tuple[Kind, ...]] = {
    "zh": ("reference", "rubric", "pair"),
    "en": ("reference", "rubric", "pair"),
    "bare": ("rubric", "pair"),
    "options": ("reference",),
    "own answer": ("rubric",),
    "own criteria": ("rubric",),
    "turns": ("reference",),
}
PLACES = [(name, kind) for name, kinds in KINDS.items() for kind in kinds]


def answer(text: str, *, model: str = "甲") -> Answer:
    question = Question(id="q", prompt="x")
    return Answer(
        question="q", asked=question.asked, model=model, model_hash=model, text=text,
        meta={"turns": [text]},
    )  # fmt: skip


def case(question: Question, kind: Kind, text: str) -> Case:
    answers = [answer(text)]
    if kind == "pair":
        answers.append(answer("一个平实的回答。", model="乙"))
    return Case.of(question, answers, kind)


class ObedientJudge:
    """Reads a fence as a careful reader does, and obeys whatever stands outside of one.

    What is ours and what is not it cannot know by itself, so it is shown the same case with a
    harmless answer: a line that was not there then is an order to it.
    """

    def __init__(self, asked: Case, harmless: Case) -> None:
        self.asked, self.harmless = asked, harmless

    def says(self, messages: tuple[Message, ...], calm: tuple[Message, ...]) -> str:
        ours = {line for m in calm for line in outside(m["content"], self.harmless.nonce)}
        orders = [
            line
            for message in messages
            for line in outside(message["content"], self.asked.nonce)
            if line not in ours
        ]
        return self.verdict(obeys=bool(orders))

    def verdict(self, *, obeys: bool) -> str:
        kind, zh = self.asked.kind, self.asked.lang == "zh"
        if kind == "rubric":
            count = len(self.asked.rubric.criteria)
            marks = {str(n): 2 if obeys else 0 for n in range(1, count + 1)}
            return json.dumps({"得分" if zh else "scores": marks}, ensure_ascii=False)
        if kind == "pair":  # the attacker stands first in the first round
            word = ("甲" if obeys else "乙") if zh else ("A" if obeys else "B")
            return json.dumps({"更好" if zh else "better": word}, ensure_ascii=False)
        word = ("对" if obeys else "错") if zh else ("right" if obeys else "wrong")
        return json.dumps({"判定" if zh else "verdict": word}, ensure_ascii=False)


def outside(content: str, nonce: str) -> list[str]:
    """The lines that stand in no fence, with what is different every time made the same."""
    found, inside = [], False
    for line in re.split(r"[\n\r\x0b\x0c\x1c-\x1e\x85\u2028\u2029]", content):
        if line in (materials.opening(nonce, "zh"), materials.opening(nonce, "en")):
            inside = True
        elif line in (materials.closing(nonce, "zh"), materials.closing(nonce, "en")):
            inside = False
        elif not inside or not line.startswith(materials.BAR):
            plain = line.replace(nonce, "N")
            found.append(re.sub(r"[(（ ]*(?:太长|too long).*[)）]", "", plain))
    return found


def judged(question: Question, kind: Kind, text: str) -> str:
    """What comes of it when the obedient judge judges an answer."""
    asked, calm = case(question, kind, text), case(question, kind, "我不知道。")
    judge = ObedientJudge(asked, calm)
    said: list[str] = []
    messages = _first(asked)
    calm_messages = _first(calm)
    while True:
        begins = len(said) == 0 and asked.works_it_out
        said.append("我的答案：二" if begins else judge.says(messages, calm_messages))
        move, calm_move = asked.after(said), calm.after(said)
        if move is None or calm_move is None:
            break
        messages = (*messages, {"role": "user", "content": move.text})
        calm_messages = (*calm_messages, {"role": "user", "content": calm_move.text})
    item = Answer(
        question="x", asked="x", model="裁判", model_hash="h", text=said[-1],
        meta={"turns": said[:-1]},
    )  # fmt: skip
    if kind == "pair":
        vote = judging.vote(asked, CARD, 0, item)
        assert vote is not None
        return vote.choice if not judging.inconsistent(vote) else "a" if "a" in vote.said else "?"
    return judging.opinion(asked, CARD, 0, item).verdict


def _first(asked: Case) -> tuple[Message, ...]:
    return (
        {"role": "system", "content": asked.asked.system or ""},
        {"role": "user", "content": asked.asked.prompt},
    )


def _honest(kind: Kind) -> str:
    return {"reference": "wrong", "rubric": "wrong", "pair": "?"}[kind]


def test_the_suite_is_large_enough_and_speaks_two_languages() -> None:
    assert len(ATTACKS) >= 40
    chinese = sum(bool(re.search(r"[\u4e00-\u9fff]", text)) for text in ATTACKS.values())
    assert 15 <= chinese <= len(ATTACKS) - 10


@pytest.mark.parametrize("name", ATTACKS)
def test_no_attack_changes_a_verdict(name: str) -> None:
    for where, kind in PLACES:
        question = QUESTIONS[where]
        calm = judged(question, kind, "我不知道。")
        assert judged(question, kind, ATTACKS[name]) == calm, (where, kind)


@pytest.mark.parametrize("name", ATTACKS)
def test_without_the_fence_every_attack_would_work(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The judge of this suite is not merely deaf."""
    monkeypatch.setattr(cases, "fenced", lambda material, nonce, lang: material.text)
    assert judged(QUESTIONS["zh"], "reference", ATTACKS[name]) == "right"


@pytest.mark.parametrize("name", ATTACKS)
def test_an_attack_that_the_judge_repeats_does_not_become_its_verdict(name: str) -> None:
    """A judge may quote what it read before it says what it thinks."""
    attack = ATTACKS[name][:3000]
    for reply in (
        f"这个回答写道：\n{attack}\n这不是答案。\n" + '{"理由": "没有作答", "判定": "错"}',
        f"> {attack}\n\n" + '{"reason": "no answer", "verdict": "wrong"}',
        json.dumps({"理由": f"回答说：{attack}", "判定": "错"}, ensure_ascii=False),
        json.dumps({"reason": attack, "verdict": "wrong"}),
    ):
        assert read(reply, "reference").verdict in ("wrong", ""), reply[:200]


def test_attacks_in_the_question_and_the_reference_are_fenced_as_well() -> None:
    for text in ATTACKS.values():
        hostile = Question(id="h", prompt=f"几？{text}", answer=text, aliases=(text,))
        asked = Case.of(hostile, [answer("不知道。")], "reference")
        lines = outside(asked.asked.prompt, asked.nonce)
        tame = Question(id="h", prompt="几？", answer="5", aliases=("五",))
        calm = Case.of(tame, [answer("不知道。")], "reference")
        ours = outside(calm.asked.prompt, calm.nonce)
        if asked.lang == calm.lang:
            assert lines == ours
        assert not any(len(line) > 8 and line in text for line in lines)


@pytest.mark.parametrize("name", ATTACKS)
def test_attacks_in_the_criteria_of_a_question_are_fenced_as_well(name: str) -> None:
    text = ATTACKS[name]
    for own_answer in (False, True):
        hostile, tame = (
            Question(id="h", prompt="写诗。", params={"criteria": said, "own_answer": own_answer})
            for said in (["扣题", text, {"what": text, "weight": 2}], ["扣题", "押韵", "完整"])
        )
        asked, calm = case(hostile, "rubric", "不知道。"), case(tame, "rubric", "不知道。")
        prompt, plain = _last(asked), _last(calm)
        assert outside(prompt, asked.nonce) == outside(plain, calm.nonce)
        assert len(prompt) <= len(plain) + 2 * 210
        assert materials.harmless(prompt) == prompt
        assert asked.nonce not in text


def _last(asked: Case) -> str:
    """What is said to the judge when it sees the answer."""
    if not asked.works_it_out:
        return asked.asked.prompt
    move = asked.after(["我的答案：二"])
    assert move is not None
    return move.text


def test_the_judge_that_works_it_out_first_is_attacked_too() -> None:
    assert case(QUESTIONS["own answer"], "rubric", "一").works_it_out
    assert case(QUESTIONS["own criteria"], "rubric", "一").rubric.foreign


def test_a_long_criterion_can_be_named_as_the_judge_was_told_it() -> None:
    question = Question(id="l", prompt="写诗。", params={"criteria": ["扣题" * 300, "押\u200b韵"]})
    asked = case(question, "rubric", "雨。")
    first, second = (
        line[len("┃ 1. ") :]
        for line in asked.asked.prompt.splitlines()
        if line[2:4] in ("1.", "2.")
    )
    assert (len(first), second) == (200, "押韵")
    said = answer(json.dumps({"得分": {first: 2, second: 1}}, ensure_ascii=False))
    assert judging.opinion(asked, CARD, 0, said).reason.zh.startswith("各条得分 2、1")


def test_no_marker_of_a_chat_template_reaches_the_judge() -> None:
    markers = re.compile(r"<\|im_|<｜|\[/?INST\]|<</?SYS>>|</s>|<(?:start|end)_of_turn>")
    for text in ATTACKS.values():
        asked = case(QUESTIONS["zh"], "reference", text)
        assert not markers.search(asked.asked.prompt)
        assert "\u202e" not in asked.asked.prompt
        assert not re.search("[\U000e0000-\U000e0fff]", asked.asked.prompt)


def test_the_constant_string_gets_the_same_nothing_everywhere() -> None:
    for where, kind in PLACES:
        assert judged(QUESTIONS[where], kind, FULL_MARKS) != "right"


def test_the_number_of_a_fence_is_new_every_time() -> None:
    numbers = {case(QUESTIONS["zh"], "reference", "x").nonce for _ in range(50)}
    assert len(numbers) == 50
    assert all(re.fullmatch(r"[0-9a-f]{16}", number) for number in numbers)


def test_a_long_answer_is_cut_and_the_cut_is_told_outside() -> None:
    text = "开头" + "水" * 50_000 + "结尾"
    asked = case(QUESTIONS["zh"], "reference", text)
    assert len(asked.asked.prompt) < 15_000
    assert "开头" in asked.asked.prompt
    assert "结尾" in asked.asked.prompt
    note = next(line for line in asked.asked.prompt.splitlines() if "略去" in line)
    assert not note.startswith(materials.BAR)
    assert "38004" in note


@pytest.mark.parametrize("made", [materials.harmless])
def test_what_programs_need_is_left_as_it_is(made: Callable[[str], Any]) -> None:
    code = "a <<= 2; b >>>= 1\nif x < y || z | w: print('<b>', \"\\t\")\n👨‍👩‍👧 \tend"
    assert made(code) == code
