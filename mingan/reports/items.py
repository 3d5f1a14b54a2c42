"""The questions of a bank, one by one: what they tell, and which to repair first.

It joins the measures of `statistics.items` with what is on record about each question: what the
models took for the answer, and how they did on its hidden twins. It computes no measure itself,
and the sentences are in `item_sentences`.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from itertools import chain

import numpy as np

from mingan.normal import fold, shorten
from mingan.records import Question, Stamp
from mingan.reports.gather import Gathered, gather
from mingan.reports.ready import check_countable
from mingan.reports.twin_pairs import rates, twin_banks
from mingan.statistics.items import Item, Suspicion, item_table
from mingan.store import Reader

_KEPT = frozenset("./+-%=<>:^")
_OPPOSITE = "\0opposite"
_SHOWN = 40

_URGENCY: tuple[Suspicion, ...] = ("agree-against", "strong-wrong", "negative")


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemRow:
    """One question as a person who keeps the bank looks at it.

    Attributes:
        item: its measures.
        question: the question itself.
        strong: names of the best third of the models on the other questions, best first.
        agreeing: how many of them agree against the key.
        agreed: what these took for the answer; "" where that is the opposite of a yes-or-no key,
            and where the question is hidden.
        reference: the key, on one line; "" for a hidden question.
        twin_gap: share right here less share right on its hidden twins, over the models that
            have a verdict on both; None where there are none.
        twin_models: how many models that rests on.
    """

    item: Item
    question: Question
    strong: tuple[str, ...]
    agreeing: int = 0
    agreed: str = ""
    reference: str = ""
    twin_gap: float | None = None
    twin_models: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemReport:
    """A bank, question by question, the most urgent first.

    Attributes:
        models: how many were asked.
        kr20: reliability of the bank as a whole; NaN where it cannot be told.
        left_out: questions that no rule can grade and nobody has graded yet.
    """

    bank: str
    stamp: Stamp
    models: int
    rows: tuple[ItemRow, ...]
    kr20: float
    left_out: int

    @property
    def suspect(self) -> tuple[ItemRow, ...]:
        """Questions whose key should be looked at."""
        return tuple(row for row in self.rows if row.item.suspicions)


def examine(
    store: Reader, *, bank: str | None = None, models: Collection[str] | None = None
) -> ItemReport:
    """Every question of a bank that a score can rest on.

    Raises:
        UsageError: see `gather` and `check_countable`.
    """
    gathered = gather(store, bank=bank, models=models)
    check_countable(gathered)
    return examined(gathered, store)


def examined(gathered: Gathered, store: Reader) -> ItemReport:
    """The same for what was gathered already, and can be counted."""
    matrix = gathered.matrix
    labels = _labels(gathered)
    table = item_table(matrix, said=labels)
    gaps = _twin_gaps(gathered, store)
    rows = [
        _row(gathered, question, item, gaps.get(question.id))
        for question, item in zip(gathered.scored, table.items, strict=True)
    ]
    return ItemReport(
        bank=gathered.bank,
        stamp=gathered.stamp,
        models=len(matrix.models),
        rows=tuple(sorted(rows, key=_order)),
        kr20=table.kr20,
        left_out=len(gathered.questions) - len(gathered.scored),
    )


def label(text: str) -> str:
    """What a model took for the answer, so that the same answer gives the same text.

    Case, blanks and punctuation do not count, but what makes another number does: 2/7 is not 27.
    """
    kept = (c for c in fold(text).casefold() if c.isalnum() or c in _KEPT)
    return "".join(kept).strip("./:=")


# --- pieces -------------------------------------------------------------------------------------


def _order(row: ItemRow) -> tuple[float, ...]:
    """Suspect keys first, then what nobody got right, then by discrimination, then what all did."""
    item = row.item
    suspicion = min((_URGENCY.index(s) for s in item.suspicions), default=len(_URGENCY))
    group = 0 if item.suspicions else 1 if item.floor else 3 if item.ceiling else 2
    unknown = math.isnan(item.item_rest)
    return (
        group, suspicion, item.p, unknown, 0.0 if unknown else item.item_rest, -item.models,
    )  # fmt: skip


def _labels(gathered: Gathered) -> dict[tuple[int, int], str]:
    """By (model, question): the answer that was taken, if it was the same in every repeat."""
    rows = {card.name: i for i, card in enumerate(gathered.cards)}
    columns = {question.id: j for j, question in enumerate(gathered.scored)}
    found: dict[tuple[int, int], set[str]] = {}
    for (model, question, _), grade in gathered.grades.items():
        if question in columns and grade.verdict in ("right", "wrong"):
            # Who is wrong on a yes or no has said the other, in whatever words.
            other = grade.grader == "yesno" and grade.verdict == "wrong"
            text = _OPPOSITE if other else label(grade.extracted)
            found.setdefault((rows[model], columns[question]), set()).add(text)
    return {place: next(iter(texts)) for place, texts in found.items() if len(texts) == 1}


def _row(
    gathered: Gathered, question: Question, item: Item, gap: tuple[float, int] | None
) -> ItemRow:
    agreed = ""
    if item.agreeing and not question.hidden:
        agreed = _quoted(gathered, question.id, gathered.cards[item.agreeing[0]].name)
    return ItemRow(
        item=item,
        question=question,
        strong=tuple(gathered.cards[i].name for i in item.strong),
        agreeing=len(item.agreeing),
        agreed=agreed,
        reference="" if question.hidden else shorten(question.answer or "", _SHOWN),
        twin_gap=gap[0] if gap else None,
        twin_models=gap[1] if gap else 0,
    )


def _quoted(gathered: Gathered, question: str, model: str) -> str:
    grades = (gathered.grades.get((model, question, k)) for k in range(gathered.repeats))
    first = next(grade for grade in grades if grade is not None and grade.verdict == "wrong")
    return "" if first.grader == "yesno" else shorten(first.extracted, _SHOWN)


def _twin_gaps(gathered: Gathered, store: Reader) -> dict[str, tuple[float, int]]:
    """By question id: public less twin, and over how many models, where twins were answered."""
    banks = twin_banks(store, gathered.bank)
    twins = list(chain.from_iterable(_twin_rates(each) for each in banks))
    if not twins:
        return {}
    hidden: dict[tuple[str, str], list[float]] = {}
    for model, question, rate in twins:
        hidden.setdefault((model, question), []).append(rate)
    public = {(model, question): rate for model, question, rate in rates(gathered)}
    gaps: dict[str, list[float]] = {}
    for (model, question), each in hidden.items():
        if (model, question) in public:
            gap = public[model, question] - float(np.mean(each))
            gaps.setdefault(question, []).append(gap)
    return {question: (float(np.mean(each)), len(each)) for question, each in gaps.items()}


def _twin_rates(twins: Gathered) -> Iterable[tuple[str, str, float]]:
    hidden: Mapping[str, bool] = {q.id: bool(q.hidden) for q in twins.scored}
    return (found for found in rates(twins) if hidden[found[1]])
