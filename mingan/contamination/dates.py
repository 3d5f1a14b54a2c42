"""Questions with dates: of a bank in the workspace, or of a file of results.

With one cut-off for all, every model is held against the others before and after it. Without, a
model's own day of release is its cut: what was written later it cannot have been trained on. The
module must not know how it is shown.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np

from mingan.bank.importers.grids import Grid
from mingan.contamination import columns
from mingan.contamination.columns import Sheet, date_of, number_of, read_sheet, top_of
from mingan.errors import UsageError
from mingan.records import Question
from mingan.reports.contaminated import (
    MARGIN,
    SUSPICIOUS,
    Contamination,
    ContaminationReport,
    gravest_first,
    judged,
)
from mingan.reports.gather import Gathered
from mingan.reports.twin_pairs import rates
from mingan.statistics.dated import DatedGap, dated_gaps
from mingan.statistics.equivalence import tost
from mingan.statistics.multiplicity import benjamini_hochberg

WORDS: columns.Wanted = {
    "question": ("question", "question id", "题目", "题号", "编号", "id", "qid", "task id", "item",
                 "problem", "problem id", "question title", "问题"),
    "model": ("model", "模型", "model name", "模型名", "模型名称", "model repr", "llm", "name"),
    "date": ("date", "日期", "contest date", "release date", "question date", "出题日期",
             "发布日期", "published", "created", "time", "时间", "started at"),
    "score": ("score", "得分", "pass@1", "pass1", "correct", "acc", "accuracy", "right", "graded",
              "passed", "result", "results", "graded list", "对错", "是否正确", "正确", "verdict",
              "分数", "metric", "value"),
    "cluster": ("cluster", "组", "contest", "contest id", "group", "题组"),
    "released": ("cutoff", "released", "model release date", "cut", "截止日期", "模型发布日期",
                 "training cutoff", "model date"),
}  # fmt: skip

_DATED_TAG = ("date:", "日期:", "日期：")


def look_at_dates(
    path: Path,
    *,
    cut: date | None = None,
    models: Collection[str] | None = None,
    top: float | None = None,
    where: Collection[str] = (),
) -> ContaminationReport:
    """Every model of a file of results, before a date against after it.

    Args:
        path: CSV, XLSX or JSON Lines, gzipped or not: a row for each question and model, or a
            row for each question with one column for each model.
        cut: questions of this day and later are the later ones; without it the file needs a
            column with each model's own cut-off.
        models: only these are shown; all of them are compared with.
        top: the highest score; 1 or 100 by the look of the scores without it.
        where: conditions `column=value` on the rows.

    Raises:
        BankError: the file cannot be read.
        UsageError: columns or models that are not there, no dates, no cut.
    """
    sheet = read_sheet(path, WORDS, ("question", "date"), settle=_settle)
    if where:
        sheet = columns.kept(sheet, where, path)
    cells = _long(sheet, path) if "model" in sheet.places else _wide(sheet, path)
    scale = top_of([score for _, _, score in cells], given=top)
    results = _averaged([(m, q, score / scale) for m, q, score in cells], path)
    names = list(dict.fromkeys(model for model, _, _ in cells))
    _check_names(path, names, models)
    days = _days(sheet, path)
    own = {} if cut else _own_cuts(sheet)
    if cut is None and not own:
        raise UsageError(
            "请用 --cut 写明以哪一天为界，例如 --cut 2023-09-01。",
            "Say with --cut which day parts the questions, such as --cut 2023-09-01.",
        )
    clusters = {sheet.at(line, "question"): sheet.at(line, "cluster") for line in sheet.lines}
    rows = rows_of_dates(
        results, days=days, clusters=clusters, cuts={m: cut or own.get(m) for m in names},
        bank=sheet.name, shown=models,
    )  # fmt: skip
    return ContaminationReport(rows=gravest_first(rows))


def rows_of_bank(
    gathered: Gathered, *, models: Sequence[str], cut: date | None
) -> list[Contamination]:
    """The models of a bank whose questions carry dates; empty where none does."""
    days = {q.id: day for q in gathered.scored if (day := date_of_question(q)) is not None}
    if not days:
        return []
    results = {(model, q): rate for model, q, rate in rates(gathered) if q in days}
    cuts = {card.name: cut or card.released for card in gathered.cards}
    clusters = {q.id: q.cluster for q in gathered.scored}
    return rows_of_dates(
        results, days=days, clusters=clusters, cuts=cuts, bank=gathered.bank, shown=models
    )


def date_of_question(question: Question) -> date | None:
    """The day a question was written: `params.date`, or a tag such as `date:2023-09-01`."""
    said = question.params.get("date")
    if question.grader != "date" and isinstance(said, str) and (day := date_of(said)):
        return day
    for tag in question.tags:
        for word in _DATED_TAG:
            if tag.casefold().startswith(word) and (day := date_of(tag[len(word) :])):
                return day
    return None


def rows_of_dates(
    results: Mapping[tuple[str, str], float],
    *,
    days: Mapping[str, date],
    clusters: Mapping[str, str],
    cuts: Mapping[str, date | None],
    bank: str,
    shown: Collection[str] | None = None,
) -> list[Contamination]:
    """One row a model: results by (model, question), each model with its cut.

    Corrected after Benjamini and Hochberg over all models, also those that are not shown.
    """
    names = list(dict.fromkeys(model for model, _ in results))
    questions = [q for q in dict.fromkeys(q for _, q in results) if q in days]
    table = np.full((len(names), len(questions)), np.nan)
    before = np.full(table.shape, np.nan)
    at = {q: j for j, q in enumerate(questions)}
    for i, name in enumerate(names):
        day = cuts.get(name)
        if day is not None:
            before[i] = [float(days[q] < day) for q in questions]
    rank = {name: i for i, name in enumerate(names)}
    for (name, question), score in results.items():
        if question in at:
            table[rank[name], at[question]] = score
    grouped = [clusters.get(q) or f"\0{q}" for q in questions]
    gaps = dated_gaps(table, before, clusters=grouped)
    known = [gap.p for gap in gaps if gap.p is not None]
    adjusted = iter(benjamini_hochberg(np.asarray(known, dtype=np.float64)).tolist())
    found = []
    for name, gap in zip(names, gaps, strict=True):
        row = _row(name, gap, names, cuts.get(name), bank)
        if row.p is not None:
            row = replace(row, p_adjusted=next(adjusted), adjustment="bh")
        if shown is None or name in shown:
            found.append(judged(row))
    return found


# --- pieces -------------------------------------------------------------------------------------


def _row(
    name: str, gap: DatedGap, names: Sequence[str], cut: date | None, bank: str
) -> Contamination:
    bare = Contamination(
        model=name, bank=bank, origin="dated", refusal=gap.refusal,
        questions=gap.questions_before + gap.questions_after, public=gap.before, hidden=gap.after,
        gap=gap.plain, references=tuple(names[i] for i in gap.others),
        cut=cut.isoformat() if cut else "", level=gap.level,
    )  # fmt: skip
    if gap.refusal:
        return bare
    equal = tost(estimate=gap.gap, error=gap.error, margin=MARGIN, df=gap.df)
    return replace(
        bare, method="dated", gap=gap.gap, low=gap.low, high=gap.high, p=gap.p,
        detectable=gap.detectable, equivalence_p=equal.p, equivalent=equal.p <= SUSPICIOUS,
    )  # fmt: skip


def _settle(grid: Grid, places: dict[str, int]) -> dict[str, int]:
    """Where a column is both a model's name and a question's, what the other columns need."""
    places = dict(places)
    if "model" in places and "score" not in places:
        del places["model"]  # one column for each model: what seemed to hold names does not
    return places


def _long(sheet: Sheet, path: Path) -> list[tuple[str, str, float]]:
    found = [
        (sheet.at(line, "model"), sheet.at(line, "question"), number_of(sheet.at(line, "score")))
        for line in sheet.lines
    ]
    found = [cell for cell in found if cell[0] and cell[1] and not np.isnan(cell[2])]
    if not found:
        raise UsageError(
            f"{path} 的得分一列里没有数。", f"The column of scores in {path} holds no numbers."
        )
    return found


def _wide(sheet: Sheet, path: Path) -> list[tuple[str, str, float]]:
    """A table with one column for each model: every column of numbers that is nothing else."""
    taken = set(sheet.places.values())
    found = []
    # With a column of scores, one of models is missing: other numbers are not models.
    for column, heading in enumerate(sheet.headings if "score" not in sheet.places else ()):
        if column in taken or not heading.strip():
            continue
        cells = [number_of(line.at(column)) for line in sheet.lines]
        if np.mean(~np.isnan(cells)) > 0.5:
            found += [
                (heading.strip(), sheet.at(line, "question"), value)
                for line, value in zip(sheet.lines, cells, strict=True)
                if not np.isnan(value)
            ]
    if not found:
        there = "、".join(text for text in sheet.headings if text.strip())
        raise UsageError(
            f"{path} 里看不出模型和得分：要有“模型”和“得分”两列，或每个模型一列。有的列：{there}。",
            f"{path} shows no models and scores: it takes the columns model and score, or a "
            f"column for each model. It has: {there.replace('、', ', ')}.",
        )
    return found


def _averaged(cells: Sequence[tuple[str, str, float]], path: Path) -> dict[tuple[str, str], float]:
    """The mean over repeats of one question."""
    sums: dict[tuple[str, str], list[float]] = {}
    for model, question, score in cells:
        if not 0 <= score <= 1 + 1e-9:
            raise UsageError(
                f"{path} 里 {model} 在 {question} 上的得分超出了 0 到满分。请用 --top 写明满分。",
                f"In {path} the score of {model} on {question} is outside of 0 to the highest. "
                "Name the highest score with --top.",
            )
        sums.setdefault((model, question), []).append(min(score, 1.0))
    return {place: float(np.mean(scores)) for place, scores in sums.items()}


def _days(sheet: Sheet, path: Path) -> dict[str, date]:
    found: dict[str, date] = {}
    for line in sheet.lines:
        day = date_of(sheet.at(line, "date"))
        if day is not None:
            found[sheet.at(line, "question")] = day
    if not found:
        raise UsageError(
            f"{path} 的日期一列里没有看得懂的日期，请写成 2023-09-01 这样。",
            f"The column of dates in {path} holds no date that can be read; write 2023-09-01.",
        )
    return found


def _own_cuts(sheet: Sheet) -> dict[str, date]:
    found = {}
    for line in sheet.lines:
        day = date_of(sheet.at(line, "released"))
        if day is not None:
            found[sheet.at(line, "model")] = day
    return found


def _check_names(path: Path, names: Sequence[str], models: Collection[str] | None) -> None:
    unknown = [name for name in models or () if name not in names]
    if unknown:
        raise UsageError(
            f"{path} 里没有模型 {'、'.join(unknown)}。有的是：{'、'.join(names)}。",
            f"{path} has no model {', '.join(unknown)}. It has: {', '.join(names)}.",
        )
