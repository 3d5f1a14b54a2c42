"""Policies: fixed, by ability, within limits, by predicted gain, cascade, vote, fuse.

    policy = load("policy.json")
    policy.choose(ask)

Every policy knows its members and what was measured of them, leaves out those that an asker may
not use or that cannot do what the ask needs, and names the others behind the first as what to fall
back on. A policy is one JSON file with a version; nothing in it is ever run. Nothing is sent here.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, ClassVar, Literal

import numpy as np

from mingan.gateway import words
from mingan.gateway.ballots import vote_weight
from mingan.gateway.curves import chosen
from mingan.gateway.gains import Gains
from mingan.gateway.policy import Ask, Choice, Policy
from mingan.gateway.sparse import Floats
from mingan.reports.files import whole_file

VERSION = 1
"""Of the file format; a newer one is refused, an older one read."""

WEAK = 0.10
"""Proposers so far below the best are dropped: quality counts for more than variety."""

PROPOSERS = 3

AGREE = 0.6
"""Of a cascade's samples, the share that must agree where nothing was calibrated."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What was measured of a member.

    Attributes:
        quality: mean, 0 to 1.
        cost: of an ask on average; local members may be 0.
        seconds: latency; None where it was not measured.
        density: capability for its size (see mingan density); None where not known.
        can: what it can do beside text; None where nobody has said, and then it may be asked.
    """

    name: str
    quality: float
    cost: float = 0.0
    seconds: float | None = None
    density: float | None = None
    can: frozenset[str] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What members may cost on average, how long they may take, how dense they must be."""

    cost: float | None = None
    seconds: float | None = None
    density: float | None = None

    def allow(self, member: Facts) -> bool:
        """Whether a member is within all limits; what was not measured is not within one."""
        return (
            (self.cost is None or member.cost <= self.cost)
            and (self.seconds is None or (member.seconds or np.inf) <= self.seconds)
            and (self.density is None or (member.density or 0.0) >= self.density)
        )


def able(members: Sequence[Facts], ask: Ask) -> list[int]:
    """The places of members that may and can answer.

    Raises:
        UsageError: there is none.
    """
    places = [
        i
        for i, member in enumerate(members)
        if (ask.members is None or member.name in ask.members)
        and (member.can is None or ask.needs <= member.can)
    ]
    if not places:
        raise words.nobody(ask)
    return places


def _best_first(members: Sequence[Facts], places: Sequence[int]) -> list[int]:
    return sorted(places, key=lambda i: (-members[i].quality, members[i].cost))


@dataclass(frozen=True, slots=True, kw_only=True)
class Best:
    """The best single member within limits; `first` fixes it by name."""

    kind: ClassVar[str] = "best"
    members: tuple[Facts, ...]
    limits: Limits = field(default_factory=Limits)
    first: str = ""
    name: str = "best"

    def choose(self, ask: Ask) -> Choice:
        """The same for every ask that the same members can answer."""
        places = able(self.members, ask)
        within = [i for i in places if self.limits.allow(self.members[i])] or places
        order = _best_first(self.members, within)
        order.sort(key=lambda i: self.members[i].name != self.first)
        names = tuple(self.members[i].name for i in order)
        return Choice(
            models=names, why=words.why_best(self.members[order[0]], fixed=names[0] == self.first),
            gains={m.name: m.quality for m in self.members},
        )  # fmt: skip

    def document(self) -> dict[str, Any]:
        """The policy as JSON."""
        return {"limits": asdict(self.limits), "first": self.first}

    @classmethod
    def read(cls, found: dict[str, Any], members: tuple[Facts, ...], name: str) -> Best:
        """The policy back from `document`."""
        limits = Limits(**found["limits"])
        return cls(members=members, limits=limits, first=str(found["first"]), name=name)


@dataclass(frozen=True, slots=True, kw_only=True)
class Predicted:
    """The member with the highest `trade_off * quality - cost`, both as expected for this ask.

    With `by_ability`, quality is the mean of the ask's ability and nothing finer.
    """

    kind: ClassVar[str] = "predicted"
    members: tuple[Facts, ...]
    gains: Gains
    trade_off: float
    by_ability: bool = False
    name: str = "predicted"

    def expected(self, texts: Sequence[str]) -> Floats:
        """Expected quality, (texts, members)."""
        return self.gains.by_ability(texts) if self.by_ability else self.gains.quality(texts)

    def choose(self, ask: Ask) -> Choice:
        """Read the ask, multiply, and take the best trade."""
        places = able(self.members, ask)
        quality, cost = (
            self.expected([ask.text])[0, places],
            self.gains.costs([ask.text])[0, places],
        )
        first = int(chosen(quality[None], cost[None], self.trade_off)[0])
        others = sorted((i for i in range(len(places)) if i != first), key=lambda i: -quality[i])
        order = [first, *others]
        names = tuple(self.members[places[i]].name for i in order)
        return Choice(
            models=names,
            why=words.why_predicted(names[0], float(quality[first]), by_ability=self.by_ability),
            gains={self.members[places[i]].name: round(float(quality[i]), 4) for i in order},
        )  # fmt: skip

    def document(self) -> dict[str, Any]:
        """The policy as JSON."""
        trade_off = None if np.isinf(self.trade_off) else self.trade_off
        return {
            "gains": self.gains.document(), "trade_off": trade_off, "by_ability": self.by_ability,
        }  # fmt: skip

    @classmethod
    def read(cls, found: dict[str, Any], members: tuple[Facts, ...], name: str) -> Predicted:
        """The policy back from `document`."""
        trade_off = found["trade_off"]
        return cls(
            members=members, gains=Gains.read(found["gains"]), name=name,
            trade_off=float("inf") if trade_off is None else float(trade_off),
            by_ability=bool(found["by_ability"]),
        )  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Cascade:
    """Cheap members first; an answer is taken if its confidence reaches the member's threshold."""

    kind: ClassVar[str] = "cascade"
    members: tuple[Facts, ...]
    order: tuple[str, ...]
    accept: Mapping[str, float] = field(default_factory=dict)
    samples: int = 1
    name: str = "cascade"

    def choose(self, ask: Ask) -> Choice:
        """The cascade without the members that cannot answer."""
        names = {self.members[i].name for i in able(self.members, ask)}
        order = tuple(name for name in self.order if name in names) or tuple(names)
        return Choice(
            models=order, mode="cascade" if len(order) > 1 else "one",
            why=words.why_cascade(order), samples=self.samples if len(order) > 1 else 1,
            accept={name: self.accept.get(name, AGREE) for name in order[:-1]},
            gains={m.name: m.quality for m in self.members},
        )  # fmt: skip

    def document(self) -> dict[str, Any]:
        """The policy as JSON."""
        return {"order": list(self.order), "accept": dict(self.accept), "samples": self.samples}

    @classmethod
    def read(cls, found: dict[str, Any], members: tuple[Facts, ...], name: str) -> Cascade:
        """The policy back from `document`."""
        return cls(
            members=members, order=tuple(map(str, found["order"])), samples=int(found["samples"]),
            accept={str(k): float(v) for k, v in found["accept"].items()}, name=name,
        )  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Together:
    """Several members at once: their most weighty answer (vote), or one text out of all (fuse).

    A vote weighs members by log(p (k - 1) / (1 - p)). A fusion takes the best three that are not
    far below the best, and the best of them merges.
    """

    kind: ClassVar[str] = "together"
    members: tuple[Facts, ...]
    mode: Literal["vote", "fuse"] = "vote"
    ways: int = 4
    most: int = 0
    name: str = "vote"

    def choose(self, ask: Ask) -> Choice:
        """Who votes, with what weight; or who proposes and who merges (the last)."""
        order = _best_first(self.members, able(self.members, ask))
        best = self.members[order[0]].quality
        if self.mode == "fuse":
            strong = [i for i in order if self.members[i].quality >= best - WEAK]
            names = [self.members[i].name for i in strong[: self.most or PROPOSERS]]
            if len(names) > 1:
                # The merger is asked after all have proposed; it is the best of them.
                return Choice(
                    models=(*names, names[0]), mode="fuse", why=words.why_fuse(names),
                    gains={m.name: m.quality for m in self.members},
                )  # fmt: skip
            return Choice(models=tuple(names), why=words.why_best(self.members[order[0]]))
        some = [self.members[i] for i in order[: self.most or len(order)]]
        return Choice(
            models=tuple(m.name for m in some), mode="vote" if len(some) > 1 else "one",
            why=words.why_vote([m.name for m in some]),
            weights={m.name: vote_weight(m.quality, self.ways) for m in some},
            gains={m.name: m.quality for m in self.members},
        )  # fmt: skip

    def document(self) -> dict[str, Any]:
        """The policy as JSON."""
        return {"mode": self.mode, "ways": self.ways, "most": self.most}

    @classmethod
    def read(cls, found: dict[str, Any], members: tuple[Facts, ...], name: str) -> Together:
        """The policy back from `document`."""
        mode: Literal["vote", "fuse"] = "fuse" if found["mode"] == "fuse" else "vote"
        return cls(
            members=members, mode=mode, ways=int(found["ways"]), most=int(found["most"]), name=name
        )


Kept = Best | Predicted | Cascade | Together
"""Policies that can be written down."""

_KINDS: dict[str, Any] = {kind.kind: kind for kind in (Best, Predicted, Cascade, Together)}


def save(policy: Kept, path: str | Path, *, about: dict[str, Any] | None = None) -> None:
    """Write a policy to a JSON file, whole or not at all.

    Args:
        about: what was measured when it was chosen; kept in the file for whoever reads it.

    Raises:
        MinganError: it cannot be written there.
    """
    document = {
        "mingan_policy": VERSION,
        "kind": policy.kind,
        "name": policy.name,
        "members": [
            {**asdict(m), "can": None if m.can is None else sorted(m.can)} for m in policy.members
        ],
        "about": _finite(about or {}),
        "policy": policy.document(),
    }
    with whole_file(path) as draft:
        written = json.dumps(document, ensure_ascii=False, allow_nan=False)
        draft.write_text(written, encoding="utf-8")


def _finite(value: Any) -> Any:
    """What JSON can hold: a number that is none becomes null."""
    if isinstance(value, float):
        return value if np.isfinite(value) else None
    if isinstance(value, dict):
        return {key: _finite(item) for key, item in value.items()}
    return [_finite(item) for item in value] if isinstance(value, list) else value


def load(path: str | Path) -> Policy:
    """A policy from its file.

    Raises:
        InputError: there is none, it is no policy, or a newer Mingan wrote it.
    """
    try:
        found = json.loads(Path(path).read_text("utf-8"))
    except OSError as fault:
        raise words.no_file(path) from fault
    except ValueError as fault:
        raise words.no_policy(path) from fault
    if not isinstance(found, dict) or not isinstance(found.get("mingan_policy"), int):
        raise words.no_policy(path)
    if found["mingan_policy"] > VERSION:
        raise words.too_new(path, found["mingan_policy"])
    try:
        members = tuple(
            Facts(**{**member, "can": None if member["can"] is None else frozenset(member["can"])})
            for member in found["members"]
        )
        policy: Policy = _KINDS[found["kind"]].read(found["policy"], members, str(found["name"]))
    except (KeyError, TypeError, ValueError, AttributeError) as fault:
        raise words.no_policy(path) from fault
    return policy
