from __future__ import annotations

import pytest

from mingan.bank.games import Move, Result
from mingan.grading import faults, grade
from mingan.grading.rules.game import GameGrader
from mingan.language import Text
from mingan.plugins import Registry
from mingan.records import Answer, Question, State

QUESTION = Question(
    id="g", prompt="猜。", kind="twenty-questions", grader="game", params={"thing": "大象"}
)


class Echo:
    """Won by saying 对 in the second turn."""

    name, version = "echo", "7"

    def next(self, question: Question, said: tuple[str, ...]) -> Move | None:
        return Move(text="再说") if len(said) < 2 else None

    def most(self, question: Question) -> int:
        return 2

    def faults(self, question: Question) -> list[Text]:
        return []

    def result(self, question: Question, said: tuple[str, ...]) -> Result:
        won = len(said) == 2 and said[1] == "对"
        return Result(
            verdict="right" if won else "wrong", reason=Text("完", "over"), score=float(won),
            extracted="x" * 500,
        )  # fmt: skip


def answer(*said: str, state: State = "ok") -> Answer:
    return Answer(
        question="g", asked=QUESTION.asked, model="m", model_hash="h", text=said[-1], state=state,
        meta={"turns": list(said[:-1])},
    )  # fmt: skip


def test_the_game_of_the_kind_says_how_it_went() -> None:
    registry = Registry()
    registry.register("games", "echo", Echo)
    question = Question(id="g", prompt="p", kind="echo", grader="game")
    found = grade(question, answer("?", "对"), registry=Registry())
    assert found.verdict == "ungraded"
    finding = GameGrader(registry).grade_turns(question, ("?", "对"))
    assert (finding.verdict, finding.score, finding.version) == ("right", 1.0, "echo7")
    assert len(finding.extracted) <= 120
    assert GameGrader(registry).grade(question, "对").verdict == "wrong"


def test_a_won_game_is_right_with_its_score_and_the_version_of_the_game() -> None:
    found = grade(QUESTION, answer("它是动物吗？", "我猜：大象"))
    assert (found.verdict, found.score, found.extracted) == ("right", 1.0, "大象")
    assert found.version.startswith("1+twenty-questions")


@pytest.mark.parametrize("state", ["truncated", "refused", "empty"])
def test_a_game_that_did_not_come_whole_is_not_decided(state: State) -> None:
    found = grade(QUESTION, answer("它是动物吗？", "我猜：大象", state=state))
    assert found.verdict in ("unsure", "ungraded")


@pytest.mark.parametrize("kind", ["", "没有这个游戏", "variants"])
def test_a_kind_that_no_game_can_judge_is_a_fault_and_ungraded(kind: str) -> None:
    question = Question(id="g", prompt="p", kind=kind, grader="game")
    assert faults(question)
    assert grade(question, answer("x")).verdict == "ungraded"


def test_the_games_own_faults_are_told() -> None:
    assert faults(QUESTION) == []
    assert faults(Question(id="g", prompt="p", kind="twenty-questions", grader="game"))
