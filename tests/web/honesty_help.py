"""What the tests of Contamination and Drift share: models that saw the questions, or changed."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable, Coroutine, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from functools import partial
from typing import Any

from mingan import drift
from mingan.bank import Bank
from mingan.bank.twins import set_name
from mingan.models.protocol import Request
from mingan.models.scripted import ScriptedModel
from mingan.records import Answer, Grade, Hidden, ModelCard, Question
from mingan.workspace import Workspace

SECRET = "只有暗题才写的话"
BANK = "明题"
WATCHED = "质数"
PRIMES = tuple(
    Question(
        id=f"p{n}", bank=WATCHED, prompt=f"{n} 是质数吗？只回答是或否。", grader="yesno",
        answer="是" if all(n % d for d in range(2, n)) else "否",
    )
    for n in range(11, 51)
)  # fmt: skip
BY_ID = {question.id: question for question in PRIMES}
FIRST = date(2026, 3, 1)


def question(i: int, bank: str = BANK, hidden: Hidden = "") -> Question:
    prompt = f"{SECRET} {i}" if hidden else f"公开的第 {i} 题"
    return Question(
        id=f"t{i:03d}", prompt=prompt, bank=bank, answer="1", grader="number", hidden=hidden
    )


def keep(workspace: Workspace, questions: Sequence[Question], right: Mapping[str, int]) -> None:
    """So many of the questions, the first ones, are right for each model."""
    cards = {name: ModelCard(name=name, kind="recorded") for name in right}
    workspace.store.add_bank(questions[0].bank, list(questions))
    workspace.store.add_cards(list(cards.values()))
    for name, count in right.items():
        answers = [
            Answer(question=q.id, asked=q.asked, model=name, model_hash=cards[name].hash,
                   bank=q.bank, text="x", hidden=q.hidden, at="2026-02-01T08:00:00.000+00:00")
            for q in questions
        ]  # fmt: skip
        grades = [
            Grade(answer=a.content, question_hash=q.hash, grader="number", version="1",
                  verdict="right" if i < count else "wrong", hidden=q.hidden)
            for i, (q, a) in enumerate(zip(questions, answers, strict=True))
        ]  # fmt: skip
        workspace.store.record("", answers, grades).result()


SAW, HONEST, UNASKED = "背过题的", "老实的", "没问过暗题的"
CHANGES, STAYS = "会变的", "不变的"


def fill_twins(
    workspace: Workspace, names: tuple[str, str, str] = (SAW, HONEST, UNASKED), size: int = 200
) -> None:
    """Three models on pairs that a coin dealt out: the first had seen the public halves."""
    saw, honest, unasked = names
    twins = [question(i, set_name(BANK, 1), "sealed") for i in range(size)]
    keep(workspace, twins, {saw: 110, honest: 119})
    public = [question(i) for i in range(size)]
    keep(workspace, public, {saw: 170, honest: 120, unasked: 90})


def changing(request: Request, day: int) -> str:
    """Right nine times in ten; from day 9 on six times in ten."""
    wanted = BY_ID[request.question].answer or ""
    chance = random.Random(f"{request.question} {request.repeat} {day}")
    wrong = chance.random() < (0.4 if day >= 9 else 0.1)
    return {"是": "否", "否": "是"}[wanted] if wrong else wanted


def steady(request: Request, day: int) -> str:
    """Always right."""
    del day
    return BY_ID[request.question].answer or ""


def fill_watches(
    workspace: Workspace, names: tuple[str, str] = (CHANGES, STAYS), days: int = 14
) -> None:
    """One model that changes on day 9, and one that does not, asked day after day."""
    bank = Bank(name=WATCHED, questions=PRIMES)
    for name, says in zip(names, (changing, steady), strict=True):
        card = ModelCard(name=name, kind="scripted")
        for number in range(1, days + 1):
            made = {name: ScriptedModel(card, lambda r, n=number, s=says: s(r, n))}
            day = (FIRST + timedelta(days=number - 1)).isoformat()
            wanted = drift.Wanted(model=card, bank=bank)
            elsewhere(partial(drift.ask, workspace, wanted, day=day, made=made))


def elsewhere(ask: Callable[[], Coroutine[Any, Any, object]]) -> None:
    """Run it in a thread: where a browser is watched, this one has a loop of its own."""
    with ThreadPoolExecutor(1) as other:
        other.submit(lambda: asyncio.run(ask())).result()
