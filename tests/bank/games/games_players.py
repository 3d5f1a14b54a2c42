"""Players for the games: they see the conversation alone, as a model does."""

from __future__ import annotations

import re
from collections.abc import Sequence

from mingan.bank.games import Conversation
from mingan.bank.games.knowledge import table
from mingan.records import Question


def play(game: Conversation, question: Question, player: object) -> list[str]:
    """What a player says until the game ends; `player` is called with what was said to it."""
    heard = [question.prompt]
    said = [player(heard)]  # type: ignore[operator]
    while (move := game.next(question, said)) is not None:
        assert len(said) < game.most(question)
        heard = [move.text] if move.fresh else [*heard, move.text]
        said.append(player(heard))  # type: ignore[operator]
    return said


def _heard(answer: str) -> bool | None:
    return {"是": True, "否": False}.get(answer[:1])


class Knower:
    """Knows the thing at once."""

    def __init__(self, thing: str) -> None:
        self.thing = thing

    def __call__(self, heard: Sequence[str]) -> str:
        return f"我猜：{self.thing}"


class Halver:
    """Halves the numbers from `low` to `high`."""

    def __init__(self, low: int, high: int) -> None:
        self.low, self.high = low, high

    def __call__(self, heard: Sequence[str]) -> str:
        low, high = self.low, self.high
        for answer in heard[1:]:
            middle = (low + high) // 2
            low, high = (middle + 1, high) if _heard(answer) else (low, middle)
        return f"我猜：{low}" if low == high else f"它大于{(low + high) // 2}吗？"


class Asker:
    """Asks of the table what halves best the things that are left; guesses once one is left."""

    def __init__(self, things: Sequence[str]) -> None:
        self.things = tuple(things)

    def __call__(self, heard: Sequence[str]) -> str:
        left = list(self.things)
        for answer in heard[1:]:
            name = best_question(left)
            left = [t for t in left if table().true(t, name) is _heard(answer)]
        if len(left) == 1:
            return f"我猜：{left[0]}"
        return f"它{table().properties[best_question(left)].yes}吗？"


def best_question(left: Sequence[str]) -> str:
    """The property that leaves fewest things in the worst case, the first of equals."""

    def worst(name: str) -> int:
        answers = [table().true(thing, name) for thing in left]
        return max(answers.count(value) for value in (True, False, None))

    return min(table().properties, key=worst)


def depth(things: Sequence[str], thing: str) -> int:
    """How many questions the asker needs for one of the things: its depth in the tree."""
    left, asked = list(things), 0
    while len(left) > 1:
        name = best_question(left)
        left = [t for t in left if table().true(t, name) is table().true(thing, name)]
        asked += 1
    return asked


def numbers_in(text: str) -> list[int]:
    """Every whole number in a text."""
    return [int(n) for n in re.findall(r"-?\d+", text)]
