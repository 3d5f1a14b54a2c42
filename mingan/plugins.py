"""The one door for extensions; what is built in comes in by it too.

A part is named by a group and a name, and found through Python entry points:

    mingan.models       kind    -> a factory  (ModelCard) -> Model
    mingan.graders      name    -> a Grader object
    mingan.importers    name    -> an importer function
    mingan.games        kind    -> a Game object: how a conversation goes on

A package that wants to add a grader writes in its own pyproject.toml

    [project.entry-points."mingan.graders"]
    haiku = "my_package:HaikuGrader"

and it is there after `pip install`. Nothing is imported until it is asked for by name, so a
heavy extension costs nothing to those who do not use it. Tests pass a registry of their own
instead of switching global state. This module must not know any particular part.
"""

from __future__ import annotations

import difflib
from functools import cache
from importlib.metadata import EntryPoint, entry_points
from typing import Any, Literal

from mingan.errors import InputError

Group = Literal["models", "graders", "importers", "games"]


class Registry:
    """Parts by group and name: those installed, and those that the caller adds by hand."""

    def __init__(self) -> None:
        self._added: dict[tuple[str, str], Any] = {}
        self._loaded: dict[tuple[str, str], Any] = {}

    def register(self, group: Group, name: str, part: Any) -> None:
        """Add a part for this registry only; it goes before an installed one of that name."""
        self._added[group, name] = part

    def names(self, group: Group) -> list[str]:
        """Every name in a group, sorted."""
        return sorted({n for g, n in self._added if g == group} | set(_installed(group)))

    def get(self, group: Group, name: str) -> Any:
        """The part itself, imported now if it was not before.

        Raises:
            InputError: nobody brought in a part of that name; the sentence lists the nearest.
        """
        if (group, name) in self._added:
            return self._added[group, name]
        if (group, name) not in self._loaded:
            entry = _installed(group).get(name)
            if entry is None:
                raise self._unknown(group, name)
            self._loaded[group, name] = entry.load()
        return self._loaded[group, name]

    def made(self, group: Group, name: str) -> Any:
        """The part as an object: of a class an instance, anything else as it was brought in.

        Raises:
            InputError: as `get`.
        """
        part = self.get(group, name)
        return part() if isinstance(part, type) else part

    def _unknown(self, group: Group, name: str) -> InputError:
        known = self.names(group)
        near = difflib.get_close_matches(name, known, n=1)
        hint_zh = f"是不是想写 {near[0]!r}？" if near else ""
        hint_en = f" Did you mean {near[0]!r}?" if near else ""
        return InputError(
            f"{group} 里没有 {name!r}。{hint_zh}可用的有：{', '.join(known)}。",
            f"There is no {name!r} among {group}.{hint_en} Available: {', '.join(known)}.",
        )


@cache
def _installed(group: Group) -> dict[str, EntryPoint]:
    return {entry.name: entry for entry in entry_points(group=f"mingan.{group}")}


registry = Registry()
"""The registry of this process, used wherever the caller brings none of his own."""
