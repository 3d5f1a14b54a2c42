"""Models by size and date, where no losses are known: a table of one's own, and its back-tests.

    models, left_out = read_models(Path("models.csv"))
    report = look_dated(models, left_out=left_out)

The law and what it takes for granted are in `mingan.scaling.observational`. From several days of
the past the models until then foretell later ones, once with the date and once without progress.
The module must not know how a terminal shows what is found.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from mingan.density import cells
from mingan.errors import InputError, UsageError
from mingan.registry import table_of
from mingan.reports.dense import BackTest, DatedReport
from mingan.scaling.observational import FEWEST, foretold_error, foretold_held, observe
from mingan.scaling.prices import YEAR

HEADINGS: cells.Names = {
    "name": ("model", "name", "model name", "模型"),
    "size": ("size", "params", "parameters", "n", "model size", "params total", "num params",
             "parameter count", "大小", "参数", "参数量"),
    "day": ("date", "released", "release date", "day", "published", "publication date", "日期",
            "发布日期"),
    "score": ("score", "accuracy", "acc", "result", "得分", "分数"),
}  # fmt: skip
"""What a column may be called; others are left alone."""

ORIGINS = (0.5, 0.65, 0.8)
"""Shares of the models, oldest first, from which later ones are foretold where no day is given."""

_DRAWS = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Dated:
    """One model: `size` in parameters, `score` in [0, 1]."""

    size: float
    day: date
    score: float

    @property
    def year(self) -> float:
        """Its day as a year with a fraction."""
        return self.day.toordinal() / YEAR


def read_models(file: Path) -> tuple[list[Dated], int]:
    """The models of a CSV file, and how many rows were left out for an empty cell.

    Scores are taken to be of 100 where any of them is above 1.

    Raises:
        InputError: it cannot be read, a column is missing, or a cell makes no sense.
    """
    heads, rows = table_of(file)
    columns = cells.columns_of(heads, HEADINGS)
    lacking = [key for key in ("size", "date", "score") if {"date": "day"}.get(key, key)
               not in columns]  # fmt: skip
    if lacking:
        raise InputError(
            f"{file.name} 缺少这些列：{'、'.join(lacking)}。",
            f"{file.name} lacks the columns {', '.join(lacking)}.",
        )
    size, day, score = (columns[key] for key in ("size", "day", "score"))
    full = [
        (number, row)
        for number, row in enumerate(rows, start=2)
        if not any(cells.empty(row, column) for column in (size, day, score))
    ]
    scores = [cells.score(row, score, file, number) for number, row in full]
    whole = 100.0 if max(scores, default=0.0) > 1 else 1.0
    percent = [row[score.head].strip().endswith(("%", "％")) for _, row in full]
    found = [
        Dated(
            size=cells.amount(row, size, file, number), day=cells.day(row, day, file, number),
            score=value if signed else value / whole,
        )
        for (number, row), value, signed in zip(full, scores, percent, strict=True)
    ]  # fmt: skip
    return found, len(rows) - len(full)


def look_dated(
    models: Sequence[Dated],
    *,
    floor: float = 0.0,
    cuts: Iterable[date] = (),
    left_out: int = 0,
    name: str = "CSV",
) -> DatedReport:
    """Fit the law to all models, and foretell later ones from days of the past.

    Args:
        floor: what guessing scores.
        name: of the table.
        cuts: days to foretell from; none takes those by which `ORIGINS` of the models were out.

    Raises:
        UsageError: too few models, or of one size or day alone.
    """
    sizes, days = {each.size for each in models}, {each.day for each in models}
    if len(models) < FEWEST or len(sizes) < 2 or len(days) < 2:
        raise UsageError(
            f"有大小、日期和得分的模型有 {len(models)} 个，大小 {len(sizes)} 种，日期 "
            f"{len(days)} 个；至少要 {FEWEST} 个模型，大小和日期各不止一种。",
            f"{len(models)} models have a size, a date and a score, of {len(sizes)} sizes and "
            f"{len(days)} dates; it takes {FEWEST} models of more than one size and date.",
        )
    ordered = sorted(models, key=lambda each: each.day)
    chosen = list(cuts) or list(
        dict.fromkeys(ordered[int(share * (len(ordered) - 1))].day for share in ORIGINS)
    )
    return DatedReport(
        found=observe(*_columns(ordered), floor=floor),
        tests=back_tests(ordered, chosen, floor=floor), since=ordered[0].day, name=name,
        left_out=left_out,
    )  # fmt: skip


def back_tests(
    models: Sequence[Dated], cuts: Iterable[date], *, floor: float
) -> tuple[BackTest, ...]:
    """From each cut on: size and date against size alone; cuts with few models are left out."""
    found = []
    for cut in cuts:
        old = [each for each in models if each.day <= cut]
        new = [each for each in models if each.day > cut]
        if len(old) < FEWEST or len(new) < FEWEST:
            continue
        fitted, later = observe(*_columns(old), floor=floor, draws=_DRAWS), _columns(new)
        found.append(
            BackTest(
                cut=cut, fitted=len(old), tried=len(new),
                with_date=foretold_error(fitted.law, *later),
                without=foretold_error(fitted.still, *later),
                held=foretold_held(fitted, *later),
            )
        )  # fmt: skip
    return tuple(found)


def _columns(models: Sequence[Dated]) -> tuple[list[float], list[float], list[float]]:
    return (
        [each.size for each in models], [each.year for each in models],
        [each.score for each in models],
    )  # fmt: skip
