"""The alarms: suspect keys, hidden twins asked or not, drift from day to day."""

from __future__ import annotations

from starlette.testclient import TestClient
from web_help import client_of, questions

from mingan.records import Answer, Grade, ModelCard, Verdict
from mingan.workspace import Workspace


def _days(workspace: Workspace, *, second: Verdict) -> None:
    """One model, asked forty questions on two days: all right at first."""
    asked = questions(40, bank="天天")
    card = ModelCard(name="善变", kind="recorded")
    workspace.store.add_bank("天天", asked)
    workspace.store.add_cards([card])
    for repeat, (day, verdict) in enumerate((("2026-01-01", "right"), ("2026-02-01", second))):
        answers = [
            Answer(
                question=q.id, asked=q.asked, model=card.name, model_hash=card.hash, bank="天天",
                repeat=repeat, text=f"{repeat} {q.id}", at=f"{day}T08:00:00.000+00:00",
            )
            for q in asked
        ]  # fmt: skip
        grades = [
            Grade(
                answer=answer.content, question_hash=q.hash, verdict=verdict,  # type: ignore[arg-type]
                grader="number", version="1",
            )
            for q, answer in zip(asked, answers, strict=True)
        ]  # fmt: skip
        workspace.store.record("", answers, grades).result()


def test_a_model_that_changed_is_an_alarm(empty: Workspace) -> None:
    _days(empty, second="wrong")
    with client_of(empty) as client:
        text = client.get("/zh/alarms?bank=天天").text
    assert "有模型变了" in text
    assert "从 2026-01-01 到 2026-02-01 降了 100 分" in text
    assert text.index("有模型变了") < text.index("还没有用暗题核对")


def test_a_model_that_did_not_change_is_a_note(empty: Workspace) -> None:
    _days(empty, second="right")
    with client_of(empty) as client:
        text = client.get("/en/alarms?bank=天天").text
    assert "No drift seen" in text
    assert "changes below about" in text


def test_twins_that_nobody_asked_are_offered(client: TestClient) -> None:
    text = client.get("/zh/alarms").text
    assert "/zh/run?bank=%E5%B0%8F%E9%A2%98%E5%BA%93&amp;twins=1" in text


def test_suspect_keys_lead_to_the_questions(zbench: Workspace) -> None:
    with client_of(zbench) as client:
        text = client.get("/zh/").text
        if "参考答案可疑" not in text:  # a large bank is looked through only when asked
            text = client.get("/zh/alarms").text
    assert "道题的参考答案可疑" in text
    assert "emergent-174" in text
    assert "/zh/compare?bank=zbench&amp;sort=suspect" in text
