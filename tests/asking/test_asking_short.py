from __future__ import annotations

import pytest

from mingan import asking
from mingan.bank import builtin
from mingan.errors import InputError
from mingan.records import Question

PLAIN = Question(id="a", prompt="p")
TALK = Question(id="b", prompt="p", turns=("再说", "还有呢", "完了吗"))
PAIR = Question(
    id="c", prompt="p", kind="variants", grader="each",
    params={"variants": [{"prompt": "q", "answer": "1"}], "part": {"answer": "2"}},
)  # fmt: skip
GAME = Question(
    id="d", prompt="p", kind="twenty-questions", grader="game",
    params={"thing": "3", "candidates": "numbers:1-64", "limit": 8},
)  # fmt: skip


def test_only_questions_of_few_turns_are_short() -> None:
    kept = [question.id for question in asking.short([PLAIN, TALK, PAIR, GAME], 3)]
    assert kept == ["a", "c"]


def test_a_kind_that_nobody_installed_is_told() -> None:
    with pytest.raises(InputError, match="chess"):
        asking.short([Question(id="e", prompt="p", kind="chess")], 3)


def test_a_quick_look_at_our_own_bank_holds_no_game() -> None:
    bank = builtin("builtin").questions
    quick = asking.subset(asking.short(bank, 3), 24)
    assert len(quick) == 24
    assert not [question.id for question in quick if question.grader == "game"]
    assert {question.tier for question in quick} == {"基础", "进阶", "垂直"}
