"""The filter of system calls: what is not on the list is refused, whoever makes the call.

The list holds what an interpreter needs for computing, for files and for threads. So there are no
sockets, no new processes, no other programs, no signals to others, no change of modes, owners,
mounts, limits or namespaces. It is written in the kernel's own small language (classic BPF).
It knows numbers of system calls, and nothing of what is being run.
"""

from __future__ import annotations

import ctypes
import errno
import os
import struct

from . import kernel

# name, number on x86_64, number on aarch64 (-1: there is none)
_ALLOWED = """
read 0 63; write 1 64; close 3 57; fstat 5 80; newfstatat 262 79; lseek 8 62;
mmap 9 222; munmap 11 215; brk 12 214; mprotect 10 226; mremap 25 216; madvise 28 233;
futex 202 98; clock_gettime 228 113; getpid 39 172; gettid 186 178; getrandom 318 278;
readv 19 65; writev 20 66; pread64 17 67; pwrite64 18 68; preadv 295 69; pwritev 296 70;
stat 4 -1; lstat 6 -1; statx 332 291; access 21 -1; faccessat 269 48;
faccessat2 439 439; readlink 89 -1; readlinkat 267 78; getdents 78 -1; getdents64 217 61;
getcwd 79 17; chdir 80 49; fchdir 81 50; dup 32 23; dup2 33 -1; dup3 292 24; pipe 22 -1;
pipe2 293 59; fsync 74 82; fdatasync 75 83; ftruncate 77 46; flock 73 32; sendfile 40 71;
copy_file_range 326 285; fadvise64 221 223; umask 95 166; unlink 87 -1; unlinkat 263 35;
rename 82 -1; renameat 264 38; renameat2 316 276; mincore 27 232; membarrier 324 283;
close_range 436 436; set_robust_list 273 99; rseq 334 293; set_tid_address 218 96; exit 60 93;
exit_group 231 94; sched_yield 24 124; getcpu 309 168; rt_sigaction 13 134;
rt_sigprocmask 14 135; rt_sigreturn 15 139; rt_sigpending 127 136; rt_sigsuspend 130 133;
rt_sigtimedwait 128 137; sigaltstack 131 132; restart_syscall 219 128; pause 34 -1; alarm 37 -1;
setitimer 38 103; getitimer 36 102; poll 7 -1; ppoll 271 73; select 23 -1; pselect6 270 72;
epoll_create 213 -1; epoll_create1 291 20; epoll_ctl 233 21; epoll_wait 232 -1;
epoll_pwait 281 22; epoll_pwait2 441 441; eventfd2 290 19; timerfd_create 283 85;
timerfd_settime 286 86; timerfd_gettime 287 87; nanosleep 35 101; clock_nanosleep 230 115;
clock_getres 229 114; gettimeofday 96 169; time 201 -1; times 100 153; getrusage 98 165;
sysinfo 99 179; uname 63 160; getppid 110 173; getpgrp 111 -1; getpgid 121 155; getsid 124 156;
getuid 102 174; geteuid 107 175; getgid 104 176; getegid 108 177; getresuid 118 148;
getresgid 120 150; getgroups 115 158; getrlimit 97 163; sched_getaffinity 204 123;
sched_getscheduler 145 120; sched_getparam 143 121; sched_get_priority_max 146 125;
sched_get_priority_min 147 126; recvfrom 45 207; shutdown 48 210; getsockname 51 204;
getsockopt 55 209; wait4 61 260; waitid 247 95
"""

# Calls that depend on their arguments: see `_guards`.
_GUARDED = """
kill 62 129; tgkill 234 131; prlimit64 302 261; fcntl 72 25; ioctl 16 29; socketpair 53 199;
sendto 44 206; prctl 157 167; clone 56 220
"""

# Calls that open files, and which argument holds the flags.
_OPENING = """
open 2 -1 1; openat 257 56 2
"""
_NAMELESS = 0x400000  # O_TMPFILE: on the disk, but in no folder where it could be counted

_CLONE3 = (435, 435)
_LAST_KNOWN = 450
"""Later calls than this are said to be missing, so that the C library falls back to older ones."""

_MACHINES = {"x86_64": (0, 0xC000003E), "aarch64": (1, 0xC00000B7)}
_X32_BIT = 0x40000000

_LOAD, _EQUAL, _AT_LEAST, _ANY_BIT, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
_AT_NUMBER, _AT_MACHINE, _AT_ARGUMENTS = 0, 4, 16
_KILL, _ALLOW = 0x80000000, 0x7FFF0000
_REFUSE, _MISSING = 0x00050000 | errno.EPERM, 0x00050000 | errno.ENOSYS

Instruction = tuple[int, int, int, int]
Guard = tuple[int, tuple[int, ...]]


def install(*, threads: bool) -> None:
    """Put the filter on this process, for good; with `threads`, it may start threads of its own.

    Raises:
        OSError: the kernel refused.
        KeyError: the numbers of this machine's system calls are not known here.
    """
    written = b"".join(
        struct.pack("<HBBI", *i) for i in program(os.uname().machine, threads=threads)
    )
    code = ctypes.create_string_buffer(written, len(written))
    header = struct.pack("<HxxxxxxQ", len(written) // 8, ctypes.addressof(code))
    kernel.prctl(kernel.SET_SECCOMP, 2, ctypes.create_string_buffer(header, len(header)))


def program(machine: str, *, threads: bool) -> list[Instruction]:
    """The filter for a machine: (operation, jump if true, jump if false, operand) in order."""
    column, mark = _MACHINES[machine]
    code: list[Instruction] = [
        (_LOAD, 0, 0, _AT_MACHINE),
        (_EQUAL, 1, 0, mark),
        (_RETURN, 0, 0, _KILL),
        (_LOAD, 0, 0, _AT_NUMBER),
    ]
    if column == 0:
        code += [(_AT_LEAST, 0, 1, _X32_BIT), (_RETURN, 0, 0, _REFUSE)]
    for _name, *numbers in _rows(_ALLOWED):
        if (number := int(numbers[column])) >= 0:
            code += _allow_if(number)
    for _name, *numbers, flags in _rows(_OPENING):
        if (number := int(numbers[column])) >= 0:
            code += _allow_without(number, _argument(int(flags)), _NAMELESS)
    guards = _guards(threads=threads)
    for name, *numbers in _rows(_GUARDED):
        code += _guarded(int(numbers[column]), guards[name])
    code += [(_EQUAL, 0, 1, _CLONE3[column]), (_RETURN, 0, 0, _MISSING)]
    code += [(_AT_LEAST, 0, 1, _LAST_KNOWN + 1), (_RETURN, 0, 0, _MISSING)]
    return [*code, (_RETURN, 0, 0, _REFUSE)]


def _rows(table: str) -> list[list[str]]:
    return [row.split() for row in table.split(";")]


def _guards(*, threads: bool) -> dict[str, tuple[Guard, ...]]:
    """Which halves of which arguments must have one of which values.

    The kernel reads only the lower half (32 bits) of all of them but the address in `sendto`.
    """
    me = os.getpid()
    return {
        "kill": ((_argument(0), (me,)),),
        "tgkill": ((_argument(0), (me,)),),
        "prlimit64": ((_argument(0), (0, me)),),
        # Copies, flags and locks; not F_SETOWN, by which the kernel sends signals to anybody.
        "fcntl": ((_argument(1), (0, 1, 2, 3, 4, 5, 6, 7, 36, 37, 38, 1030)),),
        # Whether it is a terminal, its size, non-blocking, close on exec.
        "ioctl": ((_argument(1), (0x5401, 0x5413, 0x5421, 0x5450, 0x5451)),),
        # Pairs of local streams (asyncio wakes itself by one); datagrams could go elsewhere.
        "socketpair": (
            (_argument(0), (1,)),
            (_argument(1), (1, 0x801, 0x80001, 0x80801)),
        ),
        "sendto": ((_argument(4), (0,)), (_argument(4) + 4, (0,))),
        # The name of a thread, and names of stretches of memory.
        "prctl": ((_argument(0), (15, 16, 0x53564D41)),),
        # Exactly what pthread_create asks for (glibc, musl); anything less is a new process.
        "clone": ((_argument(0), (0x3D0F00, 0x7D0F00) if threads else ()),),
    }


def _argument(number: int) -> int:
    """Where the lower half of an argument stands (counted from 0)."""
    return _AT_ARGUMENTS + 8 * number


def _allow_if(number: int) -> list[Instruction]:
    return [(_EQUAL, 0, 1, number), (_RETURN, 0, 0, _ALLOW)]


def _allow_without(number: int, place: int, bits: int) -> list[Instruction]:
    """Allow the call unless an argument has one of these bits."""
    body = [
        (_LOAD, 0, 0, place),
        (_ANY_BIT, 0, 1, bits),
        (_RETURN, 0, 0, _REFUSE),
        (_RETURN, 0, 0, _ALLOW),
    ]
    return [(_EQUAL, 0, len(body), number), *body]


def _guarded(number: int, guards: tuple[Guard, ...]) -> list[Instruction]:
    """Allow the call when every guard finds one of its values, refuse it otherwise."""
    body: list[Instruction] = []
    for place, values in guards:
        body.append((_LOAD, 0, 0, place))
        body += [(_EQUAL, len(values) - at, 0, value) for at, value in enumerate(values)]
        body.append((_RETURN, 0, 0, _REFUSE))
    body.append((_RETURN, 0, 0, _ALLOW))
    return [(_EQUAL, 0, len(body), number), *body]
