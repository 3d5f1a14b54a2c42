from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mingan.asking.plan import Plan, balanced, missing, render, subset
from mingan.bank.games.options import letter
from mingan.errors import UsageError
from mingan.records import Generation, ModelCard, Question

A = ModelCard(name="a", kind="openai", base_url="http://h/v1")
B = ModelCard(name="b", kind="openai", base_url="http://h/v1")


def bank(**tiers: int) -> list[Question]:
    return [Question(id=f"{t}{i}", prompt="?", tier=t) for t, n in tiers.items() for i in range(n)]


def test_two_models_and_two_repeats_never_share_a_key() -> None:
    items = Plan(questions=bank(x=3), cards=[A, B], repeats=2).items()
    assert len({item.key for item in items}) == 3 * 2 * 2


def test_a_warmer_temperature_and_another_day_are_other_answers() -> None:
    warm = ModelCard(name="a", kind="openai", generation=Generation(temperature=1.0))
    cold = ModelCard(name="a", kind="openai", generation=Generation(temperature=0.0))
    keys = {
        Plan(questions=bank(x=1), cards=[card], day=day).items()[0].key
        for card in (warm, cold)
        for day in ("", "2026-01-01")
    }
    assert len(keys) == 4


def test_order_is_question_by_question_and_repeats_come_last() -> None:
    items = Plan(questions=bank(x=4), cards=[A, B], repeats=2).items()
    assert [item.repeat for item in items] == [0] * 8 + [1] * 8
    assert [item.card.name for item in items] == ["a", "b"] * 8
    assert [item.question.id for item in items[:8:2]] == [item.question.id for item in items[1:8:2]]


@given(
    st.dictionaries(st.sampled_from("甲乙丙丁"), st.integers(1, 40), min_size=1), st.integers(0, 99)
)
def test_every_beginning_holds_the_tiers_in_proportion(tiers: dict[str, int], seed: int) -> None:
    order = balanced(bank(**tiers), seed=seed)
    total = sum(tiers.values())
    for n in range(1, total + 1):
        counts = Counter(q.tier for q in order[:n])
        for tier, size in tiers.items():
            assert abs(counts[tier] - n * size / total) <= len(tiers) / 2 + 1e-9


def test_a_new_question_does_not_move_the_others() -> None:
    before = [q.id for q in balanced(bank(x=20))]
    after = [q.id for q in balanced([*bank(x=20), Question(id="new", prompt="?", tier="x")])]
    after.remove("new")
    assert before == after


def test_subset_is_the_beginning_of_the_full_run_in_the_order_of_the_bank() -> None:
    questions = bank(x=30, y=10)
    few = subset(questions, 8, seed=3)
    assert {q.id for q in few} == {q.id for q in balanced(questions, seed=3)[:8]}
    assert Counter(q.tier for q in few) == {"x": 6, "y": 2}
    assert few == [q for q in questions if q in few]
    assert subset(questions, 100) == questions
    assert subset(questions, 8, seed=1) != few


def test_nonsense_is_refused_in_words() -> None:
    with pytest.raises(UsageError, match="0"):
        subset(bank(x=1), 0)
    with pytest.raises(UsageError):
        Plan(questions=bank(x=1), cards=[A], repeats=0).items()
    with pytest.raises(UsageError, match="a"):
        Plan(questions=bank(x=1), cards=[A, A]).items()


def test_the_same_question_twice_is_asked_once() -> None:
    assert len(Plan(questions=bank(x=2) * 2, cards=[A]).items()) == 2


def test_missing_is_plan_minus_finished() -> None:
    items = Plan(questions=bank(x=3), cards=[A]).items()

    class Store:
        def finished(self, keys: object) -> set[str]:
            return {items[1].key}

    todo, there = missing(items, Store())
    assert todo == [items[0], items[2]]
    assert there == [items[1].key]


def test_render_gives_options_their_letters_and_the_system_prompt_its_place() -> None:
    card = ModelCard(name="a", kind="openai", generation=Generation(system="简洁"))
    question = Question(id="1", prompt="哪个对？", choices=("甲", "乙"))
    assert render(question, A) == ({"role": "user", "content": "哪个对？\nA. 甲\nB. 乙"},)
    assert render(question, card)[0] == {"role": "system", "content": "简洁"}
    own = Question(id="1", prompt="?", system="你是裁判")
    assert render(own, card)[0]["content"] == "你是裁判"
    assert len(render(own, card)) == 2


def test_letters_go_on_after_z() -> None:
    assert [letter(i) for i in (0, 25, 26, 27, 701, 702)] == ["A", "Z", "AA", "AB", "ZZ", "AAA"]
