"""What a run will take, before it begins: ranges that hold, and honest gaps."""

from __future__ import annotations

import random
from collections.abc import Sequence

import pytest

from mingan.asking import Plan
from mingan.asking.estimate import MOST_FORETOLD, Range, check_size, estimate, resolution
from mingan.errors import UsageError
from mingan.records import Answer, Generation, ModelCard, Question, Usage

QUESTIONS = [Question(id=f"q{i}", prompt="十个字的题目在这里啊", answer="2") for i in range(40)]
PAID = ModelCard(
    name="付费", kind="openai", base_url="http://a/v1", model="m", price_in=1.0, price_out=2.0,
    generation=Generation(max_tokens=100),
)  # fmt: skip


def answer(
    tokens: int, *, question: int = 0, seconds: float | None = 2.0, **more: object
) -> Answer:
    return Answer(
        question=f"q{question}", asked="", model="付费", model_hash=PAID.hash,
        usage=Usage(tokens_in=10, tokens_out=tokens), cost=(10 + 2 * tokens) / 1e6,
        total_s=seconds, **more,  # type: ignore[arg-type]
    )  # fmt: skip


def foretold(
    seen: Sequence[Answer] = (), *, cards: Sequence[ModelCard] = (PAID,), there: int = 0,
    repeats: int = 1, bears: int | None = None, variances: Sequence[float] = (), scored: int = 40,
):  # fmt: skip
    plan = Plan(questions=QUESTIONS, cards=cards, repeats=repeats)
    return estimate(
        plan,
        there=[item.key for item in plan.items()[:there]],
        earlier={PAID.hash: [(QUESTIONS[0], a) for a in seen]},
        bears={card.hash: bears for card in cards},
        turns=lambda question: 1 + len(question.turns),
        scored=scored,
        variances=variances,
    )


def test_without_earlier_answers_it_guesses_as_a_budget_does_and_says_so() -> None:
    found = foretold()
    (model,) = found.models
    assert (model.basis, model.seen, model.answers, model.left) == ("guess", 0, 40, 40)
    assert model.tokens == Range(40 * (10 + 16), 40 * (10 + 100))
    assert model.money is not None
    assert model.money.high == pytest.approx(40 * (10 + 200) / 1e6)
    assert model.seconds is None
    assert found.seconds is None
    assert found.untimed == ("付费",)


def test_earlier_answers_give_a_range_that_holds_the_truth() -> None:
    drawn = random.Random(3)
    inside = 0
    for _ in range(200):
        seen = [answer(drawn.randint(20, 180)) for _ in range(30)]
        truth = sum(10 + drawn.randint(20, 180) for _ in range(40))
        tokens = foretold(seen).models[0].tokens
        inside += tokens.low <= truth <= tokens.high
    assert 180 <= inside <= 200


def test_one_earlier_answer_gives_a_wide_range() -> None:
    found = foretold([answer(90, seconds=3.0)], bears=1)
    assert found.models[0].tokens == Range(2000, 8000)
    assert found.seconds == Range(60, 240)


def test_several_at_once_take_less_time_but_never_less_than_one_answer() -> None:
    seen = [answer(50, seconds=2.0)] * 10
    one = foretold(seen, bears=1).seconds
    many = foretold(seen).seconds
    assert one is not None
    assert many is not None
    assert one == Range(pytest.approx(80), pytest.approx(80))
    assert (many.low, many.high) == (pytest.approx(2), pytest.approx(10))


def test_what_is_there_is_not_counted_again() -> None:
    found = foretold([answer(50)] * 10, there=30)
    assert (found.left, found.answers) == (10, 40)
    assert found.models[0].tokens.high == pytest.approx(10 * 60)
    done = foretold(there=40)
    assert (done.left, done.models[0].tokens, done.seconds) == (0, Range(0, 0), Range(0, 0))


def test_money_is_summed_by_currency_and_the_unpriced_are_named() -> None:
    dollars = ModelCard(
        name="美元", kind="openai", base_url="http://b/v1", model="m", price_in=1.0, price_out=1.0,
        currency="USD",
    )  # fmt: skip
    unknown = ModelCard(name="无价", kind="openai", base_url="http://c/v1", model="m")
    free = ModelCard(name="本机", kind="scripted", price_in=0.0, price_out=0.0, currency="EUR")
    found = foretold(cards=[PAID, dollars, unknown, free])
    assert set(found.money) == {"CNY", "USD"}
    assert found.unpriced == ("无价",)
    assert foretold(cards=[free]).money == {"EUR": Range(0, 0)}


def test_the_smallest_difference_is_a_range_with_its_basis() -> None:
    assumed = resolution(100, ())
    assert assumed.pairs == 0
    assert (assumed.low, assumed.high) == (
        pytest.approx(0.1401, abs=1e-3),
        pytest.approx(0.198, abs=1e-3),
    )
    seen = resolution(100, [0.3] * 5)
    assert (seen.pairs, seen.low) == (5, seen.high)
    assert resolution(100, (), together=3).low > assumed.low
    assert resolution(0, ()).high == 1.0
    assert foretold(variances=[0.1, 0.4]).resolution.pairs == 2


def test_a_plan_of_too_many_answers_is_refused_before_it_is_written_out() -> None:
    fits = Plan(questions=QUESTIONS, cards=[PAID], repeats=MOST_FORETOLD // len(QUESTIONS))
    check_size(fits)
    huge = Plan(questions=QUESTIONS, cards=[PAID], repeats=10**15)
    with pytest.raises(UsageError, match="太多了"):
        estimate(
            huge, there=(), earlier={}, bears={}, turns=lambda _: 1, scored=40, variances=()
        )  # fmt: skip
