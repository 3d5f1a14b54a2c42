"""A bank of yes-or-no questions and sums, a model that changes by the day, a watch over it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from datetime import date, timedelta

from mingan import drift
from mingan.bank import Bank
from mingan.models.protocol import Request
from mingan.models.scripted import ScriptedModel
from mingan.records import ModelCard, Question
from mingan.reports.drifted import Drift
from mingan.workspace import Workspace

FIRST = "2026-03-01"
CARD = ModelCard(name="m", kind="scripted")
QUESTIONS = tuple(
    Question(
        id=f"q{i:03d}", bank="b", prompt=f"{i + 2} 是质数吗？只答是或否。", grader="yesno",
        answer="是" if i % 2 else "否", tier="基础" if i % 3 else "进阶",
    )
    for i in range(60)
)  # fmt: skip
SUMS = tuple(
    Question(id=f"s{i:03d}", bank="sums", prompt=f"{i}+{i}=?", grader="number", answer=str(2 * i))
    for i in range(60)
)
BANK = Bank(name="b", questions=QUESTIONS)
SUM_BANK = Bank(name="sums", questions=SUMS)
BY_ID = {question.id: question for question in (*QUESTIONS, *SUMS)}

Says = Callable[[Request], object]


def day(number: int) -> str:
    """The day `number` of a watch; 1 is the baseline's."""
    return (date.fromisoformat(FIRST) + timedelta(days=number - 1)).isoformat()


def right(request: Request) -> str:
    """The right answer."""
    return str(BY_ID[request.question].answer)


def wrong(request: Request) -> str:
    """A wrong answer."""
    return {"是": "否", "否": "是"}.get(right(request), "7000")


def model(says: Says = right, card: ModelCard = CARD) -> dict[str, ScriptedModel]:
    """A model that says what a function of the request makes, as `made`."""
    return {card.name: ScriptedModel(card, says)}


def check(
    workspace: Workspace, number: int, says: Says = right, *, card: ModelCard = CARD,
    bank: Bank | None = BANK, made: dict[str, ScriptedModel] | None = None, **wanted: object,
) -> drift.Asked:  # fmt: skip
    """Ask what is to be asked on a day."""
    wish = drift.Wanted(model=card, bank=bank, **wanted)  # type: ignore[arg-type]
    return asyncio.run(drift.ask(workspace, wish, day=day(number), made=made or model(says, card)))


def watch(workspace: Workspace, days: Iterable[int], says: Says = right, **wanted: object) -> Drift:
    """Ask on several days, and look."""
    for number in days:
        check(workspace, number, says, **wanted)  # type: ignore[arg-type]
    return drift.look(workspace.store).rows[0]
