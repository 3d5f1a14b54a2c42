"""Whether models had seen the questions, as rows: for `--json`, and as a table for the terminal.

The JSON keys are a promise to other programs: more may come, none may change. The module knows no
store and writes to no stream.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from mingan.language import Lang, Text, current
from mingan.reports.contaminated import Contamination, ContaminationReport
from mingan.reports.contaminated_sentences import (
    contamination_notes,
    contamination_sentence,
    method_words,
    origin_words,
    verdict_words,
)
from mingan.reports.ruled import ruled
from mingan.reports.safe import short_name
from mingan.reports.sentences import points

if TYPE_CHECKING:
    from rich.table import Table

_DASH = "–"


def contamination_document(report: ContaminationReport) -> dict[str, Any]:
    """What `mingan twins --json` prints."""
    return {
        "rows": [_row(row) for row in report.rows],
        "notes": [note._asdict() for note in report.notes],
    }


def contamination_table(rows: Sequence[Contamination], *, lang: Lang | None = None) -> Table:
    """Every row in one line."""
    speak = lang or current()
    heads = (
        Text("模型", "model"), Text("和什么比", "against"), Text("结论", "verdict"),
        Text("多出", "gap"), Text("区间", "interval"), Text("p", "p"), Text("校正后", "corrected"),
        Text("e 值", "e-value"), Text("看得出", "detectable"), Text("方法", "method"),
    )  # fmt: skip
    return ruled(
        heads, (_cells(row, speak) for row in rows), left=(0, 1, 2, 9), lang=speak, wrap=True
    )


def _cells(row: Contamination, speak: Lang) -> tuple[str, ...]:
    shown = row.method != ""
    return (
        short_name(row.model), short_name(origin_words(row).say(speak)),
        verdict_words(row.verdict).say(speak), points(row.gap) if shown else _DASH,
        f"{points(row.low)}{_DASH}{points(row.high)}" if shown else _DASH, _small(row.p),
        _small(row.p_adjusted), _large(row.e),
        _DASH if row.detectable is None else points(row.detectable),
        method_words(row.method).say(speak) or _DASH,
    )  # fmt: skip


def _row(row: Contamination) -> dict[str, Any]:
    sentence = contamination_sentence(row)
    return {
        "model": row.model,
        "bank": row.bank,
        "origin": row.origin,
        "against": row.against or None,
        "verdict": row.verdict,
        "method": row.method or None,
        "refusal": row.refusal or None,
        "questions": row.questions,
        "left_out": row.left_out,
        "public": _number(row.public),
        "hidden": _number(row.hidden),
        "difference": _number(row.difference),
        "gap": _number(row.gap),
        "estimate": _number(row.gap),
        "low": _number(row.low),
        "high": _number(row.high),
        "level": row.level,
        "p": _number(row.p),
        "p_adjusted": _number(row.p_adjusted),
        "adjustment": row.adjustment or None,
        "scatter_p": _number(row.scatter_p),
        "e": _number(row.e),
        "detectable": _number(row.detectable),
        "equivalence_p": _number(row.equivalence_p),
        "equivalent": row.equivalent,
        "margin": row.margin,
        "references": list(row.references),
        "cut": row.cut or None,
        "unlike": _unlike(row),
        "softened_by": row.softened_by or None,
        "crosses": [
            {"method": each.method, "gap": _number(each.gap), "p": _number(each.p)}
            for each in row.crosses
        ],
        "sentence_zh": sentence.zh,
        "sentence_en": sentence.en,
        "notes": [note._asdict() for note in contamination_notes(row)],
    }


def _unlike(row: Contamination) -> dict[str, Any] | None:
    """How alike public questions and twins are; ids and numbers only."""
    if row.match is None:
        return None
    return {
        "alike": row.match.alike,
        "numbers_p": _number(row.match.numbers_p),
        "lengths_p": _number(row.match.lengths_p),
    }


def _number(value: float | None) -> float | None:
    return value if value is not None and math.isfinite(value) else None


def _small(p: float | None) -> str:
    return _DASH if p is None else "<0.0001" if p < 0.0001 else f"{p:.2g}"


def _large(e: float | None) -> str:
    return _DASH if e is None else f"{e:.2g}" if e < 1e6 else ">1000000"
