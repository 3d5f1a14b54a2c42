"""Density and Forecast on the bench: the paper beside us, verdicts, own models, numbers to take."""

from __future__ import annotations

import json

import pytest
from web_help import client_of

from mingan.records import Answer, Grade, ModelCard, Question
from mingan.workspace import Workspace

HOSTILE = "<script>alert(1)</script>"


def test_the_paper_s_figure_stands_beside_ours_and_the_difference_is_explained(
    empty: Workspace,
) -> None:
    with client_of(empty) as client:
        text = client.get("/zh/density").text
        english = client.get("/en/density").text
    assert text.count("3.3–3.5") >= 2
    assert "它的参照由损失定出" in text
    assert "its reference rests on losses" in english
    for name in ("MMLU", "BBH", "MATH", "HumanEval", "MBPP", "合起来"):
        assert f'<th scope="row">{name}</th>' in text
    assert text.count("<svg") >= 3  # the mark and two charts
    assert "反而不准" in text


def test_a_workspace_without_sizes_says_why_there_is_no_density(empty: Workspace) -> None:
    _measured(empty, {"甲": (None, 10), "乙": (None, 20), "丙": (None, 30)})
    with client_of(empty) as client:
        text = client.get("/zh/density").text
    assert "params_total" in text


def test_own_models_stand_in_the_table_with_their_cards(empty: Workspace) -> None:
    sizes = {f"小{HOSTILE}": (10**9, 10), "中": (4 * 10**9, 20), "大": (16 * 10**9, 30)}
    _measured(empty, sizes)
    with client_of(empty) as client:
        text = client.get("/zh/density?bank=考题").text
    own = text[text.index('id="own"') :]
    assert "10 亿" in own
    assert "160 亿" in own
    assert "互相比" in own
    assert HOSTILE not in text


def _measured(workspace: Workspace, models: dict[str, tuple[int | None, int]]) -> None:
    questions = [
        Question(id=f"q{i}", prompt=f"第 {i} 题", bank="考题", answer="1", grader="number")
        for i in range(40)
    ]
    workspace.store.add_bank("考题", questions)
    for name, (size, right) in models.items():
        card = ModelCard(name=name, kind="recorded", params_total=size)
        workspace.store.add_cards([card])
        answers = [
            Answer(question=q.id, asked=q.asked, model=name, model_hash=card.hash, bank=q.bank,
                   text="x", at="2026-02-01T08:00:00.000+00:00")
            for q in questions
        ]  # fmt: skip
        grades = [
            Grade(answer=a.content, question_hash=q.hash, grader="number", version="1",
                  verdict="right" if i < right else "wrong")
            for i, (q, a) in enumerate(zip(questions, answers, strict=True))
        ]  # fmt: skip
        workspace.store.record("", answers, grades).result()


def test_every_claim_has_its_verdict_and_what_it_takes_for_granted(empty: Workspace) -> None:
    with client_of(empty) as client:
        text = client.get("/zh/forecast").text
        english = client.get("/en/forecast").text
    assert text.count('<li class="card">') == 3
    assert "看情况" in text
    assert "2 位知识" in text
    assert "设备日期的回测" in text
    assert "Back-test of prices" in english
    assert "depends" in english


@pytest.mark.parametrize(
    ("page", "chart", "column"),
    [("density", "density", "density"), ("density", "size", "score"),
     ("forecast", "prices", "price"), ("forecast", "devices", "middle")],
)  # fmt: skip
def test_numbers_can_be_taken_along(empty: Workspace, page: str, chart: str, column: str) -> None:
    with client_of(empty) as client:
        rows = json.loads(client.get(f"/zh/{page}?chart={chart}&format=json").text)
        missing = client.get(f"/zh/{page}?chart=none&format=json")
    assert all(column in row for row in rows)
    assert missing.status_code in (400, 404)
    assert "没有 none 这张图" in missing.text
