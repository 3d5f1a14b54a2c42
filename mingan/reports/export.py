"""Answers, grades, votes and scores as rows, and rows as CSV, JSONL or Parquet files.

Rows are made one by one from any iterator and written as they come, so that an export needs no
more memory than a batch. CSV is made for spreadsheets: it opens in Excel as it is, and a text
that a spreadsheet would run as a formula gets an apostrophe before it; JSONL and Parquet keep
every text exactly. The module knows records and scores, not where they are stored.
"""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from mingan.errors import MissingExtraError, UsageError
from mingan.language import Lang
from mingan.records import Answer, Grade, Stamp, Vote
from mingan.reports.files import whole_file
from mingan.reports.safe import one_line, scrub
from mingan.reports.table import score_row
from mingan.statistics.results import Score

if TYPE_CHECKING:
    import pyarrow as pa

Row = dict[str, Any]
Format = Literal["csv", "jsonl", "parquet"]
Columns = dict[str, Literal["text", "int", "float"]]

GRADE_COLUMNS: Columns = {
    "bank": "text", "question": "text", "model": "text", "repeat": "int", "state": "text",
    "verdict": "text", "grader": "text", "reason": "text", "extracted": "text",
    "authority": "text", "by": "text", "version": "text", "day": "text", "at": "text",
    "answer_key": "text", "score": "float", "cost": "float", "currency": "text",
}  # fmt: skip

ANSWER_COLUMNS: Columns = {
    "bank": "text", "question": "text", "model": "text", "repeat": "int", "day": "text",
    "state": "text", "text": "text", "reasoning": "text", "error": "text", "finish": "text",
    "tokens_in": "int", "tokens_out": "int", "tokens_reasoning": "int", "tokens_cached": "int",
    "cost": "float", "currency": "text", "first_token_s": "float", "total_s": "float",
    "tries": "int", "served_model": "text", "source": "text", "at": "text", "revision": "int",
    "supersedes": "text", "meta": "text", "model_hash": "text", "answer_key": "text",
}  # fmt: skip

VOTE_COLUMNS: Columns = {
    "question_hash": "text", "answer_a": "text", "answer_b": "text", "choice": "text",
    "by": "text", "authority": "text", "version": "text", "reason": "text", "at": "text",
    "said": "text", "cost": "float", "currency": "text",
}  # fmt: skip

SCORE_COLUMNS: Columns = {
    "model": "text", "score": "float", "low": "float", "high": "float", "best_case": "float",
    "worst_case": "float", "rank_low": "int", "rank_high": "int", "right": "int", "wrong": "int",
    "unsure": "int", "ungraded": "int", "failed": "int", "refused": "int", "truncated": "int",
    "empty": "int", "absent": "int", "questions": "int", "repeats": "int", "level": "float",
    "stamp": "text",
}  # fmt: skip

_BATCH = 2_000
_FORMULA = re.compile(r"[=+\-@\t\r]")
_NUMBER = re.compile(r"[+-]?\d+(\.\d+)?%?")


def grades_rows(
    graded: Iterable[tuple[Answer, Grade | None]], lang: Lang | None = None
) -> Iterator[Row]:
    """One row per answer with the grade that counts; an answer without one is `ungraded`."""
    for answer, grade in graded:
        row: Row = dict.fromkeys(GRADE_COLUMNS, "")
        row |= {
            "bank": answer.bank,
            "question": answer.question,
            "model": answer.model,
            "repeat": answer.repeat,
            "state": answer.state,
            "verdict": "ungraded",
            "reason": answer.error.say(lang),
            "day": answer.day,
            "answer_key": answer.key,
            "score": None,
            "cost": None,
        }
        if grade is not None:
            row |= {
                "verdict": grade.verdict,
                "grader": grade.grader,
                "reason": grade.reason.say(lang),
                "extracted": grade.extracted,
                "authority": grade.authority,
                "by": grade.by,
                "version": grade.version,
                "at": grade.at,
                "score": grade.score,
                "cost": grade.cost,
                "currency": grade.currency,
            }
        yield row


def answers_rows(answers: Iterable[Answer], lang: Lang | None = None) -> Iterator[Row]:
    """One row per answer, with everything that was recorded about it."""
    for answer in answers:
        usage = answer.usage
        yield {
            "bank": answer.bank,
            "question": answer.question,
            "model": answer.model,
            "repeat": answer.repeat,
            "day": answer.day,
            "state": answer.state,
            "text": answer.text,
            "reasoning": answer.reasoning,
            "error": answer.error.say(lang),
            "finish": answer.finish,
            "tokens_in": usage.tokens_in,
            "tokens_out": usage.tokens_out,
            "tokens_reasoning": usage.tokens_reasoning,
            "tokens_cached": usage.tokens_cached,
            "cost": answer.cost,
            "currency": answer.currency,
            "first_token_s": answer.first_token_s,
            "total_s": answer.total_s,
            "tries": answer.tries,
            "served_model": answer.served_model,
            "source": answer.source,
            "at": answer.at,
            "revision": answer.revision,
            "supersedes": answer.supersedes,
            "meta": json.dumps(answer.meta, ensure_ascii=False) if answer.meta else "",
            "model_hash": answer.model_hash,
            "answer_key": answer.key,
        }


def votes_rows(votes: Iterable[Vote]) -> Iterator[Row]:
    """One row per vote; `said` is what a judge chose in the one order and in the other."""
    for vote in votes:
        row = {column: getattr(vote, column) for column in VOTE_COLUMNS}
        yield row | {"said": ", ".join(vote.said)}


def scores_rows(scores: Iterable[Score], stamp: Stamp) -> Iterator[Row]:
    """One row per score, the keys of `mingan scores --json`, each with its stamp."""
    for score in scores:
        yield score_row(score) | {"stamp": str(stamp)}


def format_of(path: str | Path) -> Format:
    """The format that a file's ending asks for.

    Raises:
        UsageError: the ending is none of .csv, .jsonl, .parquet.
    """
    ending = Path(path).suffix.lower().lstrip(".")
    for known in ("csv", "jsonl", "parquet"):
        if ending == known:
            return known
    where = one_line(str(path), 200)
    raise UsageError(
        f"看不出 {where} 要写成什么格式；文件名请以 .csv、.jsonl 或 .parquet 结尾。",
        f"The ending of {where} names no format; use .csv, .jsonl or .parquet.",
    )


def write_rows(
    rows: Iterable[Row], columns: Columns, path: str | Path, *, format: Format | None = None
) -> int:
    """Write `rows` to `path`: the whole file or nothing. Returns how many rows were written.

    Raises:
        MissingExtraError: Parquet is asked for and pyarrow is not installed.
        DiskFullError, UsageError: see `files.whole_file`; or the format is not known.
    """
    write = _WRITERS[format or format_of(path)]
    with whole_file(path) as temporary:
        return write(rows, columns, temporary)


def csv_cell(value: Any) -> Any:
    """`value` as a spreadsheet may see it: text that would run as a formula is disarmed."""
    if not isinstance(value, str):
        return "" if value is None else value
    text = scrub(value).replace("\x00", "\u2400")
    if _FORMULA.match(text) and not _NUMBER.fullmatch(text):
        return f"'{text}"
    return text


def _write_csv(rows: Iterable[Row], columns: Columns, path: Path) -> int:
    """With a byte order mark: without it Excel takes UTF-8 for the system's own encoding."""
    written = 0
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(columns)
        for row in rows:
            writer.writerow([csv_cell(row[column]) for column in columns])
            written += 1
    return written


def _write_jsonl(rows: Iterable[Row], columns: Columns, path: Path) -> int:
    written = 0
    with path.open("w", encoding="utf-8", newline="\n") as file:
        for row in rows:
            kept = {column: row[column] for column in columns}
            file.write(scrub(json.dumps(kept, ensure_ascii=False, allow_nan=False)) + "\n")
            written += 1
    return written


def _write_parquet(rows: Iterable[Row], columns: Columns, path: Path) -> int:
    try:
        import pyarrow as pa
        import pyarrow.parquet as pq
    except ImportError as error:
        raise MissingExtraError(
            "写 Parquet 要先装一个可选的包：pip install 'mingan[parquet]'。CSV 和 JSONL 不需要。",
            "Writing Parquet needs an optional package: pip install 'mingan[parquet]'. "
            "CSV and JSONL do not.",
        ) from error
    schema = _schema(columns)
    written = 0
    with pq.ParquetWriter(path, schema, compression="zstd") as writer:
        remaining = iter(rows)
        while batch := list(islice(remaining, _BATCH)):
            cleaned = [{key: _storable(row[key]) for key in columns} for row in batch]
            writer.write_table(pa.Table.from_pylist(cleaned, schema=schema))
            written += len(batch)
    return written


def _schema(columns: Columns) -> pa.Schema:
    import pyarrow as pa

    types = {"text": pa.large_string(), "int": pa.int64(), "float": pa.float64()}
    return pa.schema([pa.field(name, types[kind]) for name, kind in columns.items()])


def _storable(value: Any) -> Any:
    return scrub(value) if isinstance(value, str) else value


_WRITERS: dict[Format, Callable[[Iterable[Row], Columns, Path], int]] = {
    "csv": _write_csv,
    "jsonl": _write_jsonl,
    "parquet": _write_parquet,
}
