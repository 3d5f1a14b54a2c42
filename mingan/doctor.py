"""What is installed, reachable and wrong, each with the command that mends it.

Every check gives one line and never raises: a doctor must not be the one who falls ill. Nothing
is changed, and no model is asked.
"""

from __future__ import annotations

import importlib.util
import shutil
import sqlite3
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from mingan import __version__, shelf
from mingan.errors import MinganError
from mingan.language import Text
from mingan.models import keys
from mingan.models.weights import WEIGHTS, cache_dir, cached
from mingan.records import NO_TEXT
from mingan.store import Store
from mingan.store.engine import place

Health = Literal["ok", "note", "bad"]

# The WAL-reset bug: two connections that checkpoint in the same instant can damage a database.
_SQLITE_FIXED = (3, 51, 3)
_FREE_BYTES = 1_000_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One thing looked at: `ok`, worth a `note`, or `bad`; `mend` is what to do about it."""

    name: str
    health: Health
    found: Text
    mend: Text = NO_TEXT


def examine(
    where: str | Path, *, models_file: str | Path | None = None, verify: bool = True
) -> Iterator[Check]:
    """Look at the installation, the workspace, the models and the keys, in that order."""
    yield _python()
    yield _sqlite()
    yield _sandbox()
    yield from _extras()
    yield from _workspace(where, verify=verify)
    yield _disk(where)
    yield from _local_models()
    yield from _cards(models_file)


def _python() -> Check:
    version = ".".join(map(str, sys.version_info[:3]))
    said = f"mingan {__version__}, Python {version}"
    return Check(name="mingan", health="ok", found=Text(said, said))


def _sqlite() -> Check:
    version = sqlite3.sqlite_version
    if sqlite3.sqlite_version_info >= _SQLITE_FIXED:
        return Check(name="sqlite", health="ok", found=Text(version, version))
    return Check(
        name="sqlite",
        health="note",
        found=Text(
            f"{version}；3.51.3 之前的 SQLite 有一个极少发生的 WAL 损坏问题，"
            "明暗让只有一个进程做检查点来避开它",
            f"{version}; before 3.51.3 SQLite has a very rare WAL corruption bug, which Mingan "
            "avoids by letting only one process checkpoint",
        ),
    )


def _sandbox() -> Check:
    from mingan.grading import code

    reason = code.available()
    if reason is None:
        return Check(
            name="sandbox", health="ok",
            found=Text("可以安全地运行模型写的程序", "programs of models can be run safely"),
        )  # fmt: skip
    return Check(
        name="sandbox", health="note", found=reason,
        mend=Text("写代码的题在 Linux（内核 5.13 以上）上才判分，在这里都算没法判",
                  "questions that ask for code are graded on Linux (kernel 5.13 or newer); here "
                  "they stay ungraded"),
    )  # fmt: skip


def _extras() -> Iterator[Check]:
    for extra, module in (
        ("local", "xllamacpp"), ("postgres", "psycopg"), ("parquet", "pyarrow"),
        ("keyring", "keyring"), ("tunnel", "torch"), ("cluster", "ray"), ("world", "pymunk"),
    ):  # fmt: skip
        there = importlib.util.find_spec(module) is not None
        yield Check(
            name=f"[{extra}]",
            health="ok" if there else "note",
            found=Text("已安装", "installed") if there else Text("没有安装", "not installed"),
            mend=NO_TEXT if there else _same(f"pip install 'mingan[{extra}]'"),
        )


def _workspace(where: str | Path, *, verify: bool) -> Iterator[Check]:
    try:
        shown = place(where).shown
        with Store.open(where, create=False) as store:
            problems = store.verify() if verify else []
            banks, runs = len(store.banks()), len(store.runs())
    except MinganError as fault:
        missing = not str(where).count("://") and not Path(where).exists()
        yield Check(name="workspace", health="note" if missing else "bad", found=fault.message)
        return
    yield Check(
        name="workspace",
        health="ok",
        found=Text(
            f"{shown}：{banks} 个题库，{runs} 次运行", f"{shown}: banks {banks}, runs {runs}"
        ),
    )
    for problem in problems[:20]:
        yield Check(
            name="workspace",
            health="bad",
            found=problem,
            mend=Text("请从备份恢复这个工作区", "restore this workspace from a backup"),
        )


def _disk(where: str | Path) -> Check:
    try:
        folder = place(where).path or Path()
    except MinganError:
        folder = Path()
    free = shutil.disk_usage(folder.parent if folder.parent.is_dir() else Path()).free
    said = f"{free / 1e9:.1f} GB"
    return Check(
        name="disk",
        health="ok" if free > _FREE_BYTES else "bad",
        found=Text(f"剩余 {said}", f"{said} free"),
        mend=NO_TEXT if free > _FREE_BYTES else Text("请腾出空间", "free some space"),
    )


def _local_models() -> Iterator[Check]:
    for name in WEIGHTS:
        there = cached(name) is not None
        yield Check(
            name=name,
            health="ok" if there else "note",
            found=Text(f"在 {cache_dir()}", f"in {cache_dir()}")
            if there
            else Text("还没有下载", "not fetched yet"),
            mend=NO_TEXT if there else _same(f"mingan models fetch {name}"),
        )


def _cards(models_file: str | Path | None) -> Iterator[Check]:
    try:
        cards = shelf.known_cards(models_file)
    except MinganError as fault:
        yield Check(name="models.toml", health="bad", found=fault.message)
        return
    for card in cards.values():
        if not card.api_key_env:
            continue
        there = bool(keys.find(card.api_key_env))
        yield Check(
            name=card.name,
            health="ok" if there else "bad",
            found=Text(f"密钥 {card.api_key_env} 已设置", f"the key {card.api_key_env} is set")
            if there
            else Text(f"没有设置密钥 {card.api_key_env}", f"the key {card.api_key_env} is not set"),
            mend=NO_TEXT if there else _same(f"export {card.api_key_env}=…"),
        )


def _same(command: str) -> Text:
    return Text(command, command)
