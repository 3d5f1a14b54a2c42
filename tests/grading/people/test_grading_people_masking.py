"""Names that give a model away are hidden; words that only look like names stay."""

from __future__ import annotations

import pytest

from mingan.grading.people.masking import LIMIT, PLACEHOLDER, mask, mask_ends

X = PLACEHOLDER


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("我是文心一言，百度开发的大语言模型。", f"我是{X}，{X}开发的大语言模型。"),
        ("As GPT-4, I cannot see.", f"As {X}, I cannot see."),
        ("我是由OpenAI训练的 ChatGPT。", f"我是由{X}训练的 {X}。"),
        ("I am Claude, made by Anthropic.", f"I am {X}, made by {X}."),
        ("I'm Gemini 1.5 Pro from Google!", f"I'm {X} from {X}!"),
        ("As Tongyi, I am a model.", f"As {X}, I am a model."),
        ("我叫小智，是科大讯飞推出的认知大模型", f"我叫小智，是{X}推出的认知大模型"),
        ("Llama-2-7b-chat says no.", f"{X} says no."),
        ("Qwen2.5-Coder-0.5B-Instruct:", f"{X}:"),
        ("我是通\n义千问，很高兴认识你。", f"我是{X}，很高兴认识你。"),
        ("**Claude**: hi", f"**{X}**: hi"),
        ("Kimi：你好！", f"{X}：你好！"),
        ("祝你顺利。\n\n—— 豆包", f"祝你顺利。\n\n—— {X}"),
        ("Regards,\n-- Gemini.", f"Regards,\n-- {X}."),
        ("作为一款由阿里云开发的模型，通义千问不能……", f"作为一款由{X}开发的模型，{X}不能……"),
    ],
)  # fmt: skip
def test_whoever_names_itself_is_hidden(text: str, masked: str) -> None:
    assert mask(text).text == masked


@pytest.mark.parametrize(
    "text",
    [
        "Ｇ Ｐ Ｔ－４",
        "G\u200bP\u200bT-4",
        "gpt 4",
        "ＧＰＴ４",
        "G.P.T",
        "ChаtGPT",
        "ChatGРТ",
        "Ϲhatɡpt",
        "Chat**GPT",
        "通\n义千问",
        "Wénxīn Yīyán",
        "Claude** 3.5",
    ],
)
def test_however_it_is_spelled(text: str) -> None:
    assert mask(f"{text} 说好").text == f"{X} 说好"


@pytest.mark.parametrize(
    "text",
    [
        "谷歌和百度都是搜索引擎，360 度无死角。",
        "Claude Monet painted it; a llama eats, moss grows, step 1, seed 3.",
        "大家商量一下。盘古开天，悟空取经，书生赶考，吃豆包。",
        "This is encryption; the minimax algorithm; a generalized linear model (GLM).",
        "Leonardo da Vinci was born in 1452. 从第一个字节开始读。",
        "The iPhone was developed by Apple.",
        "- 谷歌\n- 百度",
        "Llama",
        "羊驼：Llama；双子座：Gemini",
        "phi**3 + F = G*P*T, 波澜\n舟行",
        "见 phi\n3. 再看 llama\n2. 完",
        "Это просто текст: αβγ, café.",
    ],
)
def test_words_that_are_no_names_stay(text: str) -> None:
    assert mask(text) == (text, 0)


def test_what_the_question_names_tells_nothing_but_oneself_does() -> None:
    asked = "ChatGPT 和 OpenAI 是什么关系？"
    assert mask("ChatGPT 是 OpenAI 的产品。", asked=asked).hidden == 0
    assert mask("我是 ChatGPT。", asked=asked).text == f"我是 {X}。"


def test_asked_who_it_is_an_answer_speaks_of_itself() -> None:
    assert mask("Kimi", asked="你是谁？").text == X
    assert mask("「豆包」，字节跳动。", asked="你叫什么名字？").text == f"「{X}」，{X}。"
    assert mask("Llama, by Meta", asked="Who are you?").text == f"{X}, by {X}"
    assert mask("Kimi", asked="你是 Kimi 吗？你是谁？").hidden == 0


def test_the_models_of_this_comparison_are_hidden_under_their_own_names() -> None:
    names = ["智谱（新）", "smollm2-135m", "毛毛熊", "商量", "x"]
    said = mask("smollm2-135m 和智谱（新）都叫毛毛熊 x，商量好了", names=names)
    assert said.text == f"{X} 和{X}都叫{X} x，商量好了"
    assert said.hidden == 3


def test_a_name_is_hidden_in_a_drawing_too() -> None:
    assert mask('<svg><text x="1">GPT-4</text></svg>').text == f'<svg><text x="1">{X}</text></svg>'


def test_long_and_hostile_text_takes_no_time() -> None:
    assert len(mask("字" * (LIMIT + 99)).text) == LIMIT
    for text in ("G - - " * 10_000, "as a " * 12_000, "I am " + "a" * 59_000, "model " * 10_000):
        assert mask(text).hidden == 0


def test_of_a_long_text_both_ends_are_left_and_no_half_name_at_the_cut() -> None:
    text = "我是 ChatGPT。" + "通义千问" * 5_000 + "完，Qwen 上。"
    ends = mask_ends(text, 1_000)
    assert ends.start.startswith(f"我是 {X}。")
    assert ends.end.endswith(f"完，{X} 上。")
    assert ends.left == len(text) - 1_000
    assert not set("通义千问") & set(ends.start + ends.end)
    assert mask_ends(text[:1_100], 1_000).left == 0
    assert mask_ends("我是 ChatGPT。", 100) == (f"我是 {X}。", 0, "", 1)
