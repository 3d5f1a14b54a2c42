"""Watches for drift as rows: for `--json`, and as tables for the terminal.

The JSON keys are a promise to other programs: more may come, none may change. The module knows no
store and writes to no stream.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from mingan.language import Lang, Text, current
from mingan.reports.drift_sentences import (
    class_words,
    drift_notes,
    drift_sentence,
    drift_words,
    same_notes,
    same_sentence,
    share_words,
)
from mingan.reports.drifted import ClassChange, Drift, DriftDay, DriftReport, History, SameModel
from mingan.reports.ruled import ruled
from mingan.reports.safe import one_line, short_name
from mingan.reports.sentences import points
from mingan.reports.trusted import Share

if TYPE_CHECKING:
    from rich.table import Table

_SHOWN = 48


def drift_document(report: DriftReport) -> dict[str, Any]:
    """What `mingan drift --json` prints."""
    return {"rows": [_row(row) for row in report.rows]}


def drift_table(rows: Sequence[Drift], *, lang: Lang | None = None) -> Table:
    """Every watch in one line."""
    speak = lang or current()
    heads = (Text("模型", "model"), Text("题库", "bank"), Text("结论", "verdict"),
             Text("变化", "change"), Text("区间", "interval"), Text("复查", "checks"),
             Text("下次", "next"))  # fmt: skip
    cells = (
        (short_name(row.model), short_name(row.bank),
         drift_words(row.verdict, row.since).say(speak), _signed(row.estimate),
         f"{points(row.low)}–{points(row.high)}" if row.checks else "–", str(len(row.checks)),
         row.due or Text("已停", "ended").say(speak))
        for row in rows
    )  # fmt: skip
    return ruled(heads, cells, left=range(3), lang=speak)


def days_table(row: Drift, *, lang: Lang | None = None) -> Table:
    """One watch, day by day."""
    speak = lang or current()
    heads = (Text("日期", "day"), Text("得分", "score"), Text("区间", "interval"),
             Text("变化", "change"), Text("变好", "better"), Text("变差", "worse"),
             Text("原话不变", "same words"), Text("不算数", "absent"), Text("证据", "evidence"),
             Text("", ""))  # fmt: skip
    return ruled(heads, (_cells(day, row, speak) for day in row.days), lang=speak)


def classes_table(classes: Iterable[ClassChange], *, lang: Lang | None = None) -> Table:
    """Class by class, the baseline against now."""
    heads = (Text("题类", "class"), Text("题数", "questions"), Text("基准", "baseline"),
             Text("现在", "now"), Text("变化", "change"))  # fmt: skip
    rows = (
        (class_words(one.name).say(lang), str(one.questions), share_words(one.before),
         share_words(one.now), _signed(one.difference))
        for one in classes
    )  # fmt: skip
    return ruled(heads, rows, lang=lang)


def history_table(found: History, *, lang: Lang | None = None) -> Table:
    """What was said to one question, day by day."""
    from mingan.reports.words import words

    heads = (Text("日期", "day"), Text("模型", "model"), Text("次", "repeat"),
             Text("判定", "verdict"), Text("变了", "changed"), Text("回答", "answer"))  # fmt: skip
    known = words(lang or current())
    rows = []
    for said in found.said:
        verdict = known.get(said.verdict, said.verdict)
        rows.append((
            said.day, short_name(said.model), str(said.repeat + 1),
            verdict if said.state == "ok" else f"{verdict} ({said.state})",
            "●" if said.changed else "", "……" if found.hidden else one_line(said.text, _SHOWN),
        ))  # fmt: skip
    return ruled(heads, rows, left=range(6), lang=lang)


def history_document(found: History) -> dict[str, Any]:
    """What `mingan drift --question ID --json` prints."""
    return {
        "bank": found.bank,
        "question": found.question.id,
        "prompt": None if found.hidden else found.question.prompt,
        "answer": None if found.hidden else found.question.answer,
        "hidden": found.hidden,
        "rows": [
            {
                "model": said.model,
                "day": said.day,
                "repeat": said.repeat,
                "role": said.role,
                "state": said.state,
                "verdict": said.verdict,
                "extracted": said.extracted,
                "text": None if found.hidden else said.text,
                "changed": said.changed,
            }
            for said in found.said
        ],
    }


def same_document(found: SameModel) -> dict[str, Any]:
    """What `mingan drift --same A B --json` prints."""
    sentence = same_sentence(found)
    return {
        "rows": [
            {
                "a": found.a,
                "b": found.b,
                "day": found.day,
                "verdict": found.verdict,
                "estimate": _number(found.estimate),
                "low": _number(found.low),
                "high": _number(found.high),
                "p": _number(found.p),
                "prompts": found.prompts,
                "samples": found.samples,
                "distinct_a": _number(found.distinct_a),
                "distinct_b": _number(found.distinct_b),
                "absent": found.absent,
                "settings_differ": list(found.settings_differ),
                "sentence_zh": sentence.zh,
                "sentence_en": sentence.en,
                "notes": [note._asdict() for note in same_notes(found)],
            }
        ]
    }


def _row(row: Drift) -> dict[str, Any]:
    sentence = drift_sentence(row)
    return {
        "model": row.model,
        "bank": row.bank,
        "watch": row.watch,
        "verdict": row.verdict,
        "since": row.since or None,
        "alarm_day": row.alarm_day or None,
        "stream": row.stream or None,
        "estimate": _number(row.estimate),
        "low": _number(row.low),
        "high": _number(row.high),
        "p": _number(row.p),
        "evidence": _number(row.evidence),
        "threshold": row.threshold,
        "alpha": row.alpha,
        "detectable": _number(row.detectable),
        "questions": row.questions,
        "repeats": row.repeats,
        "every_days": row.every,
        "due": row.due or None,
        "ended": row.ended,
        "unfinished": row.unfinished,
        "kept_answers": row.kept,
        "noise": _share(row.noise),
        "days": [_day(day) for day in row.days],
        "classes": [
            {
                "name": one.name, "questions": one.questions, "before": _share(one.before),
                "now": _share(one.now), "difference": _number(one.difference),
            }
            for one in row.classes
        ],
        "grader_change": _grader(row),
        "judge_change": _judge(row),
        "sentence_zh": sentence.zh,
        "sentence_en": sentence.en,
        "notes": [note._asdict() for note in drift_notes(row)],
    }  # fmt: skip


def _day(day: DriftDay) -> dict[str, Any]:
    return {
        "day": day.day,
        "role": day.role,
        "asked": day.asked,
        "decided": day.decided,
        "right": day.right,
        "absent": dict(day.absent),
        "score": _number(day.score),
        "low": _number(day.low),
        "high": _number(day.high),
        "better": day.better,
        "worse": day.worse,
        "pairs": day.pairs,
        "difference": _number(day.difference),
        "low_change": _number(day.low_change),
        "high_change": _number(day.high_change),
        "p": _number(day.p),
        "same_text": _share(day.same_text),
        "evidence": _number(day.evidence),
        "alarm": day.alarm,
    }


def _grader(row: Drift) -> dict[str, Any] | None:
    change = row.grader_change
    if change is None:
        return None
    return {
        "answers": change.answers, "changed": change.changed, "before": list(change.before),
        "now": list(change.now), "seeming": _number(change.seeming),
    }  # fmt: skip


def _judge(row: Drift) -> dict[str, Any] | None:
    change = row.judge_change
    if change is None:
        return None
    return {
        "judge": change.judge, "day": change.day, "again": change.again,
        "changed": change.changed, "shift": _number(change.shift), "p": _number(change.p),
        "drifted": change.drifted,
    }  # fmt: skip


def _cells(day: DriftDay, row: Drift, speak: Lang) -> list[str]:
    mark = ""
    if day.role == "baseline":
        mark = Text("基准", "baseline").say(speak)
    elif day.day == row.alarm_day:
        mark = Text("警报", "alarm").say(speak)
    elif row.since and day.day >= row.since:
        mark = Text("已变", "changed").say(speak)
    first = day.role == "baseline"
    return [
        day.day,
        "–" if math.isnan(day.score) else points(day.score),
        "–" if math.isnan(day.score) else f"{points(day.low)}–{points(day.high)}",
        "" if first else _signed(day.difference),
        "" if first else str(day.better),
        "" if first else str(day.worse),
        "" if first else share_words(day.same_text),
        str(sum(day.absent.values())),
        "" if first else f"{day.evidence:.3g}",
        mark,
    ]


def _signed(value: float) -> str:
    if math.isnan(value):
        return "–"
    return f"+{points(value)}" if value > 0 else points(value)


def _share(share: Share) -> dict[str, Any]:
    low, high = share.ends
    return {
        "count": share.count, "of": share.of, "value": _number(share.value), "low": low,
        "high": high,
    }  # fmt: skip


def _number(value: float) -> float | None:
    return value if math.isfinite(value) else None
