"""Scores and comparisons as rows: for `--json`, and as a table for the terminal.

The JSON keys are a promise to other programs: more may come, none may change. Scores stay in
[0, 1] there and become points only for people. Rich is imported when a table is drawn and not
before; the module knows no store and writes to no stream.
"""

from __future__ import annotations

import io
import math
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from mingan.language import Lang, current
from mingan.records import Stamp
from mingan.reports.safe import short_name
from mingan.reports.sentences import FEW, compare_sentence, points, rank_range
from mingan.reports.words import words
from mingan.statistics.results import Comparison, Score

if TYPE_CHECKING:
    from rich.console import RenderableType
    from rich.table import Table

_BAR_COLUMNS = 25


def score_row(score: Score) -> dict[str, Any]:
    """One score under the keys that programs rely on; what could not be computed is None."""
    return {
        "model": score.model,
        "score": _number(score.score),
        "low": _number(score.low),
        "high": _number(score.high),
        "best_case": _number(score.best_case),
        "worst_case": _number(score.worst_case),
        "rank_low": score.rank_low or None,
        "rank_high": score.rank_high or None,
        "right": score.right,
        "wrong": score.wrong,
        "unsure": score.unsure,
        "ungraded": score.ungraded,
        "failed": score.failed,
        "refused": score.refused,
        "truncated": score.truncated,
        "empty": score.empty,
        "absent": score.absent,
        "questions": score.questions,
        "repeats": score.repeats,
        "level": score.level,
    }


def stamp_row(stamp: Stamp) -> dict[str, str]:
    """The stamp in short (as printed) and in full."""
    return {
        "short": str(stamp),
        "questions": stamp.questions,
        "graders": stamp.graders,
        "parameters": stamp.parameters,
    }


def scores_document(scores: Iterable[Score], stamp: Stamp) -> dict[str, Any]:
    """What `mingan scores --json` prints: the stamp and one row per model, best first."""
    return {"stamp": stamp_row(stamp), "rows": [score_row(score) for score in scores]}


def comparison_row(comparison: Comparison) -> dict[str, Any]:
    """What `mingan compare A B --json` prints."""
    sentence = compare_sentence(comparison)
    return {
        "a": comparison.a,
        "b": comparison.b,
        "difference": _number(comparison.difference),
        "low": _number(comparison.low),
        "high": _number(comparison.high),
        "p": _number(comparison.p),
        "verdict": comparison.verdict,
        "questions_needed": comparison.questions_needed,
        "sentence_zh": sentence.zh,
        "sentence_en": sentence.en,
        "p_adjusted": _number(comparison.p_adjusted),
        "wins": comparison.wins,
        "losses": comparison.losses,
        "ties": comparison.ties,
        "questions": comparison.questions,
        "detectable": _number(comparison.detectable),
        "unsure_matters": comparison.unsure_matters,
        "method": comparison.method,
        "level": comparison.level,
    }


def text_bar(low: float, point: float, high: float, columns: int = _BAR_COLUMNS) -> str:
    """An interval on a scale of 0 to 1 as text, such as ``   ├──●──┤      ``."""
    if any(math.isnan(value) for value in (low, point, high)):
        return " " * columns
    left, middle, right = (_column(value, columns) for value in (low, point, high))
    bar = [" "] * columns
    bar[left : right + 1] = "─" * (right + 1 - left)
    bar[left], bar[right] = "├", "┤"
    bar[middle] = "●"
    return "".join(bar)


def scores_table(scores: Sequence[Score], *, lang: Lang | None = None) -> Table:
    """The scores as a Rich table: rank range, interval drawn, counts of every kind of answer."""
    from rich import box
    from rich.table import Table
    from rich.text import Text as RichText

    word = words(lang or current())
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False)
    for key in ("rank", "model"):
        table.add_column(word[key], no_wrap=True, overflow="ellipsis")
    table.add_column(word["score"], justify="right")
    table.add_column(word["interval"], no_wrap=True, style="cyan")
    table.add_column("", no_wrap=True, justify="right", style="dim")
    other = any(_lost(score) for score in scores)
    kinds = ["right", "wrong", "unsure", "ungraded"] + (["missing"] if other else [])
    for key in kinds:
        table.add_column(word[key], justify="right", no_wrap=True)
    for score in scores:
        counts = [score.right, score.wrong, score.unsure, score.ungraded]
        counts += [_lost(score)] if other else []
        table.add_row(
            rank_range(score) or "–",
            RichText(short_name(score.model)),
            "–" if math.isnan(score.score) else points(score.score),
            text_bar(score.low, score.score, score.high),
            "" if math.isnan(score.low) else f"{points(score.low)}–{points(score.high)}",
            *(str(count) for count in counts),
            style="dim" if score.questions < FEW else "",
        )
    return table


def plain(renderable: RenderableType, *, columns: int = 160) -> str:
    """Anything Rich can draw as plain text without colour, trailing blanks removed."""
    from rich.console import Console

    stream = io.StringIO()
    console = Console(file=stream, width=columns, color_system=None, force_terminal=False)
    console.print(renderable)
    return "\n".join(line.rstrip() for line in stream.getvalue().rstrip("\n").split("\n")) + "\n"


def _lost(score: Score) -> int:
    return score.refused + score.truncated + score.empty + score.failed + score.absent


def _column(value: float, columns: int) -> int:
    return round(min(1.0, max(0.0, value)) * (columns - 1))


def _number(value: float) -> float | None:
    return None if math.isnan(value) or math.isinf(value) else value
