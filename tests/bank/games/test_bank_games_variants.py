from __future__ import annotations

from typing import Any

import pytest
from games_players import play

from mingan.bank.games.options import with_options
from mingan.bank.games.variants import Variants
from mingan.records import Question

GAME = Variants()
PAIR = {
    "variants": [{"prompt": "甲不比乙高，谁高？", "answer": "乙"}],
    "part": {"answer": "甲", "grader": "text"},
}


def asked(choices: tuple[str, ...] = (), **params: Any) -> Question:
    return Question(
        id="v", prompt="甲比乙高，谁高？", kind="variants", grader="each", choices=choices,
        params={**PAIR, **params},
    )  # fmt: skip


def test_every_wording_is_asked_in_a_conversation_of_its_own() -> None:
    heard: list[list[str]] = []

    def player(said_to_it: list[str]) -> str:
        heard.append(said_to_it)
        return "甲"

    assert len(play(GAME, asked(), player)) == 2 == GAME.most(asked())
    assert heard == [["甲比乙高，谁高？"], ["甲不比乙高，谁高？"]]


def test_options_are_shown_where_the_row_shows_them() -> None:
    move = GAME.next(asked(choices=("甲", "乙")), ["A"])
    assert move is not None
    assert move.fresh
    assert move.text == with_options("甲不比乙高，谁高？", ["甲", "乙"])
    assert move.text.endswith("\nA. 甲\nB. 乙")


def test_a_variant_may_have_options_of_its_own() -> None:
    variants = [{"prompt": "谁矮？", "answer": "A", "choices": ["丙", "丁"]}]
    move = GAME.next(asked(choices=("甲", "乙"), variants=variants), ["A"])
    assert move is not None
    assert move.text == "谁矮？\nA. 丙\nB. 丁"


@pytest.mark.parametrize(
    "params",
    [
        {"variants": []}, {"variants": [{"answer": "乙"}]}, {"variants": "x"},
        {"variants": [{"prompt": "甲比乙高，谁高？", "answer": "乙"}]},
        {"part": {"answer": "A", "grader": "choice", "choices": ["甲方", "乙方"]}},
    ],
)  # fmt: skip
def test_what_keeps_a_question_from_being_played(params: dict[str, Any]) -> None:
    assert GAME.faults(asked(**params))
    assert GAME.faults(asked()) == []
