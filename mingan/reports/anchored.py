"""Anchors of a bank: a few questions that stand for all, the same for every run, said in words.

Which they are is found by `statistics.anchors`; this joins it with what is on record. The JSON
keys are a promise to other programs. The module asks nobody and writes no file.
"""

from __future__ import annotations

import math
from collections.abc import Collection
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from mingan.errors import UsageError
from mingan.language import Lang, Text
from mingan.records import Question
from mingan.reports.gather import gather
from mingan.reports.items import examined
from mingan.reports.ready import check_countable
from mingan.reports.ruled import ruled
from mingan.reports.safe import one_line, short_name
from mingan.reports.sentences import points
from mingan.statistics.anchors import FEWEST, Anchors, anchors
from mingan.statistics.items import share_right
from mingan.store import Reader

if TYPE_CHECKING:
    from rich.table import Table


@dataclass(frozen=True, slots=True, kw_only=True)
class AnchorSet:
    """The anchors of a bank, the most telling first.

    Attributes:
        found: what was found; `found.questions` are places among the `of` questions.
        questions: the anchors themselves.
        models: how many they were chosen by.
    """

    bank: str
    found: Anchors
    questions: tuple[Question, ...]
    of: int
    models: int


def anchor_set(
    reader: Reader, size: int, *, bank: str | None = None, models: Collection[str] | None = None
) -> AnchorSet:
    """Choose `size` anchors of a bank by what models got there.

    Raises:
        UsageError: see `gather` and `check_countable`; or too few models, or a size that is none.
    """
    gathered = gather(reader, bank=bank, models=models)
    check_countable(gathered)
    rates, _ = share_right(gathered.matrix)
    there = len(gathered.matrix.models)
    if there < FEWEST:
        raise UsageError(
            f"选锚题至少要有 {FEWEST} 个模型答过这个题库，现在只有 {there} 个。",
            f"Choosing anchors takes {FEWEST} models that answered this bank; there "
            f"{'is' if there == 1 else 'are'} {there}.",
        )
    # A question with a suspect key must not stand for others.
    suspect = {row.question.id for row in examined(gathered, reader).suspect}
    sound = np.array([question.id not in suspect for question in gathered.scored])
    known = ~np.isnan(rates).all(axis=0) & sound
    if not 0 < size <= known.sum():
        raise UsageError(
            f"锚题要有 1 到 {known.sum()} 道（判过、答案又不可疑的题就这么多），而写的是 {size}。",
            f"There can be 1 to {known.sum()} anchors (as many questions are graded and have no "
            f"suspect key), not {size}.",
        )
    scored = gathered.scored
    found = anchors(
        rates, size, strata=[q.tags[0] if q.tags else q.tier for q in scored], askable=known
    )  # fmt: skip
    return AnchorSet(
        bank=gathered.bank, found=found, questions=tuple(scored[i] for i in found.questions),
        of=len(scored), models=there,
    )  # fmt: skip


def anchor_sentence(chosen: AnchorSet) -> Text:
    """What they are good for."""
    size = len(chosen.questions)
    head = Text(
        f"从 {one_line(chosen.bank)} 的 {chosen.of} 道题里，按 {chosen.models} 个模型的回答选出 "
        f"{size} 道锚题。",
        f"{size} anchors out of the {chosen.of} questions of {one_line(chosen.bank)}, by the "
        f"answers of {chosen.models} models. ",
    )
    tail = _how_good(chosen.found)
    return Text(head.zh + tail.zh, head.en + tail.en)


def _how_good(found: Anchors) -> Text:
    if np.isnan(found.misses).all():
        return Text(
            "没有一个模型把题答全，说不出用它们推算全部得分差多少。",
            "No model answered everything, so it cannot be told how well they foretell its score.",
        )
    mean, most = points(found.mean_miss), found.miss(0.9)
    if math.isinf(most):
        return Text(
            f"用它们推算全部题的得分，对没参与选题的模型平均差 {mean} 分。",
            f"The score on all that they foretell is off by {mean} points on average, for models "
            "that took no part in choosing.",
        )
    return Text(
        f"用它们推算全部题的得分，对没参与选题的模型平均差 {mean} 分，"
        f"十个里有九个差不过 {points(most)} 分。",
        f"The score on all that they foretell is off by {mean} points on average, and in nine of "
        f"ten cases by no more than {points(most)}, for models that took no part in choosing.",
    )


def anchor_document(chosen: AnchorSet) -> dict[str, Any]:
    """What `mingan items --anchors N --json` prints."""
    found, sentence = chosen.found, anchor_sentence(chosen)
    tried = not np.isnan(found.misses).all()
    most = found.miss(0.9)
    return {
        "bank": chosen.bank, "of": chosen.of, "models": chosen.models, "base": found.base,
        "mean_miss": found.mean_miss if tried else None,
        "miss_90": most if math.isfinite(most) else None,
        "sentence_zh": sentence.zh, "sentence_en": sentence.en,
        "rows": [
            {"question": question.id, "tier": question.tier, "tags": list(question.tags),
             "weight": float(weight), "usual": float(usual)}
            for question, weight, usual in zip(
                chosen.questions, found.weights, found.usual, strict=True
            )
        ],
    }  # fmt: skip


def anchor_table(chosen: AnchorSet, *, lang: Lang | None = None) -> Table:
    """The anchors, one a line."""
    heads = (Text("题", "question"), Text("层级", "tier"), Text("能力", "ability"),
             Text("通常得分", "usual"), Text("权重", "weight"))  # fmt: skip
    rows = (
        (short_name(question.id), short_name(question.tier),
         short_name("、".join(question.tags[:1])), points(float(usual)), f"{100 * weight:.1f}")
        for question, weight, usual in zip(
            chosen.questions, chosen.found.weights, chosen.found.usual, strict=True
        )
    )  # fmt: skip
    return ruled(heads, rows, left=range(3), lang=lang)
