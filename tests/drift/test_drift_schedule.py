"""A year of the scheduler in a moment: what is asked, and when; and what cron and systemd get."""

from __future__ import annotations

import asyncio
import os
import shlex
import shutil
import subprocess
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from drift_help import BANK, CARD, day, model, right

from mingan import drift
from mingan.drift.checks import Asked
from mingan.drift.schedule import command_of, days_of, keep_asking, schedule_of
from mingan.errors import BusyError, UsageError
from mingan.language import Text
from mingan.models.scripted import ScriptedModel
from mingan.workspace import Workspace


class Clock:
    """A clock that a sleep moves; the scheduler ends when it has come to `until`."""

    def __init__(self, start: str, until: str) -> None:
        self.now = datetime.fromisoformat(start)
        self.until = datetime.fromisoformat(until)
        self.naps: list[float] = []

    def __call__(self) -> datetime:
        return self.now

    async def pause(self, seconds: float) -> bool:
        self.naps.append(seconds)
        self.now += timedelta(seconds=seconds)
        return self.now >= self.until


def keep(
    workspace: Workspace, clock: Clock, made: dict[str, ScriptedModel], *, every: int = 1
) -> list[Asked]:
    """The scheduler over one model until the clock's end."""
    wish = drift.Wanted(model=CARD, bank=BANK, limit=4, every=every)
    told: list[Asked] = []

    async def check(today: str) -> Sequence[Asked]:
        return [await drift.ask(workspace, wish, day=today, made=made)]

    asyncio.run(
        keep_asking(
            check, lambda today: drift.is_due(workspace, wish, today), clock=clock,
            pause=clock.pause, tell=told.append,
        )
    )  # fmt: skip
    return told


def test_every_day_is_asked_once(workspace: Workspace) -> None:
    made = model()
    clock = Clock("2026-03-01T22:00", "2026-03-04T10:00")
    told = keep(workspace, clock, made)
    assert [(asked.did, asked.day) for asked in told] == [
        ("baseline", day(1)), ("check", day(2)), ("check", day(3)), ("check", day(4)),
    ]  # fmt: skip
    assert made["m"].asked.total() == 8 + 3 * 4
    assert max(clock.naps) <= 60


def test_after_a_long_time_off_one_check_catches_up(workspace: Workspace) -> None:
    made = model()
    keep(workspace, Clock("2026-03-01T08:00", "2026-03-01T09:00"), made)
    told = keep(workspace, Clock("2026-03-20T08:00", "2026-03-20T12:00"), made)
    assert [asked.day for asked in told] == [day(20)]
    assert made["m"].asked.total() == 8 + 4
    # Started again on the same day, it finds everything done.
    assert keep(workspace, Clock("2026-03-20T13:00", "2026-03-20T14:00"), made) == []


def test_an_interval_of_days_is_kept_over_restarts(workspace: Workspace) -> None:
    made = model()
    days = []
    for start in range(1, 16):
        clock = Clock(f"{day(start)}T08:00", f"{day(start)}T08:05")
        days += [asked.day for asked in keep(workspace, clock, made, every=7)]
    assert days == [day(1), day(8), day(15)]


def test_a_day_that_is_not_complete_is_tried_again_an_hour_later(workspace: Workspace) -> None:
    said: Callable[[object], object] = lambda request: (  # noqa: E731
        {"fault": "400"} if clock.now.hour < 10 else right(request)  # type: ignore[arg-type]
    )
    clock = Clock("2026-03-01T08:30", "2026-03-01T13:00")
    made = model(said)  # type: ignore[arg-type]
    told = keep(workspace, clock, made)
    assert [asked.complete for asked in told] == [False, False, True]
    assert set(made["m"].asked.values()) == {3}


async def test_a_busy_workspace_is_waited_for() -> None:
    clock = Clock("2026-03-01T08:00", "2026-03-01T08:10")
    tries: list[datetime] = []
    notes: list[Text] = []

    async def check(today: str) -> Sequence[Asked]:
        tries.append(clock.now)
        if len(tries) < 3:
            raise BusyError("忙", "busy")
        return [Asked(did="nothing", watch="w", model="m", bank="b", day=today)]

    await keep_asking(
        check, lambda today: len(tries) < 3, clock=clock, pause=clock.pause, waiting=notes.append
    )
    assert [t.minute for t in tries] == [0, 1, 2]
    assert [note.en for note in notes[:2]] == ["busy", "busy"]
    assert len(notes) == 3  # that nothing is due is said once


@pytest.mark.parametrize(("text", "days"), [("1d", 1), ("7d", 7), ("2w", 14), (" 3D ", 3)])
def test_intervals(text: str, days: int) -> None:
    assert days_of(text) == days


@pytest.mark.parametrize("text", ["", "d", "0d", "-1d", "1", "1h", "1.5d", "٣d", "99999d"])
def test_what_is_no_interval_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match="--every"):
        days_of(text)


AWKWARD = "a b'c\"d$e%f"


def test_the_line_for_cron_runs_what_it_should(tmp_path: Path) -> None:
    folder = tmp_path / AWKWARD
    folder.mkdir()
    teller = folder / "tell"
    teller.write_text('#!/bin/sh\npwd\nprintf "%s\\n" "$MINGAN_MODELS" "$@"\n', "utf-8")
    teller.chmod(0o755)
    line = schedule_of(
        "cron", [str(teller), "drift", "--", AWKWARD], folder=str(folder),
        environment={"MINGAN_MODELS": AWKWARD},
    )  # fmt: skip
    assert line.count("\n") == 1
    fields = line.rstrip("\n").split(" ", 5)
    assert fields[:5] == ["17", "6", "*", "*", "*"]
    # cron ends the command at a bare % and takes the backslash away before one that is escaped.
    command = fields[5].replace("\\%", "\0")
    assert "%" not in command
    said = subprocess.run(
        ["/bin/sh", "-c", command.replace("\0", "%")], capture_output=True, text=True, check=True
    ).stdout.splitlines()
    assert said == [str(folder), AWKWARD, "drift", "--", AWKWARD]


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="systemd-analyze is not installed")
def test_systemd_takes_the_units(tmp_path: Path) -> None:
    script = tmp_path / "m n"
    script.write_text("#!/bin/sh\n", "utf-8")
    script.chmod(0o755)
    text = schedule_of("systemd", [str(script), "drift", "x$y%z\"'"], folder=str(tmp_path))
    service, timer = text.split("# ~/.config/systemd/user/mingan-drift.timer\n")
    (tmp_path / "mingan-drift.service").write_text(service, "utf-8")
    (tmp_path / "mingan-drift.timer").write_text(timer, "utf-8")
    done = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", str(tmp_path / "mingan-drift.service"),
         str(tmp_path / "mingan-drift.timer")],
        capture_output=True, text=True, check=False, env={**os.environ, "LC_ALL": "C"},
    )  # fmt: skip
    about = [line for line in done.stderr.splitlines() if "mingan-drift" in line]
    assert not [line for line in about if "is not executable" not in line], done.stderr


def test_a_schedule_holds_no_line_break_and_no_unknown_form() -> None:
    with pytest.raises(UsageError, match="控制字符"):
        schedule_of("cron", ["mingan", "drift", "a\nb"], folder="/")
    with pytest.raises(UsageError, match="systemd"):
        schedule_of("at", ["mingan"], folder="/")


def test_the_command_names_files_in_full_and_never_a_database(tmp_path: Path) -> None:
    bank = tmp_path / "b.csv"
    bank.write_text("id,prompt,answer\n", "utf-8")
    command = command_of(
        ["m"], bank=os.path.relpath(bank), every="2w", models=Path("m.toml"), workspace="w.db"
    )
    said = shlex.join(command)
    assert f"drift --if-due --every 14d --bank {bank}" in said
    assert f"--models {Path('m.toml').resolve()} --workspace {Path('w.db').resolve()} -- m" in said
    database = command_of(["m"], workspace="postgresql://u:geheim@h/d")
    assert "geheim" not in shlex.join(database)
