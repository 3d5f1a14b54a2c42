"""What is said of a watch: no change, an alarm with its day, classes, graders, what is absent."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable

import pytest
from drift_help import (
    BANK,
    BY_ID,
    CARD,
    FIRST,
    SUM_BANK,
    Says,
    check,
    day,
    model,
    right,
    watch,
    wrong,
)

from mingan import drift
from mingan.grading.protocol import Finding
from mingan.grading.rules.number import NumberGrader
from mingan.models.protocol import Request
from mingan.plugins import Registry
from mingan.records import Generation, ModelCard, Question
from mingan.reports.drift_sentences import drift_notes, drift_sentence
from mingan.reports.drift_table import drift_document
from mingan.workspace import Workspace


def noisy(rate: float, seed: int) -> Says:
    """Right but for a share of askings, whenever they are."""

    def says(request: Request) -> str:
        place = (seed, request.question, request.repeat, request.day)
        return wrong(request) if random.Random(str(place)).random() < rate else right(request)

    return says


def test_without_any_change_nothing_is_said_to_have_changed(workspace: Workspace) -> None:
    row = watch(workspace, range(1, 6), noisy(0.1, 3))
    assert row.verdict in ("no change", "cannot tell yet")
    assert row.alarm_day == ""
    assert len(row.checks) == 4
    assert 0 < row.noise.count < row.noise.of == 60
    assert row.low <= row.estimate <= row.high
    assert "没有看到" in drift_sentence(row).zh or "还说不准" in drift_sentence(row).zh


def test_the_same_words_are_no_change_however_few(workspace: Workspace) -> None:
    row = watch(workspace, (1, 2), limit=8)
    assert (row.verdict, row.estimate) == ("no change", 0.0)
    assert row.checks[0].same_text.value == 1
    assert "一字不差" in drift_sentence(row).zh


def test_a_baseline_alone_tells_nothing(workspace: Workspace) -> None:
    row = watch(workspace, (1,))
    assert row.verdict == "cannot tell yet"
    assert (row.days[0].score, row.days[0].asked, row.due) == (1.0, 120, day(2))
    assert "从 2026-03-02 起再运行一次" in drift_sentence(row).zh


def test_a_model_that_changes_on_day_9_is_caught_and_the_day_is_told(workspace: Workspace) -> None:
    def says(request: Request) -> str:
        return noisy(0.6 if request.day >= day(9) else 0.1, 1)(request)

    row = watch(workspace, range(1, 13), says, bank=SUM_BANK)
    assert row.verdict == "changed"
    assert day(9) <= row.alarm_day <= day(11)
    assert day(8) <= row.since <= day(10)
    assert row.high < 0
    assert row.estimate == pytest.approx(-0.5, abs=0.12)
    alarms = [each.alarm for each in row.checks]
    assert alarms == sorted(alarms)
    assert not any(alarms[:7])
    assert f"从 {row.since} 起" in drift_sentence(row).zh
    assert [each.watch for each in drift.look(workspace.store).alarms] == [row.watch]


def test_a_flip_of_the_default_answer_shows_by_class(workspace: Workspace) -> None:
    def says(request: Request) -> str:
        return "是" if request.day < day(3) else "否"

    row = watch(workspace, range(1, 5), says)
    assert row.verdict == "changed"
    assert row.since == day(3)
    assert abs(row.estimate) < 0.01  # as many right as before
    by_name = {one.name: (one.before.value, one.now.value) for one in row.classes}
    assert by_name == {"no": (0.0, 1.0), "yes": (1.0, 0.0)}
    assert any("换了默认的答法" in note.zh for note in drift_notes(row))
    (shown,) = drift_document(drift.look(workspace.store))["rows"]
    assert [one["name"] for one in shown["classes"]] == ["no", "yes"]


def test_what_could_not_be_had_or_judged_is_counted_and_is_no_change(workspace: Workspace) -> None:
    def says(request: Request) -> object:
        if request.day == FIRST or int(request.question[1:]) % 2:
            return right(request)
        return {"text": "", "fault": "filtered"} if request.question < "q030" else "也许吧"

    row = watch(workspace, (1, 2, 3), says)  # type: ignore[arg-type]
    last = row.days[-1]
    assert last.absent == {"refused": 15, "unsure": 15}
    assert (last.pairs, last.better, last.worse, last.p) == (30, 0, 0, 1.0)
    assert any("不算数" in note.zh and "被拦下" in note.zh for note in drift_notes(row))


class Later(NumberGrader):
    """A later version of the rule for numbers, which takes every other answer for wrong."""

    version = "later"

    def grade(self, question: Question, text: str) -> Finding:
        found = super().grade(question, text)
        odd = int(question.id[1:]) % 2
        return (
            Finding(verdict="wrong", reason=found.reason, extracted=found.extracted)
            if odd
            else found
        )


@pytest.fixture
def new_grader(monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """From the moment it is set, numbers are graded by another version."""
    made = Registry.made

    def other(self: Registry, group: str, name: str) -> object:
        return Later() if (group, name) == ("graders", "number") else made(self, group, name)  # type: ignore[arg-type]

    def begin() -> None:
        monkeypatch.setattr(Registry, "made", other)

    return begin


def test_a_new_parser_is_never_called_drift(
    workspace: Workspace, new_grader: Callable[[], None]
) -> None:
    before = watch(workspace, range(1, 5), bank=SUM_BANK)
    assert before.grader_change is None
    new_grader()
    check(workspace, 5, bank=SUM_BANK)
    check(workspace, 6, bank=SUM_BANK)
    row = drift.look(workspace.store).rows[0]
    assert row.verdict == "no change"
    assert (row.estimate, row.evidence < 1) == (0.0, True)
    assert [each.score for each in row.days] == [0.5] * 6
    change = row.grader_change
    assert change is not None
    assert (change.answers, change.changed) == (60 * 5, 30 * 5)
    assert change.now == ("number@later",)
    # The verdicts on record alone would have said: half of all questions lost since day 5.
    assert change.seeming == pytest.approx(-0.2)
    assert any("判分规则换过版本" in note.zh for note in drift_notes(row))
    # The new verdicts are kept once, and the change of the grader is remembered.
    assert drift.keep_new_grades(workspace.store) == 60 * 5
    assert drift.keep_new_grades(workspace.store) == 0
    again = drift.look(workspace.store).rows[0]
    assert again.grader_change == change


def test_a_check_that_is_not_finished_raises_no_alarm(workspace: Workspace) -> None:
    watch(workspace, (1, 2), bank=SUM_BANK)
    stop = asyncio.Event()

    def says(request: Request) -> str:
        if made["m"].asked.total() >= 40:
            stop.set()
        return wrong(request)

    made = model(says)
    wish = drift.Wanted(model=CARD, bank=SUM_BANK)
    asyncio.run(drift.ask(workspace, wish, day=day(3), made=made, stop=stop, concurrency=1))
    row = drift.look(workspace.store).rows[0]
    assert row.unfinished
    assert row.alarm_day == ""
    check(workspace, 3, wrong, bank=SUM_BANK)
    assert drift.look(workspace.store).rows[0].alarm_day == day(3)


def test_a_person_s_verdict_does_not_count_on_one_side_only(workspace: Workspace) -> None:
    from mingan.records import Grade

    watch(workspace, (1, 2))
    workspace.store.add_grades([
        Grade(answer=a.content, question_hash=BY_ID[a.question].hash, verdict="wrong",
              grader="person", authority="person", by="p", at="2026-03-02")
        for a in workspace.store.answers() if a.day == day(2)
    ])  # fmt: skip
    assert drift.look(workspace.store).rows[0].verdict == "no change"


def test_an_empty_workspace_has_no_watch(workspace: Workspace) -> None:
    assert drift.look(workspace.store).rows == ()
    assert BANK.name == "b"


@pytest.mark.parametrize("temperature", [None, 1.0])
def test_answers_that_are_kept_and_given_again_make_no_drift(
    workspace: Workspace, temperature: float | None
) -> None:
    """Half of all answers are wrong by chance, but asked twice on a day it says the same."""

    def says(request: Request) -> str:
        chance = random.Random(f"{request.question} {request.day}")
        verdict = right(request) if chance.random() < 0.5 else wrong(request)
        return f"{'想了想。' * 12}（{chance.random()}）答案是：{verdict}"

    card = ModelCard(name="m", kind="scripted", generation=Generation(temperature=temperature))
    row = watch(workspace, range(1, 9), says, bank=SUM_BANK, card=card)
    assert row.kept
    assert row.verdict != "changed"
    assert "--anew" in drift_notes(row)[0].zh


def test_at_temperature_0_the_same_words_twice_are_as_they_should_be(workspace: Workspace) -> None:
    def says(request: Request) -> str:
        return f"{'想了想。' * 12}答案是：{right(request)}"

    card = ModelCard(name="m", kind="scripted", generation=Generation(temperature=0.0))
    assert not watch(workspace, (1, 2), says, bank=SUM_BANK, card=card).kept
