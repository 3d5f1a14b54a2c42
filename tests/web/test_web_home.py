"""Home: the table with its links, the alarms, the last runs, and an empty workspace."""

from __future__ import annotations

from starlette.testclient import TestClient
from web_help import client_of

from mingan.records import ModelCard, Question
from mingan.store import Run
from mingan.workspace import Workspace


def test_an_empty_workspace_says_how_to_begin(empty: Workspace) -> None:
    with client_of(empty) as client:
        for lang, word in [("zh", "三种开始的办法"), ("en", "Three ways to begin")]:
            for path in ("/", "/compare", "/charts", "/judges", "/grade/new"):
                found = client.get(f"/{lang}{path}")
                assert found.status_code == 200, path
                assert word in found.text or path == "/grade/new"
                assert f'href="/{lang}/run"' in found.text


def test_a_reader_of_an_empty_workspace_is_offered_nothing_to_start(empty: Workspace) -> None:
    with client_of(empty, role="reader") as client:
        assert 'href="/zh/run"' not in client.get("/zh/").text


def test_a_bank_that_nobody_answered_says_so(empty: Workspace) -> None:
    empty.store.add_bank("空", [Question(id="a", prompt="？", bank="空", answer="1")])
    with client_of(empty) as client:
        for path in ("/zh/", "/zh/?bank=空", "/zh/compare?bank=空", "/zh/charts?bank=空"):
            found = client.get(path)
            assert found.status_code == 200
            assert "还没有任何回答" in found.text
            assert "mingan run" not in found.text  # a page is no place for commands


def test_the_table_has_rank_score_interval_and_links_to_the_answers(client: TestClient) -> None:
    text = client.get("/zh/").text
    assert "分不出高下" in text
    assert "12 / 12 道题计分" in text
    for name in ("甲", "乙", "丙"):
        assert f">{name}</a>" in text
    assert text.index(">乙</a>") < text.index(">甲</a>")
    assert "/zh/compare?bank=%E5%B0%8F%E9%A2%98%E5%BA%93&amp;is=%E7%94%B2%3Aright" in text
    assert '<svg class="bar"' in text


def test_a_bank_is_chosen_by_the_address(client: TestClient) -> None:
    assert "小题库" in client.get("/zh/?bank=小题库").text
    found = client.get("/zh/?bank=<script>alert(1)</script>")
    assert found.status_code == 400
    assert "<script>alert" not in found.text


def test_hostile_names_are_shown_and_do_nothing(empty: Workspace) -> None:
    from mingan.records import Answer, Grade

    name = "<img src=x onerror=alert(1)>\u202e"
    question = Question(id="q", prompt="？", bank="b<b>", answer="1", grader="text")
    card = ModelCard(name=name, kind="recorded")
    answer = Answer(
        question="q", asked=question.asked, model=name, model_hash=card.hash, bank="b<b>", text="1"
    )
    grade = Grade(
        answer=answer.content, question_hash=question.hash, verdict="right", grader="text"
    )
    empty.store.add_bank("b<b>", [question])
    empty.store.add_cards([card])
    empty.store.record("", [answer], [grade]).result()
    with client_of(empty) as client:
        text = client.get("/zh/").text
    assert "<img src=x" not in text
    assert "b<b>" not in text
    assert "\u202e" not in text


def test_the_last_runs_are_listed_newest_first(workspace: Workspace) -> None:
    for number in range(7):
        started = f"2026-01-0{number + 1}T10:00:00.000+00:00"
        workspace.store.begin_run(Run(id=f"r{number}", bank="小题库", started=started))
    workspace.store.end_run("r6", "stopped")
    with client_of(workspace) as client:
        text = client.get("/zh/").text
    assert text.index("/zh/run/r6") < text.index("/zh/run/r5")
    assert "/zh/run/r1" not in text
    assert "已停下，可以接着问" in text


def test_what_is_graded_by_hand_elsewhere_is_seen_at_the_next_look(workspace: Workspace) -> None:
    from mingan.records import Grade

    with client_of(workspace) as client:
        before = client.get("/zh/").text
        assert "6 <i>对</i>" in before
        gathered = workspace.gather()
        place = ("甲", "q-000", 0)
        question = gathered.questions[0]
        workspace.store.add_grades(
            [
                Grade(
                    answer=gathered.answers[place].content, question_hash=question.hash,
                    verdict="right", grader="person", authority="person", by="林", at="1",
                )
            ]
        )  # fmt: skip
        assert "7 <i>对</i>" in client.get("/zh/").text


def test_the_alarms_can_be_had_by_themselves(client: TestClient) -> None:
    whole = client.get("/zh/alarms")
    part = client.get("/zh/alarms", headers={"hx-request": "true"})
    assert "<html" in whole.text
    assert "<html" not in part.text
    assert "还没有用暗题核对" in part.text
