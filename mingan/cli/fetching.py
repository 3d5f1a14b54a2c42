"""Fetching a model file with progress shown: a Rich bar on a terminal, plain lines elsewhere."""

from __future__ import annotations

import sys
import time
from pathlib import Path

from mingan.cli import say
from mingan.language import Text
from mingan.models.download import fetch

_EVERY_S = 5.0


def fetch_shown(name: str) -> Path:
    """Get a model file, saying on stderr how far it is; gives where it lies.

    Raises:
        DownloadError: no source had it; says what each answered.
        InputError: there is no model of that name to fetch.
    """
    return _on_terminal(name) if sys.stderr.isatty() else _in_lines(name)


def _on_terminal(name: str) -> Path:
    from rich.console import Console
    from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TransferSpeedColumn

    columns = (
        TextColumn("{task.fields[name]} {task.fields[source]}"),
        BarColumn(),
        DownloadColumn(),
        TransferSpeedColumn(),
    )
    with Progress(*columns, console=Console(stderr=True)) as shown:
        task = shown.add_task("", name=name, source="", total=None)

        def progress(source: str, done: int, total: int) -> None:
            shown.update(task, source=source, completed=done, total=total)

        return fetch(name, progress=progress)


def _in_lines(name: str) -> Path:
    said_at, said_of = 0.0, ""

    def progress(source: str, done: int, total: int) -> None:
        nonlocal said_at, said_of
        now = time.monotonic()
        if source == said_of and now - said_at < _EVERY_S and done < total:
            return
        said_at, said_of = now, source
        share = f"{done / 1e6:.0f} / {total / 1e6:.0f} MB"
        say.note(Text(f"{name}：{source} {share}", f"{name}: {source} {share}"))

    return fetch(name, progress=progress)
