"""A sandbox for programs that nobody trusts, made of the Linux kernel's own means.

Each run is a fresh interpreter that locks itself up (see `inside/`) before it sees the program:

    Landlock        no file can be read but the standard library and what it links to, none written
                    but in a folder of its own, which is gone afterwards, and none removed
    seccomp         no sockets, no new processes or programs, no signals to others, no files
                    without a name
    limits          memory, processor time, threads, open files, size of files, no core dumps
    namespaces      no network devices, where an ordinary user may have that
    this process    kills it when its time is up, when it prints or writes too much, and in the end

No root is needed; where Mingan is root, the program is not. Without Landlock and seccomp (an old
kernel, macOS, Windows) nothing is run at all. This module knows programs, limits and reports; it
must not know questions or what is expected of a program.
"""

from __future__ import annotations

import json
import marshal
import os
import platform
import selectors
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import dataclass, field
from typing import Any, Literal

from mingan.grading.code.paths import listable, readable
from mingan.language import Text

MB = 1 << 20
MOST_OUTPUT, MOST_RESULTS = MB, 4 * MB
"""Bytes that a program may print and report before it is killed."""

MOST_FILES, MOST_ON_DISK = 256, 32 * MB
"""Files and bytes that it may leave in its folder before it is killed."""

TICK_S = 0.05
"""How often a running program's processor time and folder are looked at."""

PATIENCE = 2.0
"""A program that waits or is kept waiting gets this many times its seconds on the clock."""

_START = (
    "import sys; sys.path.insert(0, {folder!r}); from inside import jail; del sys.path[0]; "
    "jail.main({results})"
)
_ENVIRONMENT = {"TZ": "UTC0", "LC_ALL": "C.UTF-8", "MALLOC_ARENA_MAX": "2"}
_PASSED_ON = ("LD_LIBRARY_PATH",)
"""What an interpreter may need to start at all; it is taken away before the program runs."""

Ending = Literal["by itself", "time", "output", "files", "signal"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """What to run, and within what limits.

    With `function`, the program is loaded once and the function called with each of `tests` (lists
    of arguments); without, it is run as a script with `stdin`. `seconds` are of processor time;
    `memory_mb` comes on top of what the interpreter itself takes.
    """

    code: str
    setup: str = ""
    function: str = ""
    tests: tuple[Any, ...] = ()
    stdin: str = ""
    forbid: tuple[str, ...] = ()
    seconds: float = 5.0
    memory_mb: int = 256


@dataclass(slots=True, kw_only=True)
class Report:
    """What came of a run; all of it but `fault` and `ending` is the program's own word.

    Attributes:
        fault: why the program was not run, which is no fault of the program's.
        lines: the lines of the report, see `inside/harness.py`; broken ones are left out.
        output: what it printed.
        ending: how it ended; `signal` is the number of the signal, if it was one.
        seconds: how long it took.
    """

    fault: Text | None = None
    lines: list[list[Any]] = field(default_factory=list)
    output: bytes = b""
    ending: Ending = "by itself"
    signal: int = 0
    seconds: float = 0.0


def run(job: Job) -> Report:
    """Run a program; whatever it does, this returns within its limits and leaves nothing behind.

    A program is never run where the sandbox is not complete: the report's `fault` says why.
    """
    reason = missing()
    if reason is not None:
        return Report(fault=reason)
    began = time.monotonic()
    folder = ""
    try:
        folder = os.path.realpath(tempfile.mkdtemp(prefix="mingan-"))
        report = _Run(job, folder).report()
    except OSError as error:
        report = Report(fault=_cannot_start(str(error)))
    finally:
        if folder:
            shutil.rmtree(folder, ignore_errors=True)
    report.seconds = time.monotonic() - began
    return report


class _Run:
    """One process, from its start to its end."""

    def __init__(self, job: Job, folder: str) -> None:
        self._job = job
        self._folder = folder
        # Version 2 writes what occurs twice twice: no test may change what the next one gets.
        self._input = marshal.dumps(_as_dict(job, folder), 2)
        self._got = {"output": bytearray(), "results": bytearray()}
        self._most = {"output": MOST_OUTPUT, "results": MOST_RESULTS}
        self._ending: Ending = "by itself"

    def report(self) -> Report:
        """Start it, wait for its end, and say what came of it."""
        mine, its = os.pipe()
        try:
            process = subprocess.Popen(
                _command(its),
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                pass_fds=(its,), cwd="/", env=_environment(), start_new_session=True,
            )  # fmt: skip
        except BaseException:
            os.close(mine)
            raise
        finally:
            os.close(its)
        with process, os.fdopen(mine, "rb", buffering=0) as results:
            try:
                self._attend(process, results.fileno())
            finally:
                _end(process)
        return self._said(process.returncode)

    def _attend(self, process: subprocess.Popen[bytes], results: int) -> None:
        """Feed it, read it, and watch its limits until it ends or has to be ended."""
        assert process.stdin is not None
        assert process.stdout is not None
        ended = os.pidfd_open(process.pid)
        try:
            with selectors.DefaultSelector() as selector:
                os.set_blocking(process.stdin.fileno(), False)
                selector.register(process.stdin, selectors.EVENT_WRITE, "input")
                for at, name in ((process.stdout.fileno(), "output"), (results, "results")):
                    os.set_blocking(at, False)
                    selector.register(at, selectors.EVENT_READ, name)
                selector.register(ended, selectors.EVENT_READ, "ended")
                self._loop(process, selector)
        finally:
            os.close(ended)

    def _loop(self, process: subprocess.Popen[bytes], selector: selectors.BaseSelector) -> None:
        deadline = time.monotonic() + PATIENCE * self._job.seconds + 1
        look_at = time.monotonic() + TICK_S
        while self._ending == "by itself":
            events = selector.select(max(0.0, min(look_at, deadline) - time.monotonic()))
            over = False
            for key, _ in events:
                if key.data == "input":
                    self._feed(process, selector)
                elif key.data == "ended":
                    over = True
                else:
                    self._read(key.fd, key.data, selector)
            if over:
                return self._read_the_rest(selector)
            if time.monotonic() >= look_at:
                look_at = time.monotonic() + TICK_S
                self._watch(process.pid, deadline)
        return None

    def _feed(self, process: subprocess.Popen[bytes], selector: selectors.BaseSelector) -> None:
        assert process.stdin is not None
        try:
            written = os.write(process.stdin.fileno(), self._input)
        except BlockingIOError:
            return
        except OSError:  # it is gone already
            written = len(self._input)
        self._input = self._input[written:]
        if not self._input:
            selector.unregister(process.stdin)
            process.stdin.close()

    def _read(self, at: int, name: str, selector: selectors.BaseSelector) -> bool:
        """Take what is there; whether there may be more."""
        try:
            piece = os.read(at, 1 << 16)
        except BlockingIOError:
            return False
        if not piece:
            selector.unregister(at)
            return False
        self._got[name] += piece
        if len(self._got[name]) > self._most[name]:
            self._ending = "output"
            return False
        return True

    def _read_the_rest(self, selector: selectors.BaseSelector) -> None:
        for key in list(selector.get_map().values()):
            if key.data in self._got:
                while self._read(key.fd, key.data, selector):
                    pass

    def _watch(self, pid: int, deadline: float) -> None:
        if _processor_time(pid) > self._job.seconds or time.monotonic() >= deadline:
            self._ending = "time"
        elif _fills_up(self._folder):
            self._ending = "files"

    def _said(self, status: int) -> Report:
        lines = _lines(bytes(self._got["results"]))
        if not lines or lines[0] != ["ready"]:
            detail = lines[0][1] if lines and lines[0][0] == "fault" else f"exit {status}"
            return Report(fault=_cannot_start(str(detail)))
        report = Report(lines=lines[1:], output=bytes(self._got["output"]), ending=self._ending)
        if self._ending == "by itself" and status < 0:
            report.signal = -status
            report.ending = "time" if -status == signal.SIGXCPU else "signal"
        return report


def _command(results: int) -> list[str]:
    folder = os.path.dirname(os.path.abspath(__file__))
    start = _START.format(folder=folder, results=results)
    return [os.path.realpath(sys.executable), "-I", "-S", "-X", "utf8", "-c", start]


def _environment() -> dict[str, str]:
    passed_on = {name: os.environ[name] for name in _PASSED_ON if name in os.environ}
    return {**_ENVIRONMENT, **passed_on}


def _as_dict(job: Job, folder: str) -> dict[str, Any]:
    return {
        "code": job.code, "setup": job.setup, "function": job.function, "tests": list(job.tests),
        "stdin": job.stdin.encode("utf-8", "replace"), "forbid": list(job.forbid),
        "seconds": job.seconds, "memory_mb": job.memory_mb, "folder": folder,
        "readable": readable(), "listable": listable(),
    }  # fmt: skip


def _end(process: subprocess.Popen[bytes]) -> None:
    """Kill the whole group; it cannot have left it, and its number is not free until we wait."""
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except (ProcessLookupError, PermissionError):
        process.kill()
    process.wait()


def _processor_time(pid: int) -> float:
    """Seconds of processor time that a process has used, by the clock the kernel keeps for it."""
    try:
        return time.clock_gettime((~pid << 3) | 2)
    except OSError:
        return 0.0


def _fills_up(folder: str) -> bool:
    """Whether a program has made more files, or bigger ones, than it may."""
    count = size = 0
    try:
        with os.scandir(folder) as entries:
            for entry in entries:
                count += 1
                size += entry.stat(follow_symlinks=False).st_blocks * 512
                if count > MOST_FILES or size > MOST_ON_DISK:
                    return True
    except OSError:
        return False
    return False


def _lines(results: bytes) -> list[list[Any]]:
    """The lines of a report that are JSON lists with something in them, as they came."""
    lines = []
    for line in results.split(b"\n"):
        try:
            value = json.loads(line)
        except (ValueError, RecursionError):
            continue
        if isinstance(value, list) and value:
            lines.append(value)
    return lines


# -- whether it can be had at all --------------------------------------------------------------

_TRIAL = """
def held():
    import os, socket
    stopped = []
    for name, attempt in {
        "read": lambda: open("/etc/passwd"), "list": lambda: os.listdir("/"),
        "write": lambda: open("../escaped", "w"), "fork": os.fork, "socket": socket.socket,
    }.items():
        try:
            attempt()
        except OSError:
            stopped.append(name)
    return stopped
"""
_HELD = ["read", "list", "write", "fork", "socket"]

_lock = threading.Lock()
_tried: list[Text | None] = []


def available() -> Text | None:
    """Why no program can be run here, or None where the sandbox stands.

    The first call tries it: it starts one and sees whether it stops what it must stop.
    """
    with _lock:
        if not _tried:
            _tried.append(missing() or _trial())
        return _tried[0]


def _trial() -> Text | None:
    report = run(Job(code=_TRIAL, function="held", tests=([],), seconds=10))
    if report.fault is not None:
        return report.fault
    if [0, "value", _HELD] in report.lines:
        return None
    return Text(
        f"沙箱试运行没有通过，不会运行任何程序：{report.lines[-1:]}",
        f"The sandbox failed its trial, so no program is run: {report.lines[-1:]}",
    )


def missing() -> Text | None:
    """What of the required means this machine does not have, without trying them."""
    if sys.platform != "linux":
        return _without(f"{platform.system()}", "Linux")
    from mingan.grading.code.inside import kernel, landlock

    if platform.machine() not in kernel.ARCHITECTURES:
        return _without(platform.machine(), " / ".join(kernel.ARCHITECTURES))
    try:
        landlock.version()
    except OSError as error:
        return _without(f"{platform.release()}: {error.strerror}", "Landlock (Linux ≥ 5.13)")
    return None


def _without(here: str, wanted: str) -> Text:
    return Text(
        f"这台机器不能安全地运行程序（{here}），需要 {wanted}；程序题不会判分。",
        f"This machine cannot run programs safely ({here}); that takes {wanted}. "
        "Questions that ask for a program are not graded.",
    )


def _cannot_start(detail: str) -> Text:
    return Text(
        f"沙箱启动失败，程序没有运行：{detail}",
        f"The sandbox could not be started, so the program was not run: {detail}",
    )
