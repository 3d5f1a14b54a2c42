"""Files that somebody dropped on a page: laid out in a temporary folder, safely, and sorted.

Nothing about a file is believed: its name becomes one harmless name, its kind is looked up in a
short list, and an archive is unpacked once, into nothing, to see that it is no bomb. Files that
belong together (the three of Z-Bench, a log and its results) come into one folder, as importers
want them. The folder is gone when the work on it is done, whatever happened. This module must not
know what importers do with files, and no sentence of it names a path on the server.
"""

from __future__ import annotations

import re
import tempfile
import unicodedata
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from mingan.bank.importers.zbench import TIERS
from mingan.errors import UsageError
from mingan.language import Text, counted

MOST_FILES = 20
MOST_BYTES = 64_000_000
"""All files of one upload together."""

UNPACKED = 320_000_000
"""Bytes that the archives of one upload may unpack to (a workbook is one)."""

MEMBERS = 50_000
"""Files that an archive may hold."""

SUFFIXES = (
    ".csv", ".tsv", ".txt", ".xlsx", ".xlsm", ".xls", ".jsonl", ".ndjson", ".json", ".eval",
)  # fmt: skip
"""What may be brought."""

_LONGEST = 80
_MOST_NAME_BYTES = 255  # of a name in the usual file systems
_PORTION = 1 << 20
_AGAIN = re.compile(r" ?\(\d{1,3}\)(?=\.)")
"""What a browser adds to the name of a file that it downloads a second time."""

_ZBENCH = frozenset(f"{stem}.samples.csv" for stem in TIERS)
_DAMAGED = (
    zipfile.BadZipFile, zlib.error, OSError, EOFError, ValueError, RuntimeError,
    NotImplementedError,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Upload:
    """One file as it came: under the name that the browser gave, open for reading."""

    name: str
    file: BinaryIO


@dataclass(frozen=True, slots=True)
class Layout:
    """Where uploaded files lie: `sources` are the files and folders to be read, one by one."""

    folder: Path
    sources: tuple[Path, ...]
    notes: tuple[Text, ...] = ()

    def said(self, text: Text) -> Text:
        """A sentence without the paths of this machine, as the person knows the files."""
        place = rf"{re.escape(str(self.folder))}/(?:\d+|zbench|lm-eval|inspect)"
        zh, en = (re.sub(f"{place}/", "", sentence) for sentence in text)
        bare = rf"{place}\b|{re.escape(str(self.folder))}"
        return Text(re.sub(bare, "这些文件", zh), re.sub(bare, "these files", en))


@contextmanager
def laid_out(uploads: Sequence[Upload]) -> Iterator[Layout]:
    """The files in a folder of their own, which is gone afterwards.

    Raises:
        UsageError: there is none, there are too many, one is too large, or of a kind that is not
            taken.
    """
    given = [(safe_name(upload.name), upload.file) for upload in uploads if upload.name]
    _check_names([name for name, _ in given])
    with tempfile.TemporaryDirectory(prefix="mingan-", ignore_cleanup_errors=True) as made:
        folder = Path(made).resolve()
        left, unpacked = MOST_BYTES, 0
        places = _places([name for name, _ in given])
        for (name, file), place in zip(given, places, strict=True):
            path = folder / place
            path.parent.mkdir(exist_ok=True)
            left -= _copy(file, path, left)
            unpacked = _check_archive(path, name, unpacked)
        yield Layout(folder, _sources(folder, places), _notes(places))


def safe_name(name: str) -> str:
    """A file's name without a path and without anything that does not show."""
    last = unicodedata.normalize("NFC", name).replace("\\", "/").rpartition("/")[2]
    shown = "".join(c for c in last if unicodedata.category(c)[0] != "C" and c not in '<>:"|?*')
    bare = shown.strip().lstrip(".~$ ")
    stem, dot, suffix = bare.rpartition(".")
    if not dot:
        return _cut(bare, "") or "file"
    suffix = suffix[:10]
    return f"{_cut(stem, suffix).rstrip('. ') or 'file'}.{suffix}"


def _cut(stem: str, suffix: str) -> str:
    """The beginning of a name: as long as people read, and no longer than systems take."""
    room = _MOST_NAME_BYTES - len(f".{suffix}".encode())
    return stem[:_LONGEST].encode()[:room].decode(errors="ignore")


def _check_names(names: Sequence[str]) -> None:
    if not names:
        raise UsageError(
            "没有收到文件。请把文件拖到框里，或点“选择文件”。",
            "No file came. Drop one on the box, or choose it with the button.",
        )
    if len(names) > MOST_FILES:
        raise UsageError(
            f"一次最多带来 {MOST_FILES} 个文件，这次有 {len(names)} 个。什么也没有存；请分几次。",
            f"At most {MOST_FILES} files can be brought at once, and these are {len(names)}. "
            "Nothing was stored; bring them in several goes.",
        )
    for name in names:
        if Path(name).suffix.lower() not in SUFFIXES:
            raise UsageError(
                f"{name} 不是认识的种类。可以带来：表格（csv、xlsx）、jsonl，"
                "以及 Inspect 和 lm-eval 的日志（eval、json、jsonl）。什么也没有存。",
                f"{name} is of no kind that is known here. Bring spreadsheets (csv, xlsx), jsonl, "
                "or logs of Inspect and lm-eval (eval, json, jsonl). Nothing was stored.",
            )


def _places(names: Sequence[str]) -> list[str]:
    """Where each file goes below the folder: those that belong together into one, others alone."""
    zbench = {_plain(name) for name in names} >= _ZBENCH
    samples = any(_is_sample(name) for name in names)
    logs = sum(name.lower().endswith(".eval") for name in names) > 1
    places: list[str] = []
    for number, name in enumerate(names):
        if zbench and _plain(name) in _ZBENCH:
            place = f"zbench/{_plain(name)}"
        elif samples and (_is_sample(name) or _is_results(name)):
            place = f"lm-eval/{_AGAIN.sub('', name)}"
        elif logs and name.lower().endswith(".eval"):
            place = f"inspect/{name}"
        else:
            place = f"{number}/{name}"
        # two of one name in one folder: the second is read by itself
        places.append(f"{number}/{name}" if place in places else place)
    return places


def _plain(name: str) -> str:
    return _AGAIN.sub("", name).lower()


def _is_sample(name: str) -> bool:
    return name.startswith("samples_") and name.endswith(".jsonl")


def _is_results(name: str) -> bool:
    return name.startswith("results") and name.endswith(".json")


def _sources(folder: Path, places: Sequence[str]) -> tuple[Path, ...]:
    sources: dict[Path, None] = {}
    for place in places:
        top = place.partition("/")[0]
        sources[folder / (place if top.isdigit() else top)] = None
    return tuple(sources)


def _notes(places: Sequence[str]) -> tuple[Text, ...]:
    """What is missing for files to be taken as what they seem to be."""
    alone = [name for place in places if _plain(name := place.partition("/")[2]) in _ZBENCH]
    if not alone or any(place.startswith("zbench/") for place in places):
        return ()
    return (
        Text(
            f"{'、'.join(alone)} 看起来是 Z-Bench 的文件。三个文件一起拖进来才会当作 Z-Bench；"
            "现在按普通表格读。",
            f"{', '.join(alone)} looks like a file of Z-Bench. Drop its three files together to "
            "have them taken as Z-Bench; now it is read as an ordinary spreadsheet.",
        ),
    )


def _copy(file: BinaryIO, path: Path, most: int) -> int:
    """Write a file down; gives its size."""
    size = 0
    file.seek(0)
    with path.open("xb") as out:
        while portion := file.read(_PORTION):
            size += len(portion)
            if size > most:
                raise UsageError(
                    f"文件合起来超过 {MOST_BYTES // 1_000_000} MB，太大了。什么也没有存；"
                    "请分几次，或在命令行用 mingan import。",
                    f"The files together are larger than {MOST_BYTES // 1_000_000} MB. Nothing was "
                    "stored; bring them in several goes, or use mingan import on the command line.",
                )
            out.write(portion)
    return size


def _check_archive(path: Path, name: str, before: int) -> int:
    """See that an archive unpacks to a bearable size; gives the bytes of all archives so far."""
    with path.open("rb") as file:
        if file.read(2) != b"PK":
            return before
    try:
        archive = zipfile.ZipFile(path)
    except _DAMAGED:
        return before  # no archive at all: the importer says so in its own words
    with archive:
        members = archive.infolist()
        total = before + sum(member.file_size for member in members)
        if total > UNPACKED or len(members) > MEMBERS:
            raise _bomb(name, total, len(members))
        try:
            # What an archive says of its sizes need not be so: read it, and stop where it ends.
            for member in members:
                _unpack(archive, member)
        except _DAMAGED:
            raise _damaged(name) from None
    return total


def _unpack(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> None:
    if member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        return  # of those that do not come with Python only the sizes are known
    with archive.open(member) as unpacked:
        while unpacked.read(_PORTION):
            pass


def _damaged(name: str) -> UsageError:
    return UsageError(
        f"{name} 打不开：文件坏了、没有存完，或有密码。什么也没有存。",
        f"{name} cannot be opened: it is damaged, was not saved to the end, or has a password. "
        "Nothing was stored.",
    )


def _bomb(name: str, size: int, members: int) -> UsageError:
    return UsageError(
        f"{name} 解压后有 {size // 1_000_000:,} MB、{members:,} 个部件，太大了，没有打开，"
        "什么也没有存。请拆成几个文件，或改存成 CSV。",
        f"{name} unpacks to {size // 1_000_000:,} MB in {counted(members, 'part')}, which is too "
        "much; it was not opened and nothing was stored. Split it into several files, or save it "
        "as CSV.",
    )
