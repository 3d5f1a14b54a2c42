from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mingan.bank.fairness import log_sizes, match, read
from mingan.normal import fold
from mingan.records import Question


def sums(of: range, *, size: int = 1, words: str = "") -> list[Question]:
    return [
        Question(id=f"q{i}", prompt=f"{words}{i * size} 加 {(i + 3) * size} 等于几？") for i in of
    ]


@pytest.mark.parametrize(
    ("text", "sizes"),
    [
        ("3 加 15 等于几？", [3, 15]),
        ("三百二十个苹果，两万元", [320, 20_000]),
        ("二〇二四年，一亿三千万人", [2024, 130_000_000]),
        ("1,234.5 元，３ 万，2.5亿", [1234.5, 30_000, 250_000_000]),
        ("三点一四，十七，三千万亿", [3.14, 17, 3e15]),
        ("没有数的话", []),
        ("9" * 400, [1e300]),
        ("九亿" * 40, []),
        ("想一想，万一错了，千万别急，一样", []),
        ("一百二十一，一万，十", [121, 10_000, 10]),
    ],
)
def test_the_sizes_of_all_numbers_are_read(text: str, sizes: list[float]) -> None:
    wanted = [math.log10(1 + size) for size in sizes]
    assert log_sizes(fold(text)) == pytest.approx(wanted)


def test_twins_of_the_same_make_are_alike() -> None:
    found = match(sums(range(10, 60)), sums(range(11, 61)))
    assert found.alike
    assert (found.public_questions, found.twin_questions) == (50, 50)
    assert (found.public_numbers, found.twin_numbers) == (100, 100)
    assert set(found.alone) == {"q10", "q60"}


def test_larger_numbers_are_noticed() -> None:
    found = match(sums(range(10, 40)), sums(range(10, 40), size=30))
    assert found.numbers_p < 0.001
    assert not found.alike
    assert len(found.numbers_apart) == 5
    first = found.numbers_apart[0]
    assert first.twin > first.public


def test_longer_prompts_are_noticed_and_the_worst_named() -> None:
    public = sums(range(10, 40))
    twins = sums(range(10, 40), words="请你仔细想一想再告诉我：")
    twins[7] = Question(id="q17", prompt="啊" * 500 + "17 加 20 等于几？")
    found = match(public, twins)
    assert found.numbers_p > 0.9
    assert found.lengths_p < 0.001
    assert found.lengths_apart[0].id == "q17"


def test_pairs_that_are_alike_are_not_listed() -> None:
    found = match(sums(range(10, 20)), sums(range(10, 20)))
    assert found.numbers_apart == found.lengths_apart == found.alone == ()
    assert found.numbers_p == found.lengths_p == pytest.approx(1.0)


def test_nothing_at_all_is_no_fault() -> None:
    assert match([], []).alike
    assert match([], sums(range(3))).numbers_p == 1.0


def test_everything_that_a_model_reads_counts() -> None:
    question = Question(
        id="q", prompt="甲", choices=("乙1", "丙"), turns=("丁",), kind="variants",
        params={"variants": [{"prompt": "戊2", "answer": "己"}, "bad"]},
    )  # fmt: skip
    text = read(question)
    assert all(part in text for part in ("甲", "乙1", "丙", "丁", "戊2"))
    assert "己" not in text


@given(st.text())
def test_any_prompt_can_be_read(text: str) -> None:
    assert all(0 <= size <= 301 for size in log_sizes(fold(text)))


@given(st.text("零〇一二三四五六七八九两十百千万亿点0123456789,."))
def test_any_numeral_can_be_read(text: str) -> None:
    assert all(0 <= size <= 301 for size in log_sizes(text))
