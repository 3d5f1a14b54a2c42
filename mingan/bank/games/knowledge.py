"""What is true of the things of daily life: the table behind twenty questions and its mirror.

A thing has a property, or has it not, or it is unclear (the cell is empty): 会飞 is unclear of a
hen. The table is `knowledge.csv`, the words in which a property may be asked for are in
`properties.csv`, both written by us; what things weigh is for `weights` to say. A property is true
or false of the ordinary specimen of a thing; where two sensible people might disagree the cell is
empty. This module answers what is true; it must not know how any game goes.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources

from mingan.bank.games import reading, weights
from mingan.normal import key

LONGEST = 40
"""Characters of a predicate that is looked up."""

_MODAL = re.compile(r"能够|可以|可能会?|会|可|能")
_PEOPLE = re.compile(r"人们|人类|我们|大家|人人")
_USED = re.compile(r"(?:被|供)?人?能?(?:用来|用于|用作|拿来)")
_LEAD = re.compile(
    r"^(?:是|属于|算是?|算作|归为|为|[一某][种类个只件样条把块台头匹棵朵张辆本支根座位]|(?:某|这|那)种|常见的?|日常的?|一般的?)+"
)
_TAIL = re.compile(r"(?:的?(?:东西|事物|物品|物体|生物体|一种|一类|类型|范畴|之一)|的|之类)+$")
_AND = re.compile(r"而且|并且|同时又?|且|又")
_OR = re.compile(r"或者是?|或是?|和|以及|、")
_OF = re.compile(r"(?<=.)的(?=.)")


@dataclass(frozen=True, slots=True)
class Thing:
    """A thing: its other names, the group it is in, and what is true of it by property."""

    name: str
    aliases: tuple[str, ...]
    group: str
    cells: dict[str, bool]


@dataclass(frozen=True, slots=True)
class Property:
    """A property: what follows 它 to affirm and to deny it, and how to know it when asked for."""

    name: str
    yes: str
    no: str
    says: re.Pattern[str]
    denies: re.Pattern[str] | None


@dataclass(frozen=True, slots=True)
class Table:
    """The things and properties by name."""

    things: dict[str, Thing]
    properties: dict[str, Property]

    def true(self, thing: str, name: str) -> bool | None:
        """Whether a thing has a property; None where that is unclear or nobody knows of either."""
        found = self.things.get(thing)
        return None if found is None else found.cells.get(name)

    def thing(self, text: str) -> str | None:
        """The thing that a text names and nothing else, by its name or another name of it."""
        return _by_name().get(key(_core(text))) or _by_name().get(key(text))

    def group(self, name: str) -> tuple[str, ...]:
        """The things of a group, all of them for 全部 and `all`; empty for an unknown group."""
        return tuple(t.name for t in self.things.values() if name in ("all", "全部", t.group))

    def asked(self, predicate: str) -> tuple[str, bool] | None:
        """The property that a predicate speaks of, and whether it affirms it."""
        if len(predicate) > LONGEST:
            return None
        core = _core(predicate)
        return _exact().get(core) or self._by_pattern(core)

    def answer(self, thing: str, predicate: str) -> tuple[bool, bool | None]:
        """Whether a predicate could be read, and whether it is true of a thing (None: unclear).

        Two properties joined by 和, 或 or 且, or by 的 as in 长在树上的水果, are read one by one.
        """
        whole = self._plain(thing, predicate)
        if whole[0]:
            return whole
        for joint, every in ((_AND, True), (_OR, False), (_OF, True)):
            parts = [part for part in joint.split(predicate[:LONGEST]) if part]
            if len(parts) == 2 and "还是" not in predicate:
                answers = [self._one(thing, part) for part in parts]
                if all(read for read, _ in answers):
                    return True, _joined([true for _, true in answers], every)
        return False, None

    def _one(self, thing: str, predicate: str) -> tuple[bool, bool | None]:
        part = reading.statement(predicate)
        read, true = self._plain(thing, part.predicate)
        return read, true if true is None else true is not part.negated

    def _plain(self, thing: str, predicate: str) -> tuple[bool, bool | None]:
        found = self.asked(predicate)
        if found is None:
            return weights.truth(thing, predicate[:LONGEST])
        true = self.true(thing, found[0])
        return True, true if true is None else true is found[1]

    def _by_pattern(self, core: str) -> tuple[str, bool] | None:
        for name, prop in self.properties.items():
            if prop.says.fullmatch(core):
                return name, True
            if prop.denies is not None and prop.denies.fullmatch(core):
                return name, False
        return None


def _joined(truths: Sequence[bool | None], every: bool) -> bool | None:
    """Of two truths, one of them unclear perhaps: whether both hold, or either does."""
    if (not every) in truths:
        return not every
    return None if None in truths else every


def _core(predicate: str) -> str:
    """A predicate without what says nothing: 是一种会飞的东西 is 能飞."""
    text = _USED.sub("用来", _MODAL.sub("能", _PEOPLE.sub("人", predicate)))
    return _TAIL.sub("", _LEAD.sub("", text))


@cache
def table() -> Table:
    """The table, read when first asked for."""
    rows = _rows("knowledge.csv")
    names = rows[0][3:]
    things = {
        row[0]: Thing(
            row[0],
            tuple(filter(None, row[1].split("|"))),
            row[2],
            {name: cell == "y" for name, cell in zip(names, row[3:], strict=True) if cell},
        )
        for row in rows[1:]
    }
    properties = {
        row[0]: Property(
            row[0], row[1], row[2], re.compile(row[3]), re.compile(row[4]) if row[4] else None
        )
        for row in _rows("properties.csv")[1:]
    }
    return Table(things, properties)


@cache
def _by_name() -> dict[str, str]:
    """The thing of every name; a thing's own name goes before another's second name."""
    things = table().things.values()
    found = {key(alias): thing.name for thing in things for alias in thing.aliases}
    return found | {key(thing.name): thing.name for thing in things}


@cache
def _exact() -> dict[str, tuple[str, bool]]:
    """The predicates by which properties are written down, and which way they point."""
    found: dict[str, tuple[str, bool]] = {}
    for prop in table().properties.values():
        for written, affirms in ((prop.no, False), (prop.yes, True)):
            part = reading.statement(written)
            found[_core(part.predicate)] = (prop.name, affirms is not part.negated)
    return found


def _rows(name: str) -> list[list[str]]:
    text = resources.files("mingan.bank.games").joinpath(name).read_text(encoding="utf-8")
    return list(csv.reader(text.splitlines()))
