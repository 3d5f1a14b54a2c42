"""What the Compare page shows, as its address says it: a filter that is read, written and shared.

An address that was read and written again is the same filter in its one canonical form, so that
two people who look at the same thing have the same link. What a person wrote into an address by
hand is understood as far as it makes sense, and the rest is dropped. The module knows addresses
only; which models and questions there are it must not know.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any, Literal, TypeVar, get_args
from urllib.parse import urlencode

from mingan.reports.page_questions import NAMES

Preset = Literal["all", "disagree", "all-wrong", "all-right", "unsure"]
"""The questions that people look for most, by the verdicts of all models looked at together."""

Sort = Literal["bank", "disagree", "suspect"]
"""Order of the bank, most disagreement first, or suspect keys first."""

Look = Literal["text", "markdown"]

PRESETS: tuple[Preset, ...] = get_args(Preset)
SORTS: tuple[Sort, ...] = get_args(Sort)
LOOKS: tuple[Look, ...] = get_args(Look)
OUTCOMES: tuple[str, ...] = tuple(NAMES.values())
"""What may become of a question with a model: right, wrong, unsure, ungraded, mixed, missing (no
answer could be had), absent (never asked)."""

LONGEST_TEXT = 200
MOST_MODELS = 60
MOST_CONDITIONS = 20
MOST_PAGES = 1_000_000

_LONGEST_NAME = 400

_Word = TypeVar("_Word", bound=str)


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """One model's questions with one outcome, such as those that gpt4 got right."""

    model: str
    outcome: str

    def __str__(self) -> str:
        return f"{self.model}:{self.outcome}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """Which questions to show, in which order, with the answers of which models.

    Attributes:
        bank: the bank's name; "" for the newest.
        models: the columns, in order; none for a choice by the page.
        conditions: all must hold.
        preset: see `Preset`.
        tag, tier: an ability and a tier; "" for any.
        text: to be found in prompt, reference or any answer.
        sort, look, page: order, how answers are shown, which page (from 1).
    """

    bank: str = ""
    models: tuple[str, ...] = ()
    conditions: tuple[Condition, ...] = ()
    preset: Preset = "all"
    tag: str = ""
    tier: str = ""
    text: str = ""
    sort: Sort = "bank"
    look: Look = "text"
    page: int = 1

    @classmethod
    def read(cls, pairs: Iterable[tuple[str, str]]) -> Filter:
        """The filter of an address's query, given as its (key, value) pairs in order."""
        found: dict[str, list[str]] = {}
        for key, value in pairs:
            found.setdefault(key, []).append(value)

        def last(key: str) -> str:
            return found.get(key, [""])[-1]

        return cls(
            bank=last("bank")[:_LONGEST_NAME],
            models=_once(found.get("m", ()), MOST_MODELS),
            conditions=_conditions(found),
            preset=_known(last("show"), PRESETS),
            tag=last("tag")[:_LONGEST_NAME],
            tier=last("tier")[:_LONGEST_NAME],
            text=" ".join(last("find").split())[:LONGEST_TEXT].strip(),
            sort=_known(last("sort"), SORTS),
            look=_known(last("as"), LOOKS),
            page=_page(last("page")),
        )

    def pairs(self) -> list[tuple[str, str]]:
        """The canonical query: nothing that is as it would be anyway, always in one order."""
        plain = [
            ("tag", self.tag),
            ("tier", self.tier),
            ("find", self.text),
            ("show", "" if self.preset == "all" else self.preset),
            ("sort", "" if self.sort == "bank" else self.sort),
            ("as", "" if self.look == "text" else self.look),
            ("page", "" if self.page == 1 else str(self.page)),
        ]
        return [
            *([("bank", self.bank)] if self.bank else ()),
            *(("m", model) for model in self.models),
            *(("is", str(condition)) for condition in self.conditions),
            *(pair for pair in plain if pair[1]),
        ]

    @property
    def query(self) -> str:
        """The canonical query as it stands in an address, with its question mark; may be empty."""
        pairs = self.pairs()
        return f"?{urlencode(pairs)}" if pairs else ""

    @property
    def narrows(self) -> bool:
        """Whether some questions may be left out."""
        return bool(self.conditions or self.tag or self.tier or self.text or self.preset != "all")

    def but(self, **changed: Any) -> Filter:
        """This filter with something changed, from its first page."""
        return replace(self, **({"page": 1} | changed))

    def cleared(self) -> Filter:
        """All questions of the same bank and models, shown in the same way."""
        kept = {"bank", "models", "look"}
        return Filter(**{f.name: getattr(self, f.name) for f in fields(self) if f.name in kept})

    def without(self, condition: Condition) -> Filter:
        """This filter with one condition less."""
        return self.but(conditions=tuple(c for c in self.conditions if c != condition))


def _known(value: str, known: Sequence[_Word]) -> _Word:
    """The one of `known` that `value` is, else the first."""
    return next((each for each in known if each == value), known[0])


def _once(names: Iterable[str], most: int) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name for name in names if 0 < len(name) <= _LONGEST_NAME))[:most]


def _conditions(found: dict[str, list[str]]) -> tuple[Condition, ...]:
    """Those written as model:outcome, and those that a form sends as two fields (a and av)."""
    written = [value.rpartition(":")[::2] for value in found.get("is", ())]
    for model, outcome in (("a", "av"), ("b", "bv")):
        written += zip(found.get(model, ()), found.get(outcome, ()), strict=False)
    sound = (
        Condition(model=model, outcome=outcome)
        for model, outcome in written
        if 0 < len(model) <= _LONGEST_NAME and outcome in OUTCOMES
    )
    return tuple(dict.fromkeys(sound))[:MOST_CONDITIONS]


def _page(value: str) -> int:
    """The page number written in `value`; the first if it is none."""
    if value.isascii() and value.isdecimal() and len(value) <= 9:
        return min(max(int(value), 1), MOST_PAGES)
    return 1
