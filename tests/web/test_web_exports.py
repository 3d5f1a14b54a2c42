"""Tables as files, the report as one file, and what must not be in them."""

from __future__ import annotations

import csv
import io
import json

import pytest
from judges_help import JUDGE, fill_talk
from starlette.testclient import TestClient
from web_help import client_of

from mingan import judges
from mingan.records import Answer, ModelCard, Question
from mingan.workspace import Workspace


def test_scores_as_csv_json_and_parquet(client: TestClient) -> None:
    rows = list(csv.DictReader(io.StringIO(client.get("/zh/export/scores").text.lstrip("\ufeff"))))
    found = json.loads(client.get("/zh/export/scores?format=json").text)
    assert [row["model"] for row in rows] == [row["model"] for row in found]
    assert len(found) == 3
    parquet = pytest.importorskip("pyarrow.parquet")
    body = client.get("/zh/export/scores?format=parquet").content
    assert parquet.read_table(io.BytesIO(body)).num_rows == 3


@pytest.mark.parametrize(("what", "count"), [("answers", 36), ("grades", 36), ("votes", 0)])
def test_answers_grades_and_votes(client: TestClient, what: str, count: int) -> None:
    found = client.get(f"/zh/export/{what}?format=json")
    assert len(json.loads(found.text)) == count
    assert found.headers["content-disposition"].startswith("attachment")


def test_what_cannot_be_exported_is_said(client: TestClient) -> None:
    for path in ("/zh/export/secrets", "/zh/export/scores?format=exe", "/zh/export/scores?bank=x"):
        assert client.get(path).status_code == 400


def test_the_report_is_one_file_to_be_saved(client: TestClient) -> None:
    for lang, word in [("zh", "评测报告"), ("en", "Report")]:
        found = client.get(f"/{lang}/report?bank=小题库")
        assert word in found.text
        assert "attachment" in found.headers["content-disposition"]


def test_the_report_says_what_is_known_of_its_judges(empty: Workspace) -> None:
    fill_talk(empty)
    judges.judge(empty, judges=[JUDGE], bank="谈")
    with client_of(empty) as client:
        assert "没有人判过裁判「裁判」判过的回答" in client.get("/zh/report?bank=谈").text
        assert "Nobody has judged what the judge" in client.get("/en/report?bank=谈").text


def test_a_file_name_cannot_break_its_header(workspace: Workspace) -> None:
    workspace.store.add_bank('x"\r\nset-cookie: a=b', [])
    with client_of(workspace) as client:
        found = client.get("/zh/export/votes", params={"bank": '..\\"; filename="evil.exe\r\nx: y'})
        assert "\r" not in found.headers["content-disposition"]
        assert '.exe"' not in found.headers["content-disposition"]


def test_the_words_of_hidden_questions_stay_inside(empty: Workspace) -> None:
    question = Question(
        id="h",
        prompt="暗题问的话",
        bank="b~twins-1",
        answer="暗答",
        hidden="private",
        grader="text",
    )
    card = ModelCard(name="m", kind="recorded")
    answer = Answer(
        question="h", asked=question.asked, model="m", model_hash=card.hash, bank="b~twins-1",
        text="模型说的暗话", hidden="private",
    )  # fmt: skip
    empty.store.add_bank("b~twins-1", [question])
    empty.store.add_cards([card])
    empty.store.record("", [answer]).result()
    empty.grade()
    with client_of(empty) as client:
        for path in ("/zh/export/answers?format=json", "/zh/export/grades", "/zh/report", "/zh/"):
            text = client.get(path).text
            for word in ("暗题问的话", "暗答", "模型说的暗话"):
                assert word not in text, path
