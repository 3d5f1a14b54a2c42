"""Are the twins like the public questions in what makes a question hard on the face of it?

Twins with larger numbers or longer prompts are harder, and a gap in scores would then say nothing
about a leak. So the sizes of all numbers (2024, 1,500, 三百二十, 两万) and the lengths of all
prompts are compared, public against twin. The module knows questions; it must not know answers
or models.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from mingan.normal import fold
from mingan.numerals import NUMERALS, chinese
from mingan.records import Question
from mingan.statistics.twins import two_sample

ALIKE = 0.05
"""A p-value above this: no difference was found."""

_LARGEST = 1e300
_WORST = 5

_NUMBER = re.compile(
    r"(?P<western>\d{1,3}(?:,\d{3})+(?:\.\d+)?(?!\d)|\d+(?:\.\d+)?)"
    r"(?: ?(?P<group>[千百]?[万亿]|[千百]))?"
    rf"|(?P<han>[{NUMERALS}]+(?:点[零〇一二三四五六七八九]+)?)"
)
# 一 alone, 千万 and 万 stand in words that count nothing: 想一想, 千万别, 万一.
_COUNTS = re.compile(r"[零〇二三四五六七八九两十点廿卅]|一.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Mismatch:
    """A pair that is far apart: its id, and the two values (a mean log-size, or a length)."""

    id: str
    public: float
    twin: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """How alike public questions and twins are.

    Attributes:
        numbers_p, lengths_p: p-values of two Kolmogorov-Smirnov tests, of the numbers' log-sizes
            and of the prompts' lengths in characters; 1 where one side has none.
        public_numbers, twin_numbers: how many numbers there are on either side.
        public_questions, twin_questions: how many questions.
        numbers_apart, lengths_apart: the pairs (by id) farthest apart, at most 5 each, the worst
            first; pairs alike in this are not listed.
        alone: ids that only one side has.
    """

    numbers_p: float
    lengths_p: float
    public_numbers: int
    twin_numbers: int
    public_questions: int
    twin_questions: int
    numbers_apart: tuple[Mismatch, ...]
    lengths_apart: tuple[Mismatch, ...]
    alone: tuple[str, ...]

    @property
    def alike(self) -> bool:
        """Whether neither test found a difference."""
        return self.numbers_p > ALIKE and self.lengths_p > ALIKE


def match(public: Sequence[Question], twins: Sequence[Question]) -> Match:
    """Compare the numbers and the lengths of public questions with those of their twins.

    Pairs are told by their ids, which a twin shares with its public question; with several twins
    to one question, the last of them stands for the pair.
    """
    sizes = [[log_sizes(read(q)) for q in side] for side in (public, twins)]
    lengths = [[float(len(read(q))) for q in side] for side in (public, twins)]
    pooled = [[size for of_one in side for size in of_one] for side in sizes]
    means = [
        {q.id: sum(found) / len(found) if found else 0.0
         for q, found in zip(side, of_all, strict=True)}
        for side, of_all in zip((public, twins), sizes, strict=True)
    ]  # fmt: skip
    by_id = [
        dict(zip([q.id for q in side], of_all, strict=True))
        for side, of_all in zip((public, twins), lengths, strict=True)
    ]
    return Match(
        numbers_p=two_sample(*pooled).p,
        lengths_p=two_sample(*lengths).p,
        public_numbers=len(pooled[0]),
        twin_numbers=len(pooled[1]),
        public_questions=len(public),
        twin_questions=len(twins),
        numbers_apart=_farthest(means[0], means[1]),
        lengths_apart=_farthest(by_id[0], by_id[1], relative=True),
        alone=tuple(sorted(by_id[0].keys() ^ by_id[1].keys())),
    )


def read(question: Question) -> str:
    """Everything of a question that a model gets to read, folded."""
    parts = [question.system or "", question.prompt, *question.choices, *question.turns]
    variants = question.params.get("variants") if question.kind else None
    if isinstance(variants, list):
        parts += [_prompt(each) for each in variants]
    return fold("\n".join(filter(None, parts)))


def log_sizes(text: str) -> list[float]:
    """log10(1 + size) of every number in a folded text, in order."""
    return [math.log10(1 + value) for value in _numbers(text)]


# --- pieces -------------------------------------------------------------------------------------


def _prompt(variant: Any) -> str:
    return str(variant.get("prompt", "")) if isinstance(variant, dict) else ""


def _numbers(text: str) -> Iterator[float]:
    for found in _NUMBER.finditer(text):
        if found["western"]:
            group = chinese("一" + (found["group"] or "")) or 1
            value = float(found["western"].replace(",", "")) * float(group)
        elif _COUNTS.search(found["han"]) and (numeral := chinese(found["han"])) is not None:
            value = float(numeral)
        else:
            continue
        yield min(value, _LARGEST)


def _farthest(
    public: dict[str, float], twins: dict[str, float], *, relative: bool = False
) -> tuple[Mismatch, ...]:
    """The pairs farthest apart; lengths are compared by their ratio."""

    def distance(pair: Mismatch) -> float:
        if relative:
            return abs(math.log((1 + pair.public) / (1 + pair.twin)))
        return abs(pair.public - pair.twin)

    pairs = [Mismatch(id=id, public=public[id], twin=twins[id]) for id in public if id in twins]
    apart = sorted((pair for pair in pairs if distance(pair) > 0), key=distance, reverse=True)
    return tuple(apart[:_WORST])
