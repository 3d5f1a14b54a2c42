"""Which questions a watch freezes: short, gradeable, tiers and classes in balance."""

from __future__ import annotations

from collections import Counter

import pytest
from drift_help import QUESTIONS, SUMS

from mingan import bank
from mingan.asking.conversation import SHORT_TURNS, short
from mingan.drift.chosen import SIZE, class_of, classes_of, watched
from mingan.errors import UsageError
from mingan.records import Question


def question(answer: str, **more: object) -> Question:
    return Question(id="q", prompt="对吗？", answer=answer, **more)  # type: ignore[arg-type]


def test_the_class_of_a_question() -> None:
    assert class_of(question("是", grader="yesno")) == "yes"
    assert class_of(question("No", grader="yesno")) == "no"
    assert class_of(question("B", choices=("甲", "乙"))) == "B"
    assert class_of(question("甲", choices=("甲", "乙"))) == "A"
    assert class_of(question("中性", grader="label")) == "中性"
    assert class_of(question("42", grader="number")) == ""
    assert class_of(question("无", grader="text")) == ""
    assert class_of(Question(id="q", prompt="说说")) == ""


def test_classes_stand_in_equal_numbers_as_long_as_there_are_any() -> None:
    uneven = [
        *[q for q in QUESTIONS if q.answer == "是"],
        *[q for q in QUESTIONS if q.answer == "否"][:8],
    ]
    count = Counter(class_of(q) for q in watched(uneven, limit=16))
    assert count == {"yes": 8, "no": 8}
    assert Counter(class_of(q) for q in watched(uneven, limit=20)) == {"yes": 12, "no": 8}


def test_tiers_keep_their_shares_and_one_seed_gives_one_set() -> None:
    chosen = watched(SUMS, limit=20, seed=3)
    assert [q.id for q in chosen] == [q.id for q in watched(SUMS[::-1], limit=20, seed=3)[::-1]]
    assert {q.id for q in chosen} != {q.id for q in watched(SUMS, limit=20, seed=4)}
    tiers = Counter(q.tier for q in watched(QUESTIONS, limit=30))
    assert tiers == {"基础": 20, "进阶": 10}


def test_our_own_bank_gives_a_set_of_short_questions_that_rules_can_grade() -> None:
    chosen = watched(bank.find("builtin").questions)
    assert len(chosen) == SIZE
    assert [q.id for q in short(chosen, SHORT_TURNS)] == [q.id for q in chosen]
    assert "judge" not in {q.grader for q in chosen}
    assert len({q.tier for q in chosen}) == 3


def test_a_class_of_two_is_none() -> None:
    few = [*SUMS[:10], *list(QUESTIONS[:4])]
    assert classes_of(few) == {}
    assert Counter(classes_of(QUESTIONS[:6]).values()) == {"yes": 3, "no": 3}


def test_what_cannot_be_watched_is_refused() -> None:
    with pytest.raises(UsageError, match="--judge"):
        watched([Question(id="q", prompt="说说")])
    assert len(watched([Question(id="q", prompt="说说")], judged=True)) == 1
    with pytest.raises(UsageError, match="至少要问一道题"):
        watched(SUMS, limit=0)
