from __future__ import annotations

import pytest

from mingan.bank.games import reading, weights
from mingan.bank.games.knowledge import table

THINGS = tuple(table().things)


@pytest.mark.parametrize(
    ("thing", "words", "truth"),
    [
        ("大象", "它比成年人重吗？", True), ("狐狸", "它比人重吗？", False),
        ("狼", "它的体重超过一个成年人吗？", None), ("狐狸", "它的体重超过 100 公斤吗？", False),
        ("狐狸", "它的重量超过 10 公斤吗？", None), ("大象", "它重达 1 吨吗？", True),
        ("苹果", "它的重量不到一斤吗？", None), ("苹果", "它比一公斤轻吗？", True),
        ("汽车", "它的体重在一百公斤以上吗？", True), ("手机", "它比 1000 克重吗？", False),
        ("马", "它的体重是不是大于 50kg？", True), ("水", "它比 1 公斤重吗？", None),
        ("马", "它通常比一个成年人更重吗？", True), ("马", "它比人轻吗？", False),
    ],
)  # fmt: skip
def test_weights_are_compared(thing: str, words: str, truth: bool | None) -> None:
    (asked,) = reading.asked(words)
    true = weights.truth(thing, asked.predicate)[1]
    said = true if true is None else true is not asked.negated
    assert said is truth
    assert table().answer(thing, asked.predicate)[0]


@pytest.mark.parametrize(
    "predicate",
    ["", "比人大", "重要", "比一头牛重", "很重", "超过人类", "g" * 50, "比" * 40 + "重"],
)
def test_what_is_no_question_of_weight_is_not_understood(predicate: str) -> None:
    assert weights.truth("大象", predicate) == (False, None)


@pytest.mark.parametrize("thing", THINGS)
def test_weights_agree_with_the_table(thing: str) -> None:
    # What is held in one hand, or goes into a pocket, weighs less than a person.
    heavier = weights.truth(thing, "比人重")[1]
    if table().true(thing, "单手可拿") or table().true(thing, "能放进口袋"):
        assert heavier is False
    if heavier:
        assert table().true(thing, "比书大") is not False


def test_every_thing_with_a_weight_is_in_the_table() -> None:
    assert set(weights.things()) <= set(THINGS)
    assert len(weights.things()) > 180
