"""The sandbox itself: that it stands or is not used, its walls one by one, and its cost."""

from __future__ import annotations

import json
import operator
import os
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mingan.grading.code import paths, sandbox
from mingan.grading.code.comparing import equal
from mingan.grading.code.sandbox import Job, available, run

linux = pytest.mark.skipif(sys.platform != "linux", reason="the walls are Linux's")
if sys.platform == "linux":
    from mingan.grading.code.inside import seccomp
    from mingan.grading.code.inside.encoding import DEEPEST, TooLarge, encode

ONE = Job(code="def f(x): return x", function="f", tests=([1],))


def test_it_says_why_it_cannot_be_had_or_has_been_tried() -> None:
    reason = available()
    assert reason is None or (reason.zh and reason.en)


@pytest.mark.usefixtures("sandbox")
class TestRuns:
    def test_a_run_leaves_nothing_open(self) -> None:
        run(ONE)
        before = os.listdir("/proc/self/fd")
        for _ in range(3):
            run(ONE)
        assert len(os.listdir("/proc/self/fd")) == len(before)

    def test_an_interpreter_that_does_not_start_is_a_fault(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(sys, "executable", "/no/such/python")
        report = run(ONE)
        assert report.fault is not None
        assert "沙箱启动失败" in report.fault.zh

    def test_a_process_that_is_no_python_is_a_fault(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(sys, "executable", "/bin/true")
        assert run(ONE).fault is not None

    @pytest.mark.parametrize("wall", ["landlock.restrict", "seccomp.install"])
    def test_where_a_wall_cannot_be_built_nothing_is_run(
        self, wall: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        broken = (
            "import sys; sys.path.insert(0, {folder!r}); from inside import jail, landlock, "
            "seccomp; del sys.path[0]\ndef refuse(*a, **k): raise OSError(38, 'no such wall')\n"
            f"{wall} = refuse\njail.main({{results}})"
        )
        monkeypatch.setattr(sandbox, "_START", broken)
        report = run(Job(code="print('ran')"))
        assert report.fault is not None
        assert "no such wall" in report.fault.en
        assert report.output == b""

    def test_a_trial_that_fails_closes_the_sandbox(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(sandbox, "_tried", [])
        monkeypatch.setattr(sandbox, "_HELD", ["read", "list", "write", "fork", "socket", "more"])
        assert sandbox.available() is not None

    def test_several_run_side_by_side(self) -> None:
        seen: list[Any] = []

        def one(number: int) -> None:
            job = Job(code="def f(x): return x * 2", function="f", tests=([number],))
            seen.append((number, run(job).lines[1][2]))

        threads = [threading.Thread(target=one, args=(number,)) for number in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sorted(seen) == [(number, number * 2) for number in range(8)]

    def test_the_program_dies_with_the_one_who_started_it(self, tmp_path: Path) -> None:
        code = (
            "import os, threading, time\nfrom mingan.grading.code.sandbox import Job, run\n"
            "threading.Thread(target=lambda: run(Job(code='import time; time.sleep(60)')), "
            "daemon=True).start()\n"
            "me = os.getpid()\n"
            "path = f'/proc/{me}/task'\n"
            "while True:\n"
            "    found = [c for t in os.listdir(path)"
            " for c in open(f'{path}/{t}/children').read().split()]\n"
            "    if found and b'-I' in open(f'/proc/{found[0]}/cmdline', 'rb').read(): break\n"
            "time.sleep(0.5)\nprint(found[0], flush=True)\nos._exit(0)"
        )
        environment = {**os.environ, "TMPDIR": str(tmp_path)}
        said = subprocess.run(
            [sys.executable, "-c", code],
            capture_output=True,
            check=True,
            env=environment,
            text=True,
        )
        process = Path("/proc") / said.stdout.strip()
        deadline = time.monotonic() + 5
        while process.exists() and time.monotonic() < deadline:
            time.sleep(0.01)
        assert not process.exists() or "Z" in (process / "stat").read_text().split()[2]

    def test_a_typical_grading_is_quick(self) -> None:
        run(ONE)
        took = []
        for _ in range(5):
            began = time.perf_counter()
            run(ONE)
            took.append(time.perf_counter() - began)
        assert min(took) < 0.5  # 0.03 s on a quiet machine


@linux
def test_no_folder_of_installed_packages_can_be_read() -> None:
    for path in paths.readable():
        assert not path.endswith(("site-packages", "dist-packages"))
        assert path not in ("/", "/usr", "/usr/lib", "/lib", "/home", "/root", "/etc", "/tmp")


# -- the filter of system calls, on a machine made of a few lines ----------------------------------

MARKS = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
HOLDS = {0x15: operator.eq, 0x35: operator.ge, 0x45: operator.and_}
ALLOWED, REFUSED, MISSING, KILLED = 0x7FFF0000, 0x50001, 0x50026, 0x80000000


def outcome(machine: str, number: int, *arguments: int, mark: int = 0, threads: bool = True) -> int:
    """What the filter says to a call."""
    data = number.to_bytes(4, "little") + (mark or MARKS[machine]).to_bytes(4, "little") + bytes(8)
    data += b"".join((a % 2**64).to_bytes(8, "little") for a in arguments)
    data += bytes(64 - len(data))
    held, at = 0, 0
    code = seccomp.program(machine, threads=threads)
    while True:
        operation, yes, no, operand = code[at]
        at += 1
        if operation == 0x06:
            return operand
        if operation == 0x20:
            held = int.from_bytes(data[operand : operand + 4], "little")
        else:
            at += yes if HOLDS[operation](held, operand) else no


THREAD = 0x3D0F00
CASES = {
    # name: (x86_64, aarch64, arguments, what the filter says)
    "read": (0, 63, (), ALLOWED),
    "exit_group": (231, 94, (), ALLOWED),
    "openat": (257, 56, (0, 0, 0o101), ALLOWED),
    "a file without a name": (257, 56, (0, 0, os.O_RDWR | 0o20000000), REFUSED),
    "a thread": (56, 220, (THREAD,), ALLOWED),
    "a process": (56, 220, (17,), REFUSED),
    "a process in the same memory": (56, 220, (0x4111,), REFUSED),
    "a thread in a new namespace": (56, 220, (THREAD | 0x10000000,), REFUSED),
    "clone3": (435, 435, (), MISSING),
    "a call of the future": (500, 500, (), MISSING),
    "execve": (59, 221, (), REFUSED),
    "execveat": (322, 281, (), REFUSED),
    "socket": (41, 198, (), REFUSED),
    "connect": (42, 203, (), REFUSED),
    "bind": (49, 200, (), REFUSED),
    "sendmsg": (46, 211, (), REFUSED),
    "sendto a pair": (44, 206, (3, 1, 1, 0, 0, 0), ALLOWED),
    "sendto an address": (44, 206, (3, 1, 1, 0, 0x7F00, 16), REFUSED),
    "sendto a high address": (44, 206, (3, 1, 1, 0, 0x7F00 << 32, 16), REFUSED),
    "a pair of streams": (53, 199, (1, 0x80001, 0), ALLOWED),
    "a pair of datagrams": (53, 199, (1, 2, 0), REFUSED),
    "a pair of another family": (53, 199, (30, 1, 0), REFUSED),
    "killing oneself": (62, 129, (os.getpid(), 9), ALLOWED),
    "killing the parent": (62, 129, (os.getppid(), 9), REFUSED),
    "killing all": (62, 129, (-1, 9), REFUSED),
    "killing the group": (62, 129, (0, 9), REFUSED),
    "tkill": (200, 130, (), REFUSED),
    "ptrace": (101, 117, (), REFUSED),
    "process_vm_readv": (310, 270, (), REFUSED),
    "process_vm_writev": (311, 271, (), REFUSED),
    "mount": (165, 40, (), REFUSED),
    "unshare": (272, 97, (), REFUSED),
    "setns": (308, 268, (), REFUSED),
    "pivot_root": (155, 41, (), REFUSED),
    "chroot": (161, 51, (), REFUSED),
    "io_uring_setup": (425, 425, (), REFUSED),
    "bpf": (321, 280, (), REFUSED),
    "keyctl": (250, 219, (), REFUSED),
    "perf_event_open": (298, 241, (), REFUSED),
    "userfaultfd": (323, 282, (), REFUSED),
    "memfd_create": (319, 279, (), REFUSED),
    "open_by_handle_at": (304, 265, (), REFUSED),
    "fchmodat": (268, 53, (), REFUSED),
    "fchownat": (260, 54, (), REFUSED),
    "truncate": (76, 45, (), REFUSED),
    "utimensat": (280, 88, (), REFUSED),
    "linkat": (265, 37, (), REFUSED),
    "symlinkat": (266, 36, (), REFUSED),
    "mkdirat": (258, 34, (), REFUSED),
    "setuid": (105, 146, (), REFUSED),
    "setsid": (112, 157, (), REFUSED),
    "its own limits": (302, 261, (0,), ALLOWED),
    "others' limits": (302, 261, (1,), REFUSED),
    "flags of a file": (72, 25, (3, 3), ALLOWED),
    "signals by a file": (72, 25, (3, 8), REFUSED),
    "typing for a terminal": (16, 29, (0, 0x5412), REFUSED),
    "the name of a thread": (157, 167, (15,), ALLOWED),
    "another's right to trace": (157, 167, (0x59616D61,), REFUSED),
}


@linux
@pytest.mark.parametrize("machine", MARKS)
@pytest.mark.parametrize("case", CASES.values(), ids=CASES.keys())
def test_the_filter_says(case: tuple[int, int, tuple[int, ...], int], machine: str) -> None:
    x86, arm, arguments, wanted = case
    number = x86 if machine == "x86_64" else arm
    assert outcome(machine, number, *arguments) == wanted


@linux
def test_the_older_call_makes_no_file_without_a_name() -> None:
    assert outcome("x86_64", 2, 0, 0o101) == ALLOWED
    assert outcome("x86_64", 2, 0, os.O_RDWR | 0o20000000) == REFUSED


@linux
def test_calls_in_another_tongue_are_refused() -> None:
    assert outcome("x86_64", 0, mark=0x40000003) == KILLED  # 32 bit
    assert outcome("aarch64", 63, mark=MARKS["x86_64"]) == KILLED
    assert outcome("x86_64", 0x40000000) == REFUSED  # x32: read


@linux
def test_where_threads_are_not_counted_there_are_none() -> None:
    assert outcome("x86_64", 56, THREAD, threads=False) == REFUSED


# -- what comes out --------------------------------------------------------------------------------

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=20,
)


@linux
@given(VALUES)
def test_every_value_equals_itself_after_its_journey(value: Any) -> None:
    assert equal(value, json.loads(encode(value)), 0.0)


@linux
@given(VALUES, VALUES)
def test_two_values_are_equal_only_if_they_are(one: Any, other: Any) -> None:
    if equal(one, json.loads(encode(other)), 0.0):
        assert json.dumps(one, sort_keys=True) == json.dumps(other, sort_keys=True) or one == other


@linux
@given(st.sets(st.integers() | st.text()))
def test_a_set_is_its_members_in_any_order(members: set[Any]) -> None:
    written = json.loads(encode(members))
    assert equal(list(members), written, 0.0)
    assert equal(list(members)[::-1], written, 0.0)
    assert not equal([*members, 0.5], written, 0.0)


@given(VALUES, st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=3),
    lambda inner: st.lists(inner) | st.dictionaries(st.sampled_from("isdo"), inner),
))  # fmt: skip
def test_no_junk_from_the_pipe_brings_the_comparison_down(expected: Any, junk: Any) -> None:
    assert equal(expected, junk, 1e-9) in (True, False)


@linux
@pytest.mark.parametrize(
    "value", ["x" * (1 << 21), [0] * (1 << 20), 1 << (1 << 25)], ids=["text", "list", "number"]
)
def test_what_nobody_can_read_is_too_large(value: Any) -> None:
    with pytest.raises(TooLarge):
        encode(value)


@linux
def test_what_nests_too_deeply_is_too_large() -> None:
    value: Any = []
    for _ in range(DEEPEST + 2):
        value = [value]
    with pytest.raises(TooLarge):
        encode(value)
