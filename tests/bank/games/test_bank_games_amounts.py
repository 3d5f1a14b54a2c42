from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mingan.bank.games.amounts import amount


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("3", 3), ("-3", -3), ("负三", -3), ("3.50 元", Fraction(7, 2)), ("1,234", 1234),
        (r"\frac{3}{4}", Fraction(3, 4)), ("四分之三", Fraction(3, 4)), ("百分之三",
        Fraction(3, 100)),
        ("3 × 10^5", 300_000), ("三百二十", 320), ("3 个（三个）", 3), ("两个数中更大的是7.5",
        Fraction(15, 2)),
    ],
)  # fmt: skip
def test_what_number_an_answer_gives(text: str, value: Fraction) -> None:
    found = amount(text)
    assert found is not None
    assert found.value == value


@pytest.mark.parametrize(
    "text",
    ["", "……", "没有", "3 或 5", "3～5", "3:30", "3!个", "√9", "3π", "3k", "3e5", "2^3", "3.5.1",
     "第 3", "3,5", "3个半", "十几", "x=3，y=4", "三到五个", "一共", "3 000", "9" * 300],
)  # fmt: skip
def test_what_gives_no_number_for_sure(text: str) -> None:
    assert amount(text) is None


@pytest.mark.parametrize(
    ("text", "plain"), [("3 个", True), ("答案是 3 吨/小时", True), ("有 3 位老师这么说", False)]
)
def test_whether_it_stands_alone(text: str, plain: bool) -> None:
    found = amount(text)
    assert found is not None
    assert found.plain is plain


@pytest.mark.parametrize("lead", ["每", "得数", "一共", "更大的", "答案", "="])
def test_a_lead_that_repeats_without_end_takes_no_time(lead: str) -> None:
    found = amount((lead * 190)[:190] + "|1")  # of exponential time if the lead can be cut two ways
    assert found is None or not found.plain


@given(st.text(max_size=60))
def test_any_text_is_an_amount_or_none(text: str) -> None:
    found = amount(text)
    assert found is None or isinstance(found.value, Fraction)


@given(st.integers(-(10**9), 10**9))
def test_every_whole_number_is_read(number: int) -> None:
    found = amount(f"答案：{number} 个".removeprefix("答案："))
    assert found is not None
    assert found.value == number
