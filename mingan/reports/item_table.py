"""The questions of a bank as rows: for `--json`, and as a table for the terminal.

The JSON keys are a promise to other programs: more may come, none may change. Rich is imported
when a table is drawn and not before; the module writes to no stream.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from mingan.language import Lang, Text, current
from mingan.reports.item_sentences import (
    correlation,
    flag_words,
    flags,
    item_notes,
    item_sentence,
    items_headline,
    twin_gap,
)
from mingan.reports.items import ItemReport, ItemRow
from mingan.reports.safe import one_line
from mingan.reports.sentences import points
from mingan.reports.table import stamp_row

if TYPE_CHECKING:
    from rich.table import Table

_HEADINGS = (
    Text("题目", "Question"), Text("模型", "Models"), Text("回答", "Answers"),
    Text("答对%", "Right %"), Text("D", "D"), Text("r", "r"),
)  # fmt: skip
_TWIN = Text("明−暗", "Public − twin")
_FLAGS = Text("要看的", "To look at")


def items_document(report: ItemReport) -> dict[str, Any]:
    """What `mingan items --json` prints: the bank as a whole, and one row a question."""
    headline = items_headline(report)
    return {
        "bank": report.bank,
        "stamp": stamp_row(report.stamp),
        "models": report.models,
        "questions": len(report.rows),
        "left_out": report.left_out,
        "kr20": _number(report.kr20),
        "suspect": len(report.suspect),
        "floor": sum(row.item.floor for row in report.rows),
        "ceiling": sum(row.item.ceiling for row in report.rows),
        "sentence_zh": headline.zh,
        "sentence_en": headline.en,
        "notes_zh": [note.zh for note in item_notes(report)],
        "notes_en": [note.en for note in item_notes(report)],
        "rows": [item_row(row) for row in report.rows],
    }


def item_row(row: ItemRow) -> dict[str, Any]:
    """One question under the keys that programs rely on; what could not be computed is None."""
    item = row.item
    said = item_sentence(row)
    found = {
        "question": item.question,
        "tier": row.question.tier,
        "models": item.models,
        "answers": item.answers,
        "difficulty": _number(item.difficulty),
        "discrimination": _number(item.discrimination),
        "item_rest": _number(item.item_rest),
        "p": item.p,
        "flags": list(flags(row)),
        "suspect": bool(item.suspicions),
        "twin_gap": row.twin_gap,
        "twin_models": row.twin_models,
    }
    if "agree-against" in item.suspicions:
        found["agreed"] = row.agreed
    return found | ({"sentence_zh": said.zh, "sentence_en": said.en} if said.zh else {})


def items_table(rows: Sequence[ItemRow], *, twins: bool = False, lang: Lang | None = None) -> Table:
    """Questions as a Rich table, in the order given; `twins` adds the gap to their twins."""
    from rich import box
    from rich.table import Table
    from rich.text import Text as RichText

    lang = lang or current()
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False)
    table.add_column(_HEADINGS[0].say(lang), no_wrap=True, overflow="ellipsis")
    for heading in (*_HEADINGS[1:], *([_TWIN] if twins else [])):
        table.add_column(heading.say(lang), justify="right", no_wrap=True)
    table.add_column(_FLAGS.say(lang), no_wrap=True)
    for row in rows:
        item = row.item
        table.add_row(
            RichText(one_line(item.question, 40)),
            str(item.models),
            str(item.answers),
            "–" if math.isnan(item.difficulty) else points(item.difficulty),
            correlation(item.discrimination),
            correlation(item.item_rest),
            *([twin_gap(row)] if twins else []),
            flag_words(row).say(lang),
        )
    return table


def _number(value: float) -> float | None:
    return value if math.isfinite(value) else None
