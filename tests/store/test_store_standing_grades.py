"""Which grade counts: people before judges before rules, newest first, and what is taken back."""

from __future__ import annotations

from typing import Any

from mingan.records import Grade
from mingan.store.standing_grades import StandingGrades

PLACE = ("answer", "question")


def _grade(verdict: str, authority: str, **more: Any) -> Grade:
    return Grade(
        answer="answer", question_hash="question", verdict=verdict,  # type: ignore[arg-type]
        grader="g", authority=authority, **more,  # type: ignore[arg-type]
    )  # fmt: skip


def _standing(*grades: Grade) -> str:
    found = StandingGrades(grades).by_place.get(PLACE)
    return found.verdict if found else "none"


def test_a_newer_rule_goes_before_an_older_one_but_not_before_a_judge() -> None:
    assert _standing(_grade("wrong", "rule"), _grade("right", "rule")) == "right"
    assert _standing(_grade("wrong", "judge"), _grade("right", "rule")) == "wrong"


def test_a_person_goes_before_everything_whenever_it_came() -> None:
    person = _grade("right", "person", by="甲", at="1")
    assert _standing(person, _grade("wrong", "judge"), _grade("wrong", "rule")) == "right"


def test_a_person_may_think_again_and_take_back() -> None:
    first = _grade("right", "person", by="甲", at="1")
    second = _grade("wrong", "person", by="甲", at="2")
    back = _grade("ungraded", "person", by="甲", at="3")
    rule = _grade("unsure", "rule")
    assert _standing(rule, first, second) == "wrong"
    assert _standing(rule, first, second, back) == "unsure"
    assert _standing(first, back) == "none"


def test_taking_back_ones_own_leaves_what_others_gave() -> None:
    grades = (
        _grade("right", "person", by="甲", at="1"),
        _grade("wrong", "person", by="乙", at="2"),
        _grade("ungraded", "person", by="乙", at="3"),
    )
    assert _standing(*grades) == "right"


def test_the_key_of_a_persons_grade_tells_its_time_and_that_of_a_rule_does_not() -> None:
    early, late = _grade("right", "person", at="1"), _grade("right", "person", at="2")
    assert early.key != late.key
    assert _grade("right", "rule", at="1").key == _grade("right", "rule", at="2").key


def test_a_judge_that_could_not_be_heard_takes_nobodys_place() -> None:
    def judged(verdict: str, **more: object) -> Grade:
        return Grade(
            answer="a", question_hash="q", verdict=verdict, grader="judge-rubric",  # type: ignore[arg-type]
            authority="judge", by="裁判", **more,  # type: ignore[arg-type]
        )  # fmt: skip

    rule = Grade(answer="a", question_hash="q", verdict="right", grader="text")
    lost = judged("ungraded", at="2026-01-01T00:00:00.000+00:00")
    standing = StandingGrades([rule, lost])
    assert standing.by_place["a", "q"] == rule
    standing.take(judged("wrong", opinion=True))
    assert standing.by_place["a", "q"] == rule
    standing.take(judged("wrong"))
    assert standing.by_place["a", "q"].verdict == "wrong"
    standing.take(lost)
    assert standing.by_place["a", "q"].verdict == "wrong"
    nothing = Grade(answer="a", question_hash="q", verdict="ungraded", grader="judge")
    assert StandingGrades([nothing, lost]).by_place["a", "q"] == lost
    assert StandingGrades([lost, rule]).by_place["a", "q"] == rule


def test_a_judge_that_cannot_decide_takes_no_rules_verdict_away() -> None:
    for verdict in ("right", "wrong"):
        rule, lost = _grade(verdict, "rule"), _grade("unsure", "judge", by="裁判")
        assert _standing(rule, lost) == verdict
        assert _standing(lost, rule) == verdict
        # Nor does it leave standing what another judge thought before.
        assert _standing(rule, _grade("wrong", "judge", by="别的裁判"), lost) == verdict
    assert _standing(_grade("ungraded", "rule"), _grade("unsure", "judge")) == "unsure"
    assert _standing(_grade("unsure", "rule"), _grade("ungraded", "judge")) == "unsure"
    assert _standing(_grade("right", "rule"), _grade("wrong", "judge")) == "wrong"
