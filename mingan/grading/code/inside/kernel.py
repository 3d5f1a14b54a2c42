"""Calls to the Linux kernel that Python has no function for.

It knows numbers and errors, and nothing of what the calls are for.
"""

from __future__ import annotations

import ctypes
import os

_libc = ctypes.CDLL(None, use_errno=True)
_libc.syscall.restype = ctypes.c_long

ARCHITECTURES = ("x86_64", "aarch64")
"""Machines whose numbers of system calls are known here; all are little-endian and 64 bit."""

_X86 = os.uname().machine == "x86_64"
CAPSET = 126 if _X86 else 91
UNSHARE = 272 if _X86 else 97
MOUNT = 165 if _X86 else 40
PRCTL = 157 if _X86 else 167

SET_DEATH_SIGNAL, SET_DUMPABLE, SET_SECCOMP, DROP_BOUNDING, NO_NEW_PRIVILEGES = 1, 4, 22, 24, 38


def call(number: int, *arguments: int | bytes | ctypes.Array[ctypes.c_char] | None) -> int:
    """One system call by its number; whole numbers are passed as 64 bits.

    Raises:
        OSError: the kernel refused.
    """
    passed = [ctypes.c_long(a) if isinstance(a, int) else a for a in arguments]
    result = int(_libc.syscall(ctypes.c_long(number), *passed))
    if result < 0:
        code = ctypes.get_errno()
        raise OSError(code, os.strerror(code))
    return result


def prctl(option: int, *arguments: int | ctypes.Array[ctypes.c_char]) -> int:
    """`prctl`, the kernel's call for settings of one process; what is not given is 0."""
    return call(PRCTL, option, *arguments, *(0,) * (4 - len(arguments)))


def drop_bounding() -> None:
    """Let no capability ever come back, by whatever way; only root can and need do this."""
    for capability in range(64):
        try:
            prctl(DROP_BOUNDING, capability)
        except OSError:
            return


def drop_capabilities() -> None:
    """Give up every privilege that this process holds."""
    version_3_of_this_process = (0x20080522).to_bytes(4, "little") + bytes(4)
    call(CAPSET, version_3_of_this_process, bytes(24))
