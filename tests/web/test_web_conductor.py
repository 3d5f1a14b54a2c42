"""Runs in the hands of a server: begun, halted, gone on with, and alive after any restart."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from mingan import ModelCard, UsageError, Workspace, runs
from mingan.asking import Budget
from mingan.bank import Bank
from mingan.models import keys
from mingan.records import Generation, Question
from mingan.store import Remembered
from mingan.web.conductor import BY, Conductor
from mingan.web.run_view import Watch

QUESTIONS = tuple(
    Question(id=f"q{i}", prompt=f"{i} 加 {i}？", answer=str(2 * i), bank="数", grader="number")
    for i in range(30)
)
BANK = Bank(name="数", questions=QUESTIONS)


def card(name: str = "甲", *, delay: float = 0.0, **more: object) -> ModelCard:
    said = {q.id: f"答案是 {q.answer}" for q in QUESTIONS}
    options = {"answers": said, "delay": delay, "concurrency": 1, **more}
    return ModelCard(name=name, kind="scripted", options=options)


def until(true: Callable[[], object], seconds: float = 10.0) -> None:
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "it never came"
        time.sleep(0.005)


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    with Workspace.open(tmp_path / "w.db") as opened:
        yield opened


@pytest.fixture
def conductor(workspace: Workspace) -> Iterator[Conductor]:
    made = Conductor(workspace, patience=0.02)
    yield made
    made.close()


def wish(*cards: ModelCard, **more: object) -> runs.Wish:
    return runs.Wish(bank=BANK, cards=cards or (card(),), **more)  # type: ignore[arg-type]


def phase(conductor: Conductor, run: str) -> str:
    found = conductor.look(run)
    assert found is not None
    return found.phase


def done(workspace: Workspace, run: str) -> int:
    return sum(a.state != "failed" for a in workspace.store.answers(run=run))


def state(workspace: Workspace, run: str) -> str:
    return runs.status_of(workspace.store, run).state


def test_a_run_goes_from_start_to_end_and_tells_what_it_was_given(
    workspace: Workspace, conductor: Conductor
) -> None:
    run = conductor.start(wish(limit=10, seed=3), settings={"limit": 10})
    until(lambda: phase(conductor, run) == "finished")
    assert (state(workspace, run), done(workspace, run)) == ("finished", 10)
    kept = runs.status_of(workspace.store, run).run.settings
    assert kept == {"started_by": BY, "seed": 3, "limit": 10}
    assert workspace.scores().scores[0].right == 10
    assert workspace.store.verify() == []


def test_pause_and_resume_lose_and_double_nothing(
    workspace: Workspace, conductor: Conductor
) -> None:
    run = conductor.start(wish(card(delay=0.02)))
    until(lambda: done(workspace, run) >= 3)
    conductor.pause(run)
    until(lambda: phase(conductor, run) == "paused")
    there = done(workspace, run)
    assert 3 <= there < 30
    assert state(workspace, run) == "stopped"
    conductor.resume(run)
    until(lambda: phase(conductor, run) == "finished")
    found = conductor.look(run)
    assert found is not None
    assert found.outcome is not None
    assert (found.outcome.already, found.outcome.asked) == (there, 30 - there)
    assert done(workspace, run) == 30
    assert len(workspace.store.runs()) == 1


def test_resuming_what_is_coming_to_a_stop_goes_on_after_it(
    workspace: Workspace, conductor: Conductor
) -> None:
    run = conductor.start(wish(card(delay=0.1), limit=8))
    until(lambda: phase(conductor, run) == "running")
    conductor.pause(run)
    conductor.resume(run)
    found = conductor.look(run)
    assert found is not None
    assert found.phase == "pausing"
    assert "就接着问" in found.said[0].zh
    until(lambda: phase(conductor, run) == "finished")
    assert (state(workspace, run), done(workspace, run)) == ("finished", 8)
    assert workspace.store.verify() == []


def test_the_last_word_counts_while_a_run_is_coming_to_a_stop(
    workspace: Workspace, conductor: Conductor
) -> None:
    run = conductor.start(wish(card(delay=0.1), limit=8))
    until(lambda: phase(conductor, run) == "running")
    for act in (conductor.pause, conductor.resume, conductor.pause):
        act(run)
    until(lambda: phase(conductor, run) != "pausing")
    assert (phase(conductor, run), state(workspace, run)) == ("paused", "stopped")
    time.sleep(0.1)
    assert phase(conductor, run) == "paused"


def test_a_run_that_another_server_asks_is_not_ours_to_pause(
    workspace: Workspace, conductor: Conductor
) -> None:
    with Workspace.open(str(workspace.store.place.path)) as same:
        run = conductor.start(wish(card(delay=0.05)))
        until(lambda: done(workspace, run) >= 1)
        second = Conductor(same, patience=0.02)
        watch = Watch(same.store, Remembered(same.store), second)
        second.begin()
        until(lambda: second.look(run).said)  # type: ignore[union-attr]
        now = watch.of(run)
        assert (now.phase, now.where) == ("running", "elsewhere")
        second.pause(run)
        until(lambda: not second.look(run).busy)  # type: ignore[union-attr]
        assert state(workspace, run) == "running"
        there = done(workspace, run)
        until(lambda: done(workspace, run) > there)
        assert (watch.of(run).phase, watch.of(run).where) == ("running", "elsewhere")
        assert (
            Watch(workspace.store, Remembered(workspace.store), conductor).of(run).where == "here"
        )
        until(lambda: phase(conductor, run) == "finished")
        assert (watch.of(run).phase, watch.of(run).where) == ("finished", "nowhere")
        second.close()


def test_stop_drops_what_is_under_way(workspace: Workspace, conductor: Conductor) -> None:
    run = conductor.start(wish(card(delay=30)))
    until(lambda: phase(conductor, run) == "running")
    conductor.pause(run)
    assert phase(conductor, run) == "pausing"
    conductor.stop(run)
    until(lambda: phase(conductor, run) == "stopped")
    assert (done(workspace, run), state(workspace, run)) == (0, "stopped")


def test_runs_are_asked_one_at_a_time_and_one_in_line_can_be_called_off(
    workspace: Workspace, conductor: Conductor
) -> None:
    first = conductor.start(wish(card(delay=0.02)))
    second = conductor.start(wish(card("乙")))
    third = conductor.start(wish(card("丙")))
    until(lambda: phase(conductor, first) == "running")
    assert phase(conductor, second) == "waiting"
    conductor.pause(third)
    assert (phase(conductor, third), state(workspace, third)) == ("paused", "stopped")
    until(lambda: phase(conductor, second) == "finished")
    assert phase(conductor, first) == "finished"
    assert done(workspace, third) == 0


def test_a_server_that_is_closed_leaves_the_run_wanted_and_the_next_one_goes_on(
    workspace: Workspace,
) -> None:
    first = Conductor(workspace)
    run = first.start(wish(card(delay=0.02)))
    until(lambda: done(workspace, run) >= 3)
    first.close()
    there = done(workspace, run)
    assert there < 30
    assert state(workspace, run) == "waiting"
    second = Conductor(workspace)
    second.begin()
    until(lambda: phase(second, run) == "finished")
    second.close()
    assert done(workspace, run) == 30
    assert workspace.store.verify() == []


def test_what_a_person_paused_stays_paused_after_a_restart(workspace: Workspace) -> None:
    first = Conductor(workspace)
    run = first.start(wish(card(delay=0.02)))
    until(lambda: phase(first, run) == "running")
    first.pause(run)
    until(lambda: phase(first, run) == "paused")
    first.close()
    second = Conductor(workspace)
    second.begin()
    assert second.look(run) is None
    second.resume(run)
    until(lambda: phase(second, run) == "finished")
    second.close()


def test_runs_of_others_are_not_gone_on_with_unasked(workspace: Workspace) -> None:
    plan = wish().plan()
    run = runs.put_on_record(workspace.store, BANK, plan)  # as `mingan run` killed at once
    second = Conductor(workspace)
    second.begin()
    assert second.look(run.id) is None
    second.resume(run.id)
    until(lambda: phase(second, run.id) == "finished")
    second.close()


KILLED = """
import sys, time
from mingan import Workspace
from mingan.web.conductor import Conductor
sys.path.insert(0, {here!r})
from test_web_conductor import card, wish
conductor = Conductor(Workspace.open({db!r}))
print(conductor.start(wish(card(delay=0.05))), flush=True)
time.sleep(60)
"""


def test_kill_9_loses_nothing(tmp_path: Path) -> None:
    db = tmp_path / "k.db"
    code = KILLED.format(here=str(Path(__file__).parent), db=str(db))
    process = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    run = process.stdout.readline().strip()
    with process.stdout, Workspace.open(db) as workspace:
        until(lambda: done(workspace, run) >= 4)
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
        there = {a.key: a.at for a in workspace.store.answers(run=run)}
        assert state(workspace, run) == "running"
        conductor = Conductor(workspace)
        conductor.begin()
        until(lambda: phase(conductor, run) == "finished")
        conductor.close()
        after = {a.key: a.at for a in workspace.store.answers(run=run)}
        assert len(after) == 30
        assert there.items() <= after.items()
        assert workspace.store.verify() == []


def test_while_another_process_asks_the_run_waits_and_says_so(
    workspace: Workspace, conductor: Conductor
) -> None:
    with workspace.store.run_lock():
        assert workspace.store.somebody_asks()
        run = conductor.start(wish())
        until(lambda: conductor.look(run).said)  # type: ignore[union-attr]
        assert phase(conductor, run) == "waiting"
        assert "另一个窗口" in conductor.look(run).said[0].zh  # type: ignore[union-attr]
    until(lambda: phase(conductor, run) == "finished")
    assert not workspace.store.somebody_asks()


def test_a_run_that_waits_can_be_called_off(workspace: Workspace, conductor: Conductor) -> None:
    with workspace.store.run_lock():
        run = conductor.start(wish())
        until(lambda: conductor.look(run).said)  # type: ignore[union-attr]
        conductor.pause(run)
        until(lambda: phase(conductor, run) == "paused")
    assert state(workspace, run) == "stopped"


def test_a_run_without_its_key_waits_for_it(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SOME_KEY", raising=False)
    keyed = ModelCard(
        name="云", kind="scripted", api_key_env="SOME_KEY", options={"default": "答案是 2"}
    )
    conductor = Conductor(workspace)
    run = conductor.start(wish(keyed))
    until(lambda: phase(conductor, run) == "paused")
    found = conductor.look(run)
    assert found is not None
    assert [c.name for c in found.missing] == ["云"]
    assert "缺少模型 云 的密钥" in found.said[0].zh
    assert state(workspace, run) == "waiting"  # the next server tries again by itself
    keys.hold("SOME_KEY", "a-key-for-tests")
    conductor.resume(run)
    until(lambda: phase(conductor, run) == "finished")
    keys.forget("SOME_KEY")
    conductor.close()


def test_what_cannot_be_made_is_shown_with_its_sentence(
    workspace: Workspace, conductor: Conductor
) -> None:
    broken = ModelCard(name="坏", kind="local", options={"file": "/nowhere/x.gguf"})
    run = conductor.start(wish(broken))
    until(lambda: phase(conductor, run) == "paused")
    assert "坏" in conductor.look(run).said[0].zh  # type: ignore[union-attr]
    assert state(workspace, run) == "stopped"
    after = conductor.start(wish())  # and the next run is asked all the same
    until(lambda: phase(conductor, after) == "finished")


def test_a_wish_that_makes_no_sense_leaves_nothing_behind(
    workspace: Workspace, conductor: Conductor
) -> None:
    with pytest.raises(UsageError):
        conductor.start(wish(card(), card(delay=1.0)))
    with pytest.raises(UsageError):
        conductor.start(wish(limit=0))
    with pytest.raises(UsageError):
        conductor.resume("nothing")
    assert workspace.store.runs() == []


def test_a_budget_counts_over_all_goes_of_a_run(workspace: Workspace, conductor: Conductor) -> None:
    said = {q.id: {"text": q.answer, "tokens_in": 50, "tokens_out": 50} for q in QUESTIONS}
    paid = ModelCard(
        name="付费", kind="scripted", price_in=10_000.0, price_out=10_000.0,
        generation=Generation(max_tokens=50),
        options={"answers": said, "concurrency": 1},
    )  # fmt: skip
    run = conductor.start(wish(paid), settings={"budget": {"money": 5.0, "currency": "CNY"}})
    until(lambda: phase(conductor, run) == "paused")
    first = done(workspace, run)
    assert 1 <= first <= 5  # one answer costs 1
    said_so = conductor.look(run).said  # type: ignore[union-attr]
    assert "预算" in said_so[0].zh
    conductor.resume(run)
    until(lambda: not conductor.look(run).busy)  # type: ignore[union-attr]
    assert done(workspace, run) <= 5
    conductor.resume(run, budget=Budget(money=100.0))
    until(lambda: phase(conductor, run) == "finished")
    assert done(workspace, run) == 30


def test_answers_that_could_not_be_had_are_asked_for_once_more(
    workspace: Workspace, conductor: Conductor
) -> None:
    said = {q.id: q.answer for q in QUESTIONS} | {"q3": {"fault": "400"}}
    flawed = ModelCard(name="缺", kind="scripted", options={"answers": said})
    run = conductor.start(wish(flawed))
    until(lambda: phase(conductor, run) == "finished")
    assert done(workspace, run) == 29
    conductor.resume(run)
    until(lambda: phase(conductor, run) == "finished")
    assert conductor.look(run).outcome.asked == 1  # type: ignore[union-attr]
