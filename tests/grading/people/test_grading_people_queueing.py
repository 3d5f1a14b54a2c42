"""A queue: drawn by a seed, fair to all models, answers of one question apart."""

from __future__ import annotations

from collections import Counter

import pytest

from mingan.errors import UsageError
from mingan.grading.people.queueing import Candidate, Wish, eligible, make_queue
from mingan.records import Answer, Grade, Question

MODELS = ("甲", "乙", "丙")


def candidates(size: int = 10, **more: object) -> list[Candidate]:
    found = []
    for i in range(size):
        question = Question(id=f"q{i}", prompt=f"{i}?", **more)
        for name in MODELS:
            answer = Answer(
                question=question.id, asked=question.asked, model=name, model_hash=name, text="是"
            )
            found.append(Candidate(question, answer))
    return found


def graded(candidate: Candidate, verdict: str) -> Candidate:
    grade = Grade(
        answer=candidate.answer.content, question_hash=candidate.question.hash,
        verdict=verdict, grader="g",
    )  # fmt: skip
    return Candidate(candidate.question, candidate.answer, grade)


WISH = Wish(bank="数", which="all")


def test_the_seed_is_kept_and_draws_the_same_order_again() -> None:
    first, again = make_queue(candidates(), WISH, seed=7), make_queue(candidates(), WISH, seed=7)
    assert first.items == again.items
    assert first.seed == 7
    assert first.id != again.id
    assert make_queue(candidates(), WISH, seed=8).items != first.items
    assert {a for item in first.items for a in item.answers} == {
        c.answer.content for c in candidates()
    }


def test_answers_to_one_question_stand_apart() -> None:
    items = make_queue(candidates(), WISH, seed=1).items
    last: dict[str, int] = {}
    for place, item in enumerate(items):
        assert place - last.get(item.question, -99) >= 10
        last[item.question] = place


def test_of_a_limited_number_whole_questions_are_taken() -> None:
    items = make_queue(candidates(), Wish(bank="数", which="all", limit=13), seed=1).items
    assert sorted(Counter(item.question for item in items).values()) == [3, 3, 3, 3]
    model = {c.answer.content: c.answer.model for c in candidates()}
    assert set(Counter(model[item.answers[0]] for item in items).values()) == {4}


def test_only_what_is_wished_for() -> None:
    some = candidates(4)
    mixed = [graded(some[0], "right"), graded(some[1], "unsure"), graded(some[2], "ungraded")]
    mixed += some[3:6]
    count = {
        which: len(eligible(mixed, Wish(bank="数", which=which)))
        for which in ("open", "unsure", "ungraded", "all")
    }
    assert count == {"open": 5, "unsure": 1, "ungraded": 4, "all": 6}
    assert len(eligible(mixed, Wish(bank="数", which="all", models=frozenset({"甲"})))) == 2
    assert eligible(candidates(2, hidden="sealed"), WISH) == []


def test_pairs_meet_about_equally_often_and_on_both_sides() -> None:
    found = candidates(20)
    model = {c.answer.content: c.answer.model for c in found}
    items = make_queue(found, Wish(bank="数", kind="pair", which="all", limit=30), seed=3).items
    pairs = Counter(frozenset(model[a] for a in item.answers) for item in items)
    assert sorted(pairs.values()) in ([10, 10, 10], [9, 10, 11])
    assert all(5 <= Counter(model[i.answers[0]] for i in items)[name] <= 15 for name in MODELS)
    everything = make_queue(found, Wish(bank="数", kind="pair", which="all", limit=999), seed=3)
    assert len({frozenset(item.answers) for item in everything.items}) == 60


@pytest.mark.parametrize(
    "wish",
    [Wish(bank="数", kind="rubric", which="all"), Wish(bank="数", which="all", limit=0),
     Wish(bank="数", which="all", limit=5001), Wish(bank="数", which="all", limit=2),
     Wish(bank="数", which="unsure"),
     Wish(bank="数", which="all", kind="pair", models=frozenset({"甲"}))],
)  # fmt: skip
def test_what_cannot_be_made_is_said(wish: Wish) -> None:
    with pytest.raises(UsageError):
        make_queue(candidates(), wish, seed=1)


def test_nothing_in_a_queue_names_a_model() -> None:
    wish = Wish(bank="数", which="all", kind="rubric", criteria=("好",), models=frozenset(MODELS))
    line = make_queue(candidates(), wish, seed=1).to_json()
    assert not any(name in line for name in MODELS)
