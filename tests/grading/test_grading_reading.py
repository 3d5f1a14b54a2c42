"""Reading: width and script, thinking blocks, numerals, options, refusals, labels."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mingan.grading.forms import labels_offered
from mingan.grading.numerals import evaluate, numbers, same
from mingan.grading.options import lettered, numbered
from mingan.grading.polarity import NO, YES, of_reference
from mingan.grading.refusals import is_refusal, says_senseless, says_undecidable
from mingan.normal import cap, fold, key, prepare, sentences, unrepeated, without_thinking
from mingan.numerals import chinese


@pytest.mark.parametrize(
    ("written", "value"),
    [("三百二十", 320), ("两万三", 23000), ("一亿二千万", 120_000_000), ("廿一", 21), ("十二", 12),
     ("一九五五", 1955), ("二点五", Fraction(5, 2)), ("一百零五", 105)],
)  # fmt: skip
def test_chinese_numerals(written: str, value: Fraction) -> None:
    assert chinese(written) == value


@pytest.mark.parametrize("word", ["人", "三x", "点", ""])
def test_what_is_no_chinese_numeral(word: str) -> None:
    assert chinese(word) is None


@pytest.mark.parametrize(
    ("text", "value"),
    [("1,234.5 元", Fraction(2469, 2)), ("2.5×10^5", 250000), ("三分之一", Fraction(1, 3)),
     ("\\frac{3}{4}", Fraction(3, 4)), ("75%", Fraction(3, 4)), ("1.2亿", 120_000_000),
     ("负五", -5), ("2小时40分钟", 160), ("=-32", -32)],
)  # fmt: skip
def test_numbers_in_text(text: str, value: Fraction) -> None:
    assert value in [n.value for n in numbers(fold(text))]


def test_operands_ordinals_and_results_are_told_apart() -> None:
    found = {n.text: n for n in numbers("60+180 = 240 次，第3个月，速度 7.22 m/s/s")}
    assert found["60"].operand
    assert found["180"].operand
    assert not found["240"].operand
    assert found["3"].ordinal
    assert not found["7.22"].operand


def test_commas_of_a_chinese_list_make_no_thousands() -> None:
    assert [n.value for n in numbers(fold("100，200"))] == [100, 200]


@pytest.mark.parametrize(
    ("wanted", "given_", "equal"),
    [("2/7", "28.6%", True), ("2/7", "0.3", False), ("7.22", "7.2", True), ("7.22", "7", False),
     ("80", "79.6", False), ("0.6", "60%", True), ("24", "24.0", True)],
)  # fmt: skip
def test_equality_of_numbers(wanted: str, given_: str, equal: bool) -> None:
    assert same(numbers(wanted)[-1], numbers(given_)[-1]) is equal


def test_calculations() -> None:
    assert evaluate("(40*70)/(20*60)") == Fraction(7, 3)
    assert evaluate("1/0") is None
    assert evaluate("__import__('os')") is None


@given(st.integers(min_value=0, max_value=10**12))
def test_western_numbers_are_read_exactly(value: int) -> None:
    assert numbers(f"{value:,}")[-1].value == value


def test_folding() -> None:
    assert fold("ＡＢＣ１２３") == "ABC123"
    assert fold("這個總統說對了") == "这个总统说对了"
    assert fold("x²") == "x^2"
    assert key("《蝙蝠侠：黑暗骑士》") == "蝙蝠侠黑暗骑士"


def test_thinking_is_set_aside() -> None:
    assert without_thinking("<think>C</think>B").strip() == "B"
    assert without_thinking("C</think>B") == "B"
    assert without_thinking("B<think>C") == "B"
    assert without_thinking("a < b") == "a < b"


def test_capping_keeps_both_ends() -> None:
    long = cap("开头" + "x" * 100_000 + "结尾")
    assert long.startswith("开头")
    assert long.endswith("结尾")
    assert len(long) < 20_000
    assert unrepeated("哈" * 500) == "哈" * 40
    assert len(prepare("x" * 10_000_000)) < 20_000


def test_sentences_keep_decimals_together() -> None:
    assert sentences("是 3.14。对吗？yes. no") == ["是 3.14", "对吗", "yes", "no"]


def test_options_of_a_prompt() -> None:
    assert [o.text for o in lettered("问(A)红豆 (B)牛排 (C)玉米")] == ["红豆", "牛排", "玉米"]
    assert [o.name for o in numbered("哪个？\n选项1：开始下雨。\n选项2：打开雨刷。")] == ["1", "2"]
    assert lettered("没有选项") == ()
    assert numbered("他有 3 个苹果") == ()


def test_labels_of_a_prompt() -> None:
    assert labels_offered("“蕴涵”或“非蕴涵”", "蕴涵") == ["蕴涵", "非蕴涵"]
    assert labels_offered("存在因果关系、相关关系或中性关系。", "中性") == [
        "因果关系", "相关关系", "中性关系",
    ]  # fmt: skip
    assert labels_offered("今天天气好", "晴") == []


@pytest.mark.parametrize(
    "text",
    [
        "抱歉，我无法回答这个问题。",
        "拒绝回答",
        "作为AI语言模型，我不能提供。",
        "I'm sorry, I cannot help with that.",
    ],
)
def test_refusals(text: str) -> None:
    assert is_refusal(fold(text))


@pytest.mark.parametrize(
    "text", ["很遗憾，他输了比赛，最后得分是 3 比 2。", "答案是 B。", "无法忘记的答案是 5。"]
)
def test_what_is_no_refusal(text: str) -> None:
    assert not is_refusal(fold(text))


def test_nonsense_and_undecidable() -> None:
    assert says_senseless("香蕉不是一个数字")
    assert not says_senseless("香蕉的平方根是 3")
    assert says_undecidable("根据题意无法判断")
    assert not says_undecidable("答案是左边的人")


@pytest.mark.parametrize(
    ("reference", "sign"),
    [("是", YES), ("否", NO), ("True", YES), ("逻辑不成立", NO), ("存在时代错误", YES),
     ("不收敛", NO), ("假", NO), ("有效", YES), ("月球登陆不是假的", YES), ("诺兰", None),
     ("小明会去篮子里找小球", None)],
)  # fmt: skip
def test_polarity_of_references(reference: str, sign: int | None) -> None:
    assert of_reference(reference) == sign
