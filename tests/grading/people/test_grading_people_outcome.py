"""What clicks come to: everybody's grade by name, and one more where people disagree."""

from __future__ import annotations

import pytest

from mingan.grading.people.outcome import disagreements, how_far_they_agree, outcome, people
from mingan.records import Question
from mingan.store.queues import Click, Queue, QueueItem

OPEN, HIDDEN = Question(id="q0", prompt="?"), Question(id="q1", prompt="?", hidden="sealed")
QUESTIONS = {OPEN.hash: OPEN, HIDDEN.hash: HIDDEN}


def queue(kind: str = "verdict", **more: object) -> Queue:
    sides = ("a", "b") if kind == "pair" else ("a",)
    items = tuple(
        QueueItem(question=q.hash, answers=tuple(f"{side}{i}" for side in sides))
        for i, q in enumerate((OPEN, HIDDEN, OPEN))
    )
    return Queue(id="k", kind=kind, items=items, **more)


def clicks(*given: tuple[int, str, str]) -> list[Click]:
    return [
        Click("k", place, by, choice, "", f"2026-01-01T00:00:{i:02}")
        for i, (place, by, choice) in enumerate(given)
    ]


def test_one_person_one_grade_with_name_and_reason() -> None:
    given = clicks((0, "小林", "wrong"), (0, "小林", "right"), (1, "小林", "wrong"),
                   (2, "小林", "right"), (2, "小林", ""))  # fmt: skip
    grades, votes = outcome(queue(), given, questions=QUESTIONS, at="later")
    assert votes == []
    assert [(g.answer, g.verdict, g.by, g.authority, g.hidden) for g in grades] == [
        ("a0", "right", "小林", "person", ""), ("a1", "wrong", "小林", "person", "sealed"),
    ]  # fmt: skip
    assert all(g.reason.zh and g.reason.en and g.at.startswith("2026") for g in grades)


@pytest.mark.parametrize(
    ("said", "verdict"),
    [
        (("right", "wrong"), "unsure"),
        (("right", "right", "wrong"), "right"),
        (("right", "wrong", "unsure"), "unsure"),
        (("right", "right", "wrong", "wrong"), "unsure"),
        (("unsure", "unsure", "wrong"), "unsure"),
    ],
)
def test_where_people_disagree_one_more_grade_comes_last(said: list[str], verdict: str) -> None:
    names = ["丁", "丙", "乙", "甲"][: len(said)]
    given = clicks(*((0, name, choice) for name, choice in zip(names, said, strict=True)))
    grades, _ = outcome(queue(), given, questions=QUESTIONS, at="later")
    assert len(grades) == len(said) + 1
    assert grades[-1].verdict == verdict
    assert grades[-1].by == "、".join(sorted(names))
    assert grades[-1].at == "later"
    assert "不一致" in grades[-1].reason.zh
    assert "disagree" in grades[-1].reason.en


def test_where_people_agree_there_is_none() -> None:
    grades, _ = outcome(
        queue(), clicks((0, "甲", "right"), (0, "乙", "right")), questions=QUESTIONS, at="later"
    )
    assert [g.by for g in grades] == ["甲", "乙"]


def test_a_rubric_scores_the_share_that_is_met_and_says_what_is_not() -> None:
    rubric = queue("rubric", criteria=("准确", "不编造"))
    given = clicks((0, "甲", "11"), (1, "甲", "10"), (1, "乙", "01"), (2, "甲", "unsure"))
    grades, _ = outcome(rubric, given, questions=QUESTIONS, at="later")
    assert [(g.answer, g.verdict, g.score) for g in grades] == [
        ("a0", "right", 1.0), ("a1", "wrong", 0.5), ("a1", "wrong", 0.5), ("a2", "unsure", None),
    ]  # fmt: skip
    assert "没做到：不编造" in grades[1].reason.zh
    given = clicks((1, "甲", "10"), (1, "乙", "00"))
    grades, _ = outcome(rubric, given, questions=QUESTIONS, at="later")
    assert (grades[-1].verdict, grades[-1].score) == ("wrong", 0.25)


def test_pairs_become_votes() -> None:
    grades, votes = outcome(
        queue("pair"), clicks((0, "甲", "b"), (0, "乙", "tie")), questions=QUESTIONS, at="later"
    )
    assert grades == []
    assert [(v.answer_a, v.answer_b, v.choice, v.by) for v in votes] == [
        ("a0", "b0", "b", "甲"), ("a0", "b0", "tie", "乙"),
    ]  # fmt: skip


def test_agreement_and_disagreements() -> None:
    given = clicks((0, "甲", "right"), (0, "乙", "right"), (1, "甲", "right"), (1, "乙", "wrong"),
                   (2, "甲", "wrong"))  # fmt: skip
    found = how_far_they_agree(queue(), given)
    assert found is not None
    assert (found.same, found.things, found.raters, found.kind) == (1, 2, 2, "cohen")
    assert disagreements(queue(), given) == [(1, {"甲": "right", "乙": "wrong"})]
    assert people(given) == ["甲", "乙"]
    assert how_far_they_agree(queue(), clicks((0, "甲", "right"), (1, "乙", "right"))) is None
    assert how_far_they_agree(queue(), []) is None
