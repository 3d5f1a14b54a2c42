"""Identity: the same thing has the same name everywhere, and different things never share one."""

from __future__ import annotations

import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from mingan.language import Text
from mingan.records import Answer, Generation, Grade, ModelCard, Question, Usage, answer_key

QUESTION = Question(id="q1", prompt="一加一？", answer="2", tier="基础", tags=("算术",))
CARD = ModelCard(name="甲", kind="openai", base_url="http://x/v1", model="m")
ANSWER = Answer(question="q1", asked=QUESTION.asked, model="甲", model_hash=CARD.hash, text="2")

texts = st.text(max_size=30)


@given(prompt=texts, answer=st.none() | texts, aliases=st.lists(texts, max_size=3))
def test_a_question_survives_json(prompt: str, answer: str | None, aliases: list[str]) -> None:
    question = Question(id="q", prompt=prompt, answer=answer, aliases=tuple(aliases))
    again = Question.from_json(question.to_json())
    assert again == question
    assert (again.hash, again.asked) == (question.hash, question.asked)


def test_an_answer_and_a_grade_survive_json() -> None:
    answer = replace(ANSWER, usage=Usage(tokens_in=3), meta={"who": "我"}, error=Text("坏", "bad"))
    assert Answer.from_json(answer.to_json()) == answer
    grade = Grade(answer=answer.content, question_hash="h", verdict="right", grader="number",
                  reason=Text("一样", "same"))  # fmt: skip
    assert Grade.from_json(grade.to_json()) == grade


@pytest.mark.parametrize(
    "change",
    [{"prompt": "二加二？"}, {"choices": ("1", "2")}, {"system": "短"}, {"turns": ("再想",)}],
)
def test_what_the_model_sees_makes_another_answer(change: dict[str, object]) -> None:
    assert replace(QUESTION, **change).asked != QUESTION.asked


@pytest.mark.parametrize(
    "change", [{"answer": "3"}, {"aliases": ("两",)}, {"grader": "text"}, {"params": {"a": 1}}]
)
def test_a_new_reference_makes_another_grade_but_no_other_answer(change: dict[str, object]) -> None:
    changed = replace(QUESTION, **change)
    assert changed.asked == QUESTION.asked
    assert changed.hash != QUESTION.hash


@pytest.mark.parametrize("change", [{"note": "x"}, {"why": "x"}, {"tags": ()}, {"tier": "进阶"}])
def test_remarks_change_no_identity(change: dict[str, object]) -> None:
    assert replace(QUESTION, **change).hash == QUESTION.hash


def test_two_questions_of_one_wording_are_two_questions() -> None:
    twin = replace(QUESTION, id="q2")
    assert twin.hash != QUESTION.hash
    assert answer_key("q2", twin.asked, CARD.hash) != ANSWER.key


@pytest.mark.parametrize(
    "change",
    [
        {"name": "乙"}, {"kind": "local"}, {"base_url": "http://y/v1"}, {"model": "n"},
        {"generation": Generation(temperature=1.0)}, {"options": {"file": "x.gguf"}},
    ],
)  # fmt: skip
def test_whom_we_ask_makes_another_answer(change: dict[str, object]) -> None:
    assert replace(CARD, **change).hash != CARD.hash


def test_facts_and_the_way_a_number_is_written_change_no_identity() -> None:
    dearer = replace(CARD, price_in=2.0, params_total=7_000_000_000, licence="MIT")
    assert dearer.hash == CARD.hash
    whole = replace(CARD, generation=Generation(temperature=0, top_p=1))
    point = replace(CARD, generation=Generation(temperature=0.0, top_p=1.0))
    assert whole.hash == point.hash == ModelCard.from_json(whole.to_json()).hash


@pytest.mark.parametrize(
    "change", [{"repeat": 1}, {"day": "2026-11-23"}, {"model_hash": "x"}, {"question": "q2"}]
)
def test_every_repeat_day_model_and_question_has_its_own_key(change: dict[str, object]) -> None:
    assert replace(ANSWER, **change).key != ANSWER.key


def test_a_grade_is_about_a_text() -> None:
    assert replace(ANSWER, text="3").key == ANSWER.key
    assert replace(ANSWER, text="3").content != ANSWER.content


def test_hashes_are_the_same_in_every_process() -> None:
    code = (
        "from mingan.records import *; q = Question(id='q1', prompt='一加一？', answer='2',"
        " tier='基础', tags=('算术',)); print(q.hash)"
    )
    seen = {
        subprocess.run(
            [sys.executable, "-c", code], capture_output=True, text=True, check=True,
            env={"PYTHONHASHSEED": seed},
        ).stdout.strip()
        for seed in ("1", "2")
    }  # fmt: skip
    assert seen == {QUESTION.hash}
