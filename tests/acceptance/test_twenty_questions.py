"""Twenty questions through a whole run: three players score as the theory says, a real model ends.

The players are models like any other: they get the conversation and nothing else.
"""

from __future__ import annotations

import importlib.util
import re
import sys
from collections.abc import Callable
from math import ceil, log2
from pathlib import Path
from typing import Any

import msgspec
import pytest

from mingan import Workspace
from mingan.bank import Bank
from mingan.bank.games.knowledge import table
from mingan.bank.games.twenty_questions import TwentyQuestions
from mingan.models import FLOOR_LOCAL, builtin_cards
from mingan.models.protocol import Reply, Request
from mingan.models.weights import cached
from mingan.records import Generation, ModelCard, Question

sys.path.insert(0, str(Path(__file__).parents[1] / "bank" / "games"))

from games_players import Asker, Halver, depth

NUMBERS = (1, 20, 33, 64)
FRUITS = table().group("水果")


class Player:
    """A model that is a function of what was said to it, in order."""

    source = "scripted"
    concurrency = 4

    def __init__(self, name: str, play: Callable[[Request, list[str]], str]) -> None:
        self.card = ModelCard(name=name, kind="scripted")
        self._play = play

    async def answer(self, request: Request) -> Reply:
        heard = [m["content"] for m in request.messages if m["role"] == "user"]
        return Reply(text=self._play(request, heard))

    async def close(self) -> None:
        pass


def asking(thing: str, candidates: str, limit: int = 20) -> Question:
    return Question(
        id=f"game-{thing}", bank="games", kind="twenty-questions", grader="game",
        prompt=f"我想好了一样东西（范围：{candidates}），请提问。猜的时候写“我猜：……”。",
        params={"thing": thing, "candidates": candidates, "limit": limit},
    )  # fmt: skip


def bank() -> Bank:
    numbers = [asking(str(n), "numbers:1-64", limit=6) for n in NUMBERS]
    return Bank(name="games", questions=(*numbers, *(asking(f, "水果") for f in FRUITS)))


def knows(request: Request, heard: list[str]) -> str:
    return f"我猜：{request.question.removeprefix('game-')}"


def halves(request: Request, heard: list[str]) -> str:
    numbered = re.search(r"numbers:(\d+)-(\d+)", heard[0])
    if numbered:
        return Halver(int(numbered[1]), int(numbered[2]))(heard)
    return Asker(FRUITS)(heard)


def lists(request: Request, heard: list[str]) -> str:
    names = [str(n) for n in range(1, 65)] if "numbers" in heard[0] else list(FRUITS)
    return f"是{names[len(heard) - 1]}吗？"


def test_perfect_halving_and_listing_players_score_as_the_theory_says(tmp_path: Path) -> None:
    players: dict[str, Any] = {
        play.__name__: Player(play.__name__, play) for play in (knows, halves, lists)
    }
    with Workspace.open(tmp_path / "w.db") as workspace:
        outcome = workspace.run(
            bank=bank(), models=[player.card for player in players.values()], made=players
        )
        assert outcome.state == "finished"
        found = workspace.gather()
        scores = {place[:2]: grade.score for place, grade in found.grades.items()}
        verdicts = {place[:2]: grade.verdict for place, grade in found.grades.items()}
        again = workspace.run(
            bank=bank(), models=[player.card for player in players.values()], made=players
        )
        workspace.report(tmp_path / "report.html")
    assert (again.asked, again.already) == (0, 3 * len(bank().questions))
    for question in bank().questions:
        assert verdicts["knows", question.id] == verdicts["halves", question.id] == "right"
    assert {scores["knows", q.id] for q in bank().questions} == {1.0}
    assert {scores["halves", f"game-{n}"] for n in NUMBERS} == {1.0}
    assert {verdicts["lists", f"game-{n}"] for n in NUMBERS[1:]} == {"wrong"}
    assert {scores["lists", f"game-{n}"] for n in NUMBERS[1:]} == {0.0}
    best = ceil(log2(len(FRUITS)))
    for place, fruit in enumerate(FRUITS):
        assert scores["halves", f"game-{fruit}"] == min(1.0, best / depth(FRUITS, fruit))
        assert scores["lists", f"game-{fruit}"] == min(1.0, best / max(1, place))
    assert "你还可以问 19 个问题" in (tmp_path / "report.html").read_text("utf-8")


@pytest.mark.skipif(
    importlib.util.find_spec("xllamacpp") is None or cached(FLOOR_LOCAL) is None,
    reason=f"{FLOOR_LOCAL} is not in the cache: mingan models fetch",
)
def test_a_real_model_plays_one_game_to_its_end(tmp_path: Path) -> None:
    card = msgspec.structs.replace(
        builtin_cards()[FLOOR_LOCAL], generation=Generation(max_tokens=12, temperature=0.0)
    )
    asked = asking("大象", "all", limit=3)
    with Workspace.open(tmp_path / "w.db") as workspace:
        outcome = workspace.run(bank=Bank(name="games", questions=(asked,)), models=[card])
        assert outcome.state == "finished"
        found = workspace.gather()
    (answer,), (grade,) = found.answers.values(), found.grades.values()
    said = (*answer.earlier, answer.text)
    assert answer.state in ("ok", "truncated", "empty")
    assert TwentyQuestions().next(asked, said) is None
    assert len(said) == 4 or grade.verdict == "right"
    assert len(answer.meta["said"]) == len(said) - 1
    assert grade.grader == "game"
