"""Writing: which part of an answer is the text, and what every rule asks of it."""

from __future__ import annotations

import time
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mingan.grading.protocol import Finding
from mingan.grading.writing.body import readings
from mingan.grading.writing.grader import WritingGrader
from mingan.grading.writing.pinyin import rhymes, tones
from mingan.grading.writing.rules import amount
from mingan.records import Question

POEM = "春眠不觉晓\n处处闻啼鸟\n夜来风雨声\n花落知多少"
FORM: list[dict[str, Any]] = [
    {"kind": "lines", "exact": 4},
    {"kind": "line_length", "exact": 5, "of": "han"},
    {"kind": "length", "exact": 20},
    {"kind": "rhyme", "lines": [1, 2, 4]},
    {"kind": "acrostic", "text": "春處夜花"},
]


def asked(*rules: Any, answer: str | None = None) -> Question:
    return Question(
        id="q", prompt="写", grader="writing", params={"rules": list(rules)}, answer=answer
    )


def judge(text: str, *rules: Any) -> Finding:
    return WritingGrader().grade(asked(*rules), text)


@pytest.mark.parametrize(
    "text",
    [
        POEM,
        f"好的，以下是按要求写的诗：\n\n{POEM}",
        f"当然！\n以下是一首诗：\n{POEM}",
        f"好的，这是一首关于春天的诗。\n\n{POEM}",
        f"诗：\n{POEM}",
        f"**{POEM}**".replace("\n", "**\n**"),
        f"《春晓》\n\n{POEM}",
        f"《春晓》\n孟浩然\n{POEM}",
        f"# 春晓\n{POEM}",
        f"春晓\n\n{POEM}",
        f"“{POEM}”",
        f"> {POEM}".replace("\n", "\n> "),
        f"1. {POEM}".replace("\n", "\n2. "),
        f"{POEM}\n\n（共20字）",
        f"{POEM}（共20字）",
        f"{POEM}\n（注：押 ao 韵）",
        f"{POEM}\n\n注：押 ao 韵。\n每行五个字。",
        f"{POEM}\n\n**说明**：每行五个字",
        f"{POEM}\n\n---\n\n希望你喜欢这首诗！",
        f"```\n{POEM}\n```\n这首诗每行五个字。",
        f"<think>写什么呢：\n春</think>\n{POEM}",
        POEM.replace("晓\n", "晓，\n").replace("鸟\n", "鸟。\n") + "。",
        "春眠不觉晓，处处闻啼鸟。\n夜来风雨声，花落知多少。",
        f"好的：\n\n《春晓》\n\n{POEM}\n\n字数：20\n\n希望您满意。",
        f"{POEM}\n\n汉字数：20",
        f"{POEM}\n汉字统计：每行 5 字，共 20 字",
        f"{POEM}\n\n自查：\n- 第一行 5 字\n- 第二行 5 字",
        f"{POEM}\n\n**核对**\n1. 四行，每行五字\n2. 押韵",
        f"{POEM}\n\n自检：每行 5 字，押 ao 韵。",
        f"{POEM}\n\n### 逐行检查\n春眠不觉晓（5 字）",
        f"先打草稿：\n春天来了\n\n最终答案：\n{POEM}",
        f"构思：写春天的早晨，第一行先写睡觉。\n\n**最终作品**\n\n{POEM}\n\n（共 20 字）",
        f"草稿：\n春眠\n\n## 最终作品：\n```\n{POEM}\n```\n核对：四行。",
        f"草稿一：\n{POEM}啊\n\n最终版本如下：\n{POEM}",
        f"<answer>{POEM}</answer>",
        f"我先想一想。\n<answer>\n{POEM}\n</answer>\n以上。",
        POEM.replace("\n", "<br>"),
        POEM.replace("\n", "<br/>\n"),
        f"```\n{POEM}\n```\n用程序核对：\n```python\nprint(len('春眠不觉晓'))\n```",
        f"```诗\n{POEM}\n```",
    ],
)
def test_wrapping_does_not_count(text: str) -> None:
    finding = judge(text, *FORM)
    assert finding.verdict == "right", finding.reason.zh


@pytest.mark.parametrize(
    "text",
    [
        POEM + "\n又是一年春",
        POEM.replace("花落知多少", "花落知多"),
        f"{POEM}\n希望是明灯",
        f"{POEM}\n\n最终作品：\n春眠不觉晓\n处处闻啼鸟",
        f"{POEM}\n<answer>春眠不觉晓</answer>",
        f"{POEM}\n核对一下窗",
        POEM.replace("\n", "<br>", 1).replace("\n", ""),
        "《春晓》",
        "我写不出来。",
        "",
    ],
)
def test_what_belongs_to_the_text_counts(text: str) -> None:
    assert judge(text, *FORM).verdict == "wrong"


def test_a_stanza_that_begins_like_a_remark_is_read_both_ways() -> None:
    text = "山高水长\n\n希望如光"
    assert judge(text, {"kind": "lines", "exact": 2}).verdict == "right"
    assert judge(text, {"kind": "lines", "exact": 1}).verdict == "right"


def test_a_verse_that_could_be_a_title_is_a_verse() -> None:
    assert judge("山高水长\n最后的诗\n写在风里", {"kind": "lines", "exact": 3}).verdict == "right"


def test_a_sure_remark_is_never_counted() -> None:
    assert judge("山高水长\n\n注：四字", {"kind": "lines", "exact": 2}).verdict == "wrong"


def test_readings_come_the_most_stripped_first() -> None:
    first, *others = readings("《春》\n“山高水长”")
    assert first == ("山高水长",)
    assert ("《春》", "“山高水长”") in others


RULES = [
    ("春天来了，很好。", {"kind": "length", "exact": 6}, "春天来了，好。"),
    ("春天ABC", {"kind": "length", "min": 2, "max": 2, "of": "han"}, "春ABC"),
    ("one two 三四", {"kind": "length", "exact": 4, "of": "words"}, "one two 三"),
    ("don't stop", {"kind": "length", "exact": 2, "of": "words"}, "do not stop"),
    ("一行\n二行", {"kind": "lines", "min": 2}, "一行"),
    ("白日依\n山\n海", {"kind": "line_length", "each": [3, 1, 1], "of": "han"}, "白日\n山\n海"),
    ("春来。花开！", {"kind": "sentences", "exact": 2}, "春来。花开！走吧"),
    ("他说：“走！”我走了。", {"kind": "sentences", "exact": 2}, "他说走，我走了。"),
    ("It rains. We stay.", {"kind": "sentences", "exact": 2}, "It rains, we stay."),
    ("我来了", {"kind": "forbid", "texts": ["的", "是"]}, "我是人"),
    ("other", {"kind": "forbid", "texts": ["the"]}, "The end"),
    ("rock", {"kind": "forbid", "texts": ["e"]}, "stone"),
    ("頭髮", {"kind": "require", "texts": ["头发"]}, "头皮"),
    ("好好", {"kind": "require", "texts": ["好"], "times": 2}, "好好好"),
    ("好好好", {"kind": "require", "texts": ["好"], "min_times": 2}, "好"),
    ("“春风\n暖阳", {"kind": "acrostic", "text": "春暖"}, "春风\n冷雨"),
    ("清风，\n明月。", {"kind": "acrostic", "text": "风月", "position": "last"}, "清风\n明日"),
    ("Roses\nOften", {"kind": "acrostic", "text": "RO"}, "Roses\nSome"),
    ("花\n家。\n瓜", {"kind": "rhyme", "lines": [1, 2, 3]}, "花\n鱼\n瓜"),
    ("春风吹\n又回", {"kind": "rhyme"}, "春风吹\n又来"),
    ("“春天来了”", {"kind": "starts", "text": "春天"}, "秋天来了"),
    ("到此为止。", {"kind": "ends", "text": "为止"}, "到此为止了"),
    ("春夏秋冬", {"kind": "no_repeat"}, "春夏春冬"),
    ("春，夏。", {"kind": "only", "of": "han"}, "春 summer"),
    ("Hi, there!", {"kind": "only", "of": "ascii"}, "Hi 你"),
    ("12, 34", {"kind": "only", "of": "digits"}, "12a"),
    ("先春后秋", {"kind": "order", "texts": ["春", "秋"]}, "先秋后春"),
    ("第1天", {"kind": "pattern", "regex": "^第[0-9]天$"}, "第一天"),
    ("日月四", {"kind": "tone", "tone": 4}, "日月星"),
    ("了得", {"kind": "tone", "tone": 5}, "山"),
    ("春 夏", {"kind": "punctuation", "forbid": True}, "春，夏"),
    ("春，夏", {"kind": "punctuation", "forbid": False}, "春 夏"),
]


@pytest.mark.parametrize(("kept", "rule", "broken"), RULES)
def test_each_rule_is_kept_or_broken(kept: str, rule: dict[str, Any], broken: str) -> None:
    assert judge(kept, rule).verdict == "right"
    finding = judge(broken, rule)
    assert (finding.verdict, finding.score) == ("wrong", 0.0)
    assert finding.reason.zh
    assert finding.reason.en


def test_the_reason_is_the_first_rule_broken_and_the_score_the_share_kept() -> None:
    finding = judge("春天", {"kind": "length", "exact": 2}, {"kind": "length", "min": 5})
    assert finding.score == 0.5
    assert (
        finding.reason.zh == "正文应有至少 5 个字（不计标点和空白），实际 2。（1/2 项检查通过。）"
    )


@pytest.mark.parametrize(
    ("one", "other", "alike"),
    [("花", "家", True), ("风", "红", True), ("新", "春", True), ("天", "圆", True),
     ("鱼", "二", True), ("绿", "鱼", True), ("雪", "灭", True), ("歌", "多", True),
     ("好", "少", True), ("来", "回", False), ("山", "心", False), ("路", "鱼", False),
     ("了", "鸟", True), ("了", "歌", True)],
)  # fmt: skip
def test_rhymes_are_those_of_the_thirteen_classes(one: str, other: str, alike: bool) -> None:
    assert bool(rhymes(one) & rhymes(other)) is alike


def test_every_reading_has_its_tone() -> None:
    assert tones("好") == {3, 4}
    assert tones("a") == frozenset()


@pytest.mark.parametrize(
    ("text", "of", "count"),
    [("你好，world 12！", "chars", 9), ("你好，world 12！", "han", 2),
     ("你好，world 12！", "words", 4), ("𠮷〇", "han", 2), ("é", "chars", 1),
     ("……——“”", "chars", 0)],
)  # fmt: skip
def test_counting(text: str, of: str, count: int) -> None:
    assert amount(text, of) == count


def test_a_pattern_that_runs_away_is_unsure_and_tried_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("mingan.grading.rules.pattern.SECONDS", 0.3)
    started = time.perf_counter()
    bad = {"kind": "pattern", "regex": "(a+)+b"}
    text = "好的：\n\n标题\n\n" + "a" * 60
    assert judge(text, bad).verdict == "unsure"
    assert judge(text, bad, {"kind": "length", "exact": 1}).verdict == "wrong"
    assert time.perf_counter() - started < 5


@pytest.mark.parametrize(
    "text",
    ["a" * 10**6, "好" * 10**6, "（" * 10**6, "\n" * 10**6, "，" + " " * 10**6 + "x",
     "```\n" * 250_000, "**" * 500_000, "- " * 500_000, "：\n" * 500_000, "好的：\n\n" * 250_000,
     "春，" * 500_000, "“" * 10**6, "<think>" * 100_000, "\0\ud800", "# " * 500_000],
)  # fmt: skip
def test_a_megabyte_is_read_in_bounded_time(text: str) -> None:
    started = time.perf_counter()
    assert judge(text, *FORM).verdict == "wrong"
    assert time.perf_counter() - started < 5


@settings(deadline=None)
@given(st.text(alphabet="春天好的：，。（）《》“”\n #*->`1.ab\x00\ud800", max_size=80))
def test_no_text_raises(text: str) -> None:
    rules = [*FORM, *(rule for _, rule, _ in RULES if rule["kind"] != "pattern")]
    assert judge(text, *rules).verdict in ("right", "wrong")


@pytest.mark.parametrize(
    ("rule", "word"),
    [
        ("x", "kind"),
        ({"kind": "rhymes"}, "rhymes"),
        ({"kind": "length"}, "exact, min, max"),
        ({"kind": "length", "exact": "5"}, "整数"),
        ({"kind": "length", "exact": 5, "of": "letters"}, "chars"),
        ({"kind": "line_length", "each": []}, "各行字数"),
        ({"kind": "forbid", "texts": "的"}, "列表"),
        ({"kind": "acrostic"}, "缺少 text"),
        ({"kind": "rhyme", "lines": [0]}, "从 1 数起"),
        ({"kind": "tone", "tone": 6}, "轻声"),
        ({"kind": "pattern", "regex": "("}, "正则表达式"),
        ({"kind": "punctuation", "forbid": "yes"}, "true"),
        ({"kind": "no_repeat", "of": "han"}, "不认识 of"),
    ],
)
def test_slips_of_the_author_are_named(rule: Any, word: str) -> None:
    question = asked(rule)
    (fault,) = WritingGrader().faults(question)
    assert word in fault.zh
    assert WritingGrader().grade(question, POEM).verdict == "ungraded"


def test_a_reference_that_breaks_its_own_rules_is_a_fault() -> None:
    assert WritingGrader().faults(asked(*FORM, answer=POEM)) == []
    (fault,) = WritingGrader().faults(asked(*FORM, answer=POEM[:-1]))
    assert "参考答案自己没有通过检查" in fault.zh
