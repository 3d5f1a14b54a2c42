"""Programs that try to get out, to bring the machine down, or to report their own success.

Each is judged like any other answer: wrong (or right, if it gives the right values all the same),
within its limits, and with the host untouched.
"""

from __future__ import annotations

import os
import socket
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest

from mingan.grading.code.grader import CodeGrader
from mingan.grading.protocol import Finding
from mingan.records import Question

pytestmark = pytest.mark.usefixtures("sandbox")

SECONDS = 0.6
LONGEST = 3 * SECONDS + 3
"""The time that the worst program may take on a busy machine."""


def judge(code: str, *, expect: Any = 42, **params: Any) -> Finding:
    """The finding on `f`, which is asked for 42."""
    tests = [{"args": [1], "expect": expect}, {"args": [2], "expect": expect}]
    values = {"function": "f", "tests": tests, "timeout": SECONDS, "memory_mb": 128, **params}
    question = Question(id="q", prompt="写函数 f", grader="code", params=values)
    return CodeGrader().grade(question, f"```python\n{code}\n```")


def trying(statement: str) -> str:
    """A program that gives 42 if it gets away with a statement."""
    body = "\n".join(f"    {line}" for line in statement.splitlines())
    return f"import os, sys\ndef f(x):\n{body}\n    return 42\n"


@pytest.fixture
def canary(tmp_path: Path) -> Iterator[Path]:
    """A file that everybody may read and write, and that nothing may have touched."""
    folder = tmp_path / "host"
    folder.mkdir()
    path = folder / "canary"
    path.write_text("alive")
    path.chmod(0o666)
    folder.chmod(0o777)
    for parent in (tmp_path, tmp_path.parent, tmp_path.parent.parent):
        parent.chmod(0o755)
    before = path.stat()
    yield path
    after = path.stat()
    assert path.read_text() == "alive"
    assert (after.st_mode, after.st_uid, after.st_mtime_ns, after.st_nlink) == (
        before.st_mode, before.st_uid, before.st_mtime_ns, before.st_nlink,
    )  # fmt: skip
    assert [entry.name for entry in folder.iterdir()] == ["canary"]


@pytest.fixture(autouse=True)
def _host_is_untouched(
    tmp_path_factory: pytest.TempPathFactory, monkeypatch: Any
) -> Iterator[None]:
    """No process and no file is left, and it did not take long."""
    place = tmp_path_factory.mktemp("boxes")
    place.chmod(0o711)
    for parent in list(place.parents)[:2]:
        parent.chmod(0o755)
    monkeypatch.setattr("tempfile.tempdir", str(place))
    began = time.monotonic()
    yield
    assert time.monotonic() - began < 2 * LONGEST
    assert list(place.iterdir()) == []
    assert psutil.Process().children(recursive=True) == []


# -- getting out ---------------------------------------------------------------------------------

REFUSED = {
    "reading a file of the system": "open('/etc/passwd').read()",
    "reading a shadow": "open('/etc/shadow').read()",
    "listing the root": "os.listdir('/')",
    "listing home folders": "os.listdir('/home')",
    "walking to the root": "[os.chdir('..') for _ in range(9)]\nos.listdir('.')",
    "its own environment": "open('/proc/self/environ').read()",
    "its own memory map": "open('/proc/self/maps').read()",
    "the first process": "open('/proc/1/cmdline').read()",
    "the parent's memory": "open(f'/proc/{os.getppid()}/mem', 'rb').read(1)",
    "a device": "open('/dev/tty', 'w')",
    "shared memory": "open('/dev/shm/x', 'w')",
    "writing to /tmp": "open('/tmp/mingan-was-here', 'w').write('x')",
    "writing beside its folder": "open('../mingan-was-here', 'w').write('x')",
    "writing into the home": f"open({str(Path.home() / 'x')!r}, 'w').write('x')",
    "writing into the library": "open(os.path.dirname(os.__file__) + '/x.py', 'w').write('x')",
    "a folder": "os.mkdir('deep')",
    "a way to the root": "os.symlink('/', 'root')\nos.listdir('root')",
    "a link to a file": "os.link('/etc/passwd', 'passwd')\nopen('passwd').read()",
    "a pipe with a name": "os.mkfifo('pipe')",
    "a device of its own": "os.mknod('zero', 0o20666, os.makedev(1, 5))",
    "another root": "os.chroot('.')",
    "TCP": "import socket\nsocket.create_connection(('127.0.0.1', 80), 1)",
    "TCP to listen": "import socket\ns = socket.socket()\ns.bind(('127.0.0.1', 0))\ns.listen()",
    "UDP": "import socket\ns = socket.socket(type=socket.SOCK_DGRAM)\n"
    "s.sendto(b'x', ('127.0.0.1', 9))",
    "a local socket": "import socket\nsocket.socket(socket.AF_UNIX).connect('/run/docker.sock')",
    "a pair of datagram sockets": "import socket\nsocket.socketpair(type=socket.SOCK_DGRAM)",
    "netlink": "import socket\nsocket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 0)",
    "a shell": "import subprocess\nsubprocess.run(['/bin/sh', '-c', 'true'], check=True)",
    "another program in its place": "os.execv('/bin/true', ['true'])",
    "another Python": "os.execv(sys.executable, [sys.executable, '-c', '1'])",
    "spawn": "os.posix_spawn('/bin/true', ['true'], {})",
    "fork": "if os.fork() == 0:\n    os._exit(0)",
    "multiprocessing": "import multiprocessing\nmultiprocessing.Process(target=print).start()",
    "a pseudo-terminal": "import pty\npty.fork()",
    "killing the parent": "os.kill(os.getppid(), 9)",
    "killing everybody": "os.kill(-1, 9)",
    "killing its group": "os.killpg(0, 9)",
    "a signal by a file": (
        "import fcntl\nr, w = os.pipe()\nfcntl.fcntl(r, fcntl.F_SETOWN, os.getppid())"
    ),
    "the parent's limits": (
        "import resource\nresource.prlimit(os.getppid(), resource.RLIMIT_CPU, (1, 1))"
    ),
    "more than its limits": (
        "import resource\nresource.setrlimit(resource.RLIMIT_AS, (1 << 40, 1 << 40))"
    ),
    "becoming root": "os.setuid(0)\nos.setresuid(0, 0, 0)\nopen('/etc/shadow')",
    "a session of its own": "os.setsid()",
    "going first": "os.nice(-5)",
    "chosen processors": "os.sched_setaffinity(os.getppid(), {0})",
}

SAID_OTHERWISE = {REFUSED["a pseudo-terminal"], REFUSED["more than its limits"]}
"""What Python itself gives another name to."""


@pytest.mark.parametrize("statement", REFUSED.values(), ids=REFUSED.keys())
def test_what_reaches_out_fails(statement: str) -> None:
    finding = judge(trying(statement))
    assert finding.verdict == "wrong"
    assert "第 1 组测试没有通过" in finding.reason.zh
    assert finding.score == 0
    said = "不允许" in finding.reason.zh or statement in SAID_OTHERWISE
    assert said, finding.reason.zh


@pytest.mark.parametrize(
    "statement", [REFUSED["reading a file of the system"], REFUSED["TCP"], REFUSED["a shell"]]
)
def test_the_reason_says_that_it_is_not_allowed(statement: str) -> None:
    finding = judge(trying(statement))
    assert "不允许" in finding.reason.zh
    assert "not allowed" in finding.reason.en
    assert "\n" not in finding.reason.zh


def test_trying_and_carrying_on_is_no_mistake() -> None:
    code = (
        "def f(x):\n    try:\n        open('/etc/passwd')\n    except OSError:\n        return 42\n"
    )
    assert judge(code).verdict == "right"


HANDS_ON_THE_CANARY = {
    "read": "open(C).read()",
    "write": "open(C, 'w').write('dead')",
    "append": "open(C, 'a').write('dead')",
    "truncate": "os.truncate(C, 0)",
    "remove": "os.remove(C)",
    "rename": "os.rename(C, C + '2')",
    "rename into its folder": "os.rename(C, 'mine')",
    "rename something over it": "open('m', 'w').close()\nos.rename('m', C)",
    "copy over it": "import shutil\nopen('m', 'w').close()\nshutil.copyfile('m', C)",
    "mode": "os.chmod(C, 0)",
    "owner": "os.chown(C, os.getuid(), os.getgid())",
    "times": "os.utime(C, (0, 0))",
    "attribute": "os.setxattr(C, 'user.x', b'1')",
    "link": "os.link(C, 'mine')",
    "link beside it": "os.link(C, C + '2')",
    "symlink": "os.symlink(C, 'mine')\nopen('mine', 'w').write('dead')",
    "neighbour": "open(C + '2', 'w').close()",
    "folder beside it": "os.mkdir(C + '2')",
}


@pytest.mark.parametrize("statement", HANDS_ON_THE_CANARY.values(), ids=HANDS_ON_THE_CANARY.keys())
def test_nothing_outside_can_be_touched(statement: str, canary: Path) -> None:
    finding = judge(trying(f"C = {str(canary)!r}\n{statement}"))
    assert finding.verdict == "wrong"
    # Where folders above it are closed to everybody else, it is not even there.
    assert any(name in finding.reason.zh for name in ("PermissionError", "FileNotFoundError"))


SYSTEM_CALLS = {
    "fork": "c.fork()",
    "vfork": "c.syscall(58)",
    "clone": "c.syscall(56, 0x11, 0, 0, 0, 0)",
    "clone into one's memory": "c.syscall(56, 0x4111, 0, 0, 0, 0)",
    "clone3": "c.syscall(435, 0, 0)",
    "socket": "c.socket(2, 1, 0)",
    "io_uring": "c.syscall(425, 8, 0)",
    "ptrace": "c.ptrace(16, os.getppid(), 0, 0)",
    "process_vm_readv": "c.syscall(310, os.getppid(), 0, 0, 0, 0, 0)",
    "mount": "c.mount(b'none', b'.', b'tmpfs', 0, None)",
    "unshare": "c.unshare(0x10000000)",
    "setns": "c.setns(3, 0)",
    "open by handle": "c.syscall(304, -100, 0, 0)",
    "bpf": "c.syscall(321, 0, 0, 0)",
    "keyctl": "c.syscall(250, 0, 0, 0, 0)",
    "perf": "c.syscall(298, 0, 0, -1, -1, 0)",
    "userfaultfd": "c.syscall(323, 0)",
    "memfd": "c.memfd_create(b'x', 0)",
    "kernel module": "c.syscall(175, 0, 0, 0)",
    "reboot": "c.syscall(169, 0, 0, 0, 0)",
    "pidfd": "c.syscall(434, os.getppid(), 0)",
    "tkill": "c.syscall(200, os.getppid(), 9)",
    "capset": "c.syscall(126, 0, 0)",
    "more powers": "c.prctl(8, 1, 0, 0, 0)",
    "an x32 call": "c.syscall(0x40000000 | 39)",
}


@pytest.mark.skipif(os.uname().machine != "x86_64", reason="numbers of x86_64")
@pytest.mark.parametrize("call", SYSTEM_CALLS.values(), ids=SYSTEM_CALLS.keys())
def test_system_calls_made_by_hand_are_refused(call: str) -> None:
    code = trying(
        "import ctypes\nc = ctypes.CDLL(None, use_errno=True)\n"
        f"if {call} < 0 and ctypes.get_errno() in (1, 38):\n    return 'refused'"
    )
    assert judge(code, expect="refused").verdict == "right"


def test_a_listening_neighbour_hears_nothing() -> None:
    with socket.socket() as server, socket.socket(type=socket.SOCK_DGRAM) as datagrams:
        server.bind(("127.0.0.1", 0))
        server.listen()
        server.settimeout(0.05)
        datagrams.bind(("127.0.0.1", 0))
        datagrams.settimeout(0.05)
        tcp, udp = server.getsockname()[1], datagrams.getsockname()[1]
        code = trying(
            "import socket\n"
            f"try: socket.create_connection(('127.0.0.1', {tcp}), 1).sendall(b'x')\n"
            "except OSError: pass\n"
            f"socket.socket(type=socket.SOCK_DGRAM).sendto(b'x', ('127.0.0.1', {udp}))"
        )
        assert judge(code).verdict == "wrong"
        with pytest.raises(TimeoutError):
            server.accept()
        with pytest.raises(TimeoutError):
            datagrams.recv(1)


def test_what_was_installed_on_top_cannot_be_read() -> None:
    import mingan

    for path in (mingan.__file__, pytest.__file__):
        assert judge(trying(f"open({path!r}).read()")).verdict == "wrong"
    assert judge(trying("import mingan")).verdict == "wrong"


def test_neither_names_nor_secrets_come_in_by_the_environment(monkeypatch: Any) -> None:
    monkeypatch.setenv("MINGAN_SECRET", "42")
    assert judge("import os\ndef f(x): return int(os.environ['MINGAN_SECRET'])").verdict == "wrong"


def test_the_program_is_never_root() -> None:
    code = "import os\ndef f(x): return 0 in os.getresuid() + tuple(os.getgroups())"
    assert judge(code, expect=False).verdict == "right"


# -- bringing it down ----------------------------------------------------------------------------

BOMBS = {
    "fork bomb": "import os\ndef f(x):\n    while True: os.fork()",
    "stubborn fork bomb": (
        "import os\ndef f(x):\n    while True:\n        try: os.fork()\n"
        "        except OSError: pass"
    ),
    "infinite loop": "def f(x):\n    while True: pass",
    "infinite loop on loading": "while True: pass\ndef f(x): return 42",
    "loop that catches everything": (
        "def f(x):\n    while True:\n        try:\n            while True: pass\n"
        "        except BaseException: pass"
    ),
    "sleep": "import time\ndef f(x): time.sleep(60)",
    "reading what never comes": "import os\ndef f(x): return os.read(os.pipe()[0], 1)",
    "10 GB": "def f(x): return len(bytearray(10 * 2**30)) and 42",
    "10 GB bit by bit": "def f(x):\n    a = []\n    while True: a.append(' ' * 2**20)",
    "10 GB by mmap": "import mmap\ndef f(x): return mmap.mmap(-1, 10 * 2**30) and 42",
    "10 GB on loading": "a = bytearray(10 * 2**30)\ndef f(x): return 42",
    "memory of many small things": "def f(x):\n    a = None\n    while True: a = (a,)",
    "threads": (
        "import threading, time\ndef f(x):\n    threading.stack_size(32768)\n"
        "    while True: threading.Thread(target=time.sleep, args=(9,)).start()"
    ),
    "recursion": "def f(x): return f(x)",
    "recursion without a limit": (
        "import sys\nsys.setrecursionlimit(10**9)\nclass A:\n"
        "    def __getattr__(self, n): return getattr(A(), n + 'x')\n"
        "def f(x): return A().y"
    ),
    "flood": "def f(x):\n    while True: print('x' * 10000)",
    "flood by hand": "import os\ndef f(x):\n    while True: os.write(1, b'x' * 65536)",
    "flood of every descriptor": (
        "import os\ndef f(x):\n    while True:\n        for d in range(20):\n"
        "            try: os.write(d, b'x' * 65536)\n            except OSError: pass"
    ),
    "signals ignored": (
        "import signal\ndef f(x):\n    for s in range(1, 65):\n"
        "        try: signal.signal(s, signal.SIG_IGN)\n"
        "        except (OSError, ValueError): pass\n"
        "    while True: pass"
    ),
    "alarm": "import signal, time\ndef f(x):\n    signal.alarm(1)\n    time.sleep(60)",
    "timer": (
        "import signal\ndef f(x):\n    signal.setitimer(signal.ITIMER_REAL, .001, .001)\n"
        "    while True: pass"
    ),
    "crash": "import ctypes\ndef f(x): return ctypes.string_at(0)",
    "abort": "import os\ndef f(x): os.abort()",
    "its own death": "import os\ndef f(x): os.kill(os.getpid(), 9)",
    "a big file": "def f(x):\n    with open('a', 'wb') as a:\n"
    "        while True: a.write(bytes(2**20))",
    "many files": "def f(x):\n    n = 0\n    while True:\n        n += 1\n"
    "        open(str(n), 'w').close()",
    "many big files": (
        "def f(x):\n    n = 0\n    while True:\n        n += 1\n"
        "        with open(str(n), 'wb') as a: a.write(bytes(2**22))"
    ),
    "many open files": "def f(x):\n    a = []\n    while True: a.append(open('a', 'w'))",
    "giant number": "def f(x): return 10**10**6",
    "giant power": "def f(x): return 9**9**9",
    "giant text": "def f(x): return 'x' * 2**25",
    "giant list": "def f(x): return [0] * 2**22",
    "deep list": "def f(x):\n    a = []\n    for _ in range(10**5): a = [a]\n    return a",
    "list in itself": "def f(x):\n    a = []\n    a.append(a)\n    return a",
    "slow text": "import re\ndef f(x): return bool(re.match('(a+)+$', 'a' * 99 + 'b'))",
    "catastrophe for a parser": "def f(x): return " + "-" * 50_000 + "1",
    "parentheses": "def f(x): return " + "(" * 5_000 + "1" + ")" * 5_000,
    "deep operators": "def f(x): return " + "+".join(["1"] * 20_000),
    "null characters": "def f(x): return '\0'",
}


@pytest.mark.parametrize("code", BOMBS.values(), ids=BOMBS.keys())
def test_what_eats_the_machine_is_wrong_in_time(code: str) -> None:
    began = time.monotonic()
    finding = judge(code)
    assert time.monotonic() - began < LONGEST
    assert finding.verdict == "wrong"
    assert len(finding.reason.zh) < 300


@pytest.mark.parametrize(
    ("bomb", "reason"),
    [
        ("infinite loop", "超过了 0.6 秒的时限"),
        ("sleep", "超过了 0.6 秒的时限"),
        ("10 GB", "内存不足（限 128 MB）"),
        ("10 GB on loading", "内存不足（限 128 MB）"),
        ("fork bomb", "不允许"),
        ("flood", "输出太多"),
        ("crash", "崩溃（信号 11）"),
        ("recursion", "RecursionError"),
        ("giant text", "结果太大"),
    ],
)
def test_the_reason_says_what_happened(bomb: str, reason: str) -> None:
    assert reason in judge(BOMBS[bomb]).reason.zh


def test_a_loop_costs_the_host_little_memory() -> None:
    before = psutil.Process().memory_info().rss
    judge(BOMBS["flood of every descriptor"])
    assert psutil.Process().memory_info().rss - before < 64 << 20


# -- reporting one's own success -----------------------------------------------------------------

CHEATS = {
    "leaves before the tests": "import sys\nsys.exit(0)\ndef f(x): return 0",
    "leaves at once before the tests": "import os\nos._exit(0)\ndef f(x): return 0",
    "leaves in the test": "import sys\ndef f(x): sys.exit(0)",
    "leaves at once in the test": "import os\ndef f(x): os._exit(0)",
    "says that all is well": "print('all tests passed', 'OK', sep='\\n')\ndef f(x): return 0",
    "equals everything": "class A:\n    def __eq__(s, o): return True\n"
    "    def __hash__(s): return 42\n"
    "    def __repr__(s): return '42'\n    def __int__(s): return 42\ndef f(x): return A()",
    "is a number that equals everything": (
        "class A(int):\n    def __eq__(s, o): return True\n"
        "    __repr__ = __str__ = lambda s: '42'\n"
        "    __int__ = __index__ = __pos__ = lambda s: 42\n    __hash__ = int.__hash__\n"
        "def f(x): return A(7)"
    ),
    "lies about its kind": "class A:\n    __class__ = int\ndef f(x): return A()",
    "another len": "import builtins\nbuiltins.len = lambda x: 42\n"
    "builtins.isinstance = lambda *a: True\n"
    "builtins.repr = lambda x: '42'\ndef f(x): return 0",
    "another json": "import json\njson.dumps = lambda *a, **k: '42'\njson.loads = lambda *a: 42\n"
    "def f(x): return 0",
    "closes the pipe": "import os\nos.closerange(3, 64)\ndef f(x): return 0",
    "closes the pipe in the test": "import os\ndef f(x):\n    os.closerange(3, 64)\n    return 0",
    "junk in the pipe": "import os\ndef f(x):\n    for d in range(3, 64):\n"
    "        try: os.write(d, b'junk{[')\n"
    "        except OSError: pass\n    return 0",
    "deep junk in the pipe": "import os\ndef f(x):\n    for d in range(3, 64):\n"
    "        try: os.write(d, b'[' * 60000 + b'\\n')\n        except OSError: pass\n    return 0",
    "verdicts in the pipe": "import os\ndef f(x):\n    for d in range(3, 64):\n"
    '        try: os.write(d, b\'[0,"right",true]\\n["passed"]\\n["done"]\\n\')\n'
    "        except OSError: pass\n    os._exit(0)",
    "a fault of ours": "import os\ndef f(x):\n    for d in range(3, 64):\n"
    '        try: os.write(d, b\'["fault","no sandbox"]\\n\')\n        except OSError: pass\n'
    "    os._exit(1)",
    "odd values in the pipe": "import os\ndef f(x):\n    for d in range(3, 64):\n"
    '        try: os.write(d, b\'[0,"value",{"i":7}]\\n[1,"value",{"d":[[[],1]]}]\\n\')\n'
    "        except OSError: pass\n    return 42",
    "looks for what is expected": "import gc\ndef f(x):\n"
    "    for o in gc.get_objects():\n"
    "        if isinstance(o, dict) and 'expect' in o: return o['expect']\n"
    "    return 0",
    "looks into the frames": "import sys\ndef f(x):\n    frame = sys._getframe()\n"
    "    while frame:\n"
    "        for v in frame.f_locals.values():\n"
    "            if isinstance(v, dict) and any('expect' in str(k) for k in v): return 42\n"
    "        frame = frame.f_back\n    return 0",
    "raises something hostile": "class E(BaseException):\n    def __str__(s): raise s\n"
    "    __repr__ = __str__\ndef f(x): raise E()",
    "raises endlessly long": "def f(x): raise ValueError('x' * 2**24)",
    "no such function": "def g(x): return 42",
    "the name of something else": "f = 42",
    "no Python": "function f(x) { return 42; }",
}


@pytest.mark.parametrize("code", CHEATS.values(), ids=CHEATS.keys())
def test_no_program_reports_its_own_success(code: str) -> None:
    finding = judge(code)
    assert finding.verdict == "wrong"
    assert finding.score == 0 or "junk" in code or "odd" in code


def test_truth_is_not_the_number_one() -> None:
    assert judge("def f(x): return True", expect=1).verdict == "wrong"
    assert judge("def f(x): return 1", expect=True).verdict == "wrong"
    assert judge("def f(x): return 1.0", expect=1).verdict == "right"


NAMELESS = {
    "unlinked": "open('a', 'w').close()\n        os.unlink('a')",
    "renamed over": "open('a', 'w').close()\n        open('b', 'w').close()\n"
    "        os.rename('a', 'b')",
    "nameless from the start": "os.open('.', os.O_TMPFILE | os.O_RDWR, 0o600)",
}


@pytest.mark.parametrize("way", NAMELESS.values(), ids=NAMELESS.keys())
def test_no_file_is_kept_where_nobody_can_count_it(way: str) -> None:
    code = f"import os\ndef f(x):\n    try:\n        {way}\n"
    assert judge(f"{code}    except OSError: return 42").verdict == "right"


def test_a_file_can_be_written_again_and_emptied() -> None:
    code = "def f(x):\n    for n in (1, 42):\n        with open('a', 'w') as a: a.write(str(n))\n"
    assert judge(f"{code}    return int(open('a').read())").verdict == "right"


def test_files_that_are_left_behind_are_gone_and_unseen_by_the_next() -> None:
    assert judge("def f(x):\n    open('left', 'w').write('x')\n    return 42").verdict == "right"
    assert judge("import os\ndef f(x): return os.listdir('.')", expect=[]).verdict == "right"


def test_a_script_that_bombs_is_stopped_once_not_once_a_test() -> None:
    tests = [{"stdin": "", "stdout": "1"}] * 20
    params = {"mode": "program", "tests": tests, "timeout": SECONDS}
    question = Question(id="q", prompt="写程序", grader="code", params=params)
    began = time.monotonic()
    finding = CodeGrader().grade(question, "```python\nwhile True: pass\n```")
    assert time.monotonic() - began < LONGEST
    assert (finding.verdict, finding.score) == ("wrong", 0)
    assert "时限" in finding.reason.zh
