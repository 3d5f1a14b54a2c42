"""What is said about a run before it begins: never a bare number, never a promise."""

from __future__ import annotations

import msgspec

from mingan.asking import Plan
from mingan.asking.estimate import Estimate, Range, estimate, resolution
from mingan.records import ModelCard, Question
from mingan.reports import estimate_sentences as say

QUESTIONS = [Question(id=f"q{i}", prompt="题", answer="2") for i in range(20)]


def of(*cards: ModelCard, there: int = 0) -> Estimate:
    plan = Plan(questions=QUESTIONS, cards=cards)
    return estimate(
        plan, there=[i.key for i in plan.items()[:there]], earlier={}, bears={},
        turns=lambda q: 1, scored=20, variances=(),
    )  # fmt: skip


PRICED = ModelCard(name="甲", kind="openai", base_url="http://a", price_in=1.0, price_out=2.0)
UNPRICED = ModelCard(name="乙", kind="openai", base_url="http://b")
FREE = ModelCard(name="丙", kind="scripted", price_in=0.0, price_out=0.0)


def test_a_guess_is_called_a_guess() -> None:
    found = of(PRICED)
    assert "20 个回答" in say.effort(found).zh
    assert "大约花" in say.cost(found).zh
    assert "CNY" in say.cost(found).en
    assert "猜" in say.cost_basis(found).zh
    assert "a guess" in say.cost_basis(found).en
    assert "还不知道" in say.time(found).zh


def test_a_price_that_nobody_wrote_down_is_not_nothing() -> None:
    assert "没有写明价格" in say.cost(of(PRICED, UNPRICED)).zh
    assert "算不出来" in say.cost(of(UNPRICED, FREE)).zh
    assert say.cost(of(FREE)).en == "Costs nothing."


def test_what_is_there_already_is_said() -> None:
    assert "已经有了" in say.effort(of(FREE, there=5)).zh
    assert "不用再问" in say.effort(of(FREE, there=20)).zh
    assert say.time(of(FREE, there=20)).en == "Done at once."


def test_the_smallest_difference_in_words() -> None:
    few = resolution(5, ())
    assert "分不出高下" in say.smallest(few).zh
    assert say.smallest_basis(few).zh == ""
    usual = resolution(24, ())
    assert "29 到 40 分" in say.smallest(usual).zh
    assert "假定" in say.smallest_basis(usual).zh
    assert "400" in say.smallest_basis(usual).en
    seen = resolution(2000, [0.2] * 3)
    assert "3 对模型" in say.smallest_basis(seen).zh
    assert "10 points takes" not in say.smallest_basis(seen).en
    assert "person" in say.smallest(resolution(0, ())).en


def test_time_is_said_in_the_unit_of_people() -> None:
    assert say.span(Range(2, 30)).zh == "2–30 秒"
    assert say.span(Range(60, 600)).en == "1–10 min"
    assert say.span(Range(3600, 7200)).zh == "1–2 小时"
    assert say.amount(Range(0.5, 0.5), "CNY") == "0.5 CNY"
    assert msgspec.json.encode(say.span(Range(0, 0)).en) == b'"1 s"'
