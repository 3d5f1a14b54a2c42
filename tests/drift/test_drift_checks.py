"""What is asked on which day: the baseline, one check a day, and nothing twice."""

from __future__ import annotations

import asyncio
from collections import Counter

import pytest
from drift_help import BANK, CARD, FIRST, SUM_BANK, check, day, model, right

from mingan import drift, runs
from mingan.errors import BusyError, UsageError
from mingan.records import Generation, ModelCard
from mingan.workspace import Workspace


def settings(workspace: Workspace) -> list[tuple[str, object]]:
    return [(s.run.day, s.run.settings["drift"]) for s in workspace.store.runs()]


def test_the_baseline_comes_first_and_then_one_check_a_day(workspace: Workspace) -> None:
    made = model()
    assert check(workspace, 1, made=made).did == "baseline"
    asked = made["m"].asked
    assert Counter(asked.values()) == {1: 120}
    assert {repeat for _, repeat in asked} == {0, 1}
    again = check(workspace, 1, made=made)
    assert (again.did, again.outcome) == ("nothing", None)
    assert check(workspace, 2, made=made).did == "check"
    assert check(workspace, 2, made=made).did == "nothing"
    assert asked.total() == 180
    first, second = workspace.store.runs()
    assert settings(workspace) == [
        (FIRST, {"role": "baseline", "every": 1}),
        (day(2), {"role": "check", "every": 1, "watch": first.run.id}),
    ]
    assert (first.run.repeats, second.run.repeats) == (2, 1)
    assert second.run.questions == first.run.questions


def test_a_baseline_needs_two_askings(workspace: Workspace) -> None:
    with pytest.raises(UsageError, match="至少要问 2 次"):
        check(workspace, 1, repeats=1)
    assert check(workspace, 1, repeats=3, limit=5).outcome.asked == 15  # type: ignore[union-attr]


def test_what_was_cut_off_is_gone_on_with_and_nothing_is_asked_twice(workspace: Workspace) -> None:
    def dies(request: object) -> str:
        if made["m"].asked.total() > 70:
            raise SystemExit  # as a process that is killed in the middle
        return right(request)  # type: ignore[arg-type]

    made = model(dies)
    with pytest.raises(SystemExit):
        check(workspace, 1, made=made)
    before = set(_keys(workspace))
    assert 0 < len(before) < 120
    after = model()
    later = check(workspace, 3, made=after)  # two days later: still the baseline, of its own day
    assert (later.did, later.day) == ("baseline", FIRST)
    assert after["m"].asked.total() == 120 - len(before)
    assert len(workspace.store.runs()) == 1
    assert check(workspace, 3, made=after).did == "check"


def test_a_check_that_was_cut_off_is_finished_on_its_day_only(workspace: Workspace) -> None:
    check(workspace, 1)
    stop = asyncio.Event()

    def halting(request: object) -> str:
        if made["m"].asked.total() >= 20:
            stop.set()
        return right(request)  # type: ignore[arg-type]

    made = model(halting)
    wish = drift.Wanted(model=CARD, bank=BANK)
    cut = asyncio.run(drift.ask(workspace, wish, day=day(2), made=made, stop=stop, concurrency=1))
    assert not cut.complete
    assert drift.is_due(workspace, wish, day(2))
    assert drift.look(workspace.store).rows[0].unfinished
    after = model()
    assert check(workspace, 2, made=after).did == "check"
    assert made["m"].asked.total() + after["m"].asked.total() == 60
    assert not drift.look(workspace.store).rows[0].unfinished


def test_missed_days_are_caught_up_once_and_never_backwards(workspace: Workspace) -> None:
    check(workspace, 1, every=7)
    wish = drift.Wanted(model=CARD, bank=BANK)
    assert [drift.is_due(workspace, wish, day(n)) for n in (1, 2, 7, 8, 40)] == [
        False, False, False, True, True,
    ]  # fmt: skip
    check(workspace, 40)
    assert [s.run.day for s in workspace.store.runs()] == [day(1), day(40)]
    assert not drift.is_due(workspace, wish, day(46))
    assert drift.is_due(workspace, wish, day(47))
    with pytest.raises(UsageError, match="过去的日子问不回来"):
        check(workspace, 39)


def test_what_could_not_be_had_is_asked_again_on_the_same_day(workspace: Workspace) -> None:
    check(workspace, 1)
    fault = {"fault": "400"}
    broken = model(lambda request: fault if request.question == "q003" else right(request))
    assert not check(workspace, 2, made=broken).complete
    row = drift.look(workspace.store).rows[0]
    assert row.days[1].absent == {"failed": 1}
    assert (row.days[1].better, row.days[1].worse) == (0, 0)
    mended = model()
    assert check(workspace, 2, made=mended).complete
    assert dict(mended["m"].asked) == {("q003", 0): 1}
    assert drift.look(workspace.store).rows[0].days[1].absent == {}


def test_changed_settings_are_another_model_and_no_drift(workspace: Workspace) -> None:
    check(workspace, 1)
    warmer = ModelCard(name="m", kind="scripted", generation=Generation(temperature=1.0))
    asked = check(workspace, 2, card=warmer)
    assert asked.did == "baseline"
    assert "已经是另一个模型" in asked.notes[0].zh
    rows = drift.look(workspace.store).rows
    assert [row.ended for row in rows] == [False, True]
    assert {row.verdict for row in rows} == {"cannot tell yet"}
    assert [r.watch for r in drift.look(workspace.store, ended=False).rows] == [rows[0].watch]


def test_a_new_baseline_is_begun_where_somebody_wants_it(workspace: Workspace) -> None:
    check(workspace, 1)
    check(workspace, 2)
    again = check(workspace, 3, anew=True, limit=10)
    assert (again.did, len(workspace.store.runs()[-1].run.questions)) == ("baseline", 10)
    assert check(workspace, 4).watch == again.watch


def test_the_set_is_frozen(workspace: Workspace) -> None:
    check(workspace, 1, limit=20)
    asked = check(workspace, 2, limit=30)
    assert asked.outcome is not None
    assert asked.outcome.asked == 20
    assert "20 道" in asked.notes[0].zh
    assert check(workspace, 2, bank=None).did == "nothing"  # the bank of the watch


def test_models_and_banks_have_watches_of_their_own(workspace: Workspace) -> None:
    check(workspace, 1)
    check(workspace, 1, bank=SUM_BANK)
    other = ModelCard(name="n", kind="scripted")
    check(workspace, 1, card=other)
    rows = drift.look(workspace.store).rows
    assert {(row.model, row.bank) for row in rows} == {("m", "b"), ("m", "sums"), ("n", "b")}
    assert not any(row.ended for row in rows)
    assert [r.bank for r in drift.look(workspace.store, models=["m"], bank="sums").rows] == ["sums"]


def test_a_day_must_be_a_day(workspace: Workspace) -> None:
    for wrong in ("昨天", "2026-3-1", "20260301"):
        with pytest.raises(UsageError):
            asyncio.run(drift.ask(workspace, drift.Wanted(model=CARD, bank=BANK), day=wrong))


def test_scores_know_nothing_of_watches(workspace: Workspace) -> None:
    check(workspace, 1)
    with pytest.raises(UsageError):
        workspace.scores(bank="b")
    assert runs.status_of(workspace.store, workspace.store.runs()[0].run.id).state == "finished"


def _keys(workspace: Workspace) -> list[str]:
    return [answer.key for answer in workspace.store.answers() if answer.state != "failed"]


def test_the_bank_that_is_shown_first_is_never_that_of_a_watch(workspace: Workspace) -> None:
    made = model(card=ModelCard(name="n", kind="scripted"))
    other = ModelCard(name="n", kind="scripted")
    workspace.run(bank=SUM_BANK, models=[other], limit=3, made=made)
    check(workspace, 1)
    check(workspace, 2)
    assert workspace.store.newest_bank() == "sums"
    assert workspace.scores().gathered.bank == "sums"


def test_a_check_that_died_is_not_running_for_ever(workspace: Workspace) -> None:
    check(workspace, 1)
    check(workspace, 2)
    workspace.store.end_run(workspace.store.runs()[-1].run.id, "running")  # as after kill -9
    check(workspace, 3)
    assert [status.state for status in workspace.store.runs()] == [
        "finished", "stopped", "finished",
    ]  # fmt: skip


def test_whoever_comes_second_is_told_to_wait(workspace: Workspace) -> None:
    with workspace.store.run_lock(), pytest.raises(BusyError):
        check(workspace, 1)
    assert workspace.store.runs() == []
