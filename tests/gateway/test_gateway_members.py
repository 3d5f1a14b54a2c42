"""Members that answer by rule: what they are sure of, exactly; and nothing else."""

from __future__ import annotations

import time
from datetime import date, timedelta
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mingan.gateway.members import BUILT_IN
from mingan.gateway.members.calculator import told as sum_told
from mingan.gateway.members.dates import told as date_told
from mingan.gateway.members.figures import exactly, number, roughly
from mingan.gateway.members.lookup import Lookup, key
from mingan.gateway.members.unit_table import UNITS, convert
from mingan.gateway.members.units import told as unit_told
from mingan.gateway.policy import Ask, Member
from mingan.models.protocol import Message


def _ask(text: str, *before: Message, tokens_out: int | None = None) -> Ask:
    return Ask(messages=(*before, {"role": "user", "content": text}), tokens_out=tokens_out)


def _anyone(ask: Ask) -> list[str]:
    said = [make().answer(ask) for make in BUILT_IN.values()]
    return [each for each in said if each is not None]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("37 x 41 = ?", "1517"),
        ("请计算 (3+4)*5", "35"),
        ("What is 12% of 250?", "30"),
        ("250的12%是多少？", "30"),
        ("1/3+1/6 等于多少", "1/2 = 0.5"),
        ("１２＋３＝？", "15"),
        ("0.1 + 0.2", "0.3"),
        ("3万+2万=？", "50000"),
        ("1,234 + 1 =", "1235"),
        ("2**10", "1024"),
        ("2^-2 = ?", "0.25"),
        ("3² + 1 = ?", "10"),
        ("-3*(-4)=?", "12"),
        ("10/3 = ?", "10/3 ≈ 3.333333"),
        ("37 乘以 41 等于多少？", "1517"),
        ("What is 37 times 41?", "1517"),
        ("What's 10 - 3?", "7"),
        ("求(3+4)÷5的值", "1.4"),
        ("calculate 7 × 8, please", "56"),
        ("12÷4×3=( )", "9"),
        ("What is the value of (2+3)^2?", "25"),
        ("请问 37*41 等于多少呢？", "1517"),
    ],
)
def test_sums(text: str, said: str) -> None:
    assert _anyone(_ask(text)) == [said]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("5 miles in km", "8.04672 km"),
        ("100 华氏度是多少摄氏度", "约 37.77778 摄氏度"),
        ("3斤是多少克", "1500 克"),
        ("两斤是多少克？", "1000 克"),
        ("半斤等于几两", "5 两"),
        ("1亩有多少平方米", "约 666.6667 平方米"),
        ("三尺是多少寸", "30 寸"),
        ("1里等于多少米", "500 米"),
        ("how many feet are in a mile?", "5280 feet"),
        ("5 in in cm", "12.7 cm"),
        ("98.6°F to °C", "37 °C"),
        ("36公里/小时是多少米/秒", "10 米/秒"),
        ("把5公里换算成米", "5000 米"),
        ("5 m² in cm²", "50000 cm²"),
        ("2.5 GiB in MiB", "2560 MiB"),
        ("8 Mb in MB", "1 MB"),
        ("一天有多少小时", "24 小时"),
        ("Convert 2 US gallons to liters", "≈ 7.570824 liters"),
    ],
)
def test_units(text: str, said: str) -> None:
    assert _anyone(_ask(text)) == [said]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("days between 2024-02-28 and 2024-03-01", "2 days"),
        ("How many days are there between February 28, 2024 and 1 March 2024?", "2 days"),
        ("2024年2月28日到3月1日有多少天", "2 天（不算开始的那天）"),
        ("2024-03-01和2024-02-28相差几天", "2 天"),
        ("100 days after 2026-01-01", "2026-04-11"),
        ("what date is 3 weeks before 1 May 2025", "2025-04-10"),
        ("2026年1月1日100天后是几号", "2026年4月11日"),
        ("2026年1月1日再过100天是哪天", "2026年4月11日"),
        ("2026年1月1日往前推2周是哪一天", "2025年12月18日"),
        ("2026-11-27 是星期几", "星期五"),
        ("2026年11月27日是周几？", "周五"),
        ("What day of the week was July 4, 1776?", "Thursday"),
    ],
)
def test_dates(text: str, said: str) -> None:
    assert _anyone(_ask(text)) == [said]


@pytest.mark.parametrize(
    "text",
    [
        "", "?", "你好", "小明有 3 个苹果，又买了 4 个，一共有几个？", "compute 3+4 and explain",
        "3+4=? 请写出过程", "请把 3+4 的结果写成 JSON", "10/3 保留两位小数", "37 x 41 = 1517?",
        "What is 9/11?", "24/7", "9/11", "1920x1080", "37×41", "2024-11-27", "555-1234",
        "+86-10-12345678", "What is 7-11?", "C++", "5", "5!", "3+5!", "2x+3=?", "2x -3=?",
        "6/2(1+2)=?", "6/2x3=?", "-2^2=?", "2^3^2=?", "2^1/2=?", "200+10%=?", "10 % 3 = ?",
        "1/2÷1/4=?", "3 加 4 乘 5 等于多少", "5/0=?", "0^0=?", "0^-1=?", "2^0.5=?", "1，000+1=?",
        "1.2.3+1=?", "09/11 等于多少", "- 3 + 4\n- 5 + 6", "2¹⁰ + 1", "10²³ + 1", "1½ + 1",
        "3+\u200b4=?", "\u202e3+4=?", "5——3=?", "[7/2]*2=?", "٣+٤", "1e5+1=?", "3$+4$",
        "5 kg in m", "-5 miles in km", "-500 °C in K", "5 gallons in liters", "3 tons in kg",
        "1 GB in MB", "1 mb in kb", "1 year in days", "5 feet 11 inches in cm", "5 M in cm",
        "3 Mm² in mm²", "3斤是多少钱", "25厘米是多少码", "65寸是多少厘米", "1 m in m", "a C in F",
        "How many km in 5 miles, and why?", "3斤苹果是多少克", "3斤是多少", "5–6 miles in km",
        "2023-02-29 是星期几", "2024-13-01 是星期几", "02/03/2024 是星期几", "今天是星期几",
        "100 days after today", "10 days from now", "100 business days after 2026-01-01",
        "9999999 days after 2026-01-01", "3月1日到3月5日有多少天", "1500-01-01 是星期几",
        "2024年12月28日到1月3日有多少天", "农历2024年1月1日是星期几", "1 month after 2026-01-31",
        "how many days from 2024-03-01 to 2024-02-01", "1 day before 0001-01-01",
    ],
)  # fmt: skip
def test_they_abstain_when_unsure(text: str) -> None:
    assert _anyone(_ask(text)) == []


def test_they_abstain_when_more_than_one_thing_is_asked() -> None:
    plain: Message = {"role": "system", "content": "You are a helpful assistant."}
    assert _anyone(_ask("3+4=?", plain)) == ["7"]
    for before in (
        {"role": "system", "content": "Answer in JSON."},
        {"role": "system", "content": "只用中文数字回答"},
        {"role": "user", "content": "I will ask for sums."},
        {"role": "assistant", "content": "Ready."},
    ):
        assert _anyone(_ask("3+4=?", before)) == []  # type: ignore[arg-type]
    both: tuple[Message, ...] = _ask("3+4=?").messages
    assert _anyone(Ask(messages=both, needs=frozenset({"tools"}))) == []
    assert _anyone(Ask(messages=())) == []
    assert _anyone(Ask(messages=(*both, {"role": "assistant", "content": "7"}))) == []


def test_an_answer_that_may_not_be_that_long_is_not_given() -> None:
    assert _anyone(_ask("37 x 41 = ?", tokens_out=4)) == ["1517"]
    assert _anyone(_ask("37 x 41 = ?", tokens_out=3)) == []


@pytest.mark.parametrize(
    "text",
    [
        "9**9**9", "9^(9^9) = ?", "(9^999)^999 = ?", "2^99999999999 = ?", "99999^999 = ?",
        "(" * 10_000 + "1+1" + ")" * 10_000, "(" * 100 + "1+1" + ")" * 100 + "=?", "-" * 299,
        "1+" * 149, "1" * 10**6, " " * 290 + "=", "1 " * 149 + "=?", "(" * 299, "1^-" * 99,
        "1,111" * 59 + "=?", "7" * 290 + " km in cm", "km " * 99, "1/0" * 90 + "=?",
        "9" * 250 + "^16=?", "的" * 300, "2024-" * 59, "\ud800+1=?", "1.0000000001^1000=?",
    ],
)  # fmt: skip
def test_hostile_texts_are_refused_quickly(text: str) -> None:
    start = time.perf_counter()
    assert _anyone(_ask(text)) == []
    assert time.perf_counter() - start < 1


def test_what_is_built_in_is_a_member() -> None:
    for name, make in BUILT_IN.items():
        member = make()
        assert isinstance(member, Member)
        assert member.name == name


def _paired(sign: str, one: tuple[str, Fraction], other: tuple[str, Fraction]) -> (
    tuple[str, Fraction]
):  # fmt: skip
    values = {"+": one[1] + other[1], "-": one[1] - other[1], "*": one[1] * other[1]}
    if sign == "÷" and other[1]:
        return f"({one[0]} ÷ {other[0]})", one[1] / other[1]
    sign = "*" if sign == "÷" else sign
    return f"({one[0]} {sign} {other[0]})", values[sign]


_NUMBERS = st.integers(0, 9999).flatmap(
    lambda n: st.sampled_from(
        [(str(n), Fraction(n)), (f"{n:,}", Fraction(n)), (f"{n}.25", n + Fraction(1, 4))]
    )
)
_SUMS = st.recursive(
    _NUMBERS,
    lambda inner: st.builds(_paired, st.sampled_from("+-*÷"), inner, inner),
    max_leaves=6,
)


@given(_SUMS)
@settings(max_examples=60, deadline=None)
def test_sums_agree_with_fractions(pair: tuple[str, Fraction]) -> None:
    said = sum_told(f"{pair[0]} = ?")
    if "(" not in pair[0]:
        assert said is None
    elif said is not None:
        assert Fraction(said.split(" ")[0]) == pair[1]
    else:
        assert len(f"{pair[1]}") > 30


@given(st.lists(st.tuples(st.sampled_from("+-*"), st.integers(0, 99)), min_size=1, max_size=9))
@settings(max_examples=50, deadline=None)
def test_products_bind_before_sums(parts: list[tuple[str, int]]) -> None:
    terms = [Fraction(1)]
    for sign, value in parts:
        if sign == "*":
            terms[-1] *= value
        else:
            terms.append(Fraction(value if sign == "+" else -value))
    text = "1" + "".join(f"{sign}{value}" for sign, value in parts)
    assert sum_told(f"{text}=?") == str(sum(terms))


_PIECES = st.lists(
    st.sampled_from(
        [*"0123456789+-*/^()%x×÷=?., 年月日到是多少两斤克的万", "km", " in ", "2024-02-"]
    ),
    max_size=25,
).map("".join)


@given(st.text(max_size=60) | _PIECES)
@settings(max_examples=200, deadline=None)
def test_no_text_is_too_odd(text: str) -> None:
    for member in (sum_told, unit_told, date_told):
        said = member(text)
        assert said is None or said.strip()
    assert number(text) is None or number(text) == number(text.strip())
    assert key(key(text)) == key(text)
    assert Lookup({}).answer(_ask(text)) is None


@given(st.fractions(0, 10**6), st.sampled_from(sorted(UNITS)), st.sampled_from(sorted(UNITS)))
@settings(max_examples=60, deadline=None)
def test_units_there_and_back(value: Fraction, one: str, other: str) -> None:
    there = convert(value, UNITS[one], UNITS[other])
    assert (there is None) == (UNITS[one].kind != UNITS[other].kind)
    if there is not None:
        assert convert(there, UNITS[other], UNITS[one]) == value


@given(st.dates(date(1800, 1, 1), date(2200, 1, 1)), st.integers(1, 99999))
@settings(max_examples=60, deadline=None)
def test_days_there_and_back(start: date, days: int) -> None:
    end = start + timedelta(days=days)
    assert date_told(f"{days} days after {start}") == str(end)
    count = "1 day" if days == 1 else f"{days} days"
    assert date_told(f"days between {start} and {end}") == count
    assert date_told(f"What day of the week was {start:%B} {start.day}, {start.year}?") == (
        f"{start:%A}"
    )


@given(st.fractions(-(10**6), 10**6))
@settings(max_examples=50, deadline=None)
def test_a_rounded_number_is_near(value: Fraction) -> None:
    assert abs(Fraction(roughly(value)) - value) <= max(abs(value), Fraction(1)) / 10**6
    exact = exactly(value, 6)
    assert exact is None or Fraction(exact) == value
