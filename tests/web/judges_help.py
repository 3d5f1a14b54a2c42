"""Answers that no rule can grade, a judge by script, and people who check it."""

from __future__ import annotations

import re
import time
from typing import Any

from starlette.testclient import TestClient
from web_help import send

from mingan.models.protocol import Request
from mingan.records import Answer, Grade, ModelCard, Question, Verdict, now
from mingan.workspace import Workspace

QUESTIONS = tuple(
    Question(
        id=f"t{i}", prompt=f"用一句话说说 {i} 的好处。", grader="judge", bank="谈",
        tier="基础" if i % 2 else "进阶", tags=("讲解",),
    )
    for i in range(8)
)  # fmt: skip
MODELS = [
    ModelCard(name=name, kind="scripted", options={"default": f"{name}说：很好。"})
    for name in ("甲", "乙")
]
GOOD = '{"理由": "说得好", "得分": {"1": 2, "2": 2, "3": 2}}'
BAD = '{"理由": "不好", "得分": {"1": 0, "2": 0, "3": 0}}'
JUDGE = ModelCard(name="裁判", kind="scripted", options={"default": GOOD})


def fill_talk(workspace: Workspace) -> None:
    """The models' answers, graded by no rule, and the judge on offer."""
    workspace.store.add_bank("谈", QUESTIONS)
    workspace.store.add_cards([*MODELS, JUDGE])
    answers = [
        Answer(
            question=question.id, asked=question.asked, bank="谈", model=card.name,
            model_hash=card.hash, text=f"{card.name}说：很好。", at=now(),
        )
        for card in MODELS
        for question in QUESTIONS
    ]  # fmt: skip
    workspace.store.record("", answers).result()
    workspace.grade(bank="谈")


def fair(request: Request) -> str:
    """甲 is good and 乙 is bad."""
    shown = request.messages[-1]["content"]
    if "更好" in shown:
        return f"更好：{'甲' if shown.find('甲说') < shown.find('乙说') else '乙'}"
    return GOOD if "甲说" in shown else BAD


def people_grade(workspace: Workspace, *, count: int, by: str = "小林") -> None:
    """Somebody judges as `fair` does."""
    gathered = workspace.gather(bank="谈")
    hashes = {question.id: question.hash for question in gathered.questions}
    grades = []
    for (model, question, _), answer in sorted(gathered.answers.items())[:count]:
        verdict: Verdict = "right" if model == "甲" else "wrong"
        grades.append(
            Grade(
                answer=answer.content, question_hash=hashes[question], verdict=verdict,
                grader="person", version="1", authority="person", by=by, at=now(),
            )
        )  # fmt: skip
    workspace.store.add_grades(grades)


def ask_until_done(client: TestClient, form: dict[str, Any]) -> str:
    """Start a sitting and give its page once it is over."""
    led = send(client, "/zh/judges", form, follow_redirects=False)
    assert led.status_code == 303, re.sub(r"<[^>]+>", "", led.text)
    for _ in range(400):
        page = str(client.get(led.headers["location"]).text)
        if "sse-connect" not in page:
            return page
        time.sleep(0.03)
    raise AssertionError("the sitting did not end")
