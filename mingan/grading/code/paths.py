"""Which files of this machine a Python program needs to read: the standard library and its links.

What was installed on top (site-packages) is left out, for it may hold the answers: question banks
come as packages. Shared libraries are named one by one, those that the standard library links to.
This module must not know what is run.
"""

from __future__ import annotations

import os
import re
import sys
from functools import cache

_NOT_STANDARD = frozenset({"site-packages", "dist-packages", "test", "__pycache__.bak"})

_LINKED = re.compile(
    r"(?:ld-|lib(?:c|m|dl|pthread|rt|util|crypt|resolv|nsl|ssl|crypto|ffi|z|bz2|lzma|zstd|sqlite3"
    r"|mpdec|expat|uuid|readline|ncursesw?|tinfow?|panelw?|gcc_s|stdc\+\+|gdbm|tirpc|b2"
    r"|python[\d.]*|musl|c\.musl)[-.\d]).*"
)
_LIBRARIES = ("/lib", "/lib64", "/usr/lib", "/usr/lib64", "/usr/local/lib")
_DATA = ("/etc/ld.so.cache", "/usr/share/zoneinfo", "/dev/urandom", "/dev/null")


def listable() -> list[str]:
    """The folder of the standard library, in which modules are looked up."""
    return [_standard_library()]


@cache
def readable() -> list[str]:
    """Every file and folder that a program may read; computed once."""
    standard = _standard_library()
    with os.scandir(standard) as entries:
        found = {entry.path for entry in entries if entry.name not in _NOT_STANDARD}
    machine = f"{os.uname().machine}-linux-gnu"
    folders = {*_LIBRARIES, *(f"{folder}/{machine}" for folder in _LIBRARIES)}
    folders |= {os.path.join(sys.base_prefix, "lib"), os.path.join(sys.base_prefix, "lib64")}
    for folder in folders:
        found |= _linked(folder)
    return sorted(found) + [path for path in _DATA if os.path.exists(path)]


@cache
def _standard_library() -> str:
    return os.path.realpath(os.path.dirname(os.__file__))


def _linked(folder: str) -> set[str]:
    """The shared libraries of a folder that the standard library may link to, and mapped ones."""
    try:
        with os.scandir(folder) as entries:
            names = [e.name for e in entries if ".so" in e.name and _LINKED.fullmatch(e.name)]
    except OSError:
        return set()
    return {os.path.realpath(os.path.join(folder, name)) for name in names}
