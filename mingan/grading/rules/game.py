"""How a game ended, as the game itself says: the grader of questions that are played.

It finds the game by the question's kind and turns its result into a finding. It must not know
the rules of any game.
"""

from __future__ import annotations

from typing import Any

from mingan.bank.games import Game
from mingan.errors import InputError
from mingan.grading.protocol import Finding
from mingan.grading.rules.turns import TurnsGrader, faults_of
from mingan.language import Text
from mingan.normal import shorten
from mingan.records import Question


class GameGrader(TurnsGrader):
    """Right when the game was won; the game's own score says how well it was played."""

    name = "game"
    version = "1"

    def grade_turns(self, question: Question, said: tuple[str, ...]) -> Finding:
        """Ask the game how it went."""
        game = self._game(question)
        result = game.result(question, said)
        return Finding(
            verdict=result.verdict,
            reason=result.reason,
            extracted=shorten(result.extracted, 120),
            score=result.score,
            version=f"{game.name}{game.version}",
        )

    def faults(self, question: Question) -> list[Text]:
        """No game of that kind, one that cannot tell how it went, or what keeps it from going."""
        return faults_of(lambda: self._game(question).faults(question))

    def _game(self, question: Question) -> Game:
        if not question.kind:
            raise InputError(
                "判法是 game，却没有写 kind；请写明玩的是哪个游戏。",
                "The grader is game, but there is no kind; say which game is played.",
            )
        found: Any = self._registry.made("games", question.kind)
        if not isinstance(found, Game):
            raise InputError(
                f"{question.kind} 只管怎么问，不管输赢；请把判法改成 each。",
                f"{question.kind} knows how to go on but not how it went; use the grader each.",
            )
        return found
