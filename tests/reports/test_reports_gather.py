"""From rows to a response matrix: which answers belong together, and which questions count."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from mingan.errors import UsageError
from mingan.records import Answer, Generation, Grade, ModelCard, Question
from mingan.reports.assemble import assemble
from mingan.reports.gather import gather, newest_bank
from mingan.reports.method import method_notes
from mingan.statistics import Outcome, compare_all, score_table
from mingan.store import Run, Store

QUESTIONS = [
    Question(id="a", prompt="1+1=?", answer="2", tier="基础", tags=("算术",), bank="数"),
    Question(id="b", prompt="2+2=?", answer="4", tier="进阶", tags=("算术", "难"), bank="数"),
    Question(id="c", prompt="写首诗", tier="进阶", bank="数", cluster="诗"),
]
CARD = ModelCard(name="甲", kind="scripted")
OTHER = ModelCard(name="乙", kind="recorded")


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.open(tmp_path / "w.db") as opened:
        opened.add_bank("数", QUESTIONS)
        opened.add_cards([CARD, OTHER])
        yield opened


def answer(question: Question, card: ModelCard = CARD, **more: object) -> Answer:
    values = {"text": "答", "bank": "数", "source": "api", **more}
    return Answer(
        question=question.id, asked=question.asked, model=card.name, model_hash=card.hash, **values
    )


def put(store: Store, said: Answer, verdict: str | None, question: Question) -> None:
    grades = []
    if verdict:
        grades = [Grade(answer=said.content, question_hash=question.hash, verdict=verdict,
                        grader="number", version="1")]  # fmt: skip
    store.record("", [said], grades).result()


@pytest.mark.parametrize(
    ("state", "verdict", "outcome"),
    [
        ("ok", "right", Outcome.RIGHT),
        ("ok", "wrong", Outcome.WRONG),
        ("ok", "unsure", Outcome.UNSURE),
        ("ok", "ungraded", Outcome.UNGRADED),
        ("ok", None, Outcome.UNGRADED),
        ("truncated", "right", Outcome.RIGHT),
        ("truncated", "unsure", Outcome.TRUNCATED),
        ("refused", "ungraded", Outcome.REFUSED),
        ("empty", "ungraded", Outcome.EMPTY),
        ("failed", None, Outcome.FAILED),
    ],
)
def test_every_state_and_verdict_has_its_cell(
    store: Store, state: str, verdict: str | None, outcome: Outcome
) -> None:
    put(store, answer(QUESTIONS[0], state=state), verdict, QUESTIONS[0])
    assert gather(store).matrix.cells[0, 0, 0] == outcome


def test_only_what_was_asked_and_can_be_graded_counts(store: Store) -> None:
    for question, verdict in zip(QUESTIONS, ("right", "wrong", None), strict=True):
        put(store, answer(question), verdict, question)
    put(store, answer(QUESTIONS[0], OTHER), "right", QUESTIONS[0])
    found = gather(store)
    assert [q.id for q in found.questions] == ["a", "b", "c"]
    assert found.matrix.questions == ("a", "b")
    assert found.matrix.cells[1].ravel().tolist() == [Outcome.RIGHT, Outcome.ABSENT]
    assert found.matrix.strata == ("基础", "进阶")
    assert found.matrix.clusters == ()
    assert "另外 1 道" in method_notes(found)[0].zh


def test_a_person_makes_an_open_question_count(store: Store) -> None:
    put(store, answer(QUESTIONS[2]), None, QUESTIONS[2])
    assert gather(store).scored == ()
    said = answer(QUESTIONS[2])
    store.add_grades([
        Grade(answer=said.content, question_hash=QUESTIONS[2].hash, verdict="right",
              grader="person", authority="person", by="我")
    ])  # fmt: skip
    found = gather(store)
    assert found.matrix.cells[0, 0, 0] == Outcome.RIGHT
    assert found.matrix.clusters == ("诗",)


def test_answers_to_an_older_wording_or_of_a_drift_day_do_not_count(store: Store) -> None:
    older = Question(id="a", prompt="一加一？", answer="2", bank="数")
    put(store, answer(older), None, older)
    put(store, answer(QUESTIONS[0], day="2026-11-23"), None, QUESTIONS[0])
    with pytest.raises(UsageError, match="还没有任何回答"):
        gather(store)


def test_the_newest_settings_of_a_model_count_and_the_older_are_mentioned(store: Store) -> None:
    hot = ModelCard(name="甲", kind="scripted", generation=Generation(temperature=1.0))
    store.add_cards([hot])
    put(store, answer(QUESTIONS[0]), "right", QUESTIONS[0])
    put(store, answer(QUESTIONS[0], hot, text="热"), "wrong", QUESTIONS[0])
    found = gather(store)
    assert [card.hash for card in found.cards] == [hot.hash]
    assert "甲" in found.notes[0].zh


def test_the_newest_bank_is_that_of_the_newest_run(store: Store) -> None:
    store.add_bank("别的", QUESTIONS[:1])
    assert newest_bank(store) == "别的"
    store.begin_run(Run(id="r", bank="数"))
    assert newest_bank(store) == "数"


def test_a_bank_that_came_in_after_the_newest_run_is_the_newest(store: Store) -> None:
    store.begin_run(Run(id="r", bank="数", started="2020-01-01T00:00:00.000+00:00"))
    store.add_bank("刚导入的", QUESTIONS[:1])
    assert newest_bank(store) == "刚导入的"


def test_settings_that_only_failed_hide_no_answer(store: Store) -> None:
    put(store, answer(QUESTIONS[0]), "right", QUESTIONS[0])
    astray = ModelCard(name="甲", kind="scripted", base_url="http://wrong")
    store.add_cards([astray])
    put(store, answer(QUESTIONS[0], astray, text="", state="failed"), None, QUESTIONS[0])
    found = gather(store)
    assert [card.base_url for card in found.cards] == [""]
    assert found.notes == ()


def test_the_hash_of_a_bank_is_no_name(store: Store) -> None:
    with pytest.raises(UsageError, match="工作区里没有题库"):
        gather(store, bank=store.banks()[0][1])


def test_unlike_parameters_graders_or_questions_have_unlike_stamps(store: Store) -> None:
    put(store, answer(QUESTIONS[0]), "right", QUESTIONS[0])
    first = gather(store).stamp
    put(store, answer(QUESTIONS[1]), "right", QUESTIONS[1])
    second = gather(store).stamp
    assert first.questions != second.questions
    assert (first.graders, first.parameters) == (second.graders, second.parameters)


def test_a_report_holds_what_was_gathered(store: Store) -> None:
    put(store, answer(QUESTIONS[0], total_s=2.0, cost=0.5, currency="CNY"), "right", QUESTIONS[0])
    put(store, answer(QUESTIONS[1], total_s=4.0, cost=0.25, currency="CNY"), "wrong", QUESTIONS[1])
    put(store, answer(QUESTIONS[0], OTHER, source="recorded"), "wrong", QUESTIONS[0])
    found = gather(store)
    data = assemble(found, score_table(found.matrix), compare_all(found.matrix), title="试")
    assert (data.title, data.bank.questions, data.bank.scored) == ("试", 3, 2)
    assert [(tier.label, tier.questions) for tier in data.tiers] == [("基础", 1), ("进阶", 1)]
    assert [(tag.label, tag.questions) for tag in data.abilities] == [("算术", 2), ("难", 1)]
    mine, other = data.models
    assert (mine.source, mine.cost, mine.total.p50) == ("measured", {"CNY": 0.75}, 3.0)  # type: ignore[union-attr]
    assert (other.source, other.total) == ("recorded", None)
    assert [[a.verdict for a in q.answers] for q in data.questions] == [
        ["right", "wrong"],
        ["wrong"],
    ]


def test_a_question_that_names_its_grader_keeps_it(store: Store) -> None:
    """The form of its reference must not name another: what is drawn would lose its picture."""
    drawn = Question(id="画", prompt="画一个圆", answer="<svg/>", grader="svg", bank="数")
    store.add_bank("数", [drawn])
    put(store, answer(drawn), "right", drawn)
    gathered = gather(store, bank="数")
    assert gathered.choices["画"].grader == "svg"
    (view,) = assemble(gathered, score_table(gathered.matrix), {}).questions
    assert view.grader == "svg"
