"""A plain scheduler in the foreground, and the line or unit that lets the system do it instead.

What is due is read from the record every time, never kept here: end it in any way, start it again,
and nothing is asked twice. However long it was off, what was missed is caught up by one check, of
today. The clock and the sleep are handed in, so that a year can pass in a test. It must not know
what is asked.
"""

from __future__ import annotations

import asyncio
import shlex
import sys
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Literal

from mingan.drift.checks import Asked
from mingan.errors import BusyError, UsageError
from mingan.language import Text

AGAIN_S = 3600.0
"""Seconds until a day that is not complete, or a workspace that is busy, is tried again."""

NAP_S = 60.0
"""Longest sleep at a time: a machine that slept, or whose clock was set, is noticed by then."""

Form = Literal["cron", "systemd"]
FORMS: tuple[Form, ...] = ("cron", "systemd")

_UNITS = {"d": 1, "w": 7}
_HOUR, _MINUTE = 6, 17

Check = Callable[[str], Awaitable[Sequence[Asked]]]
IsDue = Callable[[str], bool]
Pause = Callable[[float], Awaitable[bool]]
"""Waits so many seconds; True if somebody wants it to end meanwhile."""


def days_of(text: str) -> int:
    """How many days an interval such as `1d` or `2w` has.

    Raises:
        UsageError: it is no such interval.
    """
    number, unit = text.strip()[:-1], text.strip()[-1:].lower()
    if unit in _UNITS and number.isascii() and number.isdigit() and 0 < int(number) < 10_000:
        return int(number) * _UNITS[unit]
    raise UsageError(
        f"--every 写成 1d（每天）、7d 或 2w（两周）的样子，而写的是 {text!r}。",
        f"Write --every like 1d (daily), 7d or 2w, not {text!r}.",
    )


async def keep_asking(
    check: Check,
    is_due: IsDue,
    *,
    clock: Callable[[], datetime],
    pause: Pause,
    tell: Callable[[Asked], None] = lambda asked: None,
    waiting: Callable[[Text], None] = lambda sentence: None,
) -> None:
    """Check whenever something is due, until `pause` says that somebody wants it to end.

    Args:
        check: asks what is due on a day, of one model or several; the day is that of `clock`.
        is_due: whether something is to be asked on a day, by the record.
        tell: told of every check; `waiting`: told once why nothing is asked at present.

    Raises:
        MinganError: what `check` raises, but for BusyError, which is waited for.
    """
    not_before: datetime | None = None
    done = ""  # the day on which nothing is due any more
    while True:
        now = clock()
        day = now.date().isoformat()
        ready = day != done and (not_before is None or now >= not_before)
        if ready and await asyncio.to_thread(is_due, day):
            not_before = None
            try:
                asked = await check(day)
            except BusyError as busy:
                waiting(busy.message)
                not_before = now + timedelta(seconds=NAP_S)
            else:
                for one in asked:
                    tell(one)
                if not all(one.complete for one in asked):
                    not_before = now + timedelta(seconds=AGAIN_S)
        elif ready:
            done = day
            waiting(
                Text(
                    "今天没有要问的了，等到下一次；按 Ctrl-C 结束，再开也不会重问。",
                    "Nothing more is due today; waiting for the next time. Ctrl-C ends it, and "
                    "starting it again asks nothing twice.",
                )
            )
        if await pause(_until(now, not_before)):
            return


def schedule_of(
    form: str, command: Sequence[str], *, folder: str,
    environment: Mapping[str, str] | None = None,
) -> str:  # fmt: skip
    """A line for cron, or a pair of units for systemd, that runs `command` in `folder`.

    Both start it once a day; whether a check is due, the command finds in the record. No key is
    in it.

    Args:
        environment: names and values that the command needs, none of them secret.

    Raises:
        UsageError: an unknown form, or a path that such a file cannot hold.
    """
    if form not in FORMS:
        raise UsageError(
            f"--print-schedule 写 cron 或 systemd，而不是 {form!r}。",
            f"--print-schedule is cron or systemd, not {form!r}.",
        )
    words = [*command, folder, *(environment or {}).values()]
    if any(ord(letter) < 32 or ord(letter) == 127 for word in words for letter in word):
        raise UsageError(
            "路径或参数里有换行之类的控制字符，写不进定时任务；请改名。",
            "A path or an argument holds a line break or another control character, which no "
            "schedule can hold; rename it.",
        )
    return (_cron if form == "cron" else _systemd)(command, folder, environment or {})


def command_of(
    names: Sequence[str], *, bank: str | None = None, every: str | None = None,
    models: Path | None = None, workspace: str | None = None,
) -> list[str]:  # fmt: skip
    """The command that a schedule runs: these models, checked where a check is due.

    What is a file is named in full, since a schedule has a folder of its own. A database's URL may
    hold a password and is never written down: `MINGAN_WORKSPACE` must name it there.
    """
    beside = Path(sys.executable).parent / "mingan"
    command = [str(beside)] if beside.is_file() else [sys.executable, "-m", "mingan"]
    command += ["drift", "--if-due"]
    if every is not None:
        command += ["--every", f"{days_of(every)}d"]
    if bank is not None:
        command += ["--bank", str(Path(bank).resolve()) if Path(bank).is_file() else bank]
    if models is not None:
        command += ["--models", str(models.resolve())]
    if workspace is not None and not is_url(workspace):
        command += ["--workspace", str(Path(workspace).resolve())]
    return [*command, "--", *names]


def is_url(workspace: str) -> bool:
    """Whether a workspace is a database's address, and no file."""
    return "://" in workspace


def _cron(command: Sequence[str], folder: str, environment: Mapping[str, str]) -> str:
    """One line of a crontab; in it a % would end the command, so it is escaped."""
    settings = [f"{name}={shlex.quote(value)}" for name, value in environment.items()]
    words = " ".join([*settings, *map(shlex.quote, command)])
    line = f"cd {shlex.quote(folder)} && {words}"
    return f"{_MINUTE} {_HOUR} * * * {line.replace('%', chr(92) + '%')}\n"


def _systemd(command: Sequence[str], folder: str, environment: Mapping[str, str]) -> str:
    """A service and its timer, one after the other, each under the name of its file."""
    settings = "".join(f"Environment={_quoted(f'{name}={value}')}\n"
                       for name, value in environment.items())  # fmt: skip
    # Only in commands a dollar sign begins the name of a variable.
    start = " ".join(_quoted(word).replace("$", "$$") for word in command)
    return (
        "# ~/.config/systemd/user/mingan-drift.service\n"
        "[Unit]\nDescription=Mingan: ask a model again and watch for drift\n\n"
        "[Service]\nType=oneshot\n"
        f"WorkingDirectory={_specifier(folder)}\n{settings}"
        f"ExecStart={start}\n"
        "# exit status 1: some answers could not be had; they are asked for the next time\n"
        "SuccessExitStatus=1\n\n"
        "# ~/.config/systemd/user/mingan-drift.timer\n"
        "[Unit]\nDescription=Mingan: once a day\n\n"
        f"[Timer]\nOnCalendar=*-*-* {_HOUR:02}:{_MINUTE:02}:00\nPersistent=true\n\n"
        "[Install]\nWantedBy=timers.target\n"
    )


def _quoted(word: str) -> str:
    """A word of a unit, in quotes, its specifiers escaped."""
    escaped = word.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{_specifier(escaped)}"'


def _specifier(text: str) -> str:
    return text.replace("%", "%%")


def _until(now: datetime, not_before: datetime | None) -> float:
    """Seconds to sleep: to the next midnight or try, and never long at a time."""
    midnight = datetime.combine(now.date() + timedelta(days=1), datetime.min.time(), now.tzinfo)
    next_look = min(midnight, not_before) if not_before and not_before > now else midnight
    return min(NAP_S, max(1.0, (next_look - now).total_seconds()))
