"""Graders that look a question over first: at fault, it judges nobody, and is looked over once."""

from __future__ import annotations

import pytest

from mingan import plugins
from mingan.grading.protocol import Finding
from mingan.grading.rules import checked
from mingan.grading.rules.checked import CheckedGrader
from mingan.language import Text
from mingan.records import Question, Verdict

SLIP = Text("写错了。", "A slip.")


class Fake(CheckedGrader):
    """Right are texts that say so; the parameter `slip` is one. It notes what it is asked."""

    name = "fake"
    version = "1"

    def __init__(self) -> None:
        self.asked: list[str] = []

    def slips(self, question: Question) -> list[Text]:
        self.asked.append("slips")
        return [SLIP] if "slip" in question.params else []

    def judge(self, question: Question, text: str) -> Finding:
        self.asked.append(text)
        verdicts: dict[str, Verdict] = {"好": "right", "坏": "wrong"}
        return Finding(verdict=verdicts.get(text, "ungraded"), reason=Text("因为", "because"))


def question(answer: str | None, **params: object) -> Question:
    return Question(id="q", prompt="x", answer=answer, params=params)


@pytest.fixture(autouse=True)
def nothing_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checked, "_remembered", type(checked._remembered)())


def test_a_question_at_fault_judges_nobody() -> None:
    grader = Fake()
    finding = grader.grade(question("好", slip=1), "坏")
    assert (finding.verdict, finding.reason) == ("ungraded", SLIP)
    assert grader.asked == ["slips"]


def test_a_reference_that_is_wrong_by_its_own_question_is_a_fault() -> None:
    (fault,) = Fake().faults(question("坏"))
    assert fault.zh == "参考答案自己没有通过检查：因为"
    assert Fake().grade(question("坏"), "好").verdict == "ungraded"


def test_a_reference_that_could_not_be_judged_is_no_fault() -> None:
    assert Fake().faults(question("？")) == []
    assert Fake().faults(question(None)) == []


def test_a_question_is_looked_over_once() -> None:
    grader = Fake()
    for _ in range(3):
        assert grader.grade(question("好"), "坏").verdict == "wrong"
    assert grader.asked == ["slips", "好", "坏", "坏", "坏"]


def test_only_so_many_questions_are_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checked, "REMEMBERED", 2)
    grader = Fake()
    for number in range(5):
        grader.faults(question("好", number=number))
    assert len(checked._remembered) == 2


def test_what_is_remembered_cannot_be_changed_by_who_asked() -> None:
    Fake().faults(question("坏")).clear()
    assert Fake().faults(question("坏"))


def test_two_graders_do_not_share_what_they_remember() -> None:
    class Other(Fake):
        def slips(self, question: Question) -> list[Text]:
            return [SLIP]

    assert Fake().faults(question("好")) == []
    assert Other().faults(question("好")) == [SLIP]


@pytest.mark.parametrize("name", ["grid", "table", "svg", "writing", "regex", "json"])
def test_graders_that_read_parameters_are_such(name: str) -> None:
    assert isinstance(plugins.registry.made("graders", name), CheckedGrader)
