"""Files of a run: checkpoints written whole or not at all, and logs that end where they should.

The module knows no model: a checkpoint is a dictionary of tensors and plain values.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import torch

from mingan.errors import InputError


def save(file: Path, state: Mapping[str, Any]) -> None:
    """Write a checkpoint beside its place, flush it, and put it there by one rename."""
    draft = file.with_suffix(".draft")
    with draft.open("wb") as out:
        torch.save(dict(state), out)
        out.flush()
        os.fsync(out.fileno())
    draft.replace(file)


def load(file: Path, device: str = "cpu") -> dict[str, Any] | None:
    """A checkpoint, or None where there is none.

    Raises:
        InputError: the file is no checkpoint.
    """
    if not file.is_file():
        return None
    try:
        found = torch.load(file, map_location=device, weights_only=True)
    except Exception as fault:
        raise InputError(
            f"存档 {file} 坏了；删掉它，这一级从头训练。",
            f"The checkpoint {file} is broken; delete it to train this rung anew.",
        ) from fault
    return dict(found)


class Log:
    """A file of JSON lines, flushed line by line; a line cut off by a kill is dropped."""

    def __init__(self, file: Path) -> None:
        self.file = file

    def __iter__(self) -> Iterator[dict[str, Any]]:
        """Its lines, oldest first."""
        if not self.file.is_file():
            return
        for line in self.file.read_text(encoding="utf-8").splitlines():
            try:
                found = json.loads(line)
            except ValueError:
                continue
            if isinstance(found, dict):
                yield found

    def add(self, **values: Any) -> None:
        """One more line."""
        self.file.parent.mkdir(parents=True, exist_ok=True)
        with self.file.open("a", encoding="utf-8") as out:
            out.write(json.dumps(values) + "\n")
            out.flush()

    def cut(self, order: int) -> None:
        """Drop lines of steps that a checkpoint of `order` does not know of yet."""
        kept = [line for line in self if line.get("order", 0) <= order]
        draft = self.file.with_suffix(".draft")
        draft.write_text("".join(json.dumps(line) + "\n" for line in kept), encoding="utf-8")
        draft.replace(self.file)
