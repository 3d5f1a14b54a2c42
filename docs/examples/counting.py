"""Counting in turns: we say a number, the model says the next one, and so on.

    params {"start": 7, "rounds": 5}

The whole of a new game. It keeps no state: all it knows is the question and what was said.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from mingan.bank.games import Move, Result
from mingan.language import Text
from mingan.records import Question


class Counting:
    """Right if the model always said the next number."""

    name = "counting"
    version = "1"

    def next(self, question: Question, said: Sequence[str]) -> Move | None:
        """Our next number; None when all rounds are over."""
        if len(said) >= self.most(question):
            return None
        return Move(text=str(self._start(question) + 2 * len(said)))

    def most(self, question: Question) -> int:
        """As many turns as rounds, whatever stands in the parameters."""
        rounds = question.params.get("rounds")
        return rounds if isinstance(rounds, int) and 1 <= rounds <= 50 else 5

    def faults(self, question: Question) -> list[Text]:
        """A start that is no whole number."""
        if isinstance(question.params.get("start"), int):
            return []
        return [Text("params 的 start 应是整数。", "start in params must be a whole number.")]

    def result(self, question: Question, said: Sequence[str]) -> Result:
        """Right if every turn holds the number that was due, and no other."""
        if len(said) < self.most(question):
            return Result(verdict="unsure", reason=Text("没有玩完。", "It was broken off."))
        due = [self._start(question) + 1 + 2 * turn for turn in range(len(said))]
        right = sum(re.findall(r"\d+", text) == [str(n)] for text, n in zip(said, due, strict=True))
        return Result(
            verdict="right" if right == len(due) else "wrong",
            reason=Text(f"{len(due)} 轮报对 {right} 轮。", f"{right} of {len(due)} were right."),
            score=right / len(due),
        )

    def _start(self, question: Question) -> int:
        start = question.params.get("start")
        return start if isinstance(start, int) else 0
